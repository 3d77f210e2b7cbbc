//! What it costs to look at two hundred engines every ten seconds: the server's processor time with and without that,
//! over the same engines.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;

use crate::{
    Error,
    load::api_request,
    report::{Line, Unit},
    server::{NODE_PORTS, Server, create},
};

const NODES: u16 = 200;

/// How many are started at once.
const AT_ONCE: u16 = 50;

const ROUNDS: usize = 2;

/// How long the server is watched each time: four looks.
const WATCHED: Duration = Duration::from_secs(40);

/// How long a server may take to settle after its start, in which it looks at everything for other reasons.
const SETTLING: Duration = Duration::from_secs(12);

/// The system's clock ticks a second, which are what processor time is told in.
const TICKS: f64 = 100.0;

/// Measures processes.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let watched = watch_in_turn(binary, folder.path()).await;
    // Engines do not end with the server, nor when something went wrong.
    Server::start(binary, "process", folder.path()).await?.stop().await?;
    let (with, without) = watched?;
    let ours = with.iter().zip(&without).map(|(with, without)| with - without).collect();
    Line {
        what: "200 nodes looked at every 10 s, of a core",
        unit: Unit::Percent,
        ours,
        floor: without,
        floor_is: "all else that the server does meanwhile",
        target: "2 %",
    }
    .print();
    Ok(())
}

/// The shares of a core with the engines looked at, and without.
async fn watch_in_turn(binary: &Path, folder: &Path) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let server = Server::start_with(binary, "process", folder, &["--metrics-interval", "0"]).await?;
    for first in (0..NODES).step_by(AT_ONCE.into()) {
        try_join_all((first..first + AT_ONCE).map(|number| {
            let server = &server;
            async move {
                let form = create(&format!("node{number}"), NODE_PORTS.start() + number);
                server.connect().await?.ask(&api_request(server.address, &form)).await.map(drop)
            }
        }))
        .await?;
        server.until_available((first + AT_ONCE).into()).await?;
    }
    // Engines do not end with the server.
    drop(server);
    let (mut with, mut without) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        without.push(watch(binary, folder, "0").await?);
        with.push(watch(binary, folder, "10").await?);
    }
    Ok((with, without))
}

/// The share of a core that a server takes that looks at the engines so often, in seconds.
async fn watch(binary: &Path, data_dir: &Path, every: &str) -> Result<f64, Error> {
    let server = Server::start_with(binary, "process", data_dir, &["--metrics-interval", every]).await?;
    server.until_available(NODES.into()).await?;
    tokio::time::sleep(SETTLING).await;
    let (start, before) = (Instant::now(), server.process.processor_time()?);
    tokio::time::sleep(WATCHED).await;
    let ticks = server.process.processor_time()? - before;
    #[expect(clippy::cast_precision_loss, reason = "there are some hundred ticks")]
    let seconds = ticks as f64 / TICKS;
    Ok(100.0 * seconds / start.elapsed().as_secs_f64())
}
