//! What a replication group is in its global datastore, as far as its plan follows from that. A group that is in none
//! takes writes like the primary group of one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    model::{
        CacheCluster, EngineRef, EngineRole, FindInRegion, GlobalMember, GlobalReplicationGroup, NodeGroup,
        NodeGroupId, NodeId, Observed, RemoteEngine, ReplicationGroup, Running, Scope,
    },
    reconcile::Key,
    store::{Regions, Tables},
};

/// A group's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact by itself that a plan follows from")]
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
    /// Its engines are nodes of a cluster to which engines of other groups belong.
    pub shares_cluster: bool,
    /// This group takes writes, and another one does not copy all of its shards yet.
    pub is_waited_for: bool,
    /// The shards that other groups have.
    pub shards_elsewhere: BTreeSet<NodeGroupId>,
    /// An engine in another region may still copy one of this group that is gone. Until it copies another one it can not
    /// be made to forget that one, and would remind the others of it.
    pub has_orphans: bool,
    /// This group's engines are to leave the cluster that they share, with what they have copied.
    pub is_departing: bool,
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
        let Some(member) = datastore.members.get(region).filter(|member| member.replication_group_id == group.id)
        else {
            return Self::default();
        };
        // Engines in cluster mode cannot go on by themselves with what they have copied.
        if member.leaving && !group.cluster_mode.is_clustered() {
            return Self::default();
        }
        let is_other = |(other, _): &(&String, &GlobalMember)| *other != region;
        let others: Vec<_> = datastore
            .members
            .iter()
            .filter(is_other)
            .filter_map(|(other, _)| datastore.member_of(other, &regions))
            .collect();
        let shards_elsewhere = others.iter().flat_map(|other| other.node_groups.keys().cloned()).collect();
        let shares_cluster = others.iter().any(|other| !other.cluster_node_ids.is_empty());
        let place = if *region == datastore.primary_region {
            Self::of_primary(group, datastore, regions)
        } else {
            let primary = datastore.member_of(&datastore.primary_region, &regions);
            Self {
                upstream: Some(primary.map(|group| working_primaries(group, regions)).unwrap_or_default()),
                is_failing_over: datastore.failover_to.as_ref() == Some(region),
                is_departing: member.leaving,
                ..Self::default()
            }
        };
        let has_orphans = group.cluster_mode.is_clustered()
            && others.iter().any(|other| has_orphans(other, &group.scope.region, regions));
        Self { shares_cluster, shards_elsewhere, has_orphans, ..place }
    }

    fn of_primary(group: &ReplicationGroup, datastore: &GlobalReplicationGroup, regions: Regions<'_>) -> Self {
        let others = || {
            let members = datastore.members.iter();
            members.filter(|(region, member)| **region != datastore.primary_region && !member.leaving)
        };
        let is_ahead = others().any(|(region, _)| !datastore.is_upgraded(region, &regions));
        let copies_all = |(region, _): (&String, &GlobalMember)| {
            datastore.member_of(region, &regions).is_none_or(|other| has_all_shards(other, group, regions))
        };
        let heir = datastore.failover_to.as_ref().and_then(|region| datastore.member_of(region, &regions));
        let heirs = heir.map(|group| heirs(group, regions)).unwrap_or_default();
        Self {
            upstream: None,
            is_failing_over: datastore.failover_to.is_some(),
            heirs,
            is_ahead,
            is_waited_for: !others().all(copies_all),
            ..Self::default()
        }
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

/// Whether a group has an engine in its place for each shard of the `primary` group that stays.
fn has_all_shards(group: &ReplicationGroup, primary: &ReplicationGroup, regions: Regions<'_>) -> bool {
    let region = &group.scope.region;
    primary.node_groups.iter().filter(|(_, shard)| !shard.leaving).all(|(id, _)| {
        let shard = group.node_groups.get(id);
        shard.is_some_and(|shard| shard.working_primary(|id: &str| regions.cluster(region, id)).is_some())
    })
}

/// Whether an engine of a group in another region copies one of `region` that is gone, as far as its record tells.
fn has_orphans(group: &ReplicationGroup, region: &str, regions: Regions<'_>) -> bool {
    let is_gone = |of: &RemoteEngine| {
        let node = regions.cluster(region, &of.engine.cache_cluster_id).and_then(|it| it.nodes.get(&NodeId::FIRST));
        node.and_then(|node| node.engines.get(&of.engine.generation)?.running()).is_none()
    };
    let members = group.member_ids().filter_map(|id| regions.cluster(&group.scope.region, id));
    let engines = members.flat_map(|member| member.nodes.values()).flat_map(|node| node.engines.values());
    engines.into_iter().filter_map(Observed::running).any(|running| match &running.role {
        Some(EngineRole::Secondary { of }) => of.region == region && is_gone(of),
        Some(_) => false,
        None => running.cluster_node_id.is_some(),
    })
}

/// The other members of the datastore of a group in cluster mode.
pub(super) fn neighbours(tables: &Tables, scope: &Scope, id: &str) -> Vec<Arc<ReplicationGroup>> {
    let regions = Regions::new(tables, scope);
    let group = tables.replication_groups.get(scope, id).filter(|group| group.cluster_mode.is_clustered());
    let Some(datastore) = group.and_then(|group| regions.datastore(group)) else { return Vec::new() };
    let others = datastore.members.keys().filter(|region| **region != scope.region);
    let groups = others.filter_map(|region| datastore.member_of(region, &regions));
    groups.filter_map(|group| tables.replication_groups.get(&group.scope, &group.id).cloned()).collect()
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
