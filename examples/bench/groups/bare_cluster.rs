//! A bare cluster, made and changed by hand as `redis-cli --cluster` would, only without its waits of a second.

use std::{net::SocketAddr, ops::RangeInclusive};

use futures_util::future::try_join_all;
use redis::{Pipeline, aio::MultiplexedConnection};

use super::{
    bare::Engine,
    talk::{connect, info, is_linked, until},
};
use crate::{Error, ping::until_pong, process::free_address};

/// How many slots are on their way at the same time.
const SLOTS_AT_A_TIME: usize = 256;

/// How many keys of a slot are sent for at the same time.
const KEYS_AT_A_TIME: usize = 200;

/// How many slots' keys are sent for in one go; the engine serves nobody else meanwhile.
const COMMANDS_AT_A_TIME: usize = 32;

/// An engine that is or is to be a node of a cluster.
pub struct Node {
    /// Where it is.
    pub address: SocketAddr,
    bus: u16,
    id: String,
    engine: MultiplexedConnection,
    _engine: Engine,
}

impl Node {
    /// Starts one that knows nobody.
    pub async fn start() -> Result<Self, Error> {
        let (address, bus) = (free_address()?, free_address()?.port());
        let options = ["--cluster-enabled", "yes", "--cluster-port", &bus.to_string()];
        let process = Engine::start(address, &options)?;
        until_pong(address).await?;
        let mut engine = connect(address).await?;
        let id = redis::cmd("CLUSTER").arg("MYID").query_async(&mut engine).await?;
        Ok(Self { address, bus, id, engine, _engine: process })
    }

    /// Lets it own slots. Before it knows anybody it gets an epoch of its own, too.
    pub async fn own(&mut self, slots: RangeInclusive<u16>, epoch: usize) -> Result<(), Error> {
        let mut add = redis::cmd("CLUSTER");
        add.arg("ADDSLOTSRANGE").arg(*slots.start()).arg(*slots.end()).exec_async(&mut self.engine).await?;
        Ok(redis::cmd("CLUSTER").arg("SET-CONFIG-EPOCH").arg(epoch).exec_async(&mut self.engine).await?)
    }

    /// Waits until it serves and knows as many nodes.
    pub async fn until_serving(&mut self, nodes: usize) -> Result<(), Error> {
        let nodes = format!("cluster_known_nodes:{nodes}\r");
        until("a node of the cluster serves", async || {
            let info: String = redis::cmd("CLUSTER").arg("INFO").query_async(&mut self.engine).await?;
            Ok(info.contains("cluster_state:ok") && info.contains(&nodes))
        })
        .await
    }

    async fn meet(&mut self, others: &[(SocketAddr, u16)]) -> Result<(), Error> {
        let mut pipeline = redis::pipe();
        for (address, bus) in others.iter().filter(|(address, _)| *address != self.address) {
            let (ip, port) = (address.ip().to_string(), address.port());
            pipeline.cmd("CLUSTER").arg("MEET").arg(ip).arg(port).arg(*bus).ignore();
        }
        if pipeline.is_empty() {
            return Ok(());
        }
        Ok(pipeline.exec_async(&mut self.engine).await?)
    }

    async fn follow(&mut self, primary: &str) -> Result<(), Error> {
        until("a replica knows its primary", async || {
            let told = redis::cmd("CLUSTER").arg("REPLICATE").arg(primary).exec_async(&mut self.engine).await;
            Ok(told.is_ok())
        })
        .await?;
        until("a replica is in sync", async || is_linked(&mut self.engine).await).await
    }

    /// `CLUSTER SETSLOT` for each of the slots, in one go.
    async fn set_slots(&mut self, slots: &[u16], what: &str, id: &str) -> Result<(), Error> {
        let mut pipeline = Pipeline::with_capacity(slots.len());
        for slot in slots {
            pipeline.cmd("CLUSTER").arg("SETSLOT").arg(*slot).arg(what).arg(id).ignore();
        }
        Ok(pipeline.exec_async(&mut self.engine).await?)
    }
}

/// Makes a cluster of `shards` primaries, each with `replicas`; the primaries come first. Done when every node serves and
/// every link is up.
pub async fn form(shards: u16, replicas: u16) -> Result<Vec<Node>, Error> {
    let count = usize::from(shards * (1 + replicas));
    let mut nodes = try_join_all((0..count).map(|_| Node::start())).await?;
    let places: Vec<_> = nodes.iter().map(|node| (node.address, node.bus)).collect();
    let (primaries, others) = nodes.split_at_mut(shards.into());
    let bound = |shard: u16| u16::try_from(16_384 * u32::from(shard) / u32::from(shards)).unwrap_or(16_384);
    for (shard, primary) in (0..shards).zip(primaries.iter_mut()) {
        primary.own(bound(shard)..=bound(shard + 1) - 1, usize::from(shard) + 1).await?;
    }
    let ids: Vec<_> = primaries.iter().map(|primary| primary.id.clone()).collect();
    // Both ways at once: told in one direction only, the other one would take another round.
    try_join_all(primaries.iter_mut().chain(others.iter_mut()).map(|node| node.meet(&places))).await?;
    try_join_all(others.iter_mut().zip(ids.iter().cycle()).map(|(node, primary)| node.follow(primary))).await?;
    try_join_all(nodes.iter_mut().map(|node| node.until_serving(count))).await?;
    Ok(nodes)
}

/// Takes another primary into the cluster of one node. Done when it serves.
pub async fn join(first: &mut Node, new: &mut Node) -> Result<(), Error> {
    new.meet(&[(first.address, first.bus)]).await?;
    first.meet(&[(new.address, new.bus)]).await?;
    new.until_serving(2).await?;
    first.until_serving(2).await
}

/// Moves slots with their keys.
pub async fn move_slots(source: &mut Node, target: &mut Node, slots: RangeInclusive<u16>) -> Result<(), Error> {
    redis::cmd("CLUSTER").arg("BUMPEPOCH").exec_async(&mut target.engine).await?;
    let (from, to) = (source.id.clone(), target.id.clone());
    let slots: Vec<u16> = slots.collect();
    for round in slots.chunks(SLOTS_AT_A_TIME) {
        target.set_slots(round, "IMPORTING", &from).await?;
        source.set_slots(round, "MIGRATING", &to).await?;
        move_keys(source, target.address, round).await?;
        target.set_slots(round, "NODE", &to).await?;
        source.set_slots(round, "NODE", &to).await?;
    }
    let left = info(&mut source.engine, "keyspace", "db0").await?;
    let arrived = info(&mut target.engine, "keyspace", "db0").await?;
    if left.is_empty() || arrived.is_empty() { Err("the keys did not move".into()) } else { Ok(()) }
}

async fn move_keys(source: &mut Node, target: SocketAddr, slots: &[u16]) -> Result<(), Error> {
    let mut slots = slots.to_vec();
    while !slots.is_empty() {
        let mut pipeline = Pipeline::with_capacity(slots.len());
        for slot in &slots {
            pipeline.cmd("CLUSTER").arg("GETKEYSINSLOT").arg(*slot).arg(KEYS_AT_A_TIME);
        }
        let keys: Vec<Vec<String>> = pipeline.query_async(&mut source.engine).await?;
        let full: Vec<_> = slots.into_iter().zip(keys).filter(|(_, keys)| !keys.is_empty()).collect();
        for some in full.chunks(COMMANDS_AT_A_TIME) {
            let mut pipeline = redis::pipe();
            for (_, keys) in some {
                let migrate = pipeline.cmd("MIGRATE").arg(target.ip().to_string()).arg(target.port());
                migrate.arg("").arg(0).arg(20_000).arg("REPLACE").arg("KEYS").arg(keys).ignore();
            }
            pipeline.exec_async(&mut source.engine).await?;
        }
        slots = full.into_iter().map(|(slot, _)| slot).collect();
    }
    Ok(())
}
