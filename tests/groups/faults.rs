//! Faults on demand in a replication group with real engines.

use cachette::model::{FaultKind, FaultTarget, NodeGroupId, NodeId, Phase};

use crate::world::{GROUP, PATIENCE, Shape, World, scope};

const REPLICAS: Shape = Shape { clustered: false, shards: 1, replicas: 2, automatic_failover: true };

/// A group whose first two members, the primary among them, are in one zone, and the third in another.
async fn spread_over_zones(world: &World) {
    world.create(&REPLICAS).await;
    world.until("available", World::is_available).await;
    for (member, zone) in [("g-001", "us-east-1a"), ("g-002", "us-east-1a"), ("g-003", "us-east-1b")] {
        world.place(member, zone).await;
    }
}

fn primary(world: &World) -> String {
    world.group().expect("a group").node_groups[&NodeGroupId::new(1)].primary.cache_cluster_id.clone()
}

/// What the primary answers, once its endpoint is open again.
async fn answer(world: &World, words: &[&str]) -> String {
    let answered = async {
        loop {
            match world.ask(world.primary_port(), words).await {
                Ok(answer) => return answer,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(PATIENCE, answered).await.expect("an answer in time")
}

fn phase(world: &World, member: &str) -> Phase {
    world.member(member).expect("a member").phase()
}

#[tokio::test]
async fn a_zone_that_is_out_is_survived_and_comes_back() {
    let mut world = World::new().await;
    spread_over_zones(&world).await;
    // On one connection, as it is its own writes that a client can wait for.
    let mut client = world.connect(world.primary_port()).await.expect("a connection");
    let () = redis::cmd("SET").arg("k").arg("v").query_async(&mut client).await.expect("written");
    let copied = async {
        // Not longer at a time than the client waits for an answer.
        while redis::cmd("WAIT").arg(2).arg(100).query_async::<i32>(&mut client).await != Ok(2) {}
    };
    tokio::time::timeout(PATIENCE, copied).await.expect("copied in time");
    let zone = FaultTarget::Zone { availability_zone: "us-east-1a".to_owned() };
    let fault = world.faults().begin(&scope(), FaultKind::Outage, zone, None).await.expect("a fault");
    // Never the replica that is in the same zone.
    world.until("failed over", |world| primary(world) != "g-001").await;
    assert_eq!(primary(&world), "g-003");
    let port = world.primary_port();
    let value: String = world.ask(port, &["GET", "k"]).await.expect("read");
    assert_eq!(value, "v");
    let () = world.ask(port, &["SET", "during", "v"]).await.expect("written");
    world
        .until_engines("only the one elsewhere", |engines| matches!(engines, [only] if only.starts_with("g-003-")))
        .await;
    assert_eq!(phase(&world, "g-001"), Phase::Modifying);
    assert_eq!(phase(&world, "g-003"), Phase::Available);

    // It lasts, also when the server is started again.
    world.crash().await;
    world.start().await;
    assert_eq!(answer(&world, &["GET", "during"]).await, "v");
    assert_eq!(world.engine_count().await, 1);

    world.faults().heal(&scope(), &fault.id).await.expect("healed");
    world.until("healed", World::is_available).await;
    assert_eq!(world.engine_count().await, 3);
    let role: Vec<redis::Value> = world.ask(world.node_port("g-001"), &["ROLE"]).await.expect("a role");
    assert_eq!(role[0], redis::Value::BulkString(b"slave".to_vec()));
    for member in ["g-001", "g-002"] {
        let messages = world.messages(member);
        let of_recovery = messages.iter().filter(|message| message.contains("recover") || message.contains("Recover"));
        let expected = ["Recovering cache nodes 0001", "Finished recovery for cache nodes 0001"];
        assert_eq!(of_recovery.collect::<Vec<_>>(), expected, "{member}");
    }
    assert!(
        world.messages(GROUP).contains(&"Failover from primary node g-001 to replica node g-003 completed".to_owned())
    );
    world.end().await;
}

#[tokio::test]
async fn a_primary_that_is_cut_off_is_replaced_after_a_while() {
    let world = World::new().await;
    world.create(&REPLICAS).await;
    world.until("available", World::is_available).await;
    let node = FaultTarget::Node { cache_cluster_id: "g-001".to_owned(), cache_node_id: NodeId::FIRST };
    let began = std::time::Instant::now();
    world.faults().begin(&scope(), FaultKind::Cut, node, Some(chrono::TimeDelta::seconds(4))).await.expect("a fault");
    world.until("failed over", |world| primary(world) != "g-001").await;
    assert!(began.elapsed().as_secs() >= 2, "noticed after {:?}", began.elapsed());
    world.until("down", |world| phase(world, "g-001") == Phase::Modifying).await;
    // It ends by the clock.
    world.until("healed", World::is_available).await;
    assert!(began.elapsed().as_secs() >= 4, "healed after {:?}", began.elapsed());
    assert_eq!(world.engine_count().await, 3);
    world.end().await;
}

#[tokio::test]
async fn a_killed_shard_of_a_cluster_recovers() {
    let world = World::new().await;
    world.create(&Shape { clustered: true, shards: 3, replicas: 1, automatic_failover: true }).await;
    world.until("available", World::is_available).await;
    let node = FaultTarget::Node { cache_cluster_id: "g-0001-001".to_owned(), cache_node_id: NodeId::FIRST };
    let killed = world.faults().kill(&scope(), node).await.expect("killed");
    assert_eq!(killed, [("g-0001-001".to_owned(), NodeId::FIRST)]);
    world.until("failed over", |world| primary(world) == "g-0001-002").await;
    world.until("recovered", World::is_available).await;
    assert_eq!(world.engine_count().await, 6);
    world.end().await;
}
