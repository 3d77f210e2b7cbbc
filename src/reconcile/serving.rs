//! The engines that serve clients now, for those who only look at them: what they count, say. Nothing here changes one.

use std::{net::SocketAddr, sync::Arc};

use super::{Actor, Key, Shared, steps::engine_id};
use crate::{
    backend::EngineId,
    engine::EngineSettings,
    model::{CacheCluster, NodeId, Observed, Running},
    store::Tables,
};

/// An engine that serves clients.
#[derive(Clone, Debug)]
pub struct Serving {
    /// The cluster that it is of.
    pub cluster: Arc<CacheCluster>,
    /// The node that it is behind.
    pub node: NodeId,
    /// Whether it stands where the primary of its shard stands, by the record; `None` in no replication group.
    pub is_primary: Option<bool>,
    generation: u32,
}

impl Serving {
    /// What is known of it.
    ///
    /// # Panics
    /// Never: it is made of an engine that runs.
    #[must_use]
    pub fn running(&self) -> &Running {
        let observed = self.cluster.nodes.get(&self.node).and_then(|node| node.engines.get(&self.generation));
        observed.and_then(Observed::running).expect("it runs by this very record")
    }

    /// Where this server reaches it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.running().address
    }

    /// Its name at the backend.
    #[must_use]
    pub fn engine_id(&self) -> EngineId {
        engine_id(&self.cluster, self.node, self.generation)
    }

    /// What it was started with, by which it can be connected to.
    #[must_use]
    pub fn settings(&self, shared: &Arc<Shared>) -> EngineSettings {
        let key = Key::of_cluster(&self.cluster.scope, &self.cluster.id);
        let actor = Actor { shared: Arc::clone(shared), key, failures: 0 };
        actor.engine_settings(&self.cluster, self.node, self.generation, &self.running().settings)
    }
}

/// Every engine that serves clients and can be talked to. A cluster that is being deleted has none.
#[must_use]
pub fn serving(shared: &Shared) -> Vec<Serving> {
    let tables = shared.store.tables();
    let clusters = tables.cache_clusters.iter_all().filter(|(_, _, cluster)| cluster.deleted.is_none());
    let engines = clusters.flat_map(|(_, _, cluster)| {
        cluster.nodes.iter().filter_map(|(node, record)| {
            let is_real = |observed: &Observed| observed.running().is_some_and(Running::is_real);
            let generation =
                record.engines.iter().find(|(_, observed)| is_real(observed)).map(|(number, _)| *number)?;
            let is_primary = is_primary(&tables, cluster, generation);
            Some(Serving { cluster: Arc::clone(cluster), node: *node, is_primary, generation })
        })
    });
    engines.collect()
}

fn is_primary(tables: &Tables, cluster: &CacheCluster, generation: u32) -> Option<bool> {
    let membership = cluster.membership.as_ref()?;
    let group = tables.replication_groups.get(&cluster.scope, &membership.replication_group_id)?;
    let primary = &group.node_groups.get(&membership.node_group_id)?.primary;
    Some(primary.cache_cluster_id == cluster.id && primary.generation == generation)
}
