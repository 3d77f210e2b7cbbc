//! What Application Auto Scaling refuses, with its codes.

use crate::{
    model::{ScalableDimension, tags::TagError},
    protocol::AwsError,
    store::StorageError,
};

/// An error as clients of Application Auto Scaling see it. The texts are ours where none is known.
#[derive(Debug, thiserror::Error)]
pub enum AutoscalingError {
    /// The header names no operation that there is.
    #[error("There is no operation {0}.")]
    UnknownOperation(String),
    /// The body is no input of the operation.
    #[error("The request is not understood: {0}.")]
    Unreadable(#[from] serde_json::Error),
    /// An input breaks a rule.
    #[error("{0}")]
    Validation(String),
    /// There is no such scalable target.
    #[error(
        "No scalable target registered for service namespace: elasticache, resource ID: {resource_id}, scalable \
         dimension: {dimension}"
    )]
    NoTarget {
        /// The resource.
        resource_id: String,
        /// The dimension.
        dimension: ScalableDimension,
    },
    /// There is no such policy or scheduled action on the target.
    #[error("No {what} named {name} found for resource ID: {resource_id}, scalable dimension: {dimension}")]
    NotOnTarget {
        /// What was looked for.
        what: &'static str,
        /// Under which name.
        name: String,
        /// On which resource.
        resource_id: String,
        /// On which dimension.
        dimension: ScalableDimension,
    },
    /// No scalable target has this ARN.
    #[error("Resource not found: {0}")]
    NoResource(String),
    /// There would be more of something than there may be.
    #[error("{0}")]
    Limit(String),
    /// The token is none of ours.
    #[error("The next token is not valid.")]
    NextToken,
    /// There would be more tags than a target may have.
    #[error("{0}")]
    TooManyTags(TagError),
    /// An operation of `ElastiCache` could not be carried out, through no fault of who asked for it.
    #[error("the group could not be changed now: {}", .0.message)]
    NotNow(AwsError),
    /// The records could not be changed. What is wrong is for the log.
    #[error("The server could not keep what was asked for.")]
    Storage(#[from] StorageError),
}

impl AutoscalingError {
    /// A rule that an input breaks.
    pub(super) fn invalid(message: impl std::fmt::Display) -> Self {
        Self::Validation(message.to_string())
    }

    /// The code on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownOperation(_) => "UnknownOperationException",
            Self::Unreadable(error) if error.is_syntax() || error.is_eof() => "SerializationException",
            Self::Unreadable(_) | Self::Validation(_) => "ValidationException",
            Self::NoTarget { .. } | Self::NotOnTarget { .. } => "ObjectNotFoundException",
            Self::NoResource(_) => "ResourceNotFoundException",
            Self::Limit(_) => "LimitExceededException",
            Self::NextToken => "InvalidNextTokenException",
            Self::TooManyTags(_) => "TooManyTagsException",
            Self::NotNow(_) | Self::Storage(_) => "InternalServiceException",
        }
    }

    /// Whether the server is to blame.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::NotNow(_) | Self::Storage(_))
    }
}

impl From<TagError> for AutoscalingError {
    fn from(error: TagError) -> Self {
        match error {
            TagError::Quota => Self::TooManyTags(error),
            _ => Self::invalid(error),
        }
    }
}
