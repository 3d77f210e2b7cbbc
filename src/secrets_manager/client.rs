//! Signs one question to Secrets Manager and reads the answer.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};
use serde::Deserialize;
use tokio::{sync::OnceCell, time::timeout};

use super::{SecretError, Settings, SourceLogin};

/// How long a question may take, from the connection to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most bytes of an answer: a secret has at most 65,536, and JSON may double them.
const LONGEST_ANSWER: usize = 256 * 1024;

const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

type Http = HttpClient<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A Secrets Manager, if there is one.
pub struct SecretsManager {
    settings: Option<Settings>,
    /// Made at the first question: certificates are read for it, which most servers do not need.
    http: OnceCell<Http>,
}

/// The part of an answer that counts. There is no `Debug` of it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    secret_string: Option<String>,
}

/// The part of an error that counts.
#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "__type")]
    code: Option<String>,
}

impl SecretsManager {
    /// The one that the settings name. Nothing is asked yet.
    #[must_use]
    pub fn new(settings: Option<Settings>) -> Self {
        Self { settings, http: OnceCell::new() }
    }

    /// Whether there is one.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.settings.is_some()
    }

    /// The login that the secret with this ARN holds now.
    ///
    /// # Errors
    /// When there is none, or nobody can tell.
    pub async fn login(&self, arn: &str) -> Result<SourceLogin, SecretError> {
        let settings = self.settings.as_ref().ok_or(SecretError::NotConfigured)?;
        let request = question(settings, arn).map_err(|_| SecretError::Silent)?;
        let asked = async {
            let http = self.http.get_or_try_init(async || connect(settings)).await?;
            let answer = http.request(request).await.map_err(|_| SecretError::Silent)?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
            Ok((status, body.map_err(|_| SecretError::Silent)?.to_bytes()))
        };
        let (status, body) = timeout(PATIENCE, asked).await.map_err(|_| SecretError::Silent)??;
        if !status.is_success() {
            if status.is_server_error() {
                return Err(SecretError::Silent);
            }
            let code = serde_json::from_slice::<Problem>(&body).ok().and_then(|problem| problem.code);
            return Err(SecretError::Refused(code.map_or_else(|| status.to_string(), |code| plain(&code))));
        }
        let answer: Answer = serde_json::from_slice(&body).map_err(|_| SecretError::NoLogin)?;
        SourceLogin::parse(&answer.secret_string.ok_or(SecretError::NoLogin)?)
    }
}

/// A code without the namespace that may come before it, and nothing but a code.
fn plain(code: &str) -> String {
    let code = code.rsplit('#').next().unwrap_or_default();
    code.chars().filter(char::is_ascii_alphanumeric).take(64).collect()
}

/// The region in an ARN: `arn:aws:secretsmanager:REGION:..`.
fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).filter(|region| !region.is_empty()).unwrap_or("us-east-1")
}

fn question(settings: &Settings, arn: &str) -> Result<Request<Full<Bytes>>, Box<dyn std::error::Error>> {
    let body = serde_json::json!({ "SecretId": arn }).to_string();
    let url = settings.endpoint.to_string();
    let target = HeaderValue::from_static("secretsmanager.GetSecretValue");
    let mut request = Request::post(&url)
        .header(CONTENT_TYPE, JSON)
        .header("x-amz-target", target)
        .body(Full::new(Bytes::from(body.clone())))?;
    let identity = settings.credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region_of(arn))
        .name("secretsmanager")
        // Not the server's own clock, which users may move.
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let signable = SignableRequest::new("POST", &url, headers, SignableBody::Bytes(body.as_bytes()))?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    for (name, value) in instructions.headers() {
        let mut value = HeaderValue::try_from(value)?;
        value.set_sensitive(true);
        request.headers_mut().insert(HeaderName::try_from(name)?, value);
    }
    Ok(request)
}

fn connect(settings: &Settings) -> Result<Http, SecretError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let https = if settings.endpoint.scheme_str() == Some("https") {
        HttpsConnectorBuilder::new().with_provider_and_native_roots(provider).map_err(|_| SecretError::Silent)?
    } else {
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| SecretError::Silent)?
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_a_code_and_nothing_else() {
        assert_eq!(plain("com.amazonaws#ResourceNotFoundException"), "ResourceNotFoundException");
        assert_eq!(plain("Access denied: hush!"), "Accessdeniedhush");
        assert_eq!(region_of("arn:aws:secretsmanager:eu-west-1:000000000000:secret:s"), "eu-west-1");
    }

    #[tokio::test]
    async fn without_an_address_nobody_is_asked() {
        let nobody = SecretsManager::new(None);
        assert!(!nobody.is_configured());
        assert!(matches!(nobody.login("arn").await, Err(SecretError::NotConfigured)));
    }
}
