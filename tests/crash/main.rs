//! The server is killed at every single call of its backend, before and after the call took effect, and started again.
//! Whatever it was in the middle of has to come to its end: the cluster as it was asked for, with exactly the engines
//! it needs, none twice and none left over.

mod world;

use cachette::protocol::{Operation, types};
use world::{Expected, Scenario};

fn create(nodes: i32) -> Operation {
    Operation::CreateCacheCluster(Box::new(types::CreateCacheClusterMessage {
        cache_cluster_id: "c".into(),
        engine: Some("memcached".into()),
        engine_version: Some("1.6.12".into()),
        cache_node_type: Some("cache.t3.micro".into()),
        num_cache_nodes: Some(nodes),
        ..Default::default()
    }))
}

fn modify(change: impl FnOnce(&mut types::ModifyCacheClusterMessage)) -> Operation {
    let mut input = types::ModifyCacheClusterMessage {
        cache_cluster_id: "c".into(),
        apply_immediately: Some(true),
        ..Default::default()
    };
    change(&mut input);
    Operation::ModifyCacheCluster(Box::new(input))
}

#[tokio::test]
async fn creating() {
    let scenario = Scenario { before: vec![], operation: create(3) };
    scenario.survives_every_crash(&Expected::Nodes { ids: &["0001", "0002", "0003"], starts: 3 }).await;
}

#[tokio::test]
async fn adding_nodes() {
    let operation = modify(|input| input.num_cache_nodes = Some(3));
    let scenario = Scenario { before: vec![create(1)], operation };
    scenario.survives_every_crash(&Expected::Nodes { ids: &["0001", "0002", "0003"], starts: 3 }).await;
}

#[tokio::test]
async fn removing_nodes() {
    let operation = modify(|input| {
        input.num_cache_nodes = Some(1);
        input.cache_node_ids_to_remove = Some(vec!["0001".into(), "0003".into()]);
    });
    let scenario = Scenario { before: vec![create(3)], operation };
    scenario.survives_every_crash(&Expected::Nodes { ids: &["0002"], starts: 3 }).await;
}

#[tokio::test]
async fn rebooting() {
    let operation = Operation::RebootCacheCluster(Box::new(types::RebootCacheClusterMessage {
        cache_cluster_id: "c".into(),
        cache_node_ids_to_reboot: vec!["0002".into()],
    }));
    let scenario = Scenario { before: vec![create(2)], operation };
    scenario.survives_every_crash(&Expected::Nodes { ids: &["0001", "0002"], starts: 3 }).await;
}

#[tokio::test]
async fn changing_the_engine_version() {
    let operation = modify(|input| input.engine_version = Some("1.6.22".into()));
    let scenario = Scenario { before: vec![create(2)], operation };
    scenario.survives_every_crash(&Expected::Nodes { ids: &["0001", "0002"], starts: 4 }).await;
}

#[tokio::test]
async fn deleting() {
    let operation = Operation::DeleteCacheCluster(Box::new(types::DeleteCacheClusterMessage {
        cache_cluster_id: "c".into(),
        final_snapshot_identifier: None,
    }));
    let scenario = Scenario { before: vec![create(2)], operation };
    scenario.survives_every_crash(&Expected::Gone { starts: 2 }).await;
}
