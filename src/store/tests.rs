//! Tests of the store as its users see it.

use super::*;
use crate::model::{CacheSubnetGroup, Event, Scope, SourceType};

fn scope() -> Scope {
    Scope::new("000000000000", "eu-west-1")
}

fn group(name: &str) -> CacheSubnetGroup {
    CacheSubnetGroup {
        name: name.into(),
        description: String::new(),
        subnet_ids: vec!["subnet-1".into()],
        tags: crate::model::TagSet::default(),
    }
}

fn names(store: &Store) -> Vec<String> {
    store.tables().cache_subnet_groups.iter(&scope()).map(|(id, _)| id.clone()).collect()
}

async fn put(store: &Store, name: &'static str) {
    store
        .write(move |draft| {
            draft.put(&scope(), name, group(name));
            Ok::<_, StorageError>(())
        })
        .await
        .expect("written");
}

fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("store")).expect("a store");
    (folder, store)
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let (folder, store) = open();
    put(&store, "b").await;
    put(&store, "a").await;
    store
        .write(|draft| {
            draft.remove::<CacheSubnetGroup>(&scope(), "b");
            Ok::<_, StorageError>(())
        })
        .await
        .expect("written");
    let path = folder.path().join("store");
    drop(store);
    let store = reopen(&path).await;
    assert_eq!(names(&store), ["a"]);
}

/// The writer's thread lets go of the file a moment after the last handle is dropped.
async fn reopen(path: &std::path::Path) -> Store {
    let opened = async {
        loop {
            match Store::open(path) {
                Err(StorageError::InUse(_)) => tokio::task::yield_now().await,
                other => return other,
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), opened).await.expect("in time").expect("a store")
}

#[tokio::test]
async fn a_second_server_is_told_that_the_store_is_in_use() {
    let (folder, _store) = open();
    assert!(matches!(Store::open(&folder.path().join("store")), Err(StorageError::InUse(_))));
}

#[tokio::test]
async fn a_refused_transaction_leaves_no_trace_even_in_a_shared_batch() {
    let (_folder, store) = open();
    let refused = store.write(|draft| {
        draft.put(&scope(), "refused", group("refused"));
        Err::<(), _>(StorageError::Stopped)
    });
    let (refused, ()) = tokio::join!(refused, put(&store, "kept"));
    assert!(refused.is_err());
    assert_eq!(names(&store), ["kept"]);
}

#[tokio::test]
async fn a_transaction_that_panics_is_refused_and_the_store_goes_on() {
    let (_folder, store) = open();
    let outcome = store
        .write(|draft| {
            draft.put(&scope(), "half", group("half"));
            assert!(draft.tables().cache_subnet_groups.is_empty(), "a bug");
            Ok::<_, StorageError>(())
        })
        .await;
    assert!(matches!(outcome, Err(StorageError::Panicked)));
    put(&store, "after").await;
    assert_eq!(names(&store), ["after"]);
}

#[tokio::test]
async fn followers_hear_of_every_change_after_it_is_visible() {
    let (_folder, store) = open();
    let mut changes = store.changes();
    put(&store, "a").await;
    let heard = changes.recv().await.expect("a change");
    assert_eq!(heard[0], Change { kind: Kind::CacheSubnetGroup, scope: scope(), id: "a".into() });
    assert_eq!(names(&store), ["a"]);
}

#[tokio::test]
async fn accounts_and_regions_do_not_see_each_other() {
    let (_folder, store) = open();
    put(&store, "a").await;
    let tables = store.tables();
    assert!(tables.cache_subnet_groups.get(&scope(), "a").is_some());
    assert!(tables.cache_subnet_groups.get(&Scope::new("000000000000", "us-east-1"), "a").is_none());
    assert!(tables.cache_subnet_groups.get(&Scope::new("111111111111", "eu-west-1"), "a").is_none());
}

#[tokio::test]
async fn old_events_go_when_new_ones_come() {
    let (_folder, store) = open();
    let start: chrono::DateTime<chrono::Utc> = "2026-01-01T00:00:00Z".parse().expect("a time");
    for days in [0, 1, 20] {
        store
            .write(move |draft| {
                let event = Event {
                    source_identifier: "c".into(),
                    source_type: SourceType::CacheCluster,
                    message: days.to_string(),
                    date: start + chrono::TimeDelta::days(days),
                };
                draft.emit(&scope(), event);
                Ok::<_, StorageError>(())
            })
            .await
            .expect("written");
    }
    let tables = store.tables();
    let kept: Vec<_> = tables.events.iter(&scope()).map(|(_, event)| event.message.as_str()).collect();
    assert_eq!(kept, ["20"]);
}
