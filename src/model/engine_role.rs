//! What an engine is among the engines of a shard.

use serde::{Deserialize, Serialize};

use super::CustomerNode;

/// Names one incarnation of the engine of a replication group's member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EngineRef {
    /// The member.
    pub cache_cluster_id: String,
    /// The incarnation of its only node's engine.
    pub generation: u32,
}

/// Names an engine of a replication group in another region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RemoteEngine {
    /// The region.
    pub region: String,
    /// The engine there.
    pub engine: EngineRef,
}

/// What an engine was made to be, and has been seen to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineRole {
    /// It takes writes.
    Primary,
    /// It has copied this engine and follows its writes.
    Replica {
        /// The primary.
        of: EngineRef,
    },
    /// It is the primary of its shard in a secondary group of a global datastore: it has copied this engine, follows its
    /// writes, and takes none itself. The shard's replicas copy it in turn.
    Secondary {
        /// The primary of the shard in the datastore's primary group.
        of: RemoteEngine,
    },
    /// It stands where the primary stands, and copies an engine outside of the group. It takes no writes.
    Migrating {
        /// What it copies.
        from: CustomerNode,
    },
}

impl EngineRole {
    /// Whether it is a copy of `primary`.
    #[must_use]
    pub fn follows(&self, primary: &EngineRef) -> bool {
        matches!(self, Self::Replica { of } if of == primary)
    }

    /// Whether it is that of the primary of a shard. In a secondary group of a global datastore that one takes no writes.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        matches!(self, Self::Primary | Self::Secondary { .. })
    }
}
