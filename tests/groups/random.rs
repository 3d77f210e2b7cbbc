//! A random walk of a cluster on real engines: whatever is asked of it and whatever is lost, when it has come to rest the
//! records and the engines agree, and every key is there that was copied before its primary was lost.

use std::collections::BTreeMap;

use cachette::{
    model::{NodeGroup, SlotSet},
    protocol::{Operation, types},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

use crate::world::{GROUP, Shape, World};

/// What happens to the group.
#[derive(Clone, Debug)]
enum Happening {
    Replicas(i32),
    Shards(i32),
    TestFailover(usize),
    Kill(usize),
    KillTwo(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        2 => (0..3_i32).prop_map(Happening::Replicas),
        2 => (1..4_i32).prop_map(Happening::Shards),
        1 => (0..3_usize).prop_map(Happening::TestFailover),
        3 => (0..12_usize).prop_map(Happening::Kill),
        1 => (0..12_usize).prop_map(Happening::KillTwo),
    ]
}

/// A group and the keys that it must have.
struct Walk {
    world: World,
    keys: BTreeMap<String, String>,
    written: usize,
}

impl Walk {
    fn shards(&self) -> Vec<NodeGroup> {
        self.world.group().expect("a group").node_groups.values().cloned().collect()
    }

    fn members(&self) -> Vec<String> {
        self.world.group().expect("a group").member_ids().cloned().collect()
    }

    /// The shard that a key belongs to.
    async fn shard_of(&self, key: &str) -> NodeGroup {
        let port = self.world.node_port(&self.members()[0]);
        let slot: u16 = self.world.ask(port, &["CLUSTER", "KEYSLOT", key]).await.expect("a slot");
        self.shards().into_iter().find(|shard| shard.slots.contains(slot)).expect("an owner")
    }

    async fn write(&mut self) {
        for _ in 0..20 {
            self.written += 1;
            let (key, value) = (format!("key-{}", self.written), format!("value-{}", self.written));
            let shard = self.shard_of(&key).await;
            let port = self.world.node_port(&shard.primary.cache_cluster_id);
            let mut connection = self.world.connect(port).await.expect("a connection");
            let () = redis::cmd("SET").arg(&key).arg(&value).query_async(&mut connection).await.expect("written");
            let copies = shard.members.len() - 1;
            let confirmed: usize =
                redis::cmd("WAIT").arg(copies).arg(5_000).query_async(&mut connection).await.expect("a number");
            assert_eq!(confirmed, copies, "{key} was not copied");
            self.keys.insert(key, value);
        }
    }

    /// Kills engines, and forgets the keys of which no copy can be left.
    async fn kill(&mut self, victims: &[String]) {
        for shard in self.shards() {
            if shard.members.iter().all(|member| victims.contains(member)) {
                let keys: Vec<_> = self.keys.keys().cloned().collect();
                for key in keys {
                    if self.shard_of(&key).await == shard {
                        self.keys.remove(&key);
                    }
                }
            }
        }
        for victim in victims {
            self.world.kill(victim).await;
        }
        // Nothing tells of it in the records for a moment.
        self.world.until("lost", |world| !world.is_available()).await;
    }

    async fn happen(&mut self, happening: &Happening) {
        let (shards, members) = (self.shards(), self.members());
        match happening {
            Happening::Replicas(count) => {
                let present = i32::try_from(shards[0].members.len() - 1).expect("few");
                let (replication_group_id, new_replica_count) = (GROUP.to_owned(), Some(*count));
                if *count > present {
                    let input = types::IncreaseReplicaCountMessage {
                        replication_group_id,
                        new_replica_count,
                        apply_immediately: true,
                        ..Default::default()
                    };
                    self.world.execute(Operation::IncreaseReplicaCount(Box::new(input))).await;
                } else if *count < present {
                    let input = types::DecreaseReplicaCountMessage {
                        replication_group_id,
                        new_replica_count,
                        apply_immediately: true,
                        ..Default::default()
                    };
                    self.world.execute(Operation::DecreaseReplicaCount(Box::new(input))).await;
                }
            }
            Happening::Shards(count) => {
                let wanted = usize::try_from(*count).expect("few");
                let ids: Vec<_> = self.world.group().expect("a group").node_groups.keys().cloned().collect();
                if wanted != ids.len() {
                    let going = ids.iter().skip(wanted).map(ToString::to_string).collect::<Vec<_>>();
                    let input = types::ModifyReplicationGroupShardConfigurationMessage {
                        replication_group_id: GROUP.into(),
                        node_group_count: *count,
                        apply_immediately: true,
                        node_groups_to_remove: Some(going).filter(|going| !going.is_empty()),
                        ..Default::default()
                    };
                    let operation = Operation::ModifyReplicationGroupShardConfiguration(Box::new(input));
                    self.world.execute(operation).await;
                }
            }
            Happening::TestFailover(shard) => {
                let group = self.world.group().expect("a group");
                let (id, shard) = group.node_groups.iter().nth(shard % shards.len()).expect("a shard");
                if shard.members.len() > 1 {
                    let input = types::TestFailoverMessage {
                        replication_group_id: GROUP.into(),
                        node_group_id: id.to_string(),
                    };
                    self.world.execute(Operation::TestFailover(Box::new(input))).await;
                }
            }
            Happening::Kill(index) => self.kill(&[members[index % members.len()].clone()]).await,
            Happening::KillTwo(index) => {
                let mut victims = vec![members[index % members.len()].clone()];
                victims.extend(members.get((index + 1) % members.len()).filter(|other| **other != victims[0]).cloned());
                self.kill(&victims).await;
            }
        }
    }

    /// Records and engines agree.
    async fn check(&self) {
        assert_eq!(self.world.engine_count().await, self.members().len());
        let mut slots = SlotSet::default();
        for shard in self.shards() {
            slots = slots.union(&shard.slots);
            for member in &shard.members {
                let expected = if *member == shard.primary.cache_cluster_id { "master" } else { "slave" };
                assert_eq!(self.world.role(member).await, expected, "{member}");
            }
            let port = self.world.node_port(&shard.primary.cache_cluster_id);
            let nodes: String = self.world.ask(port, &["CLUSTER", "NODES"]).await.expect("nodes");
            let myself = nodes.lines().find(|line| line.contains("myself")).expect("myself");
            let owned: Vec<_> = myself.split(' ').skip(8).collect();
            assert_eq!(owned.join(",").parse::<SlotSet>().expect("slots"), shard.slots, "{nodes}");
        }
        assert_eq!(slots, SlotSet::all());
        for (key, value) in &self.keys {
            let shard = self.shard_of(key).await;
            let port = self.world.node_port(&shard.primary.cache_cluster_id);
            let found: Option<String> = self.world.ask(port, &["GET", key]).await.expect("an answer");
            assert_eq!(found.as_ref(), Some(value), "{key}");
        }
    }
}

#[tokio::test]
async fn a_group_comes_to_rest_whatever_happens() {
    let seed = std::env::var("CACHETTE_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u8);
    let mut runner =
        TestRunner::new_with_rng(ProptestConfig::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let happenings: Vec<_> = (0..12).map(|_| happening().new_tree(&mut runner).expect("one").current()).collect();
    let world = World::new().await;
    world.create(&Shape { clustered: true, shards: 2, replicas: 1, automatic_failover: true }).await;
    let mut walk = Walk { world, keys: BTreeMap::new(), written: 0 };
    walk.world.until("available", World::is_available).await;
    for happening in happenings {
        println!("{happening:?}");
        walk.write().await;
        walk.happen(&happening).await;
        walk.world.until("at rest", World::is_available).await;
        walk.check().await;
    }
    walk.world.end().await;
}
