//! A node group, which the user guide also calls a shard: one engine that takes writes, and those that copy it.

use serde::{Deserialize, Serialize};

use super::{EngineRef, EngineRole, SlotSet};

/// A node group's id: one to four digits. Those that the server chooses are `0001`, `0002`, ...
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeGroupId(String);

impl NodeGroupId {
    /// The id with this number, counted from one.
    #[must_use]
    pub fn new(number: u16) -> Self {
        Self(format!("{number:04}"))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number that the digits stand for.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.0.parse().unwrap_or_default()
    }
}

impl std::fmt::Display for NodeGroupId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no node group id: one to four digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no node group id: one to four digits")]
pub struct InvalidNodeGroupId(String);

impl std::str::FromStr for NodeGroupId {
    type Err = InvalidNodeGroupId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(InvalidNodeGroupId(text.to_owned())) }
    }
}

impl TryFrom<String> for NodeGroupId {
    type Error = InvalidNodeGroupId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<NodeGroupId> for String {
    fn from(id: NodeGroupId) -> Self {
        id.0
    }
}

/// One shard of a replication group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGroup {
    /// The slots that its engines own, as they are on the engines; empty when cluster mode is disabled.
    pub slots: SlotSet,
    /// The engine that takes writes, or that is to take them once it runs.
    pub primary: EngineRef,
    /// The cache clusters in it, in the order in which they are shown: the first primary, then the replicas as they were
    /// added. A member stays until nothing of it is left.
    pub members: Vec<String>,
    /// A change of the primary that somebody asked for.
    pub promotion: Option<Promotion>,
    /// It is to go once its slots are with others.
    pub leaving: bool,
}

impl NodeGroup {
    /// Whether an engine of the shard with this role has what the primary has: it copies the primary, or, in cluster mode,
    /// the same engine in another region as the primary does.
    #[must_use]
    pub fn is_copy(&self, engine: &EngineRef, role: &EngineRole) -> bool {
        role.follows(&self.primary) || matches!(role, EngineRole::Secondary { .. }) && *engine != self.primary
    }
}

/// A change of the primary that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// The member to promote; `None` for the replica that lags least.
    pub to: Option<String>,
    /// Whether the old primary is replaced by a new engine afterwards, as `TestFailover` does.
    pub replaces_primary: bool,
}
