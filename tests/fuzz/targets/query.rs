//! The body of a request into an operation: the order of its parameters, and whether they stand in the query string or
//! the body, make no difference.

use cachette::protocol::query::decode_request;

/// `input` is a body.
pub fn check(input: &[u8]) {
    let decoded = decode_request(None, input);
    if let Err(error) = &decoded {
        assert!(error.code.status() < 500, "a request is never the server's fault: {error}");
    }

    let mut pairs: Vec<_> = input.split(|byte| *byte == b'&').collect();
    pairs.reverse();
    let reversed = decode_request(None, &pairs.join(&b'&'));
    let half = pairs.len() / 2;
    let (body, query) = (pairs[..half].join(&b'&'), pairs[half..].join(&b'&'));
    match decoded {
        Ok(operation) => {
            assert_eq!(reversed, Ok(operation.clone()), "the other way round");
            let query = str::from_utf8(&query).expect("what was decoded is UTF-8");
            assert_eq!(decode_request(Some(query), &body), Ok(operation), "in two halves");
        }
        Err(_) => assert!(reversed.is_err(), "the other way round it is understood: {reversed:?}"),
    }
}
