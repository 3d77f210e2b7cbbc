//! The server is killed at every single call that starts or ends an engine, before and after it took effect, while groups
//! are made of snapshots and while they go with a last one.

use cachette::{
    model::GroupPhase,
    protocol::{Operation, types},
};

use crate::{
    halting::Halt,
    snapshot_crashes::until_clean,
    snapshots::{drop_group, found, group_phase, snapshot, take_group, until_group},
    world::{GROUP, Shape, World, scope},
};

/// How many keys there are.
const KEYS: usize = 200;

/// Kills the server at the `nth` call after `begin`, or waits until `is_done` when there are not that many. Starts it
/// again, and answers whether there was such a call.
async fn crash_at(
    world: &mut World,
    (nth, halt): (usize, Halt),
    begin: Operation,
    is_done: impl Fn(&World) -> bool,
) -> bool {
    world.calls().halt_at(nth, halt);
    world.execute(begin).await;
    let waited = tokio::time::timeout(crate::world::PATIENCE, async {
        while !world.calls().is_reached() && !is_done(world) {
            tokio::task::yield_now().await;
        }
    });
    waited.await.expect("the call, or an end");
    let was_reached = world.calls().is_reached();
    world.crash().await;
    world.start().await;
    was_reached
}

/// A group with keys, and a snapshot of it.
async fn saved(shape: &Shape) -> World {
    let world = World::new().await;
    world.create(shape).await;
    world.until("available", World::is_available).await;
    for key in 0..KEYS {
        world.set(&format!("key-{key}"), &key.to_string()).await;
    }
    take_group(&world, "s").await;
    world
}

/// Makes groups of the snapshot of `of`, each with a crash at another call.
async fn survives_while_filling(of: Shape, shards: Option<i32>, engines: usize) {
    let mut world = saved(&of).await;
    drop_group(&world, GROUP, None).await;
    for halt in [Halt::Before, Halt::After] {
        let mut nth = 1;
        loop {
            let id = format!("h{nth}");
            let create = types::CreateReplicationGroupMessage {
                replication_group_id: id.clone(),
                replication_group_description: "d".into(),
                snapshot_name: Some("s".into()),
                num_node_groups: shards,
                ..types::CreateReplicationGroupMessage::default()
            };
            let create = Operation::CreateReplicationGroup(Box::new(create));
            let is_done = |world: &World| group_phase(world, &id) == Some(GroupPhase::Available);
            let was_reached = crash_at(&mut world, (nth, halt), create, is_done).await;
            until_group(&world, &id, GroupPhase::Available).await;
            assert_eq!(found(&world, &id, KEYS).await, KEYS, "{halt:?} {nth}");
            assert_eq!(world.engine_count().await, engines, "{halt:?} {nth}");
            until_clean(&world).await;
            drop_group(&world, &id, None).await;
            if !was_reached {
                break;
            }
            nth += 1;
        }
        assert!(nth > engines, "{nth} calls for {engines} engines");
    }
    world.end().await;
}

#[tokio::test]
async fn as_many_shards_as_before_are_filled() {
    let of = Shape { clustered: true, shards: 2, replicas: 1, automatic_failover: true };
    survives_while_filling(of, None, 4).await;
}

#[tokio::test]
async fn more_shards_than_before_are_filled() {
    let of = Shape { clustered: true, shards: 1, replicas: 0, automatic_failover: true };
    survives_while_filling(of, Some(2), 2).await;
}

#[tokio::test]
async fn fewer_shards_than_before_are_filled() {
    let of = Shape { clustered: true, shards: 3, replicas: 0, automatic_failover: true };
    survives_while_filling(of, Some(2), 2).await;
}

#[tokio::test]
async fn a_group_goes_with_its_last_snapshot() {
    for halt in [Halt::Before, Halt::After] {
        let mut nth = 1;
        let was_reached = loop {
            let shape = Shape { clustered: false, shards: 1, replicas: 1, automatic_failover: true };
            let mut world = saved(&shape).await;
            let delete = types::DeleteReplicationGroupMessage {
                replication_group_id: GROUP.into(),
                final_snapshot_identifier: Some("last".into()),
                ..types::DeleteReplicationGroupMessage::default()
            };
            let delete = Operation::DeleteReplicationGroup(Box::new(delete));
            let is_gone = |world: &World| group_phase(world, GROUP).is_none();
            let was_reached = crash_at(&mut world, (nth, halt), delete, is_gone).await;
            world.until("gone", is_gone).await;
            let last = snapshot(&world, "last").expect("a snapshot");
            assert!(last.is_whole(), "{halt:?} {nth}: {last:?}");
            let tables = world.tables();
            assert_eq!(tables.cache_clusters.iter(&scope()).count(), 0, "{halt:?} {nth}");
            world.until_engines("ended", <[String]>::is_empty).await;
            until_clean(&world).await;
            world.end().await;
            if !was_reached || nth > 4 {
                break was_reached;
            }
            nth += 1;
        };
        assert!(!was_reached && nth > 2, "two engines end");
    }
}
