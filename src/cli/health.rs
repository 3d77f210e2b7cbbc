//! The flags of `cachette health`.

use std::net::SocketAddr;

use clap::Args;

/// Which server to ask, and for how long.
#[derive(Debug, Args)]
pub struct Health {
    /// The address that the server was told to listen on. One that stands for all of them is asked by loopback.
    #[arg(long, env = "CACHETTE_LISTEN", default_value = "127.0.0.1:4598")]
    pub listen: SocketAddr,

    /// How many seconds to wait for the answer.
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = clap::value_parser!(u16).range(1..=600))]
    pub timeout: u16,
}
