//! Fills the first engine of a new cluster with the data that its record names.
//!
//! The engine finds them as a file when it starts. One that does not come up with them will not do so later either, so
//! after a few tries the cluster is given up, and its record says why; nothing is started for it any more. What fails for
//! this machine's own disk, that it is full above all, says nothing of the data: it is told, and tried again for ever.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::{
    FutureExt,
    future::{BoxFuture, join},
};
use tokio::task::spawn_blocking;

use super::{
    Actor,
    change::RecordChange,
    failure::{PATIENCE, StepError},
    steps::engine_id,
};
use crate::{
    backend::BackendError,
    model::{BucketObject, CacheCluster, Engine, NodeId, Restore, SlotSet, SnapshotFile},
    object_storage::{ObjectStorage, ObjectStorageError},
    rdb::{self, RdbError},
    snapshot_files::{CommonScratch, Scratch, SnapshotFiles},
};

/// The most bytes that a file in a bucket may have: as much as the largest node type holds.
const LARGEST: u64 = 512 << 30;

/// The data for an engine, in a file that is there as long as this is.
pub(super) struct DataFile {
    path: PathBuf,
    files: Arc<SnapshotFiles>,
    /// What it is or was made of, not checked yet.
    unchecked: Vec<SnapshotFile>,
    /// The slots of its keys, for an engine in cluster mode.
    slots: Option<SlotSet>,
    _made: Option<Scratch>,
    _fetched: Vec<CommonScratch>,
}

impl DataFile {
    pub(super) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    pub(super) fn slots(&self) -> Option<&SlotSet> {
        self.slots.as_ref()
    }

    /// Waits for `loading`, which makes use of the data, and finds out meanwhile whether they are what was written. If they
    /// are not, nothing that came of them is of use, and why is what is answered.
    pub(super) async fn checked_during<T>(
        &self,
        loading: impl Future<Output = Result<T, StepError>>,
    ) -> Result<T, StepError> {
        let check = async {
            for file in &self.unchecked {
                self.files.checked(file).await?;
            }
            Ok(())
        };
        let (sound, loaded) = join(check, loading).await;
        sound.and(loaded)
    }
}

impl Actor {
    /// Starts an engine with the data that the cluster is to be filled with.
    pub(super) async fn start_filled(
        &self,
        cluster: &CacheCluster,
        restore: &Restore,
        node: NodeId,
        generation: u32,
    ) -> Result<(), StepError> {
        let mut tries = 1;
        let error = loop {
            let started = async {
                let data = self.data_file(cluster, restore).await?;
                self.start_with(cluster, node, generation, Some(&data)).await
            };
            match started.await {
                Ok(()) => return Ok(()),
                Err(error) if !blames_data(&error) => return Err(error),
                Err(error) if tries >= PATIENCE || is_beyond_help(&error) => break error,
                Err(error) => tracing::warn!(%error, tries, "an engine did not come up with the data it was given"),
            }
            tries += 1;
        };
        self.shared.backend.remove(&engine_id(cluster, node, generation)).await?;
        self.change(RecordChange::RestoreFailed { node, generation, reason: error.to_string() }).await
    }

    /// The file for the engine: as it was written, where it holds just what is wanted, or else made of those that do.
    async fn data_file(&self, cluster: &CacheCluster, restore: &Restore) -> Result<DataFile, StepError> {
        let files = &self.shared.snapshot_files;
        let mut paths = Vec::with_capacity(restore.files.len() + restore.objects.len());
        for file in &restore.files {
            paths.push(files.present(file).await?);
        }
        let mut fetched = Vec::new();
        for object in &restore.objects {
            let object = self.fetched(cluster, object).await?;
            paths.push(object.path());
            fetched.push(object);
        }
        let (unchecked, files_of) = (restore.files.clone(), Arc::clone(files));
        let slots = restore.slots.clone().or_else(|| self.slots(cluster));
        let whole = |path, made| DataFile { path, files: files_of, unchecked, slots, _made: made, _fetched: fetched };
        if let ([path], None) = (paths.as_slice(), &restore.slots) {
            let path = path.clone();
            if !restore.objects.is_empty() {
                // Who knows what it is: it comes from outside.
                let strange = path.clone();
                blocking(move || rdb::check(&strange)).await?;
            }
            return Ok(whole(path, None));
        }
        let place = files.scratch();
        if cluster.engine == Engine::Memcached {
            // Commands follow on commands.
            let output = place.path();
            blocking(move || Ok(concatenate(&paths, &output)?)).await?;
            return Ok(whole(place.path(), Some(place)));
        }
        let (slots, output) = (restore.slots.clone(), place.path());
        let info = blocking(move || {
            let inputs: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
            rdb::combine(&inputs, slots.as_ref(), &output)
        });
        let info = info.await?;
        // Slots are for engines in cluster mode, which have no other database and do not start with one.
        if restore.slots.is_some() && info.databases.iter().any(|database| *database != 0) {
            return Err(StepError::ManyDatabases);
        }
        Ok(whole(place.path(), Some(place)))
    }

    /// The slots of the shard that the cluster is the first primary of, in cluster mode.
    fn slots(&self, cluster: &CacheCluster) -> Option<SlotSet> {
        let membership = cluster.membership.as_ref()?;
        let tables = self.shared.store.tables();
        let group = tables.replication_groups.get(&cluster.scope, &membership.replication_group_id)?;
        let shard = group.node_groups.get(&membership.node_group_id).filter(|_| group.cluster_mode.is_clustered())?;
        Some(shard.slots.clone())
    }

    /// A file with what is in an object. All shards of a group want the same ones at the same time: they are fetched once.
    async fn fetched(
        &self,
        cluster: &CacheCluster,
        object: &BucketObject,
    ) -> Result<CommonScratch, ObjectStorageError> {
        let tables = self.shared.store.tables();
        let group = cluster.membership.as_ref().map(|membership| &membership.replication_group_id);
        let group = group.and_then(|id| tables.replication_groups.get(&cluster.scope, id));
        // Of this cache alone: for one that is made later there may be something else in the object.
        let uid = group.map_or(&cluster.uid, |group| &group.uid);
        let name = format!("{uid}/{}/{}", object.bucket, object.key);
        let storage = Arc::clone(&self.shared.object_storage);
        let fetched = self.shared.snapshot_files.common_scratch(&name, |path| fetch(storage, object.clone(), path));
        fetched.await
    }
}

/// Copies an object into a file. Boxed and with nothing borrowed, or the compiler cannot tell that it may be a task's.
fn fetch(
    storage: Arc<ObjectStorage>,
    object: BucketObject,
    to: PathBuf,
) -> BoxFuture<'static, Result<(), ObjectStorageError>> {
    async move { storage.fetch(&object.bucket, &object.key, &to, LARGEST).await.map(drop) }.boxed()
}

/// Writes one file after the other into a new one.
fn concatenate(paths: &[PathBuf], output: &Path) -> io::Result<()> {
    let mut output = File::create(output)?;
    paths.iter().try_for_each(|path| io::copy(&mut File::open(path)?, &mut output).map(drop))
}

/// Runs `work` where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RdbError> + Send + 'static,
) -> Result<T, RdbError> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))
}

/// Whether it may be for the data that an engine did not come up.
fn blames_data(error: &StepError) -> bool {
    match error {
        StepError::Files(error) => error.is_final(),
        StepError::Fetch(error) => !matches!(error, ObjectStorageError::LocalFile(_)),
        StepError::Dump(error) => !matches!(error, RdbError::Io(_)),
        StepError::Backend(BackendError::StartFailed { .. }) | StepError::Engine(_) | StepError::ManyDatabases => true,
        _ => false,
    }
}

/// Whether data that are to blame are beyond help.
fn is_beyond_help(error: &StepError) -> bool {
    match error {
        StepError::Fetch(error) => !matches!(error, ObjectStorageError::TimedOut | ObjectStorageError::Failed(_)),
        StepError::Files(_) | StepError::Dump(_) | StepError::ManyDatabases => true,
        _ => false,
    }
}
