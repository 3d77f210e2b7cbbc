//! Operations that are known and not built yet. What can be said about a request without them is said first, so that a
//! client's mistake is told apart from what the server lacks; no record is read or written.

use super::errors;
use crate::{
    model::identifier::IdentifierKind,
    protocol::{AwsError, Output},
};

/// Refuses an operation that would make a resource called `id`.
pub(super) fn new_resource(operation: &str, kind: IdentifierKind, id: &str) -> Result<Output, AwsError> {
    kind.canonical(id).map_err(errors::invalid_value)?;
    Err(errors::not_supported_yet(operation))
}
