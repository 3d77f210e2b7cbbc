//! What is different for a cache cluster that belongs to a replication group, or is to join one: its settings are the
//! group's, and it cannot go as it likes.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::settings;
use crate::{
    model::{
        CacheCluster, ClusterMode, Membership, NodeGroup, NodeId, ReplicationGroup, catalogue::limits,
        identifier::IdentifierKind,
    },
    operations::{
        errors,
        replication_group::{automatic_snapshots, find, find_available, new_member, next_zone},
        request::Request,
        tags,
    },
    protocol::{AwsError, ErrorCode, types},
    store::{Draft, Tables},
};

/// The replica that `input` adds to a group, whose record is changed. Its own is still to be written.
pub(super) fn join(
    draft: &mut Draft,
    request: &Request,
    input: types::CreateCacheClusterMessage,
    group_id: &str,
    strict: bool,
    now: DateTime<Utc>,
) -> Result<CacheCluster, AwsError> {
    let scope = &request.scope;
    let id = IdentifierKind::CacheCluster.canonical(&input.cache_cluster_id).map_err(errors::invalid_value)?;
    if draft.get::<CacheCluster>(scope, &id).is_some() {
        return Err(errors::cache_cluster_already_exists(&id));
    }
    if find(draft, request, group_id)?.cluster_mode.is_clustered() {
        return Err(errors::invalid_combination(
            "CreateCacheCluster cannot add a replica to a replication group with cluster mode enabled. \
             Please use IncreaseReplicaCount.",
        ));
    }
    if names_settings(&input) {
        return Err(errors::invalid_combination(
            "Cannot specify additional cache cluster parameters when creating a replica cluster",
        ));
    }
    let mut group = ReplicationGroup::clone(&*find_available(draft, request, group_id)?);
    let members = group.member_ids().filter_map(|id| draft.get::<CacheCluster>(scope, id));
    let members: Vec<Arc<CacheCluster>> = members.filter(|member| member.deleted.is_none()).collect();
    if members.len() >= limits::NODES_PER_SHARD {
        return Err(errors::node_quota_for_cluster_exceeded(limits::NODES_PER_SHARD));
    }
    if strict {
        settings::check_node_quota(draft, request, 1)?;
    }
    let zone = match input.preferred_availability_zone {
        Some(zone) => settings::check_zone(&scope.region, &zone).map(|()| zone)?,
        None => next_zone(&scope.region, &members),
    };
    let template = members.first().ok_or_else(errors::replication_group_not_available)?;
    let (node_group_id, shard) =
        group.node_groups.iter_mut().next().ok_or_else(errors::replication_group_not_available)?;
    shard.members.push(id.clone());
    let mut member = new_member(template, id, node_group_id.clone(), zone, now);
    if let Some(asked) = input.auto_minor_version_upgrade {
        member.auto_minor_version_upgrade = asked;
    }
    member.tags = match input.tags.filter(|tags| !tags.is_empty()) {
        None => group.tags.clone(),
        asked => tags::from_request(asked)?,
    };
    group.replica_count_changing = true;
    let group_id = group.id.clone();
    draft.put(scope, &group_id, group);
    Ok(member)
}

/// Whether a request names a setting that a replica has from its group.
fn names_settings(input: &types::CreateCacheClusterMessage) -> bool {
    fn present<T>(list: Option<Vec<T>>) -> Option<Vec<T>> {
        list.filter(|list| !list.is_empty())
    }
    let input = input.clone();
    let named = types::CreateCacheClusterMessage {
        cache_cluster_id: String::new(),
        replication_group_id: None,
        preferred_availability_zone: None,
        auto_minor_version_upgrade: None,
        tags: None,
        // It could not be anything else.
        num_cache_nodes: input.num_cache_nodes.filter(|count| *count != 1),
        preferred_availability_zones: present(input.preferred_availability_zones),
        cache_security_group_names: present(input.cache_security_group_names),
        security_group_ids: present(input.security_group_ids),
        snapshot_arns: present(input.snapshot_arns),
        preferred_outpost_arns: present(input.preferred_outpost_arns),
        log_delivery_configurations: present(input.log_delivery_configurations),
        ..input
    };
    named != types::CreateCacheClusterMessage::default()
}

/// Checks that a member may go, whose record says already that it does, and has its group prepared for that.
pub(super) fn leave(draft: &mut Draft, request: &Request, cluster: &CacheCluster) -> Result<(), AwsError> {
    let Some((group, shard)) = place(draft, request, cluster) else { return Ok(()) };
    let id = &cluster.id;
    let refused = |why: String| {
        let message = format!("Cannot delete {id} because it is {why}");
        Err(AwsError::new(ErrorCode::InvalidCacheClusterState, message))
    };
    if group.cluster_mode.is_clustered() {
        return refused(format!("a member of the replication group {} with cluster mode enabled.", group.id));
    }
    let others = shard.members.iter().filter(|other| *other != id);
    let others = others.filter_map(|other| draft.get::<CacheCluster>(&request.scope, other));
    let others: Vec<_> = others.filter(|other| other.deleted.is_none()).collect();
    if others.is_empty() {
        return refused("the only member of a replication group.".into());
    }
    if shard.primary.cache_cluster_id == *id {
        return refused(format!("serving as primary for replication group {}.", group.id));
    }
    if others.len() == 1 && (group.multi_az || group.automatic_failover) {
        return refused(format!(
            "the last replica of replication group {}, which has automatic failover turned on.",
            group.id
        ));
    }
    if shard.promotion.as_ref().is_some_and(|promotion| promotion.to.as_ref() == Some(id)) {
        return refused(format!("about to serve as primary for replication group {}.", group.id));
    }
    let mut group = ReplicationGroup::clone(&group);
    group.replica_count_changing = true;
    automatic_snapshots::appoint(draft, &mut group);
    let group_id = group.id.clone();
    draft.put(&request.scope, &group_id, group);
    Ok(())
}

/// The cluster mode of a cluster's group, when it is in one.
pub(super) fn cluster_mode(draft: &Draft, request: &Request, cluster: &CacheCluster) -> Option<ClusterMode> {
    place(draft, request, cluster).map(|(group, _)| group.cluster_mode)
}

/// Refuses changes that have to be made to a group as a whole.
pub(super) fn check_modification(
    cluster: &CacheCluster,
    input: &types::ModifyCacheClusterMessage,
) -> Result<(), AwsError> {
    let Some(Membership { replication_group_id, .. }) = &cluster.membership else { return Ok(()) };
    let listed = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    for (name, given) in [
        ("CacheNodeType", input.cache_node_type.is_some()),
        ("Engine", input.engine.is_some()),
        ("EngineVersion", input.engine_version.is_some()),
        ("CacheParameterGroupName", input.cache_parameter_group_name.is_some()),
        ("SecurityGroupIds", listed(&input.security_group_ids)),
        ("SnapshotRetentionLimit", input.snapshot_retention_limit.is_some()),
        ("SnapshotWindow", input.snapshot_window.is_some()),
        ("AuthToken", input.auth_token.is_some()),
        ("AuthTokenUpdateStrategy", input.auth_token_update_strategy.is_some()),
        ("IpDiscovery", input.ip_discovery.is_some()),
        ("LogDeliveryConfigurations", input.log_delivery_configurations.as_ref().is_some_and(|logs| !logs.is_empty())),
    ] {
        if given {
            return Err(errors::invalid_combination(format_args!(
                "{name} cannot be modified because cluster {} is a member of the replication group \
                 {replication_group_id}. Please use ModifyReplicationGroup.",
                cluster.id
            )));
        }
    }
    Ok(())
}

/// Has the group of a cluster that is rebooted keep its primary: `ElastiCache` does not fail over when a primary is
/// rebooted, and replicas copy what is left of it. `cluster` is about to be written.
pub(super) fn reboot(draft: &mut Draft, request: &Request, cluster: &CacheCluster) -> Result<(), AwsError> {
    let Some((group, _)) = place(draft, request, cluster) else { return Ok(()) };
    if group.cluster_mode.is_clustered() {
        return Err(errors::invalid_combination(format_args!(
            "Cluster {} cannot be rebooted because it belongs to a replication group with cluster mode enabled.",
            cluster.id
        )));
    }
    let mut group = ReplicationGroup::clone(&group);
    let generation = cluster.nodes.get(&NodeId::FIRST).map(|node| node.generation);
    let primaries = group.node_groups.values_mut().map(|shard| &mut shard.primary);
    if let Some(primary) = primaries.into_iter().find(|primary| primary.cache_cluster_id == cluster.id)
        && let Some(generation) = generation
    {
        primary.generation = generation;
        let id = group.id.clone();
        draft.put(&request.scope, &id, group);
    }
    Ok(())
}

/// Refuses a change of a member while its group is migrated to.
pub(super) fn check_no_migration(draft: &Draft, request: &Request, cluster: &CacheCluster) -> Result<(), AwsError> {
    match place(draft, request, cluster) {
        Some((group, _)) if group.migration.is_some() => Err(errors::replication_group_not_available()),
        _ => Ok(()),
    }
}

/// Whether logs of a cluster's group are delivered.
pub(super) fn group_delivers_logs(tables: &Tables, cluster: &CacheCluster) -> bool {
    let group = cluster.membership.as_ref().map(|membership| &membership.replication_group_id);
    let group = group.and_then(|group| tables.replication_groups.get(&cluster.scope, group));
    group.is_some_and(|group| !group.log_deliveries.is_empty())
}

/// The group and the shard that a cluster belongs to.
fn place(draft: &Draft, request: &Request, cluster: &CacheCluster) -> Option<(Arc<ReplicationGroup>, NodeGroup)> {
    let membership = cluster.membership.as_ref()?;
    let group: Arc<ReplicationGroup> = draft.get(&request.scope, &membership.replication_group_id)?;
    let shard = group.node_groups.get(&membership.node_group_id)?.clone();
    Some((group, shard))
}
