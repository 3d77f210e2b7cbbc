//! Replication groups on real engines, through the store, the reconciler and the gateway.

mod faults;
mod world;

use std::time::Instant;

use cachette::model::*;
use world::{Shape, World};

#[tokio::test]
async fn a_lost_primary_is_followed_by_its_replica() {
    let world = World::new().await;
    let started = Instant::now();
    world.create(&Shape { clustered: false, shards: 1, replicas: 2, automatic_failover: true }).await;
    println!("available after {:?}", started.elapsed());
    let () = world.ask(world.primary_port(), &["SET", "k", "v"]).await.expect("written");
    let waited: i32 = world.ask(world.primary_port(), &["WAIT", "2", "1000"]).await.expect("waited");
    println!("{waited}");
    let killed = Instant::now();
    world.kill("g-001").await;
    let port = world.primary_port();
    while world.ask::<String>(port, &["SET", "after", "v"]).await.is_err() {}
    println!("writable after {:?}", killed.elapsed());
    let value: String = world.ask(port, &["GET", "k"]).await.expect("read");
    assert_eq!(value, "v");
    world.until("recovered", World::is_available).await;
    println!("recovered after {:?}", killed.elapsed());
    assert_eq!(world.engine_count().await, 3);
    let group = world.group().expect("a group");
    let primary = &group.node_groups[&NodeGroupId::new(1)].primary.cache_cluster_id;
    assert_ne!(primary, "g-001");
    let role: Vec<redis::Value> = world.ask(world.node_port("g-001"), &["ROLE"]).await.expect("a role");
    assert_eq!(role[0], redis::Value::BulkString(b"slave".to_vec()));
    world.end().await;
}

#[tokio::test]
async fn a_cluster_forms_and_fails_over() {
    let world = World::new().await;
    let started = Instant::now();
    world.create(&Shape { clustered: true, shards: 3, replicas: 1, automatic_failover: true }).await;
    println!("available after {:?}", started.elapsed());
    let port = world.group().and_then(|group| group.ports.configuration).expect("a port");
    let info: String = world.ask(port, &["CLUSTER", "INFO"]).await.expect("info");
    println!("{info}");
    let killed = Instant::now();
    world.kill("g-0001-001").await;
    let replica = world.node_port("g-0001-002");
    while world.ask::<String>(replica, &["SET", "{3560}", "v"]).await.is_err() {
        assert!(killed.elapsed().as_secs() < 20);
    }
    println!("writable after {:?}", killed.elapsed());
    world.until("recovered", World::is_available).await;
    println!("recovered after {:?}", killed.elapsed());
    assert_eq!(world.engine_count().await, 6);
    world.end().await;
}
