//! Who signed a request, and whether the signature holds: AWS Signature Version 4, in headers or in the query string.
//!
//! The signature is made again with the secret of the named access key and compared; making it is the business of
//! `aws-sigv4`, the signer of the official SDK. It is told to sign exactly what the client says it has signed: the
//! headers of `SignedHeaders` and no others, the client's own time and scope, the session token and the body's hash
//! as headers only if the client signed them.
//!
//! Everything here is a function of its arguments. The time and the secrets come from the caller, so do the rules on
//! who may do what.

mod claim;
mod presigned;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::HOST;
use http::{HeaderMap, Method, Uri};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{AwsError, ErrorCode};
use claim::{Claim, Location};

pub use presigned::Presigned;

/// The service every request must be signed for.
pub const SERVICE: &str = "elasticache";

/// The account of callers whose access key is not an account id.
pub const DEFAULT_ACCOUNT: &str = "000000000000";

/// How long a signature in headers holds, from the API's reference.
const MAX_AGE: TimeDelta = TimeDelta::minutes(15);

/// How far a client's clock may be ahead.
const MAX_AHEAD: TimeDelta = TimeDelta::minutes(5);

/// A request as it was received.
#[derive(Clone, Copy)]
pub struct SignedRequest<'r> {
    /// The method.
    pub method: &'r Method,
    /// The request's target: at least the path and the query string.
    pub uri: &'r Uri,
    /// The headers, `Host` among them.
    pub headers: &'r HeaderMap,
    /// The body's bytes, which a signature covers.
    pub body: &'r [u8],
}

/// Whom a signature names, and for what. Only [`verify`] says that it is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialScope {
    /// The access key's id.
    pub access_key: String,
    /// The region the request is meant for.
    pub region: String,
    /// The service the request is meant for.
    pub service: String,
}

impl CredentialScope {
    /// The account that the access key stands for: the key itself, if it is an account id, else the one account that all
    /// others share. Keys of AWS do not tell their account, and there is nobody to ask.
    #[must_use]
    pub fn account(&self) -> &str {
        let is_account = self.access_key.len() == 12 && self.access_key.bytes().all(|byte| byte.is_ascii_digit());
        if is_account { &self.access_key } else { DEFAULT_ACCOUNT }
    }
}

/// What a request says about its signer, not checked in any way. `None` if it says nothing that can be read.
#[must_use]
pub fn claimed_scope(uri: &Uri, headers: &HeaderMap) -> Option<CredentialScope> {
    claim::credential(uri, headers)?.parse().ok().map(|credential: claim::Credential| credential.scope)
}

/// Checks a request's signature at the time `now`; `secret_of` gives the secret of an access key, if there is one.
///
/// # Errors
///
/// - `MissingAuthenticationToken`: the request is not signed.
/// - `IncompleteSignature`: a part of the signature is missing or malformed.
/// - `InvalidClientTokenId`: there is no such access key.
/// - `RequestExpired`: the signature is too old, or from the future.
/// - `SignatureDoesNotMatch`: the request is not what was signed, or the secret is another.
pub fn verify(
    request: &SignedRequest<'_>,
    now: DateTime<Utc>,
    secret_of: impl FnOnce(&str) -> Option<String>,
) -> Result<CredentialScope, AwsError> {
    verify_for(SERVICE, request, now, secret_of)
}

/// The same for a request to another service, which its signature has to name.
///
/// # Errors
/// As [`verify`].
pub fn verify_for(
    service: &str,
    request: &SignedRequest<'_>,
    now: DateTime<Utc>,
    secret_of: impl FnOnce(&str) -> Option<String>,
) -> Result<CredentialScope, AwsError> {
    let claim = Claim::read(request.uri, request.headers)?;
    let secret = secret_of(&claim.credential.scope.access_key).ok_or_else(|| {
        AwsError::new(ErrorCode::InvalidClientTokenId, "The security token included in the request is invalid.")
    })?;
    check_time(&claim, now)?;
    check_scope(&claim, service)?;
    check_signature(request, &claim, secret)?;
    Ok(claim.credential.scope)
}

fn check_signature(request: &SignedRequest<'_>, claim: &Claim, secret: String) -> Result<(), AwsError> {
    let expected = signature(request, claim, secret).ok_or_else(not_matching)?;
    let matches = bool::from(expected.as_bytes().ct_eq(claim.signature.as_bytes()));
    if matches { Ok(()) } else { Err(not_matching()) }
}

fn check_time(claim: &Claim, now: DateTime<Utc>) -> Result<(), AwsError> {
    let expired = |message: String| Err(AwsError::new(ErrorCode::RequestExpired, message));
    let (signed, shown_now) = (compact(claim.time), compact(now));
    if claim.time > now + MAX_AHEAD {
        let latest = compact(now + MAX_AHEAD);
        return expired(format!(
            "Signature not yet current: {signed} is still later than {latest} ({shown_now} + 5 min.)"
        ));
    }
    let age = match claim.location {
        Location::Headers => MAX_AGE,
        Location::Query { expires } => expires,
    };
    if claim.time < now - age {
        let (earliest, minutes) = (compact(now - age), age.num_minutes());
        return expired(format!(
            "Signature expired: {signed} is now earlier than {earliest} ({shown_now} - {minutes} min.)"
        ));
    }
    Ok(())
}

fn check_scope(claim: &Claim, service: &str) -> Result<(), AwsError> {
    let wrong = |message: &str| Err(AwsError::new(ErrorCode::SignatureDoesNotMatch, message));
    if claim.credential.scope.service != service {
        return wrong(&format!("Credential should be scoped to correct service: '{service}'."));
    }
    if claim.credential.date != claim.time.format("%Y%m%d").to_string() {
        return wrong("The date in the credential scope is not the date of the request.");
    }
    if !claim.signs(HOST.as_str()) {
        return wrong("'Host' must be one of the signed headers.");
    }
    Ok(())
}

/// The signature this request should have; `None` if there is something in it that cannot have been signed.
fn signature(request: &SignedRequest<'_>, claim: &Claim, secret: String) -> Option<String> {
    let scope = &claim.credential.scope;
    let in_headers = claim.location == Location::Headers;
    // The signer writes these itself when it signs in headers, from what it is told besides.
    let written_by_signer =
        |name: &str| in_headers && matches!(name, "x-amz-date" | "x-amz-security-token" | "x-amz-content-sha256");
    // Without this header the signer would look for the host in the URI, where a server does not have it.
    request.headers.get(HOST)?;
    let mut headers = Vec::new();
    for name in claim.signed_headers.split(';').filter(|name| !written_by_signer(name)) {
        for value in request.headers.get_all(name) {
            headers.push((name, std::str::from_utf8(value.as_bytes()).ok()?));
        }
    }
    let mut target = request.uri.path().to_owned();
    if let Some(query) = request.uri.query() {
        let kept: Vec<&str> = query.split('&').filter(|pair| in_headers || !claim::is_of_signature(pair)).collect();
        target.push('?');
        target.push_str(&kept.join("&"));
    }

    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    match claim.location {
        Location::Headers if claim.signs("x-amz-content-sha256") => {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        Location::Headers => {}
        Location::Query { expires } => {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(expires.to_std().ok()?);
        }
    }
    let token = claim.session_token.clone();
    let identity = Credentials::new(&scope.access_key, secret, token, None, "cachette").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&scope.region)
        .name(&scope.service)
        .time(claim.time.into())
        .settings(settings)
        .build()
        .ok()?
        .into();
    // The hash instead of the body: the signer traces what it is given, and a body holds passwords.
    let digest = Bytes::copy_from_slice(&Sha256::digest(request.body));
    let body = SignableBody::Precomputed(format!("{digest:x}"));
    let signable = SignableRequest::new(request.method.as_str(), target, headers.into_iter(), body).ok()?;
    Some(sign(signable, &params).ok()?.signature().to_owned())
}

fn not_matching() -> AwsError {
    AwsError::new(
        ErrorCode::SignatureDoesNotMatch,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details.",
    )
}

/// A time as signatures write it.
fn compact(time: DateTime<Utc>) -> impl std::fmt::Display {
    time.format("%Y%m%dT%H%M%SZ")
}
