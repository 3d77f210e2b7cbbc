//! How an endpoint is named. What it leads to is the [`Directory`](super::Directory)'s business.

use std::fmt;

use crate::model::Scope;

/// One endpoint that the API gives out: an address and a port of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId {
    /// Whose cluster it is, and where.
    pub scope: Scope,
    /// The cluster's name, as `CacheClusterId` has it.
    pub cache_cluster_id: String,
    /// Which of the cluster's endpoints.
    pub role: EndpointRole,
}

/// The endpoints that a cache cluster has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointRole {
    /// The endpoint of one node, by its `CacheNodeId`, such as `0001`.
    Node(String),
    /// The configuration endpoint of a Memcached cluster: any of its nodes.
    Configuration,
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", self.scope, self.cache_cluster_id)?;
        match &self.role {
            EndpointRole::Node(cache_node_id) => f.write_str(cache_node_id),
            EndpointRole::Configuration => f.write_str("configuration"),
        }
    }
}
