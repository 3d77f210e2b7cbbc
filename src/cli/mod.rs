//! The command line: what can be asked of the program, a file for each of its commands. It only reads words; what a
//! command does is elsewhere.

mod names;
mod serve;

pub use names::{NamesOptions, UpstreamChoice};
pub use serve::{AdminAccess, AuthChoice, BackendChoice, Credentials, LogFormat, PortRange, Serve};

use clap::{Parser, Subcommand};

/// Amazon `ElastiCache` on your own machine, with real engines behind it.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API until interrupted.
    Serve(Box<Serve>),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
