//! Requests in AWS's query protocol, which whatever stands in for `CloudWatch` understands. Its official client speaks a
//! newer protocol only, which some of them do not know (moto 5.2 answers 404).

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_types::SdkConfig;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::time::timeout;

/// How long a request may take, from the connection to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes of an answer: it says no more than that all is well, or not.
const LONGEST_ANSWER: usize = 64 << 10;

/// All but the characters that never have to be escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

type Problem = Box<dyn std::error::Error + Send + Sync>;

/// The parameters of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Form(String);

impl Form {
    /// A request for an operation of a version of an API.
    pub(super) fn new(action: &str, version: &str) -> Self {
        Self(format!("Action={action}&Version={version}"))
    }

    /// Adds a parameter.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        self.0.extend(["&", name, "="]);
        self.0.extend(utf8_percent_encode(value, ESCAPED));
    }
}

/// Sends a request to `service`, by the name that it is signed for, where `config` says that it is.
///
/// # Errors
/// Why it did not arrive or was refused, in words for the log.
pub(super) async fn post(config: &SdkConfig, service: &str, form: Form) -> Result<(), String> {
    let sent = timeout(PATIENCE, send(config, service, form)).await;
    sent.unwrap_or_else(|_| Err("it does not answer".into())).map_err(|error| error.to_string())
}

async fn send(config: &SdkConfig, service: &str, Form(form): Form) -> Result<(), Problem> {
    let url = config.endpoint_url().ok_or("it has no address")?;
    let mut request = Request::post(url)
        .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8"))
        .body(Full::new(Bytes::from(form.clone())))?;
    let identity = config.credentials_provider().ok_or("there are no credentials")?.provide_credentials().await?.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(config.region().map_or("us-east-1", AsRef::as_ref))
        .name(service)
        // Not the server's own clock, which users may move.
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let headers = request.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let signable = SignableRequest::new("POST", url, headers, SignableBody::Bytes(form.as_bytes()))?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    for (name, value) in instructions.headers() {
        let mut value = HeaderValue::try_from(value)?;
        value.set_sensitive(true);
        request.headers_mut().insert(HeaderName::try_from(name)?, value);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let connector = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider)?;
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    let connector = connector.https_or_http().enable_http1().wrap_connector(tcp);
    // A minute passes between two requests: there is no connection to keep.
    let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
    let answer = client.request(request).await?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await?.to_bytes();
    if status.is_success() {
        return Ok(());
    }
    Err(format!("it answered {status}: {}", code(&String::from_utf8_lossy(&body))).into())
}

/// The code of an error, and nothing but a code.
fn code(body: &str) -> String {
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map_or("", |(code, _)| code);
    code.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '.').take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_escaped() {
        let mut form = Form::new("PutMetricData", "2010-08-01");
        form.add("Namespace", "AWS/ElastiCache");
        form.add("A.member.1.B", "a b&c=d~ä");
        let expected =
            "Action=PutMetricData&Version=2010-08-01&Namespace=AWS%2FElastiCache&A.member.1.B=a%20b%26c%3Dd~%C3%A4";
        assert_eq!(form, Form(expected.to_owned()));
    }

    #[test]
    fn an_error_tells_a_code_and_nothing_else() {
        assert_eq!(code("<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>"), "Throttling");
        assert_eq!(code("<html>"), "");
    }
}
