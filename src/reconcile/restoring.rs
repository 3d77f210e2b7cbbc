//! Fills the first engine of a new cluster with the data that its record names.
//!
//! The engine finds them as a file when it starts. One that does not come up with them will not do so later either, so
//! after a few tries the cluster is given up, and its record says why; nothing is started for it any more.

use std::path::PathBuf;

use super::{
    Actor,
    change::RecordChange,
    failure::{PATIENCE, StepError},
    steps::engine_id,
};
use crate::{
    backend::BackendError,
    model::{CacheCluster, NodeId, Restore},
    snapshot_files::{FilesError, Scratch},
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
        Err(FilesError::Damaged("they would have to be put together anew").into())
    }
}

/// Whether it may be for the data that an engine did not come up.
fn blames_data(error: &StepError) -> bool {
    matches!(error, StepError::Backend(BackendError::StartFailed { .. }) | StepError::Engine(_) | StepError::Files(_))
}

/// Whether the data are beyond help.
fn is_beyond_help(error: &StepError) -> bool {
    matches!(error, StepError::Files(error) if error.is_final())
}
