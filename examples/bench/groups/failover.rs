//! From the death of a primary to the first write that is taken.

use std::{net::SocketAddr, time::Instant};

use redis::aio::MultiplexedConnection;
use rustix::process::{Pid, Signal, kill_process};

use super::{
    bare::{self, Order},
    group::{Group, Member, Shape},
    talk::{connect, info, until_written},
};
use crate::{
    Error,
    docker::Bare,
    report::{Line, Unit, milliseconds},
    server::Server,
};

const ROUNDS: usize = 7;

/// Those that take seconds each.
const SLOW_ROUNDS: usize = 5;

/// Measures both kinds of groups as processes.
pub async fn processes(server: &Server) -> Result<(), Error> {
    let mut floor = Vec::new();
    for _ in 0..ROUNDS {
        let mut engines = bare::processes(1, Order::WhenUp).await?;
        let replica = engines.pop().ok_or("no replica")?;
        let watch = connect(engines[0].address).await?;
        let start = Instant::now();
        engines.clear();
        bare::take_over(watch, replica.address).await?;
        floor.push(milliseconds(start.elapsed()));
    }
    let floor_is = "kill, REPLICAOF NO ONE, SET by hand";
    let kill = async |primary: SocketAddr| {
        let id = info(&mut connect(primary).await?, "server", "process_id").await?;
        let id = Pid::from_raw(id.parse()?).ok_or("the engine has no process")?;
        let start = Instant::now();
        kill_process(id, Signal::KILL)?;
        Ok(start)
    };
    for (what, shape) in [("primary killed to a write taken, process", SINGLE), ("the same in cluster mode", CLUSTER)] {
        let ours = measure(server, shape, ROUNDS, &kill).await?;
        let floor = floor.clone();
        Line { what, unit: Unit::Milliseconds, ours, floor, floor_is, target: "<= 250 ms" }.print();
    }
    Ok(())
}

/// Measures both kinds of groups as containers.
pub async fn containers(server: &Server, docker: &Bare) -> Result<(), Error> {
    let mut floor = Vec::new();
    for round in 0..SLOW_ROUNDS {
        let engines = bare::containers(docker, 1, &format!("lost{round}")).await?;
        let [primary, replica] = engines.as_slice() else { return Err("no replica".into()) };
        let watch = connect(primary.address).await?;
        let start = Instant::now();
        let (killed, taken_over) =
            tokio::join!(docker.kill(primary.address.ip()), bare::take_over(watch, replica.address));
        floor.push(milliseconds(start.elapsed()));
        killed.and(taken_over)?;
        for container in &engines {
            docker.remove(container).await?;
        }
    }
    let floor_is = "docker kill, REPLICAOF NO ONE, SET by hand";
    let kill = async |primary: SocketAddr| {
        let start = Instant::now();
        docker.kill(primary.ip()).await?;
        Ok(start)
    };
    for (what, shape) in [("primary killed to a write taken, docker", SINGLE), ("the same in cluster mode", CLUSTER)] {
        let ours = measure(server, shape, SLOW_ROUNDS, &kill).await?;
        let floor = floor.clone();
        Line { what, unit: Unit::Milliseconds, ours, floor, floor_is, target: "<= 600 ms" }.print();
    }
    Ok(())
}

const SINGLE: Shape = Shape::Single { replicas: 2 };

const CLUSTER: Shape = Shape::Cluster { shards: 3, replicas: 1 };

/// Kills the primary of the first shard again and again. What is written then has to be there when all is well again.
async fn measure(
    server: &Server,
    shape: Shape,
    rounds: usize,
    kill: &impl AsyncFn(SocketAddr) -> Result<Instant, Error>,
) -> Result<Vec<f64>, Error> {
    let group = Group::create(server, "lost", shape).await?;
    let mut times = Vec::new();
    for round in 0..rounds {
        let (primary, replica) = group.first_shard().await?;
        let value = round.to_string();
        let (place, key) = place(&group, shape, &primary, &replica).await?;
        let start = kill(primary.engine).await?;
        until_written(place, &key, &value).await?;
        times.push(milliseconds(start.elapsed()));
        group.until_whole().await?;
        let found: Option<String> = redis::cmd("GET").arg(&key).query_async(&mut connect(place).await?).await?;
        if found != Some(value) {
            return Err("a write that was taken after the primary was lost is lost, too".into());
        }
    }
    group.remove().await?;
    Ok(times)
}

/// Where a client writes next, and a key that belongs there.
async fn place(
    group: &Group<'_>,
    shape: Shape,
    primary: &Member,
    replica: &Member,
) -> Result<(SocketAddr, String), Error> {
    match shape {
        Shape::Single { .. } => Ok((group.endpoint().await?, "bench".to_owned())),
        Shape::Cluster { .. } => Ok((replica.endpoint, key_of(&mut connect(primary.engine).await?).await?)),
    }
}

/// A key that belongs to this node of a cluster.
async fn key_of(node: &mut MultiplexedConnection) -> Result<String, Error> {
    for number in 0..1000 {
        let key = format!("bench{number}");
        if redis::cmd("GET").arg(&key).exec_async(node).await.is_ok() {
            return Ok(key);
        }
    }
    Err("no key belongs to the node".into())
}
