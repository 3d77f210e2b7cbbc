//! A file in the making.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
};

use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::{Claim, FilesError, Fresh, PART, WHOLE, measure, place, run, sync_folder};
use crate::model::{SnapshotFile, hex::hex};

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
    part: Part,
}

impl Writing {
    pub(super) async fn begin(folder: PathBuf, claim: Claim) -> Result<Self, FilesError> {
        let part = Part::new(folder, claim);
        let path = part.path();
        let open = move || File::options().write(true).create_new(true).mode(0o600).open(path);
        let file = run(move || open().map_err(FilesError::io("making a file for snapshot data"))).await?;
        Ok(Self { file: tokio::fs::File::from_std(file), hash: Sha256::new(), size: 0, part })
    }

    /// Adds `bytes`.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.file.write_all(bytes).await.map_err(FilesError::io("writing snapshot data"))?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Makes the file whole: all of it is on disk, under its own name, when this returns.
    ///
    /// # Errors
    /// When the system fails at that.
    pub async fn finish(mut self) -> Result<Fresh, FilesError> {
        let synced: io::Result<()> = async {
            self.file.flush().await?;
            self.file.sync_all().await
        }
        .await;
        synced.map_err(FilesError::io("writing snapshot data"))?;
        let Self { file: _, hash, size, part } = self;
        run(move || part.name(size, hex(&hash.finalize()))).await
    }
}
