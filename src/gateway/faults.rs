//! What is wrong with the network between clients and an engine, by the records. It only answers; carrying nothing, or
//! later, is done where bytes are carried.

use std::net::SocketAddr;

use crate::{
    model::{CacheCluster, FaultKind, FaultTarget, NodeId, Observed},
    store::Tables,
};

/// What users want to be wrong between clients and the engine at this address, the worst where there are several: nothing
/// is carried, connections are refused, everything is late, by the most that was asked for. An outage is nothing of the
/// network: the engine itself goes.
#[must_use]
pub fn of_engine(tables: &Tables, engine: SocketAddr) -> Option<FaultKind> {
    // Asked for every connection at every change, and mostly there is no fault at all.
    if tables.faults.is_empty() {
        return None;
    }
    let faults = tables.faults.iter_all().filter(|(_, _, fault)| fault.kind != FaultKind::Outage);
    let of_engine = faults.filter(|(scope, _, fault)| {
        let clusters = tables.cache_clusters.iter(scope).map(|(_, cluster)| cluster);
        clusters
            .flat_map(|cluster| nodes_at(cluster, engine).map(move |node| (cluster, node)))
            .any(|(cluster, node)| FaultTarget::covers(&fault.target, cluster, node))
    });
    of_engine.map(|(_, _, fault)| fault.kind).max_by_key(|kind| match kind {
        FaultKind::Outage => (0, 0),
        FaultKind::Delay { milliseconds } => (1, *milliseconds),
        FaultKind::Refuse => (2, 0),
        FaultKind::Cut => (3, 0),
    })
}

/// The nodes of a cluster that have an engine at this address.
fn nodes_at(cluster: &CacheCluster, engine: SocketAddr) -> impl Iterator<Item = NodeId> {
    let is_there = move |observed: &Observed| observed.running().is_some_and(|running| running.address == engine);
    let nodes = cluster.nodes.iter().filter(move |(_, node)| node.engines.values().any(is_there));
    nodes.map(|(id, _)| *id)
}
