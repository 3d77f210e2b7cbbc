//! That an entry of an init file has been carried out, so that it is not again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A note of what was done. Its identifier is the entry's digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitNote {
    /// The operation.
    pub operation: String,
    /// When it was answered, or found to be done already.
    pub done: DateTime<Utc>,
}
