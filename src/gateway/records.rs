//! The directory that the server uses: it answers from the records.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::watch;

use super::{Directory, Member, Membership, NetworkFault};
use crate::{
    model::{CacheCluster, EndpointId, EndpointRole},
    store::Store,
};

/// Where endpoints lead, by the records of a [`Store`].
pub struct Records {
    store: Arc<Store>,
    /// Whose turn it is among the nodes behind configuration endpoints.
    turn: AtomicUsize,
}

impl Records {
    /// The directory of `store`.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, turn: AtomicUsize::new(0) }
    }

    fn cluster(&self, endpoint: &EndpointId) -> Option<Arc<CacheCluster>> {
        self.store.tables().cache_clusters.get(&endpoint.scope, &endpoint.cache_cluster_id).cloned()
    }
}

impl Directory for Records {
    fn route(&self, endpoint: &EndpointId) -> Option<SocketAddr> {
        let cluster = self.cluster(endpoint)?;
        match endpoint.role {
            EndpointRole::Node(node) => Some(cluster.nodes.get(&node)?.serving()?.address),
            EndpointRole::Configuration => {
                let running: Vec<_> = cluster.published_nodes().filter_map(|(_, node)| node.serving()).collect();
                let turn = self.turn.fetch_add(1, Ordering::Relaxed);
                Some(running.get(turn % running.len().max(1))?.address)
            }
        }
    }

    fn membership(&self, endpoint: &EndpointId) -> Option<Membership> {
        let cluster = self.cluster(endpoint)?;
        let nodes = cluster
            .published_nodes()
            .filter_map(|(id, node)| Some(Member { cache_node_id: id.to_string(), port: node.port? }))
            .collect();
        Some(Membership { version: cluster.membership_version, nodes })
    }

    fn public_port(&self, _: &EndpointId, _: SocketAddr) -> Option<u16> {
        None
    }

    fn targets(&self, _: &EndpointId) -> Option<Vec<SocketAddr>> {
        None
    }

    fn fault_of(&self, _: SocketAddr) -> Option<NetworkFault> {
        None
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.store.version()
    }
}
