//! Makes the world match the records.
//!
//! An operation only writes down what is wanted and answers. The reconciler hears of every change in the store and,
//! for each cache cluster, compares what is wanted with what is known of the engines, does the next steps, writes down
//! what it saw, and looks again, until there is nothing left to do. It remembers nothing between two looks: everything
//! that matters is in the record, so a server that dies in the middle of any step finishes it after the next start.
//!
//! Three rules make that safe.
//! - One run at a time a cluster ([`queue`]).
//! - Before a backend is told to start or to end an engine, the record says that the engine may exist. Only after the
//!   backend has done it does the record say that it runs, or that it is gone.
//! - Every step can be repeated ([`crate::backend::Backend`]'s verbs are idempotent, engine names never come again).
//!
//! What has no event of its own is found by looking: engines that end are told by the backend, and every engine is
//! asked for a sign of life now and then ([`watch`]).

mod actor;
mod change;
mod endpoints;
mod failure;
mod plan;
#[cfg(test)]
mod plan_tests;
mod queue;
mod steps;
mod watch;

use std::{future::Future, sync::Arc};

use tokio::sync::mpsc;

use actor::Actor;

use crate::{
    backend::Backend,
    clock::Clock,
    engine::InstanceSecret,
    gateway::Gateway,
    model::Scope,
    store::{Kind, Store},
};

/// Names a cache cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    scope: Scope,
    id: String,
}

/// What all runs share.
pub struct Shared {
    /// The records.
    pub store: Arc<Store>,
    /// What runs engines.
    pub backend: Arc<dyn Backend>,
    /// The endpoints.
    pub gateway: Arc<Gateway>,
    /// The time of day.
    pub clock: Arc<Clock>,
    /// What lets the server into its engines.
    pub secret: InstanceSecret,
    /// Whether an engine of another version than the one asked for is an error.
    pub strict: bool,
}

/// Works until the returned future is dropped: opens the endpoints of all clusters, removes engines that belong to no
/// record, then follows every change in the store.
pub fn run(shared: Shared) -> impl Future<Output = ()> + Send {
    let shared = Arc::new(shared);
    let changes = shared.store.changes();
    async move {
        let (name, named) = mpsc::unbounded_channel();
        let runs = {
            let shared = Arc::clone(&shared);
            queue::work(named, Arc::clone(&shared.clock), move |key, failures| {
                Actor { shared: Arc::clone(&shared), key, failures }.run()
            })
        };
        endpoints::reopen(&shared);
        watch::mark_silent_engines(&shared).await;
        name_all(&shared, &name);
        tokio::join!(
            runs,
            follow(&shared, changes, &name),
            watch::follow_endings(&shared),
            watch::probe(&shared),
            watch::sweep(&shared),
        );
    }
}

/// Names every cluster there is.
fn name_all(shared: &Shared, name: &mpsc::UnboundedSender<Key>) {
    for (scope, id, _) in shared.store.tables().cache_clusters.iter_all() {
        let _ = name.send(Key { scope: scope.clone(), id: id.clone() });
    }
}

/// Names the clusters that a change in the store concerns.
async fn follow(
    shared: &Shared,
    mut changes: mpsc::UnboundedReceiver<Arc<[crate::store::Change]>>,
    name: &mpsc::UnboundedSender<Key>,
) {
    while let Some(changes) = changes.recv().await {
        for change in changes.iter() {
            match change.kind {
                Kind::CacheCluster => {
                    let _ = name.send(Key { scope: change.scope.clone(), id: change.id.clone() });
                }
                Kind::CacheParameterGroup => {
                    let tables = shared.store.tables();
                    let users = tables.cache_clusters.iter(&change.scope);
                    for (id, _) in users.filter(|(_, cluster)| cluster.parameter_group == change.id) {
                        let _ = name.send(Key { scope: change.scope.clone(), id: id.clone() });
                    }
                }
                Kind::ReplicationGroup | Kind::CacheSubnetGroup | Kind::CacheSecurityGroup | Kind::Event => {}
            }
        }
    }
}
