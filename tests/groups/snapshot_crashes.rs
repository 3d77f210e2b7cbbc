//! The server is killed while it takes a snapshot, restores one, or waits for a last one: at every change of the records,
//! one after the other, and once in the middle of the data.

use std::{collections::BTreeSet, fs};

use cachette::{
    model::Phase,
    protocol::{Operation, types},
};

use crate::{
    snapshots::{create_cluster, of_snapshot, phase, redis, snapshot, take, until_phase, until_taken},
    world::{BUCKET, World, scope},
};

/// How many changes of the records are waited for at most. What is asked for here takes fewer.
const MOST_CHANGES: u64 = 12;

/// Waits for `changes` changes, or until all is done; then kills the server and starts it again.
async fn crash_after(world: &mut World, before: u64, changes: u64, is_done: impl Fn(&World) -> bool) -> bool {
    world.until("there", |world| world.version() >= before + changes || is_done(world)).await;
    let was_done = is_done(world);
    world.crash().await;
    leave_behind(world);
    world.start().await;
    was_done
}

/// What a server that is killed leaves in the folder, at whichever file operation that was: a file that it was writing,
/// empty or not, one that was put together or fetched beside it, and one that was whole a moment before the records would
/// have named it. The test's own end of a server drops them.
fn leave_behind(world: &World) {
    for end in ["part", "part.unfinished", "part.Xy3z", "rdb"] {
        for content in [&b""[..], b"REDIS0009"] {
            let name = uuid::Uuid::new_v4().simple().to_string();
            fs::write(world.snapshot_folder().join(name).with_extension(end), content).expect("written");
        }
    }
}

/// The files of the folder are those of the records.
fn has_no_strangers(world: &World) -> bool {
    let names = fs::read_dir(world.snapshot_folder()).expect("a folder").map(|entry| entry.expect("an entry").path());
    let present: BTreeSet<String> =
        names.map(|path| path.file_name().expect("a name").to_string_lossy().into()).collect();
    let tables = world.tables();
    let scope = scope();
    let files = tables.snapshots.iter(&scope).flat_map(|(_, snapshot)| snapshot.files());
    present == files.map(|file| format!("{}.rdb", file.id)).collect()
}

pub async fn until_clean(world: &World) {
    let waited = tokio::time::timeout(crate::world::PATIENCE, async {
        while !has_no_strangers(world) {
            tokio::task::yield_now().await;
        }
    });
    waited.await.expect("no file that no record names");
}

async fn filled(world: &World, id: &str) {
    create_cluster(world, id, redis()).await;
    until_phase(world, id, Phase::Available).await;
    let value = "x".repeat(4 << 20);
    world.ask::<()>(world.node_port(id), &["SET", "key", &value]).await.expect("written");
}

async fn has_data(world: &World, id: &str) {
    let length: usize = world.ask(world.node_port(id), &["STRLEN", "key"]).await.expect("a length");
    assert_eq!(length, 4 << 20, "{id}");
}

#[tokio::test]
async fn a_snapshot_is_taken_whenever_the_server_is_killed() {
    let mut world = World::new().await;
    filled(&world, "c").await;
    for changes in 0..MOST_CHANGES {
        let name = format!("s{changes}");
        let before = world.version();
        take(&world, "c", &name).await;
        let is_done = |world: &World| snapshot(world, &name).is_some_and(|found| found.is_whole());
        let was_done = crash_after(&mut world, before, changes, is_done).await;
        until_taken(&world, &name).await;
        until_phase(&world, "c", Phase::Available).await;
        until_clean(&world).await;
        if was_done {
            assert!(changes > 1, "nothing was ever in the middle");
            break;
        }
    }
    has_data(&world, "c").await;
    world.end().await;
}

#[tokio::test]
async fn a_cluster_is_filled_whenever_the_server_is_killed() {
    let mut world = World::new().await;
    filled(&world, "c").await;
    take(&world, "c", "s").await;
    until_taken(&world, "s").await;
    for changes in 0..MOST_CHANGES {
        let id = format!("d{changes}");
        let before = world.version();
        create_cluster(&world, &id, of_snapshot("s")).await;
        let is_done = |world: &World| phase(world, &id) == Some(Phase::Available);
        let was_done = crash_after(&mut world, before, changes, is_done).await;
        until_phase(&world, &id, Phase::Available).await;
        has_data(&world, &id).await;
        until_clean(&world).await;
        if was_done {
            assert!(changes > 1, "nothing was ever in the middle");
            break;
        }
    }
    world.end().await;
}

#[tokio::test]
async fn a_last_snapshot_comes_first_whenever_the_server_is_killed() {
    let mut world = World::new().await;
    for changes in 0..MOST_CHANGES {
        let (id, name) = (format!("c{changes}"), format!("s{changes}"));
        filled(&world, &id).await;
        let before = world.version();
        let input = types::DeleteCacheClusterMessage {
            cache_cluster_id: id.clone(),
            final_snapshot_identifier: Some(name.clone()),
        };
        world.execute(Operation::DeleteCacheCluster(Box::new(input))).await;
        let is_done = |world: &World| phase(world, &id).is_none();
        let was_done = crash_after(&mut world, before, changes, is_done).await;
        world.until("gone", |world| phase(world, &id).is_none()).await;
        let taken = snapshot(&world, &name).expect("a snapshot");
        assert!(taken.is_whole() && taken.files().all(|file| file.size > 1000), "{taken:?}");
        until_clean(&world).await;
        if was_done {
            assert!(changes > 1, "nothing was ever in the middle");
            break;
        }
    }
    world.end().await;
}

/// Asks for a copy of the snapshot `s`, in a bucket if one is named.
async fn copy(world: &World, name: &str, bucket: Option<&str>) {
    let input = types::CopySnapshotMessage {
        source_snapshot_name: "s".into(),
        target_snapshot_name: name.into(),
        target_bucket: bucket.map(str::to_owned),
        ..types::CopySnapshotMessage::default()
    };
    world.execute(Operation::CopySnapshot(Box::new(input))).await;
}

#[tokio::test]
async fn a_snapshot_is_copied_and_deleted_whenever_the_server_is_killed() {
    let mut world = World::new().await;
    filled(&world, "c").await;
    take(&world, "c", "s").await;
    until_taken(&world, "s").await;
    let saved = snapshot(&world, "s").and_then(|found| found.files().next().cloned()).expect("a file");
    for changes in 0..MOST_CHANGES {
        let name = format!("t{changes}");
        let before = world.version();
        copy(&world, &name, None).await;
        let is_copied = |world: &World| snapshot(world, &name).is_some_and(|found| found.is_whole());
        let was_copied = crash_after(&mut world, before, changes, is_copied).await;
        until_taken(&world, &name).await;
        let copied = snapshot(&world, &name).and_then(|found| found.files().next().cloned()).expect("a file");
        assert_eq!((copied.size, &copied.checksum), (saved.size, &saved.checksum));
        until_clean(&world).await;

        let before = world.version();
        let delete = types::DeleteSnapshotMessage { snapshot_name: name.clone() };
        world.execute(Operation::DeleteSnapshot(Box::new(delete))).await;
        let is_gone = |world: &World| snapshot(world, &name).is_none();
        let was_gone = crash_after(&mut world, before, changes, is_gone).await;
        world.until("gone", is_gone).await;
        until_clean(&world).await;
        if was_copied && was_gone {
            assert!(changes > 1, "nothing was ever in the middle");
            break;
        }
    }
    create_cluster(&world, "d", of_snapshot("s")).await;
    until_phase(&world, "d", Phase::Available).await;
    has_data(&world, "d").await;
    world.end().await;
}

#[tokio::test]
async fn a_snapshot_is_exported_whenever_the_server_is_killed() {
    let mut world = World::new().await;
    filled(&world, "c").await;
    take(&world, "c", "s").await;
    until_taken(&world, "s").await;
    let file = snapshot(&world, "s").and_then(|found| found.files().next().cloned()).expect("a file");
    let saved = fs::read(world.snapshot_folder().join(file.id).with_extension("rdb")).expect("read");
    let is_done = |world: &World| snapshot(world, "s").is_some_and(|found| found.export.is_none());
    for changes in 0..MOST_CHANGES {
        let name = format!("t{changes}");
        let before = world.version();
        copy(&world, &name, Some(BUCKET)).await;
        let was_done = crash_after(&mut world, before, changes, is_done).await;
        world.until("exported", is_done).await;
        let told = world.messages("c").into_iter().filter(|message| message.starts_with("Snapshot s ")).count();
        assert_eq!(told, usize::try_from(changes).expect("a few") + 1, "each is told once");
        assert_eq!(fs::read(world.bucket().join(format!("{name}-0001.rdb"))).expect("an object"), saved);
        let objects = fs::read_dir(world.bucket()).expect("a bucket").count();
        assert_eq!(objects, usize::try_from(changes).expect("a few") + 1, "nothing else is there");
        if was_done {
            assert!(changes > 0, "nothing was ever in the middle");
            break;
        }
    }
    world.end().await;
}
