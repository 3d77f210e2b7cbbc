//! The protocol AWS JSON 1.0.

use serde_json::{Map, Number};

use super::{Code, Error, Value};

/// Reads a body.
pub(super) fn read(body: &[u8]) -> Result<Value, Error> {
    let body = if body.is_empty() { b"{}" } else { body };
    match serde_json::from_slice(body) {
        Ok(json @ serde_json::Value::Object(_)) => Ok(value(json)),
        _ => Err(Error::new(Code::Serialization, "The body is no JSON object.")),
    }
}

fn value(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Word(String::new()),
        serde_json::Value::Bool(truth) => Value::Truth(truth),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Integer(whole),
            (None, number) => Value::Number(number.unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(value).collect()),
        serde_json::Value::Object(members) => {
            Value::Structure(members.into_iter().map(|(name, member)| (name, value(member))).collect())
        }
    }
}

/// Writes an answer.
pub(super) fn write(value: &Value) -> Vec<u8> {
    json(value).to_string().into_bytes()
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) | Value::Word(text) => text.clone().into(),
        Value::Integer(number) => (*number).into(),
        Value::Number(number) => Number::from_f64(*number).map_or(serde_json::Value::Null, Into::into),
        Value::Truth(truth) => (*truth).into(),
        Value::Time(time) => time.timestamp().into(),
        Value::List(items) => items.iter().map(json).collect::<Vec<_>>().into(),
        Value::Structure(members) | Value::Map(members) => {
            members.iter().map(|(name, member)| (name.clone(), json(member))).collect::<Map<_, _>>().into()
        }
    }
}
