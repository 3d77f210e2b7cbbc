//! The token that a client sends in place of a password: a signed URL of the cache without its scheme,
//! `my-cache/?Action=connect&User=me&X-Amz-Algorithm=..`, signed for `GET` with the cache as the host and no body.
//! Everything here is a function of its arguments.

use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue, Method, Uri, header::HOST};

use crate::{
    model::Scope,
    protocol::{
        ErrorCode,
        query::Parameters,
        sigv4::{Presigned, SignedRequest},
    },
};

/// The longest life of a token.
const LONGEST_LIFE: TimeDelta = TimeDelta::minutes(15);

/// What a token has to be for.
pub(super) struct Purpose<'p> {
    /// Whose the cache is, and where.
    pub scope: &'p Scope,
    /// The serverless cache, the replication group, or the cache cluster that is in none.
    pub cache_id: &'p str,
    /// Whether that is a serverless cache.
    pub is_serverless: bool,
    /// The id of the user.
    pub user_id: &'p str,
}

/// The secret of an access key, as far as it is known.
pub(super) enum Secret {
    /// The signature can be checked.
    Known(String),
    /// It cannot, and does not have to be.
    Unchecked,
    /// It cannot, and the key is refused for that.
    Refused,
}

/// Why a token is not good. It holds nothing that the client has sent, which might be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenError {
    #[error("it is no signed URL of a cache")]
    Malformed,
    #[error("it is for another cache")]
    OtherCache,
    #[error("it does not ask to connect")]
    OtherAction,
    #[error("it is for another user")]
    OtherUser,
    #[error("it is for another type of cache")]
    OtherResourceType,
    #[error("it is for another region, or signed by another account")]
    OtherScope,
    #[error("it is to hold for more than 15 minutes")]
    TooLong,
    #[error("its signature covers other headers than the host")]
    OtherHeaders,
    #[error("its access key is not known")]
    UnknownKey,
    #[error("{0:?}")]
    Signature(ErrorCode),
}

/// Checks a token at the time `now`, and tells the access key that it was signed with.
pub(super) fn verify(
    token: &str,
    purpose: &Purpose<'_>,
    now: DateTime<Utc>,
    secret_of: impl FnOnce(&str) -> Secret,
) -> Result<String, TokenError> {
    let (host, query) = token.split_once("/?").ok_or(TokenError::Malformed)?;
    if host != purpose.cache_id {
        return Err(TokenError::OtherCache);
    }
    let uri: Uri = format!("/?{query}").parse().map_err(|_| TokenError::Malformed)?;
    check_parameters(&uri, purpose)?;
    let host = HeaderValue::from_str(host).map_err(|_| TokenError::Malformed)?;
    let request =
        SignedRequest { method: &Method::GET, uri: &uri, headers: &HeaderMap::from_iter([(HOST, host)]), body: b"" };
    let signed = Presigned::read(request).map_err(|error| TokenError::Signature(error.code))?;
    let scope = signed.scope();
    if scope.region != purpose.scope.region || scope.account() != purpose.scope.account {
        return Err(TokenError::OtherScope);
    }
    if signed.lifetime() > LONGEST_LIFE {
        return Err(TokenError::TooLong);
    }
    if signed.signed_headers() != HOST.as_str() {
        return Err(TokenError::OtherHeaders);
    }
    let secret = match secret_of(&scope.access_key) {
        Secret::Known(secret) => Some(secret),
        Secret::Unchecked => None,
        Secret::Refused => return Err(TokenError::UnknownKey),
    };
    signed.check(now, secret).map_err(|error| TokenError::Signature(error.code))?;
    Ok(scope.access_key.clone())
}

fn check_parameters(uri: &Uri, purpose: &Purpose<'_>) -> Result<(), TokenError> {
    let parameters = Parameters::parse(uri.query(), b"").map_err(|_| TokenError::Malformed)?;
    if parameters.get("Action") != Some("connect") {
        return Err(TokenError::OtherAction);
    }
    // Ids have no letter case, and users write those that they chose.
    if !parameters.get("User").is_some_and(|user| user.eq_ignore_ascii_case(purpose.user_id)) {
        return Err(TokenError::OtherUser);
    }
    // It says that the host is a serverless cache.
    if parameters.get("ResourceType") != purpose.is_serverless.then_some("ServerlessCache") {
        return Err(TokenError::OtherResourceType);
    }
    Ok(())
}
