//! How one client sees the nodes of its cluster.

use std::net::{IpAddr, SocketAddr};

use super::super::{Directory, EndpointId, Standing, Whereabouts};

/// What is needed to tell one client where nodes are.
pub(in super::super) struct Viewer<'a> {
    endpoint: &'a EndpointId,
    directory: &'a dyn Directory,
    /// The engine that this client is connected to.
    engine: SocketAddr,
    ip: String,
    name: Option<&'a str>,
}

impl<'a> Viewer<'a> {
    /// The client that reached the gateway at `local` and was joined to `engine`. `endpoint_host` is what it is to be
    /// told, and otherwise the address that it used itself.
    pub(in super::super) fn new(
        endpoint: &'a EndpointId,
        directory: &'a dyn Directory,
        engine: SocketAddr,
        local: IpAddr,
        endpoint_host: Option<&'a str>,
    ) -> Self {
        // A listener on `::` sees clients of version 4 under a mapped address, which they would not understand.
        let local = local.to_canonical();
        let (ip, name) = match endpoint_host {
            None => (local, None),
            Some(host) => match host.parse() {
                Ok(ip) => (ip, None),
                Err(_) => (local, Some(host)),
            },
        };
        Self { endpoint, directory, engine, ip: ip.to_string(), name }
    }

    /// What the client is to connect to: a name, if there is one, else an address.
    pub(in super::super) fn host(&self, at: &Whereabouts) -> String {
        self.name(at).map_or_else(|| self.ip(at), str::to_owned)
    }

    /// The address, for the fields that can hold no name.
    pub(in super::super) fn ip(&self, at: &Whereabouts) -> String {
        at.address.map_or_else(|| self.ip.clone(), |address| address.to_string())
    }

    /// The name, `None` when clients are told addresses only.
    pub(super) fn name<'n>(&'n self, at: &'n Whereabouts) -> Option<&'n str> {
        at.name.as_deref().or(self.name)
    }

    /// What the node is that a topology lists under this address. An engine that was never told its own address lists
    /// itself under none.
    pub(super) fn listed(&self, ip: &[u8], port: i64) -> Standing {
        let listed = private_port(port)
            .and_then(|port| if ip.is_empty() { Some(self.engine) } else { Some(SocketAddr::new(address(ip)?, port)) });
        listed.map_or(Standing::Unknown, |engine| self.directory.standing(self.endpoint, engine))
    }

    /// Where a redirect leads to this address. Without one it is the address of the engine that sent it.
    pub(super) fn redirected(&self, ip: &[u8], port: i64) -> Option<Whither> {
        let port = private_port(port)?;
        let ip = if ip.is_empty() { self.engine.ip() } else { address(ip)? };
        match self.directory.standing(self.endpoint, SocketAddr::new(ip, port)) {
            Standing::Node { port, at, .. } => Some(Whither::Port(port, at)),
            Standing::Elsewhere { instead } => {
                let instead = instead?;
                let there = Whither::Port(instead.port, instead.at);
                Some(if instead.engine == self.engine { Whither::Nowhere } else { there })
            }
            Standing::Unknown => None,
        }
    }
}

/// Where a redirect leads a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Whither {
    /// To the node with the endpoint of this port, and where that is.
    Port(u16, Whereabouts),
    /// To another region. The engine that the client asked is the best that there is in this one.
    Nowhere,
}

fn address(text: &[u8]) -> Option<IpAddr> {
    str::from_utf8(text).ok()?.parse().ok()
}

/// A node whose address was lost has the port 0.
fn private_port(port: i64) -> Option<u16> {
    u16::try_from(port).ok().filter(|port| *port != 0)
}
