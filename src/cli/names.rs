//! The flags of `cachette serve` that give endpoints names.

use std::{net::SocketAddr, str::FromStr};

use clap::Args;

use crate::dns::Upstream;

/// Under which names endpoints are given out, and who answers for those.
#[derive(Debug, Args)]
pub struct NamesOptions {
    /// Serve DNS there, by UDP and TCP, and give out each endpoint under a name of its own, as AWS does.
    #[arg(long, env = "CACHETTE_DNS", value_name = "ADDRESS:PORT", conflicts_with = "endpoint_host")]
    pub dns: Option<SocketAddr>,

    /// The zone of those names, in the place of AWS's `amazonaws.com`.
    #[arg(long, env = "CACHETTE_DNS_ZONE", value_name = "ZONE", default_value = "cachette.test", requires = "dns")]
    pub dns_zone: String,

    /// Where questions about all other names go, which are refused without it; `auto` is where this machine's go.
    #[arg(long, env = "CACHETTE_DNS_UPSTREAM", value_name = "ADDRESS|auto", requires = "dns")]
    pub dns_upstream: Option<UpstreamChoice>,
}

/// Which DNS server is asked about the names of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamChoice {
    /// The one that this machine asks.
    Auto,
    /// This one.
    At(Upstream),
}

impl FromStr for UpstreamChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" { Ok(Self::Auto) } else { text.parse().map(Self::At) }
    }
}
