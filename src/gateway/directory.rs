//! What the gateway asks others: where an endpoint leads at this moment. It is asked for every new connection, so
//! there is no second copy of the routes that could be out of date.

use std::{net::SocketAddr, time::Duration};

use tokio::sync::watch;

use super::{EndpointId, Whereabouts};
use crate::model::{Lead, TransitEncryption};

/// Knows where endpoints lead. Its questions are asked often and must be answered from memory.
pub trait Directory: Send + Sync + 'static {
    /// The engine that a new connection to `endpoint` goes to, `None` while there is none. For a configuration
    /// endpoint: any running node, in turn.
    fn route(&self, endpoint: &EndpointId) -> Option<SocketAddr>;

    /// The nodes of the Memcached cluster that `endpoint` belongs to, as clients that discover them are told.
    fn membership(&self, endpoint: &EndpointId) -> Option<Membership>;

    /// The port of the node endpoint whose engine the other engines of this endpoint's cluster know as `engine`, or which
    /// the gateway itself reaches there. `None` when there is none: what a client is told of it is left as it is.
    fn public_port(&self, endpoint: &EndpointId, engine: SocketAddr) -> Option<u16>;

    /// Where in the cluster of `endpoint` the engine belongs that others know as `engine`. Asked for every address that a
    /// client is told of.
    fn standing(&self, endpoint: &EndpointId, engine: SocketAddr) -> Standing {
        let port = self.public_port(endpoint, engine);
        port.map_or(Standing::Unknown, |port| Standing::Node { port, stands_in: false, at: Whereabouts::default() })
    }

    /// Whether `engine`, an address that a route led to, stands in for a primary in another region, see
    /// [`Standing::Node`]. A connection is cut when that changes.
    fn stands_in(&self, _endpoint: &EndpointId, _engine: SocketAddr) -> bool {
        false
    }

    /// The engines that connections to `endpoint` may be joined to, when its connections follow its targets, as those to
    /// the primary and to the reader endpoint of a replication group do: one to an engine that is no longer among them
    /// is cut, so that nobody goes on writing to a former primary. `None` for endpoints whose connections stay as long
    /// as their engine does.
    fn targets(&self, endpoint: &EndpointId) -> Option<Vec<SocketAddr>>;

    /// What is wrong with the network between all clients and `engine`, an address that a route led to.
    fn fault_of(&self, engine: SocketAddr) -> Option<NetworkFault>;

    /// What clients of `endpoint` have to do before they are carried to an engine. Asked for each connection, and once for
    /// all at every change.
    fn security(&self, endpoint: &EndpointId) -> Security;

    /// Whether the endpoint leads to an engine outside for the time being, where `route` has no say.
    fn lead(&self, _endpoint: &EndpointId) -> Lead {
        Lead::Engines
    }

    /// The port of the endpoint for writes of what `endpoint` belongs to, where clients that are led outside are told to
    /// find the only node.
    fn main_port(&self, _endpoint: &EndpointId) -> Option<u16> {
        None
    }

    /// Where that endpoint is.
    fn main_whereabouts(&self, _endpoint: &EndpointId) -> Whereabouts {
        Whereabouts::default()
    }

    /// Changes whenever any answer may have changed. Connections that wait for a target ask again at every change, and
    /// those that are open are judged again.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// What an engine is for the clients of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A node of the endpoint's own group.
    Node {
        /// The port of its endpoint.
        port: u16,
        /// It copies a primary in another region, and is what clients of this one take for the primary.
        stands_in: bool,
        /// Where the endpoint is.
        at: Whereabouts,
    },
    /// It is in another region, or gone. Clients of this one are not told of it.
    Elsewhere {
        /// Who stands in for the shard here.
        instead: Option<StandIn>,
    },
    /// Nobody knows it. What a client is told of it is left as it is.
    Unknown,
}

/// The engine that is the primary of a shard to the clients of one region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandIn {
    /// Where the gateway reaches it.
    pub engine: SocketAddr,
    /// The port of its endpoint.
    pub port: u16,
    /// Where the endpoint is.
    pub at: Whereabouts,
}

/// What stands between clients and the engines behind an endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// Whether they speak TLS.
    pub transit_encryption: TransitEncryption,
    /// Whether there are logins that engines cannot judge: by a token of IAM, or by an AUTH token that is not asked for yet.
    pub judges_logins: bool,
}

/// A fault of the network, as users set it to see what their programs do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkFault {
    /// Connections are refused. Those that are open are reset.
    Refuse,
    /// Nothing is carried in either direction. New connections are accepted and never answered. When it is over, what
    /// was sent meanwhile arrives.
    Cut,
    /// Everything is carried this much later in each direction, in order.
    Delay(Duration),
}

/// The nodes of a Memcached cluster at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Starts at 1 and rises by one for every node that is added or removed (`ElastiCache`'s user guide).
    pub version: u64,
    /// The available nodes, in any order.
    pub nodes: Vec<Member>,
}

/// A node as clients reach it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// The node's `CacheNodeId`, such as `0001`. Nodes are listed in this order, as it is the part in which
    /// `ElastiCache`'s host names differ, by which it sorts.
    pub cache_node_id: String,
    /// The port of the node's endpoint at the gateway.
    pub port: u16,
    /// Where the endpoint is.
    pub at: Whereabouts,
}
