//! What a failed call to the daemon means.

use bollard::errors::Error;

use super::NAME;
use crate::backend::BackendError;

/// The status with which the daemon refused the call, if it answered at all.
pub(super) fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// The failure of `action` that has no meaning of its own. A daemon that does not answer is away: it may come back.
pub(super) fn failed(action: &str, error: &Error) -> BackendError {
    match error {
        Error::SocketNotFoundError(_)
        | Error::RequestTimeoutError
        | Error::IOError { .. }
        | Error::HyperResponseError { .. }
        | Error::HyperLegacyError { .. } => {
            BackendError::Unavailable { backend: NAME, reason: format!("{action}: {}", chain(error)) }
        }
        _ => BackendError::Failed { action: action.to_owned(), reason: message(error) },
    }
}

/// What the daemon said, without what the client puts around it.
pub(super) fn message(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message.clone(),
        other => chain(other),
    }
}

/// The error with what is behind it: the client's own errors say little more than that it could not connect.
pub(super) fn chain(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
