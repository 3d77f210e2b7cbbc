//! `IncreaseNodeGroupsInGlobalReplicationGroup`, `DecreaseNodeGroupsInGlobalReplicationGroup` and
//! `RebalanceSlotsInGlobalReplicationGroup`. Every member gets or loses the same shards; slots move in the primary group,
//! and the others copy it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::in_region;
use crate::{
    model::{ClusterMode, GlobalReplicationGroup, NodeGroupId, ReplicationGroup},
    operations::{
        Operations, errors,
        replication_group::shard_configuration::{self, add_shards, next_id, put_changed, reshard},
        request::Request,
    },
    protocol::{AwsError, Output, types},
    store::Draft,
};

/// What a request says of the new shards of each region, one entry a shard; nothing for regions that it does not name.
type Regional = BTreeMap<String, Vec<types::ReshardingConfiguration>>;

impl Operations {
    /// # Compatibility
    /// Slots move with their keys once every region has engines for the new shards, which have the same ids everywhere:
    /// those of `RegionalConfigurations`, or the next numbers. `ApplyImmediately` has to be true.
    pub(in crate::operations) async fn increase_node_groups_in_global_replication_group(
        &self,
        request: &Request,
        input: types::IncreaseNodeGroupsInGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::IncreaseNodeGroupsInGlobalReplicationGroupMessage {
            global_replication_group_id: id,
            node_group_count,
            regional_configurations,
            apply_immediately,
        } = input;
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        self.store
            .write(move |draft| {
                let change = Change::new(draft, &request, &id, apply_immediately)?;
                let count = shard_configuration::shard_count(node_group_count)?;
                let present = change.primary().node_groups.len();
                if count <= present {
                    return Err(errors::invalid_value(format_args!(
                        "NodeGroupCount must be greater than {present}, which is how many node groups there are."
                    )));
                }
                let regional = change.regional(regional_configurations.unwrap_or_default(), count - present)?;
                let change = change.grown(draft, &request, count, &regional, strict, now)?;
                let global_replication_group = Some(change.write(draft, &request, strict)?);
                Ok(Output::IncreaseNodeGroupsInGlobalReplicationGroup(
                    types::IncreaseNodeGroupsInGlobalReplicationGroupResult { global_replication_group },
                ))
            })
            .await
    }

    /// # Compatibility
    /// Slots leave with their keys while clients read and write, then the shards end in every region.
    /// `ApplyImmediately` has to be true.
    pub(in crate::operations) async fn decrease_node_groups_in_global_replication_group(
        &self,
        request: &Request,
        input: types::DecreaseNodeGroupsInGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::DecreaseNodeGroupsInGlobalReplicationGroupMessage {
            global_replication_group_id: id,
            node_group_count,
            global_node_groups_to_remove: remove,
            global_node_groups_to_retain: retain,
            apply_immediately,
        } = input;
        let (strict, request) = (self.options.strict, request.clone());
        self.store
            .write(move |draft| {
                let mut change = Change::new(draft, &request, &id, apply_immediately)?;
                let going = change.going(node_group_count, remove, retain)?;
                for group in change.groups.values_mut() {
                    let shards = group.node_groups.iter_mut().filter(|(id, _)| going.contains(id));
                    shards.for_each(|(_, shard)| shard.leaving = true);
                }
                let global_replication_group = Some(change.write(draft, &request, strict)?);
                Ok(Output::DecreaseNodeGroupsInGlobalReplicationGroup(
                    types::DecreaseNodeGroupsInGlobalReplicationGroupResult { global_replication_group },
                ))
            })
            .await
    }

    /// # Compatibility
    /// As few slots as possible move. Refused when they are even. `ApplyImmediately` has to be true.
    pub(in crate::operations) async fn rebalance_slots_in_global_replication_group(
        &self,
        request: &Request,
        input: types::RebalanceSlotsInGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::RebalanceSlotsInGlobalReplicationGroupMessage { global_replication_group_id: id, apply_immediately } =
            input;
        let (strict, request) = (self.options.strict, request.clone());
        self.store
            .write(move |draft| {
                let change = Change::new(draft, &request, &id, apply_immediately)?;
                let global_replication_group = Some(change.write(draft, &request, strict)?);
                Ok(Output::RebalanceSlotsInGlobalReplicationGroup(
                    types::RebalanceSlotsInGlobalReplicationGroupResult { global_replication_group },
                ))
            })
            .await
    }
}

/// A change of the shards of a datastore in the making.
struct Change {
    datastore: GlobalReplicationGroup,
    /// The members, by region.
    groups: BTreeMap<String, ReplicationGroup>,
}

impl Change {
    fn new(draft: &Draft, request: &Request, id: &str, apply_immediately: bool) -> Result<Self, AwsError> {
        let datastore = super::find_steady(draft.tables(), &request.scope, id)?;
        let groups = datastore.members.iter().filter_map(|(region, member)| {
            let group =
                draft.get::<ReplicationGroup>(&request.scope.in_region(region), &member.replication_group_id)?;
            Some((region.clone(), ReplicationGroup::clone(&group)))
        });
        let change = Self { groups: groups.collect(), datastore: GlobalReplicationGroup::clone(&datastore) };
        let primary = change.groups.get(&datastore.primary_region);
        if primary.is_none_or(|group| group.cluster_mode != ClusterMode::Enabled) {
            return Err(errors::invalid_value(format_args!(
                "Global Replication Group {} does not have cluster mode enabled, so its node groups cannot be changed.",
                datastore.id
            )));
        }
        if !apply_immediately {
            return Err(errors::invalid_value(
                "ApplyImmediately must be true: changing the node groups later is not supported.",
            ));
        }
        Ok(change)
    }

    fn primary(&self) -> &ReplicationGroup {
        &self.groups[&self.datastore.primary_region]
    }

    /// The id of a shard in the groups, by the one that it has in the datastore.
    fn local_id(&self, id: &str) -> Result<NodeGroupId, AwsError> {
        let local = id.strip_prefix(&self.datastore.id).and_then(|rest| rest.strip_prefix('-'));
        local.unwrap_or(id).parse().map_err(errors::invalid_value)
    }

    /// What a request says of each region, checked against the members.
    fn regional(&self, asked: Vec<types::RegionalConfiguration>, added: usize) -> Result<Regional, AwsError> {
        let mut regional = Regional::new();
        for types::RegionalConfiguration { replication_group_id, replication_group_region, resharding_configuration } in
            asked
        {
            let (region, _) = super::member(&self.datastore, &replication_group_region, &replication_group_id)?;
            if resharding_configuration.len() != added {
                return Err(errors::invalid_value(format_args!(
                    "ReshardingConfiguration of region {region} must have an entry for each of the {added} new node groups."
                )));
            }
            if regional.insert(region.clone(), resharding_configuration).is_some() {
                return Err(errors::invalid_value(format_args!(
                    "RegionalConfigurations has more than one entry for the region {region}."
                )));
            }
        }
        Ok(regional)
    }

    /// The ids of the new shards, which are the same in every region.
    fn new_ids(&self, count: usize, regional: &Regional) -> Result<Vec<NodeGroupId>, AwsError> {
        let mut group = self.primary().clone();
        let mut ids = Vec::new();
        for index in 0..count - group.node_groups.len() {
            let given = regional.values().filter_map(|shards| shards.get(index)?.node_group_id.as_ref());
            let given = given.map(|id| self.local_id(id)).collect::<Result<BTreeSet<_>, _>>()?;
            if given.len() > 1 {
                return Err(errors::invalid_combination(
                    "The NodeGroupId of a new node group must be the same in all RegionalConfigurations.",
                ));
            }
            let id = given.into_iter().next().unwrap_or_else(|| next_id(&group));
            let Some(like) = group.node_groups.values().next().cloned() else { continue };
            if group.node_groups.insert(id.clone(), like).is_some() {
                return Err(errors::invalid_value(format_args!("Node group {id} exists already.")));
            }
            ids.push(id);
        }
        Ok(ids)
    }

    /// The same with more shards in every member.
    fn grown(
        self,
        draft: &mut Draft,
        request: &Request,
        count: usize,
        regional: &Regional,
        strict: bool,
        now: DateTime<Utc>,
    ) -> Result<Self, AwsError> {
        let ids = self.new_ids(count, regional)?;
        let mut groups = self.groups;
        for (region, group) in &mut groups {
            let zones = |index: usize| regional.get(region)?.get(index)?.preferred_availability_zones.clone();
            let shards = ids.iter().enumerate().map(|(index, id)| types::ReshardingConfiguration {
                node_group_id: Some(id.to_string()),
                preferred_availability_zones: zones(index),
            });
            let shards = Some(shards.collect());
            add_shards(draft, &in_region(request, region), group, count, shards, strict, now)?;
        }
        Ok(Self { groups, ..self })
    }

    /// The shards that are to go.
    fn going(
        &self,
        count: i32,
        remove: Option<Vec<String>>,
        retain: Option<Vec<String>>,
    ) -> Result<BTreeSet<NodeGroupId>, AwsError> {
        let count = shard_configuration::shard_count(count)?;
        let present: BTreeSet<_> = self.primary().node_groups.keys().cloned().collect();
        if count >= present.len() {
            return Err(errors::invalid_value(format_args!(
                "NodeGroupCount must be less than {}, which is how many node groups there are.",
                present.len()
            )));
        }
        let known = |ids: Vec<String>| -> Result<BTreeSet<NodeGroupId>, AwsError> {
            let known = |id: &String| {
                let found = self.local_id(id).ok().filter(|id| present.contains(id));
                found.ok_or_else(|| {
                    let datastore = &self.datastore.id;
                    errors::invalid_value(format_args!(
                        "Global node group {id} is not part of Global Replication Group {datastore}."
                    ))
                })
            };
            ids.iter().map(known).collect()
        };
        let given = |list: Option<Vec<String>>| list.filter(|list| !list.is_empty());
        let going = match (given(remove), given(retain)) {
            (Some(remove), None) => known(remove)?,
            (None, Some(retain)) => &present - &known(retain)?,
            _ => {
                return Err(errors::invalid_combination(
                    "Exactly one of GlobalNodeGroupsToRemove and GlobalNodeGroupsToRetain must be specified.",
                ));
            }
        };
        if present.len() - going.len() != count {
            return Err(errors::invalid_value(format_args!(
                "The node groups that are named do not leave {count} node groups, as NodeGroupCount says."
            )));
        }
        Ok(going)
    }

    /// Sets out where the slots are to go, and writes everything down.
    fn write(
        mut self,
        draft: &mut Draft,
        request: &Request,
        strict: bool,
    ) -> Result<types::GlobalReplicationGroup, AwsError> {
        if let Some(primary) = self.groups.get_mut(&self.datastore.primary_region)
            && !reshard(primary)
        {
            return Err(errors::invalid_global_state(
                "Slots in the Global Replication Group are uniformly distributed. Nothing to do.",
            ));
        }
        for (region, group) in self.groups {
            put_changed(draft, &in_region(request, &region), group, strict)?;
        }
        Ok(super::put(draft, self.datastore))
    }
}
