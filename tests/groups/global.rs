//! Global datastores on real engines: secondaries copy, take over without losing a write, and go their own way.

use cachette::{
    model::{EngineRole, FaultKind, FaultTarget, GlobalPhase, RemoteEngine},
    protocol::{Operation, types},
};

use crate::{
    global_datastore::{ABROAD, FAR, HOME, ID, Writes, group_id},
    world::{World, scope},
};

/// Whom the primary of a region's group copies.
fn source(world: &World, region: &str) -> Option<RemoteEngine> {
    match world.role_in(region) {
        Some(EngineRole::Secondary { of }) => Some(of),
        _ => None,
    }
}

/// What a write to a region's primary endpoint is refused with.
async fn refusal(world: &World, region: &str) -> Option<String> {
    world.ask::<()>(world.port_in(region), &["SET", "k", "w"]).await.err().and_then(|e| e.code().map(str::to_owned))
}

#[tokio::test]
async fn a_secondary_has_the_data_and_takes_no_writes() {
    let world = World::new().await;
    world.create_datastore(2).await;
    world.ask::<()>(world.port_in(HOME), &["SET", "before", "1"]).await.expect("written");
    world.add_secondary(ABROAD, 2).await;
    world.ask::<()>(world.port_in(HOME), &["SET", "after", "2"]).await.expect("written");
    world.until_read(ABROAD, "before", "1").await;
    world.until_read(ABROAD, "after", "2").await;
    assert_eq!(refusal(&world, ABROAD).await.as_deref(), Some("READONLY"));
    // Its replicas copy it, and not the other region.
    let replica = world.node_port_in(ABROAD, "in-eu-west-1-002");
    let role: Vec<redis::Value> = world.ask(replica, &["ROLE"]).await.expect("a role");
    let port: u16 = redis::from_redis_value(role[2].clone()).expect("a port");
    assert_eq!(port, world.node_port_in(ABROAD, "in-eu-west-1-001"));
    let value: String = world.ask(replica, &["GET", "before"]).await.expect("read");
    assert_eq!(value, "1");
    world.end().await;
}

#[tokio::test]
async fn no_acknowledged_write_is_lost_when_another_region_takes_over() {
    let world = World::new().await;
    world.create_datastore(2).await;
    world.add_secondary(ABROAD, 2).await;
    world.add_secondary(FAR, 1).await;
    let writes = Writes::default();
    let regions = [HOME, ABROAD];
    let failing_over = async {
        for region in [ABROAD, HOME, ABROAD] {
            writes.more(50).await;
            world.fail_over_to(region).await;
            world.until("failed over", World::is_datastore_at_rest).await;
            assert_eq!(world.datastore().expect("a datastore").primary_region, region);
            writes.more(50).await;
        }
        writes.stop();
    };
    tokio::join!(writes.run(&world, &regions), failing_over);
    let count = writes.count();
    for number in 0..count {
        let key = format!("k{number}");
        let value: Option<String> = world.ask(world.port_in(ABROAD), &["GET", &key]).await.expect("read");
        assert_eq!(value, Some(number.to_string()), "{key} of {count}");
    }
    world.until_read(FAR, &format!("k{}", count - 1), &(count - 1).to_string()).await;
    world.until_read(HOME, &format!("k{}", count - 1), &(count - 1).to_string()).await;
    assert_eq!(refusal(&world, HOME).await.as_deref(), Some("READONLY"));
    for region in [HOME, FAR] {
        assert_eq!(source(&world, region).expect("a source").region, ABROAD);
    }
    world.end().await;
}

#[tokio::test]
async fn secondaries_follow_when_the_primary_fails_over_in_its_region() {
    let world = World::new().await;
    world.create_datastore(2).await;
    world.add_secondary(ABROAD, 1).await;
    world.write_copied(world.port_in(HOME), "k", 2).await;
    world.kill("in-us-east-1-001").await;
    world
        .until("followed", |world| {
            world.is_datastore_at_rest()
                && source(world, ABROAD).is_some_and(|of| of.engine.cache_cluster_id == "in-us-east-1-002")
        })
        .await;
    world.ask::<()>(world.port_in(HOME), &["SET", "after", "v"]).await.expect("written");
    world.until_read(ABROAD, "after", "v").await;
    world.until_read(ABROAD, "k", "v").await;
    world.end().await;
}

#[tokio::test]
async fn a_secondary_that_loses_its_primary_goes_on_copying() {
    let world = World::new().await;
    world.create_datastore(1).await;
    world.add_secondary(ABROAD, 2).await;
    // One with a replica that takes its place, and one that comes back in its place.
    world.add_secondary(FAR, 1).await;
    world.kill("in-eu-west-1-001").await;
    world.kill("in-ap-south-1-001").await;
    world.until("lost", |world| !world.is_datastore_at_rest()).await;
    world.until("recovered", World::is_datastore_at_rest).await;
    world.ask::<()>(world.port_in(HOME), &["SET", "k", "v"]).await.expect("written");
    for region in [ABROAD, FAR] {
        world.until_read(region, "k", "v").await;
        assert_eq!(refusal(&world, region).await.as_deref(), Some("READONLY"));
    }
    world.end().await;
}

#[tokio::test]
async fn a_secondary_takes_over_from_a_region_that_is_lost() {
    let world = World::new().await;
    world.create_datastore(1).await;
    world.add_secondary(ABROAD, 1).await;
    world.write_copied(world.port_in(HOME), "k", 1).await;
    let member = FaultTarget::Node {
        cache_cluster_id: "in-us-east-1-001".into(),
        cache_node_id: "0001".parse().expect("an id"),
    };
    let fault = world.faults().begin(&scope(), FaultKind::Outage, member, None).await.expect("a fault");
    world.until("lost", |world| world.role_in(HOME).is_none()).await;
    // The data are where they were, and can be read.
    world.until_read(ABROAD, "k", "v").await;
    world.fail_over_to(ABROAD).await;
    world.until("failed over", |world| world.role_in(ABROAD) == Some(EngineRole::Primary)).await;
    world.ask::<()>(world.port_in(ABROAD), &["SET", "during", "v"]).await.expect("written");
    world.faults().heal(&scope(), &fault.id).await.expect("ended");
    world.until("healed", World::is_datastore_at_rest).await;
    for key in ["k", "during"] {
        world.until_read(HOME, key, "v").await;
    }
    assert_eq!(refusal(&world, HOME).await.as_deref(), Some("READONLY"));
    world.end().await;
}

#[tokio::test]
async fn a_secondary_that_leaves_keeps_its_data_and_takes_writes() {
    let world = World::new().await;
    world.create_datastore(1).await;
    world.add_secondary(ABROAD, 2).await;
    world.write_copied(world.port_in(HOME), "k", 1).await;
    world.disassociate(ABROAD).await;
    world.until("alone", |world| world.is_datastore(GlobalPhase::PrimaryOnly)).await;
    assert_eq!(world.group_in(ABROAD).expect("a group").global_replication_group_id, None);
    world.until("available", |world| world.is_group_available(ABROAD)).await;
    world.until_read(ABROAD, "k", "v").await;
    world.ask::<()>(world.port_in(ABROAD), &["SET", "own", "v"]).await.expect("written");
    let absent: Option<String> = world.ask(world.port_in(HOME), &["GET", "own"]).await.expect("read");
    assert_eq!(absent, None);
    let deletion = types::DeleteGlobalReplicationGroupMessage {
        global_replication_group_id: ID.into(),
        retain_primary_replication_group: true,
    };
    world.execute(Operation::DeleteGlobalReplicationGroup(Box::new(deletion))).await;
    world.until("gone", |world| world.datastore().is_none()).await;
    assert_eq!(world.group_in(HOME).expect("a group").id, group_id(HOME));
    assert_eq!(world.group_in(HOME).expect("a group").global_replication_group_id, None);
    world.ask::<()>(world.port_in(HOME), &["SET", "k", "w"]).await.expect("written");
    world.end().await;
}

#[tokio::test]
async fn a_secondary_that_leaves_before_it_is_there_takes_writes() {
    let world = World::new().await;
    world.create_datastore(1).await;
    world.write_copied(world.port_in(HOME), "k", 0).await;
    for moment in 0..6 {
        let begin = world.version();
        world.ask_for_secondary(ABROAD, 2).await;
        // Several changes may be written as one version, and then it comes to rest before there are as many.
        let is_there = |world: &World| world.is_datastore(GlobalPhase::Available);
        world.until("under way", |world| world.version() >= begin + 2 * moment || is_there(world)).await;
        world.disassociate(ABROAD).await;
        world.until("alone", |world| world.is_datastore(GlobalPhase::PrimaryOnly)).await;
        world.until("available", |world| world.is_group_available(ABROAD)).await;
        world.ask::<()>(world.port_in(ABROAD), &["SET", "own", "v"]).await.expect("written");
        let deletion = types::DeleteReplicationGroupMessage {
            replication_group_id: group_id(ABROAD),
            ..types::DeleteReplicationGroupMessage::default()
        };
        world.try_in(ABROAD, Operation::DeleteReplicationGroup(Box::new(deletion))).await.expect("deleted");
        world.until("gone", |world| world.group_in(ABROAD).is_none()).await;
    }
    world.end().await;
}

#[tokio::test]
async fn members_get_another_engine_without_losing_a_write() {
    let world = World::new().await;
    world.create_datastore(2).await;
    world.add_secondary(ABROAD, 2).await;
    let writes = Writes::default();
    let upgrading = async {
        writes.more(50).await;
        let upgrade = types::ModifyGlobalReplicationGroupMessage {
            global_replication_group_id: ID.into(),
            apply_immediately: true,
            engine: Some("valkey".into()),
            engine_version: Some("8.0".into()),
            ..types::ModifyGlobalReplicationGroupMessage::default()
        };
        world.execute(Operation::ModifyGlobalReplicationGroup(Box::new(upgrade))).await;
        world.until("upgraded", World::is_datastore_at_rest).await;
        writes.more(50).await;
        writes.stop();
    };
    tokio::join!(writes.run(&world, &[HOME]), upgrading);
    for region in [HOME, ABROAD] {
        let info: String = world.ask(world.port_in(region), &["INFO", "server"]).await.expect("info");
        assert!(info.contains("valkey_version:8"), "{region}: {info}");
    }
    let last = writes.count() - 1;
    world.until_read(ABROAD, &format!("k{last}"), &last.to_string()).await;
    let keys: usize = world.ask(world.port_in(ABROAD), &["DBSIZE"]).await.expect("a number");
    assert!(keys > last, "{keys} of {last}");
    world.end().await;
}

#[tokio::test]
async fn a_failover_to_a_region_where_nothing_runs_is_given_up() {
    let world = World::new().await;
    world.create_datastore(1).await;
    world.add_secondary(ABROAD, 1).await;
    let (abroad, group) = (scope().in_region(ABROAD), FaultTarget::Group { replication_group_id: group_id(ABROAD) });
    world.faults().begin(&abroad, FaultKind::Outage, group, None).await.expect("a fault");
    world.until("lost", |world| world.role_in(ABROAD).is_none()).await;
    world.fail_over_to(ABROAD).await;
    world.until("given up", |world| world.datastore().expect("a datastore").failover_to.is_none()).await;
    assert_eq!(world.datastore().expect("a datastore").primary_region, HOME);
    world.ask::<()>(world.port_in(HOME), &["SET", "k", "v"]).await.expect("written");
    let tables = world.tables();
    let told = tables.events.iter(&abroad).any(|(_, event)| {
        event.message == "Failover of global datastore ldgnf-store to region eu-west-1 failed: nothing runs there"
    });
    assert!(told);
    world.faults().heal_all(&abroad).await.expect("healed");
    world.until("healed", World::is_datastore_at_rest).await;
    world.until_read(ABROAD, "k", "v").await;
    world.end().await;
}
