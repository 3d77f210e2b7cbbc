//! Opens endpoints: the gateway's ports for what the records name.

use super::Shared;
use crate::{
    gateway::{OpenError, PortChoice},
    model::{CacheCluster, EndpointId, EndpointRole, Engine},
};

/// Sees to it that an endpoint of `cluster` is open, and tells its port: the one it had before, else the one that was
/// asked for, when it is free, else another. Of a Memcached cluster it is the configuration endpoint that gets the port
/// that was asked for, as its nodes share one host name here.
pub(super) fn open(
    shared: &Shared,
    endpoint: &EndpointId,
    cluster: &CacheCluster,
    stored: Option<u16>,
) -> Result<u16, OpenError> {
    let choice = match (stored, endpoint.role) {
        (Some(port), _) => PortChoice::Exactly(port),
        (None, EndpointRole::Node(_)) if cluster.engine == Engine::Memcached => PortChoice::Any,
        (None, _) => PortChoice::Preferred(cluster.port),
    };
    shared.gateway.open(endpoint, cluster.engine.into(), choice)
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
            let endpoint = |role| EndpointId { scope: scope.clone(), cache_cluster_id: id.clone(), role };
            all.filter_map(move |(role, port)| Some((endpoint(role), cluster, port?))).collect::<Vec<_>>()
        })
        .collect();
    for (endpoint, _, port) in &stored {
        shared.gateway.reserve(endpoint.clone(), *port);
    }
    for (endpoint, cluster, port) in stored {
        // A port that is taken by now is tried again by the cluster's own run, which also tells the user.
        if let Err(error) = open(shared, &endpoint, cluster, Some(port)) {
            tracing::warn!(%endpoint, %error, "an endpoint could not be opened again");
        }
    }
}
