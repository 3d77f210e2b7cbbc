//! A random walk of a global datastore on real engines: whatever is lost in whichever region, and whoever is to take
//! writes, when it has come to rest one region takes writes and the others have what it has.

use cachette::protocol::{Operation, types};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

use crate::{
    global_datastore::{ABROAD, FAR, HOME, fail_over_to, group_id},
    world::{World, scope},
};

const REGIONS: [&str; 3] = [HOME, ABROAD, FAR];

/// What happens to the datastore.
#[derive(Clone, Copy, Debug)]
enum Happening {
    FailOver(usize),
    Kill(usize),
    TestFailover(usize),
    Replicas(usize, i32),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => (0..3_usize).prop_map(Happening::FailOver),
        3 => (0..9_usize).prop_map(Happening::Kill),
        1 => (0..3_usize).prop_map(Happening::TestFailover),
        1 => (0..3_usize, 1..3_i32).prop_map(|(region, count)| Happening::Replicas(region, count)),
    ]
}

/// Carries out what happens; what is refused because of what happened before it does not.
async fn happen(world: &World, happening: Happening) {
    match happening {
        Happening::FailOver(region) => drop(world.try_in(HOME, fail_over_to(REGIONS[region])).await),
        Happening::Kill(index) => {
            let tables = world.tables();
            let running = |member: &&std::sync::Arc<cachette::model::CacheCluster>| {
                member.nodes.values().all(|node| node.current().is_some())
            };
            let members: Vec<_> =
                tables.cache_clusters.iter_all().map(|(_, _, member)| member).filter(running).collect();
            if members.is_empty() {
                return;
            }
            let member = members[index % members.len()];
            world.kill(&member.id).await;
            let runs = member.nodes.values().find_map(|node| node.current()).map(|running| running.run.clone());
            let is_noticed = |world: &World| {
                let now = world.tables().cache_clusters.get(&member.scope, &member.id).cloned();
                let engines = now.iter().flat_map(|now| now.nodes.values()).flat_map(|node| node.engines.values());
                !engines.filter_map(|seen| seen.running()).any(|seen| Some(&seen.run) == runs.as_ref())
            };
            world.until("noticed", is_noticed).await;
        }
        Happening::TestFailover(region) => {
            let input = types::TestFailoverMessage {
                replication_group_id: group_id(REGIONS[region]),
                node_group_id: "0001".into(),
            };
            drop(world.try_in(REGIONS[region], Operation::TestFailover(Box::new(input))).await);
        }
        Happening::Replicas(region, count) => {
            let id = group_id(REGIONS[region]);
            let more = types::IncreaseReplicaCountMessage {
                replication_group_id: id.clone(),
                new_replica_count: Some(count),
                apply_immediately: true,
                ..Default::default()
            };
            let fewer = types::DecreaseReplicaCountMessage {
                replication_group_id: id,
                new_replica_count: Some(count),
                apply_immediately: true,
                ..Default::default()
            };
            drop(world.try_in(REGIONS[region], Operation::IncreaseReplicaCount(Box::new(more))).await);
            drop(world.try_in(REGIONS[region], Operation::DecreaseReplicaCount(Box::new(fewer))).await);
        }
    }
}

async fn walk(happenings: &[Happening], rests: &[bool]) {
    let world = World::new().await;
    world.create_datastore(2).await;
    world.add_secondary(ABROAD, 2).await;
    world.add_secondary(FAR, 2).await;
    for (number, (happening, rests)) in happenings.iter().zip(rests).enumerate() {
        happen(&world, *happening).await;
        if !rests {
            continue;
        }
        world.until("at rest", World::is_datastore_at_rest).await;
        let primary = world.datastore().expect("a datastore").primary_region.clone();
        let (key, value) = (format!("k{number}"), number.to_string());
        world.until_written(&primary, &key, &value).await;
        for region in REGIONS {
            world.until_read(region, &key, &value).await;
        }
    }
    world.until("at rest", World::is_datastore_at_rest).await;
    let members = world.tables().cache_clusters.iter_all().count();
    assert_eq!(world.engine_count().await, members);
    assert_eq!(
        world.tables().replication_groups.iter_all().filter(|(at, _, _)| at.account == scope().account).count(),
        3
    );
    world.end().await;
}

#[tokio::test]
async fn a_datastore_comes_to_rest_whatever_happens() {
    let seed = std::env::var("CACHETTE_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u8);
    let mut runner =
        TestRunner::new_with_rng(ProptestConfig::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let walks = (prop::collection::vec(happening(), 12), prop::collection::vec(any::<bool>(), 12));
    let (happenings, rests) = walks.new_tree(&mut runner).expect("a walk").current();
    eprintln!("seed {seed}: {happenings:?} {rests:?}");
    walk(&happenings, &rests).await;
}
