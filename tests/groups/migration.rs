//! Groups copy a redis outside of the server, and take its place: with a writer at it, without it, and when engines and
//! the server are lost in the middle.

use std::{
    net::{Ipv4Addr, TcpListener},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use cachette::{
    model::{GroupPhase, NodeGroupId},
    protocol::{Operation, types},
};
use redis::{FromRedisValue, aio::MultiplexedConnection};
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::timeout};

use crate::world::{GROUP, PATIENCE, Shape, World};

const PAIR: Shape = Shape { clustered: false, shards: 1, replicas: 1, automatic_failover: true };

/// A redis that does not belong to the server. It goes with the test.
pub struct Source {
    child: Child,
    pub port: u16,
    _folder: TempDir,
}

impl Drop for Source {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Source {
    pub async fn start(more: &[&str]) -> Self {
        Self::at(free_port(), "redis-server", more).await
    }

    async fn at(port: u16, program: &str, more: &[&str]) -> Self {
        let port_text = port.to_string();
        let mut command = Command::new(program);
        let folder = tempfile::tempdir().expect("a folder");
        command.current_dir(folder.path());
        command.args(["--bind", "127.0.0.1", "--save", "", "--port", &port_text]).args(more);
        let child = command.stdout(Stdio::null()).spawn().expect("a redis");
        let source = Self { child, port, _folder: folder };
        let up = async { while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {} };
        timeout(PATIENCE, up).await.expect("up in time");
        source
    }

    async fn connect(&self) -> MultiplexedConnection {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port)).expect("a client");
        client.get_multiplexed_async_connection().await.expect("a connection")
    }

    pub async fn ask<T: FromRedisValue>(&self, words: &[&str]) -> T {
        redis::cmd(words[0]).arg(&words[1..]).query_async(&mut self.connect().await).await.expect("an answer")
    }
}

/// A port of this machine that nobody listens on.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port").local_addr().expect("its address").port()
}

/// Writes numbers under their own names until it is told to stop; answers how many were taken.
fn write_numbers(mut connection: MultiplexedConnection, stop: Arc<AtomicBool>) -> JoinHandle<u32> {
    tokio::spawn(async move {
        let mut taken = 0;
        while !stop.load(Ordering::Relaxed) {
            let () = redis::cmd("SET").arg(taken).arg(taken).query_async(&mut connection).await.expect("written");
            taken += 1;
        }
        taken
    })
}

pub fn endpoints(port: u16) -> Vec<types::CustomerNodeEndpoint> {
    vec![types::CustomerNodeEndpoint { address: Some("localhost".into()), port: Some(port.into()) }]
}

async fn fit_group(world: &World) {
    world.create(&PAIR).await;
    world.until("available", World::is_available).await;
    let input = types::ModifyReplicationGroupMessage {
        replication_group_id: GROUP.into(),
        multi_az_enabled: Some(true),
        apply_immediately: Some(true),
        ..types::ModifyReplicationGroupMessage::default()
    };
    world.execute(Operation::ModifyReplicationGroup(Box::new(input))).await;
}

async fn start(world: &World, port: u16) {
    let input = types::StartMigrationMessage {
        replication_group_id: Some(GROUP.into()),
        customer_node_endpoint_list: Some(endpoints(port)),
        ..types::StartMigrationMessage::default()
    };
    world.execute(Operation::StartMigration(Box::new(input))).await;
}

async fn complete(world: &World, force: bool) {
    let input = types::CompleteMigrationMessage {
        replication_group_id: Some(GROUP.into()),
        serverless_cache_name: None,
        force: Some(force),
    };
    world.execute(Operation::CompleteMigration(Box::new(input))).await;
}

async fn test(world: &World, port: u16) -> String {
    let before = world.messages(GROUP).len();
    let input = types::TestMigrationMessage {
        replication_group_id: GROUP.into(),
        customer_node_endpoint_list: endpoints(port),
    };
    world.execute(Operation::TestMigration(Box::new(input))).await;
    world.until("tested", |world| world.messages(GROUP).len() > before).await;
    assert!(world.is_available());
    world.messages(GROUP).pop().expect("a message")
}

fn primary(world: &World) -> String {
    world.group().expect("a group").node_groups[&NodeGroupId::new(1)].primary.cache_cluster_id.clone()
}

fn is_migrating(world: &World) -> bool {
    world.phase() == Some(GroupPhase::Migrating)
}

/// Waits until `words` are answered with `expected` at an endpoint, which may be on its way.
async fn until_answer(world: &World, port: u16, words: &[&str], expected: &str) {
    let answered =
        async { while world.ask::<Option<String>>(port, words).await.ok().flatten().as_deref() != Some(expected) {} };
    timeout(PATIENCE, answered).await.unwrap_or_else(|_| panic!("{words:?} is not answered with {expected}"));
}

/// Copies what comes after the start, too, to the last member.
async fn until_copied(world: &World, source: &Source, key: &str) {
    let () = source.ask(&["SET", key, "copied"]).await;
    until_answer(world, world.primary_port(), &["GET", key], "copied").await;
    for member in ["g-001", "g-002"] {
        until_answer(world, world.node_port(member), &["GET", key], "copied").await;
    }
}

/// Writes to the group until its replica has it, which may be about to come back to its primary.
async fn until_written_and_copied(world: &World) {
    let copied = async {
        loop {
            // On one connection, as it is its own writes that a client can wait for.
            let Ok(mut client) = world.connect(world.primary_port()).await else { continue };
            let written: Result<(), _> = redis::cmd("SET").arg("mine").arg("v").query_async(&mut client).await;
            if written.is_ok() && redis::cmd("WAIT").arg(1).arg(100).query_async::<i32>(&mut client).await == Ok(1) {
                return;
            }
        }
    };
    timeout(PATIENCE, copied).await.expect("copied in time");
}

/// Asks for the end until it comes: what is written meanwhile may be ahead.
async fn until_completed(world: &World) {
    let done = format!("Complete Migration successful for {GROUP}");
    complete(world, false).await;
    world.until("completed", |world| world.messages(GROUP).contains(&done)).await;
    world.until("available", World::is_available).await;
}

#[tokio::test]
async fn no_write_is_lost_when_a_group_takes_the_place_of_its_source() {
    let world = World::new().await;
    fit_group(&world).await;
    let () = world.ask(world.primary_port(), &["SET", "former", "v"]).await.expect("written");
    let source = Source::start(&[]).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writer = write_numbers(source.connect().await, Arc::clone(&stop));
    start(&world, source.port).await;
    world.until("migrating", is_migrating).await;
    until_copied(&world, &source, "mark").await;
    let port = world.primary_port();
    let refused = world.ask::<()>(port, &["SET", "mine", "v"]).await.expect_err("refused");
    assert_eq!(refused.code(), Some("READONLY"));
    stop.store(true, Ordering::Relaxed);
    let taken = writer.await.expect("a number");
    until_completed(&world).await;
    for number in 0..taken {
        let number = number.to_string();
        let found: Option<String> = world.ask(port, &["GET", &number]).await.expect("read");
        assert_eq!(found.as_deref(), Some(number.as_str()));
        if number.parse::<u32>().expect("a number") > 200 {
            break;
        }
    }
    let expected: usize = source.ask(&["DBSIZE"]).await;
    assert_eq!(expected, usize::try_from(taken).expect("few") + 1);
    assert_eq!(world.keys().await, expected, "what the group had before is gone");
    // It is on its own now.
    let () = source.ask(&["SET", "later", "v"]).await;
    until_written_and_copied(&world).await;
    assert_eq!(world.keys().await, expected + 1);
    assert_eq!(
        world.messages(GROUP)[2..],
        [
            format!("Migration from localhost:{} to replication group {GROUP} started", source.port),
            format!("Complete Migration successful for {GROUP}"),
        ]
    );
    world.end().await;
}

#[tokio::test]
async fn the_successor_of_a_lost_primary_goes_on_migrating() {
    let mut world = World::new().await;
    fit_group(&world).await;
    let source = Source::start(&[]).await;
    start(&world, source.port).await;
    until_copied(&world, &source, "first").await;
    world.kill("g-001").await;
    world.until("replaced", |world| primary(world) == "g-002").await;
    world.until("migrating", is_migrating).await;
    until_copied(&world, &source, "second").await;
    // Nobody is at home to note what happens; it goes on all the same.
    world.crash().await;
    let () = source.ask(&["SET", "alone", "v"]).await;
    world.start().await;
    until_answer(&world, world.primary_port(), &["GET", "alone"], "v").await;
    assert!(is_migrating(&world));
    until_copied(&world, &source, "third").await;
    until_completed(&world).await;
    for (key, value) in [("first", "copied"), ("second", "copied"), ("alone", "v"), ("third", "copied")] {
        let found: String = world.ask(world.primary_port(), &["GET", key]).await.expect("read");
        assert_eq!(found, value, "{key}");
    }
    until_written_and_copied(&world).await;
    assert_eq!(world.engine_count().await, 2);
    world.end().await;
}

#[tokio::test]
async fn a_source_that_is_gone_is_given_up_and_the_group_keeps_what_it_has() {
    let world = World::new().await;
    fit_group(&world).await;
    let source = Source::start(&[]).await;
    start(&world, source.port).await;
    until_copied(&world, &source, "k").await;
    drop(source);
    // It is not in sync any more, so it cannot be completed.
    complete(&world, false).await;
    let fails = |message: &String| message.starts_with("Complete Migration failed for g, which goes on migrating: ");
    world.until("refused", |world| world.messages(GROUP).iter().any(fails)).await;
    assert!(is_migrating(&world));
    world.until("noticed", |world| world.migration().is_some_and(|it| it.silent_since.is_some())).await;
    world.advance(Duration::from_secs(61));
    world.until("given up", World::is_available).await;
    let last = world.messages(GROUP).pop().expect("a message");
    assert!(last.starts_with("Migration from localhost:") && last.contains("failed: tried for 60 seconds: "), "{last}");
    until_answer(&world, world.primary_port(), &["GET", "k"], "copied").await;
    until_written_and_copied(&world).await;
    world.end().await;
}

#[tokio::test]
async fn what_cannot_be_copied_is_told_and_changes_nothing() {
    let world = World::new().await;
    fit_group(&world).await;
    let port = world.primary_port();
    world.write_copied(port, "former", 1).await;
    // Nobody listens there.
    let nobody = free_port();
    let message = test(&world, nobody).await;
    assert!(
        message.starts_with("Test Migration failed for g: localhost:") && message.contains("does not answer"),
        "{message}"
    );
    start(&world, nobody).await;
    world.until("noticed", |world| world.migration().is_some_and(|it| it.silent_since.is_some())).await;
    let () = world.ask(port, &["SET", "meanwhile", "v"]).await.expect("it takes writes as long as it copies nobody");
    world.advance(Duration::from_secs(61));
    world.until("given up", World::is_available).await;

    let sources = [
        (Source::start(&["--requirepass", "secret"]).await, "it wants a password"),
        (Source::start(&["--databases", "20"]).await, "it has keys in database 19, and the group has 16 databases"),
        (Source::start(&["--cluster-enabled", "yes"]).await, "cluster mode"),
        (Source::start(&["--user", "default", "on", "nopass", "~*", "&*", "+@all", "-psync"]).await, "psync"),
        (Source::at(free_port(), "valkey-server", &[]).await, "Redis 7.0.15 does not read the data of Valkey"),
    ];
    let mut there = sources[1].0.connect().await;
    let () = redis::cmd("SELECT").arg(19).query_async(&mut there).await.expect("selected");
    let () = redis::cmd("SET").arg("k").arg("v").query_async(&mut there).await.expect("written");
    for (source, reason) in &sources {
        let message = test(&world, source.port).await;
        assert!(message.starts_with("Test Migration failed for g: ") && message.contains(reason), "{message}");
        start(&world, source.port).await;
        world.until("refused", World::is_available).await;
        let message = world.messages(GROUP).pop().expect("a message");
        assert!(message.contains("failed: ") && message.contains(reason), "{message}");
    }
    for key in ["former", "meanwhile"] {
        until_answer(&world, port, &["GET", key], "v").await;
    }
    let good = Source::start(&[]).await;
    let expected = format!("Test Migration successful for g: localhost:{} can be copied", good.port);
    assert_eq!(test(&world, good.port).await, expected);
    world.end().await;
}

#[tokio::test]
async fn a_forced_end_takes_what_is_there() {
    let world = World::new().await;
    fit_group(&world).await;
    let source = Source::start(&[]).await;
    start(&world, source.port).await;
    until_copied(&world, &source, "k").await;
    drop(source);
    complete(&world, true).await;
    world.until("available", World::is_available).await;
    until_answer(&world, world.primary_port(), &["GET", "k"], "copied").await;
    until_written_and_copied(&world).await;
    world.end().await;
}

/// Completes the migration as soon as there is something to complete.
async fn drive(world: &World) {
    while let Some(migration) = world.migration().filter(|migration| migration.ending.is_none()) {
        if migration.completion.is_none() {
            until_answer(world, world.primary_port(), &["GET", "k"], "v").await;
            world.until("migrating", is_migrating).await;
            complete(world, false).await;
        }
        let is_decided = |world: &World| world.migration().is_none_or(|migration| migration.completion.is_none());
        world.until("decided", is_decided).await;
    }
    world.until("available", World::is_available).await;
}

#[tokio::test]
async fn a_migration_survives_a_crash_of_the_server_at_any_of_its_steps() {
    let source = Source::start(&[]).await;
    let () = source.ask(&["SET", "k", "v"]).await;
    for after in 1.. {
        let mut world = World::new().await;
        fit_group(&world).await;
        let begin = world.version();
        start(&world, source.port).await;
        let was_done = tokio::select! {
            () = drive(&world) => true,
            () = world.until("in the middle", |world| world.version() >= begin + after) => false,
        };
        world.crash().await;
        world.start().await;
        drive(&world).await;
        until_answer(&world, world.primary_port(), &["GET", "k"], "v").await;
        until_written_and_copied(&world).await;
        assert_eq!(world.engine_count().await, 2);
        world.end().await;
        if was_done {
            assert!(after > 3, "nothing was ever in the middle");
            return;
        }
    }
}
