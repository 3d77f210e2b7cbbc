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
mod datastore;
mod endpoints;
mod failure;
mod group;
mod plan;
#[cfg(test)]
mod plan_tests;
mod queue;
mod restoring;
mod serverless;
mod serverless_migration;
mod serving;
mod snapshots;
mod step_trace;
mod steps;
mod updates;
mod users;
mod watch;

use std::{future::Future, sync::Arc};

use tokio::sync::mpsc;

use actor::Actor;
use group::GroupActor;

pub use serving::{Serving, serving};

use crate::{
    backend::Backend,
    clock::Clock,
    engine::InstanceSecret,
    faults,
    figures::Figures,
    gateway::Gateway,
    migration_source::Sources,
    model::{Scope, ServerlessCache},
    object_storage::ObjectStorage,
    snapshot_files::SnapshotFiles,
    store::{Change, Kind, Store, Tables},
};

/// Names what one run is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    scope: Scope,
    id: String,
    subject: Subject,
}

/// What kind of thing a run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Subject {
    CacheCluster,
    ReplicationGroup,
    GlobalReplicationGroup,
    /// Sources of migrations that are to be tried, which takes longer than anything in a group may wait.
    MigrationTest,
    /// A migration to a serverless cache, which goes on for as long as there is something to copy.
    ServerlessMigration,
}

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Self::CacheCluster => "cache-cluster",
            Self::ReplicationGroup => "replication-group",
            Self::GlobalReplicationGroup => "global-replication-group",
            Self::MigrationTest => "migration-test",
            Self::ServerlessMigration => "serverless-migration",
        }
    }
}

impl Key {
    fn of_cluster(scope: &Scope, id: &str) -> Self {
        Self { scope: scope.clone(), id: id.to_owned(), subject: Subject::CacheCluster }
    }

    fn of_group(scope: &Scope, id: &str) -> Self {
        Self { scope: scope.clone(), id: id.to_owned(), subject: Subject::ReplicationGroup }
    }

    fn of_datastore(scope: &Scope, id: &str) -> Self {
        Self { scope: scope.clone(), id: id.to_owned(), subject: Subject::GlobalReplicationGroup }
    }

    fn of_migration(scope: &Scope, cache: &str) -> Self {
        Self { scope: scope.clone(), id: cache.to_owned(), subject: Subject::ServerlessMigration }
    }

    fn of_test(scope: &Scope, group: &str) -> Self {
        Self { scope: scope.clone(), id: group.to_owned(), subject: Subject::MigrationTest }
    }
}

/// What all runs share.
pub struct Shared {
    /// The records.
    pub store: Arc<Store>,
    /// What runs engines.
    pub backend: Arc<dyn Backend>,
    /// The endpoints.
    pub gateway: Arc<Gateway>,
    /// The data of snapshots.
    pub snapshot_files: Arc<SnapshotFiles>,
    /// The time of day.
    pub clock: Arc<Clock>,
    /// Where users have the snapshots that they bring along and those that they export.
    pub object_storage: Arc<ObjectStorage>,
    /// Engines outside that serverless caches are migrated from.
    pub sources: Arc<Sources>,
    /// Where runs are counted.
    pub figures: Arc<Figures>,
    /// What lets the server into its engines.
    pub secret: InstanceSecret,
    /// Whether an engine of another version than the one asked for is an error.
    pub strict: bool,
}

/// Works until the returned future is dropped: opens the endpoints of all clusters, removes engines that belong to no
/// record, then follows every change in the store.
pub fn run(shared: impl Into<Arc<Shared>>) -> impl Future<Output = ()> + Send {
    let shared = shared.into();
    let changes = shared.store.changes();
    async move {
        let (name, named) = mpsc::unbounded_channel();
        let runs = {
            let shared = Arc::clone(&shared);
            queue::work(named, Arc::clone(&shared.clock), Arc::clone(&shared.figures), move |key, failures| {
                let shared = Arc::clone(&shared);
                async move {
                    match key.subject {
                        Subject::CacheCluster => Actor { shared, key, failures }.run().await,
                        Subject::ReplicationGroup => GroupActor::new(shared, key, failures).run().await,
                        Subject::GlobalReplicationGroup => datastore::run(shared, key).await,
                        Subject::ServerlessMigration => serverless_migration::run(shared, key, failures).await,
                        Subject::MigrationTest => GroupActor::new(shared, key, failures).test_sources().await,
                    }
                }
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
            users::follow(&shared),
            updates::follow(&shared),
            snapshots::follow(&shared),
            snapshots::follow_clock(&shared),
            faults::follow_clock(&shared.store, &shared.clock),
        );
    }
}

/// Names every cluster and every group there is.
fn name_all(shared: &Shared, name: &mpsc::UnboundedSender<Key>) {
    let tables = shared.store.tables();
    let clusters = tables.cache_clusters.iter_all().map(|(scope, id, _)| Key::of_cluster(scope, id));
    let groups = tables.replication_groups.iter_all().map(|(scope, id, _)| Key::of_group(scope, id));
    let datastores = tables.global_replication_groups.iter_all().map(|(scope, id, _)| Key::of_datastore(scope, id));
    let tests = tables.replication_groups.iter_all().filter(|(_, _, group)| !group.migration_tests.is_empty());
    let tests = tests.map(|(scope, id, _)| Key::of_test(scope, id));
    let caches = tables.serverless_caches.iter_all().filter(|(_, _, cache)| is_migrated_to(cache));
    let migrations = caches.map(|(scope, name, _)| Key::of_migration(scope, name));
    for key in groups.chain(clusters).chain(datastores).chain(tests).chain(migrations) {
        let _ = name.send(key);
    }
}

/// Whether there is something to do about a migration to a cache.
fn is_migrated_to(cache: &ServerlessCache) -> bool {
    cache.migration.as_ref().is_some_and(|migration| migration.is_moving() && cache.deleted.is_none())
}

/// Names the clusters and groups that a change in the store concerns.
async fn follow(
    shared: &Shared,
    mut changes: mpsc::UnboundedReceiver<Arc<[Change]>>,
    name: &mpsc::UnboundedSender<Key>,
) {
    while let Some(changes) = changes.recv().await {
        let tables = shared.store.tables();
        for change in changes.iter() {
            for key in concerned(&tables, change) {
                let _ = name.send(key);
            }
        }
    }
}

/// What has to be looked at after a change.
fn concerned(tables: &Tables, Change { kind, scope, id }: &Change) -> Vec<Key> {
    match kind {
        Kind::CacheCluster => {
            let group = match tables.cache_clusters.get(scope, id) {
                Some(cluster) => cluster.membership.as_ref().map(|membership| membership.replication_group_id.as_str()),
                // It may have been the last that was left of a member.
                None => tables
                    .replication_groups
                    .iter(scope)
                    .find(|(_, group)| group.member_ids().any(|member| member == id))
                    .map(|(group, _)| group.as_str()),
            };
            let keys = group.into_iter().flat_map(|group| {
                let others = group::concerned(tables, scope, group);
                std::iter::once(Key::of_group(scope, group)).chain(others)
            });
            std::iter::once(Key::of_cluster(scope, id)).chain(keys).collect()
        }
        Kind::ReplicationGroup => {
            let group = tables.replication_groups.get(scope, id);
            let members = group.into_iter().flat_map(|group| group.member_ids());
            let members = members.map(|member| Key::of_cluster(scope, member));
            let others = group::concerned(tables, scope, id);
            let test = group.filter(|group| !group.migration_tests.is_empty()).map(|_| Key::of_test(scope, id));
            std::iter::once(Key::of_group(scope, id)).chain(members).chain(others).chain(test).collect()
        }
        Kind::GlobalReplicationGroup => match tables.global_replication_groups.get(scope, id) {
            Some(datastore) => group::keys_of(datastore).collect(),
            None => Vec::new(),
        },
        Kind::ServerlessCache => {
            let cache = tables.serverless_caches.get(scope, id).filter(|cache| is_migrated_to(cache));
            cache.map(|_| Key::of_migration(scope, id)).into_iter().collect()
        }
        Kind::CacheParameterGroup => {
            let users = tables.cache_clusters.iter(scope).filter(|(_, cluster)| cluster.parameter_group == *id);
            users.map(|(id, _)| Key::of_cluster(scope, id)).collect()
        }
        // Of a fault that is over nobody can tell any more what it was about.
        Kind::Fault => tables.cache_clusters.iter(scope).map(|(id, _)| Key::of_cluster(scope, id)).collect(),
        // What engines need of users stands in the records of clusters.
        Kind::CacheSubnetGroup
        | Kind::CacheSecurityGroup
        | Kind::User
        | Kind::UserGroup
        | Kind::Snapshot
        | Kind::ReservedCacheNode
        | Kind::UpdateAction
        | Kind::ScalableTarget
        | Kind::ScalingActivity
        | Kind::Event
        | Kind::Delivery
        | Kind::LogCursor
        | Kind::InitNote => Vec::new(),
    }
}
