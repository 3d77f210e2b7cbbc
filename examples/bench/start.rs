//! From being started to the first answer, and the memory of a server that does nothing.

use std::{path::Path, time::Instant};

use crate::{
    Error,
    floor::Floor,
    report::{Line, Unit, milliseconds},
    seed,
    server::Server,
};

/// How many clusters are stored.
const STORED: usize = 1000;

const ROUNDS: usize = 7;

/// How long a server is left alone before its memory is looked at.
const REST: std::time::Duration = std::time::Duration::from_millis(500);

/// Measures both.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    seed::clusters(binary, folder.path(), STORED, STORED).await?;
    let (mut times, mut floor_times, mut memory, mut floor_memory) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let floor = Floor::http(b"ok").await?;
        floor_times.push(milliseconds(start.elapsed()));
        let server = Server::start(binary, "none", folder.path()).await?;
        times.push(milliseconds(server.started_in));
        tokio::time::sleep(REST).await;
        floor_memory.push(floor.process.memory()?);
        memory.push(server.process.memory()?);
        server.stop().await?;
    }
    let floor_is = "a bare axum server without records";
    Line {
        what: "start to first answer, 1,000 clusters stored",
        unit: Unit::Milliseconds,
        ours: times,
        floor: floor_times,
        floor_is,
        target: "<= 50 ms",
    }
    .print();
    Line {
        what: "idle memory (PSS), 1,000 clusters stored",
        unit: Unit::Mebibytes,
        ours: memory,
        floor: floor_memory,
        floor_is,
        target: "<= 25 MiB",
    }
    .print();
    Ok(())
}
