//! The record of a new member of a replication group.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    model::{CacheCluster, CacheNode, Membership, NodeGroupId, NodeId},
    operations::new_uid,
};

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
