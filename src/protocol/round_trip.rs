//! Random requests and answers of every operation, there and back, driven by the checked-in model.
//!
//! The generated code is never asked what it thinks the wire looks like: requests are spelled, and answers read, from
//! the model alone. What stands between is compared as JSON.

#[expect(dead_code, reason = "the generator needs more of the model")]
#[path = "../../tests/wire/model.rs"]
mod model;

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use serde_json::{Map, Value, json};

use self::model::{Member, Model};
use super::query::decode_request;
use super::{API_VERSION, NAMESPACE, Output};

static MODEL: LazyLock<Model> = LazyLock::new(Model::load);

const CASES: u32 = 24;

/// Which way a value goes.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    In,
    Out,
}

#[test]
fn requests_come_out_as_they_were_meant() {
    for operation in &MODEL.operations {
        check(&structure(&operation.input, Way::In), |input| {
            let mut pairs = vec![("Action".into(), operation.name.clone()), ("Version".into(), API_VERSION.into())];
            spell(&operation.input, &input, "", &mut pairs);
            let pairs: Vec<_> = pairs.iter().rev().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
            let decoded = decode_request(None, pairs.join("&").as_bytes());
            let decoded = decoded.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(decoded.name(), &operation.name);
            let decoded = serde_json::to_value(&decoded).expect("an operation is plain data");
            prop_assert_eq!(without_nulls(decoded), json!({ &operation.name: input }));
            Ok(())
        });
    }
}

#[test]
fn answers_are_read_as_they_were_meant() {
    for operation in &MODEL.operations {
        let strategy = operation.output.as_deref().map_or(Just(Value::Null).boxed(), |name| structure(name, Way::Out));
        check(&strategy, |value| {
            let tagged = if value.is_null() { json!(operation.name) } else { json!({ &operation.name: value }) };
            let output: Output = serde_json::from_value(tagged).expect("the value has the output's form");
            let document = Element::parse(&output.to_xml("the-id"));
            prop_assert_eq!(&document.name, &format!("{}Response", operation.name));
            prop_assert_eq!(document.namespace.as_deref(), Some(NAMESPACE));
            let (metadata, result) = document.children.split_last().expect("metadata");
            prop_assert_eq!(&metadata.name, "ResponseMetadata");
            prop_assert_eq!(&metadata.children[0].text, "the-id");
            match &operation.output {
                None => prop_assert!(result.is_empty()),
                Some(shape) => {
                    prop_assert_eq!(result.len(), 1);
                    prop_assert_eq!(&result[0].name, &format!("{}Result", operation.name));
                    prop_assert_eq!(result[0].read(shape), value);
                }
            }
            Ok(())
        });
    }
}

fn check(strategy: &BoxedStrategy<Value>, test: impl Fn(Value) -> Result<(), TestCaseError>) {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    if let Err(failure) = TestRunner::new(config).run(strategy, test) {
        panic!("{failure}");
    }
}

fn members(name: &str) -> &'static [Member] {
    &MODEL.structures.iter().find(|structure| structure.name == name).expect("a structure").members
}

fn is_structure(shape: &str) -> bool {
    MODEL.structures.iter().any(|structure| structure.name == shape)
}

/// Any value of a structure, as an object without nulls.
fn structure(name: &str, way: Way) -> BoxedStrategy<Value> {
    let member = |member: &'static Member| {
        let value = value(member, way);
        let value = if member.required { value.prop_map(Some).boxed() } else { prop::option::of(value).boxed() };
        value.prop_map(|value| value.map(|value| (member.name.clone(), value))).boxed()
    };
    let members: Vec<_> = members(name).iter().map(member).collect();
    members.prop_map(|members| Value::Object(members.into_iter().flatten().collect())).boxed()
}

fn value(member: &'static Member, way: Way) -> BoxedStrategy<Value> {
    match MODEL.list(&member.shape) {
        None => single(&member.shape, way, member.keep_empty),
        Some(list) => {
            let least = usize::from(member.required && way == Way::In);
            prop::collection::vec(single(&list.of, way, false), least..4).prop_map(Value::Array).boxed()
        }
    }
}

fn single(shape: &'static str, way: Way, keep_empty: bool) -> BoxedStrategy<Value> {
    // What XML cannot carry is replaced, which a test of its own shows.
    let carried = move |c: &char| way == Way::In || !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    match shape {
        "string" => any::<String>()
            .prop_map(move |text| text.chars().filter(carried).collect::<String>())
            // A request cannot tell an empty value from an absent one.
            .prop_map(move |text| if way == Way::In && text.is_empty() && !keep_empty { "&".into() } else { text })
            .prop_map(Value::from)
            .boxed(),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" => any::<i32>().prop_map(Value::from).boxed(),
        "double" => {
            any::<f64>().prop_filter("JSON has finite numbers only", |n| n.is_finite()).prop_map(Value::from).boxed()
        }
        "timestamp" => (0..253_402_300_800_000_i64).prop_map(|millis| json!(time(millis))).boxed(),
        _ if is_structure(shape) => structure(shape, way)
            // Nor does a structure without members leave anything in a request.
            .prop_filter("requests have no empty structures", move |value| way == Way::Out || value != &json!({}))
            .boxed(),
        _ => {
            let words = &MODEL.enums.iter().find(|e| e.name == shape).expect("an enum").values;
            prop::sample::select(words.as_slice()).prop_map(Value::from).boxed()
        }
    }
}

fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).expect("a year of four digits")
}

/// Writes a structure's members as the pairs a client would send.
fn spell(shape: &str, value: &Value, prefix: &str, pairs: &mut Vec<(String, String)>) {
    for member in members(shape) {
        let Some(value) = value.get(&member.name) else { continue };
        let path = format!("{prefix}{}", member.name);
        match (MODEL.list(&member.shape), value) {
            (Some(_), Value::Array(items)) if items.is_empty() => pairs.push((path, String::new())),
            (Some(list), Value::Array(items)) => {
                for (n, item) in items.iter().enumerate() {
                    spell_single(&list.of, item, format!("{path}.{}.{}", list.element, n + 1), pairs);
                }
            }
            _ => spell_single(&member.shape, value, path, pairs),
        }
    }
}

fn spell_single(shape: &str, value: &Value, path: String, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(_) => spell(shape, value, &format!("{path}."), pairs),
        Value::String(text) => pairs.push((path, text.clone())),
        other => pairs.push((path, other.to_string())),
    }
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string().replace("%20", "+")
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let given = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(given.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

/// A piece of a document, read without any knowledge of the API.
#[derive(Debug, Default)]
struct Element {
    name: String,
    namespace: Option<String>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn parse(document: &[u8]) -> Self {
        let mut reader = Reader::from_str(std::str::from_utf8(document).expect("UTF-8"));
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().expect("a well-formed document") {
                Event::Start(tag) => {
                    let namespace = tag.try_get_attribute("xmlns").expect("attributes");
                    open.push(Self {
                        name: tag.name().as_ref().to_owned(),
                        namespace: namespace.map(|value| value.value.into_owned()),
                        ..Self::default()
                    });
                }
                Event::Empty(tag) => {
                    let name = tag.name().as_ref().to_owned();
                    open.last_mut().expect("a parent").children.push(Self { name, ..Self::default() });
                }
                Event::End(_) => {
                    let done = open.pop().expect("the reader matches tags");
                    open.last_mut().expect("a parent").children.push(done);
                }
                Event::Text(text) => open.last_mut().expect("a parent").text += &text,
                Event::GeneralRef(reference) => {
                    let text = &mut open.last_mut().expect("a parent").text;
                    match reference.resolve_char_ref().expect("a reference") {
                        Some(c) => text.push(c),
                        None => *text += resolve_predefined_entity(&reference).expect("an entity"),
                    }
                }
                Event::Eof => break,
                other => panic!("{other:?} has no place in an answer"),
            }
        }
        open.pop().and_then(|mut root| root.children.pop()).expect("a root element")
    }

    /// This element as a value of `shape`; nothing but what the model allows, in the model's order, is in it.
    fn read(&self, shape: &str) -> Value {
        if !is_structure(shape) {
            assert!(self.children.is_empty(), "{self:?} is a scalar");
            return match shape {
                "boolean" | "integer" => serde_json::from_str(&self.text).expect("a literal"),
                "double" => json!(self.text.parse::<f64>().expect("a number")),
                "timestamp" => json!(self.text.parse::<DateTime<Utc>>().expect("a time")),
                _ => json!(self.text),
            };
        }
        let mut read = Map::new();
        let mut children = self.children.iter().peekable();
        for member in members(shape) {
            for name in [Some(&member.name), member.also_as.as_ref()].into_iter().flatten() {
                let Some(child) = children.next_if(|child| child.name == *name) else { continue };
                let value = match MODEL.list(&member.shape) {
                    None => child.read(&member.shape),
                    Some(list) => child.entries(&list.element).map(|entry| entry.read(&list.of)).collect(),
                };
                assert!(read.insert(member.name.clone(), value.clone()).is_none_or(|before| before == value));
            }
        }
        assert!(children.next().is_none(), "{shape} has children out of order or unknown: {self:?}");
        Value::Object(read)
    }

    fn entries(&self, element: &str) -> impl Iterator<Item = &Self> {
        assert!(self.children.iter().all(|child| child.name == element), "entries are called {element}: {self:?}");
        self.children.iter()
    }
}
