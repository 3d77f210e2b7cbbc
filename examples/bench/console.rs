//! The console with five hundred caches, in Chromium: how soon something is to be seen of it, and how soon all of them.

use std::{path::Path, process::Stdio};

use serde::Deserialize;

use crate::{
    Error,
    report::{Line, Unit},
    seed,
    server::Server,
};

const CLUSTERS: usize = 500;

const ROUNDS: usize = 9;

/// What drives Chromium, and has to be installed.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/console/first_paint.mjs");

/// Milliseconds, one of each a round.
#[derive(Deserialize)]
struct Seen {
    paint: Vec<f64>,
    list: Vec<f64>,
    floor: Vec<f64>,
}

/// Measures both.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    seed::clusters(binary, folder.path(), CLUSTERS, CLUSTERS).await?;
    let server = Server::start(binary, "none", folder.path()).await?;
    server.until_available(CLUSTERS).await?;
    let mut command = tokio::process::Command::new("node");
    command.arg(SCRIPT).arg(format!("http://{}", server.address)).arg(ROUNDS.to_string());
    command.arg(format!("bench-{:06}", CLUSTERS - 1)).stdin(Stdio::null()).kill_on_drop(true);
    let done = command.output().await?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }
    let Seen { paint, list, floor } = serde_json::from_slice(&done.stdout)?;
    let floor_is = "a page of one line by the same server";
    let line = |what, ours, target| {
        Line { what, unit: Unit::Milliseconds, ours, floor: floor.clone(), floor_is, target }.print();
    };
    line("console with 500 caches, first paint", paint, "<= 300 ms");
    line("console with 500 caches, all of them shown", list, "");
    Ok(())
}
