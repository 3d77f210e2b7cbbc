//! Changes of the cluster mode of a group that exists: from `disabled` through `compatible`, where it serves clients of
//! both kinds, to `enabled`, and from `compatible` back. The rules are those of the user guide.

use crate::{
    model::{CacheCluster, ClusterMode, ReplicationGroup, SlotSet, Succession, catalogue::engine_versions},
    operations::errors,
    protocol::{AwsError, types},
};
use engine_versions::{EngineFeature, version_reported_as};

/// The cluster mode that a group is to have, when that is another one than it has. `named_alone` says whether the
/// request is about nothing else.
pub(super) fn wanted(
    group: &ReplicationGroup,
    member: &CacheCluster,
    asked: Option<types::ClusterMode>,
    named_alone: bool,
) -> Result<Option<ClusterMode>, AwsError> {
    let mode = match asked {
        None => return Ok(None),
        Some(types::ClusterMode::Disabled) => ClusterMode::Disabled,
        Some(types::ClusterMode::Compatible) => ClusterMode::Compatible,
        Some(types::ClusterMode::Enabled) => ClusterMode::Enabled,
    };
    match (group.cluster_mode, mode) {
        (present, mode) if present == mode => return Ok(None),
        (ClusterMode::Enabled, _) => {
            return Err(errors::invalid_combination("Cluster mode cannot be changed once it is enabled."));
        }
        (ClusterMode::Disabled, ClusterMode::Enabled) => {
            return Err(errors::invalid_combination(
                "Cluster mode cannot be changed from disabled to enabled. Please change it to compatible first.",
            ));
        }
        (ClusterMode::Disabled | ClusterMode::Compatible, _) => {}
    }
    if !named_alone {
        return Err(errors::invalid_combination(
            "ClusterMode can only be modified along with CacheParameterGroupName and nothing else.",
        ));
    }
    check_group(group, member)?;
    Ok(Some(mode))
}

/// What a group has to have for its mode to be changed.
fn check_group(group: &ReplicationGroup, member: &CacheCluster) -> Result<(), AwsError> {
    let version = version_reported_as(member.engine, member.engine_version.as_str());
    if !version.is_some_and(|version| version.supports(EngineFeature::ClusterModeMigration)) {
        return Err(errors::invalid_combination(format_args!(
            "Cluster mode cannot be changed for {} {}. It needs engine version 7.0 or later.",
            member.engine, member.engine_version
        )));
    }
    if !group.automatic_failover {
        return Err(errors::invalid_combination(
            "Cluster mode can only be changed while automatic failover is enabled.",
        ));
    }
    if group.node_groups.values().any(|shard| shard.members.len() < 2) {
        return Err(errors::invalid_combination("Cluster mode can only be changed with at least one replica."));
    }
    if group.node_groups.values().any(|shard| shard.promotion.is_some()) {
        return Err(errors::failover_in_progress(&group.id));
    }
    if !member.pending.is_empty() {
        return Err(errors::invalid_group_state(
            "Cluster mode cannot be changed while other changes wait for the maintenance window.",
        ));
    }
    Ok(())
}

/// Changes the group's own record.
pub(super) fn apply(group: &mut ReplicationGroup, mode: ClusterMode) {
    group.cluster_mode = mode;
    for shard in group.node_groups.values_mut() {
        shard.slots = if mode.is_clustered() { SlotSet::all() } else { SlotSet::default() };
    }
}

/// Has engines replaced by others that are nodes of a cluster, or are none. Those of a group that is `compatible` are
/// nodes already, and stay when it becomes `enabled`.
pub(super) fn renew_engines(member: &mut CacheCluster, from: ClusterMode, to: ClusterMode) {
    if from.is_clustered() != to.is_clustered() {
        for node in member.nodes.values_mut() {
            node.renew(Succession::Handover);
        }
    }
}
