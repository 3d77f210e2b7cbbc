//! Service updates: every node gets a new engine, one after the other, while clients write.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use cachette::{
    model::{
        Engine, NodeGroupId, NodeId, UpdateInitiator, UpdateState,
        catalogue::service_updates::{ServiceUpdateStatus, service_updates},
    },
    protocol::{Operation, Output, types},
};
use chrono::{TimeDelta, Utc};
use tokio::task::JoinHandle;

use crate::world::{GROUP, PATIENCE, Shape, World};

/// The name of an update that can be applied to this engine.
pub fn available_update(engine: Engine) -> String {
    let now = Utc::now();
    let mut updates = service_updates(now).into_iter().rev();
    let is_such = |update: &cachette::model::catalogue::service_updates::ServiceUpdate| {
        update.status(now) == ServiceUpdateStatus::Available && update.engines().any(|(of, _)| of == engine)
    };
    updates.find(is_such).expect("an update").name
}

/// Asks for the update of the group.
pub fn applied_to_group() -> Operation {
    Operation::BatchApplyUpdateAction(Box::new(types::BatchApplyUpdateActionMessage {
        replication_group_ids: Some(vec![GROUP.into()]),
        cache_cluster_ids: None,
        service_update_name: available_update(Engine::Redis),
    }))
}

async fn apply_to_group(world: &World) {
    let Output::BatchApplyUpdateAction(answer) = world.execute(applied_to_group()).await else { panic!("an answer") };
    assert_eq!(
        answer.processed_update_actions.map(|list| list.len()),
        Some(1),
        "{:?}",
        answer.unprocessed_update_actions
    );
}

async fn apply_to_cluster(world: &World, id: &str, engine: Engine) {
    let apply = types::BatchApplyUpdateActionMessage {
        replication_group_ids: None,
        cache_cluster_ids: Some(vec![id.into()]),
        service_update_name: available_update(engine),
    };
    world.execute(Operation::BatchApplyUpdateAction(Box::new(apply))).await;
}

fn generation(world: &World, id: &str) -> u32 {
    world.member(id).expect("a cluster").nodes[&NodeId::FIRST].generation
}

/// A client that writes all the time to one endpoint, until it is asked how much was acknowledged.
struct Writer {
    port: u16,
    tag: String,
    stop: Arc<AtomicBool>,
    writing: JoinHandle<usize>,
}

impl Writer {
    /// Writes keys of a slot that the engine behind `port` owns.
    async fn start(world: &Arc<World>, port: u16) -> Self {
        let mut tag = 0;
        while world.ask::<()>(port, &["SET", &format!("{{{tag}}}"), "v"]).await.is_err() {
            tag += 1;
        }
        let (tag, stop) = (format!("{{{tag}}}"), Arc::new(AtomicBool::new(false)));
        let writing = tokio::spawn(write(Arc::clone(world), port, tag.clone(), Arc::clone(&stop)));
        Self { port, tag, stop, writing }
    }

    /// Ends the writing, and compares what is there with what was acknowledged.
    async fn check(self, world: &World) {
        self.stop.store(true, Ordering::Relaxed);
        let acknowledged = self.writing.await.expect("the writer goes on");
        assert!(acknowledged > 0, "nothing was written");
        let mut connection = world.connect(self.port).await.expect("a connection");
        let keys: Vec<_> = (0..acknowledged).map(|number| key(&self.tag, number)).collect();
        for (numbers, keys) in keys.chunks(1000).enumerate() {
            let found: Vec<Option<usize>> =
                redis::cmd("MGET").arg(keys).query_async(&mut connection).await.expect("values");
            for (offset, value) in found.into_iter().enumerate() {
                let number = numbers * 1000 + offset;
                assert_eq!(value, Some(number), "lost, of {acknowledged} that were acknowledged");
            }
        }
    }
}

async fn write(world: Arc<World>, port: u16, tag: String, stop: Arc<AtomicBool>) -> usize {
    let mut acknowledged = 0;
    let mut connection = None;
    while !stop.load(Ordering::Relaxed) {
        let Some(open) = &mut connection else {
            connection = world.connect(port).await.ok();
            continue;
        };
        let written = redis::cmd("SET").arg(key(&tag, acknowledged)).arg(acknowledged).exec_async(open).await;
        if written.is_ok() {
            acknowledged += 1;
        } else {
            connection = None;
        }
    }
    acknowledged
}

fn key(tag: &str, number: usize) -> String {
    format!("{tag}{number}")
}

async fn ended(world: Arc<World>) {
    Arc::into_inner(world).expect("nobody else uses it").end().await;
}

/// The members that were begun, in that order.
fn begun(world: &World) -> Vec<String> {
    let action = world.update_action().expect("an action");
    action.nodes.iter().map(|node| node.cache_cluster_id.clone()).collect()
}

async fn group(clustered: bool, shards: i32, replicas: i32) -> Arc<World> {
    let world = World::new().await;
    world.create(&Shape { clustered, shards, replicas, automatic_failover: true }).await;
    world.until("available", World::is_available).await;
    Arc::new(world)
}

#[tokio::test]
async fn no_write_is_lost_while_a_group_is_updated() {
    let world = group(false, 1, 2).await;
    let writer = Writer::start(&world, world.primary_port()).await;
    apply_to_group(&world).await;
    assert!(!world.is_available(), "a group that is being updated is not available");
    let mut most_engines = 0;
    let asked = Instant::now();
    while !world.is_available() {
        assert!(asked.elapsed() < PATIENCE);
        most_engines = most_engines.max(world.engine_count().await);
        let action = world.update_action().expect("an action");
        assert!(action.is_active() || world.is_available(), "available once it is over, and not before");
        assert!(action.nodes.iter().filter(|node| node.ended.is_none()).count() <= 1, "one at a time");
    }
    writer.check(&world).await;
    assert!(most_engines <= 4, "one more than there are members, and not {most_engines}");
    assert_eq!(begun(&world), ["g-002", "g-003", "g-001"], "the primary comes last");
    assert_eq!(world.update_action().expect("an action").state, UpdateState::Complete);
    for member in ["g-001", "g-002", "g-003"] {
        assert_eq!(generation(&world, member), 2, "{member} has one new engine");
        let events = world.messages(member);
        let told = ["Recovering cache nodes 0001", "Finished recovery for cache nodes 0001"];
        assert_eq!(events[events.len() - 2..], told, "{member}");
    }
    assert_eq!(world.engine_count().await, 3);
    let group = world.group().expect("a group");
    assert_eq!(group.node_groups[&NodeGroupId::new(1)].primary.cache_cluster_id, "g-001");
    ended(world).await;
}

#[tokio::test]
async fn no_write_is_lost_while_a_group_in_cluster_mode_is_updated() {
    let world = group(true, 2, 1).await;
    let mut writers = Vec::new();
    for primary in ["g-0001-001", "g-0002-001"] {
        writers.push(Writer::start(&world, world.node_port(primary)).await);
    }
    apply_to_group(&world).await;
    world.until("updated", World::is_available).await;
    for writer in writers {
        writer.check(&world).await;
    }
    assert_eq!(begun(&world), ["g-0001-002", "g-0001-001", "g-0002-002", "g-0002-001"]);
    assert_eq!(world.engine_count().await, 4);
    ended(world).await;
}

#[tokio::test]
async fn no_write_is_lost_while_an_update_applies_itself() {
    let world = group(false, 1, 1).await;
    let writer = Writer::start(&world, world.primary_port()).await;
    let comes = |world: &World| {
        let now = world.now();
        let created = world.group().and_then(|group| group.created).expect("a group that is there");
        let member = world.member("g-001").expect("a member");
        service_updates(now).iter().any(|update| update.is_scheduled_for(&member, created, now))
    };
    while !comes(&world) {
        assert_eq!(world.update_action().map(|action| action.state), None, "not before its date");
        world.advance(Duration::from_hours(24));
    }
    let window = world.member("g-001").expect("a member").maintenance_window;
    let wait = window.next_start(world.now()) - world.now() + TimeDelta::minutes(1);
    world.advance(wait.to_std().expect("a time to come"));
    let is_over = |world: &World| {
        world.is_available() && world.update_action().is_some_and(|action| action.state == UpdateState::Complete)
    };
    world.until("updated", is_over).await;
    writer.check(&world).await;
    assert_eq!(world.update_action().map(|action| action.initiated_by), Some(UpdateInitiator::System));
    for member in ["g-001", "g-002"] {
        assert_eq!(generation(&world, member), 2, "{member}");
    }
    ended(world).await;
}

#[tokio::test]
async fn an_update_that_is_stopped_can_be_applied_to_the_rest() {
    let world = group(false, 1, 2).await;
    apply_to_group(&world).await;
    world.until("begun", |world| !begun(world).is_empty()).await;
    let stop = types::BatchStopUpdateActionMessage {
        replication_group_ids: Some(vec![GROUP.into()]),
        cache_cluster_ids: None,
        service_update_name: available_update(Engine::Redis),
    };
    world.execute(Operation::BatchStopUpdateAction(Box::new(stop))).await;
    world.until("stopped", World::is_available).await;
    let action = world.update_action().expect("an action");
    assert_eq!(action.state, UpdateState::Stopped);
    let first = action.nodes.clone();
    assert!((1..3).contains(&first.len()) && first.iter().all(|node| node.ended.is_some()), "{first:?}");
    for (member, expected) in [("g-002", 2), ("g-001", 1)] {
        assert_eq!(generation(&world, member), expected, "{member}");
    }
    apply_to_group(&world).await;
    world.until("updated", World::is_available).await;
    let action = world.update_action().expect("an action");
    assert_eq!(action.state, UpdateState::Complete);
    assert_eq!(action.nodes[..first.len()], first, "what was done is not done again");
    for member in ["g-001", "g-002", "g-003"] {
        assert_eq!(generation(&world, member), 2, "{member}");
    }
    ended(world).await;
}

#[tokio::test]
async fn an_update_comes_to_its_end_though_engines_are_lost() {
    let world = group(false, 1, 2).await;
    world.write_copied(world.primary_port(), "k", 2).await;
    apply_to_group(&world).await;
    world.until("begun", |world| !begun(world).is_empty()).await;
    world.kill("g-001").await;
    world.until("updated", World::is_available).await;
    assert_eq!(world.update_action().expect("an action").state, UpdateState::Complete);
    let value: String = world.ask(world.primary_port(), &["GET", "k"]).await.expect("read");
    assert_eq!(value, "v");
    assert_eq!(world.engine_count().await, 3);
    ended(world).await;
}

#[tokio::test]
async fn no_write_is_lost_while_a_cluster_is_updated() {
    let world = World::new().await;
    let create = types::CreateCacheClusterMessage {
        cache_cluster_id: "alone".into(),
        engine: Some("valkey".into()),
        cache_node_type: Some("cache.t3.micro".into()),
        num_cache_nodes: Some(1),
        ..Default::default()
    };
    world.execute(Operation::CreateCacheCluster(Box::new(create))).await;
    world.until("available", |world| world.is_cluster_available("alone")).await;
    let world = Arc::new(world);
    let writer = Writer::start(&world, world.node_port("alone")).await;
    apply_to_cluster(&world, "alone", Engine::Valkey).await;
    world.until("updated", |world| world.is_cluster_available("alone")).await;
    writer.check(&world).await;
    assert_eq!(generation(&world, "alone"), 2);
    assert_eq!(world.engine_count().await, 1);
    ended(world).await;
}

#[tokio::test]
async fn the_nodes_of_memcached_are_replaced_one_by_one() {
    let world = World::new().await;
    let create = types::CreateCacheClusterMessage {
        cache_cluster_id: "many".into(),
        engine: Some("memcached".into()),
        cache_node_type: Some("cache.t3.micro".into()),
        num_cache_nodes: Some(3),
        ..Default::default()
    };
    world.execute(Operation::CreateCacheCluster(Box::new(create))).await;
    world.until("available", |world| world.is_cluster_available("many")).await;
    let before = world.member("many").expect("a cluster");
    apply_to_cluster(&world, "many", Engine::Memcached).await;
    let one_at_a_time = |world: &World| {
        let nodes = &world.member("many").expect("a cluster").nodes;
        assert!(nodes.values().filter(|node| !node.is_settled()).count() <= 1, "{nodes:?}");
        world.is_cluster_available("many")
    };
    world.until("updated", one_at_a_time).await;
    let after = world.member("many").expect("a cluster");
    for (id, node) in &after.nodes {
        assert_eq!((node.generation, node.port), (2, before.nodes[id].port), "{id}");
    }
    assert_eq!(after.membership_version, before.membership_version, "the same nodes at the same addresses");
    assert_eq!(world.engine_count().await, 3);
    world.end().await;
}
