//! The server's own DNS: it answers the names that endpoints are given out under.
//!
//! It is the authority for one zone, and knows of it what the records say at that moment: a name is there as long as its
//! endpoint is, and leads to where the gateway has opened that. Every other name is somebody else's. It is refused, or,
//! for containers that have no other server to ask, passed on as it came; nothing is kept of what others answer.
//!
//! This module opens no endpoints and makes no names: those are the gateway's and the model's.

mod answers;
mod upstream;
mod zone;

use std::{io, net::SocketAddr, time::Duration};

use hickory_server::Server;
use tokio::net::{TcpListener, UdpSocket};

use self::answers::Answers;
pub use self::{
    upstream::{NoUpstream, Upstream},
    zone::{Reach, Zone},
};

/// How long a connection may say nothing before it is closed.
const SILENCE: Duration = Duration::from_secs(5);

/// Answers that may wait for a client that does not read them.
const WAITING_ANSWERS: usize = 32;

/// Why there is no DNS server.
#[derive(Debug, thiserror::Error)]
#[error("--dns {address}: {}", reason(source))]
pub struct DnsError {
    /// Where it was to listen.
    address: SocketAddr,
    /// What the system said.
    source: io::Error,
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            "the port is in use by another program; name another address of this machine, or another port".to_owned()
        }
        io::ErrorKind::PermissionDenied => {
            "only root may have this port; name one from 1024 on, such as 127.0.0.1:5353".to_owned()
        }
        io::ErrorKind::AddrNotAvailable => "this machine does not have that address".to_owned(),
        _ => error.to_string(),
    }
}

/// The sockets of the DNS server. It answers once it is served.
pub struct Dns {
    udp: UdpSocket,
    tcp: TcpListener,
}

impl Dns {
    /// Listens on `address`, by UDP and by TCP.
    ///
    /// # Errors
    /// When the system does not allow it.
    pub async fn bind(address: SocketAddr) -> Result<Self, DnsError> {
        let failed = |source| DnsError { address, source };
        let udp = UdpSocket::bind(address).await.map_err(failed)?;
        let tcp = TcpListener::bind(udp.local_addr().map_err(failed)?).await.map_err(failed)?;
        Ok(Self { udp, tcp })
    }

    /// The address that it listens on.
    ///
    /// # Errors
    /// When the system does not know it, which a bound socket gives no reason for.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.udp.local_addr()
    }

    /// Answers questions for ever. What is not in `zone` goes to `upstream`.
    pub async fn serve(self, zone: Zone, upstream: Option<Upstream>) {
        let mut server = Server::new(Answers::new(zone, upstream));
        server.register_socket(self.udp);
        server.register_listener(self.tcp, SILENCE, WAITING_ANSWERS);
        if let Err(error) = server.block_until_done().await {
            tracing::error!(%error, "the DNS server has ended; names of endpoints are not answered any more");
        }
        // Caches go on without it.
        std::future::pending::<()>().await;
    }
}
