//! Who has the port that the API was to listen on: another Cachette, which says so when it is asked, or whoever the system
//! tells of.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use serde::Deserialize;
use tokio::time::timeout;

use crate::{
    client,
    holder::{self, Holder},
};

/// How long it may take to find out. Somebody waits for a server that will not start.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortTaker {
    /// The version of the Cachette that answers there, if it is one.
    pub cachette: Option<String>,
    /// The process, as far as this user may know it.
    pub holder: Option<Holder>,
}

impl PortTaker {
    /// Finds out who listens on `address`.
    pub async fn of(address: SocketAddr) -> Self {
        Self { cachette: cachette(address).await, holder: holder::of_port(address) }
    }
}

impl fmt::Display for PortTaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cachette {
            Some(version) => write!(f, "another Cachette, {version}")?,
            None => f.write_str("another program")?,
        }
        self.holder.as_ref().map_or(Ok(()), |holder| write!(f, " ({holder})"))
    }
}

#[derive(Deserialize)]
struct Health {
    version: String,
    /// Others answer with a version too.
    #[serde(rename = "backend")]
    _backend: String,
}

/// The version of the Cachette that answers at `address`.
async fn cachette(address: SocketAddr) -> Option<String> {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let url = format!("http://{}", SocketAddr::new(ip, address.port()));
    let health = timeout(PATIENCE, client::get(&url, "/_cachette/health")).await.ok()?.ok()?;
    serde_json::from_slice(&health).ok().map(|Health { version, .. }| version)
}
