//! What was done to a capacity, as `DescribeScalingActivities` tells it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ScalableDimension;

/// How long activities are told of: Application Auto Scaling tells those of six weeks.
pub const ACTIVITY_RETENTION_DAYS: i64 = 42;

/// The most activities kept of one account in one region; older ones go first.
pub const KEPT_PER_SCOPE: usize = 1000;

/// A change of capacity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalingActivity {
    /// Its identifier.
    pub id: String,
    /// The replication group.
    pub replication_group_id: String,
    /// Which capacity of it.
    pub dimension: ScalableDimension,
    /// What was intended.
    pub description: String,
    /// Why.
    pub cause: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// How it stands.
    pub progress: ScalingProgress,
}

/// How a change of capacity stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScalingProgress {
    /// It goes on.
    InProgress,
    /// It is over.
    Ended {
        /// When.
        at: DateTime<Utc>,
        /// What came of it.
        outcome: ScalingOutcome,
        /// The same in words.
        message: String,
    },
}

/// What came of a change of capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScalingOutcome {
    /// The capacity is as wanted.
    Successful,
    /// `ElastiCache` refused.
    Failed,
    /// The target was deregistered meanwhile, or its group deleted.
    Overridden,
}

impl ScalingProgress {
    /// `StatusCode` on the wire.
    #[must_use]
    pub fn status_code(&self) -> &'static str {
        match self {
            Self::InProgress => "InProgress",
            Self::Ended { outcome: ScalingOutcome::Successful, .. } => "Successful",
            Self::Ended { outcome: ScalingOutcome::Failed, .. } => "Failed",
            Self::Ended { outcome: ScalingOutcome::Overridden, .. } => "Overridden",
        }
    }
}
