//! What the service calls an event where it notifies others of it: on a topic, or on the event bus. The names are those
//! of AWS's documentation; each stands for the messages that an event of that name has in `DescribeEvents`.

use super::{Event, SourceType};

/// Told to topics when replicas begin to be added to a group. `DescribeEvents` has no such event.
pub const REPLICAS_COMING: &str = "Replicas are being added";

/// Told to topics when all of them are there, as [`REPLICAS_COMING`].
pub const REPLICAS_THERE: &str = "Replicas have been added";

/// Told to topics when clients are shown another certificate than before. `DescribeEvents` has no such event.
pub const CERTIFICATE_RENEWED: &str = "The certificate has been renewed";

/// A name on topics, and the messages that it stands for: by whom they are, how they begin, and what is in them.
struct TopicName {
    of: &'static [SourceType],
    begins: &'static str,
    contains: &'static str,
    name: &'static str,
}

/// A kind of event on the bus, with the category that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusName {
    /// The `detail-type`.
    pub detail_type: &'static str,
    /// The one member of `EventCategories`.
    pub category: &'static str,
}

use SourceType::{CacheCluster, ReplicationGroup, ServerlessCache, ServerlessCacheSnapshot};

const CLUSTER: &[SourceType] = &[CacheCluster];
const GROUP: &[SourceType] = &[ReplicationGroup];
const BOTH: &[SourceType] = &[CacheCluster, ReplicationGroup];

const fn topic(
    of: &'static [SourceType],
    begins: &'static str,
    contains: &'static str,
    name: &'static str,
) -> TopicName {
    TopicName { of, begins, contains, name }
}

/// The first that fits is the name.
/// <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ECEvents.SNS.html>
const TOPIC_NAMES: &[TopicName] = &[
    topic(CLUSTER, "Added cache node ", "", "ElastiCache:AddCacheNodeComplete"),
    topic(CLUSTER, "Finished modifying number of nodes ", "", "ElastiCache:AddCacheNodeComplete"),
    topic(CLUSTER, "Removed cache nodes ", "", "ElastiCache:RemoveCacheNodeComplete"),
    topic(CLUSTER, "Cache cluster created", "", "ElastiCache:CacheClusterProvisioningComplete"),
    topic(CLUSTER, "Cache node ", " could not be brought up", "ElastiCache:CacheClusterProvisioningFailed"),
    topic(CLUSTER, "Cache cluster ", " could not be restored from ", "ElastiCache:CacheClusterRestoreFailed"),
    topic(CLUSTER, "Cache cluster deleted", "", "ElastiCache:DeleteCacheClusterComplete"),
    topic(CLUSTER, "Updated to use a CacheParameterGroup ", "", "ElastiCache:CacheClusterParametersChanged"),
    topic(CLUSTER, "Applied change to security group", "", "ElastiCache:CacheClusterSecurityGroupModified"),
    topic(CLUSTER, "Succeeded applying modification to ", "", "ElastiCache:CacheClusterScalingComplete"),
    topic(CLUSTER, "Failed applying modification to ", "", "ElastiCache:CacheClusterScalingFailed"),
    topic(GROUP, "Succeeded applying modification to ", "", "ElastiCache:ReplicationGroupScalingComplete"),
    topic(GROUP, "Failed applying modification to ", "", "ElastiCache:ReplicationGroupScalingFailed"),
    topic(CLUSTER, "Recovering cache nodes ", "", "ElastiCache:CacheNodeReplaceStarted"),
    topic(CLUSTER, "Finished recovery for cache nodes ", "", "ElastiCache:CacheNodeReplaceComplete"),
    topic(CLUSTER, "Cache node ", " restarted", "ElastiCache:CacheNodesRebooted"),
    topic(BOTH, "Failover from primary node ", " completed", "ElastiCache:FailoverComplete"),
    topic(GROUP, "Replication group ", " created", "ElastiCache:CreateReplicationGroupComplete"),
    topic(CLUSTER, CERTIFICATE_RENEWED, "", "ElastiCache:CertificateRenewalComplete"),
    topic(GROUP, REPLICAS_COMING, "", "ElastiCache:ReplicationGroupIncreaseReplicaCountStarted"),
    topic(GROUP, REPLICAS_THERE, "", "ElastiCache:ReplicationGroupIncreaseReplicaCountFinished"),
    topic(BOTH, "Snapshot succeeded ", "", "ElastiCache:SnapshotComplete"),
    topic(BOTH, "Snapshot failed ", "", "ElastiCache:SnapshotFailed"),
    topic(
        CLUSTER,
        "The node with Cache Cluster ID: ",
        " is scheduled for replacement ",
        "ElastiCache:NodeReplacementScheduled",
    ),
    topic(
        CLUSTER,
        "The replacement in maintenance window for node ",
        " has re-scheduled ",
        "ElastiCache:NodeReplacementRescheduled",
    ),
    topic(
        CLUSTER,
        "The replacement for Cache Cluster ID: ",
        " has been canceled",
        "ElastiCache:NodeReplacementCanceled",
    ),
    topic(CLUSTER, "Service update is available ", "", "ElastiCache:ServiceUpdateAvailableForNode"),
];

impl Event {
    /// Whether topics are told of it and `DescribeEvents` does not have it.
    #[must_use]
    pub fn is_for_topics_only(&self) -> bool {
        let message = self.message.as_str();
        match self.source_type {
            CacheCluster => message == CERTIFICATE_RENEWED,
            ReplicationGroup => [REPLICAS_COMING, REPLICAS_THERE].contains(&message),
            _ => false,
        }
    }

    /// The name of the notification that a topic gets, `None` when there is none of such an event.
    #[must_use]
    pub fn topic_name(&self) -> Option<&'static str> {
        let fits = |name: &&TopicName| {
            name.of.contains(&self.source_type)
                && self.message.strip_prefix(name.begins).is_some_and(|rest| rest.contains(name.contains))
        };
        TOPIC_NAMES.iter().find(fits).map(|name| name.name)
    }

    /// What the event is on the bus, `None` when it does not go there: only serverless caches and their snapshots do.
    /// <https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-elasticache.html>
    #[must_use]
    pub fn bus_name(&self) -> Option<BusName> {
        let has = |part: &str| self.message.contains(part);
        let (detail_type, category) = match self.source_type {
            ServerlessCache if self.message.starts_with("Failed to create cache ") => {
                ("Cache Creation Failed", "failure")
            }
            ServerlessCache if has(" is created and ") => ("Cache Created", "creation"),
            ServerlessCache if has(" was deleted.") => ("Cache Deleted", "deletion"),
            ServerlessCache if has(" updated for the cache ") => ("Cache Updated", "configuration change"),
            ServerlessCache if has(" update to the cache ") && has(" failed") => ("Cache Update Failed", "failure"),
            ServerlessCacheSnapshot if self.message.starts_with("Failed to create snapshot ") => {
                ("Snapshot Creation Failed", "failure")
            }
            ServerlessCacheSnapshot if self.message.starts_with("Failed to export snapshot ") => {
                ("Snapshot Export Failed", "failure")
            }
            ServerlessCacheSnapshot if self.message.starts_with("Failed to copy snapshot ") => {
                ("Snapshot Copy Failed", "failure")
            }
            ServerlessCacheSnapshot if has(" created for cache ") => ("Snapshot Created", "creation"),
            _ => return None,
        };
        Some(BusName { detail_type, category })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn event(source_type: SourceType, message: &str) -> Event {
        let source_identifier = "x".to_owned();
        Event { source_identifier, source_type, message: message.to_owned(), date: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn the_messages_of_clusters_and_groups_have_names_on_topics() {
        for (source_type, message, name) in [
            (CacheCluster, "Cache cluster created", Some("ElastiCache:CacheClusterProvisioningComplete")),
            (CacheCluster, "Cache node 0001 restarted", Some("ElastiCache:CacheNodesRebooted")),
            (CacheCluster, "Cache node 0001 shutdown", None),
            (ReplicationGroup, "Replication group a created", Some("ElastiCache:CreateReplicationGroupComplete")),
            (ReplicationGroup, "Replication group a deleted", None),
            (
                ReplicationGroup,
                "Succeeded applying modification to cache node type to cache.t3.small.",
                Some("ElastiCache:ReplicationGroupScalingComplete"),
            ),
            (ReplicationGroup, "Cache cluster created", None),
        ] {
            assert_eq!(event(source_type, message).topic_name(), name, "{message}");
            assert_eq!(event(source_type, message).bus_name(), None, "{message}");
        }
    }

    #[test]
    fn those_of_serverless_caches_have_names_on_the_bus() {
        for (source_type, message, name) in [
            (ServerlessCache, "Cache a is created and ready to use.", Some("Cache Created")),
            (ServerlessCache, "Failed to create cache a. Data restoration failed.", Some("Cache Creation Failed")),
            (ServerlessCache, "Limits updated for the cache a.", Some("Cache Updated")),
            (ServerlessCache, "Cache a was deleted.", Some("Cache Deleted")),
            (ServerlessCache, "Cache a waits for a step that is tried again: reason", None),
            (ServerlessCacheSnapshot, "Snapshot s created for cache a.", Some("Snapshot Created")),
        ] {
            let bus_name = event(source_type, message).bus_name();
            assert_eq!(bus_name.map(|name| name.detail_type), name, "{message}");
            assert_eq!(event(source_type, message).topic_name(), None, "{message}");
        }
    }
}
