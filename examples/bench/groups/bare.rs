//! A bare primary with bare replicas.

use std::net::SocketAddr;

use futures_util::future::try_join_all;
use redis::aio::MultiplexedConnection;
use tempfile::TempDir;

use super::talk::{connect, is_linked, until};
use crate::{
    Error,
    docker::{Bare, Container},
    ping::{bare_redis_with, until_pong},
    process::{Process, free_address},
};

/// Or the first copy waits five seconds for other replicas that might want one.
const NO_DELAY: [&str; 2] = ["--repl-diskless-sync-delay", "0"];

/// A bare engine with a folder of its own. In one where another left its data an engine would start with these, and a
/// replica of the same history need not copy anything.
pub struct Engine {
    /// Where it is.
    pub address: SocketAddr,
    _process: Process,
    _folder: TempDir,
}

impl Engine {
    /// Starts one.
    pub fn start(address: SocketAddr, options: &[&str]) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let place = folder.path().display().to_string();
        let process = bare_redis_with(address, &[&NO_DELAY, &["--dir", &place], options].concat())?;
        Ok(Self { address, _process: process, _folder: folder })
    }
}

/// How replicas are told whom to copy.
#[derive(Clone, Copy)]
pub enum Order {
    /// When they are started, which they are as soon as the primary answers.
    AtStart,
    /// As soon as they answer, after all were started at once.
    WhenUp,
}

/// Starts a primary and `replicas` copies of it; done when every link is up. The primary is the first one.
pub async fn processes(replicas: usize, order: Order) -> Result<Vec<Engine>, Error> {
    let addresses = (0..=replicas).map(|_| free_address()).collect::<Result<Vec<_>, _>>()?;
    let (primary, others) = addresses.split_first().ok_or("no engines")?;
    let mut engines = vec![Engine::start(*primary, &[])?];
    let (ip, port) = (primary.ip().to_string(), primary.port().to_string());
    let options: &[&str] = match order {
        Order::AtStart => {
            until_pong(*primary).await?;
            &["--replicaof", &ip, &port]
        }
        Order::WhenUp => &[],
    };
    for other in others {
        engines.push(Engine::start(*other, options)?);
    }
    until_pong(*primary).await?;
    try_join_all(others.iter().map(|other| follow(*other, *primary, order))).await?;
    Ok(engines)
}

/// The same as containers, all started at once: nothing else could be as fast.
pub async fn containers(docker: &Bare, replicas: usize, name: &str) -> Result<Vec<Container>, Error> {
    let start = async |number: usize| {
        let container = docker.start_with(&format!("{name}-{number}"), &NO_DELAY).await?;
        until_pong(container.address).await?;
        Ok::<_, Error>(container)
    };
    let containers = try_join_all((0..=replicas).map(start)).await?;
    let (primary, others) = containers.split_first().ok_or("no engines")?;
    try_join_all(others.iter().map(|other| follow(other.address, primary.address, Order::WhenUp))).await?;
    Ok(containers)
}

/// Waits until a replica has copied its primary, which it is told when it is to be.
async fn follow(replica: SocketAddr, primary: SocketAddr, order: Order) -> Result<(), Error> {
    until_pong(replica).await?;
    let mut replica = connect(replica).await?;
    if let Order::WhenUp = order {
        let mut replicaof = redis::cmd("REPLICAOF");
        replicaof.arg(primary.ip().to_string()).arg(primary.port()).exec_async(&mut replica).await?;
    }
    until("a replica is in sync", async || is_linked(&mut replica).await).await
}

/// Makes a replica a primary and writes to it, as somebody would who watches its primary by a connection.
pub async fn take_over(mut watch: MultiplexedConnection, replica: SocketAddr) -> Result<(), Error> {
    let mut replica = connect(replica).await?;
    until("the primary is gone", async || Ok(redis::cmd("PING").exec_async(&mut watch).await.is_err())).await?;
    redis::cmd("REPLICAOF").arg("NO").arg("ONE").exec_async(&mut replica).await?;
    Ok(redis::cmd("SET").arg("bench").arg("after").exec_async(&mut replica).await?)
}
