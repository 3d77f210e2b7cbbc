//! A cache subnet group.

use serde::{Deserialize, Serialize};

use super::TagSet;

/// A subnet group. There is no network behind it here: any well-formed subnet id is taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheSubnetGroup {
    /// Its name, in lower case.
    pub name: String,
    /// What its owner wrote about it.
    pub description: String,
    /// The subnets, in the order in which they were given.
    pub subnet_ids: Vec<String>,
    /// The tags.
    pub tags: TagSet,
}
