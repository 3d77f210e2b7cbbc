//! The record of a new member of a replication group.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use crate::{
    model::{CacheCluster, CacheNode, ClusterMode, Membership, NodeGroupId, NodeId, catalogue::regions},
    operations::new_uid,
};

/// The id of a member that the server names. Without cluster mode there is one shard, which is left out.
pub(in crate::operations) fn member_id(
    replication_group_id: &str,
    cluster_mode: ClusterMode,
    node_group_id: &NodeGroupId,
    number: usize,
) -> String {
    match cluster_mode {
        ClusterMode::Disabled => format!("{replication_group_id}-{number:03}"),
        ClusterMode::Compatible | ClusterMode::Enabled => {
            format!("{replication_group_id}-{node_group_id}-{number:03}")
        }
    }
}

/// A member called `id` in the shard `node_group_id`, with one node in `zone` and all settings of `template`, which is
/// another member of the group. Changes that wait for `template`'s maintenance window wait for that of the new one too,
/// so that the members stay alike.
pub(in crate::operations) fn new_member(
    template: &CacheCluster,
    id: String,
    node_group_id: NodeGroupId,
    zone: String,
    now: DateTime<Utc>,
) -> CacheCluster {
    CacheCluster {
        id,
        uid: new_uid(),
        membership: template.membership.clone().map(|membership| Membership { node_group_id, ..membership }),
        requested: now,
        created: None,
        deleted: None,
        nodes: BTreeMap::from([(NodeId::FIRST, CacheNode::new(zone))]),
        configuration_port: None,
        membership_version: 1,
        resizing_from: None,
        // Automatic snapshots are taken of one member, and this is not the one.
        snapshot_retention_limit: 0,
        ..template.clone()
    }
}

/// The zone for one more member beside `members`: where there are fewest.
pub(in crate::operations) fn next_zone(region: &str, members: &[Arc<CacheCluster>]) -> String {
    let in_zone = |zone: &String| {
        let nodes = members.iter().flat_map(|member| member.nodes.values());
        nodes.filter(|node| node.availability_zone == *zone).count()
    };
    regions::availability_zones(region).into_iter().min_by_key(in_zone).unwrap_or_default()
}
