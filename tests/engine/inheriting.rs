//! Primaries that start with data become a cluster.

use std::path::Path;

use cachette::{
    engine::{Dump, Duty, Member, Seat, form},
    model::{Engine, SlotSet},
    rdb,
};
use tokio::fs;

use crate::{
    bed::{Bed, client},
    forming::is_formed,
};

const KEYS: usize = 500;

async fn connection(member: &Member) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(format!("redis://{}", member.address)).expect("an address");
    client.get_multiplexed_async_connection().await.expect("a connection")
}

/// Writes a dump of some keys to `path`.
async fn dump(bed: &Bed, engine: Engine, path: &Path) {
    let source = bed.start(engine, false).await;
    let mut pipeline = redis::pipe();
    for key in 0..KEYS {
        pipeline.cmd("SET").arg(format!("key-{key}")).arg(key).ignore();
    }
    pipeline.exec_async(&mut connection(&source).await).await.expect("written");
    let mut dump = Dump::request(source.address, &source.settings).await.expect("a dump");
    let mut all = Vec::new();
    while let Some(piece) = dump.next().await.expect("more of it") {
        all.extend_from_slice(&piece);
    }
    fs::write(path, all).await.expect("written");
}

/// Splits a dump over `shards` heirs, and makes a cluster of those and a replica for each.
async fn is_inherited(engine: Engine, shards: u16) {
    let bed = Bed::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let whole = folder.path().join("whole");
    dump(&bed, engine, &whole).await;
    let mut seats = Vec::new();
    for (place, slots) in SlotSet::even_split(shards).into_iter().enumerate() {
        let part = folder.path().join(format!("part-{place}"));
        rdb::combine(&[&whole], Some(&slots), &part).expect("a part");
        let heir = bed.boot_heir(engine, part, &slots).await;
        let mut client = client(&heir).await;
        client.apply(&heir.settings).await.expect("its parameters");
        for _ in 0..2 {
            client.inherit().await.expect("its slots");
            let view = client.view().await.expect("what it sees");
            assert_eq!((view.nodes().len(), &view.myself().slots), (1, &slots), "{view:?}");
            // A primary that has just started says this only after two seconds.
            assert!(view.myself().is_primary() && client.cluster_info().await.expect("its state").is_ok);
        }
        let replica = bed.start(engine, true).await;
        seats.push(Seat { duty: Duty::Replica { of: heir.peer }, member: replica });
        seats.push(Seat { duty: Duty::Primary(slots), member: heir });
    }
    let ids = form(&seats).await.expect("a cluster");
    is_formed(&seats, &ids).await;
    let mut found = 0;
    for seat in seats.iter().filter(|seat| matches!(seat.duty, Duty::Primary(_))) {
        let keys: usize =
            redis::cmd("DBSIZE").query_async(&mut connection(&seat.member).await).await.expect("a number");
        found += keys;
    }
    assert_eq!(found, KEYS);
}

#[tokio::test]
async fn redis_that_starts_with_data_serves_at_once() {
    is_inherited(Engine::Redis, 1).await;
    is_inherited(Engine::Redis, 3).await;
}

#[tokio::test]
async fn valkey_that_starts_with_data_serves_at_once() {
    is_inherited(Engine::Valkey, 1).await;
    is_inherited(Engine::Valkey, 3).await;
}
