//! The server is killed in the middle of what happens to a global datastore in cluster mode, and started again: no write is
//! lost that was acknowledged, and what was begun is whole in the end.

use cachette::model::{GlobalPhase, NodeId};

use crate::{
    global_cluster::{decrease, increase},
    global_datastore::{ABROAD, HOME},
    world::World,
};

/// How many keys there are.
const KEYS: usize = 100;

/// A datastore of two shards with a secondary, both with these keys.
async fn filled() -> World {
    let world = World::new().await;
    world.create_clustered_datastore(2, 0).await;
    world.add_clustered_secondary(ABROAD, 0).await;
    world.fill_shards(HOME, KEYS).await;
    world.until_keys(ABROAD, KEYS).await;
    world
}

/// Kills the server after so and so many changes of the records, unless `is_done` comes first; answers whether it did not.
async fn crash_after(world: &mut World, begin: u64, after: u64, is_done: impl Fn(&World) -> bool) -> bool {
    world.until("in the middle", |world| world.version() >= begin + after || is_done(world)).await;
    let in_the_middle = !is_done(world);
    world.crash().await;
    world.start().await;
    world.until("done", is_done).await;
    in_the_middle
}

#[tokio::test]
async fn in_the_middle_of_a_failover_of_all_shards() {
    let mut after = 1;
    loop {
        let mut world = filled().await;
        let begin = world.version();
        world.fail_over_to(ABROAD).await;
        let in_the_middle = crash_after(&mut world, begin, after, |world| world.leads(ABROAD)).await;
        assert_eq!(world.engine_count().await, 4, "after {after}");
        assert_eq!(world.keys_in(ABROAD).await, KEYS, "after {after}");
        world.until_written_to_shards(ABROAD, "after", "v").await;
        world.until_read_from_shards(HOME, "after", "v").await;
        assert_eq!(world.refusal_of_shards(HOME).await.as_deref(), Some("READONLY"), "after {after}");
        world.end().await;
        if !in_the_middle {
            break;
        }
        after += 1;
    }
    assert!(after > 1, "nothing was ever in the middle");
}

#[tokio::test]
async fn in_the_middle_of_a_departure() {
    let mut after = 1;
    loop {
        let mut world = filled().await;
        let begin = world.version();
        world.disassociate(ABROAD).await;
        let is_done = |world: &World| {
            let engines = |id: &str| world.member_in(ABROAD, id).map(|it| it.nodes[&NodeId::FIRST].engines.len());
            world.is_datastore(GlobalPhase::PrimaryOnly)
                && world.is_group_available(ABROAD)
                && world.roles_in(ABROAD).iter().all(|(_, member, _)| engines(member) == Some(1))
        };
        let in_the_middle = crash_after(&mut world, begin, after, is_done).await;
        assert_eq!(world.engine_count().await, 4, "after {after}");
        for region in [HOME, ABROAD] {
            assert_eq!(world.keys_in(region).await, KEYS, "after {after}");
            world.until_written_to_shards(region, &format!("own-{region}"), "v").await;
            world.until_known_nodes(region, 2).await;
        }
        world.end().await;
        if !in_the_middle {
            break;
        }
        after += 2;
    }
    assert!(after > 1, "nothing was ever in the middle");
}

#[tokio::test]
async fn in_the_middle_of_shards_that_come_and_go() {
    for after in [2, 5, 9, 14] {
        let mut world = filled().await;
        for (change, shards) in [(increase(3), 3), (decrease(&["0003"]), 1)] {
            let begin = world.version();
            world.execute(change).await;
            let is_done = |world: &World| {
                let counts = |region| world.group_in(region).is_some_and(|group| group.node_groups.len() == shards);
                world.is_datastore_at_rest() && counts(HOME) && counts(ABROAD)
            };
            crash_after(&mut world, begin, after, is_done).await;
            for region in [HOME, ABROAD] {
                world.until_keys(region, KEYS).await;
            }
        }
        assert_eq!(world.engine_count().await, 2, "after {after}");
        world.end().await;
    }
}
