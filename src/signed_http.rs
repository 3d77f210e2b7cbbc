//! One question to a service of AWS: signed, sent, and answered within limits. For services that are asked a thing or two;
//! an SDK for each would be as much code to build again as all of Cachette.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, StatusCode, Uri, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};
use tokio::{sync::OnceCell, time::timeout};

/// How long a question may take, from the connection to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most bytes of an answer: a secret has at most 65,536, and JSON may double them.
const LONGEST_ANSWER: usize = 256 * 1024;

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");

type Http = HttpClient<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Nobody answers, or too late, or too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the service does not answer")]
pub struct Silent;

/// What is asked. There is no `Debug` of it: it may name a secret.
pub struct Question<'q> {
    /// The name of the service that signatures are made for.
    pub service: &'static str,
    /// The region that is asked about.
    pub region: &'q str,
    /// How the question is written.
    pub form: Form,
    /// The question.
    pub body: String,
}

/// How a question is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As JSON, for the operation of this name.
    Json(&'static str),
    /// As a form in which everything is named.
    Query,
}

/// A service at an address.
pub struct SignedHttp {
    endpoint: Uri,
    /// Made at the first question: certificates are read for it, which most servers do not need.
    http: OnceCell<Http>,
}

impl SignedHttp {
    /// The service at this address. Nothing is asked yet.
    #[must_use]
    pub fn new(endpoint: Uri) -> Self {
        Self { endpoint, http: OnceCell::new() }
    }

    /// Asks, and answers with the status and what was said.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn ask(&self, question: Question<'_>, credentials: &Credentials) -> Result<(StatusCode, Bytes), Silent> {
        let request = signed(&self.endpoint, question, credentials).map_err(|_| Silent)?;
        let asked = async {
            let http = self.http.get_or_try_init(async || connect(&self.endpoint)).await?;
            let answer = http.request(request).await.map_err(|_| Silent)?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await.map_err(|_| Silent)?;
            Ok((status, body.to_bytes()))
        };
        timeout(PATIENCE, asked).await.map_err(|_| Silent)?
    }
}

fn signed(
    endpoint: &Uri,
    question: Question<'_>,
    credentials: &Credentials,
) -> Result<Request<Full<Bytes>>, Box<dyn std::error::Error>> {
    let Question { service, region, form, body } = question;
    let url = endpoint.to_string();
    let body = Bytes::from(body);
    let mut request = Request::post(&url).body(Full::new(body.clone()))?;
    match form {
        Form::Json(operation) => {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
            request.headers_mut().insert("x-amz-target", HeaderValue::from_static(operation));
        }
        Form::Query => {
            request.headers_mut().insert(CONTENT_TYPE, FORM);
        }
    }
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        // Not the server's own clock, which users may move.
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let signable = SignableRequest::new("POST", &url, headers, SignableBody::Bytes(&body))?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    for (name, value) in instructions.headers() {
        let mut value = HeaderValue::try_from(value)?;
        value.set_sensitive(true);
        request.headers_mut().insert(HeaderName::try_from(name)?, value);
    }
    Ok(request)
}

fn connect(endpoint: &Uri) -> Result<Http, Silent> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let https = if endpoint.scheme_str() == Some("https") {
        HttpsConnectorBuilder::new().with_provider_and_native_roots(provider).map_err(|_| Silent)?
    } else {
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| Silent)?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        HttpsConnectorBuilder::new().with_tls_config(config)
    };
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let connector = https.https_or_http().enable_http1().wrap_connector(tcp);
    Ok(HttpClient::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector))
}
