//! Object storage that speaks the protocol of S3: the few requests of it that whole files need.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html>

mod answer;
mod client;
mod endpoint;

use std::{fmt::Write, path::Path};

use http::{
    HeaderMap, Method, StatusCode,
    header::{CONTENT_LENGTH, ETAG},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt},
};

use answer::About;
use client::{Call, Client, Payload};

pub use endpoint::{Endpoint, EndpointError};

use super::{Limits, ObjectStorageError, S3Settings, blocking, staged::Staged};

/// The bytes of a part; smaller files go in one request. S3 takes no parts below 5 MiB.
const PART_SIZE: u64 = 8 * 1024 * 1024;

/// The most parts of an object.
const MOST_PARTS: u64 = 10_000;

/// Buckets of S3.
pub(super) struct S3 {
    client: Client,
}

impl S3 {
    pub(super) fn new(settings: S3Settings, limits: Limits) -> Self {
        Self { client: Client::new(settings, limits) }
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
    pub(super) async fn put(&self, bucket: &str, key: &str, from: &Path) -> Result<(), ObjectStorageError> {
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
        let done = upload.send(&mut file, part_size(size)).await;
        if done.is_err() {
            upload.abandon().await;
        }
        done
    }

    async fn check_new(&self, bucket: &str, key: &str) -> Result<(), ObjectStorageError> {
        match self.check_readable(bucket, key).await {
            Ok(_) => Err(ObjectStorageError::AlreadyExists),
            Err(ObjectStorageError::NoSuchKey) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// An upload in parts. One that is neither completed nor abandoned, since the server was ended, stays at S3 until a rule
/// of the bucket removes it.
struct Upload<'u> {
    client: &'u Client,
    bucket: &'u str,
    key: &'u str,
    /// Encoded for queries.
    id: String,
}

impl<'u> Upload<'u> {
    async fn begin(client: &'u Client, bucket: &'u str, key: &'u str) -> Result<Self, ObjectStorageError> {
        let call = Call { query: "uploads=".to_owned(), ..Call::new(Method::POST, bucket, Some(key)) };
        let answer = client.send(call).await?;
        let body = client.whole(answer.into_body()).await?;
        let id = answer::element(&body, "UploadId").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| ObjectStorageError::Failed("an upload was begun without an id".to_owned()))?;
        Ok(Self { client, bucket, key, id: utf8_percent_encode(&id, UNRESERVED).to_string() })
    }

    fn call(&self, method: Method, query: String) -> Call<'u> {
        Call { query, ..Call::new(method, self.bucket, Some(self.key)) }
    }

    async fn send(&self, file: &mut File, part_size: u64) -> Result<(), ObjectStorageError> {
        let mut parts = String::from("<CompleteMultipartUpload>");
        for number in 1.. {
            let payload = next_part(file, part_size).await?;
            if payload.is_empty() {
                break;
            }
            let query = format!("partNumber={number}&uploadId={}", self.id);
            let answer = self.client.send(Call { payload, ..self.call(Method::PUT, query) }).await?;
            let tag = answer.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
            let tag = tag.ok_or_else(|| ObjectStorageError::Failed(format!("part {number} has no ETag")))?;
            let tag = quick_xml::escape::escape(tag);
            let _ = write!(parts, "<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>");
        }
        parts.push_str("</CompleteMultipartUpload>");
        self.complete(parts).await
    }

    async fn complete(&self, parts: String) -> Result<(), ObjectStorageError> {
        let call = self.call(Method::POST, format!("uploadId={}", self.id));
        let answer = self.client.send(Call { only_if_new: true, payload: Payload::new(parts), ..call }).await?;
        let (parts, body) = answer.into_parts();
        let body = self.client.whole(body).await?;
        // S3 may say that all is well before it knows, and otherwise in what follows.
        if answer::element(&body, "ETag").is_some() {
            return Ok(());
        }
        Err(answer::error(StatusCode::OK, &parts.headers, &body, self.client.region(), About::Object))
    }

    /// Has S3 forget the upload. What is left of one that it does not forget harms nobody.
    async fn abandon(self) {
        if let Err(error) = self.client.send(self.call(Method::DELETE, format!("uploadId={}", self.id))).await {
            tracing::warn!(bucket = self.bucket, key = self.key, %error, "an unfinished upload stays in a bucket");
        }
    }
}

/// What a query leaves as it is.
const UNRESERVED: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Large enough that the file has not too many parts.
fn part_size(file_size: u64) -> u64 {
    file_size.div_ceil(MOST_PARTS).max(PART_SIZE)
}

/// Reads and hashes up to `size` bytes.
async fn next_part(file: &mut File, size: u64) -> Result<Payload, ObjectStorageError> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes).await.map_err(ObjectStorageError::LocalFile)?;
    blocking(move || Ok(Payload::new(bytes))).await
}

fn content_length(headers: &HeaderMap) -> Result<u64, ObjectStorageError> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    length.ok_or_else(|| ObjectStorageError::Failed("an object has no Content-Length".to_owned()))
}
