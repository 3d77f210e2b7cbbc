//! A change of bounds that the clock brings about.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A scheduled action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledAction {
    /// The identifier in its ARN.
    pub uid: String,
    /// When it is due, as it was written.
    pub schedule: String,
    /// The time zone that the schedule is in, if one was given.
    pub timezone: Option<String>,
    /// When it begins to count.
    pub start: Option<DateTime<Utc>>,
    /// After when it does not count any more.
    pub end: Option<DateTime<Utc>>,
    /// The new least capacity.
    pub min_capacity: Option<u32>,
    /// The new most capacity.
    pub max_capacity: Option<u32>,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it is due next; `None` when it never will be again.
    pub due: Option<DateTime<Utc>>,
}
