//! The folders of a server, and the records in one of them.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::fs::Access;
use tokio::time::{Instant, sleep};

use super::StartError;
use crate::{
    holder,
    instance::Instance,
    model::Outlets,
    snapshot_files::{FilesError, SnapshotFiles},
    store::{StorageError, Store},
};

/// How long the records may be in use by another server before this one gives up.
const LAST_SERVER_PATIENCE: Duration = Duration::from_secs(2);

/// The wait between two looks whether they still are.
const LAST_SERVER_POLL: Duration = Duration::from_millis(20);

/// Opens the records. A server that was killed while it started an engine has them open for a moment longer, until the new
/// process has become the engine.
pub(super) async fn open_store(path: &Path, outlets: Outlets) -> Result<Store, StorageError> {
    let began = Instant::now();
    loop {
        match Store::with_outlets(path, outlets) {
            Err(StorageError::InUse(_)) if began.elapsed() < LAST_SERVER_PATIENCE => sleep(LAST_SERVER_POLL).await,
            opened => return opened,
        }
    }
}

/// Why records could not be opened, for whoever named the folder.
pub(super) fn unopened(error: StorageError, folder: &Path) -> StartError {
    let folder = folder.to_owned();
    match error {
        StorageError::InUse(records) => StartError::DataDirInUse { folder, by: holder::of_file(&records) },
        StorageError::Unreadable { .. } => StartError::OtherVersion { folder, source: error },
        error => error.into(),
    }
}

/// Opens the folder for the data of snapshots: below the one that was asked for, or below the data directory.
pub(super) fn snapshot_files(
    asked: Option<PathBuf>,
    data_dir: &Path,
    instance: &Instance,
) -> Result<SnapshotFiles, FilesError> {
    SnapshotFiles::open(&match asked {
        // Several servers may be told the same, and each clears its folder of what it does not know.
        Some(folder) => folder.join(&instance.name),
        None => data_dir.join("snapshots"),
    })
}

/// Makes the folder that a flag names, and sees to it that it can be written to: later there is nobody to tell.
pub(super) fn be_writable(flag: &'static str, folder: &Path) -> Result<(), StartError> {
    let is_writable = || Ok(rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK)?);
    let made = std::fs::create_dir_all(folder).and_then(|()| is_writable());
    made.map_err(|error| StartError::Folder { flag, folder: folder.to_owned(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn records_that_are_in_use_for_a_moment_are_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("records.redb");
        let last = Store::open(&path).expect("a store");
        let leaving = async {
            tokio::task::yield_now().await;
            drop(last);
        };
        let (opened, ()) = tokio::join!(open_store(&path, Outlets::default()), leaving);
        let opened = opened.expect("a store");
        assert!(matches!(open_store(&path, Outlets::default()).await, Err(StorageError::InUse(_))), "and not for ever");
        drop(opened);
    }
}
