//! Signatures made by botocore (`sign_requests.py`) hold, and stop to hold when anything in the request is changed.

use std::collections::BTreeMap;

use cachette::protocol::sigv4::{CredentialScope, SignedRequest, claimed_scope, verify};
use cachette::protocol::{AwsError, ErrorCode};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde::Deserialize;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

#[derive(Clone, Deserialize)]
struct Recorded {
    method: String,
    uri: String,
    headers: BTreeMap<String, String>,
    body: String,
}

fn recorded(name: &str) -> Recorded {
    let mut all = all();
    all.remove(name).expect("a recorded request")
}

fn all() -> BTreeMap<String, Recorded> {
    serde_json::from_str(include_str!("signed_requests.json")).expect("recorded requests")
}

/// When the requests were signed, and some minutes.
fn signed_plus(minutes: i64) -> DateTime<Utc> {
    "2026-02-03T04:05:06Z".parse::<DateTime<Utc>>().expect("a time") + TimeDelta::minutes(minutes)
}

impl Recorded {
    fn parts(&self) -> (Method, Uri, HeaderMap) {
        let header = |(name, value): (&String, &String)| {
            (name.parse::<HeaderName>().expect("a name"), value.parse::<HeaderValue>().expect("a value"))
        };
        (
            self.method.parse().expect("a method"),
            self.uri.parse().expect("a target"),
            self.headers.iter().map(header).collect(),
        )
    }

    fn verify_at(&self, now: DateTime<Utc>) -> Result<CredentialScope, AwsError> {
        let (method, uri, headers) = self.parts();
        let request = SignedRequest { method: &method, uri: &uri, headers: &headers, body: self.body.as_bytes() };
        verify(&request, now, |key| (key == "AKIDEXAMPLE").then(|| SECRET.to_owned()))
    }

    fn error(&self) -> ErrorCode {
        self.verify_at(signed_plus(0)).expect_err("the signature is refused").code
    }

    /// The request with one text replaced by another, wherever it stands.
    fn with(&self, from: &str, to: &str) -> Self {
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), value.replace(from, to)));
        let changed = Self {
            method: self.method.clone(),
            uri: self.uri.replace(from, to),
            headers: headers.collect(),
            body: self.body.replace(from, to),
        };
        let same = changed.uri == self.uri && changed.headers == self.headers && changed.body == self.body;
        assert!(!same, "{from} is in the request");
        changed
    }
}

fn scope() -> CredentialScope {
    CredentialScope { access_key: "AKIDEXAMPLE".into(), region: "eu-central-1".into(), service: "elasticache".into() }
}

#[test]
fn botocores_signatures_hold() {
    let all = all();
    assert_eq!(all.len(), 7);
    for (name, request) in all {
        assert_eq!(request.verify_at(signed_plus(0)), Ok(scope()), "{name}");
        let (_, uri, headers) = request.parts();
        assert_eq!(claimed_scope(&uri, &headers), Some(scope()), "{name}");
    }
}

#[test]
fn a_changed_request_does_not_match() {
    for (name, from, to) in [
        ("plain", "my-cache", "my-cachf"),
        ("plain", "localhost:4598", "localhost:4599"),
        ("plain", "x-www-form-urlencoded", "x-www-form-urlencodee"),
        ("plain", "Signature=65", "Signature=66"),
        ("plain", "Signature=65", "Signature="),
        ("plain", "host;", ""),
        ("plain", "eu-central-1", "eu-central-2"),
        ("plain", "/elasticache/", "/memorydb/"),
        ("plain", "/20260203/", "/20260204/"),
        ("plain", "20260203T040506Z", "20260203T040507Z"),
        ("utf8", "%C3%A9t", "%C3%A8t"),
        ("token", "FwoG", "FwoH"),
        ("token", ";x-amz-security-token", ""),
        ("hashed", "UserId", "UserIe"),
        ("hashed", "été", "ete"),
        ("presigned", "my-cache", "my-cachf"),
        ("presigned", "Expires=900", "Expires=901"),
        ("presigned_utf8_token", "%ED%95%9C", "%ED%95%9D"),
        ("presigned_utf8_token", "FwoG", "FwoH"),
        ("iam_token", "User=me", "User=you"),
        ("iam_token", "my-cache", "other-cache"),
    ] {
        assert_eq!(recorded(name).with(from, to).error(), ErrorCode::SignatureDoesNotMatch, "{name}: {from} -> {to}");
    }
    let mut request = recorded("presigned");
    request.body = "Action=DeleteCacheCluster".into();
    assert_eq!(request.error(), ErrorCode::SignatureDoesNotMatch, "a body added to a signed URL");
    let mut request = recorded("presigned");
    request.uri.push_str("&Marker=x");
    assert_eq!(request.error(), ErrorCode::SignatureDoesNotMatch, "a parameter added to a signed URL");
    let mut request = recorded("plain");
    request.method = "PUT".into();
    assert_eq!(request.error(), ErrorCode::SignatureDoesNotMatch);
    let mut request = recorded("plain");
    request.headers.remove("Host");
    assert_eq!(request.error(), ErrorCode::SignatureDoesNotMatch);
}

#[test]
fn what_is_not_signed_may_change() {
    let mut request = recorded("plain");
    request.headers.insert("X-Forwarded-For".into(), "127.0.0.1".into());
    request.headers.insert("amz-sdk-request".into(), "attempt=2".into());
    assert_eq!(request.verify_at(signed_plus(0)), Ok(scope()));
}

#[test]
fn signatures_grow_old() {
    for (name, oldest) in [("plain", 15), ("token", 15), ("presigned", 15), ("iam_token", 15)] {
        let request = recorded(name);
        for minutes in [-5, 0, oldest] {
            assert_eq!(request.verify_at(signed_plus(minutes)), Ok(scope()), "{name} after {minutes} minutes");
        }
        for minutes in [-6, oldest + 1, 60 * 24 * 365] {
            let error = request.verify_at(signed_plus(minutes)).expect_err("out of time");
            assert_eq!((error.code, error.code.status()), (ErrorCode::RequestExpired, 400), "{name}: {minutes}");
        }
    }
    let error = recorded("plain").verify_at(signed_plus(16)).expect_err("out of time");
    assert_eq!(
        error.message,
        "Signature expired: 20260203T040506Z is now earlier than 20260203T040606Z (20260203T042106Z - 15 min.)"
    );
}

#[test]
fn an_unknown_key_is_told_apart_from_a_wrong_secret() {
    assert_eq!(recorded("plain").with("AKIDEXAMPLE", "AKIDOTHER").error(), ErrorCode::InvalidClientTokenId);
    let (method, uri, headers) = recorded("plain").parts();
    let body = recorded("plain").body;
    let request = SignedRequest { method: &method, uri: &uri, headers: &headers, body: body.as_bytes() };
    let error = verify(&request, signed_plus(0), |_| Some("another".into())).expect_err("a wrong secret");
    assert_eq!((error.code, error.code.status()), (ErrorCode::SignatureDoesNotMatch, 403));
    assert_eq!(ErrorCode::InvalidClientTokenId.status(), 403);
}

#[test]
fn an_unsigned_request_is_said_to_be_so() {
    let mut request = recorded("plain");
    request.headers.remove("Authorization");
    assert_eq!(request.error(), ErrorCode::MissingAuthenticationToken);
    assert_eq!(ErrorCode::MissingAuthenticationToken.status(), 403);
    let (_, uri, headers) = request.parts();
    assert_eq!(claimed_scope(&uri, &headers), None);
}

#[test]
fn half_a_signature_is_incomplete() {
    for (name, from, to) in [
        ("plain", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        ("plain", "AWS4-HMAC-SHA256", "Basic"),
        ("plain", "Credential=", "Credentiel="),
        ("plain", "SignedHeaders=", "SignedHeeders="),
        ("plain", "Signature=", "Signeture="),
        ("plain", "/aws4_request", ""),
        ("plain", "AKIDEXAMPLE/20260203", "20260203"),
        ("plain", "20260203T040506Z", "today"),
        ("plain", "20260203T040506Z", "2026-02-03T04:05:06Z"),
        ("plain", "20260203T040506Z", "20260203T0405006Z"),
        ("presigned", "X-Amz-Expires=900&", ""),
        ("presigned", "Expires=900", "Expires=0"),
        ("presigned", "Expires=900", "Expires=604801"),
        ("presigned", "Expires=900", "Expires=9223372036854775807"),
        ("presigned", "X-Amz-Date=20260203T040506Z", "X-Amz-Date="),
        ("presigned", "X-Amz-Algorithm=AWS4-HMAC-SHA256&", ""),
        ("presigned", "X-Amz-SignedHeaders=host", "x=y"),
    ] {
        let error = recorded(name).with(from, to).error();
        assert_eq!(error, ErrorCode::IncompleteSignature, "{name}: {from} -> {to}");
    }
    assert_eq!(ErrorCode::IncompleteSignature.status(), 400);
}

#[test]
fn a_claim_that_cannot_be_read_is_none() {
    let uri = Uri::from_static("/?X-Amz-Credential=%zz");
    assert_eq!(claimed_scope(&uri, &HeaderMap::new()), None);
    for value in [
        "",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b",
        "Bearer x",
        "AWS4-HMAC-SHA256 Credential=/1/2/3/aws4_request",
    ] {
        let headers = HeaderMap::from_iter([(http::header::AUTHORIZATION, value.parse().expect("a value"))]);
        assert_eq!(claimed_scope(&Uri::from_static("/"), &headers), None, "{value}");
    }
}
