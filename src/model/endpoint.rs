//! The names of endpoints inside the server.

use std::fmt;

use super::{NodeId, Scope};

/// An endpoint that clients connect to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId {
    /// Whose it is, and where.
    pub scope: Scope,
    /// The cache cluster or replication group it belongs to; the role tells which.
    pub resource_id: String,
    /// What it leads to.
    pub role: EndpointRole,
}

/// What an endpoint leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointRole {
    /// One node.
    Node(NodeId),
    /// Any node of a Memcached cluster.
    Configuration,
    /// The primary of a replication group with one shard.
    Primary,
    /// The replicas of a replication group with one shard, in turn.
    Reader,
    /// Any node of a replication group in cluster mode.
    GroupConfiguration,
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.scope, self.resource_id)?;
        match self.role {
            EndpointRole::Node(node) => write!(f, "/{node}"),
            EndpointRole::Configuration | EndpointRole::GroupConfiguration => f.write_str("/configuration"),
            EndpointRole::Primary => f.write_str("/primary"),
            EndpointRole::Reader => f.write_str("/reader"),
        }
    }
}
