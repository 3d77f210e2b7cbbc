//! What is to be there from the start: operations in a file, each carried out once, as if somebody had asked for it.
//!
//! An init has three parts. The files are read and checked against the API's model, everything before anything is done.
//! Then the entries are rehearsed: carried out on a copy of the records that no engine follows, so that what an operation
//! refuses is known before the first one is created. Both end the start when something is wrong. At last, once the server
//! serves, they are carried out one after the other; one that has to wait for an earlier one is asked again until it can
//! be done. Each is noted in the records when it is done, so the next start passes over it, whatever has become of it since.
//!
//! Nothing here knows what an operation does, and nothing waits for engines beyond what operations themselves demand.

mod document;
mod environment;
mod file;
mod parameters;
mod progress;
mod readiness;
mod rehearsal;
mod run;

pub use environment::{Environment, EnvironmentError, escaped};
pub use file::{Entry, Place, ReadError};
pub use progress::{Progress, State};
pub use readiness::{Missing, missing};
pub use run::Run;

use std::path::Path;

use crate::{
    model::Scope,
    protocol::{AwsError, ErrorCode},
    store::StorageError,
};

/// Why the server does not start with this init.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The files are wrong.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An operation refuses what an entry asks for.
    #[error("{place}: {operation}: {refusal}")]
    Refused {
        /// The entry.
        place: Place,
        /// The operation.
        operation: &'static str,
        /// What it says.
        refusal: AwsError,
    },
    /// Two entries create the same thing.
    #[error("{place}: {operation}: an entry before this one creates it already: {refusal}")]
    Twice {
        /// The second entry.
        place: Place,
        /// The operation.
        operation: &'static str,
        /// What it says.
        refusal: AwsError,
    },
    /// There is no copy of the records to rehearse on.
    #[error(transparent)]
    Store(#[from] StorageError),
}

/// Entries that are to be carried out.
#[derive(Debug, Default)]
pub struct Init {
    entries: Vec<Entry>,
}

impl Init {
    /// Reads a file, or the files of a folder. What they do not say otherwise is for `scope`.
    ///
    /// # Errors
    /// When anything in them is wrong.
    pub fn read(path: &Path, scope: &Scope, environment: &Environment) -> Result<Self, ReadError> {
        Ok(Self { entries: file::read(path, scope, environment)? })
    }

    /// The progress of this init, which nobody has begun yet.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress::of(self.entries.len())
    }
}

/// What a refusal says about an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// What it creates is there.
    There,
    /// It can be done later, when something else has come to rest.
    Later,
    /// It names what is not there.
    NotFound,
    /// It cannot be done.
    Never,
}

impl Verdict {
    fn of(operation: &str, code: ErrorCode) -> Self {
        let word = code.as_str();
        let word = word.strip_suffix("Fault").unwrap_or(word);
        if let Some(taken) = word.strip_suffix("AlreadyExists") {
            // A group whose member's name is taken is not there.
            if taken == created_by(operation) { Self::There } else { Self::Never }
        } else if word.starts_with("Invalid") && word.ends_with("State") {
            Self::Later
        } else if matches!(code, ErrorCode::InternalFailure | ErrorCode::ServiceUnavailable) {
            // A full disk, or a service that is about to come up.
            Self::Later
        } else if word.ends_with("NotFound") {
            Self::NotFound
        } else {
            Self::Never
        }
    }
}

/// What an operation creates, as refusals name it.
fn created_by(operation: &str) -> &str {
    match operation {
        "AuthorizeCacheSecurityGroupIngress" => "Authorization",
        "PurchaseReservedCacheNodesOffering" => "ReservedCacheNode",
        _ => operation.strip_prefix("Create").or_else(|| operation.strip_prefix("Copy")).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_tell_what_to_do() {
        for (operation, code, verdict) in [
            ("CreateCacheCluster", ErrorCode::CacheClusterAlreadyExists, Verdict::There),
            ("CreateReplicationGroup", ErrorCode::CacheClusterAlreadyExists, Verdict::Never),
            ("CreateServerlessCache", ErrorCode::ServerlessCacheAlreadyExists, Verdict::There),
            ("CopySnapshot", ErrorCode::SnapshotAlreadyExists, Verdict::There),
            ("PurchaseReservedCacheNodesOffering", ErrorCode::ReservedCacheNodeAlreadyExists, Verdict::There),
            ("ModifyReplicationGroup", ErrorCode::InvalidReplicationGroupState, Verdict::Later),
            ("ModifyServerlessCache", ErrorCode::InvalidServerlessCacheState, Verdict::Later),
            ("CreateSnapshot", ErrorCode::CacheClusterNotFound, Verdict::NotFound),
            ("CreateCacheCluster", ErrorCode::SnapshotNotFound, Verdict::NotFound),
            ("CreateCacheCluster", ErrorCode::InvalidParameterValue, Verdict::Never),
            ("StartMigration", ErrorCode::ReplicationGroupAlreadyUnderMigration, Verdict::Never),
        ] {
            assert_eq!(Verdict::of(operation, code), verdict, "{operation}: {code}");
        }
    }
}
