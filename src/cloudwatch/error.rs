//! What is wrong with a request, by `CloudWatch`'s names.

/// The codes that are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Parameters that cannot be together.
    InvalidParameterCombination,
    /// A value that cannot be.
    InvalidParameterValue,
    /// A parameter that has to be there.
    MissingParameter,
    /// A token that was not given out.
    InvalidNextToken,
    /// Something that is not supported, and other mistakes that have no code of their own.
    ValidationError,
    /// What was sent cannot be read.
    Serialization,
    /// There is no such operation here.
    InvalidAction,
    /// One of those that are told before it is known what is asked for: by `ElastiCache`'s code, and its status.
    Refused(crate::protocol::ErrorCode),
}

impl Code {
    /// The code as the query protocol names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidParameterCombination => "InvalidParameterCombination",
            Self::InvalidParameterValue => "InvalidParameterValue",
            Self::MissingParameter => "MissingParameter",
            Self::InvalidNextToken => "InvalidNextToken",
            Self::ValidationError => "ValidationError",
            Self::Serialization => "SerializationException",
            Self::InvalidAction => "InvalidAction",
            Self::Refused(code) => code.as_str(),
        }
    }

    /// The name of the shape, which is what the newer protocols tell.
    #[must_use]
    pub fn shape(self) -> &'static str {
        match self {
            Self::InvalidParameterCombination => "InvalidParameterCombinationException",
            Self::InvalidParameterValue => "InvalidParameterValueException",
            Self::MissingParameter => "MissingRequiredParameterException",
            Self::InvalidAction => "UnknownOperationException",
            other => other.as_str(),
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Refused(code) => code.status(),
            _ => 400,
        }
    }
}

/// What is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub struct Error {
    /// The code.
    pub code: Code,
    /// What the client reads.
    pub message: String,
}

impl Error {
    /// An error with this code and message.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A parameter without which nothing can be done.
    pub(super) fn missing(name: &str) -> Self {
        Self::new(Code::MissingParameter, format!("The parameter {name} is required."))
    }

    /// A value that cannot be.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidParameterValue, message)
    }

    /// Something that is not there yet.
    pub(super) fn unsupported(what: &str) -> Self {
        Self::new(Code::ValidationError, format!("Cachette does not support {what} yet."))
    }
}

impl From<crate::protocol::AwsError> for Error {
    fn from(error: crate::protocol::AwsError) -> Self {
        Self::new(Code::Refused(error.code), error.message)
    }
}
