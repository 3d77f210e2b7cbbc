//! Tokens as AWS's signers make them are taken for what they say and nothing else.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::token::{Purpose, Secret, TokenError, verify};
use crate::{model::Scope, protocol::ErrorCode};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// What botocore's `RequestSigner.generate_presigned_url` made of the request in AWS's guide, at the time [`now`].
const OF_BOTOCORE: &str = "my-cache/?Action=connect&User=me&X-Amz-Algorithm=AWS4-HMAC-SHA256&\
    X-Amz-Credential=AKIDEXAMPLE%2F20260203%2Feu-central-1%2Felasticache%2Faws4_request&X-Amz-Date=20260203T040506Z&\
    X-Amz-Expires=900&X-Amz-SignedHeaders=host&\
    X-Amz-Signature=074fdbf1813a0bef5665f6d049ff3bd6960eb9c65e490692ec3d0f5807e4e50f";

/// The same with temporary credentials.
const OF_BOTOCORE_WITH_SESSION: &str = "my-cache/?Action=connect&User=me&X-Amz-Algorithm=AWS4-HMAC-SHA256&\
    X-Amz-Credential=AKIDEXAMPLE%2F20260203%2Feu-central-1%2Felasticache%2Faws4_request&X-Amz-Date=20260203T040506Z&\
    X-Amz-Expires=900&X-Amz-SignedHeaders=host&\
    X-Amz-Security-Token=FwoGZXIvYXdzEB%2F%2Ftoken%2Bwith%2Fsigns%3D%3D&\
    X-Amz-Signature=882126fdd78fd8897c8cd741d6d0657ada20d2a3246d35cc71749834aa3fa553";

fn now() -> DateTime<Utc> {
    "2026-02-03T04:05:06Z".parse().expect("a time")
}

fn scope() -> Scope {
    Scope::new("000000000000", "eu-central-1")
}

/// How a token is made.
#[derive(Clone, Copy)]
struct Signer<'s> {
    url: &'s str,
    key: &'s str,
    region: &'s str,
    service: &'s str,
    expires: u64,
    session_token: Option<&'s str>,
    headers: &'s [(&'s str, &'s str)],
}

const SIGNER: Signer<'_> = Signer {
    url: "http://my-cache/?Action=connect&User=me",
    key: KEY,
    region: "eu-central-1",
    service: "elasticache",
    expires: 900,
    session_token: None,
    headers: &[],
};

impl Signer<'_> {
    /// The token that the official SDK's signer makes.
    fn token(self) -> String {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(self.expires));
        let token = self.session_token.map(str::to_owned);
        let identity = Credentials::new(self.key, SECRET, token, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(SystemTime::from(now()))
            .settings(settings)
            .build()
            .expect("everything was said")
            .into();
        let request = SignableRequest::new("GET", self.url, self.headers.iter().copied(), SignableBody::Bytes(b""));
        let (instructions, _) = sign(request.expect("a request"), &params).expect("signed").into_parts();
        let mut request = http::Request::get(self.url).body(()).expect("a request");
        instructions.apply_to_request_http1x(&mut request);
        request.uri().to_string().trim_start_matches("http://").to_owned()
    }
}

fn verify_at(token: &str, minutes: i64) -> Result<String, TokenError> {
    let scope = scope();
    let purpose = Purpose { scope: &scope, cache_id: "my-cache", is_serverless: false, user_id: "me" };
    let secret_of = |key: &str| if key == KEY { Secret::Known(SECRET.to_owned()) } else { Secret::Refused };
    verify(token, &purpose, now() + TimeDelta::minutes(minutes), secret_of)
}

#[test]
fn tokens_of_signers_hold() {
    for token in [
        OF_BOTOCORE.to_owned(),
        OF_BOTOCORE_WITH_SESSION.to_owned(),
        SIGNER.token(),
        Signer { expires: 1, ..SIGNER }.token(),
        Signer { url: "http://my-cache/?Action=connect&User=Me", ..SIGNER }.token(),
        Signer { session_token: Some("FwoGZXIvYXdzEB//token+with/signs=="), ..SIGNER }.token(),
        // The same in other words.
        OF_BOTOCORE.replace("%2F", "%2f"),
        OF_BOTOCORE.replace("User=me", "User=%6De"),
        OF_BOTOCORE.replace("Action=connect&User=me", "User=me&Action=connect"),
    ] {
        assert_eq!(verify_at(&token, 0).as_deref(), Ok(KEY), "{token}");
    }
}

#[test]
fn tokens_hold_for_their_time_only() {
    for minutes in [-5, 0, 15] {
        assert_eq!(verify_at(OF_BOTOCORE, minutes).as_deref(), Ok(KEY), "{minutes}");
    }
    for minutes in [-6, 16, 60 * 24 * 365] {
        assert_eq!(verify_at(OF_BOTOCORE, minutes), Err(TokenError::Signature(ErrorCode::RequestExpired)), "{minutes}");
    }
    assert_eq!(verify_at(&Signer { expires: 60, ..SIGNER }.token(), 2), expired());
    assert_eq!(verify_at(&Signer { expires: 901, ..SIGNER }.token(), 0), Err(TokenError::TooLong));
}

fn expired() -> Result<String, TokenError> {
    Err(TokenError::Signature(ErrorCode::RequestExpired))
}

#[test]
fn tokens_for_something_else_are_no_good() {
    use TokenError::{
        Malformed, OtherAction, OtherCache, OtherHeaders, OtherResourceType, OtherScope, OtherUser, Signature,
        UnknownKey,
    };
    let url = |url| Signer { url, ..SIGNER };
    for (signer, error) in [
        (url("http://my-cachf/?Action=connect&User=me"), OtherCache),
        (url("http://My-Cache/?Action=connect&User=me"), OtherCache),
        (url("http://my-cache:6379/?Action=connect&User=me"), OtherCache),
        (url("http://my-cache/x/?Action=connect&User=me"), OtherCache),
        (url("http://my-cache/x?Action=connect&User=me"), Malformed),
        (url("http://my-cache/?Action=Connect&User=me"), OtherAction),
        (url("http://my-cache/?User=me"), OtherAction),
        (url("http://my-cache/?Action=connect"), OtherUser),
        (url("http://my-cache/?Action=connect&User=you"), OtherUser),
        (url("http://my-cache/?Action=connect&User=me&ResourceType=ServerlessCache"), OtherResourceType),
        (url("http://my-cache/?Action=connect&User=me&User=me"), Malformed),
        (Signer { region: "eu-central-2", ..SIGNER }, OtherScope),
        (Signer { key: "111111111111", ..SIGNER }, OtherScope),
        (Signer { key: "AKIDOTHER", ..SIGNER }, UnknownKey),
        (Signer { service: "memorydb", ..SIGNER }, Signature(ErrorCode::SignatureDoesNotMatch)),
        (Signer { headers: &[("x-more", "1")], ..SIGNER }, OtherHeaders),
    ] {
        assert_eq!(verify_at(&signer.token(), 0), Err(error), "{}", signer.url);
    }
}

#[test]
fn tokens_of_serverless_caches_say_so() {
    let scope = scope();
    let purpose = Purpose { scope: &scope, cache_id: "my-cache", is_serverless: true, user_id: "me" };
    let verified = |url: &str| {
        let token = Signer { url, ..SIGNER }.token();
        verify(&token, &purpose, now(), |_| Secret::Known(SECRET.to_owned()))
    };
    let url = "http://my-cache/?Action=connect&User=me";
    assert_eq!(verified(&format!("{url}&ResourceType=ServerlessCache")).as_deref(), Ok(KEY));
    for wrong in ["", "&ResourceType=", "&ResourceType=serverlesscache", "&ResourceType=ReplicationGroup"] {
        assert_eq!(verified(&format!("{url}{wrong}")), Err(TokenError::OtherResourceType), "{wrong}");
    }
}

#[test]
fn what_was_changed_is_no_good() {
    let not_matching = TokenError::Signature(ErrorCode::SignatureDoesNotMatch);
    let incomplete = TokenError::Signature(ErrorCode::IncompleteSignature);
    let unsigned = TokenError::Signature(ErrorCode::MissingAuthenticationToken);
    for (from, to, error) in [
        ("Signature=07", "Signature=08", not_matching),
        ("Signature=07", "Signature=", not_matching),
        ("Expires=900", "Expires=899", not_matching),
        ("20260203T040506Z", "20260203T040507Z", not_matching),
        ("&User=me", "&User=me&x=y", not_matching),
        ("X-Amz-Expires=900", "X%2DAmz-Expires=900", not_matching),
        ("X-Amz-Expires=900", "X-Amz-Expires=900&X%2DAmz-Expires=900", TokenError::Malformed),
        ("X-Amz-Expires=900", "X-Amz-Expires=900&X-Amz-Expires=900", TokenError::Malformed),
        ("X-Amz-Expires=900", "X-Amz-Expires=-900", incomplete),
        ("X-Amz-Expires=900&", "", incomplete),
        ("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm=none", incomplete),
        ("X-Amz-", "X-Other-", unsigned),
        ("AWS4-HMAC-SHA256&", "AWS4-HMAC-SHA256&X-Amz-Security-Token=x&", not_matching),
        ("=host", "=", incomplete),
        ("=host", "=host;x", TokenError::OtherHeaders),
        ("User=me", "User=%", TokenError::Malformed),
        ("User=me", "User= me", TokenError::Malformed),
        ("my-cache", "http://my-cache", TokenError::OtherCache),
        ("my-cache", "", TokenError::OtherCache),
        ("my-cache/?", "", TokenError::Malformed),
    ] {
        let changed = OF_BOTOCORE.replace(from, to);
        assert_ne!(changed, OF_BOTOCORE, "{from} is in the token");
        assert_eq!(verify_at(&changed, 0), Err(error), "{from} -> {to}");
    }
}

#[test]
fn without_the_secret_everything_else_is_checked() {
    let scope = scope();
    let purpose = Purpose { scope: &scope, cache_id: "my-cache", is_serverless: false, user_id: "me" };
    let verify_at =
        |token: &str, minutes| verify(token, &purpose, now() + TimeDelta::minutes(minutes), |_| Secret::Unchecked);
    assert_eq!(verify_at(OF_BOTOCORE, 0).as_deref(), Ok(KEY));
    assert_eq!(verify_at(&OF_BOTOCORE.replace("Signature=07", "Signature=08"), 0).as_deref(), Ok(KEY));
    assert_eq!(verify_at(OF_BOTOCORE, 16), expired());
    assert_eq!(verify_at(&OF_BOTOCORE.replace("User=me", "User=you"), 0), Err(TokenError::OtherUser));
    assert_eq!(verify_at(&OF_BOTOCORE.replace("Expires=900", "Expires=901"), 0), Err(TokenError::TooLong));
    let other_service = OF_BOTOCORE.replace("%2Felasticache", "%2Fmemorydb");
    assert_eq!(verify_at(&other_service, 0), Err(TokenError::Signature(ErrorCode::SignatureDoesNotMatch)));
}

proptest! {
    #[test]
    fn nothing_that_a_client_can_send_is_a_token_or_a_panic(
        text in "\\PC{0,300}", query in "[A-Za-z0-9%&=+/?#:. -]{0,300}", at in 0..OF_BOTOCORE.len(), byte in 0u8..128,
    ) {
        let any_query = format!("my-cache/?{query}");
        let any_signature = format!("my-cache/?Action=connect&User=me&{query}");
        for token in [&text, &any_query, &any_signature, &OF_BOTOCORE[..at]] {
            prop_assert!(verify_at(token, 0).is_err());
        }
        let mut changed = OF_BOTOCORE.as_bytes().to_vec();
        changed[at] = byte;
        let changed = String::from_utf8(changed).expect("text");
        // Letter case means nothing in the user's name, nor in an escape.
        prop_assert!(verify_at(&changed, 0).is_err() || changed.eq_ignore_ascii_case(OF_BOTOCORE));
    }
}
