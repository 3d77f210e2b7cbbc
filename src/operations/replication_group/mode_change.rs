//! A change of the cluster mode by `ModifyReplicationGroup`: from disabled over compatible to enabled, or back from
//! compatible to disabled ("Modifying cluster mode" in the user guide).

use crate::{
    model::{CacheCluster, ClusterMode, ReplicationGroup, SlotSet, Succession, parameters::family_of},
    operations::{cache_cluster::modify::Modification, errors, parameter_groups, request::Request},
    protocol::{AwsError, types},
    store::Draft,
};

/// Changes the mode of `group` and what follows from it for its members.
pub(super) fn apply(
    draft: &Draft,
    request: &Request,
    group: &mut ReplicationGroup,
    members: &mut [Modification],
    asked: types::ClusterMode,
    input: &types::ModifyReplicationGroupMessage,
) -> Result<(), AwsError> {
    let wanted = match asked {
        types::ClusterMode::Disabled => ClusterMode::Disabled,
        types::ClusterMode::Compatible => ClusterMode::Compatible,
        types::ClusterMode::Enabled => ClusterMode::Enabled,
    };
    if names_more(input) {
        return Err(errors::invalid_combination(
            "ClusterMode cannot be changed together with other parameters than CacheParameterGroupName.",
        ));
    }
    let present = group.cluster_mode;
    match (present, wanted) {
        _ if present == wanted => return Ok(()),
        (ClusterMode::Disabled, ClusterMode::Compatible) => check_ready(group, members)?,
        (ClusterMode::Compatible, ClusterMode::Enabled | ClusterMode::Disabled) => {}
        _ => {
            return Err(errors::invalid_combination(format_args!(
                "The cluster mode cannot be changed from {} to {}.",
                present.as_str(),
                wanted.as_str()
            )));
        }
    }
    let asked = input.cache_parameter_group_name.as_deref();
    if present.is_clustered() != wanted.is_clustered() {
        for Modification { cluster, .. } in members {
            cluster.parameter_group = parameter_group(draft, request, cluster, wanted, asked)?;
            cluster.nodes.values_mut().for_each(|node| node.renew(Succession::Handover));
        }
        for shard in group.node_groups.values_mut() {
            shard.slots = if wanted.is_clustered() { SlotSet::all() } else { SlotSet::default() };
        }
    }
    group.cluster_mode = wanted;
    Ok(())
}

fn names_more(input: &types::ModifyReplicationGroupMessage) -> bool {
    let allowed = types::ModifyReplicationGroupMessage {
        replication_group_id: input.replication_group_id.clone(),
        apply_immediately: input.apply_immediately,
        cluster_mode: input.cluster_mode,
        cache_parameter_group_name: input.cache_parameter_group_name.clone(),
        // False asks for nothing, and Terraform says so always.
        transit_encryption_enabled: input.transit_encryption_enabled.filter(|enabled| !enabled),
        ..types::ModifyReplicationGroupMessage::default()
    };
    *input != allowed
}

fn check_ready(group: &ReplicationGroup, members: &[Modification]) -> Result<(), AwsError> {
    let is_new = |cluster: &CacheCluster| cluster.engine_version.major() >= 7;
    if !members.iter().all(|member| is_new(&member.cluster)) {
        return Err(errors::invalid_combination("Cluster mode can be changed for engine versions 7.0 and later only."));
    }
    if !group.automatic_failover || group.member_ids().count() < 2 {
        return Err(errors::invalid_combination(
            "To change the cluster mode, automatic failover must be enabled and there must be at least one replica.",
        ));
    }
    Ok(())
}

/// The parameter group that a member gets: the one that was asked for, or the family's default group for the mode.
fn parameter_group(
    draft: &Draft,
    request: &Request,
    cluster: &CacheCluster,
    wanted: ClusterMode,
    asked: Option<&str>,
) -> Result<String, AwsError> {
    let (tables, family) = (draft.tables(), family_of(cluster.engine, &cluster.engine_version));
    let name = match asked {
        Some(asked) => parameter_groups::of_family(tables, &request.scope, family, asked)?,
        None if cluster.parameter_group.starts_with("default.") => {
            parameter_groups::default_of(family, wanted.is_clustered())
        }
        None => cluster.parameter_group.clone(),
    };
    if parameter_groups::is_cluster_enabled(tables, &request.scope, &name) == wanted.is_clustered() {
        return Ok(name);
    }
    let value = if wanted.is_clustered() { "yes" } else { "no" };
    Err(errors::invalid_combination(format_args!(
        "This change needs a parameter group with cluster-enabled set to {value}. Specify CacheParameterGroupName."
    )))
}
