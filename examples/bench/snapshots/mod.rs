//! Snapshots: how long one takes until it is available, and how long a cache that is made of one. The floors let a bare
//! engine write a dump of the same data and copy it, and start with that dump.

mod bare;
mod data;
mod ours;

use std::{path::Path, time::Instant};

use tempfile::TempDir;

use self::{
    bare::Engine,
    data::{DATA, Data},
    ours::Shape,
};
use crate::{
    Error,
    report::{self, Line, Unit, milliseconds},
    server::Server,
};

const ROUNDS: usize = 7;

/// Those in cluster mode, which take seconds each.
const SLOW_ROUNDS: usize = 5;

/// The snapshot that everything is restored from.
const SNAPSHOT: &str = "bench-data";

/// Measures processes, each kind of data on a server of its own.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    for data in &DATA {
        if let Err(error) = processes(binary, data).await {
            report::skipped(data.name, &error.to_string());
        }
    }
    Ok(())
}

/// Figures of rounds, ours beside the floor.
#[derive(Default)]
struct Pair {
    ours: Vec<f64>,
    floor: Vec<f64>,
}

impl Pair {
    /// Prints the medians, and beside them the least, which other work on the machine spoils last.
    fn print(self, what: &str, floor_is: &str, target: &str) {
        let least = |values: &[f64]| values.iter().copied().min_by(f64::total_cmp).into_iter().collect();
        let (ours, floor) = (least(&self.ours), least(&self.floor));
        let unit = Unit::Milliseconds;
        Line { what, unit, ours: self.ours, floor: self.floor, floor_is, target }.print();
        Line { what: "  the quickest round", unit, ours, floor, floor_is: "", target: "" }.print();
    }
}

async fn processes(binary: &Path, data: &Data) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "process", folder.path()).await?;
    let idle = server.process.peak()?;
    // On one disk with the server's own.
    let bare_folder = tempfile::tempdir()?;
    let mut bare = Engine::start(bare_folder.path()).await?;
    data.fill(bare.address).await?;
    let source = ours::create(&server, data).await?;

    let mut taken = Pair::default();
    for round in 0..=ROUNDS {
        let start = Instant::now();
        bare.dump().await?;
        std::fs::copy(bare_folder.path().join(bare::DUMP), bare_folder.path().join("copy"))?;
        taken.floor.push(milliseconds(start.elapsed()));
        let start = Instant::now();
        let name = format!("round{round}");
        ours::take(&server, &source, &name).await?;
        taken.ours.push(milliseconds(start.elapsed()));
        ours::delete_snapshot(&server, &name).await?;
    }
    ours::take(&server, &source, SNAPSHOT).await?;
    drop(bare);
    ours::remove(&server, &source).await?;
    taken.print(&format!("snapshot of {}", data.name), "BGSAVE and a copy of its file", "ratio <= 1.2");

    restores(&server, data, &bare_folder).await?;
    let peak = server.process.peak()?;
    server.stop().await?;
    Line {
        what: "  the server's memory at most",
        unit: Unit::Mebibytes,
        ours: vec![peak],
        floor: vec![idle],
        floor_is: "before",
        target: "",
    }
    .print();
    Ok(())
}

/// Every shape that the data are restored in.
async fn restores(server: &Server, data: &Data, dump: &TempDir) -> Result<(), Error> {
    let floor_is = "the engine alone with the whole file to PONG";
    let (mut single, mut split, mut joined) = (Pair::default(), Pair::default(), Pair::default());
    for _ in 0..ROUNDS {
        single.floor.push(bare_load(dump.path(), data).await?);
        single.ours.push(ours::restore(server, SNAPSHOT, Shape::Single, data).await?);
    }
    single.print(&format!("restore of {}", data.name), floor_is, "ratio <= 1.2");
    // A snapshot of two shards, for the way back to one.
    let two = ours::create_restored(server, SNAPSHOT, Shape::Shards(2)).await?;
    ours::take(server, &two, "two-shards").await?;
    ours::remove(server, &two).await?;
    for _ in 0..SLOW_ROUNDS {
        split.floor.push(bare_load(dump.path(), data).await?);
        split.ours.push(ours::restore(server, SNAPSHOT, Shape::Shards(2), data).await?);
        joined.floor.push(bare_load(dump.path(), data).await?);
        joined.ours.push(ours::restore(server, "two-shards", Shape::Shards(1), data).await?);
    }
    split.print("  to 2 shards, from one file", floor_is, "");
    joined.print("  to 1 shard, from those 2", floor_is, "");
    Ok(())
}

/// From the start of an engine in a folder with a dump to its first answer.
async fn bare_load(folder: &Path, data: &Data) -> Result<f64, Error> {
    let start = Instant::now();
    let engine = Engine::start(folder).await?;
    let taken = milliseconds(start.elapsed());
    data.check(&[engine.address]).await?;
    Ok(taken)
}
