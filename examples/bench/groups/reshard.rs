//! Half of the slots of a cluster of one shard to a second one, while a client reads and writes.

use std::time::Instant;

use redis::aio::MultiplexedConnection;

use super::{
    bare_cluster::{self, Node},
    group::{Group, Shape},
    talk::{connect, until},
    traffic::Traffic,
};
use crate::{
    Error,
    report::{Line, Unit, milliseconds},
    server::Server,
};

const ROUNDS: usize = 5;

/// What one round saw.
#[derive(Default)]
struct Seen {
    /// From the first slot on its way to the end.
    moving: Vec<f64>,
    /// From the request to the end, the new engine included.
    whole: Vec<f64>,
    /// The longest wait of the client for an answer.
    wait: Vec<f64>,
}

/// Measures it, turn about with bare engines.
pub async fn measure(server: &Server) -> Result<(), Error> {
    let (mut ours, mut floor) = (Seen::default(), Seen::default());
    for round in 0..ROUNDS {
        bare(&mut floor).await?;
        group(server, &format!("move{round}"), &mut ours).await?;
    }
    let line = |what, ours, floor, floor_is, target| {
        Line { what, unit: Unit::Milliseconds, ours, floor, floor_is, target }.print();
    };
    let floor_is = "SETSLOT, MIGRATE by hand";
    line("8,192 slots with 5,000 of 10,000 keys moved", ours.moving, floor.moving, floor_is, "ratio <= 1.2");
    line("a client's longest wait meanwhile", ours.wait, floor.wait, "straight to the engines", "");
    let floor_is = "the same with the second engine started and met";
    line("from 1 to 2 shards, a new engine included", ours.whole, floor.whole, floor_is, "");
    Ok(())
}

/// Two bare engines, the second of which is started when the clock is.
async fn bare(seen: &mut Seen) -> Result<(), Error> {
    let mut nodes = bare_cluster::form(1, 0).await?;
    let first = nodes.first_mut().ok_or("no node")?;
    let traffic = Traffic::start(first.address).await?;
    let start = Instant::now();
    let mut second = Node::start().await?;
    bare_cluster::join(first, &mut second).await?;
    let moving = Instant::now();
    bare_cluster::move_slots(first, &mut second, 8192..=16_383).await?;
    seen.moving.push(milliseconds(moving.elapsed()));
    seen.whole.push(milliseconds(start.elapsed()));
    seen.wait.push(milliseconds(traffic.end()?));
    Ok(())
}

/// A group of one shard, which gets a second one.
async fn group(server: &Server, id: &str, seen: &mut Seen) -> Result<(), Error> {
    let group = Group::create(server, id, Shape::Cluster { shards: 1, replicas: 0 }).await?;
    let members = group.members().await?;
    let mut source = connect(members.values().next().ok_or("no member")?.engine).await?;
    let traffic = Traffic::start(group.endpoint().await?).await?;
    let start = Instant::now();
    group.reshard(2).await?;
    until("slots are on their way", async || is_moving(&mut source).await).await?;
    let moving = Instant::now();
    group.until_available().await?;
    seen.moving.push(milliseconds(moving.elapsed()));
    seen.whole.push(milliseconds(start.elapsed()));
    seen.wait.push(milliseconds(traffic.end()?));
    group.remove().await
}

/// Whether a node gives slots away. Not so any more is unseen when the move is faster than the question, which waits a
/// millisecond.
async fn is_moving(source: &mut MultiplexedConnection) -> Result<bool, Error> {
    let nodes: String = redis::cmd("CLUSTER").arg("NODES").query_async(source).await?;
    Ok(nodes.contains("->-") || nodes.lines().count() > 1 && !nodes.contains("0-16383"))
}
