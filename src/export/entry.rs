//! An entry of the file: an operation and its parameters, in an order that people like to read.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{init::escaped, model::TagSet};

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text, in which nothing is taken from the environment.
    Text(String),
    /// A text that comes from the environment variable of this name.
    Variable(String),
    /// A whole number.
    Number(i64),
    /// True or false.
    Flag(bool),
    /// A list.
    List(Vec<Value>),
    /// Parameters by name.
    Map(Vec<(&'static str, Value)>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<V: Into<Value>> FromIterator<V> for Value {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(&escaped(text)),
            Self::Variable(name) => serializer.collect_str(&format_args!("${{{name}}}")),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(values) => serializer.collect_seq(values),
            Self::Map(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, value))),
        }
    }
}

/// An operation with its parameters, or where the next ones are to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What is to be done.
    pub name: &'static str,
    /// With what.
    pub value: Value,
}

impl Entry {
    /// An operation without parameters yet.
    #[must_use]
    pub fn new(operation: &'static str) -> Self {
        Self { name: operation, value: Value::Map(Vec::new()) }
    }

    /// Says of what follows where it is to be.
    #[must_use]
    pub fn place(what: &'static str, name: &str) -> Self {
        Self { name: what, value: name.into() }
    }

    /// The same with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        if let Value::Map(members) = &mut self.value {
            members.push((name, value.into()));
        }
        self
    }

    /// The same with one more parameter, if it has a value.
    #[must_use]
    pub fn with_some(self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same with a list, if there is anything in it.
    #[must_use]
    pub fn with_list<V: Into<Value>>(self, name: &'static str, values: impl IntoIterator<Item = V>) -> Self {
        let values: Vec<Value> = values.into_iter().map(Into::into).collect();
        if values.is_empty() { self } else { self.with(name, Value::List(values)) }
    }

    /// The same with tags, if there are any.
    #[must_use]
    pub fn with_tags(self, tags: &TagSet) -> Self {
        let tag = |(key, value): (&str, &str)| Value::Map(vec![("Key", key.into()), ("Value", value.into())]);
        self.with_list("Tags", tags.iter().map(tag))
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.name, &self.value)?;
        map.end()
    }
}
