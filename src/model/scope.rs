//! Whose resource it is, and where: the pair that separates one user's resources from another's.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An account in a region. Resources of different scopes never see each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The twelve-digit account id.
    pub account: String,
    /// The region's name, such as `us-east-1`.
    pub region: String,
}

impl Scope {
    /// The scope of `account` in `region`.
    pub fn new(account: impl Into<String>, region: impl Into<String>) -> Self {
        Self { account: account.into(), region: region.into() }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}
