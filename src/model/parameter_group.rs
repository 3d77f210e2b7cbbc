//! A cache parameter group that a user made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::TagSet;

/// A parameter group: a family and the values that differ from its defaults. The default groups are not stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheParameterGroup {
    /// Its name, in lower case.
    pub name: String,
    /// The family, such as `redis7`.
    pub family: String,
    /// What its owner wrote about it.
    pub description: String,
    /// The values that were set, by parameter name; a value equal to the default counts as set.
    pub values: BTreeMap<String, String>,
    /// The tags.
    pub tags: TagSet,
    /// The global datastore that it was made for. Each of that one's members has a group of this name, with the same values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global_replication_group_id: Option<String>,
}
