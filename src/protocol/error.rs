//! The error a client sees: a code of the API, and a message written for the client.
//!
//! What went wrong inside the server (a path, a socket, a source) must not be put here: it belongs in the log.

use super::ErrorCode;

/// Whose fault an error is, as the `Type` of the error document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request was wrong: every status below 500.
    Sender,
    /// The server failed: every status from 500.
    Receiver,
}

impl Fault {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "Sender",
            Self::Receiver => "Receiver",
        }
    }
}

impl ErrorCode {
    /// Whose fault an error of this code is.
    #[must_use]
    pub fn fault(self) -> Fault {
        if self.status() < 500 { Fault::Sender } else { Fault::Receiver }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error as the client sees it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// The code of the API, which also settles the HTTP status.
    pub code: ErrorCode,
    /// What the client reads. Never a secret, never a detail of this machine.
    pub message: String,
}

impl AwsError {
    /// An error with this code and message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A parameter whose value cannot be accepted.
    pub(crate) fn invalid_value(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameterValue, message)
    }

    /// A required parameter that is absent or empty; `ElastiCache` answers so, and not with `MissingParameter`.
    pub(crate) fn must_be_provided(path: &str) -> Self {
        Self::invalid_value(format!("The parameter {path} must be provided."))
    }
}
