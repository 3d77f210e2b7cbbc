//! The server is killed while it takes a snapshot, restores one, or waits for a last one: at every change of the records,
//! one after the other, and once in the middle of the data.

use std::{collections::BTreeSet, fs};

use cachette::{
    model::Phase,
    protocol::{Operation, types},
};

use crate::{
    snapshots::{create_cluster, of_snapshot, phase, redis, snapshot, take, until_phase, until_taken},
    world::{World, scope},
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

/// What a server that is killed leaves in the folder: a file that it was writing, and one that was whole a moment before
/// the records would have named it. The test's own end of a server drops them.
fn leave_behind(world: &World) {
    for end in ["part", "rdb"] {
        let name = uuid::Uuid::new_v4().simple().to_string();
        fs::write(world.snapshot_folder().join(name).with_extension(end), b"REDIS0009").expect("written");
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

async fn until_clean(world: &World) {
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
