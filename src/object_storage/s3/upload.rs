//! An object that is uploaded in parts. S3 keeps the parts of an upload until it is completed or abandoned, and nobody sees
//! them; so whoever begins one has to see to it that it ends.

use std::{fmt::Write, sync::Arc};

use http::{Method, StatusCode, header::ETAG};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::{fs::File, io::AsyncReadExt, runtime::Handle};

use super::{
    answer::{self, About},
    client::{Call, Client, Payload},
};
use crate::object_storage::{ObjectStorageError, blocking};

/// The bytes of a part; smaller files go in one request. S3 takes no parts below 5 MiB.
pub(super) const PART_SIZE: u64 = 8 * 1024 * 1024;

/// The most parts of an object.
const MOST_PARTS: u64 = 10_000;

/// What a query leaves as it is.
const UNRESERVED: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An upload. Dropped, it is abandoned, unless the server is ending.
pub(super) struct Upload {
    client: Arc<Client>,
    bucket: String,
    key: String,
    id: String,
    is_open: bool,
}

impl Upload {
    pub(super) async fn begin(client: &Arc<Client>, bucket: &str, key: &str) -> Result<Self, ObjectStorageError> {
        let call = Call { query: "uploads=".to_owned(), ..Call::new(Method::POST, bucket, Some(key)) };
        let answer = client.send(call).await?;
        let body = client.whole(answer.into_body()).await?;
        let id = answer::element(&body, "UploadId").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| ObjectStorageError::Failed("an upload was begun without an id".to_owned()))?;
        Ok(Self { client: Arc::clone(client), bucket: bucket.to_owned(), key: key.to_owned(), id, is_open: true })
    }

    /// What S3 calls it.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    fn call(&self, method: Method, query: String) -> Call<'_> {
        Call { query, ..Call::new(method, &self.bucket, Some(&self.key)) }
    }

    /// Uploads a file and makes it the object.
    pub(super) async fn send(&self, file: &mut File, part_size: u64) -> Result<(), ObjectStorageError> {
        let id = encoded(&self.id);
        let mut parts = String::from("<CompleteMultipartUpload>");
        for number in 1.. {
            let payload = next_part(file, part_size).await?;
            if payload.is_empty() {
                break;
            }
            let query = format!("partNumber={number}&uploadId={id}");
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
        let call = self.call(Method::POST, format!("uploadId={}", encoded(&self.id)));
        let answer = self.client.send(Call { only_if_new: true, payload: Payload::new(parts), ..call }).await?;
        let (parts, body) = answer.into_parts();
        let body = self.client.whole(body).await?;
        // S3 may say that all is well before it knows, and otherwise in what follows.
        if answer::element(&body, "ETag").is_some() {
            return Ok(());
        }
        Err(answer::error(StatusCode::OK, &parts.headers, &body, self.client.region(), About::Object))
    }

    /// It is completed.
    pub(super) fn forget(mut self) {
        self.is_open = false;
    }

    /// Has S3 forget the upload.
    pub(super) async fn abandon(mut self) {
        let (client, bucket, key, id) = (&self.client, &self.bucket, &self.key, &self.id);
        abandon_or_warn(client, bucket, key, id).await;
        // Not before: whoever waits for this may be dropped meanwhile.
        self.is_open = false;
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            let (client, bucket, key, id) =
                (Arc::clone(&self.client), self.bucket.clone(), self.key.clone(), self.id.clone());
            runtime.spawn(async move { abandon_or_warn(&client, &bucket, &key, &id).await });
        }
    }
}

/// Has S3 forget an upload, if it knows it.
pub(super) async fn abandon(client: &Client, bucket: &str, key: &str, id: &str) -> Result<(), ObjectStorageError> {
    let query = format!("uploadId={}", encoded(id));
    match client.send(Call { query, ..Call::new(Method::DELETE, bucket, Some(key)) }).await {
        Ok(_) | Err(ObjectStorageError::NoSuchUpload) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn abandon_or_warn(client: &Client, bucket: &str, key: &str, id: &str) {
    if let Err(error) = abandon(client, bucket, key, id).await {
        tracing::warn!(bucket, key, %error, "an unfinished upload stays in a bucket");
    }
}

fn encoded(id: &str) -> String {
    utf8_percent_encode(id, UNRESERVED).to_string()
}

/// Large enough that the file has not too many parts.
pub(super) fn part_size(file_size: u64) -> u64 {
    file_size.div_ceil(MOST_PARTS).max(PART_SIZE)
}

/// Reads and hashes up to `size` bytes.
pub(super) async fn next_part(file: &mut File, size: u64) -> Result<Payload, ObjectStorageError> {
    let mut bytes = Vec::new();
    file.take(size).read_to_end(&mut bytes).await.map_err(ObjectStorageError::LocalFile)?;
    blocking(move || Ok(Payload::new(bytes))).await
}
