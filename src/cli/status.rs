//! The flags of `cachette status`.

use clap::Args;

/// Whom to ask, and how to show it.
#[derive(Debug, Args)]
pub struct Status {
    /// The server to ask [default: `CACHETTE_LISTEN`, `AWS_ENDPOINT_URL_ELASTICACHE`, or `http://localhost:4598`].
    #[arg(long, env = "CACHETTE_URL", hide_env_values = true)]
    pub url: Option<String>,

    /// Answer with JSON, for programs.
    #[arg(long)]
    pub json: bool,
}
