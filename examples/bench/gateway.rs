//! What a client's bytes pay for the gateway, by redis-benchmark.

use std::{net::SocketAddr, path::Path, process::Command};

use tokio::process::Command as AsyncCommand;

use crate::{
    Error,
    floor::Floor,
    ping::until_pong,
    process::{Process, free_address},
    report::{Line, Unit},
    server::{NODE_PORTS, Server, create},
};

/// How often the ways take turns.
pub const ROUNDS: usize = 5;

/// A way of asking: a name, the options of redis-benchmark, how many requests.
pub const WAYS: [(&str, &[&str], &str); 3] =
    [("-P 1", &["-P", "1"], "30000"), ("-P 16", &["-P", "16"], "300000"), ("64 KiB", &["-d", "65536"], "15000")];

/// Asked in this order: what GET finds is what SET left.
pub const COMMANDS: [&str; 2] = ["SET", "GET"];

/// Measures the ways to one engine, turn about: straight to it, through the gateway, through another copier.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "process", folder.path()).await?;
    server.ask(&create("gateway", *NODE_PORTS.start())).await?;
    server.until_available(1).await?;
    let nodes = server.resources().await?;
    let node = &nodes["cache_clusters"][0]["nodes"][0];
    let port = node["port"].as_u64().and_then(|port| u16::try_from(port).ok()).ok_or("the cluster has no endpoint")?;
    let gateway = SocketAddr::from(([127, 0, 0, 1], port));
    let direct: SocketAddr = node["engine_address"].as_str().ok_or("the cluster has no engine")?.parse()?;
    let (copier, copier_is, _process) = copier(direct)?;
    until_pong(copier).await?;
    for (name, options, requests) in WAYS {
        // By command, then by where it was sent.
        let mut rates: [[Vec<f64>; 3]; 2] = Default::default();
        for _ in 0..ROUNDS {
            for (place, address) in [direct, gateway, copier].into_iter().enumerate() {
                for (command, rates) in COMMANDS.iter().zip(&mut rates) {
                    rates[place].push(ask(address, command, options, requests).await?);
                }
            }
        }
        for (command, [direct, gateway, copier]) in COMMANDS.iter().zip(rates) {
            let what = format!("{command} through the gateway, {name}");
            let line = |ours, floor, floor_is, target| {
                Line { what: &what, unit: Unit::PerSecond, ours, floor, floor_is, target }.print();
            };
            line(gateway.clone(), copier, copier_is, "ratio >= 1");
            line(gateway, direct, "straight to the engine", "");
        }
    }
    server.stop().await
}

/// What Docker copies with for published ports, when that is here; else the simplest loop.
fn copier(target: SocketAddr) -> Result<(SocketAddr, &'static str, Process), Error> {
    let address = free_address()?;
    // It tells the descriptor 3 that it is ready, then closes it.
    let mut command = Command::new("sh");
    command.args(["-c", "exec docker-proxy \"$@\" 3>/dev/null", "sh"]);
    command.args(["-proto", "tcp", "-host-ip", "127.0.0.1", "-host-port", &address.port().to_string()]);
    command.args(["-container-ip", &target.ip().to_string(), "-container-port", &target.port().to_string()]);
    if let Ok(process) = Process::start(&mut command) {
        return Ok((address, "docker-proxy", process));
    }
    let floor = Floor::copies(target)?;
    Ok((floor.address, "a plain copy loop in tokio", floor.process))
}

/// Requests a second, as redis-benchmark sees them.
pub async fn ask(address: SocketAddr, command: &str, options: &[&str], requests: &str) -> Result<f64, Error> {
    let mut benchmark = AsyncCommand::new("redis-benchmark");
    benchmark.args(["-h", &address.ip().to_string(), "-p", &address.port().to_string()]);
    benchmark.args(["--csv", "-c", "50", "-n", requests, "-t", command]).args(options).kill_on_drop(true);
    let output = benchmark.output().await.map_err(|error| format!("redis-benchmark: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with(&format!("\"{command}\"")));
    let rate = line.and_then(|line| line.split('"').nth(3)?.parse().ok());
    rate.ok_or_else(|| format!("redis-benchmark said: {text}{}", String::from_utf8_lossy(&output.stderr)).into())
}
