//! The listeners in front of every endpoint that the API gives out. The address a client was given never changes,
//! whatever happens to the engine behind it.
//!
//! An endpoint is a port of its own. For each connection to it the gateway asks a [`Directory`] where the endpoint leads
//! at that moment, connects there, and copies bytes both ways. It holds no routes, starts no engines and decides
//! nothing about clusters. Bytes are copied unseen, except at three kinds of endpoints: for Memcached clients it answers the
//! discovery commands that no stock Memcached has, clients of Redis or Valkey in cluster mode are told of the
//! addresses of endpoints where engines tell of their own, and where users log in by IAM, their tokens are replaced by
//! passwords that engines know.
//!
//! TLS ends here: engines never speak it. Whether an endpoint's clients do is for the directory to say.

mod addresses;
mod cluster;
mod directory;
mod encrypted;
pub mod faults;
mod forwards;
mod front;
#[doc(hidden)]
pub mod fuzzing;
mod groups;
mod iam;
mod lag;
mod line;
mod listener;
mod memcached;
mod naming;
mod outside;
mod places;
mod ports;
mod records;
mod relay;
mod target;

use std::{
    collections::HashMap,
    net::IpAddr,
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::task::JoinHandle;

pub(crate) use self::records::cluster_behind;
pub use self::{
    addresses::OwnAddresses,
    directory::{Directory, Member, Membership, NetworkFault, Security, StandIn, Standing},
    forwards::{Forward, ForwardError},
    front::Front,
    iam::{Grant, IamLogin, Login},
    naming::{Naming, Whereabouts},
    outside::{OutsideSources, OutsideStream},
    places::Places,
    ports::{EndpointPorts, OpenError, PortChoice},
    records::Records,
};
use self::{forwards::OpenForward, listener::Endpoint, ports::Ports};
pub use crate::model::{EndpointId, EndpointRole};
use crate::{figures::Figures, tls::Certificates};

/// What holds for every endpoint of a gateway.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// The address to listen on.
    pub listen: IpAddr,
    /// Addresses of endpoints' own in place of it, where each has one.
    pub own_addresses: Option<OwnAddresses>,
    /// The ports to take from when an endpoint has no wish, or one that cannot be met.
    pub node_ports: RangeInclusive<u16>,
    /// Whether a wish for a port outside of those can be met.
    pub endpoint_ports: EndpointPorts,
    /// The host name that clients are told where nodes are listed, or `None` to tell each what it can use: the address
    /// it connected to, or, for Memcached clients, `localhost` on a loopback address.
    pub endpoint_host: Option<String>,
    /// The connections that one endpoint carries at a time; more are refused. `ElastiCache` allows 65,000.
    pub max_connections: usize,
    /// What all endpoints together may carry; more connections are refused in the same way.
    pub places: Places,
    /// Where connections and bytes are counted.
    pub figures: Arc<Figures>,
    /// How long a connection waits for an engine before it is closed.
    pub connect_limit: Duration,
    /// How long a client that speaks TLS may take for each half of the handshake: until it has said what it wants, and
    /// then until both are done. What comes in between is ours.
    pub handshake_limit: Duration,
}

impl GatewaySettings {
    /// The defaults, on this address and with these ports.
    #[must_use]
    pub fn new(listen: IpAddr, node_ports: RangeInclusive<u16>) -> Self {
        Self {
            listen,
            own_addresses: None,
            node_ports,
            endpoint_ports: EndpointPorts::Requested,
            endpoint_host: None,
            max_connections: 65_000,
            places: Places::new(usize::MAX),
            figures: Arc::default(),
            connect_limit: Duration::from_secs(5),
            handshake_limit: Duration::from_secs(10),
        }
    }
}

/// Opens and closes endpoints. Dropping it closes all of them.
pub struct Gateway {
    settings: Arc<GatewaySettings>,
    certificates: Arc<Certificates>,
    directory: Arc<dyn Directory>,
    iam_login: Option<Arc<dyn IamLogin>>,
    sources: Option<Arc<dyn OutsideSources>>,
    state: Mutex<State>,
}

struct State {
    ports: Ports,
    open: HashMap<EndpointId, Open>,
}

struct Open {
    port: u16,
    endpoint: Arc<Endpoint>,
    task: JoinHandle<()>,
    /// Further ports that lead there too.
    forwards: Vec<OpenForward>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Gateway {
    /// A gateway with no endpoint open. `certificates` are shown where `directory` wants TLS.
    #[must_use]
    pub fn new(settings: GatewaySettings, certificates: Arc<Certificates>, directory: Arc<dyn Directory>) -> Self {
        let ports = Ports::new(settings.listen, settings.node_ports.clone(), settings.endpoint_ports)
            .with_own_addresses(settings.own_addresses.clone());
        let state = Mutex::new(State { ports, open: HashMap::new() });
        Self { settings: Arc::new(settings), certificates, directory, iam_login: None, sources: None, state }
    }

    /// The same gateway, with somebody who judges logins by IAM. Without, no such user gets in.
    #[must_use]
    pub fn with_iam_login(self, iam_login: Arc<dyn IamLogin>) -> Self {
        Self { iam_login: Some(iam_login), ..self }
    }

    /// The same gateway, with somebody who reaches engines outside. Without, no endpoint leads to one.
    #[must_use]
    pub fn with_sources(self, sources: Arc<dyn OutsideSources>) -> Self {
        Self { sources: Some(sources), ..self }
    }

    /// Waits until no client of `endpoint` is at an engine outside. To be called when the endpoint leads there no more:
    /// whatever a client was answered there was answered before this returns.
    pub async fn until_nobody_outside(&self, endpoint: &EndpointId) {
        let open = self.state().open.get(endpoint).map(|open| Arc::clone(&open.endpoint));
        if let Some(endpoint) = open {
            endpoint.until_nobody_outside().await;
        }
    }

    /// Keeps `port` for `endpoint` until that is opened or closed. To be called at start for every stored endpoint
    /// before the first one is opened, so that none loses its port to another.
    pub fn reserve(&self, endpoint: EndpointId, port: u16) {
        self.state().ports.reserve(port, endpoint);
    }

    /// Sees to it that `endpoint` is open, and tells its port. One that is open already keeps its port, whatever the
    /// choice. `front` is what clients that connect from now on will find there.
    ///
    /// # Errors
    /// When the port, or any port, cannot be had.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn open(&self, endpoint: &EndpointId, front: Front, choice: PortChoice) -> Result<u16, OpenError> {
        let mut state = self.state();
        if let Some(open) = state.open.get(endpoint) {
            open.endpoint.set_front(front);
            return Ok(open.port);
        }
        let (listener, port) = state.ports.listen(Some(endpoint), choice)?;
        state.ports.release(endpoint);
        let (directory, settings) = (Arc::clone(&self.directory), Arc::clone(&self.settings));
        let (iam_login, certificates) = (self.iam_login.clone(), Arc::clone(&self.certificates));
        let endpoint_of = Endpoint::new(endpoint.clone(), front, directory, iam_login, settings, certificates);
        let shared = Arc::new(endpoint_of.with_sources(self.sources.clone()));
        let task = tokio::spawn(listener::serve(listener, Arc::clone(&shared)));
        state.open.insert(endpoint.clone(), Open { port, endpoint: shared, task, forwards: Vec::new() });
        tracing::debug!(%endpoint, port, "endpoint opened");
        Ok(port)
    }

    /// Sees to it that `endpoint` is closed: its connections are cut, and its port is free on return.
    pub async fn close(&self, endpoint: &EndpointId) {
        let open = {
            let mut state = self.state();
            state.ports.release(endpoint);
            state.open.remove(endpoint)
        };
        if let Some(open) = open {
            end(open).await;
            tracing::debug!(%endpoint, "endpoint closed");
        }
    }

    /// Closes every endpoint.
    pub async fn close_all(&self) {
        let open = std::mem::take(&mut self.state().open);
        for (_, open) in open {
            end(open).await;
        }
    }

    /// Whether endpoints are opened at every address of the machine.
    #[must_use]
    pub fn listens_everywhere(&self) -> bool {
        self.settings.listen.is_unspecified()
    }

    /// Whether another endpoint has or is to have `port` where `endpoint` would listen. So it is for those that had
    /// addresses of their own before, and share one now.
    #[must_use]
    pub fn is_given_to_another(&self, endpoint: &EndpointId, port: u16) -> bool {
        let state = self.state();
        let address = |of: &EndpointId| state.ports.address(Some(of));
        let has_it = |(other, open): (&EndpointId, &Open)| {
            open.port == port && other != endpoint && address(other) == address(endpoint)
        };
        state.ports.is_reserved_for_another(endpoint, port) || state.open.iter().any(has_it)
    }

    /// Whether each endpoint has an address of its own, and with it every port free.
    #[must_use]
    pub fn has_own_addresses(&self) -> bool {
        self.settings.own_addresses.is_some()
    }

    /// The port of `endpoint` while it is open.
    #[must_use]
    pub fn port_of(&self, endpoint: &EndpointId) -> Option<u16> {
        self.state().open.get(endpoint).map(|open| open.port)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under the lock can leave it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the listener and waits until it is gone, and its port with it.
async fn end(mut open: Open) {
    for forward in &mut open.forwards {
        forward.end().await;
    }
    open.task.abort();
    // The only way it ends is the one just asked for.
    let _ = (&mut open.task).await;
}
