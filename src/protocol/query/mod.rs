//! A request's parameters into an [`Operation`].
//!
//! A parameter's name is a path: `Tags.Tag.2.Key` is the `Key` of the second `Tag` of the list `Tags`. The pairs are
//! kept as a flat list sorted by name, in which a path is a run of neighbours; the tree is never built, so an index
//! of four thousand million costs one entry, and a plain request costs no allocation for its names. See [`Node`].
//!
//! Rules that hold for every operation, so that no operation has to think of them:
//!
//! - An empty value is an absent one, because clients send `EngineVersion=` for a parameter they do not mean. The
//!   model marks the few members where an empty value says something.
//! - A required parameter that is absent, and a value of the wrong type, is `InvalidParameterValue`.
//! - A name that comes twice is refused, rather than one of its values silently dropped.
//! - Parameters the API does not know are ignored, as the API does: newer clients send them.
//!
//! What a value means, how long it may be and which go together is not decided here.

mod node;
mod parameters;
pub(super) mod scalar;

pub use node::{Decode, Node};
pub use parameters::{MAX_PARAMETERS, Parameters};

use super::{API_VERSION, AwsError, ErrorCode, Operation};

/// Decodes a request: the query string of its URI (without the `?`) and its body together, both form-encoded.
///
/// # Errors
///
/// `MalformedQueryString` and `InvalidQueryParameter` if the pairs cannot be read, `MissingAction`, `InvalidAction`
/// for an operation or version that does not exist, `InvalidParameterValue` for everything in the parameters.
pub fn decode_request(query: Option<&str>, body: &[u8]) -> Result<Operation, AwsError> {
    Parameters::parse(query, body)?.operation()
}

impl Parameters<'_> {
    /// The operation these parameters ask for.
    ///
    /// # Errors
    ///
    /// As [`decode_request`], but for the errors of reading the pairs.
    pub fn operation(&self) -> Result<Operation, AwsError> {
        let given = |name: &str| self.get(name).filter(|value| !value.is_empty());
        let action = given("Action")
            .ok_or_else(|| AwsError::new(ErrorCode::MissingAction, "The request must contain the parameter Action."))?;
        let version = given("Version").unwrap_or("NO_VERSION_SPECIFIED");
        let known = if version == API_VERSION { Operation::decode(action, self.root()) } else { None };
        known.unwrap_or_else(|| {
            let message = format!("Could not find operation {} for version {}", shown(action), shown(version));
            Err(AwsError::new(ErrorCode::InvalidAction, message))
        })
    }
}

/// The longest part of a client's value that an error message repeats, in characters.
const SHOWN: usize = 128;

/// A client's text as an error message repeats it.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}
