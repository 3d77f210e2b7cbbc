//! `ModifyReplicationGroupShardConfiguration`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    automatic_snapshots,
    new_member::{member_id, new_member},
    quota,
};
use crate::{
    model::{
        CacheCluster, ClusterMode, EngineRef, NodeGroup, NodeGroupId, ReplicationGroup, Resharding, SlotSet,
        resharding::{even_targets, slots_to_move},
    },
    operations::{
        Operations,
        cache_cluster::settings::{check_zone, spread},
        errors,
        global_replication_group::membership,
        request::Request,
    },
    protocol::{AwsError, Output, types},
    store::Draft,
};

/// The highest number of a shard: ids have four digits.
const HIGHEST_ID: u16 = 9999;

impl Operations {
    /// # Compatibility
    /// Slots move with their keys while clients read and write. As few as possible move. `ApplyImmediately` has to be
    /// true.
    pub(in crate::operations) async fn modify_replication_group_shard_configuration(
        &self,
        request: &Request,
        input: types::ModifyReplicationGroupShardConfigurationMessage,
    ) -> Result<Output, AwsError> {
        let types::ModifyReplicationGroupShardConfigurationMessage {
            replication_group_id,
            node_group_count,
            apply_immediately,
            resharding_configuration,
            node_groups_to_remove,
            node_groups_to_retain,
        } = input;
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        let (remove, retain) = (present(node_groups_to_remove), present(node_groups_to_retain));
        let new = present(resharding_configuration);
        self.store
            .write(move |draft| {
                let group = super::find_available(draft, &request, &replication_group_id)?;
                membership::check_no_member(&group)?;
                if group.cluster_mode != ClusterMode::Enabled {
                    return Err(errors::invalid_value(format_args!(
                        "Replication group {} does not have cluster mode enabled, so its node groups cannot be changed.",
                        group.id
                    )));
                }
                if !apply_immediately {
                    return Err(errors::invalid_value(
                        "ApplyImmediately must be true: changing the shard configuration later is not supported.",
                    ));
                }
                let count = shard_count(node_group_count)?;
                let mut group = ReplicationGroup::clone(&group);
                let present = group.node_groups.len();
                if count >= present && (remove.is_some() || retain.is_some()) {
                    return Err(errors::invalid_combination(
                        "NodeGroupsToRemove and NodeGroupsToRetain can only be specified when removing node groups.",
                    ));
                }
                if count > present {
                    add_shards(draft, &request, &mut group, count, new, strict, now)?;
                } else if new.is_some() {
                    return Err(errors::invalid_combination(
                        "ReshardingConfiguration can only be specified when adding node groups.",
                    ));
                }
                if count < present {
                    for id in going(&group, count, remove, retain)? {
                        if let Some(shard) = group.node_groups.get_mut(&id) {
                            shard.leaving = true;
                        }
                    }
                }
                if !reshard(&mut group) {
                    return Err(errors::invalid_group_state(
                        "Slots in the replication group are uniformly distributed. Nothing to do.",
                    ));
                }
                let replication_group = Some(put_changed(draft, &request, group, strict)?);
                Ok(Output::ModifyReplicationGroupShardConfiguration(
                    types::ModifyReplicationGroupShardConfigurationResult { replication_group },
                ))
            })
            .await
    }
}

/// An empty list says nothing.
fn present<T>(list: Option<Vec<T>>) -> Option<Vec<T>> {
    list.filter(|list| !list.is_empty())
}

/// Writes a group with other shards, should it be allowed to have as many nodes, and answers it as the API shows it.
pub(in crate::operations) fn put_changed(
    draft: &mut Draft,
    request: &Request,
    mut group: ReplicationGroup,
    strict: bool,
) -> Result<types::ReplicationGroup, AwsError> {
    quota::check(draft, request, &group, strict)?;
    automatic_snapshots::appoint(draft, &mut group);
    Ok(super::put(draft, request, group))
}

/// The number of shards that a request asks for.
pub(in crate::operations) fn shard_count(asked: i32) -> Result<usize, AwsError> {
    let count = usize::try_from(asked).ok().filter(|count| *count >= 1);
    count.ok_or_else(|| errors::invalid_value("NodeGroupCount must be at least 1."))
}

/// Sets out where the slots are to go; answers whether any has to move.
pub(in crate::operations) fn reshard(group: &mut ReplicationGroup) -> bool {
    let present: BTreeMap<_, _> =
        group.node_groups.iter().map(|(id, shard)| (id.clone(), shard.slots.clone())).collect();
    let staying = group.node_groups.iter().filter(|(_, shard)| !shard.leaving).map(|(id, _)| id.clone());
    let target = even_targets(&present, &staying.collect::<Vec<_>>());
    let slots_to_move = slots_to_move(&present, &target);
    if slots_to_move > 0 {
        group.resharding = Some(Resharding { target, slots_to_move });
    }
    slots_to_move > 0
}

/// Adds blank shards like those that there are.
pub(in crate::operations) fn add_shards(
    draft: &mut Draft,
    request: &Request,
    group: &mut ReplicationGroup,
    count: usize,
    asked: Option<Vec<types::ReshardingConfiguration>>,
    strict: bool,
    now: DateTime<Utc>,
) -> Result<(), AwsError> {
    let template = group.member_ids().find_map(|id| draft.get::<CacheCluster>(&request.scope, id));
    let Some(template) = template else { return Err(errors::replication_group_not_available()) };
    quota::check_shards(count, quota::most_nodes(&template.engine_version, strict))?;
    let added = count - group.node_groups.len();
    let asked = asked.unwrap_or_default();
    if !asked.is_empty() && asked.len() != added {
        return Err(errors::invalid_value(format_args!(
            "ReshardingConfiguration must have an entry for each of the {added} new node groups."
        )));
    }
    let size = group.node_groups.values().map(|shard| shard.members.len()).max().unwrap_or(1);
    let mut asked = asked.into_iter();
    for _ in 0..added {
        let types::ReshardingConfiguration { node_group_id, preferred_availability_zones } =
            asked.next().unwrap_or_default();
        let id = match node_group_id {
            Some(id) => id.parse().map_err(errors::invalid_value)?,
            None => next_id(group),
        };
        if group.node_groups.contains_key(&id) {
            return Err(errors::invalid_value(format_args!("Node group {id} exists already.")));
        }
        let zones = match present(preferred_availability_zones) {
            Some(zones) if zones.len() != size => {
                return Err(errors::invalid_value(format_args!(
                    "PreferredAvailabilityZones must name {size} zones: one for each node of node group {id}."
                )));
            }
            Some(zones) => {
                zones.iter().try_for_each(|zone| check_zone(&request.scope.region, zone))?;
                zones
            }
            None => spread(&request.scope.region, id.as_str(), size),
        };
        let mut members = Vec::new();
        for (number, zone) in (1..).zip(zones) {
            let name = member_id(&group.id, group.cluster_mode, &id, number);
            if draft.get::<CacheCluster>(&request.scope, &name).is_some() {
                return Err(errors::cache_cluster_already_exists(&name));
            }
            draft.put(&request.scope, &name, new_member(&template, name.clone(), id.clone(), zone, now));
            members.push(name);
        }
        let primary = EngineRef { cache_cluster_id: members.first().cloned().unwrap_or_default(), generation: 1 };
        let shard = NodeGroup { slots: SlotSet::default(), primary, members, promotion: None, leaving: false };
        group.node_groups.insert(id, shard);
    }
    Ok(())
}

/// The number after the highest one: those of shards that were removed do not come again, unless an owner has given a
/// shard the highest number that there is.
pub(in crate::operations) fn next_id(group: &ReplicationGroup) -> NodeGroupId {
    let after = group.node_groups.keys().map(NodeGroupId::number).max().unwrap_or(0) + 1;
    let mut ids = (after..=HIGHEST_ID).chain(1..=HIGHEST_ID).map(NodeGroupId::new);
    ids.find(|id| !group.node_groups.contains_key(id)).unwrap_or_else(|| NodeGroupId::new(1))
}

/// The shards that are to go.
fn going(
    group: &ReplicationGroup,
    count: usize,
    remove: Option<Vec<String>>,
    retain: Option<Vec<String>>,
) -> Result<BTreeSet<NodeGroupId>, AwsError> {
    let known = |ids: Vec<String>| -> Result<BTreeSet<NodeGroupId>, AwsError> {
        ids.iter()
            .map(|id| {
                let id: NodeGroupId = id.parse().map_err(errors::invalid_value)?;
                if group.node_groups.contains_key(&id) { Ok(id) } else { Err(errors::node_group_not_found(&id)) }
            })
            .collect()
    };
    let going = match (remove, retain) {
        (Some(remove), None) => known(remove)?,
        (None, Some(retain)) => {
            let retained = known(retain)?;
            group.node_groups.keys().filter(|id| !retained.contains(id)).cloned().collect()
        }
        _ => {
            return Err(errors::invalid_combination(
                "Exactly one of NodeGroupsToRemove and NodeGroupsToRetain must be specified when removing node groups.",
            ));
        }
    };
    if group.node_groups.len() - going.len() != count {
        return Err(errors::invalid_value(format_args!(
            "The node groups that are named do not leave {count} node groups, as NodeGroupCount says."
        )));
    }
    Ok(going)
}
