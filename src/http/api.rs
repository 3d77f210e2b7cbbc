//! The `ElastiCache` API itself.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    body::{Body, Bytes},
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    autoscaling,
    caller::{Authentication, Caller},
    metrics,
};
use crate::{
    authorization::{Authorization, Principal},
    autoscaling::Autoscaling,
    clock::Clock,
    cloudwatch::{CloudWatch, Protocol},
    figures::Figures,
    operations::{EndpointHost, Operations, Request},
    protocol::{AwsError, ErrorCode, Operation, Output, query},
    tls::Certificates,
    traces::RequestTrace,
    trail::{Call, Outcome, Trail},
};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What answers API requests.
pub struct Api {
    /// What the operations do.
    pub operations: Operations,
    /// Application Auto Scaling, which is called at the same place.
    pub autoscaling: Arc<Autoscaling>,
    /// Who may call.
    pub authentication: Authentication,
    /// What callers may do; `None` when everybody may do everything.
    pub authorization: Option<Arc<Authorization>>,
    /// The time of day.
    pub clock: Arc<Clock>,
    /// How endpoints are given out; `None` for the host that the request came to.
    pub endpoint_host: Option<EndpointHost>,
    /// The certificates that endpoints show.
    pub certificates: Arc<Certificates>,
    /// Where calls are noted.
    pub trail: Arc<Trail>,
    /// What answers requests to `CloudWatch`, which come to the same place.
    pub cloudwatch: CloudWatch,
    /// Where requests are counted.
    pub figures: Arc<Figures>,
}

/// Answers one request, which has passed the guard.
pub(super) async fn handle(State(api): State<Arc<Api>>, parts: Parts, body: Bytes) -> Response {
    if let Some(protocol) = Protocol::of(parts.uri.path(), parts.uri.query(), &parts.headers, &body) {
        return metrics::answer(api, protocol, parts, body).await;
    }
    if let Some(operation) = autoscaling::operation(&parts.headers) {
        return autoscaling::handle(&api, operation, &parts, &body).await;
    }
    let begun = Instant::now();
    let id = Uuid::new_v4();
    let request_id = id.to_string();
    let span = tracing::info_span!("request", otel.kind = "server", request_id, action = tracing::field::Empty);
    let trace = RequestTrace(&span);
    trace.continues(&parts.headers);
    async {
        let answer = match api.answer(&parts, &body, id).await {
            Ok((operation, output)) => {
                let body = output.to_xml(&request_id);
                api.figures.request("elasticache", operation, "", begun.elapsed());
                tracing::debug!(operation, "answered");
                trace.answers(StatusCode::OK.as_u16(), None);
                (StatusCode::OK, body)
            }
            Err((operation, error)) => {
                api.figures.request("elasticache", operation, error.code.as_str(), begun.elapsed());
                tracing::info!(code = error.code.as_str(), message = error.message, "refused");
                let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
                trace.answers(status.as_u16(), Some(error.code.as_str()));
                (status, error.to_xml(&request_id))
            }
        };
        response(answer.0, answer.1.into(), &request_id)
    }
    .instrument(span.clone())
    .await
}

impl Api {
    /// Answers a request, and notes it as soon as it is known who asks for what. An error comes with the operation's name,
    /// empty when that is not known.
    async fn answer(
        &self,
        parts: &Parts,
        body: &[u8],
        id: Uuid,
    ) -> Result<(&'static str, Output), (&'static str, AwsError)> {
        let time = self.clock.now();
        let unknown = |error| ("", error);
        let caller = self.authentication.caller(parts, body, time).map_err(unknown)?;
        let operation = query::decode_request(parts.uri.query(), body).map_err(unknown)?;
        let name = operation.name();
        let span = tracing::Span::current();
        span.record("action", name);
        RequestTrace(&span).names("ElastiCache", name, &caller.scope.account, &caller.scope.region);
        let source = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let mut call = Call {
            time,
            request_id: id,
            scope: caller.scope.clone(),
            access_key: caller.access_key.clone(),
            source,
            user_agent: text_of(&parts.headers, &header::USER_AGENT),
            operation: operation.clone(),
            outcome: Outcome::Answered(None),
        };
        let answer = self.execute(caller, source, self.host_of_endpoints(parts), operation).await;
        match &answer {
            Ok(output) if !Call::only_reads(name) => call.outcome = Outcome::Answered(Some(Box::new(output.clone()))),
            Ok(_) => {}
            Err(error) => call.outcome = Outcome::Refused(error.clone()),
        }
        self.trail.note(call);
        answer.map(|output| (name, output)).map_err(|error| (name, error))
    }

    /// Does what is asked, if the caller may have it done.
    async fn execute(
        &self,
        Caller { scope, access_key }: Caller,
        source: Option<IpAddr>,
        endpoint_host: EndpointHost,
        operation: Operation,
    ) -> Result<Output, AwsError> {
        if let Some(authorization) = &self.authorization {
            let principal = Principal { access_key: access_key.as_deref(), scope: &scope, source };
            authorization
                .check(principal, &operation)
                .map_err(|denied| AwsError::new(ErrorCode::AccessDenied, denied.to_string()))?;
        }
        self.operations.execute(&Request { scope, endpoint_host }, operation).await
    }

    /// The host under which this caller is given endpoints, which have to have certificates for it from then on.
    fn host_of_endpoints(&self, parts: &Parts) -> EndpointHost {
        if let Some(configured) = &self.endpoint_host {
            return configured.clone();
        }
        let host = requested_host(parts);
        self.certificates.note(&host);
        host.into()
    }
}

/// The answer to a request that did not pass the guard.
pub(super) fn refusal(status: StatusCode, error: &AwsError) -> Response {
    let request_id = Uuid::new_v4().to_string();
    response(status, error.to_xml(&request_id).into(), &request_id)
}

/// The host name that the request was sent to: whoever reached the API there reaches endpoints there.
fn requested_host(parts: &Parts) -> String {
    let host = text_of(&parts.headers, &header::HOST).unwrap_or_default();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.split(':').next().unwrap_or_default(),
    };
    let plausible =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte));
    if plausible { name.to_owned() } else { "localhost".to_owned() }
}

/// The value of a header, if it is text.
fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
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
