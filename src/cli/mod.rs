//! The command line: what can be asked of the program, a file for each of its commands. It only reads words; what a
//! command does is elsewhere.

mod completion;
mod credentials;
mod doctor;
mod export;
mod names;
mod serve;
mod status;
mod wait;

pub use completion::Completion;
pub use credentials::Credentials;
pub use doctor::Doctor;
pub use export::{Export, ExportError, Format};
pub use names::{NamesOptions, UpstreamChoice};
pub use serve::{AdminAccess, AuthChoice, BackendChoice, EndpointPorts, LogFormat, PortRange, Serve};
pub use status::Status;
pub use wait::{Patience, Wait, WaitError};

use clap::{Parser, Subcommand};

/// What follows the flags in the help.
const EXAMPLES: &str = "\
Examples:
  cachette serve                 Serve on http://localhost:4598, until Ctrl-C
  cachette doctor                What works on this machine, and what would mend the rest
  cachette status                What there is, in another terminal
  aws --endpoint-url http://localhost:4598 elasticache describe-cache-clusters

`cachette serve --help` tells of every flag.";

/// Amazon `ElastiCache` on your own machine, with real engines behind it.
#[derive(Debug, Parser)]
#[command(name = "cachette", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
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
    /// Tell what works on this machine, what is missing, and what mends it.
    Doctor(Box<Doctor>),
    /// Show what a running server has, and why what is not up is not.
    Status(Status),
    /// Write what a shell needs to complete these commands.
    Completion(Completion),
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
