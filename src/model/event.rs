//! What happened, as `DescribeEvents` tells it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How long events are kept: `ElastiCache` tells the last 14 days.
pub const RETENTION_DAYS: i64 = 14;

/// The most events kept of one account in one region; older ones go first.
pub const KEPT_PER_SCOPE: usize = 10_000;

/// The kind of resource an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceType {
    /// A cache cluster.
    CacheCluster,
    /// A cache parameter group.
    CacheParameterGroup,
    /// A cache security group.
    CacheSecurityGroup,
    /// A cache subnet group.
    CacheSubnetGroup,
    /// A replication group.
    ReplicationGroup,
    /// A serverless cache.
    ServerlessCache,
    /// A snapshot of a serverless cache.
    ServerlessCacheSnapshot,
}

/// Something that happened to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The resource's identifier.
    pub source_identifier: String,
    /// What kind of resource it is.
    pub source_type: SourceType,
    /// What happened, in `ElastiCache`'s words where they are known.
    pub message: String,
    /// When it happened.
    pub date: DateTime<Utc>,
}
