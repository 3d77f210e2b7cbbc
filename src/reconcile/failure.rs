//! Why a step of a plan failed.

use std::time::Duration;

use crate::{
    backend::BackendError, engine::EngineError, object_storage::ObjectStorageError, rdb::RdbError,
    snapshot_files::FilesError, store::StorageError,
};

/// How many tries in a row have to fail before a cluster shows it. What passes sooner is nobody's concern.
pub(super) const PATIENCE: u32 = 3;

/// The wait before records that could not be written are tried to be written again, when nothing else says that it is
/// time: the disk may have been full, and nobody tells when it is no more.
pub(super) const UNWRITTEN_WAIT: Duration = Duration::from_secs(5);

/// Why a step failed. All are tried again; the text is for users.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Store(#[from] StorageError),
    #[error(transparent)]
    Gateway(#[from] crate::gateway::OpenError),
    #[error(transparent)]
    Files(#[from] FilesError),
    #[error("the data cannot be fetched: {0}")]
    Fetch(#[from] ObjectStorageError),
    #[error("the data cannot be loaded: {0}")]
    Dump(#[from] RdbError),
    #[error("cluster mode has database 0 only, and there are keys in others")]
    ManyDatabases,
    #[error("there is no {engine} {wanted} here, only {found}, and substitutes are not allowed")]
    NoSubstitutes { engine: crate::model::Engine, wanted: String, found: String },
}

impl StepError {
    /// Whether trying again soon is unlikely to help, so that the cluster shows the failure at once.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_final())
            || matches!(
                self,
                Self::Backend(
                    BackendError::NoSuchEngine { .. }
                        | BackendError::StartFailed { .. }
                        | BackendError::Unavailable { .. }
                ) | Self::NoSubstitutes { .. }
            )
    }
}
