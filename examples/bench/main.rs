//! Measures the server against what it could be at best on the same machine: `make bench`.
//!
//! Every figure is printed beside a floor that is measured in the same run, turn about with it, because the machine is
//! never the same twice: the ratio of the two is what can be compared. Nothing here passes or fails; the targets are
//! printed for whoever reads. `docs/performance.md` tells what each line means.
//!
//! Usage: `bench [start|describe|writes|engine|fleet|gateway|tls|groups|snapshots|metrics|image|console]..`, all of them when none is named. The
//! server is the release build beside this program, or the one that `CACHETTE_BINARY` names. The floors that have to be processes of
//! their own are this program again, with other arguments.

mod console;
mod describe;
mod docker;
mod engine;
mod fleet;
mod floor;
mod gateway;
mod groups;
mod image;
mod load;
mod metrics;
mod ping;
mod process;
mod report;
mod seed;
mod server;
mod snapshots;
mod start;
mod tls;
mod writes;

use std::{path::PathBuf, process::ExitCode};

/// What can go wrong in a measurement; it is printed and ends that measurement.
type Error = Box<dyn std::error::Error + Send + Sync>;

/// The parts that can be asked for by name, in the order in which they run.
const PARTS: [&str; 12] = [
    "start",
    "describe",
    "writes",
    "engine",
    "fleet",
    "gateway",
    "tls",
    "groups",
    "snapshots",
    "metrics",
    "image",
    "console",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [floor::HTTP, body] => floor::serve_http(body),
        [floor::COPY, target] => floor::serve_copies(target),
        parts if parts.iter().all(|part| PARTS.contains(part)) => measure(parts),
        _ => Err(format!("usage: bench [{}]..", PARTS.join("|")).into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The server's program. Not built together with this one: what the tests depend on would change how.
fn binary() -> Result<PathBuf, Error> {
    let named = std::env::var_os("CACHETTE_BINARY").map(PathBuf::from);
    let beside = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join("cachette"));
    let found = named.or_else(beside).filter(|path| path.exists());
    found.ok_or_else(|| "the server is not built yet: cargo build --release".into())
}

fn measure(parts: &[&str]) -> Result<(), Error> {
    let binary = &binary()?;
    // One thread, so that the load takes no more of the machine than it must.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    report::heading();
    for part in PARTS {
        if !parts.is_empty() && !parts.contains(&part) {
            continue;
        }
        report::machine(part);
        let outcome = runtime.block_on(async {
            match part {
                "start" => start::measure(binary).await,
                "describe" => describe::measure(binary).await,
                "writes" => writes::measure(binary).await,
                "engine" => engine::measure(binary).await,
                "fleet" => fleet::measure(binary).await,
                "gateway" => gateway::measure(binary).await,
                "tls" => tls::measure(binary).await,
                "groups" => groups::measure(binary).await,
                "metrics" => metrics::measure(binary).await,
                "image" => image::measure(binary).await,
                "console" => console::measure(binary).await,
                _ => snapshots::measure(binary).await,
            }
        });
        if let Err(error) = outcome {
            report::skipped(part, &error.to_string());
        }
    }
    report::machine("end");
    Ok(())
}
