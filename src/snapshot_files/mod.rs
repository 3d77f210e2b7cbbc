//! The folder of snapshot data: one file for each shard of each snapshot, in the form of the engines' own dumps.
//!
//! A file is written under a name that ends in `.part`, or in `.part` and something more where others write it, and gets
//! its own name once all of it is on disk. So a file that has its own name is whole, whenever the server ended. The records tell which files there have to be; whatever else
//! lies in the folder was left behind, and [`sweep`](SnapshotFiles::sweep) removes it. A file that was written and is in
//! no record yet is kept by its [`Fresh`].
//!
//! What is in the files is nobody's concern here.

mod common;
mod writing;

use std::{
    collections::BTreeSet,
    fs::{self, DirBuilder, File},
    io::{self, Read},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::model::{SnapshotFile, hex::hex};

pub use common::CommonScratch;
pub use writing::Writing;

use common::Common;

/// What files are called that are whole.
const WHOLE: &str = "rdb";

/// What files are called that are being written.
const PART: &str = "part";

const OTHER_LENGTH: FilesError = FilesError::Damaged("a file has another length than was written");

/// How much is read at a time.
const PIECE: usize = 256 << 10;

/// Why snapshot data could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The system refused.
    #[error("{action} failed: {source}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A file is not what was written.
    #[error("the data are damaged: {0}")]
    Damaged(&'static str),
}

impl FilesError {
    fn io(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }

    /// Whether trying again will not help.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::Damaged(_) => true,
            Self::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
        }
    }
}

/// The files that somebody is working with and that no record may know yet.
type Claims = Arc<Mutex<BTreeSet<String>>>;

/// Keeps a file from being swept.
#[derive(Debug)]
struct Claim {
    id: String,
    claims: Claims,
}

impl Claim {
    fn new(claims: &Claims) -> Self {
        let id = uuid::Uuid::new_v4().simple().to_string();
        claims.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
        Self { id, claims: Arc::clone(claims) }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// A file that is whole and that no record may know yet. It is safe from being swept until this is dropped.
#[derive(Debug)]
pub struct Fresh {
    file: SnapshotFile,
    _claim: Claim,
}

impl Fresh {
    /// What the record has to say of it.
    #[must_use]
    pub fn file(&self) -> &SnapshotFile {
        &self.file
    }
}

/// A place for a file, which is removed when this is dropped.
#[derive(Debug)]
pub struct Scratch(writing::Part);

impl Scratch {
    /// Where it is. There is no file at first.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.0.path()
    }
}

/// The folder.
#[derive(Debug)]
pub struct SnapshotFiles {
    folder: PathBuf,
    claims: Claims,
    common: Common,
}

impl SnapshotFiles {
    /// Opens the folder, made first if there is none, for the server's user alone. It must be nobody else's: what no
    /// record of this server names is removed from it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, FilesError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .and_then(|()| folder.canonicalize())
            .map(|folder| Self { folder, claims: Claims::default(), common: Common::default() })
            .map_err(FilesError::io("making the folder of snapshots"))
    }

    /// Begins a new file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn begin(&self) -> Result<Writing, FilesError> {
        Writing::begin(self.folder.clone(), Claim::new(&self.claims)).await
    }

    /// Takes in what somebody else wrote at the place that `write` was given, where there is no file yet.
    ///
    /// # Errors
    /// What `write` answered, or when what it wrote cannot be kept.
    pub async fn take_in<E, F>(&self, write: impl FnOnce(PathBuf) -> F) -> Result<Fresh, E>
    where
        E: From<FilesError>,
        F: Future<Output = Result<(), E>>,
    {
        let part = writing::Part::new(self.folder.clone(), Claim::new(&self.claims));
        write(part.path()).await?;
        Ok(run(move || part.seal()).await?)
    }

    /// A place for a file that nobody keeps.
    #[must_use]
    pub fn scratch(&self) -> Scratch {
        Scratch(writing::Part::new(self.folder.clone(), Claim::new(&self.claims)))
    }

    /// Another file with the same data as `file`.
    ///
    /// # Errors
    /// When the file is not there or not what it was, or cannot be copied.
    pub async fn copy(&self, file: &SnapshotFile) -> Result<Fresh, FilesError> {
        let path = self.checked(file).await?;
        let part = writing::Part::new(self.folder.clone(), Claim::new(&self.claims));
        let SnapshotFile { id: _, size, checksum } = file.clone();
        run(move || {
            // A file never changes once it is whole, so two names can share what is on disk.
            if fs::hard_link(&path, part.path()).is_err() {
                let copied = fs::copy(&path, part.path()).and_then(|_| File::open(part.path())?.sync_all());
                copied.map_err(FilesError::io("copying snapshot data"))?;
            }
            part.name(size, checksum)
        })
        .await
    }

    /// Where the data of `file` are.
    #[must_use]
    pub fn path(&self, file: &SnapshotFile) -> PathBuf {
        place(&self.folder, &file.id, WHOLE)
    }

    /// Where the data of `file` are, after a quick look at whether they are there. Whether they are what was written is for
    /// [`checked`](Self::checked) to say, which takes longer.
    ///
    /// # Errors
    /// When the file is not there, cannot be read, or has another length.
    pub async fn present(&self, file: &SnapshotFile) -> Result<PathBuf, FilesError> {
        let (path, size) = (self.path(file), file.size);
        run(move || {
            let found = fs::metadata(&path).map_err(FilesError::io("reading snapshot data"))?;
            if found.len() == size { Ok(path) } else { Err(OTHER_LENGTH) }
        })
        .await
    }

    /// Where the data of `file` are, after a look at whether they are what was written.
    ///
    /// # Errors
    /// When the file is not there, cannot be read, or is not what it was.
    pub async fn checked(&self, file: &SnapshotFile) -> Result<PathBuf, FilesError> {
        let (path, file) = (self.path(file), file.clone());
        run(move || {
            let (size, checksum) = measure(&path).map_err(FilesError::io("reading snapshot data"))?;
            if size != file.size {
                return Err(OTHER_LENGTH);
            }
            if checksum != file.checksum {
                return Err(FilesError::Damaged("a file has another content than was written"));
            }
            Ok(path)
        })
        .await
    }

    /// Removes every file that nobody works with and that is not among `known`, the ids of those that are in records.
    /// `known` is asked after the folder was looked at, so that no file that came meanwhile is taken for an orphan.
    ///
    /// # Errors
    /// When the folder cannot be read or a file not be removed.
    pub async fn sweep(&self, known: impl FnOnce() -> BTreeSet<String>) -> Result<(), FilesError> {
        let folder = self.folder.clone();
        let listed = folder.clone();
        let present = run(move || list(&listed).map_err(FilesError::io("reading the folder of snapshots"))).await?;
        // In this order: a file that is claimed no more is in a record by now, if it ever will be.
        let claimed = self.claims.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let known = known();
        run(move || {
            for (id, path) in present {
                if claimed.contains(&id) || (known.contains(&id) && path == place(&folder, &id, WHOLE)) {
                    continue;
                }
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(FilesError::Io { action: "removing snapshot data", source: error });
                    }
                    _ => tracing::debug!(id, "snapshot data that no record names are removed"),
                }
            }
            Ok(())
        })
        .await
    }
}

/// The files of the folder that are ours, by id.
fn list(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('.'));
        let is_ours = |end: &str| end.split('.').next().is_some_and(|kind| kind == PART) || end == WHOLE;
        if let Some((id, _)) = name.filter(|(id, end)| is_ours(end) && uuid::Uuid::try_parse(id).is_ok()) {
            found.push((id.to_owned(), path));
        }
    }
    Ok(found)
}

fn place(folder: &Path, id: &str, end: &str) -> PathBuf {
    folder.join(id).with_extension(end)
}

/// Makes names that were given in the folder outlive a loss of power.
fn sync_folder(folder: &Path) -> Result<(), FilesError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(FilesError::io("writing the folder of snapshots"))
}

/// The length of a file and its SHA-256.
fn measure(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut hash, mut size, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let length = file.read(&mut piece)?;
        if length == 0 {
            return Ok((size, hex(&hash.finalize())));
        }
        hash.update(&piece[..length]);
        size += length as u64;
    }
}

/// Runs `work` where it may block.
async fn run<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FilesError> + Send + 'static,
) -> Result<T, FilesError> {
    spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(FilesError::Io { action: "working on snapshot data", source: io::Error::other(error) })
    })
}

#[cfg(test)]
mod tests;
