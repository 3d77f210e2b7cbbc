//! What Application Auto Scaling knows of a replication group: which capacity it may change, within which bounds, by
//! which policies, and what it did.
//!
//! A scalable target holds all that is deleted with it. What was done outlives it.

mod activity;
mod policy;
mod scheduled;

use std::{collections::BTreeMap, fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use activity::{
    ACTIVITY_RETENTION_DAYS, KEPT_PER_SCOPE as ACTIVITIES_PER_SCOPE, ScalingActivity, ScalingOutcome, ScalingProgress,
};
pub use policy::{MINUTES_BELOW as MINUTES_KEPT, ScalingPolicy, TrackedMetric, Verdict};
pub use scheduled::ScheduledAction;

use super::{ReplicationGroup, Scope, TagSet};

/// Which capacity of a replication group is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ScalableDimension {
    /// How many replicas each shard has.
    #[serde(rename = "elasticache:replication-group:Replicas")]
    Replicas,
    /// How many shards there are.
    #[serde(rename = "elasticache:replication-group:NodeGroups")]
    NodeGroups,
}

impl ScalableDimension {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replicas => "elasticache:replication-group:Replicas",
            Self::NodeGroups => "elasticache:replication-group:NodeGroups",
        }
    }

    /// What is counted, in words for people.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Replicas => "replicas per node group",
            Self::NodeGroups => "node groups",
        }
    }

    /// How much of it a group has. Of shards with different numbers of replicas the one with the fewest counts.
    #[must_use]
    pub fn capacity(self, group: &ReplicationGroup) -> u32 {
        let count = match self {
            Self::Replicas => group.node_groups.values().map(|shard| shard.members.len().saturating_sub(1)).min(),
            Self::NodeGroups => Some(group.node_groups.values().filter(|shard| !shard.leaving).count()),
        };
        count.and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
    }
}

impl fmt::Display for ScalableDimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no dimension of a replication group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is neither elasticache:replication-group:Replicas nor elasticache:replication-group:NodeGroups")]
pub struct UnknownDimension;

impl FromStr for ScalableDimension {
    type Err = UnknownDimension;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Replicas, Self::NodeGroups].into_iter().find(|it| it.as_str() == text).ok_or(UnknownDimension)
    }
}

/// The least and the most capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// `MinCapacity`.
    pub min: u32,
    /// `MaxCapacity`, not less.
    pub max: u32,
}

impl Bounds {
    /// The capacity within the bounds that is nearest to `capacity`.
    #[must_use]
    pub fn nearest(self, capacity: u32) -> u32 {
        capacity.min(self.max).max(self.min)
    }
}

/// Which kinds of scaling are not to happen for now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspendedState {
    /// Scaling in by policies.
    pub dynamic_scaling_in: bool,
    /// Scaling out by policies.
    pub dynamic_scaling_out: bool,
    /// Scheduled actions.
    pub scheduled_scaling: bool,
}

/// A capacity of a replication group that is scaled by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalableTarget {
    /// Whose it is, and where.
    pub scope: Scope,
    /// The identifier in its ARN.
    pub uid: String,
    /// The replication group.
    pub replication_group_id: String,
    /// Tells that group from another one of the same name.
    pub replication_group_uid: String,
    /// Which capacity of it.
    pub dimension: ScalableDimension,
    /// Within which bounds.
    pub bounds: Bounds,
    /// What is not to happen for now.
    pub suspended: SuspendedState,
    /// When it was registered.
    pub created: DateTime<Utc>,
    /// The tags.
    pub tags: TagSet,
    /// What is to be held where, by the policies' names.
    pub policies: BTreeMap<String, ScalingPolicy>,
    /// What the clock brings about, by the actions' names.
    pub scheduled_actions: BTreeMap<String, ScheduledAction>,
    /// The capacity is to be brought within the bounds, for this reason, as soon as the group is available.
    pub out_of_bounds: Option<String>,
    /// What is being done.
    pub under_way: Option<UnderWay>,
    /// When the last scaling out was over.
    pub scaled_out: Option<DateTime<Utc>>,
    /// When the last scaling in was over.
    pub scaled_in: Option<DateTime<Utc>>,
    /// When a change failed. Policies leave the target alone for a while then.
    pub failed: Option<DateTime<Utc>>,
}

/// A change of capacity that has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    /// The number of the activity.
    pub activity: String,
    /// The capacity before.
    pub from: u32,
    /// The capacity that is wanted.
    pub to: u32,
}

impl ScalableTarget {
    /// Under which name the target of a group is kept.
    #[must_use]
    pub fn key(replication_group_id: &str, dimension: ScalableDimension) -> String {
        format!("{replication_group_id}/{dimension}")
    }

    /// Under which name this one is kept.
    #[must_use]
    pub fn own_key(&self) -> String {
        Self::key(&self.replication_group_id, self.dimension)
    }
}
