//! Fills the first engine of a new cluster with the data that its record names.
//!
//! The engine finds them as a file when it starts. One that does not come up with them will not do so later either, so
//! after a few tries the cluster is given up, and its record says why; nothing is started for it any more.

use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::{
    Actor,
    change::RecordChange,
    failure::{PATIENCE, StepError},
    steps::engine_id,
};
use crate::{
    backend::BackendError,
    model::{CacheCluster, NodeId, Restore},
    rdb::{self, RdbError},
    snapshot_files::Scratch,
};

/// The data for an engine, in a file that is there as long as this is.
pub(super) struct DataFile {
    path: PathBuf,
    _scratch: Option<Scratch>,
}

impl DataFile {
    pub(super) fn path(&self) -> PathBuf {
        self.path.clone()
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
                let data = self.data_file(restore).await?;
                self.start_with(cluster, node, generation, Some(data.path())).await
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
    async fn data_file(&self, restore: &Restore) -> Result<DataFile, StepError> {
        let files = &self.shared.snapshot_files;
        let mut paths = Vec::with_capacity(restore.files.len());
        for file in &restore.files {
            paths.push(files.checked(file).await?);
        }
        if let ([path], None) = (paths.as_slice(), &restore.slots) {
            return Ok(DataFile { path: path.clone(), _scratch: None });
        }
        let scratch = files.scratch();
        let (slots, output) = (restore.slots.clone(), scratch.path());
        let made = spawn_blocking(move || {
            let inputs: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
            rdb::combine(&inputs, slots.as_ref(), &output)
        });
        let info = made.await.unwrap_or_else(|error| Err(std::io::Error::other(error).into()))?;
        // Slots are for engines in cluster mode, which have no other database and do not start with one.
        if restore.slots.is_some() && info.databases.iter().any(|database| *database != 0) {
            return Err(StepError::ManyDatabases);
        }
        Ok(DataFile { path: scratch.path(), _scratch: Some(scratch) })
    }
}

/// Whether it may be for the data that an engine did not come up.
fn blames_data(error: &StepError) -> bool {
    matches!(
        error,
        StepError::Backend(BackendError::StartFailed { .. })
            | StepError::Engine(_)
            | StepError::Files(_)
            | StepError::Dump(_)
            | StepError::ManyDatabases
    )
}

/// Whether the data are beyond help.
fn is_beyond_help(error: &StepError) -> bool {
    match error {
        StepError::Files(error) => error.is_final(),
        StepError::Dump(error) => !matches!(error, RdbError::Io(_)),
        StepError::ManyDatabases => true,
        _ => false,
    }
}
