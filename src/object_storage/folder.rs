//! Object storage that is a folder: buckets are folders in it, objects are files below those.
//!
//! Every part of a name is opened from the folder before it and links are not followed, so nothing outside of the folder
//! can be named, whatever is put into it meanwhile. All functions block.

use std::{
    fs::File,
    io::{self, Read, Seek},
    os::fd::{AsFd, AsRawFd, OwnedFd},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, linkat, mkdirat, open, openat, statat, unlinkat},
    io::Errno,
};

use super::{ObjectStorageError, staged::Staged};

/// Folders are opened to open what is in them.
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// Objects are opened without waiting, as a pipe in their place would have us do.
const OBJECT: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// New files and folders are readable for whom the server's umask says.
const FILE_MODE: Mode = Mode::from_raw_mode(0o666);
const FOLDER_MODE: Mode = Mode::from_raw_mode(0o777);

/// A folder of buckets.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The buckets in `path`.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// How many bytes an object has.
    pub(super) fn check_readable(&self, bucket: &str, key: &str) -> Result<u64, ObjectStorageError> {
        self.object(bucket, key).map(|(_, size)| size)
    }

    /// Copies an object into a file.
    pub(super) fn fetch(&self, bucket: &str, key: &str, to: &Path, limit: u64) -> Result<u64, ObjectStorageError> {
        let (object, size) = self.object(bucket, key)?;
        if size > limit {
            return Err(ObjectStorageError::TooLarge { limit });
        }
        let (staged, mut file) = Staged::beside(to).map_err(ObjectStorageError::LocalFile)?;
        // It may be growing.
        let copied = io::copy(&mut object.take(limit.saturating_add(1)), &mut file).map_err(not_copied)?;
        if copied > limit {
            return Err(ObjectStorageError::TooLarge { limit });
        }
        staged.finish(&file).map_err(ObjectStorageError::LocalFile)?;
        Ok(copied)
    }

    /// Whether an object can be made.
    pub(super) fn check_writable(&self, bucket: &str, key: &str) -> Result<(), ObjectStorageError> {
        let (folders, name) = split(key);
        let mut folder = self.bucket(bucket)?;
        for part in folders {
            match open_folder(&folder, part) {
                Ok(below) => folder = below,
                // The rest will be made.
                Err(Errno::NOENT) => return probe(&folder),
                Err(error) => return Err(refused(error, "open the folder of")),
            }
        }
        match statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Err(ObjectStorageError::AlreadyExists),
            Err(Errno::NOENT) => probe(&folder),
            Err(error) => Err(refused(error, "look for")),
        }
    }

    /// Copies a file into a new object.
    pub(super) fn put(&self, bucket: &str, key: &str, from: &Path) -> Result<(), ObjectStorageError> {
        let (folders, name) = split(key);
        let mut folder = self.bucket(bucket)?;
        let mut from = File::open(from).map_err(ObjectStorageError::LocalFile)?;
        for part in folders {
            folder = make_folder(&folder, part).map_err(|error| refused(error, "make the folder of"))?;
        }
        let unfinished = Unfinished::new(&folder)?;
        // From the start, also when the file was read before by another holder of the same handle.
        from.rewind().map_err(ObjectStorageError::LocalFile)?;
        let mut file = &unfinished.file;
        io::copy(&mut from, &mut file).map_err(|error| refused(error, "write"))?;
        unfinished.file.sync_all().map_err(|error| refused(error, "write"))?;
        unfinished.link(name).map_err(|error| match error {
            Errno::EXIST => ObjectStorageError::AlreadyExists,
            error => refused(error, "write"),
        })?;
        drop(unfinished);
        rustix::fs::fsync(&folder).map_err(|error| refused(error, "write"))
    }

    fn bucket(&self, name: &str) -> Result<OwnedFd, ObjectStorageError> {
        // The folder itself may be a link: it is the user's who started the server.
        let root = open(&self.path, FOLDER.difference(OFlags::NOFOLLOW), Mode::empty())
            .map_err(|error| refused(error, "open the folder of buckets for"))?;
        open_folder(&root, name).map_err(|error| match error {
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP => ObjectStorageError::NoSuchBucket,
            error => refused(error, "open the bucket of"),
        })
    }

    /// An object that is open, and its size.
    fn object(&self, bucket: &str, key: &str) -> Result<(File, u64), ObjectStorageError> {
        let missing = |error| match error {
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP => ObjectStorageError::NoSuchKey,
            error => refused(error, "open"),
        };
        let (mut folders, name) = split(key);
        let bucket = self.bucket(bucket)?;
        let folder = folders.try_fold(bucket, |folder, part| open_folder(&folder, part)).map_err(missing)?;
        let file = File::from(openat(&folder, name, OBJECT, Mode::empty()).map_err(missing)?);
        let metadata = file.metadata().map_err(|error| refused(error, "open"))?;
        if metadata.is_file() { Ok((file, metadata.len())) } else { Err(ObjectStorageError::NoSuchKey) }
    }
}

/// A file without its final name: without any, where the system knows such files, so that nothing of it stays when the
/// server is killed. Dropped, it loses the one it has.
struct Unfinished<'f> {
    folder: &'f OwnedFd,
    name: Option<String>,
    file: File,
}

impl<'f> Unfinished<'f> {
    fn new(folder: &'f OwnedFd) -> Result<Self, ObjectStorageError> {
        if let Some(file) = nameless(folder) {
            return Ok(Self { folder, name: None, file });
        }
        let name = format!(".cachette-{}", uuid::Uuid::new_v4().simple());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(folder, &name, flags, FILE_MODE).map_err(|error| refused(error, "write"))?;
        Ok(Self { folder, name: Some(name), file: file.into() })
    }

    /// Gives the file a name that there is none of yet: a link, which unlike a rename replaces nothing.
    fn link(&self, name: &str) -> Result<(), Errno> {
        match &self.name {
            Some(own) => linkat(self.folder, own, self.folder, name, AtFlags::empty()),
            None => linkat(CWD, own_descriptor(&self.file), self.folder, name, AtFlags::SYMLINK_FOLLOW),
        }
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(name) = &self.name
            && let Err(error) = unlinkat(self.folder, name, AtFlags::empty())
        {
            tracing::warn!(name, %error, "an unfinished object stays in the folder of a bucket");
        }
    }
}

/// A file that has no name; `None` where the system or the file system knows no such thing.
#[cfg(target_os = "linux")]
fn nameless(folder: &OwnedFd) -> Option<File> {
    let file = openat(folder, ".", OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC, FILE_MODE).ok()?;
    let file = File::from(file);
    // By this path it gets a name later.
    std::fs::exists(own_descriptor(&file)).is_ok_and(|exists| exists).then_some(file)
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &OwnedFd) -> Option<File> {
    None
}

/// The path of an open file of this process, whether it has a name or not.
fn own_descriptor(file: &File) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// Whether a file can be made in a folder, by making one.
fn probe(folder: &OwnedFd) -> Result<(), ObjectStorageError> {
    Unfinished::new(folder).map(drop)
}

/// The folders of a key, and the name of its file.
fn split(key: &str) -> (impl Iterator<Item = &str>, &str) {
    let (folders, name) = key.rsplit_once('/').unwrap_or(("", key));
    (folders.split('/').filter(|part| !part.is_empty()), name)
}

fn open_folder(folder: &impl AsFd, name: &str) -> Result<OwnedFd, Errno> {
    openat(folder, name, FOLDER, Mode::empty())
}

fn make_folder(folder: &impl AsFd, name: &str) -> Result<OwnedFd, Errno> {
    match mkdirat(folder, name, FOLDER_MODE) {
        Ok(()) | Err(Errno::EXIST) => open_folder(folder, name),
        Err(error) => Err(error),
    }
}

/// Why an object was not copied into a file. That there is no room can only be meant of the file.
fn not_copied(error: io::Error) -> ObjectStorageError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ObjectStorageError::LocalFile(error),
        _ => refused(error, "read"),
    }
}

/// What the system refused to `what` an object.
fn refused(error: impl Into<io::Error>, what: &str) -> ObjectStorageError {
    let error = error.into();
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ObjectStorageError::Forbidden,
        _ => ObjectStorageError::Failed(format!("cannot {what} the object: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_killed_leaves_no_half_object() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = open(place.path(), FOLDER, Mode::empty()).expect("opened");
        let unfinished = Unfinished::new(&folder).expect("made");
        std::io::Write::write_all(&mut &unfinished.file, b"half").expect("written");
        let names = || std::fs::read_dir(place.path()).expect("listed").count();
        assert_eq!(names(), 0, "what is not whole has no name");
        unfinished.link("object").expect("named");
        assert_eq!(unfinished.link("object"), Err(Errno::EXIST), "nothing is replaced");
        drop(unfinished);
        assert_eq!(std::fs::read(place.path().join("object")).expect("read"), b"half");
        assert_eq!(names(), 1);
    }
}
