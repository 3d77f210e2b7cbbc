//! What the zone holds: a name for every endpoint that is open.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    gateway::Naming,
    model::{EndpointId, EndpointRole, Form},
    store::{Store, Tables},
};

/// The first part of the name of the server itself.
const SERVER: &str = "ns";

/// Where endpoints are that share an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// At this one.
    At(IpAddr),
    /// At every address of the machine: whoever asks is told the one by which they reach it.
    Everywhere,
}

impl Reach {
    /// How endpoints are reached that are opened at `listen`.
    #[must_use]
    pub fn of(listen: IpAddr) -> Self {
        if listen.is_unspecified() { Self::Everywhere } else { Self::At(listen) }
    }

    /// The address for somebody at `asker`. `None` when the system knows no way there.
    fn address(self, asker: SocketAddr) -> Option<IpAddr> {
        match self {
            Self::At(address) => Some(address),
            Self::Everywhere => local_address_towards(asker),
        }
    }
}

/// Our own address in the network in which `peer` is. Nothing is sent for that: the system looks at its routes.
fn local_address_towards(peer: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if peer.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(peer).ok()?;
    Some(socket.local_addr().ok()?.ip().to_canonical())
}

/// Where a name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// To this address.
    Address(IpAddr),
    /// Nowhere itself, but there are names below it.
    Empty,
    /// There is no such name.
    Missing,
}

/// The zone of one server.
pub struct Zone {
    store: Arc<Store>,
    naming: Naming,
    reach: Reach,
    index: Mutex<Option<(u64, Arc<Index>)>>,
}

/// Names in lower case, without a dot at the end, and the address of the endpoint where it has one of its own.
type Index = HashMap<String, Option<IpAddr>>;

impl Zone {
    /// The endpoints among the records of `store`, called as `naming` says.
    #[must_use]
    pub fn new(store: Arc<Store>, naming: Naming, reach: Reach) -> Self {
        Self { store, naming, reach, index: Mutex::new(None) }
    }

    /// The name that all others end in.
    pub(super) fn apex(&self) -> &str {
        self.naming.names.apex()
    }

    /// The name of the server itself.
    pub(super) fn server(&self) -> String {
        format!("{SERVER}.{}", self.apex())
    }

    /// Looks up a name in lower case, without a dot at its end, for somebody at `asker`.
    pub(super) fn look_up(&self, name: &str, asker: SocketAddr) -> Lookup {
        let index = self.index();
        let shared = || self.reach.address(asker).map_or(Lookup::Missing, Lookup::Address);
        match index.get(name) {
            Some(Some(address)) => Lookup::Address(*address),
            Some(None) => shared(),
            None if name == self.server() => shared(),
            None if name == self.apex() || index.keys().any(|other| is_below(other, name)) => Lookup::Empty,
            None => Lookup::Missing,
        }
    }

    /// The names by the newest records, made anew only when those have changed.
    fn index(&self) -> Arc<Index> {
        let version = *self.store.version().borrow();
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        match &*index {
            Some((of, index)) if *of == version => Arc::clone(index),
            _ => {
                let fresh = Arc::new(names(&self.store.tables(), &self.naming));
                *index = Some((version, Arc::clone(&fresh)));
                fresh
            }
        }
    }
}

fn is_below(name: &str, parent: &str) -> bool {
    name.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}

/// Every endpoint has its name for clients that speak TLS and the one for those that do not: the one that is given out
/// changes with encryption, and clients keep what they were given.
fn names(tables: &Tables, naming: &Naming) -> Index {
    let mut index = Index::new();
    let mut insert = |name: String, endpoint: EndpointId| {
        index.entry(name).or_insert_with(|| naming.address(&endpoint));
    };
    let groups = || tables.replication_groups.iter_all().filter(|(_, _, group)| group.deleted.is_none());
    let of_writers =
        [EndpointRole::Primary, EndpointRole::GroupConfiguration].map(|role| groups().map(move |of| (role, of)));
    // Last: without encryption the reader endpoint of `a` has the name of the primary of `a-ro`, which is not to lead
    // anywhere else when there is one.
    let of_readers = groups().map(|of| (EndpointRole::Reader, of));
    for (role, (scope, id, group)) in of_writers.into_iter().flatten().chain(of_readers) {
        let port = match role {
            EndpointRole::Primary => group.ports.primary,
            EndpointRole::Reader => group.ports.reader,
            _ => group.ports.configuration,
        };
        for form in Form::ALL.into_iter().filter(|_| port.is_some()) {
            let endpoint = EndpointId { scope: scope.clone(), resource_id: id.clone(), role };
            insert(naming.names.of_group(group, role, form), endpoint);
        }
    }
    for (scope, id, cluster) in tables.cache_clusters.iter_all().filter(|(_, _, cluster)| cluster.deleted.is_none()) {
        let endpoint = |role| EndpointId { scope: scope.clone(), resource_id: id.clone(), role };
        if cluster.configuration_port.is_some() {
            insert(naming.names.configuration(cluster), endpoint(EndpointRole::Configuration));
        }
        // Clients of a serverless cache know of no nodes.
        let is_open = |port: Option<u16>| port.is_some() && !scope.is_behind_serverless();
        for (node, _) in cluster.nodes.iter().filter(|(_, record)| is_open(record.port)) {
            for form in Form::ALL {
                insert(naming.names.node(cluster, *node, form), endpoint(EndpointRole::Node(*node)));
            }
        }
    }
    index
}
