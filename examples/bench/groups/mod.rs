//! Replication groups: how soon they are there, how soon a lost primary is followed by another, and how long slots take
//! to move. The floors do the same to bare engines, by the commands that anybody would give them.

mod available;
mod bare;
mod bare_cluster;
mod failover;
mod group;
mod reshard;
pub mod talk;
mod traffic;

use std::path::Path;

use crate::{Error, docker::Bare, report, server::Server};

/// Measures processes, then containers.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "process", folder.path()).await?;
    note("to available, process", available::processes(&server).await);
    note("failover, process", failover::processes(&server).await);
    note("resharding", reshard::measure(&server).await);
    server.stop().await?;

    let docker = match Bare::connect().await {
        Ok(docker) => docker,
        Err(error) => {
            report::skipped("groups, docker", &error.to_string());
            return Ok(());
        }
    };
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "docker", folder.path()).await?;
    note("to available, docker", available::containers(&server, &docker).await);
    note("failover, docker", failover::containers(&server, &docker).await);
    server.stop().await
}

/// One line that cannot be measured does not cost the others.
fn note(what: &str, outcome: Result<(), Error>) {
    if let Err(error) = outcome {
        report::skipped(what, &error.to_string());
    }
}
