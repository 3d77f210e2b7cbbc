//! Values that must not be printed: passwords, tokens, access strings.
//!
//! The wrapper does not encrypt or wipe anything. It makes the careless way, `{:?}` of a whole request, harmless.

use std::fmt;

/// A value whose `Debug` output hides it.
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
