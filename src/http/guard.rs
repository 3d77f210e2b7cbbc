//! What every request has to pass before anything is done for it: limits on its size and time, and whether it comes from
//! where it may. It knows nothing of operations, and decides nothing by who signed.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};

use super::{
    Limits, admin, api,
    body::{Bodies, BodyError},
    browser::{self, Foreign, OwnNames},
};
use crate::protocol::{AwsError, ErrorCode};

/// From where the admin API may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminAccess {
    /// From this machine, by a loopback address.
    Loopback,
    /// From everywhere.
    Any,
}

/// Lets requests through or refuses them.
pub struct Guard {
    admin_access: AdminAccess,
    own_names: OwnNames,
    limits: Limits,
    bodies: Bodies,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Foreign(#[from] Foreign),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("The request's path and query are too long.")]
    UriTooLong,
    #[error("The request's headers are too large.")]
    HeadersTooLarge,
    #[error(
        "The admin API answers this machine only, by a loopback address, unless the server runs with --admin-access any."
    )]
    FromAfar,
}

impl Refusal {
    /// The status, and the code where the API's error envelope has to name one.
    fn status(self) -> (StatusCode, ErrorCode) {
        match self {
            Self::Foreign(_) | Self::FromAfar => (StatusCode::FORBIDDEN, ErrorCode::AccessDenied),
            Self::Body(BodyError::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::RequestEntityTooLarge),
            // The API's model has no codes of their own for these two.
            Self::Body(BodyError::TooSlow) => (StatusCode::REQUEST_TIMEOUT, ErrorCode::MalformedQueryString),
            Self::UriTooLong => (StatusCode::URI_TOO_LONG, ErrorCode::RequestEntityTooLarge),
            Self::HeadersTooLarge => (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, ErrorCode::RequestEntityTooLarge),
        }
    }
}

impl Guard {
    /// A guard with these rules; `own_names` are the host names with dots under which the server is called.
    #[must_use]
    pub fn new(admin_access: AdminAccess, own_names: OwnNames, limits: Limits) -> Self {
        Self { admin_access, own_names, limits, bodies: Bodies::new(limits) }
    }

    /// Receives the whole request, within the limits.
    async fn receive(&self, request: Request) -> Result<Request, Refusal> {
        let (parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or(0, |target| target.as_str().len());
        if target > self.limits.uri_bytes {
            return Err(Refusal::UriTooLong);
        }
        // Hyper stops receiving a head at the same limit, but lets one pass whose end came with the last piece.
        let headers: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if target + headers > self.limits.head_bytes {
            return Err(Refusal::HeadersTooLarge);
        }
        let body = self.bodies.receive(&parts.headers, body).await?;
        Ok(Request::from_parts(parts, Body::from(body)))
    }

    async fn pass_api(&self, request: Request) -> Result<Request, Refusal> {
        browser::check_api(request.headers(), &self.own_names)?;
        self.receive(request).await
    }

    async fn pass_admin(&self, request: Request) -> Result<Request, Refusal> {
        self.check_admin(&request)?;
        self.receive(request).await
    }

    /// Whether a request may be one to the admin API.
    fn check_admin(&self, request: &Request) -> Result<(), Refusal> {
        // Of a request whose sender is not known the worst is assumed.
        let near = request
            .extensions()
            .get()
            .is_some_and(|ConnectInfo(peer): &ConnectInfo<SocketAddr>| peer.ip().to_canonical().is_loopback());
        if self.admin_access == AdminAccess::Loopback && !near {
            return Err(Refusal::FromAfar);
        }
        Ok(browser::check_admin(request.method(), request.headers(), &self.own_names)?)
    }
}

/// Guards the API: refusals are in its own form.
pub(super) async fn api(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    match guard.pass_api(request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => {
            let (status, code) = refusal.status();
            tracing::info!(code = code.as_str(), message = %refusal, "refused");
            api::refusal(status, &AwsError::new(code, refusal.to_string()))
        }
    }
}

/// Says of a request that whoever sent it may call the admin API.
#[derive(Clone, Copy)]
pub(super) struct MayAdminister;

/// Lets everybody pass, and notes who may call the admin API.
pub(super) async fn recognize(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    if guard.check_admin(&request).is_ok() {
        request.extensions_mut().insert(MayAdminister);
    }
    next.run(request).await
}

/// Guards the admin API.
pub(super) async fn admin(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    match guard.pass_admin(request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => {
            tracing::info!(message = %refusal, "refused");
            admin::problem(refusal.status().0, &refusal.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{Method, Uri};

    use super::*;

    fn guard(admin_access: AdminAccess) -> Guard {
        Guard::new(admin_access, OwnNames::default(), Limits::default())
    }

    fn request(target: &str, peer: Option<&str>) -> Request {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = target.parse::<Uri>().expect("a target");
        request.headers_mut().insert("host", "localhost".parse().expect("a name"));
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer.parse::<SocketAddr>().expect("an address")));
        }
        request
    }

    async fn refused(guard: &Guard, request: Request) -> Option<StatusCode> {
        guard.pass_admin(request).await.err().map(|refusal| refusal.status().0)
    }

    #[tokio::test]
    async fn the_admin_api_answers_only_this_machine_unless_told_otherwise() {
        let (near, all) = (guard(AdminAccess::Loopback), guard(AdminAccess::Any));
        for (peer, is_near) in [
            (Some("127.0.0.1:9"), true),
            (Some("127.9.9.9:9"), true),
            (Some("[::1]:9"), true),
            (Some("[::ffff:127.0.0.1]:9"), true),
            (Some("192.0.2.1:9"), false),
            (Some("172.17.0.1:9"), false),
            (Some("[::ffff:192.0.2.1]:9"), false),
            (None, false),
        ] {
            let expected = (!is_near).then_some(StatusCode::FORBIDDEN);
            assert_eq!(refused(&near, request("/_cachette/reset", peer)).await, expected, "{peer:?}");
            assert_eq!(refused(&all, request("/_cachette/reset", peer)).await, None, "{peer:?}");
        }
    }

    #[tokio::test]
    async fn a_name_that_says_loopback_is_no_loopback_address() {
        let mut request = request("/_cachette/reset", Some("192.0.2.1:9"));
        for header in ["x-forwarded-for", "forwarded", "x-real-ip"] {
            request.headers_mut().insert(header, "127.0.0.1".parse().expect("a value"));
        }
        assert_eq!(refused(&guard(AdminAccess::Loopback), request).await, Some(StatusCode::FORBIDDEN));
    }
}
