//! `DeleteReplicationGroup`.

use std::sync::Arc;

use crate::{
    model::{CacheCluster, ClusterMode, GroupPhase, Phase, ReplicationGroup},
    operations::{Operations, errors, global_replication_group::membership, request::Request, snapshot},
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// A member of a global datastore has to leave that first. Taken in every status but `deleting`, so that a group
    /// that cannot come up can be removed; with `--strict` only when it is available. `RetainPrimaryCluster` is refused
    /// while a user group is attached. While a snapshot is being taken it is refused. A final snapshot is taken of the
    /// primaries and needs a group that is available; when it cannot be taken, the group stays.
    pub(in crate::operations) async fn delete_replication_group(
        &self,
        request: &Request,
        input: types::DeleteReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::DeleteReplicationGroupMessage {
            replication_group_id,
            retain_primary_cluster,
            final_snapshot_identifier,
        } = input;
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        let retain = retain_primary_cluster == Some(true);
        self.store
            .write(move |draft| {
                let group = super::find(draft, &request, &replication_group_id)?;
                membership::check_deletion(&group)?;
                check_phase(draft, &request, &group, strict)?;
                let last = match &final_snapshot_identifier {
                    None => None,
                    Some(_) if retain => {
                        return Err(errors::invalid_combination(
                            "FinalSnapshotIdentifier and RetainPrimaryCluster cannot both be specified.",
                        ));
                    }
                    Some(name) => {
                        let last = snapshot::last_of_group(draft, &request, &group, name, now)?;
                        // Without its engines there is nothing to take.
                        let phase = group.phase(super::members(draft.tables(), &request.scope));
                        if phase != GroupPhase::Available {
                            return Err(errors::replication_group_not_deletable(&group.id, phase.as_str()));
                        }
                        last
                    }
                };
                let mut group = ReplicationGroup { deleted: Some(now), ..ReplicationGroup::clone(&group) };
                if retain {
                    release_primary(draft, &request, &mut group)?;
                }
                for id in group.member_ids() {
                    if let Some(member) = draft.get::<CacheCluster>(&request.scope, id)
                        && member.deleted.is_none()
                    {
                        let member = CacheCluster { deleted: Some(now), ..CacheCluster::clone(&member) };
                        draft.put(&request.scope, id, member);
                    }
                }
                let replication_group = Some(super::put(draft, &request, group));
                if let Some(last) = last {
                    last.begin(draft, &request);
                }
                Ok(Output::DeleteReplicationGroup(types::DeleteReplicationGroupResult { replication_group }))
            })
            .await
    }
}

/// `ElastiCache` deletes groups that are available only. One that cannot come up here has to be removable all the same.
fn check_phase(draft: &Draft, request: &Request, group: &Arc<ReplicationGroup>, strict: bool) -> Result<(), AwsError> {
    let members = super::members(draft.tables(), &request.scope);
    let phase = group.phase(&members);
    if group.migration.is_some() && group.deleted.is_none() {
        return Ok(());
    }
    let refused = || Err(errors::replication_group_not_deletable(&group.id, phase.as_str()));
    match phase {
        GroupPhase::Available | GroupPhase::Migrating | GroupPhase::CreateFailed => Ok(()),
        GroupPhase::Creating | GroupPhase::Modifying if !strict => Ok(()),
        GroupPhase::Deleting | GroupPhase::Creating | GroupPhase::Snapshotting => refused(),
        GroupPhase::Modifying => {
            let is_busy = |id: &&String| members(id).is_some_and(|member| member.phase() != Phase::Available);
            group.member_ids().find(is_busy).map_or_else(refused, |id| Err(errors::member_not_deletable(id)))
        }
    }
}

/// Takes the primary out of the group: it goes on as a cluster of its own, with its data.
fn release_primary(draft: &mut Draft, request: &Request, group: &mut ReplicationGroup) -> Result<(), AwsError> {
    if group.migration.is_some() {
        // It would go on copying what is not its own.
        return Err(errors::replication_group_not_available());
    }
    if group.cluster_mode != ClusterMode::Disabled {
        return Err(errors::invalid_combination(
            "RetainPrimaryCluster is not supported for replication groups with cluster mode enabled.",
        ));
    }
    for shard in group.node_groups.values_mut() {
        let id = &shard.primary.cache_cluster_id;
        shard.members.retain(|member| member != id);
        if let Some(primary) = draft.get::<CacheCluster>(&request.scope, id) {
            if primary.user_group_id.is_some() {
                return Err(errors::invalid_combination(
                    "RetainPrimaryCluster is not supported while a user group is attached: user groups are for \
                     replication groups only.",
                ));
            }
            let primary = CacheCluster {
                membership: None,
                snapshot_retention_limit: group.snapshot_retention_limit,
                log_deliveries: group.log_deliveries.clone(),
                ..CacheCluster::clone(&primary)
            };
            draft.put(&request.scope, id, primary);
        }
    }
    Ok(())
}
