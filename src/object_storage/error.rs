//! What can go wrong between the server and object storage.

use std::{error::Error, io};

/// Why an object was not read or written. No text in it holds a key, a secret or a signature.
#[derive(Debug, thiserror::Error)]
pub enum ObjectStorageError {
    /// The server was started without object storage.
    #[error(
        "no object storage is configured: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL_S3 for \
         another place than AWS, or start the server with --s3-dir"
    )]
    NotConfigured,
    /// There is no such bucket.
    #[error("there is no such bucket")]
    NoSuchBucket,
    /// The bucket is there, the object is not.
    #[error("there is no such object in the bucket")]
    NoSuchKey,
    /// An upload in parts is over, or never was.
    #[error("there is no such upload")]
    NoSuchUpload,
    /// The bucket or the object is not for the server's credentials, or for the user that the server runs as.
    #[error("access to the bucket or the object is denied")]
    Forbidden,
    /// There is something under the key already. Nothing is ever overwritten.
    #[error("the bucket already contains an object with this key")]
    AlreadyExists,
    /// The bucket is in another region than `AWS_REGION`.
    #[error("the bucket is outside of the region of the server's object storage")]
    OtherRegion,
    /// The object is larger than the caller can take.
    #[error("the object is larger than {limit} bytes")]
    TooLarge {
        /// The most bytes that the caller wanted.
        limit: u64,
    },
    /// Nothing was heard for too long.
    #[error("object storage does not answer in time")]
    TimedOut,
    /// The file on this machine cannot be read or written.
    #[error("a file of the server's own: {0}")]
    LocalFile(#[source] io::Error),
    /// Everything else.
    #[error("object storage failed: {0}")]
    Failed(String),
}

impl ObjectStorageError {
    /// The error with all that lies beneath it, which is where the reasons of HTTP clients stand.
    pub(super) fn failed(error: &(dyn Error + 'static)) -> Self {
        Self::Failed(chain(error).map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }
}

/// An error, and those that led to it.
pub(super) fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}
