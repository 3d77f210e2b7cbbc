//! Reads and writes whole objects in S3-compatible storage, or in a folder that stands in for it: the snapshots that
//! users bring along and those that they export.
//!
//! It must not know what is in an object, nor overwrite or delete one. Nothing here waits for ever: connecting takes
//! [`Limits::connect`], silence [`Limits::idle`], and a body no longer than at 64 KiB a second.

mod error;
mod folder;
mod names;
mod s3;
mod settings;
mod staged;

use std::{path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{task::spawn_blocking, time::timeout};

pub use error::ObjectStorageError;
pub use names::{ArnError, parse_arn};
pub use s3::{Endpoint, EndpointError};
pub use settings::{S3Settings, Settings, SettingsError};

use folder::Folder;
use s3::S3;

/// How long object storage is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a connection to be there.
    pub connect: Duration,
    /// For anything to be heard, and for a check as a whole.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), idle: Duration::from_secs(30) }
    }
}

/// Takes down which uploads in parts are under way, so that one can be ended by the server that comes after one that was
/// killed.
#[async_trait]
pub trait UploadLog: Send + Sync {
    /// The upload `id` of the object `key` was begun. Nothing of it is sent before this returns.
    ///
    /// # Errors
    /// When it cannot be taken down.
    async fn begun(&self, key: &str, id: &str) -> Result<(), ObjectStorageError>;
}

/// For those who need no log.
#[async_trait]
impl UploadLog for () {
    async fn begun(&self, _key: &str, _id: &str) -> Result<(), ObjectStorageError> {
        Ok(())
    }
}

/// Where objects are.
pub struct ObjectStorage {
    place: Place,
    limits: Limits,
}

enum Place {
    Nowhere,
    Folder(Arc<Folder>),
    S3(Box<S3>),
}

impl ObjectStorage {
    /// The object storage that the settings name. Nothing is opened or asked yet.
    #[must_use]
    pub fn new(settings: Settings, limits: Limits) -> Self {
        let place = match settings {
            Settings::None => Place::Nowhere,
            Settings::Folder(path) => Place::Folder(Arc::new(Folder::new(path))),
            Settings::S3(settings) => Place::S3(Box::new(S3::new(settings, limits))),
        };
        Self { place, limits }
    }

    /// None.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Settings::None, Limits::default())
    }

    /// Whether an object is there and may be read; answers its size in bytes. Takes [`Limits::idle`] at most.
    ///
    /// # Errors
    /// When it is not, or nobody can tell.
    pub async fn check_readable(&self, bucket: &str, key: &str) -> Result<u64, ObjectStorageError> {
        self.check_names(bucket, key, || ObjectStorageError::NoSuchKey)?;
        let check = async {
            match &self.place {
                Place::Nowhere => Err(ObjectStorageError::NotConfigured),
                Place::Folder(folder) => in_folder(folder, bucket, key, Folder::check_readable).await,
                Place::S3(s3) => s3.check_readable(bucket, key).await,
            }
        };
        timeout(self.limits.idle, check).await.map_err(|_| ObjectStorageError::TimedOut)?
    }

    /// Copies an object of at most `limit` bytes into the file `to`, replacing one that is there; answers its size in
    /// bytes. The file is there only when it is whole and on disk.
    ///
    /// # Errors
    /// When the object cannot be read to its end, or the file not be written.
    pub async fn fetch(&self, bucket: &str, key: &str, to: &Path, limit: u64) -> Result<u64, ObjectStorageError> {
        self.check_names(bucket, key, || ObjectStorageError::NoSuchKey)?;
        match &self.place {
            Place::Nowhere => Err(ObjectStorageError::NotConfigured),
            Place::Folder(folder) => {
                let to = to.to_owned();
                in_folder(folder, bucket, key, move |folder, bucket, key| folder.fetch(bucket, key, &to, limit)).await
            }
            Place::S3(s3) => s3.fetch(bucket, key, to, limit).await,
        }
    }

    /// Whether an object with this key could be made in the bucket, and is not there yet. Leaves nothing behind. Takes
    /// [`Limits::idle`] at most.
    ///
    /// # Errors
    /// When it could not, is there, or nobody can tell.
    pub async fn check_writable(&self, bucket: &str, key: &str) -> Result<(), ObjectStorageError> {
        self.check_names(bucket, key, names::unusable_key)?;
        let check = async {
            match &self.place {
                Place::Nowhere => Err(ObjectStorageError::NotConfigured),
                Place::Folder(folder) => in_folder(folder, bucket, key, Folder::check_writable).await,
                Place::S3(s3) => s3.check_writable(bucket, key).await,
            }
        };
        timeout(self.limits.idle, check).await.map_err(|_| ObjectStorageError::TimedOut)?
    }

    /// Copies the file `from` into a new object, which is there only when it is whole. What is begun in vain is abandoned,
    /// also when nobody waits for this any more; `log` is told of what would outlive the server.
    ///
    /// # Errors
    /// When there is such an object already, it cannot be written, or `log` cannot take down what was begun.
    pub async fn put(
        &self,
        bucket: &str,
        key: &str,
        from: &Path,
        log: &dyn UploadLog,
    ) -> Result<(), ObjectStorageError> {
        self.check_names(bucket, key, names::unusable_key)?;
        match &self.place {
            Place::Nowhere => Err(ObjectStorageError::NotConfigured),
            Place::Folder(folder) => {
                let from = from.to_owned();
                in_folder(folder, bucket, key, move |folder, bucket, key| folder.put(bucket, key, &from)).await
            }
            Place::S3(s3) => s3.put(bucket, key, from, log).await,
        }
    }

    /// Ends an upload in parts that an earlier server had begun and may not have ended.
    ///
    /// # Errors
    /// When nobody answers, or it is not allowed. That the upload is over is none.
    pub async fn abandon(&self, bucket: &str, key: &str, upload: &str) -> Result<(), ObjectStorageError> {
        match &self.place {
            // Nothing was begun there.
            Place::Nowhere | Place::Folder(_) => Ok(()),
            Place::S3(s3) => s3.abandon(bucket, key, upload).await,
        }
    }

    /// Refuses names that no bucket and no object can have, before they become paths and hosts.
    fn check_names(
        &self,
        bucket: &str,
        key: &str,
        unusable_key: impl FnOnce() -> ObjectStorageError,
    ) -> Result<(), ObjectStorageError> {
        if matches!(self.place, Place::Nowhere) {
            return Err(ObjectStorageError::NotConfigured);
        }
        if !names::is_bucket(bucket) {
            return Err(ObjectStorageError::NoSuchBucket);
        }
        if names::is_key(key) { Ok(()) } else { Err(unusable_key()) }
    }
}

/// Works in a folder, which blocks, on a thread of its own.
async fn in_folder<T: Send + 'static>(
    folder: &Arc<Folder>,
    bucket: &str,
    key: &str,
    work: impl FnOnce(&Folder, &str, &str) -> Result<T, ObjectStorageError> + Send + 'static,
) -> Result<T, ObjectStorageError> {
    let (folder, bucket, key) = (Arc::clone(folder), bucket.to_owned(), key.to_owned());
    blocking(move || work(&folder, &bucket, &key)).await
}

/// Does what would hold up others on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ObjectStorageError> + Send + 'static,
) -> Result<T, ObjectStorageError> {
    spawn_blocking(work).await.map_err(|error| ObjectStorageError::failed(&error))?
}
