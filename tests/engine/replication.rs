//! One engine copies another and takes over from it, without a cluster.

use std::time::{Duration, Instant};

use cachette::{
    engine::{EngineError, Member, RedisClient, ReplicationRole},
    model::Engine,
};
use redis::{AsyncCommands, aio::MultiplexedConnection};

use crate::bed::{Bed, client, until};

/// A connection like that of an application.
async fn application(member: &Member) -> MultiplexedConnection {
    let client = redis::Client::open(format!("redis://{}", member.address)).expect("an address");
    client.get_multiplexed_async_connection().await.expect("a connection")
}

/// Makes `replica` follow `primary`, and answers the server's own connections to both.
async fn follow(replica: &Member, primary: &Member) -> (RedisClient, RedisClient) {
    let (mut follower, leader) = (client(replica).await, client(primary).await);
    follower.replicate_from(primary.peer, &primary.settings).await.expect("a replica");
    follower.until_in_sync().await.expect("its data");
    (follower, leader)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_engine_copies_an_older_one() {
    let bed = Bed::new().await;
    let (old, new) = (bed.start(Engine::Redis, false).await, bed.start(Engine::Valkey, false).await);
    application(&old).await.set::<_, _, ()>("key", "value").await.expect("a write");
    let (mut follower, mut leader) = follow(&new, &old).await;
    assert_eq!(application(&new).await.get::<_, String>("key").await.expect("a read"), "value");

    let role = follower.replication().await.expect("its state").role;
    assert_eq!(role, ReplicationRole::Replica { of: Some(old.peer), link_is_up: true, syncing: false });
    until("the primary knows its replica", async || {
        let state = leader.replication().await.expect("its state");
        state.is_primary() && state.replicas.iter().any(|replica| replica.is_online && replica.address == new.peer)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_primary_died_the_others_go_on_without_a_copy_of_all() {
    let bed = Bed::new().await;
    let primary = bed.start(Engine::Redis, false).await;
    let (first, second) = (bed.start(Engine::Redis, false).await, bed.start(Engine::Redis, false).await);
    let (mut successor, _) = follow(&first, &primary).await;
    let (mut sibling, _) = follow(&second, &primary).await;
    application(&primary).await.set::<_, _, ()>("key", "value").await.expect("a write");
    until("both have it", async || {
        let offset = successor.replication().await.expect("its state").offset;
        offset > 0
            && sibling.replication().await.expect("its state").offset == offset
            && application(&first).await.exists::<_, bool>("key").await.expect("a read")
    })
    .await;

    bed.kill(&primary);
    let began = Instant::now();
    successor.promote().await.expect("a primary");
    successor.promote().await.expect("a primary, still");
    sibling.replicate_from(first.peer, &first.settings).await.expect("a replica");
    sibling.until_in_sync().await.expect("its data");
    println!("promoted and followed after {:?}", began.elapsed());
    assert!(successor.replication().await.expect("its state").is_primary());
    let stats: String =
        redis::cmd("INFO").arg("stats").query_async(&mut application(&first).await).await.expect("stats");
    assert!(stats.contains("sync_full:0") && stats.contains("sync_partial_ok:1"), "{stats}");
    assert_eq!(application(&second).await.get::<_, String>("key").await.expect("a read"), "value");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planned_switch_loses_no_write() {
    let bed = Bed::new().await;
    let (old, new) = (bed.start(Engine::Redis, false).await, bed.start(Engine::Valkey, false).await);
    let (mut follower, mut leader) = follow(&new, &old).await;
    let mut connection = application(&old).await;
    let writer = tokio::spawn(async move {
        // Until the old primary says that it is none.
        let mut written = 0_u64;
        while connection.set::<_, _, ()>("counter", written + 1).await.is_ok() {
            written += 1;
        }
        written
    });
    until("it writes", async || {
        application(&new).await.get::<_, Option<u64>>("counter").await.expect("a read") > Some(100)
    })
    .await;
    let began = Instant::now();
    follower.switch(&mut leader, new.peer, &new.settings).await.expect("a switch");
    println!("switched after {:?}", began.elapsed());
    let written = writer.await.expect("the writer");
    assert_eq!(application(&new).await.get::<_, u64>("counter").await.expect("a read"), written);
    assert!(follower.replication().await.expect("its state").is_primary());
    assert!(!leader.replication().await.expect("its state").is_primary());
    follower.switch(&mut leader, new.peer, &new.settings).await.expect("the same again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_was_relieved_half_way_takes_no_write_and_is_relieved_later() {
    let bed = Bed::new().await;
    let (old, new) = (bed.start(Engine::Redis, false).await, bed.start(Engine::Redis, false).await);
    let (mut follower, mut leader) = follow(&new, &old).await;
    application(&old).await.set::<_, _, ()>("key", "value").await.expect("a write");
    until("it is copied", async || application(&new).await.exists::<_, bool>("key").await.expect("a read")).await;
    // As far as it goes before the new one is promoted.
    leader.pause_writes().await.expect("a pause");
    leader.replicate_from(new.peer, &new.settings).await.expect("a replica");
    leader.resume_writes().await.expect("no pause");
    for member in [&old, &new] {
        let refused = application(member).await.set::<_, _, ()>("key", "lost").await.expect_err("a replica");
        assert_eq!(refused.code(), Some("READONLY"));
    }
    for _ in 0..2 {
        follower.relieve(&mut leader, new.peer, &new.settings).await.expect("relieved");
        assert!(follower.replication().await.expect("its state").is_primary());
        leader.until_in_sync().await.expect("its data");
    }
    application(&new).await.set::<_, _, ()>("more", "value").await.expect("a write");
    until("it is copied", async || application(&old).await.exists::<_, bool>("more").await.expect("a read")).await;
    assert_eq!(application(&old).await.get::<_, String>("key").await.expect("a read"), "value");
    // What it had is not copied anew.
    let stats: String = redis::cmd("INFO").arg("stats").query_async(&mut application(&new).await).await.expect("stats");
    assert!(stats.contains("sync_full:0"), "{stats}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_that_does_not_catch_up_changes_nothing() {
    let bed = Bed::new().await;
    let (primary, replica) = (bed.start(Engine::Redis, false).await, bed.start(Engine::Redis, false).await);
    let (mut follower, mut leader) = follow(&replica, &primary).await;
    // It has stopped, but its connection stands: it hears nothing more.
    bed.freeze(&replica);
    let frozen = follower.switch(&mut leader, replica.peer, &replica.settings).await;
    assert!(matches!(frozen, Err(EngineError::TimedOut)), "{frozen:?}");
    assert!(leader.replication().await.expect("its state").is_primary());
    let began = Instant::now();
    application(&primary).await.set::<_, _, ()>("key", "value").await.expect("a write");
    assert!(began.elapsed() < Duration::from_secs(1), "writes wait");
}
