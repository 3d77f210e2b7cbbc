//! Fifty clusters at once, until all are available.

use std::{path::Path, time::Instant};

use futures_util::future::try_join_all;

use crate::{
    Error,
    docker::Bare,
    load::api_request,
    ping::{bare_redis, until_pong},
    process::free_address,
    report::{self, Line, Unit, milliseconds},
    server::{NODE_PORTS, Server, create},
};

const CLUSTERS: u16 = 50;

const ROUNDS: usize = 5;

/// The Docker daemon needs seconds for fifty containers.
const DOCKER_ROUNDS: usize = 2;

/// Measures processes, then containers.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "process", folder.path()).await?;
    let (mut ours, mut floor) = (vec![], vec![]);
    for _ in 0..=ROUNDS {
        floor.push(bare_processes().await?);
        ours.push(clusters(&server).await?);
    }
    server.stop().await?;
    // The first round finds out which programs there are.
    Line {
        what: "50 clusters at once to available, process",
        unit: Unit::Milliseconds,
        ours: ours.split_off(1),
        floor: floor.split_off(1),
        floor_is: "50 redis-servers alone to PONG",
        target: "ratio <= 1.2",
    }
    .print();
    if let Err(error) = containers(binary).await {
        report::skipped("50 clusters at once to available, docker", &error.to_string());
    }
    Ok(())
}

async fn containers(binary: &Path) -> Result<(), Error> {
    let docker = Bare::connect().await?;
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "docker", folder.path()).await?;
    let (mut ours, mut floor) = (vec![], vec![]);
    for _ in 0..DOCKER_ROUNDS {
        floor.push(bare_containers(&docker).await?);
        ours.push(clusters(&server).await?);
    }
    server.stop().await?;
    Line {
        what: "50 clusters at once to available, docker",
        unit: Unit::Milliseconds,
        ours,
        floor,
        floor_is: "50 containers by the Docker API alone to PONG",
        target: "ratio <= 1.2",
    }
    .print();
    Ok(())
}

async fn clusters(server: &Server) -> Result<f64, Error> {
    let mut connections = try_join_all((0..CLUSTERS).map(|_| server.connect())).await?;
    let start = Instant::now();
    try_join_all(connections.iter_mut().zip(0..).map(|(connection, number)| async move {
        let form = create(&format!("fleet{number}"), NODE_PORTS.start() + number);
        connection.ask(&api_request(server.address, &form)).await.map(drop)
    }))
    .await?;
    server.until_available(CLUSTERS.into()).await?;
    let taken = milliseconds(start.elapsed());
    server.reset().await?;
    Ok(taken)
}

async fn bare_processes() -> Result<f64, Error> {
    let addresses = (0..CLUSTERS).map(|_| free_address()).collect::<Result<Vec<_>, _>>()?;
    let start = Instant::now();
    let engines = addresses.iter().map(|address| bare_redis(*address)).collect::<Result<Vec<_>, _>>()?;
    try_join_all(addresses.iter().map(|address| until_pong(*address))).await?;
    let taken = milliseconds(start.elapsed());
    drop(engines);
    Ok(taken)
}

async fn bare_containers(docker: &Bare) -> Result<f64, Error> {
    let start = Instant::now();
    let started = try_join_all((0..CLUSTERS).map(|number| async move {
        let container = docker.start(&format!("fleet{number}")).await?;
        until_pong(container.address).await?;
        Ok::<_, Error>(container)
    }))
    .await?;
    let taken = milliseconds(start.elapsed());
    for container in &started {
        docker.remove(container).await?;
    }
    Ok(taken)
}
