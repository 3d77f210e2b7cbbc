//! Form-encoded bytes into a flat list of pairs, sorted by name.
//!
//! Strict where leniency would hide a mistake: an escape that is none, bytes that are no UTF-8 and a name that comes
//! twice are errors. No pair is dropped.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::{Node, shown};
use crate::protocol::{AwsError, ErrorCode};

/// The most parameters a request may carry. The largest request the API's limits allow (a replication group of 500
/// shards with everything spelled out) needs some six thousand.
pub const MAX_PARAMETERS: usize = 10_000;

/// A name and its value, decoded; borrowed from the request where nothing had to be decoded.
pub(super) type Pair<'r> = (Cow<'r, str>, Cow<'r, str>);

/// The parameters of a request, in the order of their names' bytes, each name once.
pub struct Parameters<'r> {
    pairs: Vec<Pair<'r>>,
}

impl<'r> Parameters<'r> {
    /// Reads the query string (without the `?`) and the body.
    ///
    /// # Errors
    ///
    /// `MalformedQueryString` for a bad escape or bytes that are no UTF-8, `InvalidQueryParameter` for a name that
    /// comes twice and for more than [`MAX_PARAMETERS`].
    pub fn parse(query: Option<&'r str>, body: &'r [u8]) -> Result<Self, AwsError> {
        let mut pairs = Vec::with_capacity(16);
        read_pairs(query.unwrap_or_default().as_bytes(), &mut pairs)?;
        read_pairs(body, &mut pairs)?;
        Self::sorted(pairs)
    }

    /// The parameters of these names and values, which come from somewhere else than a request.
    ///
    /// # Errors
    ///
    /// `InvalidQueryParameter` as [`Parameters::parse`].
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, AwsError> {
        Self::sorted(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    fn sorted(mut pairs: Vec<Pair<'r>>) -> Result<Self, AwsError> {
        if pairs.len() > MAX_PARAMETERS {
            return Err(too_many());
        }
        pairs.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        if let Some(twice) = pairs.windows(2).find(|two| two[0].0 == two[1].0) {
            let message = format!("The parameter {} is given more than once.", shown(&twice[0].0));
            return Err(AwsError::new(ErrorCode::InvalidQueryParameter, message));
        }
        Ok(Self { pairs })
    }

    /// The value of a name, if it was given at all.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.pairs.binary_search_by(|(key, _)| key.as_ref().cmp(name)).ok()?;
        Some(&self.pairs[at].1)
    }

    /// All names with their values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// The whole list as the root of the paths.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node::root(&self.pairs)
    }
}

fn read_pairs<'r>(form: &'r [u8], pairs: &mut Vec<Pair<'r>>) -> Result<(), AwsError> {
    let mut rest = form;
    while !rest.is_empty() {
        let end = memchr::memchr(b'&', rest).unwrap_or(rest.len());
        let pair = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if pair.is_empty() {
            continue;
        }
        if pairs.len() == MAX_PARAMETERS {
            return Err(too_many());
        }
        let (name, value) = match memchr::memchr(b'=', pair) {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &b""[..]),
        };
        pairs.push((decode(name)?, decode(value)?));
    }
    Ok(())
}

/// Undoes `+` and `%XX`; a value without them is borrowed.
fn decode(encoded: &[u8]) -> Result<Cow<'_, str>, AwsError> {
    if memchr::memchr2(b'%', b'+', encoded).is_none() {
        return std::str::from_utf8(encoded).map(Cow::Borrowed).map_err(|_| not_utf8());
    }
    if let Some(at) = memchr::memchr_iter(b'%', encoded).find(|&at| !is_escape(&encoded[at..])) {
        let escape = String::from_utf8_lossy(&encoded[at..encoded.len().min(at + 3)]);
        return Err(malformed(format!("The query string contains {escape:?}, which is not a percent-escape.")));
    }
    let mut spaced = Cow::Borrowed(encoded);
    if memchr::memchr(b'+', encoded).is_some() {
        for byte in spaced.to_mut().iter_mut().filter(|byte| **byte == b'+') {
            *byte = b' ';
        }
    }
    String::from_utf8(percent_decode(&spaced).collect()).map(Cow::Owned).map_err(|_| not_utf8())
}

fn is_escape(at: &[u8]) -> bool {
    matches!(at, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

fn too_many() -> AwsError {
    let message = format!("A request may carry at most {MAX_PARAMETERS} parameters.");
    AwsError::new(ErrorCode::InvalidQueryParameter, message)
}

fn not_utf8() -> AwsError {
    malformed("The query string is not valid UTF-8.".to_owned())
}

fn malformed(message: String) -> AwsError {
    AwsError::new(ErrorCode::MalformedQueryString, message)
}
