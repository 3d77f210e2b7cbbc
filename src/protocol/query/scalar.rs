//! How text becomes a value: strings, numbers, booleans, timestamps, the words of an enum.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::{Decode, Node, shown};
use crate::protocol::{AwsError, Sensitive, WireEnum};

/// Whether a scalar is there: an empty value counts as absent.
pub(in crate::protocol) fn is_scalar_given(node: &Node<'_>) -> bool {
    node.text().is_some_and(|text| !text.is_empty())
}

impl Decode for String {
    fn is_given(node: &Node<'_>) -> bool {
        is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(node.text().unwrap_or_default().to_owned())
    }
}

impl Decode for bool {
    fn is_given(node: &Node<'_>) -> bool {
        is_scalar_given(node)
    }

    /// `true` or `false`; old versions of boto write them with a capital.
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        match node.text().unwrap_or_default() {
            "true" | "True" => Ok(true),
            "false" | "False" => Ok(false),
            text => Err(wrong_type(&node, text, "true or false")),
        }
    }
}

impl Decode for i32 {
    fn is_given(node: &Node<'_>) -> bool {
        is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        number(&node, "a whole number")
    }
}

impl Decode for f64 {
    fn is_given(node: &Node<'_>) -> bool {
        is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        number(&node, "a number").and_then(|value: f64| {
            if value.is_finite() {
                Ok(value)
            } else {
                Err(wrong_type(&node, node.text().unwrap_or_default(), "a number"))
            }
        })
    }
}

impl Decode for DateTime<Utc> {
    fn is_given(node: &Node<'_>) -> bool {
        is_scalar_given(node)
    }

    /// ISO 8601; without an offset it is UTC, without a time it is midnight.
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        let text = node.text().unwrap_or_default();
        DateTime::parse_from_rfc3339(text)
            .map(|time| time.to_utc())
            .or_else(|_| text.parse::<NaiveDateTime>().map(|time| time.and_utc()))
            .or_else(|_| text.parse::<NaiveDate>().map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc()))
            .map_err(|_| wrong_type(&node, text, "a time such as 2015-02-02T12:00:00Z"))
    }
}

impl<T: Decode> Decode for Sensitive<T> {
    fn is_given(node: &Node<'_>) -> bool {
        T::is_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        T::decode(node).map(Self::new)
    }
}

/// Lets the generated `impl Decode` of an enum stay short.
pub(in crate::protocol) fn decode_word<T: WireEnum>(node: Node<'_>) -> Result<T, AwsError> {
    let text = node.text().unwrap_or_default();
    T::from_wire(text).ok_or_else(|| {
        let allowed: Vec<&str> = T::VARIANTS.iter().map(|(word, _)| *word).collect();
        wrong_type(&node, text, &format!("one of {}", allowed.join(", ")))
    })
}

fn number<T: FromStr>(node: &Node<'_>, expected: &str) -> Result<T, AwsError> {
    let text = node.text().unwrap_or_default();
    text.parse().map_err(|_| wrong_type(node, text, expected))
}

fn wrong_type(node: &Node<'_>, text: &str, expected: &str) -> AwsError {
    let (text, path) = (shown(text), shown(node.path()));
    AwsError::invalid_value(format!("Invalid value {text} for the parameter {path}. It must be {expected}."))
}
