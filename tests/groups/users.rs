//! Who may talk to a group, while its engines come and go.

use std::time::Instant;

use cachette::{
    model::{Access, AccessUser, Authentication, PasswordHash},
    protocol::{Operation, types},
};
use redis::RedisResult;

use crate::world::{GROUP, PATIENCE, Shape, World};

const APP: &str = "app:password-of-app@";

/// One user with these rules.
fn app(access_string: &str) -> Access {
    let authentication = Authentication::Password(vec![PasswordHash::of("password-of-app")]);
    let user = AccessUser { user_id: "app".into(), authentication, access_string: access_string.into() };
    Access::Users([("app".to_owned(), user)].into())
}

async fn group(clustered: bool) -> World {
    let world = World::new().await;
    let shards = if clustered { 2 } else { 1 };
    world.create(&Shape { clustered, shards, replicas: 1, automatic_failover: true }).await;
    world.until("available", World::is_available).await;
    world
}

/// Changes who may talk to the group, and waits until it is so.
async fn let_in(world: &World, access: Access) {
    world.let_in(access).await;
    world.until("available", World::is_available).await;
}

async fn write(world: &World, port: u16, login: &str) -> RedisResult<()> {
    let mut connection = world.log_in(port, login).await?;
    redis::cmd("SET").arg("{3560}").arg("value").query_async(&mut connection).await
}

/// Whatever is going on: nobody gets in without logging in.
async fn keeps_others_out(world: &World, ports: &[u16]) {
    for port in ports {
        let written = write(world, *port, "").await;
        assert!(written.is_err(), "anybody is let in at {port}");
    }
}

/// Engines are lost, replaced and added, and the server starts again; `primary` takes writes of the first shard when its
/// first member is lost.
async fn survive_everything(mut world: World, first: &str, primary: impl Fn(&World) -> u16) {
    let port = world.node_port(first);
    let mut early = world.log_in(port, "").await.expect("open");
    let mut set = redis::cmd("SET");
    set.arg("{3560}").arg("value");
    for tokens in [&["one"][..], &["one", "two"], &["two"]] {
        let tokens = tokens.iter().map(|token| PasswordHash::of(token)).collect();
        let_in(&world, Access::Tokens { tokens, optional: false }).await;
        set.exec_async(&mut early).await.expect("its connection lives on");
    }
    write(&world, port, ":two@").await.expect("let in");
    assert!(write(&world, port, ":one@").await.is_err());

    let_in(&world, app("on ~* -@all +@read +cluster +hello +client")).await;
    let mut connection = world.log_in(port, APP).await.expect("let in");
    set.exec_async(&mut connection).await.expect_err("it may not");
    let_in(&world, app("on ~* +@all")).await;
    set.exec_async(&mut connection).await.expect("it lives on and has the new rules");
    keeps_others_out(&world, &[port]).await;

    world.kill(first).await;
    let killed = Instant::now();
    while write(&world, primary(&world), APP).await.is_err() {
        assert!(killed.elapsed() < PATIENCE);
        keeps_others_out(&world, &[primary(&world), port]).await;
    }
    while !world.is_available() {
        assert!(killed.elapsed() < PATIENCE);
        keeps_others_out(&world, &[primary(&world), port]).await;
    }
    let mut replaced = world.log_in(port, APP).await.expect("let in");
    redis::cmd("PING").exec_async(&mut replaced).await.expect("let in");

    let more = types::IncreaseReplicaCountMessage {
        replication_group_id: GROUP.into(),
        new_replica_count: Some(2),
        apply_immediately: true,
        ..Default::default()
    };
    world.execute(Operation::IncreaseReplicaCount(Box::new(more))).await;
    let asked = Instant::now();
    let members = || world.group().expect("a group").member_ids().cloned().collect::<Vec<_>>();
    while !world.is_available() {
        assert!(asked.elapsed() < PATIENCE);
        let cluster = |id: &String| world.member(id)?.nodes.values().next()?.port;
        keeps_others_out(&world, &members().iter().filter_map(cluster).collect::<Vec<_>>()).await;
    }
    let ports: Vec<_> = members().iter().map(|member| world.node_port(member)).collect();
    world.crash().await;
    world.start().await;
    keeps_others_out(&world, &ports).await;
    write(&world, primary(&world), APP).await.expect("let in");
    let_in(&world, Access::Open).await;
    write(&world, primary(&world), "").await.expect("open");
    assert!(world.log_in(primary(&world), APP).await.is_err());
    world.end().await;
}

#[tokio::test]
async fn a_group_is_never_open_to_others() {
    survive_everything(group(false).await, "g-001", World::primary_port).await;
}

#[tokio::test]
async fn a_group_in_cluster_mode_is_never_open_to_others() {
    let world = group(true).await;
    survive_everything(world, "g-0001-001", |world| {
        let group = world.group().expect("a group");
        world.node_port(&group.node_groups.values().next().expect("a shard").primary.cache_cluster_id)
    })
    .await;
}

#[tokio::test]
async fn users_change_while_an_engine_is_replaced() {
    let world = group(false).await;
    let_in(&world, app("on ~* +@all")).await;
    world.kill("g-002").await;
    world.let_in(app("on ~* -@all +set +hello +client")).await;
    world.until("lost", |world| !world.is_available()).await;
    world.until("available", World::is_available).await;
    for member in ["g-001", "g-002"] {
        let mut connection = world.log_in(world.node_port(member), APP).await.expect("let in");
        let refused = redis::cmd("GET").arg("key").exec_async(&mut connection).await.expect_err("it may not");
        assert!(refused.to_string().contains("NoPerm"), "{member}: {refused}");
    }
    world.end().await;
}

#[tokio::test]
async fn users_change_in_the_middle_of_an_upgrade() {
    let world = group(false).await;
    let_in(&world, app("on ~* +@all")).await;
    let upgrade = types::ModifyReplicationGroupMessage {
        replication_group_id: GROUP.into(),
        engine: Some("valkey".into()),
        engine_version: Some("8.0".into()),
        apply_immediately: Some(true),
        ..Default::default()
    };
    world.execute(Operation::ModifyReplicationGroup(Box::new(upgrade))).await;
    world.until("modifying", |world| !world.is_available()).await;
    let_in(&world, app("on ~* -@all +set +hello +client")).await;
    let mut connection = world.log_in(world.primary_port(), APP).await.expect("let in");
    redis::cmd("SET").arg("key").arg("value").exec_async(&mut connection).await.expect("it may");
    redis::cmd("GET").arg("key").exec_async(&mut connection).await.expect_err("it may not");
    keeps_others_out(&world, &[world.primary_port()]).await;
    world.end().await;
}

#[tokio::test]
async fn what_engines_do_not_take_is_told_and_heals() {
    let world = group(false).await;
    world.let_in(app("on ~* +nosuch")).await;
    let told =
        |world: &World| world.messages("g-001").iter().any(|message| message.contains("user app cannot be let in"));
    world.until("told", told).await;
    assert!(!world.is_available());
    assert!(!world.messages("g-001").iter().any(|message| message.contains("nosuch")));
    let_in(&world, app("on ~* +@all")).await;
    write(&world, world.primary_port(), APP).await.expect("let in");
    world.end().await;
}
