//! `ElastiCache`'s quotas and ranges.
//!
//! Quotas are the defaults of an account in a region, from the user guide; AWS raises most of them on request, we do
//! not. Ranges are those of the API reference. The code named at a quota is the error for going beyond it.

use std::ops::RangeInclusive;

/// Nodes in an account and region. Code: `NodeQuotaForCustomerExceeded`.
pub const NODES: usize = 300;
/// Nodes in a memcached cluster: what the API reference states. Code: `NodeQuotaForClusterExceeded`.
pub const MEMCACHED_NODES_PER_CLUSTER: usize = 40;
/// Nodes of one node type in a group with cluster mode enabled. Code: `NodeQuotaForClusterExceeded`.
pub const NODES_PER_CLUSTER_MODE_GROUP: usize = 90;
/// The same, as far as AWS raises it on request.
pub const MOST_NODES_PER_CLUSTER_MODE_GROUP: usize = 500;
/// The same, for Redis before 5.0.6.
pub const MOST_NODES_OF_OLD_VERSIONS: usize = 250;
/// Nodes in a shard: a primary and five replicas. Code: `NodeQuotaForClusterExceeded`.
pub const NODES_PER_SHARD: usize = 6;
/// Shards in a group. Code: `NodeGroupsPerReplicationGroupQuotaExceeded`.
pub const SHARDS_PER_GROUP: usize = 90;
/// Parameter groups. Code: `CacheParameterGroupQuotaExceeded`.
pub const PARAMETER_GROUPS: usize = 300;
/// Subnet groups. Code: `CacheSubnetGroupQuotaExceeded`.
pub const SUBNET_GROUPS: usize = 300;
/// Subnets in a subnet group. Code: `CacheSubnetQuotaExceededFault`.
pub const SUBNETS_PER_SUBNET_GROUP: usize = 20;
/// Cache security groups. Code: `QuotaExceeded.CacheSecurityGroup`.
pub const SECURITY_GROUPS: usize = 50;
/// Serverless caches. Code: `ServerlessCacheQuotaForCustomerExceededFault`.
pub const SERVERLESS_CACHES: usize = 40;
/// Users; an older edition of the guide said 1000. Code: `UserQuotaExceeded`.
pub const USERS: usize = 2000;
/// User groups; an older edition of the guide said 100. Code: `UserGroupQuotaExceeded`.
pub const USER_GROUPS: usize = 200;
/// Users in a user group. Code: `UserGroupQuotaExceeded`.
pub const USERS_PER_USER_GROUP: usize = 100;
/// User groups of a replication group.
pub const USER_GROUPS_PER_REPLICATION_GROUP: usize = 1;
/// Reserved nodes; not published, taken to equal the quota of nodes. Code: `ReservedCacheNodeQuotaExceeded`.
pub const RESERVED_NODES: usize = 300;
/// Tags of a resource. Code: `TagQuotaPerResourceExceeded`.
pub const TAGS_PER_RESOURCE: usize = 50;
/// Manual snapshots of a node within 24 hours. Code: `SnapshotQuotaExceededFault`.
pub const MANUAL_SNAPSHOTS_PER_NODE_AND_DAY: usize = 20;
/// Manual snapshots of a serverless cache within 24 hours. Code: `ServerlessCacheSnapshotQuotaExceededFault`.
pub const MANUAL_SNAPSHOTS_PER_SERVERLESS_CACHE_AND_DAY: usize = 24;
/// Node groups that `TestFailover` may fail over within 24 hours. Code: `APICallRateForCustomerExceeded`.
pub const TEST_FAILOVERS_PER_DAY: usize = 15;
/// Parameters in one call of `ModifyCacheParameterGroup` or `ResetCacheParameterGroup`; more is refused with
/// `Cannot modify more than 20 parameters in a single request`, code `InvalidParameterCombination`.
pub const PARAMETERS_PER_CALL: usize = 20;
/// Groups, and clusters, in one call of `BatchApplyUpdateAction` or `BatchStopUpdateAction`. Code:
/// `InvalidParameterValue`.
pub const UPDATE_ACTIONS_PER_CALL: usize = 20;
/// Secondary regions of a global datastore.
pub const GLOBAL_DATASTORE_SECONDARIES: usize = 2;
/// Log delivery configurations of a cache, one for each log type.
pub const LOG_DELIVERY_CONFIGURATIONS: usize = 2;
/// Passwords of a user.
pub const PASSWORDS_PER_USER: usize = 2;
/// Hash slots of a group with cluster mode enabled.
pub const HASH_SLOTS: u16 = 16384;

/// `NumCacheClusters`.
pub const NUM_CACHE_CLUSTERS: RangeInclusive<i32> = 1..=6;
/// `ReplicasPerNodeGroup` and `NewReplicaCount`.
pub const REPLICAS_PER_NODE_GROUP: RangeInclusive<i32> = 0..=5;
/// `SnapshotRetentionLimit`, days; 0 turns automatic snapshots off.
pub const SNAPSHOT_RETENTION_LIMIT: RangeInclusive<i32> = 0..=35;
/// `MaxRecords` of most operations; the default is the largest.
pub const MAX_RECORDS: RangeInclusive<i32> = 20..=100;
/// `MaxRecords` of `DescribeSnapshots`; the default is the largest.
pub const MAX_RECORDS_OF_SNAPSHOTS: RangeInclusive<i32> = 20..=50;
/// `MaxResults` of the serverless operations; the default is the largest.
pub const MAX_RESULTS_OF_SERVERLESS: RangeInclusive<i32> = 1..=50;
/// Characters of an `AuthToken`.
pub const AUTH_TOKEN_LENGTH: RangeInclusive<usize> = 16..=128;
/// Characters of a user's password.
pub const PASSWORD_LENGTH: RangeInclusive<usize> = 16..=128;
/// Characters of a description.
pub const DESCRIPTION_LENGTH: RangeInclusive<usize> = 0..=255;
/// Gigabytes of `CacheUsageLimits.DataStorage`.
pub const SERVERLESS_DATA_STORAGE_GB: RangeInclusive<i32> = 1..=5000;
/// `CacheUsageLimits.ECPUPerSecond`.
pub const SERVERLESS_ECPU_PER_SECOND: RangeInclusive<i32> = 1000..=15_000_000;

/// Length of a window that nobody chose, and the shortest that may be chosen, minutes.
pub const WINDOW_MINUTES: u16 = 60;
/// How far back `DescribeEvents` reaches, days.
pub const EVENT_DAYS: u16 = 14;
/// How far back `DescribeEvents` looks when it is not told, minutes.
pub const EVENT_DEFAULT_MINUTES: u16 = 60;
/// How long an IAM authentication token is valid, minutes.
pub const IAM_TOKEN_MINUTES: u16 = 15;
/// How long a connection that was authenticated with IAM may stay, hours.
pub const IAM_CONNECTION_HOURS: u16 = 12;

/// A `SnapshotRetentionLimit` out of range. AWS code: `InvalidParameterValue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid snapshot retention limit: {0}. Retention limit must be between 0 and 35.")]
pub struct InvalidRetentionLimit(pub i32);

/// The retention of automatic snapshots that a request asks for, days.
///
/// # Errors
///
/// [`InvalidRetentionLimit`], when it is not from 0 to 35.
pub fn snapshot_retention_limit(days: i32) -> Result<i32, InvalidRetentionLimit> {
    if SNAPSHOT_RETENTION_LIMIT.contains(&days) { Ok(days) } else { Err(InvalidRetentionLimit(days)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_limited() {
        assert_eq!(snapshot_retention_limit(35), Ok(35));
        assert_eq!(snapshot_retention_limit(0), Ok(0));
        assert!(snapshot_retention_limit(-1).is_err());
        assert_eq!(
            snapshot_retention_limit(36).expect_err("too long").to_string(),
            "Invalid snapshot retention limit: 36. Retention limit must be between 0 and 35."
        );
    }
}
