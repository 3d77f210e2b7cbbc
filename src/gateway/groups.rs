//! Where the endpoints of a replication group lead, by its record and those of its members.

use std::{net::SocketAddr, sync::Arc};

use super::{Naming, StandIn, Standing, Whereabouts};
use crate::{
    model::{
        CacheCluster, CacheNode, EndpointId, EndpointRole, EngineRole, GlobalReplicationGroup, NodeGroup, NodeGroupId,
        NodeId, ReplicationGroup, Running, Scope,
    },
    store::{Regions, Tables},
};

/// A group among the records.
pub(super) struct Group<'a> {
    tables: &'a Tables,
    record: &'a ReplicationGroup,
}

/// The group and the shard that a cluster is a member of.
pub(super) fn shard_of<'a>(tables: &'a Tables, cluster: &CacheCluster) -> Option<(Group<'a>, &'a NodeGroup)> {
    let membership = cluster.membership.as_ref()?;
    let group = Group::find(tables, &cluster.scope, &membership.replication_group_id)?;
    let shard = group.record.node_groups.get(&membership.node_group_id)?;
    Some((group, shard))
}

impl<'a> Group<'a> {
    pub(super) fn find(tables: &'a Tables, scope: &Scope, id: &str) -> Option<Self> {
        tables.replication_groups.get(scope, id).map(|record| Self { tables, record })
    }

    /// The group that an endpoint belongs to.
    pub(super) fn behind(tables: &'a Tables, endpoint: &EndpointId) -> Option<Self> {
        let EndpointId { scope, resource_id, role } = endpoint;
        match role {
            EndpointRole::Node(_) | EndpointRole::Configuration => {
                Some(shard_of(tables, tables.cache_clusters.get(scope, resource_id)?)?.0)
            }
            EndpointRole::Primary | EndpointRole::Reader | EndpointRole::GroupConfiguration => {
                Self::find(tables, scope, resource_id)
            }
        }
    }

    fn member(&self, id: &str) -> Option<&'a CacheCluster> {
        self.tables.cache_clusters.get(&self.record.scope, id).map(Arc::as_ref)
    }

    /// The engine of `cluster`, a member of `shard`, that answers clients now. While an engine takes over from another
    /// one of the same member, that is the one that takes part in the shard's work.
    pub(super) fn serving(shard: &NodeGroup, cluster: &'a CacheCluster) -> Option<&'a Running> {
        let node = cluster.nodes.get(&NodeId::FIRST)?;
        let is_primary =
            |generation: &u32| shard.primary.cache_cluster_id == cluster.id && shard.primary.generation == *generation;
        let running = || node.engines.iter().filter_map(|(generation, engine)| Some((generation, engine.running()?)));
        let primary = running().find(|(generation, _)| is_primary(generation));
        let placed = || running().rfind(|(_, engine)| engine.role.is_some());
        primary.or_else(placed).map(|(_, engine)| engine).or_else(|| node.serving())
    }

    /// The engines that an endpoint of the group leads to.
    pub(super) fn targets(&self, role: EndpointRole) -> Vec<SocketAddr> {
        let shards = || self.record.node_groups.values();
        let primaries = || shards().filter_map(|shard| shard.placed_primary(|id: &str| self.member(id)));
        let addresses = |engines: Vec<&Running>| engines.iter().map(|engine| engine.address).collect();
        match role {
            EndpointRole::Primary => addresses(primaries().collect()),
            EndpointRole::Reader => {
                let replicas: Vec<_> = shards().flat_map(|shard| self.replicas(shard)).collect();
                addresses(if replicas.is_empty() { primaries().collect() } else { replicas })
            }
            EndpointRole::GroupConfiguration => {
                let replicas = shards().flat_map(|shard| self.replicas(shard));
                addresses(primaries().chain(replicas).collect())
            }
            EndpointRole::Node(_) | EndpointRole::Configuration => Vec::new(),
        }
    }

    /// The replicas of a shard that have its data.
    fn replicas(&self, shard: &'a NodeGroup) -> impl Iterator<Item = &'a Running> {
        let members = shard.members.iter().filter_map(|id| self.member(id));
        members.filter(|member| member.deleted.is_none()).filter_map(|member| {
            let node = member.nodes.get(&NodeId::FIRST)?;
            // In cluster mode the replicas of a secondary group copy the other region themselves.
            let is_replica = |engine: &&Running| match engine.role {
                Some(EngineRole::Replica { .. }) => true,
                Some(EngineRole::Secondary { .. }) => shard.primary.cache_cluster_id != member.id,
                _ => false,
            };
            node.engines.values().filter_map(|engine| engine.running()).rfind(is_replica)
        })
    }

    /// The port of the node endpoint behind which other engines know an engine under the address `peer`, or knew it, and
    /// where that endpoint is.
    ///
    /// Clients of a serverless cache are told of no nodes. They find one shard: the cache's endpoint as its primary, and
    /// the reader endpoint as its replica.
    pub(super) fn public(&self, peer: SocketAddr, naming: Option<&Naming>) -> Option<(u16, Whereabouts)> {
        let members = || self.record.member_ids().filter_map(|id| self.member(id));
        let nodes = || members().flat_map(|member| member.nodes.iter().map(move |(id, node)| (member, *id, node)));
        let is_this = |running: &Running| running.peer == peer || running.address == peer;
        let runs_there = |(_, _, node): &(&CacheCluster, NodeId, &CacheNode)| {
            node.engines.values().filter_map(|engine| engine.running()).any(is_this)
        };
        let was_there = |(_, _, node): &(&CacheCluster, NodeId, &CacheNode)| node.former_peer == Some(peer);
        if self.record.scope.is_behind_serverless() {
            let mut primaries =
                self.record.node_groups.values().filter_map(|shard| shard.working_primary(|id: &str| self.member(id)));
            // An engine that is gone is named by others only as the primary that it was.
            let is_primary = primaries.any(is_this) || !nodes().any(|node| runs_there(&node));
            let ports = self.record.ports;
            let at = naming.and_then(|naming| naming.serverless(&self.endpoint(EndpointRole::Primary)));
            return Some((if is_primary { ports.primary } else { ports.reader }?, at.unwrap_or_default()));
        }
        let (member, id, node) = nodes().find(runs_there).or_else(|| nodes().find(was_there))?;
        Some((node.port?, naming.map(|naming| naming.node(member, id)).unwrap_or_default()))
    }

    fn endpoint(&self, role: EndpointRole) -> EndpointId {
        EndpointId { scope: self.record.scope.clone(), resource_id: self.record.id.clone(), role }
    }
}

/// What the group is to its clients where its engines share a cluster with those of groups in other regions.
impl Group<'_> {
    /// Where an engine belongs that others know as `peer`.
    pub(super) fn standing(&self, peer: SocketAddr, naming: Option<&Naming>) -> Standing {
        if let Some((port, at)) = self.public(peer, naming) {
            return Standing::Node { port, stands_in: self.stands_in(peer), at };
        }
        let Some(datastore) = self.datastore() else { return Standing::Unknown };
        let regions = Regions::new(self.tables, &self.record.scope);
        let others = datastore.members.keys().filter(|region| **region != self.record.scope.region);
        let others = others.filter_map(|region| datastore.member_of(region, &regions));
        let shard = others.into_iter().find_map(|record| Group { tables: self.tables, record }.shard_at(peer).cloned());
        Standing::Elsewhere { instead: shard.and_then(|id| self.stand_in(&id, naming)) }
    }

    /// Whether an engine is what clients of a secondary group take for the primary of its shard.
    pub(super) fn stands_in(&self, peer: SocketAddr) -> bool {
        self.datastore().is_some_and(|datastore| datastore.primary_region != self.record.scope.region)
            && self.record.node_groups.keys().any(|id| {
                let engine = self.primary_of(id).map(|(_, _, running)| running);
                engine.is_some_and(|running| running.peer == peer || running.address == peer)
            })
    }

    /// The datastore of a group in cluster mode.
    fn datastore(&self) -> Option<&GlobalReplicationGroup> {
        let in_cluster = self.record.cluster_mode.is_clustered();
        let datastore = Regions::new(self.tables, &self.record.scope).datastore(self.record);
        datastore.filter(|_| in_cluster).map(Arc::as_ref)
    }

    /// The shard that has or had an engine which others know as `peer`.
    fn shard_at(&self, peer: SocketAddr) -> Option<&NodeGroupId> {
        let is_there = |id: &String| {
            let node = self.member(id).and_then(|member| member.nodes.get(&NodeId::FIRST));
            node.is_some_and(|node| {
                let running = node.engines.values().filter_map(|engine| engine.running());
                node.former_peer == Some(peer) || running.into_iter().any(|running| running.peer == peer)
            })
        };
        self.record.node_groups.iter().find(|(_, shard)| shard.members.iter().any(is_there)).map(|(id, _)| id)
    }

    /// The engine in the place of a shard's primary, whatever it has been made yet.
    fn primary_of(&self, shard: &NodeGroupId) -> Option<(&CacheCluster, &CacheNode, &Running)> {
        let primary = &self.record.node_groups.get(shard)?.primary;
        let member = self.member(&primary.cache_cluster_id)?;
        let node = member.nodes.get(&NodeId::FIRST)?;
        Some((member, node, node.engines.get(&primary.generation)?.running()?))
    }

    fn stand_in(&self, shard: &NodeGroupId, naming: Option<&Naming>) -> Option<StandIn> {
        let (member, node, running) = self.primary_of(shard)?;
        let at = naming.map(|naming| naming.node(member, NodeId::FIRST)).unwrap_or_default();
        Some(StandIn { engine: running.address, port: node.port?, at })
    }
}
