//! Global datastores in a [`World`]: a group in each of several regions, and a client that writes to whichever takes
//! writes.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use cachette::{
    model::{
        CacheCluster, EngineRole, GlobalPhase, GlobalReplicationGroup, GroupPhase, NodeGroup, NodeGroupId, NodeId,
        Phase, ReplicationGroup, Scope,
    },
    protocol::{AwsError, Operation, Output, types},
    store::Regions,
};

use crate::world::{World, scope};

/// The datastore's identifier, as `us-east-1` has them.
pub const ID: &str = "ldgnf-store";

/// The region where the datastore is made, and others.
pub const HOME: &str = "us-east-1";
pub const ABROAD: &str = "eu-west-1";
pub const FAR: &str = "ap-south-1";

/// Every region's group is called after it.
pub fn group_id(region: &str) -> String {
    format!("in-{region}")
}

fn in_region(region: &str) -> Scope {
    scope().in_region(region)
}

impl World {
    pub fn group_in(&self, region: &str) -> Option<Arc<ReplicationGroup>> {
        self.tables().replication_groups.get(&in_region(region), &group_id(region)).cloned()
    }

    pub fn member_in(&self, region: &str, id: &str) -> Option<Arc<CacheCluster>> {
        self.tables().cache_clusters.get(&in_region(region), id).cloned()
    }

    pub fn datastore(&self) -> Option<Arc<GlobalReplicationGroup>> {
        self.tables().global_replication_groups.get(&scope().everywhere(), ID).cloned()
    }

    pub fn is_datastore(&self, phase: GlobalPhase) -> bool {
        self.datastore().is_some_and(|datastore| datastore.phase(&Regions::new(&self.tables(), &scope())) == phase)
    }

    /// Whether the datastore and every member of every group is as it should be.
    pub fn is_datastore_at_rest(&self) -> bool {
        self.is_datastore(GlobalPhase::Available)
            && self.tables().cache_clusters.iter_all().all(|(_, _, member)| member.phase() == Phase::Available)
    }

    pub fn is_group_available(&self, region: &str) -> bool {
        let tables = self.tables();
        let member = |id: &str| tables.cache_clusters.get(&in_region(region), id).map(Arc::as_ref);
        self.group_in(region).is_some_and(|group| group.phase(member) == GroupPhase::Available)
    }

    /// The only shard of a region's group.
    pub fn shard_in(&self, region: &str) -> NodeGroup {
        self.group_in(region).expect("a group").node_groups[&NodeGroupId::new(1)].clone()
    }

    /// What the primary of a region's group was made to be.
    pub fn role_in(&self, region: &str) -> Option<EngineRole> {
        let primary = self.shard_in(region).primary;
        let member = self.member_in(region, &primary.cache_cluster_id)?;
        member.nodes[&NodeId::FIRST].engines.get(&primary.generation)?.running()?.role.clone()
    }

    /// The port of the primary endpoint of a region's group.
    pub fn port_in(&self, region: &str) -> u16 {
        self.group_in(region).and_then(|group| group.ports.primary).expect("a primary endpoint")
    }

    pub fn node_port_in(&self, region: &str, member: &str) -> u16 {
        self.member_in(region, member).and_then(|member| member.nodes[&NodeId::FIRST].port).expect("a node endpoint")
    }

    /// A group without a datastore.
    pub async fn create_group_in(&self, region: &str, nodes: i32) {
        let input = types::CreateReplicationGroupMessage {
            replication_group_id: group_id(region),
            replication_group_description: "d".into(),
            engine: Some("redis".into()),
            engine_version: Some("7.0".into()),
            cache_node_type: Some("cache.t3.micro".into()),
            num_cache_clusters: Some(nodes),
            automatic_failover_enabled: Some(nodes > 1),
            ..types::CreateReplicationGroupMessage::default()
        };
        self.execute_in(&in_region(region), Operation::CreateReplicationGroup(Box::new(input))).await;
        self.until("available", |world| world.is_group_available(region)).await;
    }

    /// A datastore with a primary of so many nodes at home and no secondary.
    pub async fn create_datastore(&self, nodes: i32) {
        self.create_group_in(HOME, nodes).await;
        let input = types::CreateGlobalReplicationGroupMessage {
            global_replication_group_id_suffix: "store".into(),
            primary_replication_group_id: group_id(HOME),
            ..types::CreateGlobalReplicationGroupMessage::default()
        };
        self.execute(Operation::CreateGlobalReplicationGroup(Box::new(input))).await;
        self.until("made", |world| world.is_datastore(GlobalPhase::PrimaryOnly)).await;
    }

    /// One more secondary, once it has joined.
    pub async fn add_secondary(&self, region: &str, nodes: i32) {
        self.ask_for_secondary(region, nodes).await;
        self.until("joined", Self::is_datastore_at_rest).await;
    }

    pub async fn ask_for_secondary(&self, region: &str, nodes: i32) {
        let input = types::CreateReplicationGroupMessage {
            replication_group_id: group_id(region),
            replication_group_description: "d".into(),
            global_replication_group_id: Some(ID.into()),
            num_cache_clusters: Some(nodes),
            ..types::CreateReplicationGroupMessage::default()
        };
        self.execute_in(&in_region(region), Operation::CreateReplicationGroup(Box::new(input))).await;
    }

    /// Asks for the group of `region` to take writes.
    pub async fn fail_over_to(&self, region: &str) {
        self.execute(fail_over_to(region)).await;
    }

    /// Has a region's group leave the datastore.
    pub async fn disassociate(&self, region: &str) {
        let input = types::DisassociateGlobalReplicationGroupMessage {
            global_replication_group_id: ID.into(),
            replication_group_id: group_id(region),
            replication_group_region: region.into(),
        };
        self.execute(Operation::DisassociateGlobalReplicationGroup(Box::new(input))).await;
    }

    /// Calls an operation in a region, which may be refused.
    pub async fn try_in(&self, region: &str, operation: Operation) -> Result<Output, AwsError> {
        self.try_execute(&in_region(region), operation).await
    }

    /// Waits until a key could be written at a region's primary endpoint.
    pub async fn until_written(&self, region: &str, key: &str, value: &str) {
        let writing = async {
            while self.ask::<()>(self.port_in(region), &["SET", key, value]).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        assert!(tokio::time::timeout(crate::world::PATIENCE, writing).await.is_ok(), "{key} is not taken in {region}");
    }

    /// Waits until a key can be read at a region's primary endpoint.
    pub async fn until_read(&self, region: &str, key: &str, value: &str) {
        let reading = async {
            while !self
                .ask::<Option<String>>(self.port_in(region), &["GET", key])
                .await
                .is_ok_and(|v| v.as_deref() == Some(value))
            {
                tokio::task::yield_now().await;
            }
        };
        let read = tokio::time::timeout(crate::world::PATIENCE, reading).await;
        assert!(read.is_ok(), "{key} is not in {region}");
    }
}

pub fn fail_over_to(region: &str) -> Operation {
    Operation::FailoverGlobalReplicationGroup(Box::new(types::FailoverGlobalReplicationGroupMessage {
        global_replication_group_id: ID.into(),
        primary_region: region.into(),
        primary_replication_group_id: group_id(region),
    }))
}

/// Counts what was acknowledged of writes, one key after the other.
#[derive(Default)]
pub struct Writes {
    pub acknowledged: AtomicUsize,
    stop: AtomicBool,
}

impl Writes {
    /// Writes to whichever of these regions takes writes, until told to stop.
    pub async fn run(&self, world: &World, regions: &[&str]) {
        while !self.stop.load(Ordering::Relaxed) {
            for region in regions {
                let Ok(mut connection) = world.connect(world.port_in(region)).await else { continue };
                loop {
                    let number = self.acknowledged.load(Ordering::Relaxed);
                    let mut write = redis::cmd("SET");
                    let written = write.arg(format!("k{number}")).arg(number);
                    if self.stop.load(Ordering::Relaxed) || written.exec_async(&mut connection).await.is_err() {
                        break;
                    }
                    self.acknowledged.fetch_add(1, Ordering::Relaxed);
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
}
