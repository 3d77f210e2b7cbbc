//! A signed URL that is judged part by part: what it says is read first, and the signature is checked only by those who
//! know the secret.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    CredentialScope, SignedRequest, check_scope, check_signature, check_time,
    claim::{Claim, Location},
};
use crate::protocol::{AwsError, ErrorCode};

/// A request whose signature stands in its query string. Nothing that it says is checked until [`Presigned::check`] has.
pub struct Presigned<'r> {
    request: SignedRequest<'r>,
    claim: Claim,
    lifetime: TimeDelta,
}

impl<'r> Presigned<'r> {
    /// Reads what a request says about its signature.
    ///
    /// # Errors
    /// - `MissingAuthenticationToken`: the query string has no signature.
    /// - `IncompleteSignature`: a part of the signature is missing or malformed.
    /// - `MalformedQueryString`, `InvalidQueryParameter`: the query string cannot be read, or a name comes twice.
    pub fn read(request: SignedRequest<'r>) -> Result<Self, AwsError> {
        let claim = Claim::read(request.uri, request.headers)?;
        match claim.location {
            Location::Query { expires } => Ok(Self { request, claim, lifetime: expires }),
            Location::Headers => {
                let message = "The signature has to stand in the query string";
                Err(AwsError::new(ErrorCode::MissingAuthenticationToken, message))
            }
        }
    }

    /// Whom it names, and for what.
    #[must_use]
    pub fn scope(&self) -> &CredentialScope {
        &self.claim.credential.scope
    }

    /// How long it holds from when it was signed.
    #[must_use]
    pub fn lifetime(&self) -> TimeDelta {
        self.lifetime
    }

    /// The headers that it covers: lower-case names, separated by semicolons.
    #[must_use]
    pub fn signed_headers(&self) -> &str {
        &self.claim.signed_headers
    }

    /// Checks everything that can be: time and service always, the signature when the `secret` is known.
    ///
    /// # Errors
    /// `RequestExpired` and `SignatureDoesNotMatch`, as [`verify`](super::verify).
    pub fn check(&self, now: DateTime<Utc>, secret: Option<String>) -> Result<(), AwsError> {
        check_time(&self.claim, now)?;
        check_scope(&self.claim, super::SERVICE)?;
        secret.map_or(Ok(()), |secret| check_signature(&self.request, &self.claim, secret))
    }
}
