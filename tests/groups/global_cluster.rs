//! Global datastores with cluster mode enabled, on real engines: the engines of all regions are nodes of one cluster.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use cachette::{
    model::{EngineRole, FaultKind, FaultTarget, GlobalPhase, NodeGroupId, NodeId, RemoteEngine},
    protocol::{Operation, types},
};

use tokio::time::timeout;

use crate::{
    global_datastore::{ABROAD, FAR, HOME, ID, group_id},
    world::{World, scope},
};

impl World {
    /// A datastore with a primary of so many shards at home, each with so many replicas.
    pub async fn create_clustered_datastore(&self, shards: i32, replicas: i32) {
        let input = types::CreateReplicationGroupMessage {
            replication_group_id: group_id(HOME),
            replication_group_description: "d".into(),
            engine: Some("redis".into()),
            engine_version: Some("7.0".into()),
            cache_node_type: Some("cache.t3.micro".into()),
            cache_parameter_group_name: Some("default.redis7.cluster.on".into()),
            num_node_groups: Some(shards),
            replicas_per_node_group: Some(replicas),
            automatic_failover_enabled: Some(true),
            ..types::CreateReplicationGroupMessage::default()
        };
        self.execute(Operation::CreateReplicationGroup(Box::new(input))).await;
        self.until("available", |world| world.is_group_available(HOME)).await;
        let input = types::CreateGlobalReplicationGroupMessage {
            global_replication_group_id_suffix: "store".into(),
            primary_replication_group_id: group_id(HOME),
            ..types::CreateGlobalReplicationGroupMessage::default()
        };
        self.execute(Operation::CreateGlobalReplicationGroup(Box::new(input))).await;
        self.until("made", |world| world.is_datastore(GlobalPhase::PrimaryOnly)).await;
    }

    /// One more secondary, once it has joined.
    pub async fn add_clustered_secondary(&self, region: &str, replicas: i32) {
        let input = types::CreateReplicationGroupMessage {
            replication_group_id: group_id(region),
            replication_group_description: "d".into(),
            global_replication_group_id: Some(ID.into()),
            replicas_per_node_group: Some(replicas),
            ..types::CreateReplicationGroupMessage::default()
        };
        self.execute_in(&scope().in_region(region), Operation::CreateReplicationGroup(Box::new(input))).await;
        self.until("joined", Self::is_datastore_at_rest).await;
    }

    /// The ports of the nodes that stand for the shards of a region's group, as far as there are any yet.
    pub fn shard_ports_in(&self, region: &str) -> Vec<u16> {
        let group = self.group_in(region).expect("a group");
        let primaries = group.node_groups.values().map(|shard| &shard.primary.cache_cluster_id);
        primaries.filter_map(|id| self.member_in(region, id)?.nodes.get(&NodeId::FIRST)?.port).collect()
    }

    /// Asks the shards of a region's group in turn, until one answers.
    pub async fn ask_shards<T: redis::FromRedisValue>(&self, region: &str, words: &[&str]) -> redis::RedisResult<T> {
        let mut answer = None;
        for port in self.shard_ports_in(region) {
            match self.ask(port, words).await {
                Err(error) if error.code() == Some("MOVED") => answer = Some(Err(error)),
                other => return other,
            }
        }
        answer.expect("a shard")
    }

    /// Waits until a key can be read at one of a region's shards.
    pub async fn until_read_from_shards(&self, region: &str, key: &str, value: &str) {
        let reading = async {
            loop {
                let read = self.ask_shards::<Option<String>>(region, &["GET", key]).await;
                if read.is_ok_and(|read| read.as_deref() == Some(value)) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let read = tokio::time::timeout(crate::world::PATIENCE, reading).await;
        assert!(read.is_ok(), "{key} is not in {region}");
    }

    /// What every engine of a region was made to be, by member.
    pub fn roles_in(&self, region: &str) -> Vec<(NodeGroupId, String, Option<EngineRole>)> {
        let group = self.group_in(region).expect("a group");
        let shards =
            group.node_groups.iter().flat_map(|(id, shard)| shard.members.iter().map(move |member| (id, member)));
        shards
            .map(|(id, member)| {
                let record = self.member_in(region, member).expect("a member");
                let role = record.nodes[&NodeId::FIRST].current().and_then(|running| running.role.clone());
                (id.clone(), member.clone(), role)
            })
            .collect()
    }

    /// How many keys the engines have that stand for the shards of a region's group.
    pub async fn keys_in(&self, region: &str) -> usize {
        let mut keys = 0;
        for port in self.shard_ports_in(region) {
            keys += self.ask::<usize>(port, &["DBSIZE"]).await.expect("a number");
        }
        keys
    }

    /// Waits until a region has so many keys.
    pub async fn until_keys(&self, region: &str, count: usize) {
        let counting = async {
            while self.keys_in(region).await != count {
                tokio::task::yield_now().await;
            }
        };
        let counted = tokio::time::timeout(crate::world::PATIENCE, counting).await;
        assert!(counted.is_ok(), "{} keys instead of {count} in {region}", self.keys_in(region).await);
    }

    /// Writes so many keys to the region that takes writes.
    pub async fn fill_shards(&self, region: &str, count: usize) {
        for key in 0..count {
            self.ask_shards::<()>(region, &["SET", &format!("key{key}"), &key.to_string()]).await.expect("written");
        }
    }

    /// Waits until a write is taken by a region's shards.
    pub async fn until_written_to_shards(&self, region: &str, key: &str, value: &str) {
        let writing = async {
            while self.ask_shards::<()>(region, &["SET", key, value]).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        assert!(tokio::time::timeout(crate::world::PATIENCE, writing).await.is_ok(), "{key} is not taken in {region}");
    }

    /// What a write to a region's shards is refused with.
    pub async fn refusal_of_shards(&self, region: &str) -> Option<String> {
        let refused = self.ask_shards::<()>(region, &["SET", "k", "refused"]).await.err();
        refused.and_then(|error| error.code().map(str::to_owned))
    }

    /// Waits until every engine of a region knows just so many nodes.
    pub async fn until_known_nodes(&self, region: &str, count: usize) {
        let knowing = async {
            loop {
                let mut known = Vec::new();
                for (_, member, _) in self.roles_in(region) {
                    let port = self.node_port_in(region, &member);
                    let info: String = self.ask(port, &["CLUSTER", "INFO"]).await.unwrap_or_default();
                    let nodes = info.lines().find_map(|line| line.strip_prefix("cluster_known_nodes:"));
                    known.push(nodes.and_then(|nodes| nodes.trim().parse::<usize>().ok()));
                }
                if known.iter().all(|known| *known == Some(count)) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let known = tokio::time::timeout(crate::world::PATIENCE, knowing).await;
        assert!(known.is_ok(), "the engines of {region} do not know {count} nodes");
    }

    pub fn leads(&self, region: &str) -> bool {
        self.is_datastore_at_rest() && self.datastore().is_some_and(|datastore| datastore.primary_region == region)
    }
}

/// Counts what was acknowledged of writes to shards, one key after the other.
#[derive(Default)]
pub struct ShardWrites {
    acknowledged: AtomicUsize,
    stop: AtomicBool,
}

impl ShardWrites {
    /// Writes to whichever of these regions takes writes, until told to stop.
    pub async fn run(&self, world: &World, regions: &[&str]) {
        let mut connections = BTreeMap::new();
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.acknowledged.load(Ordering::Relaxed);
            for port in regions.iter().flat_map(|region| world.shard_ports_in(region)) {
                let mut connection = match connections.remove(&port) {
                    Some(connection) => connection,
                    // Its shard may have gone meanwhile.
                    None => match timeout(Duration::from_secs(1), world.connect(port)).await {
                        Ok(Ok(connection)) => connection,
                        _ => continue,
                    },
                };
                let written = redis::cmd("SET").arg(format!("k{number}")).arg(number).exec_async(&mut connection).await;
                if written.as_ref().is_err_and(|error| !error.is_io_error()) || written.is_ok() {
                    connections.insert(port, connection);
                }
                if written.is_ok() {
                    self.acknowledged.fetch_add(1, Ordering::Relaxed);
                    break;
                }
            }
            tokio::task::yield_now().await;
        }
    }

    pub fn count(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Waits until so many more were acknowledged.
    pub async fn more(&self, count: usize) {
        let wanted = self.count() + count;
        let waiting = async {
            while self.count() < wanted {
                tokio::task::yield_now().await;
            }
        };
        assert!(tokio::time::timeout(crate::world::PATIENCE, waiting).await.is_ok(), "nobody takes writes");
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Makes sure that a region has the last of them, and some of the others. How many it has is for the caller to count.
    pub async fn check(&self, world: &World, region: &str) {
        let count = self.count();
        for number in (0..count).step_by(1 + count / 100).chain([count - 1]) {
            world.until_read_from_shards(region, &format!("k{number}"), &number.to_string()).await;
        }
    }
}

pub fn increase(count: i32) -> Operation {
    Operation::IncreaseNodeGroupsInGlobalReplicationGroup(Box::new(
        types::IncreaseNodeGroupsInGlobalReplicationGroupMessage {
            global_replication_group_id: ID.into(),
            node_group_count: count,
            apply_immediately: true,
            ..types::IncreaseNodeGroupsInGlobalReplicationGroupMessage::default()
        },
    ))
}

pub fn decrease(retain: &[&str]) -> Operation {
    Operation::DecreaseNodeGroupsInGlobalReplicationGroup(Box::new(
        types::DecreaseNodeGroupsInGlobalReplicationGroupMessage {
            global_replication_group_id: ID.into(),
            node_group_count: i32::try_from(retain.len()).expect("few"),
            global_node_groups_to_retain: Some(retain.iter().map(|id| format!("{ID}-{id}")).collect()),
            apply_immediately: true,
            ..types::DecreaseNodeGroupsInGlobalReplicationGroupMessage::default()
        },
    ))
}

#[tokio::test]
async fn a_secondary_has_the_data_of_all_shards_and_takes_no_writes() {
    let world = World::new().await;
    world.create_clustered_datastore(2, 1).await;
    for key in 0..50 {
        world.ask_shards::<()>(HOME, &["SET", &format!("before{key}"), "1"]).await.expect("written");
    }
    world.add_clustered_secondary(ABROAD, 1).await;
    let home = world.group_in(HOME).expect("a group");
    let abroad = world.group_in(ABROAD).expect("a group");
    for (id, member, role) in world.roles_in(ABROAD) {
        let of = RemoteEngine { region: HOME.into(), engine: home.node_groups[&id].primary.clone() };
        assert_eq!(role, Some(EngineRole::Secondary { of }), "{member}");
        assert_eq!(home.node_groups[&id].slots, abroad.node_groups[&id].slots);
    }
    world.ask_shards::<()>(HOME, &["SET", "after", "2"]).await.expect("written");
    world.until_read_from_shards(ABROAD, "before7", "1").await;
    world.until_read_from_shards(ABROAD, "after", "2").await;
    let refused = world.ask_shards::<()>(ABROAD, &["SET", "after", "3"]).await.expect_err("refused");
    assert_eq!(refused.code(), Some("READONLY"));
    assert_eq!(world.engine_count().await, 8);
    world.end().await;
}

#[tokio::test]
async fn no_acknowledged_write_is_lost_when_another_region_takes_over_all_shards() {
    let world = World::new().await;
    world.create_clustered_datastore(2, 1).await;
    world.add_clustered_secondary(ABROAD, 1).await;
    world.add_clustered_secondary(FAR, 0).await;
    let writes = ShardWrites::default();
    let failing_over = async {
        for region in [ABROAD, HOME, ABROAD] {
            writes.more(50).await;
            world.fail_over_to(region).await;
            world.until("failed over", |world| world.leads(region)).await;
            writes.more(50).await;
        }
        writes.stop();
    };
    tokio::join!(writes.run(&world, &[HOME, ABROAD]), failing_over);
    for region in [ABROAD, HOME, FAR] {
        writes.check(&world, region).await;
        world.until_keys(region, writes.count()).await;
    }
    for region in [HOME, FAR] {
        assert_eq!(world.refusal_of_shards(region).await.as_deref(), Some("READONLY"), "{region}");
    }
    for region in [HOME, ABROAD, FAR] {
        world.until_known_nodes(region, 10).await;
    }
    world.end().await;
}

#[tokio::test]
async fn engines_that_are_lost_in_any_region_are_replaced_and_forgotten_in_all() {
    let world = World::new().await;
    world.create_clustered_datastore(2, 1).await;
    world.add_clustered_secondary(ABROAD, 1).await;
    world.add_clustered_secondary(FAR, 0).await;
    world.fill_shards(HOME, 50).await;
    for lost in ["in-us-east-1-0001-001", "in-eu-west-1-0002-001", "in-ap-south-1-0001-001", "in-eu-west-1-0001-002"] {
        world.kill(lost).await;
        world.until("lost", |world| !world.is_datastore_at_rest()).await;
        world.until("recovered", World::is_datastore_at_rest).await;
    }
    let home = world.group_in(HOME).expect("a group");
    assert_eq!(home.node_groups[&NodeGroupId::new(1)].primary.cache_cluster_id, "in-us-east-1-0001-002");
    world.until_written_to_shards(HOME, "after", "1").await;
    for region in [HOME, ABROAD, FAR] {
        world.until_read_from_shards(region, "after", "1").await;
        world.until_keys(region, 51).await;
        world.until_known_nodes(region, 10).await;
    }
    world.end().await;
}

#[tokio::test]
async fn a_secondary_takes_over_all_shards_from_a_region_that_is_lost() {
    let world = World::new().await;
    world.create_clustered_datastore(2, 0).await;
    world.add_clustered_secondary(ABROAD, 1).await;
    world.fill_shards(HOME, 50).await;
    world.until_keys(ABROAD, 50).await;
    let group = FaultTarget::Group { replication_group_id: group_id(HOME) };
    let fault = world.faults().begin(&scope(), FaultKind::Outage, group, None).await.expect("a fault");
    world.until("lost", |world| world.roles_in(HOME).iter().all(|(_, _, role)| role.is_none())).await;
    world.fail_over_to(ABROAD).await;
    let leads = |world: &World| world.datastore().is_some_and(|datastore| datastore.primary_region == ABROAD);
    world.until("failed over", leads).await;
    world.until_written_to_shards(ABROAD, "during", "1").await;
    world.until_read_from_shards(ABROAD, "key7", "7").await;
    world.faults().heal(&scope(), &fault.id).await.expect("ended");
    world.until("healed", World::is_datastore_at_rest).await;
    world.until_keys(HOME, 51).await;
    world.until_read_from_shards(HOME, "during", "1").await;
    assert_eq!(world.refusal_of_shards(HOME).await.as_deref(), Some("READONLY"));
    world.until_known_nodes(ABROAD, 6).await;
    world.end().await;
}

#[tokio::test]
async fn shards_come_and_go_in_all_regions_while_clients_write() {
    let world = World::new().await;
    world.create_clustered_datastore(1, 1).await;
    world.add_clustered_secondary(ABROAD, 0).await;
    world.fill_shards(HOME, 200).await;
    let writes = ShardWrites::default();
    let changing = async {
        for (change, shards) in [(increase(3), 3), (decrease(&["0001", "0003"]), 2)] {
            writes.more(20).await;
            world.execute(change).await;
            assert!(world.is_datastore(GlobalPhase::Modifying));
            world.until("changed", World::is_datastore_at_rest).await;
            for region in [HOME, ABROAD] {
                let group = world.group_in(region).expect("a group");
                assert_eq!(group.node_groups.len(), shards, "{region}");
                assert!(group.node_groups.values().all(|shard| shard.slots.len() >= 5461), "{:?}", group.node_groups);
            }
            writes.more(20).await;
        }
        writes.stop();
    };
    tokio::join!(writes.run(&world, &[HOME]), changing);
    for region in [HOME, ABROAD] {
        writes.check(&world, region).await;
        world.until_keys(region, 200 + writes.count()).await;
    }
    assert_eq!(world.engine_count().await, 6);
    for region in [HOME, ABROAD] {
        world.until_known_nodes(region, 6).await;
    }
    world.end().await;
}

#[tokio::test]
async fn a_secondary_in_cluster_mode_that_leaves_keeps_its_data_and_takes_writes() {
    let world = World::new().await;
    world.create_clustered_datastore(2, 0).await;
    world.add_clustered_secondary(ABROAD, 1).await;
    world.fill_shards(HOME, 100).await;
    world.until_keys(ABROAD, 100).await;
    let ports = world.shard_ports_in(ABROAD);
    world.disassociate(ABROAD).await;
    world.until("alone", |world| world.is_datastore(GlobalPhase::PrimaryOnly)).await;
    assert_eq!(world.group_in(ABROAD).expect("a group").global_replication_group_id, None);
    world.until("available", |world| world.is_group_available(ABROAD)).await;
    assert_eq!(world.shard_ports_in(ABROAD), ports);
    assert_eq!(world.keys_in(ABROAD).await, 100);
    world.until_written_to_shards(ABROAD, "own", "1").await;
    world.until_written_to_shards(HOME, "other", "1").await;
    for (region, absent) in [(HOME, "own"), (ABROAD, "other")] {
        let read: Option<String> = world.ask_shards(region, &["GET", absent]).await.expect("read");
        assert_eq!(read, None);
    }
    world
        .until("only its new engines", |world| {
            world.roles_in(ABROAD).iter().all(|(_, member, _)| {
                world.member_in(ABROAD, member).expect("a member").nodes[&NodeId::FIRST].engines.len() == 1
            })
        })
        .await;
    world.until_known_nodes(HOME, 2).await;
    world.until_known_nodes(ABROAD, 4).await;
    // There is room for another one.
    world.add_clustered_secondary(FAR, 0).await;
    world.until_keys(FAR, 101).await;
    world.end().await;
}
