//! What is wrong with the network between clients and an engine, by the records. It only answers; carrying nothing, or
//! later, is done where bytes are carried.

use std::net::SocketAddr;

use crate::{
    model::{CacheCluster, FaultKind, NodeId, Observed},
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
            .any(|(cluster, node)| fault.target.covers(cluster, node))
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        model::{CacheNode, Engine, Fault, FaultTarget, Running, Scope, Settings},
        store::{Draft, StorageError, Store},
    };

    const ENGINE: ([u8; 4], u16) = ([127, 64, 0, 1], 6379);

    fn put_node(draft: &mut Draft, cluster: &str, zone: &str, address: ([u8; 4], u16)) {
        let settings = Settings {
            engine: Engine::Redis,
            engine_version: "7.0.7".parse().expect("a version"),
            cache_node_type: "cache.t3.micro".into(),
            parameters: std::collections::BTreeMap::new(),
            access: crate::model::Access::Open,
        };
        let mut node = CacheNode::new(zone.to_owned());
        let running = Running::new("1".into(), address.into(), settings);
        node.engines.insert(1, Observed::Running(Box::new(running)));
        draft.put(&scope(), cluster, CacheCluster { nodes: [(NodeId::FIRST, node)].into(), ..bare(cluster) });
    }

    fn scope() -> Scope {
        Scope::new("000000000000", "us-east-1")
    }

    /// A cluster without nodes, of which only the id matters here.
    fn bare(id: &str) -> CacheCluster {
        serde_json::from_value(serde_json::json!({
            "scope": scope(), "id": id, "uid": "u", "engine": "redis", "engine_version": "7.0.7",
            "cache_node_type": "cache.t3.micro", "port": 6379, "requested": "2026-01-01T00:00:00Z",
            "nodes": {}, "membership_version": 1, "cross_az": false, "parameter_group": "default.redis7",
            "subnet_group": "default", "security_group_ids": [], "cache_security_groups": [],
            "maintenance_window": "sun:05:00-sun:06:00", "snapshot_retention_limit": 0,
            "auto_minor_version_upgrade": true, "network_type": "ipv4", "ip_discovery": "ipv4",
            "tags": crate::model::TagSet::default(), "pending": crate::model::Pending::default(), "at_rest_encryption": false,
        }))
        .expect("a cluster")
    }

    /// The records of two nodes in different zones, and of these faults.
    async fn tables(faults: Vec<(FaultKind, FaultTarget)>) -> Arc<Tables> {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("records.redb")).expect("a store");
        let written = store.write(move |draft| {
            put_node(draft, "here", "us-east-1a", ENGINE);
            put_node(draft, "there", "us-east-1b", ([127, 64, 0, 2], 6379));
            for (number, (kind, target)) in faults.into_iter().enumerate() {
                let since = "2026-01-01T00:00:00Z".parse().expect("a time");
                let id = number.to_string();
                draft.put(&scope(), &id.clone(), Fault { id, kind, target, since, until: None, noticed: false });
            }
            Ok::<_, StorageError>(())
        });
        written.await.expect("written");
        store.tables()
    }

    fn node(id: &str) -> FaultTarget {
        FaultTarget::Node { cache_cluster_id: id.into(), cache_node_id: NodeId::FIRST }
    }

    fn zone(name: &str) -> FaultTarget {
        FaultTarget::Zone { availability_zone: name.into() }
    }

    #[tokio::test]
    async fn only_the_engines_that_a_fault_covers_suffer() {
        assert_eq!(of_engine(&*tables(Vec::new()).await, ENGINE.into()), None);
        for (target, expected) in [
            (node("here"), Some(FaultKind::Refuse)),
            (zone("us-east-1a"), Some(FaultKind::Refuse)),
            (node("there"), None),
            (zone("us-east-1b"), None),
        ] {
            assert_eq!(of_engine(&*tables(vec![(FaultKind::Refuse, target)]).await, ENGINE.into()), expected);
        }
        let everywhere = tables(vec![(FaultKind::Cut, zone("us-east-1a")), (FaultKind::Cut, zone("us-east-1b"))]).await;
        assert_eq!(of_engine(&everywhere, ([127, 64, 0, 9], 6379).into()), None);
    }

    #[tokio::test]
    async fn the_worst_of_several_counts() {
        let delay = |milliseconds| (FaultKind::Delay { milliseconds }, node("here"));
        let outage = (FaultKind::Outage, node("here"));
        let refuse = (FaultKind::Refuse, zone("us-east-1a"));
        let cut = (FaultKind::Cut, zone("us-east-1a"));
        let of = async |faults| of_engine(&*tables(faults).await, ENGINE.into());
        assert_eq!(of(vec![outage.clone()]).await, None);
        assert_eq!(of(vec![delay(5), delay(9), delay(7), outage]).await, Some(FaultKind::Delay { milliseconds: 9 }));
        assert_eq!(of(vec![refuse.clone(), delay(5)]).await, Some(FaultKind::Refuse));
        assert_eq!(of(vec![cut, refuse, delay(5)]).await, Some(FaultKind::Cut));
    }
}
