//! What a replication group is in its global datastore, as far as its plan follows from that. A group that is in none
//! takes writes like the primary group of one.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    model::{
        CacheCluster, EngineRef, EngineRole, FindInRegion, GlobalMember, GlobalReplicationGroup, NodeGroup,
        NodeGroupId, RemoteEngine, ReplicationGroup, Running, Scope,
    },
    reconcile::Key,
    store::{Regions, Tables},
};

/// A group's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::reconcile) struct Place {
    /// In a secondary group, the engine that each shard's primary has to copy, as far as there is one that takes writes;
    /// `None` in a group that takes writes itself.
    pub upstream: Option<BTreeMap<NodeGroupId, RemoteEngine>>,
    /// This group is to take writes instead of another one, or the other way round.
    pub is_failing_over: bool,
    /// The primaries of the group that is to take writes instead of this one.
    pub heirs: BTreeMap<NodeGroupId, Heir>,
    /// This group takes writes, and others that copy it still have engines of another version.
    pub is_ahead: bool,
}

/// The primary of a shard in the group that is to take writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::reconcile) struct Heir {
    pub engine: RemoteEngine,
    /// Whom it copies; `None` while it has not found its place.
    pub follows: Option<EngineRef>,
}

impl Place {
    /// The place of `group`, by the records of its datastore and of the other members.
    pub fn of(group: &ReplicationGroup, tables: &Tables) -> Self {
        let regions = Regions::new(tables, &group.scope);
        let Some(datastore) = regions.datastore(group) else { return Self::default() };
        let region = &group.scope.region;
        let is_member = |member: &GlobalMember| !member.leaving && member.replication_group_id == group.id;
        if !datastore.members.get(region).is_some_and(is_member) {
            return Self::default();
        }
        if *region == datastore.primary_region {
            Self::of_primary(datastore, regions)
        } else {
            let primary = datastore.member_of(&datastore.primary_region, &regions);
            Self {
                upstream: Some(primary.map(|group| working_primaries(group, regions)).unwrap_or_default()),
                is_failing_over: datastore.failover_to.as_ref() == Some(region),
                ..Self::default()
            }
        }
    }

    fn of_primary(datastore: &GlobalReplicationGroup, regions: Regions<'_>) -> Self {
        let mut others =
            datastore.members.iter().filter(|(region, member)| **region != datastore.primary_region && !member.leaving);
        let is_ahead = others.any(|(region, _)| !datastore.is_upgraded(region, &regions));
        let heir = datastore.failover_to.as_ref().and_then(|region| datastore.member_of(region, &regions));
        let heirs = heir.map(|group| heirs(group, regions)).unwrap_or_default();
        Self { upstream: None, is_failing_over: datastore.failover_to.is_some(), heirs, is_ahead }
    }

    /// Whether the group takes no writes.
    pub fn is_secondary(&self) -> bool {
        self.upstream.is_some()
    }
}

/// The primaries of a group that take writes.
fn working_primaries(group: &ReplicationGroup, regions: Regions<'_>) -> BTreeMap<NodeGroupId, RemoteEngine> {
    let region = &group.scope.region;
    let shards = group.node_groups.iter().filter(|(_, shard)| {
        let running = shard.working_primary(|id: &str| regions.cluster(region, id));
        running.is_some_and(Running::takes_writes)
    });
    shards
        .map(|(id, shard)| (id.clone(), RemoteEngine { region: region.clone(), engine: shard.primary.clone() }))
        .collect()
}

/// The primaries of a group that is to take writes.
fn heirs(group: &ReplicationGroup, regions: Regions<'_>) -> BTreeMap<NodeGroupId, Heir> {
    let region = &group.scope.region;
    let heir = |(id, shard): (&NodeGroupId, &NodeGroup)| {
        let running = shard.working_primary(|id: &str| regions.cluster(region, id));
        let follows = match running.and_then(|running| running.role.as_ref()) {
            Some(EngineRole::Secondary { of }) => Some(of.engine.clone()),
            _ => None,
        };
        let engine = RemoteEngine { region: region.clone(), engine: shard.primary.clone() };
        (id.clone(), Heir { engine, follows })
    };
    group.node_groups.iter().map(heir).collect()
}

/// The runs that look at what the group `id` of `scope` shares with others: its global datastore, and the other members.
pub(in crate::reconcile) fn concerned(tables: &Tables, scope: &Scope, id: &str) -> Vec<Key> {
    let Some(group) = tables.replication_groups.get(scope, id) else { return Vec::new() };
    let Some(datastore) = Regions::new(tables, scope).datastore(group) else { return Vec::new() };
    keys_of(datastore).collect()
}

/// The runs of a global datastore and of all its members.
pub(in crate::reconcile) fn keys_of(datastore: &Arc<GlobalReplicationGroup>) -> impl Iterator<Item = Key> {
    let members = datastore.members.iter();
    let groups =
        members.map(|(region, member)| Key::of_group(&datastore.scope.in_region(region), &member.replication_group_id));
    std::iter::once(Key::of_datastore(&datastore.scope, &datastore.id)).chain(groups)
}

/// The record of a member of another region's group.
pub(super) fn member_abroad(tables: &Tables, scope: &Scope, engine: &RemoteEngine) -> Option<Arc<CacheCluster>> {
    tables.cache_clusters.get(&scope.in_region(&engine.region), &engine.engine.cache_cluster_id).cloned()
}
