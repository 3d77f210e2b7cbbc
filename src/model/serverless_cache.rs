//! A serverless cache: an endpoint whose engines nobody sees. They are a replication group, or for Memcached a cache
//! cluster, of a scope of their own, so that no operation on those finds them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Engine, EngineVersion, Scope, SnapshotFile, TagSet};

/// A serverless cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerlessCache {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its name, in lower case.
    pub name: String,
    /// Tells this cache from another one that had the same name before or will have it later.
    pub uid: String,
    /// The engine.
    pub engine: Engine,
    /// The full version of the engine.
    pub engine_version: EngineVersion,
    /// When it was asked for.
    pub requested: DateTime<Utc>,
    /// When it was asked to be deleted.
    pub deleted: Option<DateTime<Utc>>,
    /// The user group that says who may talk to it.
    pub user_group_id: Option<String>,
    /// The tags.
    pub tags: TagSet,
}

/// A snapshot of a serverless cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerlessSnapshot {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its name, in lower case.
    pub name: String,
    /// Tells this snapshot from another one that had the same name before or will have it later.
    pub uid: String,
    /// When it was asked for.
    pub requested: DateTime<Utc>,
    /// When it was asked to be deleted.
    pub deleted: Option<DateTime<Utc>>,
    /// The data, once they are written.
    pub files: Vec<SnapshotFile>,
    /// The tags.
    pub tags: TagSet,
}

impl Scope {
    /// Where the engines of this scope's serverless caches have their records. No request can name it: an account has
    /// digits only.
    #[must_use]
    pub fn behind_serverless(&self) -> Self {
        Self::new(format!("{}-serverless", self.account), &self.region)
    }

    /// The scope whose serverless caches have their engines here, if this is such a scope.
    #[must_use]
    pub fn before_serverless(&self) -> Option<Self> {
        self.account.strip_suffix("-serverless").map(|account| Self::new(account, &self.region))
    }
}
