//! What requests and answers are made of, whatever the protocol writes them as.

use chrono::{DateTime, Utc};

use super::{Code, Error};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// Text of a protocol that has nothing else, which may stand for a number, a time or a truth.
    Word(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A truth.
    Truth(bool),
    /// A time.
    Time(DateTime<Utc>),
    /// A list.
    List(Vec<Self>),
    /// The members of a structure, or of a map in an answer; see [`Value::Map`].
    Structure(Vec<(String, Self)>),
    /// A map: its keys are no names of members, which the query protocol writes in another way.
    Map(Vec<(String, Self)>),
}

impl Value {
    /// A structure with these members, those without a value left out.
    pub(super) fn structure<const N: usize>(members: [(&str, Option<Self>); N]) -> Self {
        let present = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Self::Structure(present.collect())
    }

    /// Text as a value.
    pub(super) fn of_text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Reads text.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Word(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Reads a whole number.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Word(word) => word.parse().ok(),
            _ => None,
        }
    }

    /// Reads a truth.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(*truth),
            Self::Word(word) => word.parse().ok(),
            _ => None,
        }
    }

    /// Reads a time: seconds since 1970, or ISO 8601.
    pub(super) fn time(&self) -> Option<DateTime<Utc>> {
        #[expect(clippy::cast_possible_truncation, reason = "a float becomes the nearest number that there is")]
        let milliseconds = |seconds: f64| DateTime::from_timestamp_millis((seconds * 1000.0).round() as i64);
        match self {
            Self::Time(time) => Some(*time),
            Self::Integer(seconds) => DateTime::from_timestamp(*seconds, 0),
            Self::Number(seconds) => milliseconds(*seconds),
            Self::Word(word) | Self::Text(word) => {
                let time = DateTime::parse_from_rfc3339(word).ok().map(|time| time.to_utc());
                time.or_else(|| milliseconds(word.parse().ok()?))
            }
            _ => None,
        }
    }

    fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            // An empty list of the query protocol.
            Self::Word(word) if word.is_empty() => Some(&[]),
            _ => None,
        }
    }
}

/// The members of a structure of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields<'v> {
    members: Vec<(&'v str, &'v Value)>,
    path: String,
}

impl<'v> Fields<'v> {
    /// The members of a request.
    pub(super) fn of(value: &'v Value) -> Self {
        Self::within(value, String::new()).unwrap_or_default()
    }

    fn within(value: &'v Value, path: String) -> Option<Self> {
        let Value::Structure(members) = value else { return None };
        Some(Self { members: members.iter().map(|(name, value)| (name.as_str(), value)).collect(), path })
    }

    fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn get(&self, name: &str) -> Option<&'v Value> {
        self.members.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// A member, if it is there; an empty word is not.
    pub(super) fn optional<T>(&self, name: &str, read: fn(&Value) -> Option<T>) -> Result<Option<T>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Word(word)) if word.is_empty() => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| {
                Error::new(Code::Serialization, format!("The value of {} is of the wrong type.", self.path(name)))
            }),
        }
    }

    /// A member that has to be there.
    pub(super) fn required<T>(&self, name: &str, read: fn(&Value) -> Option<T>) -> Result<T, Error> {
        self.optional(name, read)?.ok_or_else(|| Error::missing(&self.path(name)))
    }

    /// A list; empty when it is not there.
    pub(super) fn list<T>(&self, name: &str, read: fn(&Value) -> Option<T>) -> Result<Vec<T>, Error> {
        let wrong = || Error::new(Code::Serialization, format!("{} is no such list.", self.path(name)));
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        value.list().ok_or_else(wrong)?.iter().map(|item| read(item).ok_or_else(wrong)).collect()
    }

    /// A structure, if it is there.
    pub(super) fn structure(&self, name: &str) -> Result<Option<Self>, Error> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let wrong = || Error::new(Code::Serialization, format!("{} is no structure.", self.path(name)));
        Self::within(value, self.path(name)).map(Some).ok_or_else(wrong)
    }

    /// A list of structures; empty when it is not there.
    pub(super) fn structures(&self, name: &str) -> Result<Vec<Self>, Error> {
        let wrong = || Error::new(Code::Serialization, format!("{} is no list of structures.", self.path(name)));
        let Some(value) = self.get(name) else { return Ok(Vec::new()) };
        let items = value.list().ok_or_else(wrong)?.iter().zip(1..);
        items.map(|(item, at)| Self::within(item, format!("{}.{at}", self.path(name))).ok_or_else(wrong)).collect()
    }
}
