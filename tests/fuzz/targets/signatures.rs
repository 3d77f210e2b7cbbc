//! Signatures in headers and in the query string: nothing but the very request that was signed is let in.

use cachette::protocol::sigv4::{SERVICE, SignedRequest, claimed_scope, verify};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

/// The secret that the seeds are signed with.
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// When they were, in seconds since 1970: 2026-02-03T04:05:06Z.
const SIGNED: i64 = 1_770_091_506;

/// `input` is a request as HTTP writes it, its lines ended by LF alone.
pub fn check(input: &[u8]) {
    is_let_in(input);
}

/// Whether the request is let in.
pub fn is_let_in(input: &[u8]) -> bool {
    let Some(request) = Request::read(input) else { return false };
    let claimed = claimed_scope(&request.uri, &request.headers);
    let now = DateTime::<Utc>::from_timestamp(SIGNED, 0).expect("a time");
    let verified = |body: &[u8], now, secret: Option<&str>| {
        let Request { method, uri, headers, .. } = &request;
        verify(&SignedRequest { method, uri, headers, body }, now, |_| secret.map(str::to_owned))
    };

    assert!(verified(request.body, now, None).is_err(), "without a secret");
    assert!(verified(request.body, now, Some("another")).is_err(), "with another secret");
    let scope = match verified(request.body, now, Some(SECRET)) {
        Ok(scope) => scope,
        Err(error) => {
            assert!(error.code.status() < 500, "a request is never the server's fault: {error}");
            return false;
        }
    };
    assert_eq!(scope.service, SERVICE);
    assert_eq!(Some(scope), claimed);
    let changed = [request.body, b"x"].concat();
    assert!(verified(&changed, now, Some(SECRET)).is_err(), "with another body");
    // No signature lives longer than a week.
    for days in [-8, 8] {
        assert!(verified(request.body, now + TimeDelta::days(days), Some(SECRET)).is_err(), "{days} days later");
    }
    true
}

struct Request<'r> {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: &'r [u8],
}

impl<'r> Request<'r> {
    /// The request, if hyper would let it through.
    fn read(input: &'r [u8]) -> Option<Self> {
        let end = input.windows(2).position(|window| window == b"\n\n")?;
        let (head, body) = (&input[..end], &input[end + 2..]);
        let mut lines = head.split(|byte| *byte == b'\n');
        let mut words = lines.next()?.split(|byte| *byte == b' ');
        let (method, uri) = (Method::from_bytes(words.next()?).ok()?, Uri::try_from(words.next()?).ok()?);
        let mut headers = HeaderMap::new();
        for line in lines {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            headers.append(name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?);
        }
        Some(Self { method, uri, headers, body })
    }
}
