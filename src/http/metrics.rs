//! What is asked about metrics: `CloudWatch`'s API beside `ElastiCache`'s, and `/metrics` for Prometheus.

use std::{net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::{Admin, Api, api::REQUEST_ID};
use crate::{
    authorization::Principal,
    cloudwatch::{Answer, Error, Operation, Protocol, SERVICE},
    metrics,
    protocol::{AwsError, ErrorCode},
    traces::RequestTrace,
};

/// Answers a request to `CloudWatch` at the path of its newest protocol.
pub(super) async fn handle(State(api): State<Arc<Api>>, parts: Parts, body: Bytes) -> Response {
    match Protocol::of(parts.uri.path(), parts.uri.query(), &parts.headers, &body) {
        Some(protocol) => answer(api, protocol, parts, body).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Answers a request to `CloudWatch`, where nobody waits for it: two weeks of many metrics take a while to put together.
pub(super) async fn answer(api: Arc<Api>, protocol: Protocol, parts: Parts, body: Bytes) -> Response {
    let answered = tokio::task::spawn_blocking(move || answered(&api, protocol, &parts, &body)).await;
    answered.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn answered(api: &Api, protocol: Protocol, parts: &Parts, body: &[u8]) -> Response {
    let begun = Instant::now();
    let request_id = Uuid::new_v4().to_string();
    let span = tracing::info_span!("request", otel.kind = "server", request_id);
    let trace = RequestTrace(&span);
    trace.continues(&parts.headers);
    let (operation, outcome) = span.in_scope(|| execute(api, protocol, parts, body));
    let error = outcome.as_ref().err().map_or("", |error| error.code.as_str());
    api.figures.request("cloudwatch", operation.map_or("", Operation::name), error, begun.elapsed());
    let (status, (headers, body)) = match (&outcome, operation) {
        (Ok(answer), Some(operation)) => (200, protocol.write(operation, &request_id, answer)),
        (Err(error), _) => {
            tracing::info!(request_id, code = error.code.as_str(), message = error.message, "refused");
            (error.code.status(), protocol.write_error(&request_id, error))
        }
        (Ok(_), None) => unreachable!("what was carried out has a name"),
    };
    trace.answers(status, Some(error).filter(|error| !error.is_empty()));
    let mut response = (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), headers, body).into_response();
    if let Ok(request_id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, request_id);
    }
    response
}

/// Carries out a request, if the caller may have that done. Tells what it was, as soon as that is known.
fn execute(api: &Api, protocol: Protocol, parts: &Parts, body: &[u8]) -> (Option<Operation>, Result<Answer, Error>) {
    let caller = match api.authentication.caller_of(SERVICE, parts, body, api.clock.now()) {
        Ok(caller) => caller,
        Err(error) => return (None, Err(error.into())),
    };
    let request = match protocol.read(parts.uri.path(), parts.uri.query(), &parts.headers, body) {
        Ok(request) => request,
        Err(error) => return (None, Err(error)),
    };
    let operation = request.operation;
    let span = tracing::Span::current();
    RequestTrace(&span).names("CloudWatch", operation.name(), &caller.scope.account, &caller.scope.region);
    if let Some(authorization) = &api.authorization {
        let source = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let principal = Principal { access_key: caller.access_key.as_deref(), scope: &caller.scope, source };
        if let Err(denied) = authorization.check_elsewhere(principal, &format!("cloudwatch:{}", operation.name()), "*")
        {
            return (Some(operation), Err(AwsError::new(ErrorCode::AccessDenied, denied.to_string()).into()));
        }
    }
    (Some(operation), api.cloudwatch.execute(&caller.scope, &request))
}

/// All figures, for Prometheus.
pub(super) async fn exposition(State(admin): State<Arc<Admin>>) -> Response {
    match metrics::exposition(&admin.figures, &admin.metrics, &admin.store.tables()) {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
