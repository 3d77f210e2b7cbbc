//! Object storage that speaks the protocol of S3: the few requests of it that whole files need.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>

mod answer;
mod client;
mod endpoint;
mod upload;

use std::{path::Path, sync::Arc};

use http::{HeaderMap, Method, header::CONTENT_LENGTH};
use tokio::{fs::File, io::AsyncWriteExt};

use client::{Call, Client};
use upload::{PART_SIZE, Upload, next_part, part_size};

pub use endpoint::{Endpoint, EndpointError};

use super::{Limits, ObjectStorageError, S3Settings, UploadLog, blocking, staged::Staged};

/// Buckets of S3.
pub(super) struct S3 {
    client: Arc<Client>,
}

impl S3 {
    pub(super) fn new(settings: S3Settings, limits: Limits) -> Self {
        Self { client: Arc::new(Client::new(settings, limits)) }
    }

    /// How many bytes an object has.
    pub(super) async fn check_readable(&self, bucket: &str, key: &str) -> Result<u64, ObjectStorageError> {
        let missing = match self.client.send(Call::new(Method::HEAD, bucket, Some(key))).await {
            Ok(answer) => return content_length(answer.headers()),
            Err(error) => error,
        };
        if matches!(missing, ObjectStorageError::NoSuchKey) {
            // The answer to HEAD has no text that would tell whether it is the bucket that is missing.
            self.client.send(Call::new(Method::HEAD, bucket, None)).await?;
        }
        Err(missing)
    }

    /// Copies an object into a file.
    pub(super) async fn fetch(
        &self,
        bucket: &str,
        key: &str,
        to: &Path,
        limit: u64,
    ) -> Result<u64, ObjectStorageError> {
        let answer = self.client.send(Call::new(Method::GET, bucket, Some(key))).await?;
        if content_length(answer.headers()).is_ok_and(|size| size > limit) {
            return Err(ObjectStorageError::TooLarge { limit });
        }
        let (staged, file) = Staged::beside(to).map_err(ObjectStorageError::LocalFile)?;
        let mut file = File::from_std(file);
        let received = self.client.stream(answer.into_body(), &mut file, limit).await?;
        file.flush().await.map_err(ObjectStorageError::LocalFile)?;
        let file = file.into_std().await;
        blocking(move || staged.finish(&file).map_err(ObjectStorageError::LocalFile)).await?;
        Ok(received)
    }

    /// Whether an object can be made: its upload is begun, and given up.
    pub(super) async fn check_writable(&self, bucket: &str, key: &str) -> Result<(), ObjectStorageError> {
        self.check_new(bucket, key).await?;
        let upload = Upload::begin(&self.client, bucket, key).await?;
        upload.abandon().await;
        Ok(())
    }

    /// Copies a file into a new object.
    pub(super) async fn put(
        &self,
        bucket: &str,
        key: &str,
        from: &Path,
        log: &dyn UploadLog,
    ) -> Result<(), ObjectStorageError> {
        let mut file = File::open(from).await.map_err(ObjectStorageError::LocalFile)?;
        let size = file.metadata().await.map_err(ObjectStorageError::LocalFile)?.len();
        // Not all that speak S3 know that an object must be new; those that do are asked again at the end.
        self.check_new(bucket, key).await?;
        if size <= PART_SIZE {
            let payload = next_part(&mut file, PART_SIZE).await?;
            let call = Call { only_if_new: true, payload, ..Call::new(Method::PUT, bucket, Some(key)) };
            return self.client.send(call).await.map(drop);
        }
        let upload = Upload::begin(&self.client, bucket, key).await?;
        let done = async {
            log.begun(key, upload.id()).await?;
            upload.send(&mut file, part_size(size)).await
        };
        let done = done.await;
        match &done {
            Ok(()) => upload.forget(),
            Err(_) => upload.abandon().await,
        }
        done
    }

    /// Has S3 forget an upload that was begun by somebody who cannot do so any more.
    pub(super) async fn abandon(&self, bucket: &str, key: &str, upload: &str) -> Result<(), ObjectStorageError> {
        upload::abandon(&self.client, bucket, key, upload).await
    }

    async fn check_new(&self, bucket: &str, key: &str) -> Result<(), ObjectStorageError> {
        match self.check_readable(bucket, key).await {
            Ok(_) => Err(ObjectStorageError::AlreadyExists),
            Err(ObjectStorageError::NoSuchKey) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn content_length(headers: &HeaderMap) -> Result<u64, ObjectStorageError> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.ok_or_else(|| ObjectStorageError::Failed("an object has no Content-Length".to_owned()))
}
