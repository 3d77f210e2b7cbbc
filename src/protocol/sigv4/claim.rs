//! What a request says about its own signature, read from the `Authorization` header or from the `X-Amz-*` parameters
//! of the query string. Nothing is checked here but the form.

use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Uri};

use super::CredentialScope;
use crate::protocol::query::Parameters;
use crate::protocol::{AwsError, ErrorCode};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The longest life of a signature in a query string, for every AWS service: a week, in seconds.
const MAX_EXPIRES: i64 = 7 * 24 * 60 * 60;

/// The parameters that carry a signature in the query string, which the signer adds itself.
const OF_SIGNATURE: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// Where the signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Location {
    Headers,
    Query {
        /// How long the signature holds.
        expires: TimeDelta,
    },
}

/// `AKID/20150202/us-east-1/elasticache/aws4_request`
pub(super) struct Credential {
    pub scope: CredentialScope,
    /// `20150202`
    pub date: String,
}

/// A signature and everything the signer says was covered by it.
pub(super) struct Claim {
    pub location: Location,
    pub credential: Credential,
    /// Lower-case names, separated by semicolons.
    pub signed_headers: String,
    pub signature: String,
    pub time: DateTime<Utc>,
    /// Only if it is covered.
    pub session_token: Option<String>,
}

impl Claim {
    pub fn read(uri: &Uri, headers: &HeaderMap) -> Result<Self, AwsError> {
        if headers.contains_key(AUTHORIZATION) {
            return Self::from_headers(headers);
        }
        let query = Parameters::parse(uri.query(), b"")?;
        if query.get("X-Amz-Algorithm").or(query.get("X-Amz-Signature")).is_some() {
            return Self::from_query(&query);
        }
        Err(AwsError::new(ErrorCode::MissingAuthenticationToken, "Request is missing Authentication Token"))
    }

    fn from_headers(headers: &HeaderMap) -> Result<Self, AwsError> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let fields = text(AUTHORIZATION.as_str())
            .and_then(|value| value.trim().strip_prefix(ALGORITHM))
            .ok_or_else(|| incomplete(&format!("The Authorization header must use the algorithm {ALGORITHM}.")))?;
        let required = |name: &str| {
            let missing = || incomplete(&format!("Authorization header requires '{name}' parameter."));
            field(fields, name).ok_or_else(missing)
        };
        let mut claim = Self {
            location: Location::Headers,
            credential: required("Credential")?.parse()?,
            signed_headers: required("SignedHeaders")?.to_ascii_lowercase(),
            signature: required("Signature")?.to_owned(),
            time: text("x-amz-date").and_then(time).ok_or_else(|| {
                incomplete("The Authorization header requires an 'X-Amz-Date' header such as 20150202T120000Z.")
            })?,
            session_token: None,
        };
        if claim.signs("x-amz-security-token") {
            claim.session_token = text("x-amz-security-token").map(str::to_owned);
        }
        Ok(claim)
    }

    fn from_query(query: &Parameters<'_>) -> Result<Self, AwsError> {
        let required = |name: &str| {
            let missing = || incomplete(&format!("A signature in the query string requires the parameter {name}."));
            query.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
        };
        if required("X-Amz-Algorithm")? != ALGORITHM {
            return Err(incomplete(&format!("X-Amz-Algorithm must be {ALGORITHM}.")));
        }
        let expires = required("X-Amz-Expires")?.parse().ok().filter(|seconds| (1..=MAX_EXPIRES).contains(seconds));
        let expires = expires.ok_or_else(|| incomplete("X-Amz-Expires must be from 1 to 604800 seconds."))?;
        Ok(Self {
            location: Location::Query { expires: TimeDelta::seconds(expires) },
            credential: required("X-Amz-Credential")?.parse()?,
            signed_headers: required("X-Amz-SignedHeaders")?.to_ascii_lowercase(),
            signature: required("X-Amz-Signature")?.to_owned(),
            time: time(required("X-Amz-Date")?)
                .ok_or_else(|| incomplete("X-Amz-Date must be a time such as 20150202T120000Z."))?,
            session_token: query.get("X-Amz-Security-Token").map(str::to_owned),
        })
    }

    /// Whether the signature covers this header, by its lower-case name.
    pub fn signs(&self, header: &str) -> bool {
        self.signed_headers.split(';').any(|name| name == header)
    }
}

impl FromStr for Credential {
    type Err = AwsError;

    fn from_str(text: &str) -> Result<Self, AwsError> {
        let mut parts = text.rsplitn(5, '/');
        let mut next = || parts.next().filter(|part| !part.is_empty());
        match (next(), next(), next(), next(), next()) {
            (Some("aws4_request"), Some(service), Some(region), Some(date), Some(access_key)) => Ok(Self {
                scope: CredentialScope {
                    access_key: access_key.to_owned(),
                    region: region.to_owned(),
                    service: service.to_owned(),
                },
                date: date.to_owned(),
            }),
            _ => Err(incomplete("The credential must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request.")),
        }
    }
}

/// The text of the credential, wherever it stands.
pub(super) fn credential(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    match headers.get(AUTHORIZATION) {
        Some(value) => field(value.to_str().ok()?.trim().strip_prefix(ALGORITHM)?, "Credential").map(str::to_owned),
        None => Parameters::parse(uri.query(), b"").ok()?.get("X-Amz-Credential").map(str::to_owned),
    }
}

/// Whether a pair of the query string carries the signature, rather than being covered by it.
pub(super) fn is_of_signature(pair: &str) -> bool {
    OF_SIGNATURE.contains(&pair.split_once('=').map_or(pair, |(name, _)| name))
}

/// `Credential=.., SignedHeaders=.., Signature=..`
fn field<'f>(fields: &'f str, name: &str) -> Option<&'f str> {
    let mut pairs = fields.split(',').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    let time = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()?;
    (text.len() == "20150202T120000Z".len()).then(|| time.and_utc())
}

fn incomplete(message: &str) -> AwsError {
    AwsError::new(ErrorCode::IncompleteSignature, message)
}
