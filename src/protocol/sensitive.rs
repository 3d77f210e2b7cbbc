//! Values that must not be printed: passwords, tokens, access strings.
//!
//! The wrapper does not encrypt or wipe anything. It makes the careless ways, `{:?}` of a whole request and JSON of it,
//! harmless.

use std::fmt;

/// What stands in JSON for a value that is hidden, as in the records of `CloudTrail`.
#[cfg(not(test))]
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// A value that `Debug` and JSON hide. The tests of this crate read it back from JSON, to see that it was decoded.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every place that calls this answers for where the value goes.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, without the wrapper.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

#[cfg(not(test))]
impl<T> serde::Serialize for Sensitive<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}
