//! What `--dns` asks for, put together: names and addresses for endpoints, and the DNS server that answers for them.

use std::{net::IpAddr, sync::Arc};

use crate::{
    cli::{NamesOptions, UpstreamChoice},
    dns::{Dns, DnsError, NoUpstream, Reach, Upstream, Zone},
    gateway::{Naming, OwnAddresses},
    model::{EndpointNames, InvalidZone},
    store::Store,
};

/// Why endpoints cannot have names.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    /// The zone is none.
    #[error("--dns-zone: {0}")]
    Zone(#[from] InvalidZone),
    /// The DNS server cannot listen.
    #[error(transparent)]
    Dns(#[from] DnsError),
    /// It would pass questions on to itself.
    #[error("--dns-upstream: that is this server's own address, --dns; name another server")]
    OwnUpstream,
    /// There is nobody to pass questions on to.
    #[error(transparent)]
    NoUpstream(#[from] NoUpstream),
}

/// The names of a server, with its DNS server, which answers once it is served.
pub struct Names {
    /// What endpoints are called.
    pub naming: Naming,
    dns: Dns,
    upstream: Option<Upstream>,
    reach: Reach,
}

impl Names {
    /// What `options` ask for, if they ask for names, for a server that listens at `listen`. `server` is its own name, from
    /// which those of endpoints follow.
    ///
    /// # Errors
    /// When the zone or the address cannot be used.
    pub async fn open(options: &NamesOptions, listen: IpAddr, server: &str) -> Result<Option<Self>, NamesError> {
        let Some(address) = options.dns else { return Ok(None) };
        let names = Arc::new(EndpointNames::new(&options.dns_zone, server)?);
        let dns = Dns::bind(address).await?;
        let upstream = match options.dns_upstream {
            None => None,
            Some(UpstreamChoice::At(upstream)) if upstream.is(address) => return Err(NamesError::OwnUpstream),
            Some(UpstreamChoice::At(upstream)) => Some(upstream),
            Some(UpstreamChoice::Auto) => Some(Upstream::of_system(address)?),
        };
        let naming = Naming { names, addresses: own_addresses(listen, server) };
        let own_addresses = naming.addresses.is_some();
        tracing::info!(%address, zone = naming.names.apex(), own_addresses, "endpoints have names");
        Ok(Some(Self { naming, dns, upstream, reach: Reach::of(listen) }))
    }

    /// Answers for the endpoints among the records of `store`, for ever.
    pub async fn serve(self, store: Arc<Store>) {
        self.dns.serve(Zone::new(store, self.naming, self.reach), self.upstream).await;
    }
}

/// Whoever is to reach endpoints from elsewhere reaches no loopback address.
fn own_addresses(listen: IpAddr, server: &str) -> Option<OwnAddresses> {
    listen.to_canonical().is_loopback().then(|| OwnAddresses::new(server))?
}
