//! Signs requests to S3 and sends them, within limits of time.
//!
//! A request is sent again when nobody was there or the server says that it could not; not when the answer got lost, for
//! then the first may have been carried out.

use std::{
    error::Error,
    fmt::Write,
    io,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{CONTENT_LENGTH, IF_NONE_MATCH},
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::AsyncWriteExt,
    sync::OnceCell,
    time::{Instant, timeout, timeout_at},
};

use super::{
    Endpoint,
    answer::{self, About},
};
use crate::object_storage::{Limits, ObjectStorageError, S3Settings, error::chain};

/// How often a request is sent at most.
const ATTEMPTS: u32 = 3;

/// The time before the second attempt. It doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// Who sends or receives fewer bytes in a second is given up.
const LEAST_RATE: u64 = 64 * 1024;

/// The most bytes of an answer that is not an object.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Sends requests.
pub(super) struct Client {
    endpoint: Endpoint,
    region: String,
    credentials: Credentials,
    limits: Limits,
    /// Made at the first request: certificates are read for it, which servers without snapshots do not need.
    http: OnceCell<HttpClient<HttpsConnector<HttpConnector>, Full<Bytes>>>,
}

/// A request.
pub(super) struct Call<'c> {
    pub method: Method,
    pub bucket: &'c str,
    pub key: Option<&'c str>,
    /// Encoded, and empty if there is none.
    pub query: String,
    /// Whether there must not be such an object yet.
    pub only_if_new: bool,
    pub payload: Payload,
}

/// The body of a request and the hash of it that is signed.
#[derive(Clone)]
pub(super) struct Payload {
    bytes: Bytes,
    sha256: String,
}

impl Payload {
    /// Hashes the bytes, which takes some milliseconds for each MiB.
    pub(super) fn new(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let mut sha256 = String::with_capacity(64);
        for byte in Sha256::digest(&bytes) {
            let _ = write!(sha256, "{byte:02x}");
        }
        Self { bytes, sha256 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl<'c> Call<'c> {
    /// A request without a body.
    pub(super) fn new(method: Method, bucket: &'c str, key: Option<&'c str>) -> Self {
        Self { method, bucket, key, query: String::new(), only_if_new: false, payload: Payload::new(Bytes::new()) }
    }
}

impl Client {
    pub(super) fn new(settings: S3Settings, limits: Limits) -> Self {
        let S3Settings { endpoint, region, credentials } = settings;
        Self { endpoint, region, credentials, limits, http: OnceCell::new() }
    }

    /// Sends a request until it is answered otherwise than with *try again*. Its answer is one of success.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Response<Incoming>, ObjectStorageError> {
        let mut pause = FIRST_PAUSE;
        for attempt in 1.. {
            let answer = self.send_once(&call).await;
            let again = match &answer {
                Ok(answer) => is_passing(answer.status()),
                Err(SendError::NobodyThere(_)) => true,
                Err(SendError::Other(_)) => false,
            };
            if again && attempt < ATTEMPTS {
                tokio::time::sleep(pause).await;
                pause *= 2;
                continue;
            }
            return match answer {
                Ok(answer) if answer.status().is_success() => Ok(answer),
                Ok(answer) => Err(self.refusal(answer, &call).await),
                Err(SendError::NobodyThere(error) | SendError::Other(error)) => Err(error),
            };
        }
        unreachable!("the last attempt returns")
    }

    async fn send_once(&self, call: &Call<'_>) -> Result<Response<Incoming>, SendError> {
        let request = self.signed(call)?;
        let http = self.http.get_or_try_init(async || self.connect()).await.map_err(SendError::Other)?;
        let limit = self.limits.idle + time_for(call.payload.bytes.len() as u64);
        match timeout(limit, http.request(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) if is_timeout(&error) => Err(SendError::Other(ObjectStorageError::TimedOut)),
            Ok(Err(error)) if error.is_connect() => Err(SendError::NobodyThere(ObjectStorageError::failed(&error))),
            Ok(Err(error)) => Err(SendError::Other(ObjectStorageError::failed(&error))),
            Err(_) => Err(SendError::Other(ObjectStorageError::TimedOut)),
        }
    }

    fn signed(&self, call: &Call<'_>) -> Result<Request<Full<Bytes>>, SendError> {
        let url = self.endpoint.url(call.bucket, call.key, &call.query);
        let mut request = Request::builder().method(&call.method).uri(&url);
        if call.only_if_new {
            request = request.header(IF_NONE_MATCH, HeaderValue::from_static("*"));
        }
        if !call.payload.bytes.is_empty() || call.method == Method::PUT || call.method == Method::POST {
            request = request.header(CONTENT_LENGTH, call.payload.bytes.len());
        }
        let mut request = request.body(Full::new(call.payload.bytes.clone())).map_err(SendError::other)?;
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            // Not the server's own clock, which users may move.
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .map_err(SendError::other)?
            .into();
        let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Precomputed(call.payload.sha256.clone());
        let signable = SignableRequest::new(call.method.as_str(), &url, headers, body).map_err(SendError::other)?;
        let (instructions, _) = sign(signable, &parameters).map_err(SendError::other)?.into_parts();
        for (name, value) in instructions.headers() {
            let name = http::HeaderName::try_from(name).map_err(SendError::other)?;
            let mut value = HeaderValue::try_from(value).map_err(SendError::other)?;
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }

    fn connect(&self) -> Result<HttpClient<HttpsConnector<HttpConnector>, Full<Bytes>>, ObjectStorageError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let https = if self.endpoint.has_tls() {
            HttpsConnectorBuilder::new()
                .with_provider_and_native_roots(provider)
                .map_err(|error| ObjectStorageError::failed(&error))?
        } else {
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(|error| ObjectStorageError::failed(&error))?
                .with_root_certificates(RootCertStore::empty())
                .with_no_client_auth();
            HttpsConnectorBuilder::new().with_tls_config(config)
        };
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(self.limits.connect));
        let connector = https.https_or_http().enable_http1().wrap_connector(tcp);
        // A connection that is kept may be closed by the server just as the next request goes out. Requests are few and
        // large, so each has one of its own.
        Ok(HttpClient::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector))
    }

    async fn refusal(&self, answer: Response<Incoming>, call: &Call<'_>) -> ObjectStorageError {
        let about = if call.key.is_some() { About::Object } else { About::Bucket };
        let (parts, body) = answer.into_parts();
        // What the status says holds without the text.
        let body = self.whole(body).await.unwrap_or_default();
        let code = answer::element(&body, "Code").unwrap_or_default();
        tracing::debug!(status = %parts.status, code, bucket = call.bucket, key = call.key, "object storage refuses");
        answer::error(parts.status, &parts.headers, &body, &self.region, about)
    }

    /// A short answer.
    pub(super) async fn whole(&self, body: Incoming) -> Result<Bytes, ObjectStorageError> {
        let body = timeout(self.limits.idle, Limited::new(body, LONGEST_ANSWER).collect()).await;
        let body = body.map_err(|_| ObjectStorageError::TimedOut)?;
        body.map(http_body_util::Collected::to_bytes).map_err(|error| ObjectStorageError::failed(error.as_ref()))
    }

    /// Writes an answer of at most `limit` bytes piece by piece into `file`; answers how many there were. It takes no
    /// closure: what awaits one could not be part of a task.
    pub(super) async fn stream(
        &self,
        mut body: Incoming,
        file: &mut File,
        limit: u64,
    ) -> Result<u64, ObjectStorageError> {
        let start = Instant::now();
        let mut received = 0;
        while !body.is_end_stream() {
            let latest = start + self.limits.idle + time_for(received);
            let latest = latest.min(Instant::now() + self.limits.idle);
            let frame = timeout_at(latest, body.frame()).await.map_err(|_| ObjectStorageError::TimedOut)?;
            let Some(frame) = frame else { break };
            let frame = frame.map_err(|error| ObjectStorageError::failed(&error))?;
            if let Ok(data) = frame.into_data() {
                received += data.len() as u64;
                if received > limit {
                    return Err(ObjectStorageError::TooLarge { limit });
                }
                file.write_all(&data).await.map_err(ObjectStorageError::LocalFile)?;
            }
        }
        Ok(received)
    }

    /// The region that requests are signed for.
    pub(super) fn region(&self) -> &str {
        &self.region
    }
}

/// Why a request has no answer.
enum SendError {
    /// It was not sent.
    NobodyThere(ObjectStorageError),
    /// It may have been.
    Other(ObjectStorageError),
}

impl SendError {
    fn other(error: impl Error + 'static) -> Self {
        Self::Other(ObjectStorageError::failed(&error))
    }
}

/// What may be otherwise in a moment.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

/// How long this many bytes may take.
fn time_for(bytes: u64) -> Duration {
    Duration::from_secs(bytes.div_ceil(LEAST_RATE))
}

fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    let timed_out = |error: &(dyn Error + 'static)| {
        error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
    };
    chain(error).any(timed_out)
}
