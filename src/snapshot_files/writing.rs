//! A file in the making.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
};

use sha2::{Digest, Sha256};
use tokio::{
    io::AsyncWriteExt,
    task::{JoinHandle, spawn_blocking},
};

use super::{Claim, FilesError, Fresh, PART, WHOLE, measure, place, run, sync_folder};
use crate::model::{SnapshotFile, hex::hex};

/// After so many bytes the disk is told to begin with them while more are coming, so that little is left for it to do in
/// the end.
const SYNC_EVERY: u64 = 8 << 20;

/// A file that is not whole yet. It is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Part {
    folder: PathBuf,
    claim: Option<Claim>,
}

impl Part {
    pub(super) fn new(folder: PathBuf, claim: Claim) -> Self {
        Self { folder, claim: Some(claim) }
    }

    fn id(&self) -> &str {
        self.claim.as_ref().map_or("", |claim| &claim.id)
    }

    /// Where it is written.
    pub(super) fn path(&self) -> PathBuf {
        place(&self.folder, self.id(), PART)
    }

    /// Makes what lies at the path a whole file.
    pub(super) fn seal(self) -> Result<Fresh, FilesError> {
        let path = self.path();
        let synced = File::open(&path).and_then(|file| file.sync_all()).and_then(|()| measure(&path));
        let (size, checksum) = synced.map_err(FilesError::io("writing snapshot data"))?;
        self.name(size, checksum)
    }

    /// Gives a file that is on disk its own name.
    pub(super) fn name(mut self, size: u64, checksum: String) -> Result<Fresh, FilesError> {
        let target = place(&self.folder, self.id(), WHOLE);
        fs::rename(self.path(), target).map_err(FilesError::io("naming snapshot data"))?;
        sync_folder(&self.folder)?;
        let claim = self.claim.take().ok_or(FilesError::Damaged("a file was named twice"))?;
        Ok(Fresh { file: SnapshotFile { id: claim.id.clone(), size, checksum }, _claim: claim })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.claim.is_some() {
            // What cannot be removed now is swept later.
            let _ = fs::remove_file(self.path());
        }
    }
}

/// A new file that is written piece by piece. Dropped before it is [finished](Self::finish) it leaves nothing behind.
#[derive(Debug)]
pub struct Writing {
    file: tokio::fs::File,
    hash: Sha256,
    size: u64,
    /// The size when the disk was last told to write.
    told: u64,
    /// The disk at work, if it is.
    syncing: Option<JoinHandle<io::Result<()>>>,
    part: Part,
}

impl Writing {
    pub(super) async fn begin(folder: PathBuf, claim: Claim) -> Result<Self, FilesError> {
        let part = Part::new(folder, claim);
        let path = part.path();
        let open = move || File::options().write(true).create_new(true).mode(0o600).open(path);
        let file = run(move || open().map_err(FilesError::io("making a file for snapshot data"))).await?;
        let file = tokio::fs::File::from_std(file);
        Ok(Self { file, hash: Sha256::new(), size: 0, told: 0, syncing: None, part })
    }

    /// Adds `bytes`.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.file.write_all(bytes).await.map_err(FilesError::io("writing snapshot data"))?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        if self.size - self.told >= SYNC_EVERY && self.syncing.as_ref().is_none_or(JoinHandle::is_finished) {
            self.synced().await.map_err(FilesError::io("writing snapshot data"))?;
            let file = self.file.try_clone().await.map_err(FilesError::io("writing snapshot data"))?.into_std().await;
            self.syncing = Some(spawn_blocking(move || file.sync_data()));
            self.told = self.size;
        }
        Ok(())
    }

    /// Waits until the disk has done what it was last told. The system tells of what went wrong there only once, so it
    /// must be heard here.
    async fn synced(&mut self) -> io::Result<()> {
        match self.syncing.take() {
            Some(syncing) => syncing.await.unwrap_or_else(|error| Err(io::Error::other(error))),
            None => Ok(()),
        }
    }

    /// Makes the file whole: all of it is on disk, under its own name, when this returns.
    ///
    /// # Errors
    /// When the system fails at that.
    pub async fn finish(mut self) -> Result<Fresh, FilesError> {
        let synced: io::Result<()> = async {
            self.synced().await?;
            self.file.flush().await?;
            self.file.sync_all().await
        }
        .await;
        synced.map_err(FilesError::io("writing snapshot data"))?;
        let Self { hash, size, part, .. } = self;
        run(move || part.name(size, hex(&hash.finalize()))).await
    }
}
