//! Makes one snapshot: pulls the data of every shard out of an engine, or copies the files of another snapshot.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use tokio::time::sleep;
use tracing::Instrument;

use super::outcome::{self, Part};
use crate::{
    engine::{Dump, EngineError, Items},
    model::{CacheCluster, DumpSource, Engine, Export, FindMember, NodeId, ReplicationGroup, Scope, Snapshot},
    object_storage::ObjectStorageError,
    reconcile::{Actor, Key, Shared},
    snapshot_files::{FilesError, Fresh},
    store::{StorageError, Tables},
};

/// How often it is tried.
const TRIES: u32 = 3;

/// The wait after the first failure; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The wait before a job that could not tell how it went is done again.
const UNTOLD_WAIT: Duration = Duration::from_secs(5);

/// What is written for an engine that there is none of, because the server keeps records only: a dump of nothing, in a
/// form that every engine reads. The eight bytes at the end say that there is no checksum.
const EMPTY_DUMP: &[u8] = b"REDIS0006\xff\0\0\0\0\0\0\0\0";

/// Why a snapshot could not be made. The texts are for users.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error(transparent)]
    Bucket(#[from] ObjectStorageError),
    #[error("no engine runs that the data could be taken of")]
    NoEngine,
    #[error("the snapshot {0} is not there any more")]
    NoSource(String),
}

/// One snapshot in the making.
pub(super) struct Job {
    pub(super) shared: Arc<Shared>,
    pub(super) scope: Scope,
    pub(super) name: String,
    pub(super) uid: String,
    /// Where one that is there already is to be copied to.
    export: Option<Export>,
}

impl Job {
    pub(super) fn new(shared: Arc<Shared>, snapshot: &Snapshot) -> Self {
        Self {
            shared,
            scope: snapshot.scope.clone(),
            name: snapshot.name.clone(),
            uid: snapshot.uid.clone(),
            export: snapshot.export.clone(),
        }
    }

    pub(super) async fn run(self) {
        let span = tracing::info_span!("snapshot", name = self.name, scope = %self.scope);
        async {
            let done = self.work_patiently().await;
            let told = match &self.export {
                None => self.tell(done).await,
                Some(_) => self.end_export(done.map(drop)).await,
            };
            if let Err(error) = told {
                tracing::error!(%error, "how it went could not be written down");
                sleep(UNTOLD_WAIT).await;
            }
        }
        .instrument(span)
        .await;
    }

    /// Tries a few times to make the snapshot, or to export it. Answers the files that were made.
    async fn work_patiently(&self) -> Result<Vec<Part>, JobError> {
        let mut tries = 1;
        loop {
            let done = match &self.export {
                None => self.make().await,
                Some(export) => self.export(export).await.map(|()| Vec::new()),
            };
            match done {
                Err(error) if tries < TRIES => {
                    tracing::warn!(%error, tries, "it did not work and will be tried again");
                    sleep(FIRST_WAIT * (1 << (tries - 1))).await;
                    tries += 1;
                }
                done => return done,
            }
        }
    }

    async fn make(&self) -> Result<Vec<Part>, JobError> {
        let tables = self.shared.store.tables();
        let Some(snapshot) = tables.snapshots.get(&self.scope, &self.name).filter(|found| found.uid == self.uid) else {
            return Ok(Vec::new());
        };
        if let Some(source) = &snapshot.copy_of {
            return self.copy(tables.snapshots.get(&self.scope, source).map(Arc::as_ref), source).await;
        }
        // All shards at the same time, so that their data are of about the same moment.
        try_join_all((0..snapshot.nodes.len()).map(|index| self.take(index))).await
    }

    /// Takes the data of one part, of the best engine that gives them.
    async fn take(&self, index: usize) -> Result<Part, JobError> {
        let tables = self.shared.store.tables();
        let mut last = JobError::NoEngine;
        for source in self.sources(&tables, index) {
            let Some(cluster) = tables.cache_clusters.get(&self.scope, &source.engine.cache_cluster_id) else {
                continue;
            };
            match self.pull(cluster, &source).await {
                Ok((taken, file)) => {
                    let created = cluster.nodes.get(&NodeId::FIRST).and_then(|node| node.created);
                    let cache_cluster_id = cluster.id.clone();
                    return Ok(Part { cache_cluster_id: Some(cache_cluster_id), created, taken: Some(taken), file });
                }
                Err(error) => {
                    tracing::info!(engine = ?source.engine, %error, "the data could not be taken of this engine");
                    last = error;
                }
            }
        }
        Err(last)
    }

    fn sources(&self, tables: &Tables, index: usize) -> Vec<DumpSource> {
        let Some(snapshot) = tables.snapshots.get(&self.scope, &self.name) else { return Vec::new() };
        let Some(part) = snapshot.nodes.get(index) else { return Vec::new() };
        let group: Option<&ReplicationGroup> = snapshot
            .settings
            .replication_group_id
            .as_ref()
            .and_then(|id| tables.replication_groups.get(&self.scope, id))
            .map(Arc::as_ref)
            .filter(|group| group.uid == snapshot.cache_uid);
        let is_ours = |cluster: &&CacheCluster| group.is_some() || cluster.uid == snapshot.cache_uid;
        let member = |id: &str| tables.cache_clusters.get(&self.scope, id).map(Arc::as_ref).filter(is_ours);
        snapshot.sources(part, group, finder(member))
    }

    /// Writes what an engine holds into a new file. Answers the moment whose data they are, about.
    async fn pull(&self, cluster: &CacheCluster, source: &DumpSource) -> Result<(DateTime<Utc>, Fresh), JobError> {
        let mut writing = self.shared.snapshot_files.begin().await?;
        if !source.running.is_real() {
            // No items at all are no commands.
            writing.write(if cluster.engine == Engine::Memcached { b"" } else { EMPTY_DUMP }).await?;
            return Ok((self.shared.clock.now(), writing.finish().await?));
        }
        if cluster.engine == Engine::Memcached {
            let mut items = Items::request(source.running.address).await?;
            let taken = self.shared.clock.now();
            while let Some(item) = items.next().await? {
                writing.write(&item).await?;
            }
            return Ok((taken, writing.finish().await?));
        }
        let actor =
            Actor { shared: Arc::clone(&self.shared), key: Key::of_cluster(&self.scope, &cluster.id), failures: 0 };
        let settings = actor.settings_of(cluster, source.engine.generation, &source.running.settings);
        let mut dump = Dump::request(source.running.address, &settings).await?;
        let taken = self.shared.clock.now();
        while let Some(piece) = dump.next().await? {
            writing.write(&piece).await?;
        }
        Ok((taken, writing.finish().await?))
    }

    /// Copies the files of another snapshot.
    async fn copy(&self, source: Option<&Snapshot>, name: &str) -> Result<Vec<Part>, JobError> {
        let source = source.filter(|source| source.is_whole()).ok_or_else(|| JobError::NoSource(name.to_owned()))?;
        let mut parts = Vec::with_capacity(source.nodes.len());
        for file in source.files() {
            let file = self.shared.snapshot_files.copy(file).await?;
            parts.push(Part { cache_cluster_id: None, created: None, taken: None, file });
        }
        Ok(parts)
    }

    /// Writes down how it went. The files are safe until then.
    async fn tell(&self, made: Result<Vec<Part>, JobError>) -> Result<(), StorageError> {
        let (scope, name, uid) = (self.scope.clone(), self.name.clone(), self.uid.clone());
        let now = self.shared.clock.now();
        let (kept, outcome): (Vec<Part>, _) = match made {
            Ok(parts) => {
                let parts_told = parts.iter().map(Part::told).collect();
                (parts, Ok(parts_told))
            }
            Err(error) => {
                tracing::warn!(%error, "the snapshot failed");
                (Vec::new(), Err(error.to_string()))
            }
        };
        let written = self.shared.store.write(move |draft| {
            outcome::write(draft, &scope, &name, &uid, outcome, now);
            Ok(())
        });
        let written = written.await;
        drop(kept);
        written
    }
}

/// Lets the compiler see that a closure finds members whatever their lifetime is called.
fn finder<'a, F: Fn(&str) -> Option<&'a CacheCluster>>(find: F) -> impl FindMember<'a> {
    find
}
