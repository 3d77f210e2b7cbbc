//! From `CreateCacheCluster` to the first PONG through the endpoint.

use std::{path::Path, time::Instant};

use crate::{
    Error,
    docker::Bare,
    ping::{bare_redis, until_pong},
    process::free_address,
    report::{self, Line, Unit, milliseconds},
    server::{Server, create},
};

const ROUNDS: usize = 11;

/// Containers take a quarter of a second each.
const DOCKER_ROUNDS: usize = 7;

/// Measures processes, then containers.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let (mut ours, mut floor) = (vec![], vec![]);
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "process", folder.path()).await?;
    for round in 0..=ROUNDS {
        let address = free_address()?;
        let start = Instant::now();
        let bare = bare_redis(address)?;
        until_pong(address).await?;
        floor.push(milliseconds(start.elapsed()));
        drop(bare);
        ours.push(through_the_endpoint(&server, round).await?);
    }
    server.stop().await?;
    // The first round finds out which programs there are.
    Line {
        what: "create to PONG, process",
        unit: Unit::Milliseconds,
        ours: ours.split_off(1),
        floor: floor.split_off(1),
        floor_is: "redis-server alone",
        target: "ratio <= 1.5",
    }
    .print();
    if let Err(error) = containers(binary).await {
        report::skipped("create to PONG, docker", &error.to_string());
    }
    Ok(())
}

async fn containers(binary: &Path) -> Result<(), Error> {
    let docker = Bare::connect().await?;
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "docker", folder.path()).await?;
    let (mut ours, mut floor) = (vec![], vec![]);
    for round in 0..=DOCKER_ROUNDS {
        let start = Instant::now();
        let container = docker.start(&format!("pong{round}")).await?;
        let answered = until_pong(container.address).await;
        floor.push(milliseconds(start.elapsed()));
        docker.remove(&container).await?;
        answered?;
        ours.push(through_the_endpoint(&server, round).await?);
    }
    server.stop().await?;
    Line {
        what: "create to PONG, docker",
        unit: Unit::Milliseconds,
        ours: ours.split_off(1),
        floor: floor.split_off(1),
        floor_is: "create and start by the Docker API alone",
        target: "ratio <= 1.15",
    }
    .print();
    Ok(())
}

/// One cluster, asked for and waited for; removed afterwards.
async fn through_the_endpoint(server: &Server, round: usize) -> Result<f64, Error> {
    let endpoint = free_address()?;
    let start = Instant::now();
    server.ask(&create(&format!("pong{round}"), endpoint.port())).await?;
    until_pong(endpoint).await?;
    let taken = milliseconds(start.elapsed());
    server.until_available(1).await?;
    server.reset().await?;
    Ok(taken)
}
