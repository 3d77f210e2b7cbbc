//! A serverless cache takes the place of a redis outside of the server, which is killed at one moment after the other.

use std::sync::Arc;

use cachette::{
    model::{Lead, MigrationStage, NodeId, ServerlessMigration, ServerlessPhase},
    operations::serverless_phase,
    protocol::{Operation, types},
};
use redis::FromRedisValue;

use crate::{
    migration::{Source, endpoints},
    world::{World, scope},
};

const CACHE: &str = "cache";

/// The most changes of the records that a migration from its start to its end may take.
const MOST_CHANGES: u64 = 12;

fn migration(world: &World) -> Option<ServerlessMigration> {
    world.tables().serverless_caches.get(&scope(), CACHE)?.migration.clone()
}

fn is_at(world: &World, stage: MigrationStage) -> bool {
    migration(world).is_some_and(|migration| migration.stage == stage)
}

fn is_available(world: &World) -> bool {
    let tables = world.tables();
    let cache = tables.serverless_caches.get(&scope(), CACHE);
    cache.is_some_and(|cache| serverless_phase(&tables, cache) == ServerlessPhase::Available)
}

async fn create(world: &World) {
    let input = types::CreateServerlessCacheRequest {
        serverless_cache_name: CACHE.into(),
        engine: "redis".into(),
        ..types::CreateServerlessCacheRequest::default()
    };
    world.execute(Operation::CreateServerlessCache(Box::new(input))).await;
    world.until("available", is_available).await;
}

async fn prepare(world: &World, source: &Source) {
    world.until("available", is_available).await;
    let input = types::PrepareMigrationRequest {
        serverless_cache_name: CACHE.into(),
        customer_node_endpoint_list: endpoints(source.port),
        ..types::PrepareMigrationRequest::default()
    };
    world.execute(Operation::PrepareMigration(Box::new(input))).await;
    world.until("prepared", |world| is_at(world, MigrationStage::Prepared)).await;
    world.until("available", is_available).await;
}

async fn start(world: &World) {
    let input = types::StartMigrationMessage {
        serverless_cache_name: Some(CACHE.into()),
        auto_cutover: Some(true),
        clear_target_cache_data: Some(true),
        ..types::StartMigrationMessage::default()
    };
    world.execute(Operation::StartMigration(Box::new(input))).await;
}

/// Asks the engine that takes the cache's writes, past the gateway.
async fn ask<T: FromRedisValue>(world: &World, words: &[&str]) -> T {
    let tables = world.tables();
    let behind = scope().behind_serverless();
    let group = tables.replication_groups.get(&behind, CACHE).expect("a group");
    let primary = &group.node_groups.values().next().expect("a shard").primary;
    let member = tables.cache_clusters.get(&behind, &primary.cache_cluster_id).map(Arc::as_ref).expect("a member");
    let engine = member.nodes[&NodeId::FIRST].engines[&primary.generation].running().expect("an engine").address;
    let client = redis::Client::open(format!("redis://{engine}")).expect("a client");
    let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
    redis::cmd(words[0]).arg(&words[1..]).query_async(&mut connection).await.expect("an answer")
}

#[tokio::test]
async fn a_server_that_is_killed_at_any_moment_goes_on() {
    let mut world = World::new().await;
    create(&world).await;
    let source = Source::start(&[]).await;
    for number in 0..500 {
        let () = source.ask(&["SET", &format!("key{number}"), "v"]).await;
    }
    let mut survived = 0;
    for moment in 1..=MOST_CHANGES {
        prepare(&world, &source).await;
        let round = moment.to_string();
        let () = source.ask(&["SET", "round", &round]).await;
        let () = source.ask(&["DEL", &format!("key{moment}")]).await;
        let before = world.version();
        start(&world).await;
        world
            .until("that far", |world| world.version() >= before + moment || is_at(world, MigrationStage::Completed))
            .await;
        if !is_at(&world, MigrationStage::Completed) {
            survived += 1;
        }
        world.crash().await;
        world.start().await;
        world.until("completed", |world| is_at(world, MigrationStage::Completed)).await;
        assert_eq!(migration(&world).map(|migration| migration.lead()), Some(Lead::Engines));
        assert_eq!(ask::<Option<String>>(&world, &["GET", "round"]).await, Some(round));
        assert_eq!(ask::<u64>(&world, &["DBSIZE"]).await, 501 - moment);
    }
    assert!(survived >= 3, "killed in the middle {survived} times only");
    world.end().await;
}
