//! `IncreaseReplicaCount` and `DecreaseReplicaCount`.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::{
    automatic_snapshots,
    new_member::{member_id, new_member, next_zone},
    quota,
};
use crate::{
    model::{
        CacheCluster, ClusterMode, Event, NodeGroup, NodeGroupId, REPLICAS_COMING, ReplicationGroup, SourceType,
        catalogue::limits,
    },
    operations::{Operations, cache_cluster::settings::check_zone, errors, request::Request},
    protocol::{AwsError, ErrorCode, Output, types},
    store::Draft,
};

/// How many replicas a shard is to have, and where, when that was said.
struct Wanted {
    replicas: usize,
    zones: Option<Vec<String>>,
}

impl Operations {
    /// # Compatibility
    /// Real replicas; what was under way when the server ends is finished after the next start. `ApplyImmediately` has
    /// to be true.
    pub(in crate::operations) async fn increase_replica_count(
        &self,
        request: &Request,
        input: types::IncreaseReplicaCountMessage,
    ) -> Result<Output, AwsError> {
        let types::IncreaseReplicaCountMessage {
            replication_group_id,
            new_replica_count,
            replica_configuration,
            apply_immediately,
        } = input;
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        self.store
            .write(move |draft| {
                let group = super::find_available(draft, &request, &replication_group_id)?;
                check_immediate(apply_immediately)?;
                check_mode(&group)?;
                let wanted = wanted(&group, new_replica_count, replica_configuration)?;
                let mut group = ReplicationGroup::clone(&group);
                let mut changed = false;
                for (id, wanted) in wanted {
                    let present = replica_count(&group, &id);
                    if wanted.replicas < present {
                        return Err(errors::invalid_value(format_args!(
                            "The new replica count must be greater than the current one, which is {present} in node \
                             group {id}."
                        )));
                    }
                    changed |= wanted.replicas > present;
                    add_replicas(draft, &request, &mut group, &id, &wanted, now)?;
                }
                quota::check(draft, &request, &group, strict)?;
                let group_id = group.id.clone();
                let shown = finish(draft, &request, ReplicationGroup { replicas_coming: Some(now), ..group }, changed)?;
                draft.emit(
                    &request.scope,
                    Event {
                        source_identifier: group_id,
                        source_type: SourceType::ReplicationGroup,
                        message: REPLICAS_COMING.to_owned(),
                        date: now,
                    },
                );
                Ok(Output::IncreaseReplicaCount(types::IncreaseReplicaCountResult { replication_group: Some(shown) }))
            })
            .await
    }

    /// # Compatibility
    /// The replicas that were added last go, unless `ReplicasToRemove` names others. `ApplyImmediately` has to be true.
    pub(in crate::operations) async fn decrease_replica_count(
        &self,
        request: &Request,
        input: types::DecreaseReplicaCountMessage,
    ) -> Result<Output, AwsError> {
        let types::DecreaseReplicaCountMessage {
            replication_group_id,
            new_replica_count,
            replica_configuration,
            replicas_to_remove,
            apply_immediately,
        } = input;
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let group = super::find_available(draft, &request, &replication_group_id)?;
                check_immediate(apply_immediately)?;
                check_mode(&group)?;
                let named = replicas_to_remove.filter(|replicas| !replicas.is_empty());
                let going = match named {
                    Some(named) => {
                        if new_replica_count.is_some() || replica_configuration.is_some_and(|shards| !shards.is_empty())
                        {
                            return Err(one_way_only());
                        }
                        named_replicas(&group, &named)?
                    }
                    None => last_replicas(&group, wanted(&group, new_replica_count, replica_configuration)?)?,
                };
                check_minimum(&group, &going)?;
                let group = ReplicationGroup::clone(&group);
                for id in going.values().flatten() {
                    if let Some(member) = draft.get::<CacheCluster>(&request.scope, id) {
                        let member = CacheCluster { deleted: Some(now), ..CacheCluster::clone(&member) };
                        draft.put(&request.scope, id, member);
                    }
                }
                let changed = going.values().any(|replicas| !replicas.is_empty());
                finish(draft, &request, group, changed).map(|group| {
                    Output::DecreaseReplicaCount(types::DecreaseReplicaCountResult { replication_group: Some(group) })
                })
            })
            .await
    }
}

fn finish(
    draft: &mut Draft,
    request: &Request,
    group: ReplicationGroup,
    changed: bool,
) -> Result<types::ReplicationGroup, AwsError> {
    if !changed {
        return Err(AwsError::new(
            ErrorCode::NoOperation,
            "The operation was not performed because no changes were required.",
        ));
    }
    let mut group = ReplicationGroup { replica_count_changing: true, ..group };
    automatic_snapshots::appoint(draft, &mut group);
    Ok(super::put(draft, request, group))
}

fn check_immediate(apply_immediately: bool) -> Result<(), AwsError> {
    if apply_immediately {
        return Ok(());
    }
    Err(errors::invalid_value("ApplyImmediately must be true: changing the replica count later is not supported."))
}

/// While a group serves clients of both kinds it stays as it is.
fn check_mode(group: &ReplicationGroup) -> Result<(), AwsError> {
    if group.cluster_mode == ClusterMode::Compatible {
        return Err(errors::invalid_group_state(
            "The replication group cannot be scaled while its cluster mode is compatible.",
        ));
    }
    Ok(())
}

fn one_way_only() -> AwsError {
    errors::invalid_combination(
        "Exactly one of NewReplicaCount, ReplicaConfiguration and ReplicasToRemove must be specified.",
    )
}

/// What is wanted of each shard that is named, or of all.
fn wanted(
    group: &ReplicationGroup,
    count: Option<i32>,
    shards: Option<Vec<types::ConfigureShard>>,
) -> Result<BTreeMap<NodeGroupId, Wanted>, AwsError> {
    match (count, shards.filter(|shards| !shards.is_empty())) {
        (Some(count), None) => {
            let replicas = checked(count)?;
            Ok(group.node_groups.keys().map(|id| (id.clone(), Wanted { replicas, zones: None })).collect())
        }
        (None, Some(shards)) => {
            let mut wanted = BTreeMap::new();
            for shard in shards {
                let types::ConfigureShard {
                    node_group_id,
                    new_replica_count,
                    preferred_availability_zones,
                    preferred_outpost_arns,
                } = shard;
                if preferred_outpost_arns.is_some_and(|arns| !arns.is_empty()) {
                    return Err(errors::feature_not_supported_yet("outposts"));
                }
                let id: NodeGroupId = node_group_id.parse().map_err(errors::invalid_value)?;
                if !group.node_groups.contains_key(&id) {
                    return Err(errors::node_group_not_found(&id));
                }
                let replicas = checked(new_replica_count)?;
                let zones = preferred_availability_zones.filter(|zones| !zones.is_empty());
                if let Some(zones) = &zones {
                    check_zones(group, zones, replicas)?;
                }
                if wanted.insert(id.clone(), Wanted { replicas, zones }).is_some() {
                    return Err(errors::invalid_value(format_args!("Node group {id} is named more than once.")));
                }
            }
            Ok(wanted)
        }
        _ => Err(one_way_only()),
    }
}

fn checked(count: i32) -> Result<usize, AwsError> {
    let fits = limits::REPLICAS_PER_NODE_GROUP.contains(&count);
    usize::try_from(count)
        .ok()
        .filter(|_| fits)
        .ok_or_else(|| errors::invalid_value("The number of replicas per node group must be within 0 and 5."))
}

fn check_zones(group: &ReplicationGroup, zones: &[String], replicas: usize) -> Result<(), AwsError> {
    if zones.len() != replicas + 1 {
        return Err(errors::invalid_value(format_args!(
            "PreferredAvailabilityZones must name {} zones: one for the primary and one for each replica.",
            replicas + 1
        )));
    }
    zones.iter().try_for_each(|zone| check_zone(&group.scope.region, zone))
}

fn replica_count(group: &ReplicationGroup, id: &NodeGroupId) -> usize {
    group.node_groups.get(id).map_or(0, |shard| shard.members.len().saturating_sub(1))
}

fn add_replicas(
    draft: &mut Draft,
    request: &Request,
    group: &mut ReplicationGroup,
    id: &NodeGroupId,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<(), AwsError> {
    let (group_id, mode) = (group.id.clone(), group.cluster_mode);
    let Some(shard) = group.node_groups.get_mut(id) else { return Ok(()) };
    let mut members: Vec<Arc<CacheCluster>> =
        shard.members.iter().filter_map(|id| draft.get::<CacheCluster>(&request.scope, id)).collect();
    let mut zones = zones_left(wanted.zones.as_deref(), &members).into_iter();
    while shard.members.len() < wanted.replicas + 1 {
        let Some(template) = members.first() else { return Ok(()) };
        let names = (1..).map(|number| member_id(&group_id, mode, id, number));
        let Some(name) = { names }.find(|name| !shard.members.contains(name)) else { return Ok(()) };
        if draft.get::<CacheCluster>(&request.scope, &name).is_some() {
            return Err(errors::cache_cluster_already_exists(&name));
        }
        let zone = zones.next().unwrap_or_else(|| next_zone(&request.scope.region, &members));
        let member = new_member(template, name.clone(), id.clone(), zone, now);
        members.push(Arc::new(member.clone()));
        draft.put(&request.scope, &name, member);
        shard.members.push(name);
    }
    Ok(())
}

/// The zones that were asked for without those that members are in already.
fn zones_left(asked: Option<&[String]>, members: &[Arc<CacheCluster>]) -> Vec<String> {
    let mut left = asked.unwrap_or_default().to_vec();
    for node in members.iter().flat_map(|member| member.nodes.values()) {
        if let Some(place) = left.iter().position(|zone| *zone == node.availability_zone) {
            left.remove(place);
        }
    }
    left
}

/// The replicas of these names, by shard.
fn named_replicas(group: &ReplicationGroup, named: &[String]) -> Result<BTreeMap<NodeGroupId, Vec<String>>, AwsError> {
    let mut going: BTreeMap<NodeGroupId, Vec<String>> = BTreeMap::new();
    for name in named {
        let name = name.to_ascii_lowercase();
        let found = group.node_groups.iter().find(|(_, shard)| shard.members.contains(&name));
        let Some((id, shard)) = found else { return Err(errors::cache_cluster_not_found(&name)) };
        if shard.primary.cache_cluster_id == name {
            return Err(errors::invalid_value(format_args!(
                "Cache cluster {name} cannot be removed because it is serving as primary for node group {id}."
            )));
        }
        let of_shard = going.entry(id.clone()).or_default();
        if !of_shard.contains(&name) {
            of_shard.push(name);
        }
    }
    Ok(going)
}

/// The replicas that go when only numbers are given: those that were added last.
fn last_replicas(
    group: &ReplicationGroup,
    wanted: BTreeMap<NodeGroupId, Wanted>,
) -> Result<BTreeMap<NodeGroupId, Vec<String>>, AwsError> {
    let mut going = BTreeMap::new();
    for (id, wanted) in wanted {
        let present = replica_count(group, &id);
        if wanted.replicas > present {
            return Err(errors::invalid_value(format_args!(
                "The new replica count must be less than the current one, which is {present} in node group {id}."
            )));
        }
        let Some(shard) = group.node_groups.get(&id) else { continue };
        let replicas = shard.members.iter().rev().filter(|member| **member != shard.primary.cache_cluster_id);
        going.insert(id, replicas.take(present - wanted.replicas).cloned().collect());
    }
    Ok(going)
}

/// A group that is to fail over needs someone to fail over to. In cluster mode a shard may do without.
fn check_minimum(group: &ReplicationGroup, going: &BTreeMap<NodeGroupId, Vec<String>>) -> Result<(), AwsError> {
    let needs_one = group.multi_az || (group.automatic_failover && !group.cluster_mode.is_clustered());
    let left = |shard: &NodeGroup, going: &[String]| shard.members.len() - 1 - going.len();
    for (id, going) in going {
        let Some(shard) = group.node_groups.get(id) else { continue };
        if needs_one && left(shard, going) == 0 {
            return Err(errors::invalid_combination(
                "At least one replica is needed in each node group while Multi-AZ or automatic failover is enabled.",
            ));
        }
    }
    Ok(())
}
