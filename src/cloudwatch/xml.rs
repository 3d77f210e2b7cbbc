//! Answers of the query protocol.

use quick_xml::escape::escape;

use super::{Error, Value};

const XML_NAMESPACE: &str = "http://monitoring.amazonaws.com/doc/2010-08-01/";

/// Writes an answer of an operation.
pub(super) fn write(operation: &str, request_id: &str, value: &Value) -> Vec<u8> {
    let mut xml = format!("<{operation}Response xmlns=\"{XML_NAMESPACE}\"><{operation}Result>");
    content(&mut xml, value);
    let metadata = format!("<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>");
    [xml, format!("</{operation}Result>{metadata}</{operation}Response>")].concat().into_bytes()
}

/// Writes an error.
pub(super) fn write_error(request_id: &str, error: &Error) -> Vec<u8> {
    let (code, message) = (error.code.as_str(), escape(&error.message));
    let whose = if error.code.status() < 500 { "Sender" } else { "Receiver" };
    format!(
        "<ErrorResponse xmlns=\"{XML_NAMESPACE}\"><Error><Type>{whose}</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    .into_bytes()
}

fn content(xml: &mut String, value: &Value) {
    match value {
        Value::Text(text) | Value::Word(text) => xml.push_str(&escape(text)),
        Value::Integer(number) => xml.push_str(&number.to_string()),
        Value::Number(number) => xml.push_str(&number.to_string()),
        Value::Truth(truth) => xml.push_str(&truth.to_string()),
        Value::Time(time) => xml.push_str(&time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        Value::List(items) => items.iter().for_each(|item| element(xml, "member", item)),
        Value::Structure(members) => members.iter().for_each(|(name, member)| element(xml, name, member)),
        Value::Map(entries) => {
            for (key, entry) in entries {
                let pair = [("key", Some(Value::of_text(key))), ("value", Some(entry.clone()))];
                element(xml, "entry", &Value::structure(pair));
            }
        }
    }
}

fn element(xml: &mut String, name: &str, value: &Value) {
    xml.extend(["<", name, ">"]);
    content(xml, value);
    xml.extend(["</", name, ">"]);
}
