//! The members of a new replication group, by name and shard.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    new_member::{member_id, new_member},
    shape::Shape,
};
use crate::model::{CacheCluster, EngineRef, Membership, NodeGroup, NodeGroupId, NodeId};

/// The names of the members of each shard. A cluster that becomes the primary keeps its name, and comes first.
pub(super) fn names(group_id: &str, shape: &Shape, existing: Option<&str>) -> Vec<Vec<String>> {
    let of_shard = shape.shards.iter().map(|shard| {
        let new = (1..).map(|number| member_id(group_id, shape.cluster_mode, &shard.id, number));
        let new = new.filter(|name| existing != Some(name));
        existing.map(str::to_owned).into_iter().chain(new).take(shard.zones.len()).collect()
    });
    of_shard.collect()
}

/// The shards of a new group, and the records of their members.
pub(super) struct Roster {
    pub node_groups: BTreeMap<NodeGroupId, NodeGroup>,
    /// All members, shard by shard.
    pub members: Vec<CacheCluster>,
}

impl Roster {
    /// The roster of a group of this shape whose members have these names. All are made from `first`, the first of
    /// them. Of each shard one member has automatic snapshots taken, a replica when there is one.
    pub fn new(
        group_id: &str,
        shape: &Shape,
        names: Vec<Vec<String>>,
        mut first: CacheCluster,
        snapshot_retention_limit: u32,
        now: DateTime<Utc>,
    ) -> Self {
        let generation = first.nodes.get(&NodeId::FIRST).map_or(1, |node| node.generation);
        let mut roster = Self { node_groups: BTreeMap::new(), members: Vec::new() };
        for (shard, names) in shape.shards.iter().zip(names) {
            let begin = roster.members.len();
            for (name, zone) in names.iter().zip(&shard.zones) {
                let (replication_group_id, node_group_id) = (group_id.to_owned(), shard.id.clone());
                if roster.members.is_empty() {
                    first.id.clone_from(name);
                    first.membership = Some(Membership { replication_group_id, node_group_id });
                    first.snapshot_retention_limit = 0;
                    roster.members.push(first.clone());
                } else {
                    roster.members.push(new_member(&first, name.clone(), node_group_id, zone.clone(), now));
                }
            }
            let snapshotting = if names.len() > 1 { begin + 1 } else { begin };
            if let Some(member) = roster.members.get_mut(snapshotting) {
                member.snapshot_retention_limit = snapshot_retention_limit;
            }
            let primary = EngineRef {
                cache_cluster_id: names.first().cloned().unwrap_or_default(),
                // Every other engine is the first of its node.
                generation: if begin == 0 { generation } else { 1 },
            };
            let node_group =
                NodeGroup { slots: shard.slots.clone(), primary, members: names, promotion: None, leaving: false };
            roster.node_groups.insert(shard.id.clone(), node_group);
        }
        roster
    }
}
