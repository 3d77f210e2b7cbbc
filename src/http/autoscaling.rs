//! The API of Application Auto Scaling: JSON, with the operation named in a header. It shares its place, the callers and
//! what they may do with `ElastiCache`'s.

use std::{net::SocketAddr, time::Instant};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use serde_json::{Value, json};
use tracing::Instrument;
use uuid::Uuid;

use super::api::{Api, REQUEST_ID};
use crate::{
    authorization::{Denied, Principal},
    autoscaling::{AutoscalingError, Call, SERVICE, TARGET_PREFIX},
    protocol::{AwsError, ErrorCode},
    traces::RequestTrace,
};

/// The header that names the service and the operation.
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// Bodies are JSON as AWS writes it.
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// Why a call is refused.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    /// By the signature.
    #[error("{}", .0.message)]
    Caller(#[from] AwsError),
    /// By the policies.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// By the service.
    #[error(transparent)]
    Service(#[from] AutoscalingError),
}

impl Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Caller(error) => of_signature(error.code),
            Self::Denied(_) => "AccessDeniedException",
            Self::Service(error) => error.code(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Caller(error) => StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::BAD_REQUEST),
            Self::Service(error) if error.is_ours() => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Denied(_) | Self::Service(_) => StatusCode::BAD_REQUEST,
        }
    }
}

/// What services that speak JSON call an error about a signature. `ElastiCache` has other names.
fn of_signature(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::SignatureDoesNotMatch => "InvalidSignatureException",
        ErrorCode::InvalidClientTokenId => "UnrecognizedClientException",
        ErrorCode::MissingAuthenticationToken => "MissingAuthenticationTokenException",
        ErrorCode::IncompleteSignature => "IncompleteSignatureException",
        other => other.as_str(),
    }
}

/// The operation of Application Auto Scaling that a request is about, if it is one of its.
pub(super) fn operation(headers: &HeaderMap) -> Option<&str> {
    headers.get(TARGET)?.to_str().ok()?.strip_prefix(TARGET_PREFIX)
}

/// Answers a call.
pub(super) async fn handle(api: &Api, operation: &str, parts: &Parts, body: &[u8]) -> Response {
    let begun = Instant::now();
    let request_id = Uuid::new_v4().to_string();
    let span = tracing::info_span!("request", otel.kind = "server", request_id, action = operation);
    let trace = RequestTrace(&span);
    trace.continues(&parts.headers);
    async {
        let answer = answer(api, operation, parts, body).await;
        let error = answer.as_ref().err().map_or("", Refusal::code);
        api.figures.request(SERVICE, Call::name_of(operation).unwrap_or_default(), error, begun.elapsed());
        match answer {
            Ok(answer) => {
                tracing::debug!("answered");
                trace.answers(StatusCode::OK.as_u16(), None);
                response(StatusCode::OK, &answer, &request_id)
            }
            Err(refusal) => {
                if let Refusal::Service(AutoscalingError::Storage(error)) = &refusal {
                    tracing::error!(%error, "the records could not be changed");
                }
                tracing::info!(code = refusal.code(), message = %refusal, "refused");
                trace.answers(refusal.status().as_u16(), Some(refusal.code()));
                let body = json!({ "__type": refusal.code(), "Message": refusal.to_string() });
                response(refusal.status(), &body, &request_id)
            }
        }
    }
    .instrument(span.clone())
    .await
}

async fn answer(api: &Api, operation: &str, parts: &Parts, body: &[u8]) -> Result<Value, Refusal> {
    let caller = api.authentication.caller_of(SERVICE, parts, body, api.clock.now())?;
    if let Some(name) = Call::name_of(operation) {
        let span = tracing::Span::current();
        RequestTrace(&span).names("Application Auto Scaling", name, &caller.scope.account, &caller.scope.region);
    }
    let call = Call::read(operation, body)?;
    if let Some(authorization) = &api.authorization {
        let source = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let principal = Principal { access_key: caller.access_key.as_deref(), scope: &caller.scope, source };
        let resource = api.autoscaling.resource_of(&caller.scope, &call);
        authorization.check_elsewhere(principal, &format!("{SERVICE}:{operation}"), &resource)?;
    }
    Ok(api.autoscaling.answer(&caller.scope, call).await?)
}

fn response(status: StatusCode, body: &Value, request_id: &str) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert(REQUEST_ID, request_id);
    }
    response
}
