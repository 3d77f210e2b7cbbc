//! Which port an endpoint listens on. Whether a port is free is found out by binding it: any other answer could be
//! out of date by the time it is used.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
};

use tokio::net::{TcpListener, TcpSocket};

use super::{EndpointId, OwnAddresses, places};

/// Connections that may wait to be accepted. The system caps it (`net.core.somaxconn`).
const BACKLOG: u32 = 4096;

/// Which ports may be given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointPorts {
    /// The one that is asked for, wherever it is, when it is free; else one of the gateway's own range.
    Requested,
    /// Those of the gateway's own range only, for where no other can be reached from outside.
    Range,
}

/// The port that an endpoint asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortChoice {
    /// This one and no other: it was given out before and must not change.
    Exactly(u16),
    /// This one when it is free and may be given out, else the next free one of the gateway's own range.
    Preferred(u16),
    /// The next free one of the gateway's own range.
    Any,
}

/// Why an endpoint could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The port that must be had is in use, by another program or another endpoint.
    #[error("port {0} is in use by another program or endpoint")]
    PortTaken(u16),
    /// Every port of the range is in use.
    #[error("no port from {} to {} is free; a larger range of node ports would help", .0.start(), .0.end())]
    NoPortLeft(RangeInclusive<u16>),
    /// The system refused to listen for a reason other than that the port is in use.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

/// Gives out ports: of one address, or for each endpoint of its own.
#[derive(Debug)]
pub(super) struct Ports {
    listen: IpAddr,
    own: Option<OwnAddresses>,
    range: RangeInclusive<u16>,
    given_out: EndpointPorts,
    /// Where the next search starts. It goes round the range, so that a port that was just closed, to which old
    /// clients may still connect, is the last to be given to another endpoint.
    next: u16,
    reserved: HashMap<SocketAddr, EndpointId>,
    /// The same the other way round: a start with very many endpoints reserves and releases each of them.
    reservations: HashMap<EndpointId, SocketAddr>,
}

impl Ports {
    pub(super) fn new(listen: IpAddr, range: RangeInclusive<u16>, given_out: EndpointPorts) -> Self {
        let (reserved, reservations) = (HashMap::new(), HashMap::new());
        Self { listen, own: None, next: *range.start(), range, given_out, reserved, reservations }
    }

    /// The same, for endpoints with addresses of their own.
    pub(super) fn with_own_addresses(self, own: Option<OwnAddresses>) -> Self {
        Self { own, ..self }
    }

    /// Where an endpoint listens; `None` is for what belongs to no endpoint.
    pub(super) fn address(&self, endpoint: Option<&EndpointId>) -> IpAddr {
        let own = self.own.as_ref().zip(endpoint).map(|(own, endpoint)| own.of(endpoint));
        own.unwrap_or(self.listen)
    }

    /// Keeps `port` from every endpoint but this one.
    pub(super) fn reserve(&mut self, port: u16, endpoint: EndpointId) {
        self.release(&endpoint);
        let address = SocketAddr::new(self.address(Some(&endpoint)), port);
        if let Some(former) = self.reserved.insert(address, endpoint.clone()) {
            self.reservations.remove(&former);
        }
        self.reservations.insert(endpoint, address);
    }

    /// Whether `port` is reserved for another endpoint at the same address.
    pub(super) fn is_reserved_for_another(&self, endpoint: &EndpointId, port: u16) -> bool {
        let address = SocketAddr::new(self.address(Some(endpoint)), port);
        self.reserved.get(&address).is_some_and(|holder| holder != endpoint)
    }

    /// Ends what was reserved for this endpoint.
    pub(super) fn release(&mut self, endpoint: &EndpointId) {
        if let Some(address) = self.reservations.remove(endpoint) {
            self.reserved.remove(&address);
        }
    }

    /// Listens on the port that `choice` leads to, and tells which it is. `None` is for what belongs to no endpoint.
    pub(super) fn listen(
        &mut self,
        endpoint: Option<&EndpointId>,
        choice: PortChoice,
    ) -> Result<(TcpListener, u16), OpenError> {
        match choice {
            PortChoice::Exactly(port) => {
                self.bind(endpoint, port)?.map(|listener| (listener, port)).ok_or(OpenError::PortTaken(port))
            }
            PortChoice::Preferred(port) if !self.gives_out(port) => self.next_free(endpoint),
            PortChoice::Preferred(port) => match self.bind(endpoint, port) {
                Ok(Some(listener)) => Ok((listener, port)),
                // Any trouble with the port asked for, such as one that only root may have, is a reason to give another.
                Ok(None) | Err(_) => self.next_free(endpoint),
            },
            PortChoice::Any => self.next_free(endpoint),
        }
    }

    fn gives_out(&self, port: u16) -> bool {
        self.given_out == EndpointPorts::Requested || self.range.contains(&port)
    }

    fn next_free(&mut self, endpoint: Option<&EndpointId>) -> Result<(TcpListener, u16), OpenError> {
        for _ in self.range.clone() {
            let port = self.next;
            self.next = if port >= *self.range.end() { *self.range.start() } else { port + 1 };
            if let Some(listener) = self.bind(endpoint, port)? {
                return Ok((listener, port));
            }
        }
        Err(OpenError::NoPortLeft(self.range.clone()))
    }

    /// Listens on `port`, `None` when it is in use or reserved for another endpoint.
    fn bind(&self, endpoint: Option<&EndpointId>, port: u16) -> Result<Option<TcpListener>, OpenError> {
        let address = SocketAddr::new(self.address(endpoint), port);
        let holder = self.reserved.get(&address);
        // The system would take port 0 as a wish for any port.
        if port == 0 || holder.is_some_and(|holder| Some(holder) != endpoint) {
            return Ok(None);
        }
        match bind(address) {
            Ok(listener) => Ok(Some(listener)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
            Err(source) => Err(OpenError::Listen { address, source }),
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A port whose last connections are still fading away can be listened on again.
    socket.set_reuseaddr(true)?;
    // Accepted sockets inherit it on Linux.
    places::notice_loss(&socket)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::{super::EndpointRole, *};
    use crate::model::Scope;

    fn endpoint(name: &str) -> EndpointId {
        EndpointId {
            scope: Scope::new("000000000000", "us-east-1"),
            resource_id: name.to_owned(),
            role: EndpointRole::Configuration,
        }
    }

    /// Ports on a loopback address of their own, which no other test or program listens on.
    fn ports(test: u8, range: RangeInclusive<u16>) -> Ports {
        let [_, _, high, low] = std::process::id().to_be_bytes();
        Ports::new(IpAddr::V4(Ipv4Addr::new(127, 80 + test, high, low)), range, EndpointPorts::Requested)
    }

    fn take(ports: &mut Ports, name: &str, choice: PortChoice) -> (TcpListener, u16) {
        let (listener, port) = ports.listen(Some(&endpoint(name)), choice).expect("a port");
        assert_eq!(listener.local_addr().expect("an address").port(), port);
        (listener, port)
    }

    #[tokio::test]
    async fn the_range_is_walked_round_and_its_end_is_an_error() {
        let mut ports = ports(1, 21000..=21002);
        let mut taken = Vec::new();
        for expected in 21000..=21002 {
            let (listener, port) = take(&mut ports, "a", PortChoice::Any);
            assert_eq!(port, expected);
            taken.push(listener);
        }
        let full = ports.listen(Some(&endpoint("a")), PortChoice::Any).expect_err("all are taken");
        assert!(matches!(full, OpenError::NoPortLeft(_)), "{full}");
        assert_eq!(full.to_string(), "no port from 21000 to 21002 is free; a larger range of node ports would help");
        drop(taken.remove(1));
        assert_eq!(take(&mut ports, "a", PortChoice::Any).1, 21001);
        drop(taken);
        assert_eq!(take(&mut ports, "a", PortChoice::Any).1, 21002, "the port given last is not given again at once");
    }

    #[tokio::test]
    async fn a_preferred_port_is_given_when_free_and_replaced_when_not() {
        let mut ports = ports(2, 21000..=21009);
        let (_first, port) = take(&mut ports, "a", PortChoice::Preferred(6379));
        assert_eq!(port, 6379);
        let (_second, port) = take(&mut ports, "b", PortChoice::Preferred(6379));
        assert_eq!(port, 21000);
        assert_eq!(take(&mut ports, "c", PortChoice::Preferred(0)).1, 21001);
    }

    #[tokio::test]
    async fn a_preferred_port_outside_the_range_is_not_given_where_only_the_range_can_be_reached() {
        let mut ports = Ports { given_out: EndpointPorts::Range, ..ports(5, 21000..=21009) };
        let (_first, port) = take(&mut ports, "a", PortChoice::Preferred(6379));
        assert_eq!(port, 21000);
        let (_second, port) = take(&mut ports, "b", PortChoice::Preferred(21005));
        assert_eq!(port, 21005, "a wish within the range is met");
        assert_eq!(take(&mut ports, "c", PortChoice::Exactly(6379)).1, 6379, "what was given out before stays");
    }

    #[tokio::test]
    async fn an_exact_port_is_given_or_refused() {
        let mut ports = ports(3, 21000..=21009);
        let (_first, port) = take(&mut ports, "a", PortChoice::Exactly(21005));
        assert_eq!(port, 21005);
        let error = ports.listen(Some(&endpoint("b")), PortChoice::Exactly(21005)).expect_err("it is taken");
        assert!(matches!(error, OpenError::PortTaken(21005)), "{error}");
    }

    #[tokio::test]
    async fn a_reserved_port_goes_to_its_endpoint_only() {
        let mut ports = ports(4, 21000..=21001);
        ports.reserve(21000, endpoint("stored"));
        let (_other, port) = take(&mut ports, "new", PortChoice::Preferred(21000));
        assert_eq!(port, 21001);
        assert!(ports.listen(Some(&endpoint("newer")), PortChoice::Any).is_err());
        assert_eq!(take(&mut ports, "stored", PortChoice::Exactly(21000)).1, 21000);
        ports.release(&endpoint("stored"));
        assert_eq!(take(&mut ports, "newer", PortChoice::Any).1, 21000);
    }

    #[tokio::test]
    async fn an_address_that_is_not_ours_is_an_error_of_its_own() {
        let mut ports = Ports::new(Ipv4Addr::new(192, 0, 2, 1).into(), 21000..=21001, EndpointPorts::Requested);
        let error = ports.listen(Some(&endpoint("a")), PortChoice::Any).expect_err("no such address here");
        assert!(matches!(error, OpenError::Listen { .. }), "{error}");
    }
}
