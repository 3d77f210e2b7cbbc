//! Snapshots of real engines, and caches that are made of them.

use std::{fs, sync::Arc, time::Duration};

use cachette::{
    model::{
        CacheCluster, GroupPhase, NodeId, Phase, ReplicationGroup, Snapshot, SnapshotSource, SnapshotState, hex::hex,
    },
    protocol::{Operation, types},
};
use chrono::TimeDelta;
use redis::aio::MultiplexedConnection;
use sha2::{Digest, Sha256};

use crate::world::{GROUP, Shape, World, scope};

/// Makes a cluster of its own.
pub async fn create_cluster(world: &World, id: &str, input: types::CreateCacheClusterMessage) {
    let input = types::CreateCacheClusterMessage { cache_cluster_id: id.into(), ..input };
    world.execute(Operation::CreateCacheCluster(Box::new(input))).await;
}

pub fn redis() -> types::CreateCacheClusterMessage {
    types::CreateCacheClusterMessage {
        engine: Some("redis".into()),
        engine_version: Some("7.0".into()),
        cache_node_type: Some("cache.t3.micro".into()),
        ..types::CreateCacheClusterMessage::default()
    }
}

pub fn of_snapshot(name: &str) -> types::CreateCacheClusterMessage {
    types::CreateCacheClusterMessage { snapshot_name: Some(name.into()), ..types::CreateCacheClusterMessage::default() }
}

/// Makes a group of a snapshot.
pub async fn create_group(world: &World, id: &str, snapshot: &str, shards: Option<i32>) {
    let input = types::CreateReplicationGroupMessage {
        replication_group_id: id.into(),
        replication_group_description: "d".into(),
        snapshot_name: Some(snapshot.into()),
        num_node_groups: shards,
        ..types::CreateReplicationGroupMessage::default()
    };
    world.execute(Operation::CreateReplicationGroup(Box::new(input))).await;
}

pub fn phase(world: &World, id: &str) -> Option<Phase> {
    world.member(id).map(|cluster| cluster.phase())
}

pub fn group_phase(world: &World, id: &str) -> Option<GroupPhase> {
    let (tables, scope) = (world.tables(), scope());
    let group = tables.replication_groups.get(&scope, id)?;
    Some(group.phase(|id: &str| tables.cache_clusters.get(&scope, id).map(Arc::as_ref)))
}

pub async fn until_phase(world: &World, id: &str, wanted: Phase) {
    world.until(wanted.as_str(), |world| phase(world, id) == Some(wanted)).await;
}

pub async fn until_group(world: &World, id: &str, wanted: GroupPhase) {
    world.until(wanted.as_str(), |world| group_phase(world, id) == Some(wanted)).await;
}

pub fn snapshot(world: &World, name: &str) -> Option<Arc<Snapshot>> {
    world.tables().snapshots.get(&scope(), name).cloned()
}

pub async fn until_taken(world: &World, name: &str) {
    world.until("taken", |world| snapshot(world, name).is_some_and(|found| found.is_whole())).await;
}

/// Asks for a snapshot of a cluster.
pub async fn take(world: &World, cluster: &str, name: &str) {
    let (cache_cluster_id, snapshot_name) = (Some(cluster.to_owned()), name.to_owned());
    let input =
        types::CreateSnapshotMessage { cache_cluster_id, snapshot_name, ..types::CreateSnapshotMessage::default() };
    world.execute(Operation::CreateSnapshot(Box::new(input))).await;
}

pub async fn take_group(world: &World, name: &str) {
    let (replication_group_id, snapshot_name) = (Some(GROUP.to_owned()), name.to_owned());
    let input =
        types::CreateSnapshotMessage { replication_group_id, snapshot_name, ..types::CreateSnapshotMessage::default() };
    world.execute(Operation::CreateSnapshot(Box::new(input))).await;
    until_taken(world, name).await;
    until_group(world, GROUP, GroupPhase::Available).await;
}

/// A command, and what is asked to see what came of it.
const EVERYTHING: [(&str, &str); 12] = [
    ("SET text value", "GET text"),
    ("SET number 42", "GET number"),
    ("SET soon gone PX 3600000", "GET soon"),
    ("SETBIT bits 70000 1", "BITCOUNT bits"),
    ("RPUSH list a b c", "LRANGE list 0 -1"),
    ("SADD numbers 1 2 3", "SMEMBERS numbers"),
    ("SADD words x", "SMEMBERS words"),
    ("ZADD scores 1.5 a 2.5 b", "ZRANGE scores 0 -1 WITHSCORES"),
    ("HSET hash field value", "HGETALL hash"),
    ("XADD stream 1-1 field value", "XRANGE stream - +"),
    ("XGROUP CREATE stream readers 0", "XPENDING stream readers"),
    ("PFADD seen a b c", "PFCOUNT seen"),
];

async fn run(connection: &mut MultiplexedConnection, line: &str) -> redis::Value {
    let words: Vec<&str> = line.split(' ').collect();
    let asked = redis::cmd(words[0]).arg(&words[1..]).query_async(connection).await;
    asked.unwrap_or_else(|error| panic!("{line}: {error}"))
}

/// Fills an engine with something of everything; answers what it then says.
async fn fill(connection: &mut MultiplexedConnection) -> Vec<redis::Value> {
    for (command, _) in EVERYTHING {
        run(connection, command).await;
    }
    let big = "x".repeat(3 << 20);
    let () = redis::cmd("SET").arg("big").arg(&big).query_async(connection).await.expect("written");
    let library = "#!lua name=lib\nredis.register_function('f', function() return 7 end)";
    let () = redis::cmd("FUNCTION").arg("LOAD").arg(library).query_async(connection).await.expect("loaded");
    run(connection, "SELECT 3").await;
    run(connection, "SET elsewhere value").await;
    run(connection, "SELECT 0").await;
    look(connection).await
}

async fn look(connection: &mut MultiplexedConnection) -> Vec<redis::Value> {
    let mut seen = Vec::new();
    for (_, question) in EVERYTHING {
        seen.push(run(connection, question).await);
    }
    seen.push(run(connection, "STRLEN big").await);
    seen.push(run(connection, "FCALL f 0").await);
    run(connection, "SELECT 3").await;
    seen.push(run(connection, "GET elsewhere").await);
    run(connection, "SELECT 0").await;
    let left: i64 = redis::cmd("PTTL").arg("soon").query_async(connection).await.expect("a time");
    assert!((3_000_000..=3_600_000).contains(&left), "{left}");
    seen
}

#[tokio::test]
async fn a_new_cluster_has_all_that_the_snapshot_has() {
    let world = World::new().await;
    create_cluster(&world, "c", redis()).await;
    until_phase(&world, "c", Phase::Available).await;
    let mut connection = world.connect(world.node_port("c")).await.expect("a connection");
    let before = fill(&mut connection).await;
    take(&world, "c", "s").await;
    until_taken(&world, "s").await;
    until_phase(&world, "c", Phase::Available).await;
    run(&mut connection, "FLUSHALL").await;

    create_cluster(&world, "d", of_snapshot("s")).await;
    let valkey = types::CreateCacheClusterMessage {
        engine: Some("valkey".into()),
        engine_version: Some("8.0".into()),
        ..of_snapshot("s")
    };
    until_phase(&world, "d", Phase::Available).await;
    create_cluster(&world, "e", valkey).await;
    until_phase(&world, "e", Phase::Available).await;
    for id in ["d", "e"] {
        let mut connection = world.connect(world.node_port(id)).await.expect("a connection");
        assert_eq!(look(&mut connection).await, before, "{id}");
        assert!(world.member(id).expect("a cluster").restore.is_none(), "{id}");
    }
    // What it was filled with does not come back.
    world.kill("d").await;
    world.until("recovered", |world| world.messages("d").iter().any(|message| message.starts_with("Finished"))).await;
    let keys: i64 = world.ask(world.node_port("d"), &["DBSIZE"]).await.expect("a number");
    assert_eq!(keys, 0);
    world.end().await;
}

/// How many keys the group has, all of which have to be where they belong.
pub async fn found(world: &World, id: &str, keys: usize) -> usize {
    let group = world.tables().replication_groups.get(&scope(), id).cloned().expect("a group");
    let mut found = 0;
    for shard in group.node_groups.values() {
        let mut connection =
            world.connect(world.node_port(&shard.primary.cache_cluster_id)).await.expect("a connection");
        for key in 0..keys {
            // One that belongs elsewhere is answered with where.
            let value: redis::RedisResult<Option<usize>> =
                redis::cmd("GET").arg(format!("key-{key}")).query_async(&mut connection).await;
            found += usize::from(value.is_ok_and(|value| value == Some(key)));
        }
        let held: usize = redis::cmd("DBSIZE").query_async(&mut connection).await.expect("a number");
        assert!(held > 0, "{id}: a shard has nothing");
    }
    found
}

pub async fn drop_group(world: &World, id: &str, last: Option<&str>) {
    let input = types::DeleteReplicationGroupMessage {
        replication_group_id: id.into(),
        final_snapshot_identifier: last.map(str::to_owned),
        ..types::DeleteReplicationGroupMessage::default()
    };
    world.execute(Operation::DeleteReplicationGroup(Box::new(input))).await;
    world.until("gone", |world| group_phase(world, id).is_none()).await;
}

#[tokio::test]
async fn a_snapshot_of_three_shards_fills_any_number() {
    let world = World::new().await;
    world.create(&Shape { clustered: true, shards: 3, replicas: 1, automatic_failover: true }).await;
    world.until("available", World::is_available).await;
    for key in 0..300_usize {
        world.set(&format!("key-{key}"), &key.to_string()).await;
    }
    take_group(&world, "s").await;
    let taken = snapshot(&world, "s").expect("a snapshot");
    assert!(taken.nodes.iter().all(|node| node.cache_cluster_id.as_ref().is_some_and(|id| id.ends_with("-002"))));
    drop_group(&world, GROUP, Some("last")).await;
    let last = snapshot(&world, "last").expect("a snapshot");
    assert!(last.is_whole());
    assert!(last.nodes.iter().all(|node| node.cache_cluster_id.as_ref().is_some_and(|id| id.ends_with("-001"))));
    for (id, snapshot, shards) in [("h", "s", None), ("i", "s", Some(2)), ("j", "last", Some(5))] {
        create_group(&world, id, snapshot, shards).await;
        until_group(&world, id, GroupPhase::Available).await;
        assert_eq!(found(&world, id, 300).await, 300, "{id}");
        drop_group(&world, id, None).await;
    }
    world.end().await;
}

#[tokio::test]
async fn a_snapshot_without_slots_fills_shards_too() {
    let world = World::new().await;
    world.create(&Shape { clustered: false, shards: 1, replicas: 1, automatic_failover: true }).await;
    world.until("available", World::is_available).await;
    for key in 0..100_usize {
        world.set(&format!("key-{key}"), &key.to_string()).await;
    }
    world.write_copied(world.primary_port(), "more", 1).await;
    take_group(&world, "s").await;
    for (id, shards) in [("h", None), ("i", Some(2))] {
        create_group(&world, id, "s", shards).await;
        until_group(&world, id, GroupPhase::Available).await;
        assert_eq!(found(&world, id, 100).await, 100, "{id}");
    }
    let group = world.tables().replication_groups.get(&scope(), "h").cloned().expect("a group");
    let replica = group
        .member_ids()
        .find(|id| **id != group.node_groups.values().next().expect("a shard").primary.cache_cluster_id);
    let port = world.node_port(replica.expect("a replica, as before"));
    assert_eq!(world.ask::<usize>(port, &["DBSIZE"]).await.expect("a number"), 101);
    world.end().await;
}

/// Puts something else in the place of a snapshot's data.
async fn replace_data(world: &World, name: &str, content: &[u8], tells: bool) {
    let file = snapshot(world, name).expect("a snapshot").files().next().expect("a file").clone();
    fs::write(world.snapshot_folder().join(file.id).with_extension("rdb"), content).expect("written");
    if tells {
        let (name, size, checksum) = (name.to_owned(), content.len() as u64, hex(&Sha256::digest(content)));
        let change = move |draft: &mut cachette::store::Draft| {
            let mut snapshot = Snapshot::clone(&draft.get::<Snapshot>(&scope(), &name).expect("a snapshot"));
            let file = snapshot.nodes[0].file.as_mut().expect("a file");
            (file.size, file.checksum) = (size, checksum);
            draft.put(&scope(), &name, snapshot);
        };
        world.tamper(change).await;
    }
}

#[tokio::test]
async fn a_cluster_that_cannot_be_filled_says_so_and_can_be_deleted() {
    let world = World::new().await;
    create_cluster(&world, "c", redis()).await;
    until_phase(&world, "c", Phase::Available).await;
    take(&world, "c", "s").await;
    until_taken(&world, "s").await;
    for (id, content, tells) in
        [("d", &b"REDIS0009 and then nothing that is known"[..], true), ("e", b"changed", false)]
    {
        replace_data(&world, "s", content, tells).await;
        create_cluster(&world, id, of_snapshot("s")).await;
        until_phase(&world, id, Phase::RestoreFailed).await;
        let messages = world.messages(id);
        assert!(messages.iter().any(|message| message.contains("could not be restored")), "{messages:?}");
        let engines = world.engine_count().await;
        assert_eq!(engines, 1, "nothing runs that has no data");
        let input = types::DeleteCacheClusterMessage { cache_cluster_id: id.into(), final_snapshot_identifier: None };
        world.execute(Operation::DeleteCacheCluster(Box::new(input))).await;
        world.until("gone", |world| phase(world, id).is_none()).await;
    }
    create_group(&world, "h", "s", None).await;
    until_group(&world, "h", GroupPhase::CreateFailed).await;
    drop_group(&world, "h", None).await;
    world.end().await;
}

#[tokio::test]
async fn a_cluster_stays_when_its_last_snapshot_fails() {
    let world = World::new().await;
    create_cluster(&world, "c", redis()).await;
    until_phase(&world, "c", Phase::Available).await;
    let port = world.node_port("c");
    world.ask::<()>(port, &["SET", "key", "value"]).await.expect("written");
    // As when the disk is gone.
    fs::remove_dir_all(world.snapshot_folder()).expect("removed");
    let last = |name: &str| types::DeleteCacheClusterMessage {
        cache_cluster_id: "c".into(),
        final_snapshot_identifier: Some(name.into()),
    };
    world.execute(Operation::DeleteCacheCluster(Box::new(last("s")))).await;
    assert_eq!(phase(&world, "c"), Some(Phase::Deleting));
    until_phase(&world, "c", Phase::Available).await;
    let failed = snapshot(&world, "s").expect("a snapshot");
    assert!(matches!(failed.state, SnapshotState::Failed(_)));
    let messages = world.messages("c");
    assert!(messages.iter().any(|message| message.contains("is not deleted")), "{messages:?}");
    assert_eq!(world.ask::<String>(port, &["GET", "key"]).await.expect("kept"), "value");

    fs::create_dir(world.snapshot_folder()).expect("made");
    world.execute(Operation::DeleteCacheCluster(Box::new(last("t")))).await;
    world.until("gone", |world| phase(world, "c").is_none()).await;
    until_taken(&world, "t").await;
    world.end().await;
}

/// The automatic snapshots of a cluster, and whether they failed.
fn automatic(world: &World) -> Vec<bool> {
    let (tables, scope) = (world.tables(), scope());
    let all = tables.snapshots.iter(&scope).map(|(_, snapshot)| snapshot);
    let over = all.filter(|it| it.source == SnapshotSource::Automated && it.state != SnapshotState::Creating);
    over.map(|snapshot| matches!(snapshot.state, SnapshotState::Failed(_))).collect()
}

#[tokio::test]
async fn an_automatic_snapshot_that_failed_is_taken_again_while_its_window_is_open() {
    let world = World::new().await;
    let daily = types::CreateCacheClusterMessage {
        snapshot_retention_limit: Some(1),
        snapshot_window: Some("02:00-03:00".into()),
        preferred_maintenance_window: Some("sun:05:00-sun:06:00".into()),
        ..redis()
    };
    create_cluster(&world, "c", daily).await;
    until_phase(&world, "c", Phase::Available).await;
    fs::remove_dir_all(world.snapshot_folder()).expect("removed");
    let window = world.member("c").and_then(|cluster| cluster.snapshot_window).expect("a window");
    let open = window.next_start(world.now()) - world.now() + TimeDelta::seconds(30);
    world.advance(open.to_std().expect("a time to come"));
    world.until("failed", |world| automatic(world) == [true]).await;
    until_phase(&world, "c", Phase::Available).await;
    world.advance(Duration::from_secs(605));
    world.until("failed again", |world| automatic(world) == [true, true]).await;
    until_phase(&world, "c", Phase::Available).await;

    fs::create_dir(world.snapshot_folder()).expect("made");
    world.advance(Duration::from_secs(605));
    world.until("taken", |world| automatic(world) == [true, true, false]).await;
    until_phase(&world, "c", Phase::Available).await;
    // Enough for today.
    world.advance(Duration::from_secs(605));
    take(&world, "c", "manual").await;
    until_taken(&world, "manual").await;
    assert_eq!(automatic(&world), [true, true, false]);
    // Those that failed go with their day, as the others do.
    world.advance(Duration::from_hours(24));
    world.until("the next day", |world| automatic(world) == [false]).await;
    world.end().await;
}

#[tokio::test]
async fn what_changes_while_a_snapshot_is_taken_is_refused_or_harmless() {
    let world = World::new().await;
    world.create(&Shape { clustered: false, shards: 1, replicas: 2, automatic_failover: true }).await;
    world.until("available", World::is_available).await;
    world.write_copied(world.primary_port(), "key", 2).await;
    // The replica that the data would be taken of is gone.
    world.kill("g-002").await;
    world.until("recovered", World::is_available).await;
    take_group(&world, "s").await;
    let tables = world.tables();
    let is_free = |cluster: &CacheCluster| cluster.snapshotting.is_none();
    assert!(tables.cache_clusters.iter(&scope()).all(|(_, cluster)| is_free(cluster)));
    let group: &ReplicationGroup = tables.replication_groups.get(&scope(), GROUP).expect("a group");
    assert!(
        group
            .member_ids()
            .all(|id| tables.cache_clusters.get(&scope(), id).is_some_and(|c| c.nodes.contains_key(&NodeId::FIRST)))
    );
    tokio::time::timeout(Duration::from_secs(30), world.end()).await.expect("an end");
}
