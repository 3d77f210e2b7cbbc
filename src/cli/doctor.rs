//! The flags of `cachette doctor`: those of `cachette serve`, so that it looks at just what a server would use.

use clap::Args;

use super::Serve;

const ABOUT: &str = "\
Tell what works on this machine, what is missing, and what mends it.

It looks at what a server with the same flags would use: with `--listen` at that address, with `--data-dir` at that
folder. It ends with 0 when that server could start and run redis, valkey and memcached, else with 1.";

/// What to look at.
#[derive(Debug, Args)]
#[command(long_about = ABOUT, after_help = "Example:\n  cachette doctor --backend process --listen 0.0.0.0:4598")]
pub struct Doctor {
    /// Answer with JSON, for programs.
    #[arg(long)]
    pub json: bool,

    /// What the server would be started with.
    #[command(flatten)]
    pub serve: Serve,
}
