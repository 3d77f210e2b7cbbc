//! A primary that is lost is followed by its replica, and its member comes back.

use std::time::{Duration, Instant};

use cachette::model::NodeGroupId;

use crate::world::{PATIENCE, Shape, World};

/// How long writes may stand still. The machine may be busy; what is promised is measured elsewhere.
const DOWNTIME: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_replica_takes_over_at_the_same_endpoint() {
    let world = World::new().await;
    world.create(&Shape { clustered: false, shards: 1, replicas: 2, automatic_failover: true }).await;
    world.until("available", World::is_available).await;
    let port = world.primary_port();
    world.write_copied(port, "k", 2).await;
    world.kill("g-001").await;
    let killed = Instant::now();
    while world.ask::<String>(port, &["SET", "after", "v"]).await.is_err() {
        assert!(killed.elapsed() < PATIENCE);
    }
    assert!(killed.elapsed() < DOWNTIME, "{:?}", killed.elapsed());
    let value: String = world.ask(port, &["GET", "k"]).await.expect("read");
    assert_eq!(value, "v");
    world.until("recovered", World::is_available).await;
    assert_eq!(world.engine_count().await, 3);
    let group = world.group().expect("a group");
    assert_ne!(group.node_groups[&NodeGroupId::new(1)].primary.cache_cluster_id, "g-001");
    assert_eq!(world.role("g-001").await, "slave");
    world.end().await;
}

#[tokio::test]
async fn a_replica_takes_over_the_slots_of_its_shard() {
    let world = World::new().await;
    world.create(&Shape { clustered: true, shards: 3, replicas: 1, automatic_failover: true }).await;
    world.until("available", World::is_available).await;
    world.kill("g-0001-001").await;
    let killed = Instant::now();
    let replica = world.node_port("g-0001-002");
    // A key of the first shard.
    while world.ask::<String>(replica, &["SET", "{3560}", "v"]).await.is_err() {
        assert!(killed.elapsed() < PATIENCE);
    }
    assert!(killed.elapsed() < DOWNTIME, "{:?}", killed.elapsed());
    world.until("recovered", World::is_available).await;
    assert_eq!(world.engine_count().await, 6);
    assert_eq!(world.role("g-0001-001").await, "slave");
    world.end().await;
}

#[tokio::test]
async fn without_failover_a_primary_comes_back_with_the_data_of_a_replica() {
    let world = World::new().await;
    world.create(&Shape { clustered: false, shards: 1, replicas: 1, automatic_failover: false }).await;
    world.until("available", World::is_available).await;
    let port = world.primary_port();
    world.write_copied(port, "k", 1).await;
    world.kill("g-001").await;
    world.until("lost", |world| !world.is_available()).await;
    world.until("recovered", World::is_available).await;
    assert_eq!(world.role("g-001").await, "master");
    let value: String = world.ask(port, &["GET", "k"]).await.expect("read");
    assert_eq!(value, "v");
    world.end().await;
}

#[tokio::test]
async fn a_cluster_of_which_nothing_is_left_is_made_anew() {
    let world = World::new().await;
    world.create(&Shape { clustered: true, shards: 2, replicas: 1, automatic_failover: true }).await;
    world.until("available", World::is_available).await;
    for member in ["g-0001-001", "g-0001-002", "g-0002-001", "g-0002-002"] {
        world.kill(member).await;
    }
    world.until("lost", |world| !world.is_available()).await;
    world.until("recovered", World::is_available).await;
    assert_eq!(world.engine_count().await, 4);
    let info: String = world.ask(world.node_port("g-0002-001"), &["CLUSTER", "INFO"]).await.expect("info");
    assert!(info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:4"), "{info}");
    world.end().await;
}
