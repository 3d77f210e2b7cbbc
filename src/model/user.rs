//! Users and user groups, as their owners made them. What an engine needs of them stands in the records of cache
//! clusters, see [`Access`](super::Access).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Authentication, Engine, Scope, TagSet};

/// A user. The one called `default` that every account has is no record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its identifier, in lower case.
    pub id: String,
    /// The name that it logs in by. Users in different groups may share one.
    pub name: String,
    /// Redis or Valkey.
    pub engine: Engine,
    /// How it proves who it is.
    pub authentication: Authentication,
    /// What it may do, in canonical form.
    pub access_string: String,
    /// When it was asked to be deleted. The record stays until no engine knows the user any more.
    pub deleted: Option<DateTime<Utc>>,
    /// The tags.
    pub tags: TagSet,
}

/// A user group: who may talk to the caches that it is attached to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UserGroup {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its identifier, in lower case.
    pub id: String,
    /// Redis or Valkey.
    pub engine: Engine,
    /// The ids of its users, `default` perhaps among them.
    pub user_ids: BTreeSet<String>,
    /// The users that it had before the last change, which are shown until all engines know the present ones.
    pub former_user_ids: Option<BTreeSet<String>>,
    /// When it was asked to be deleted.
    pub deleted: Option<DateTime<Utc>>,
    /// The tags.
    pub tags: TagSet,
}
