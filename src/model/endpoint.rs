//! The names of endpoints inside the server.

use std::fmt;

use super::{NodeId, Scope};

/// An endpoint that clients connect to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId {
    /// Whose it is, and where.
    pub scope: Scope,
    /// The cache cluster it belongs to.
    pub cache_cluster_id: String,
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
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.scope, self.cache_cluster_id)?;
        match self.role {
            EndpointRole::Node(node) => write!(f, "/{node}"),
            EndpointRole::Configuration => f.write_str("/configuration"),
        }
    }
}
