//! The directory that the server uses: it answers from the records.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

use super::{Directory, Member, Membership, Naming, NetworkFault, Security, Standing, Whereabouts, faults, groups};
use crate::{
    model::{CacheCluster, EndpointId, EndpointRole, FaultKind, Lead, ServerlessMigration},
    store::{Store, Tables},
};

/// Where endpoints lead, by the records of a [`Store`].
pub struct Records {
    store: Arc<Store>,
    naming: Option<Naming>,
    /// Whose turn it is among the nodes behind configuration and reader endpoints.
    turn: AtomicUsize,
}

impl Records {
    /// The directory of `store`.
    #[must_use]
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, naming: None, turn: AtomicUsize::new(0) }
    }

    /// The same, telling clients of endpoints by their names.
    #[must_use]
    pub fn with_naming(self, naming: Option<Naming>) -> Self {
        Self { naming, ..self }
    }

    /// One of several engines, in turn.
    fn next(&self, engines: &[SocketAddr]) -> Option<SocketAddr> {
        match *engines {
            [] => None,
            [only] => Some(only),
            _ => Some(engines[self.turn.fetch_add(1, Ordering::Relaxed) % engines.len()]),
        }
    }

    fn cluster(&self, endpoint: &EndpointId) -> Option<Arc<CacheCluster>> {
        self.store.tables().cache_clusters.get(&endpoint.scope, &endpoint.resource_id).cloned()
    }
}

/// A cache cluster that an endpoint leads to. Those of a replication group are alike in who may talk to them and how.
pub(crate) fn cluster_behind<'t>(tables: &'t Tables, endpoint: &EndpointId) -> Option<&'t CacheCluster> {
    let EndpointId { scope, resource_id, role } = endpoint;
    match role {
        EndpointRole::Node(_) | EndpointRole::Configuration => {
            tables.cache_clusters.get(scope, resource_id).map(Arc::as_ref)
        }
        EndpointRole::Primary | EndpointRole::Reader | EndpointRole::GroupConfiguration => {
            let group = tables.replication_groups.get(scope, resource_id)?;
            group.member_ids().find_map(|id| tables.cache_clusters.get(scope, id)).map(Arc::as_ref)
        }
    }
}

/// Where the endpoints of the serverless cache lead that `endpoint` belongs to, if it belongs to one.
fn lead(tables: &Tables, endpoint: &EndpointId) -> Lead {
    let cache = endpoint.scope.before_serverless().and_then(|scope| {
        let cache = tables.serverless_caches.get(&scope, &endpoint.resource_id)?;
        (cache.deleted.is_none()).then_some(cache)
    });
    let migration = cache.and_then(|cache| cache.migration.as_ref());
    migration.map_or(Lead::Engines, ServerlessMigration::lead)
}

impl Directory for Records {
    fn route(&self, endpoint: &EndpointId) -> Option<SocketAddr> {
        let tables = self.store.tables();
        if lead(&tables, endpoint) != Lead::Engines {
            return None;
        }
        match endpoint.role {
            EndpointRole::Node(node) => {
                let cluster = tables.cache_clusters.get(&endpoint.scope, &endpoint.resource_id)?;
                if let Some((_, shard)) = groups::shard_of(&tables, cluster) {
                    return Some(groups::Group::serving(shard, cluster)?.address);
                }
                Some(cluster.nodes.get(&node)?.serving()?.address)
            }
            EndpointRole::Configuration => {
                let cluster = self.cluster(endpoint)?;
                let nodes = cluster.published_nodes().filter_map(|(_, node)| Some(node.serving()?.address));
                self.next(&nodes.collect::<Vec<_>>())
            }
            EndpointRole::Primary | EndpointRole::Reader | EndpointRole::GroupConfiguration => {
                let group = groups::Group::find(&tables, &endpoint.scope, &endpoint.resource_id)?;
                self.next(&group.targets(endpoint.role))
            }
        }
    }

    fn membership(&self, endpoint: &EndpointId) -> Option<Membership> {
        let cluster = self.cluster(endpoint)?;
        let nodes = cluster
            .published_nodes()
            .filter_map(|(id, node)| {
                let at = self.naming.as_ref().map(|naming| naming.node(&cluster, id)).unwrap_or_default();
                Some(Member { cache_node_id: id.to_string(), port: node.port?, at })
            })
            .collect();
        Some(Membership { version: cluster.membership_version, nodes })
    }

    fn public_port(&self, endpoint: &EndpointId, engine: SocketAddr) -> Option<u16> {
        Some(groups::Group::behind(&self.store.tables(), endpoint)?.public(engine, None)?.0)
    }

    fn standing(&self, endpoint: &EndpointId, engine: SocketAddr) -> Standing {
        let tables = self.store.tables();
        let group = groups::Group::behind(&tables, endpoint);
        group.map_or(Standing::Unknown, |group| group.standing(engine, self.naming.as_ref()))
    }

    fn stands_in(&self, endpoint: &EndpointId, engine: SocketAddr) -> bool {
        let tables = self.store.tables();
        groups::Group::behind(&tables, endpoint).is_some_and(|group| group.stands_in(engine))
    }

    fn targets(&self, endpoint: &EndpointId) -> Option<Vec<SocketAddr>> {
        if !matches!(endpoint.role, EndpointRole::Primary | EndpointRole::Reader) {
            return None;
        }
        let tables = self.store.tables();
        if lead(&tables, endpoint) != Lead::Engines {
            return Some(Vec::new());
        }
        let group = groups::Group::find(&tables, &endpoint.scope, &endpoint.resource_id);
        Some(group.map(|group| group.targets(endpoint.role)).unwrap_or_default())
    }

    fn fault_of(&self, engine: SocketAddr) -> Option<NetworkFault> {
        faults::of_engine(&self.store.tables(), engine).and_then(|kind| match kind {
            FaultKind::Refuse => Some(NetworkFault::Refuse),
            FaultKind::Cut => Some(NetworkFault::Cut),
            FaultKind::Delay { milliseconds } => Some(NetworkFault::Delay(Duration::from_millis(milliseconds))),
            FaultKind::Outage => None,
        })
    }

    fn security(&self, endpoint: &EndpointId) -> Security {
        let tables = self.store.tables();
        cluster_behind(&tables, endpoint).map_or_else(Security::default, |cluster| Security {
            transit_encryption: cluster.transit_encryption,
            judges_logins: cluster.access.has_iam_users() || cluster.access.optional_tokens().is_some(),
        })
    }

    fn lead(&self, endpoint: &EndpointId) -> Lead {
        lead(&self.store.tables(), endpoint)
    }

    fn main_port(&self, endpoint: &EndpointId) -> Option<u16> {
        self.store.tables().replication_groups.get(&endpoint.scope, &endpoint.resource_id)?.ports.primary
    }

    fn main_whereabouts(&self, endpoint: &EndpointId) -> Whereabouts {
        self.naming.as_ref().and_then(|naming| naming.serverless(endpoint)).unwrap_or_default()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.store.version()
    }
}
