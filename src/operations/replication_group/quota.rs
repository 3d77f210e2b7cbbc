//! How many nodes a replication group may have.

use crate::{
    model::{CacheCluster, EngineVersion, ReplicationGroup, catalogue::limits},
    operations::{cache_cluster::settings, errors, request::Request},
    protocol::{AwsError, ErrorCode},
    store::Draft,
};

/// The first version whose clusters may have as many nodes as AWS lets anybody have.
const MANY_NODES_SINCE: (u32, u32, u32) = (5, 0, 6);

/// The most nodes of a group: what an account may have from the start, or what AWS raises that to when it is asked.
pub(super) fn most_nodes(version: &EngineVersion, strict: bool) -> usize {
    if strict {
        limits::NODES_PER_CLUSTER_MODE_GROUP
    } else if (version.major(), version.minor(), version.patch()) < MANY_NODES_SINCE {
        limits::MOST_NODES_OF_OLD_VERSIONS
    } else {
        limits::MOST_NODES_PER_CLUSTER_MODE_GROUP
    }
}

/// Holds a request for `count` shards to the most nodes that a group may have.
pub(super) fn check_shards(count: usize, most: usize) -> Result<(), AwsError> {
    if count <= most {
        return Ok(());
    }
    let message = format!("A replication group can have at most {most} node groups.");
    Err(AwsError::new(ErrorCode::NodeGroupsPerReplicationGroupQuotaExceeded, message))
}

/// Holds a group that has grown, and its account, to the nodes that they may have. The new members' records are in
/// `draft`.
pub(super) fn check(draft: &Draft, request: &Request, group: &ReplicationGroup, strict: bool) -> Result<(), AwsError> {
    let member = group.member_ids().find_map(|id| draft.get::<CacheCluster>(&request.scope, id));
    if let Some(member) = member {
        let most = most_nodes(&member.engine_version, strict);
        if group.member_ids().count() > most {
            return Err(errors::node_quota_for_cluster_exceeded(most));
        }
    }
    if strict { settings::check_node_quota(draft, request, 0) } else { Ok(()) }
}
