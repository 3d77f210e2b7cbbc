//! Who the caller is.

use std::collections::HashMap;

use axum::http::request::Parts;
use chrono::{DateTime, Utc};

use crate::{
    model::Scope,
    protocol::{
        AwsError,
        sigv4::{self, CredentialScope, DEFAULT_ACCOUNT, SignedRequest},
    },
};

/// The region of callers whose request names none.
pub const DEFAULT_REGION: &str = "us-east-1";

/// Whom requests have to come from.
pub enum Authentication {
    /// Anybody. Account and region are read from the credential scope, and nothing is checked.
    Off,
    /// Whoever signs with one of these keys: secrets by access key id.
    SigV4(HashMap<String, String>),
}

/// Somebody who calls.
pub(super) struct Caller {
    /// Their account and region.
    pub scope: Scope,
    /// The identifier of their access key, if they sign; proved only when signatures are checked.
    pub access_key: Option<String>,
}

impl Authentication {
    /// Who sent this request.
    ///
    /// # Errors
    /// When signatures are checked and this one is missing, unknown, wrong or too old.
    pub(super) fn caller(&self, parts: &Parts, body: &[u8], now: DateTime<Utc>) -> Result<Caller, AwsError> {
        self.caller_of(sigv4::SERVICE, parts, body, now)
    }

    /// The same for a request to another service than `ElastiCache`.
    ///
    /// # Errors
    /// As [`Self::caller`].
    pub(super) fn caller_of(
        &self,
        service: &str,
        parts: &Parts,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Caller, AwsError> {
        let claimed = match self {
            Self::Off => sigv4::claimed_scope(&parts.uri, &parts.headers),
            Self::SigV4(secrets) => {
                let request = SignedRequest { method: &parts.method, uri: &parts.uri, headers: &parts.headers, body };
                Some(sigv4::verify_for(service, &request, now, |access_key| secrets.get(access_key).cloned())?)
            }
        };
        let account = claimed.as_ref().map_or(DEFAULT_ACCOUNT, CredentialScope::account);
        let region = claimed.as_ref().map(|claimed| claimed.region.as_str()).filter(|region| is_region(region));
        let scope = Scope::new(account, region.unwrap_or(DEFAULT_REGION));
        Ok(Caller { scope, access_key: claimed.map(|claimed| claimed.access_key) })
    }
}

/// Whether a text can be a region's name.
fn is_region(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
