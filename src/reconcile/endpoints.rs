//! Opens endpoints: the gateway's ports for what the records name.

use std::sync::Arc;

use super::Shared;
use crate::{
    gateway::{Front, OpenError, PortChoice},
    model::{CacheCluster, ClusterMode, EndpointId, EndpointRole, Engine, ReplicationGroup},
};

/// Sees to it that an endpoint of `cluster` is open, and tells its port: the one it had before, else the one that was
/// asked for, when it is free, else another. Where endpoints share an address, of a Memcached cluster it is the
/// configuration endpoint that gets the port that was asked for.
pub(super) fn open(
    shared: &Shared,
    endpoint: &EndpointId,
    cluster: &CacheCluster,
    stored: Option<u16>,
) -> Result<u16, OpenError> {
    let choice = match (stored.filter(|port| !shared.gateway.is_given_to_another(endpoint, *port)), endpoint.role) {
        (Some(port), _) => PortChoice::Exactly(port),
        (None, EndpointRole::Node(_)) if is_serverless_memcached(cluster) => {
            beside(shared, endpoint, EndpointRole::Configuration)
        }
        // So it is in a replication group, where that port belongs to an endpoint of the group.
        (None, EndpointRole::Node(_))
            if !shared.gateway.has_own_addresses()
                && (cluster.engine == Engine::Memcached || cluster.membership.is_some()) =>
        {
            PortChoice::Any
        }
        (None, _) => PortChoice::Preferred(cluster.port),
    };
    let mode = cluster.membership.as_ref().and_then(|membership| {
        let tables = shared.store.tables();
        let group = tables.replication_groups.get(&cluster.scope, &membership.replication_group_id)?;
        Some(group.cluster_mode)
    });
    let front = if is_serverless_memcached(cluster) { Front::ServerlessMemcached } else { front(cluster.engine, mode) };
    shared.gateway.open(endpoint, front, choice)
}

/// Whether this is what runs behind a serverless cache of Memcached. There the configuration endpoint is the cache's own,
/// and that of the only node its reader endpoint.
fn is_serverless_memcached(cluster: &CacheCluster) -> bool {
    cluster.engine == Engine::Memcached && cluster.scope.is_behind_serverless()
}

/// The port after that of the endpoint in another role, which is opened first: where the reader endpoint of a serverless
/// cache is, if it is free.
fn beside(shared: &Shared, endpoint: &EndpointId, role: EndpointRole) -> PortChoice {
    let other = EndpointId { role, ..endpoint.clone() };
    let next = shared.gateway.port_of(&other).and_then(|port| port.checked_add(1));
    next.map_or(PortChoice::Any, PortChoice::Preferred)
}

/// What clients find at an endpoint.
fn front(engine: Engine, mode: Option<ClusterMode>) -> Front {
    if mode.is_some_and(ClusterMode::is_clustered) { Front::RedisCluster } else { engine.into() }
}

/// Sees to it that an endpoint of a replication group is open, and tells its port. What clients write through gets the
/// port that was asked for: the primary endpoint, or the configuration endpoint where there is none.
pub(super) fn open_of_group(
    shared: &Shared,
    endpoint: &EndpointId,
    group: &ReplicationGroup,
    engine: Engine,
) -> Result<u16, OpenError> {
    let stored = port_of_group(group, endpoint.role);
    let stored = stored.filter(|port| !shared.gateway.is_given_to_another(endpoint, *port));
    let is_main = match endpoint.role {
        EndpointRole::Primary => true,
        EndpointRole::GroupConfiguration => group.cluster_mode == ClusterMode::Enabled,
        _ => false,
    };
    let choice = match stored {
        Some(port) => PortChoice::Exactly(port),
        None if is_main => PortChoice::Preferred(group.port),
        None if endpoint.role == EndpointRole::Reader && group.scope.is_behind_serverless() => {
            beside(shared, endpoint, EndpointRole::Primary)
        }
        None if shared.gateway.has_own_addresses() => PortChoice::Preferred(group.port),
        None => PortChoice::Any,
    };
    shared.gateway.open(endpoint, front(engine, Some(group.cluster_mode)), choice)
}

/// Sees to it that all open endpoints of a group speak to clients as its cluster mode wants it.
pub(super) fn refresh(shared: &Shared, group: &ReplicationGroup, members: &[Arc<CacheCluster>]) {
    for member in members {
        for (node, cache_node) in &member.nodes {
            let role = EndpointRole::Node(*node);
            let endpoint = EndpointId { scope: group.scope.clone(), resource_id: member.id.clone(), role };
            if let Some(port) = cache_node.port.filter(|_| shared.gateway.port_of(&endpoint).is_some()) {
                // It is open, so there is nothing to fail.
                let _ = open(shared, &endpoint, member, Some(port));
            }
        }
    }
}

fn port_of_group(group: &ReplicationGroup, role: EndpointRole) -> Option<u16> {
    match role {
        EndpointRole::Primary => group.ports.primary,
        EndpointRole::Reader => group.ports.reader,
        EndpointRole::GroupConfiguration => group.ports.configuration,
        EndpointRole::Node(_) | EndpointRole::Configuration => None,
    }
}

/// Opens the endpoints that were given out before the server was started, before any new one can take their ports.
pub(super) fn reopen(shared: &Shared) {
    let tables = shared.store.tables();
    let stored: Vec<_> = tables
        .cache_clusters
        .iter_all()
        .flat_map(|(scope, id, cluster)| {
            let nodes = cluster.nodes.iter().map(|(node, cache_node)| (EndpointRole::Node(*node), cache_node.port));
            let all = nodes.chain([(EndpointRole::Configuration, cluster.configuration_port)]);
            let endpoint = |role| EndpointId { scope: scope.clone(), resource_id: id.clone(), role };
            all.filter_map(move |(role, port)| Some((endpoint(role), cluster, port?))).collect::<Vec<_>>()
        })
        .collect();
    let of_groups: Vec<_> = tables
        .replication_groups
        .iter_all()
        .flat_map(|(scope, id, group)| {
            let endpoint = |role| EndpointId { scope: scope.clone(), resource_id: id.clone(), role };
            [EndpointRole::Primary, EndpointRole::Reader, EndpointRole::GroupConfiguration]
                .into_iter()
                .filter_map(move |role| Some((endpoint(role), group, port_of_group(group, role)?)))
        })
        .collect();
    let ports = stored.iter().map(|(endpoint, _, port)| (endpoint, port));
    for (endpoint, port) in ports.chain(of_groups.iter().map(|(endpoint, _, port)| (endpoint, port))) {
        shared.gateway.reserve(endpoint.clone(), *port);
    }
    // Which of two gets another port is for its own run, which writes it down.
    let is_lost = |endpoint: &EndpointId, port| {
        let is_lost = shared.gateway.is_given_to_another(endpoint, port);
        if is_lost {
            tracing::warn!(%endpoint, port, "another endpoint has the same port now that they share an address");
        }
        is_lost
    };
    for (endpoint, group, _) in of_groups.into_iter().filter(|(endpoint, _, port)| !is_lost(endpoint, *port)) {
        let member = group.member_ids().find_map(|id| tables.cache_clusters.get(&group.scope, id));
        if let Some(member) = member
            && let Err(error) = open_of_group(shared, &endpoint, group, member.engine)
        {
            tracing::warn!(%endpoint, %error, "an endpoint could not be opened again");
        }
    }
    for (endpoint, cluster, port) in stored.into_iter().filter(|(endpoint, _, port)| !is_lost(endpoint, *port)) {
        // A port that is taken by now is tried again by the cluster's own run, which also tells the user.
        if let Err(error) = open(shared, &endpoint, cluster, Some(port)) {
            tracing::warn!(%endpoint, %error, "an endpoint could not be opened again");
        }
    }
}
