//! The server is killed in the middle of handing writes from one region to another, and started again: no write is lost
//! that was acknowledged, and just one region takes writes.

use crate::{
    global_datastore::{ABROAD, HOME},
    world::World,
};

/// How many keys there are.
const KEYS: usize = 100;

/// One life with a crash after so and so many changes of the records; answers whether it came before the end of the work.
async fn survives(after: u64) -> bool {
    let mut world = World::new().await;
    world.create_datastore(2).await;
    world.add_secondary(ABROAD, 2).await;
    for key in 0..KEYS {
        world.ask::<()>(world.port_in(HOME), &["SET", &format!("k{key}"), "v"]).await.expect("written");
    }
    let begin = world.version();
    let is_done = |world: &World| {
        world.is_datastore_at_rest() && world.datastore().is_some_and(|datastore| datastore.primary_region == ABROAD)
    };
    world.fail_over_to(ABROAD).await;
    world.until("in the middle", |world| world.version() >= begin + after || is_done(world)).await;
    let in_the_middle = !is_done(&world);
    world.crash().await;
    world.start().await;
    world.until("done", is_done).await;
    assert_eq!(world.engine_count().await, 4, "after {after}");
    let keys: usize = world.ask(world.port_in(ABROAD), &["DBSIZE"]).await.expect("a number");
    assert_eq!(keys, KEYS, "after {after}");
    world.ask::<()>(world.port_in(ABROAD), &["SET", "after", "v"]).await.expect("written");
    world.until_read(HOME, "after", "v").await;
    let refused = world.ask::<()>(world.port_in(HOME), &["SET", "k", "v"]).await;
    assert_eq!(refused.err().and_then(|error| error.code().map(str::to_owned)).as_deref(), Some("READONLY"));
    world.end().await;
    in_the_middle
}

#[tokio::test]
async fn in_the_middle_of_a_failover_between_regions() {
    let mut after = 1;
    while survives(after).await {
        after += 1;
    }
    assert!(after > 1, "nothing was ever in the middle");
}
