//! The command line: what can be asked of the program, a file for each of its commands. It only reads words; what a
//! command does is elsewhere.

mod export;
mod serve;
mod wait;

pub use export::{Export, ExportError, Format};
pub use serve::{AdminAccess, AuthChoice, BackendChoice, Credentials, EndpointPorts, LogFormat, PortRange, Serve};
pub use wait::{Patience, Wait, WaitError};

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
    /// Wait until a server and all its resources are available.
    Wait(Wait),
    /// Write down what a server has, as a file that `serve --init` makes it again from.
    Export(Export),
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
