//! The `ElastiCache` API itself.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use tokio::time::timeout;
use tracing::Instrument;
use uuid::Uuid;

use super::caller::{Authentication, Caller};
use crate::{
    clock::Clock,
    operations::{Operations, Request},
    protocol::{AwsError, ErrorCode, query},
    tls::Certificates,
};

/// The largest request body in bytes. The largest sensible request, forty tags and twenty parameters, is a tenth of it.
const LARGEST_BODY: usize = 256 << 10;

/// How long a client may take to send a request's body.
const BODY_PATIENCE: Duration = Duration::from_secs(15);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What answers API requests.
pub struct Api {
    /// What the operations do.
    pub operations: Operations,
    /// Who may call.
    pub authentication: Authentication,
    /// The time of day.
    pub clock: Arc<Clock>,
    /// The host name under which endpoints are given out; `None` for the one that the request came to.
    pub endpoint_host: Option<String>,
    /// The certificates that endpoints show.
    pub certificates: Arc<Certificates>,
}

/// Answers one request.
pub(super) async fn handle(State(api): State<Arc<Api>>, request: HttpRequest) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let span = tracing::info_span!("request", request_id, action = tracing::field::Empty);
    async {
        let answer = match api.answer(request).await {
            Ok((operation, output)) => {
                let body = output.to_xml(&request_id);
                tracing::debug!(operation, "answered");
                (StatusCode::OK, body)
            }
            Err(error) => {
                tracing::info!(code = error.code.as_str(), message = error.message, "refused");
                let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
                (status, error.to_xml(&request_id))
            }
        };
        response(answer.0, answer.1.into(), &request_id)
    }
    .instrument(span)
    .await
}

impl Api {
    async fn answer(&self, request: HttpRequest) -> Result<(&'static str, crate::protocol::Output), AwsError> {
        let (parts, body) = request.into_parts();
        let body = read(&parts, body).await?;
        let Caller { scope } = self.authentication.caller(&parts, &body, self.clock.now())?;
        let operation = query::decode_request(parts.uri.query(), &body)?;
        let name = operation.name();
        tracing::Span::current().record("action", name);
        let endpoint_host = self.host_of_endpoints(&parts);
        let output = self.operations.execute(&Request { scope, endpoint_host }, operation).await?;
        Ok((name, output))
    }

    /// The host under which this caller is given endpoints, which have to have certificates for it from then on.
    fn host_of_endpoints(&self, parts: &Parts) -> String {
        if let Some(configured) = &self.endpoint_host {
            return configured.clone();
        }
        let host = requested_host(parts);
        self.certificates.note(&host);
        host
    }
}

async fn read(parts: &Parts, body: Body) -> Result<Bytes, AwsError> {
    let too_large = || AwsError::new(ErrorCode::RequestEntityTooLarge, "The request is too large.");
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > LARGEST_BODY) {
        return Err(too_large());
    }
    match timeout(BODY_PATIENCE, to_bytes(body, LARGEST_BODY)).await {
        Ok(read) => read.map_err(|_| too_large()),
        Err(_) => Err(AwsError::new(ErrorCode::MalformedQueryString, "The request's body did not arrive in time.")),
    }
}

/// The host name that the request was sent to: whoever reached the API there reaches endpoints there.
fn requested_host(parts: &Parts) -> String {
    let from_headers = |headers: &HeaderMap| Some(headers.get(header::HOST)?.to_str().ok()?.to_owned());
    let host = from_headers(&parts.headers).unwrap_or_default();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    };
    let plausible =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte));
    if plausible { name.to_owned() } else { "localhost".to_owned() }
}

fn response(status: StatusCode, body: Bytes, request_id: &str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, request_id);
    }
    response
}
