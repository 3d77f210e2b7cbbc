//! Of which members automatic snapshots are taken, and for how long they are kept.
//!
//! The group's record says how long. Of each shard one member has that limit in its own record, and the others have 0,
//! as `ElastiCache` shows them. Without cluster mode the group names that member, and its owner can choose it.

use std::sync::Arc;

use crate::{
    model::{CacheCluster, NodeGroup, ReplicationGroup},
    operations::{
        cache_cluster::{self, settings},
        errors,
        request::Request,
    },
    protocol::AwsError,
    store::Draft,
};

/// What `ModifyReplicationGroup` says about automatic snapshots.
pub(super) struct Asked<'a> {
    pub snapshot_retention_limit: Option<i32>,
    pub snapshotting_cluster_id: Option<&'a str>,
}

impl Asked<'_> {
    /// Changes the group's record. The members' follow with [`appoint`].
    pub fn apply(&self, draft: &Draft, request: &Request, group: &mut ReplicationGroup) -> Result<(), AwsError> {
        let clustered = group.cluster_mode.is_clustered();
        if clustered && self.snapshotting_cluster_id.is_some() {
            return Err(errors::invalid_combination(
                "Cannot set snapshotting cluster for cluster mode enabled replication group",
            ));
        }
        let limit = match (self.snapshot_retention_limit, group.member_ids().next()) {
            (asked @ Some(_), Some(member)) => {
                settings::snapshot_retention_limit(cache_cluster::find(draft, request, member)?.engine, asked)?
            }
            _ => group.snapshot_retention_limit,
        };
        let turns_on = group.snapshot_retention_limit == 0 && limit > 0;
        let is_half = match self.snapshotting_cluster_id {
            None => turns_on && !clustered,
            Some(_) => limit == 0 && self.snapshot_retention_limit.is_none(),
        };
        if is_half {
            return Err(errors::invalid_combination(
                "Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots",
            ));
        }
        if let Some(id) = self.snapshotting_cluster_id {
            let id = cache_cluster::find(draft, request, id)?.id.clone();
            if !group.member_ids().any(|member| *member == id) {
                return Err(errors::not_a_member(&id, &group.id));
            }
            group.snapshotting_cluster_id = Some(id);
        }
        group.snapshot_retention_limit = limit;
        Ok(())
    }
}

/// Sees to it that of each shard one member that stays has automatic snapshots taken, if they are taken at all. The
/// members' records are written, the group's is not.
pub(in crate::operations) fn appoint(draft: &mut Draft, group: &mut ReplicationGroup) {
    let limit = group.snapshot_retention_limit;
    let mut chosen = None;
    for shard in group.node_groups.values() {
        let members: Vec<Arc<CacheCluster>> =
            shard.members.iter().filter_map(|id| draft.get(&group.scope, id)).collect();
        chosen = choose(shard, &members, group.snapshotting_cluster_id.as_deref()).filter(|_| limit > 0);
        for member in members {
            let own = if chosen.as_ref() == Some(&member.id) { limit } else { 0 };
            if member.snapshot_retention_limit != own {
                let member = CacheCluster { snapshot_retention_limit: own, ..CacheCluster::clone(&member) };
                let id = member.id.clone();
                draft.put(&group.scope, &id, member);
            }
        }
    }
    group.snapshotting_cluster_id = chosen.filter(|_| !group.cluster_mode.is_clustered());
}

/// The one that the owner has chosen, or that it has been, or else a replica, so that the primary is spared.
fn choose(shard: &NodeGroup, members: &[Arc<CacheCluster>], named: Option<&str>) -> Option<String> {
    let staying = || members.iter().filter(|member| member.deleted.is_none());
    let found = staying()
        .find(|member| Some(member.id.as_str()) == named)
        .or_else(|| staying().find(|member| member.snapshot_retention_limit > 0))
        .or_else(|| staying().find(|member| member.id != shard.primary.cache_cluster_id))
        .or_else(|| staying().next());
    found.map(|member| member.id.clone())
}
