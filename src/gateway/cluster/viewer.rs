//! How one client sees the nodes of its cluster.

use std::net::{IpAddr, SocketAddr};

use super::super::{Directory, EndpointId};

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
    pub(in super::super) fn host(&self) -> &str {
        self.name.unwrap_or(&self.ip)
    }

    /// The address, for the fields that can hold no name.
    pub(in super::super) fn ip(&self) -> &str {
        &self.ip
    }

    /// The name, `None` when clients are told addresses only.
    pub(super) fn name(&self) -> Option<&str> {
        self.name
    }

    /// The public port of the node that a topology lists under this address. An engine that was never told its own
    /// address lists itself under none.
    pub(super) fn port_listed(&self, ip: &[u8], port: i64) -> Option<u16> {
        let port = private_port(port)?;
        if ip.is_empty() {
            self.public_port(self.engine)
        } else {
            self.public_port(SocketAddr::new(address(ip)?, port))
        }
    }

    /// The public port of the node that a redirect names. Without an address it is one at the address of the engine that
    /// sent it.
    pub(super) fn port_of_redirect(&self, ip: &[u8], port: i64) -> Option<u16> {
        let port = private_port(port)?;
        let ip = if ip.is_empty() { self.engine.ip() } else { address(ip)? };
        self.public_port(SocketAddr::new(ip, port))
    }

    fn public_port(&self, engine: SocketAddr) -> Option<u16> {
        self.directory.public_port(self.endpoint, engine)
    }
}

fn address(text: &[u8]) -> Option<IpAddr> {
    str::from_utf8(text).ok()?.parse().ok()
}

/// A node whose address was lost has the port 0.
fn private_port(port: i64) -> Option<u16> {
    u16::try_from(port).ok().filter(|port| *port != 0)
}
