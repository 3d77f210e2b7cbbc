//! A global datastore: replication groups of several regions that hold the same data.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Scope;

/// A global replication group. Its record belongs to no region, see [`Scope::everywhere`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalReplicationGroup {
    /// Whose it is.
    pub scope: Scope,
    /// Its identifier: five letters that tell the region it was made in, a hyphen and the suffix.
    pub id: String,
    /// What its owner says about it.
    pub description: Option<String>,
    /// When it was asked for.
    pub requested: DateTime<Utc>,
    /// When it was asked to be deleted.
    pub deleted: Option<DateTime<Utc>>,
    /// The region of the member that takes writes.
    pub primary_region: String,
    /// The member of each region.
    pub members: BTreeMap<String, GlobalMember>,
}

/// A replication group as a member of a global datastore.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalMember {
    /// The group's identifier.
    pub replication_group_id: String,
}

impl Scope {
    /// Where the records are that an account's regions share.
    #[must_use]
    pub fn everywhere(&self) -> Self {
        Self::new(&self.account, "")
    }
}
