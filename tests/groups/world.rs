//! A server without HTTP: records, reconciler, gateway, and real engines as processes. It can be killed and started again.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use cachette::{
    backend::{Backend, ProcessBackend, ProcessSettings},
    clock::Clock,
    engine::InstanceSecret,
    faults::Faults,
    gateway::{Gateway, GatewaySettings, Records},
    model::*,
    reconcile,
    store::{StorageError, Store},
};
use redis::{FromRedisValue, aio::MultiplexedConnection};
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::timeout};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How many worlds there have been; each has an address of its own.
static WORLDS: AtomicU32 = AtomicU32::new(0);

/// The group that a world is about.
pub const GROUP: &str = "g";

pub fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

/// A folder with records and engines, and the server that looks after them.
pub struct World {
    folder: TempDir,
    listen: Ipv4Addr,
    server: Option<Server>,
}

struct Server {
    store: Arc<Store>,
    clock: Arc<Clock>,
    backend: Arc<dyn Backend>,
    reconciler: JoinHandle<()>,
}

/// A group as it is asked for.
pub struct Shape {
    pub clustered: bool,
    pub shards: u16,
    pub replicas: u16,
    pub automatic_failover: bool,
}

impl World {
    pub async fn new() -> Self {
        let number = WORLDS.fetch_add(1, Ordering::Relaxed) + std::process::id() % 200 * 256;
        let listen = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 90, 0, 1)) + number);
        let mut world = Self { folder: tempfile::tempdir().expect("a folder"), listen, server: None };
        world.start().await;
        world
    }

    pub async fn start(&mut self) {
        let store = Arc::new(open(&self.folder.path().join("records.redb")).await);
        let clock = Arc::new(Clock::system());
        let settings = GatewaySettings::new(IpAddr::V4(self.listen), 16_379..=17_378);
        let gateway = Arc::new(Gateway::new(settings, Arc::new(Records::new(Arc::clone(&store)))));
        let engines = ProcessSettings { data_dir: self.folder.path().to_owned(), engine_path: Vec::new() };
        let backend: Arc<dyn Backend> = Arc::new(ProcessBackend::open(engines).await.expect("a backend"));
        let shared = reconcile::Shared {
            store: Arc::clone(&store),
            backend: Arc::clone(&backend),
            gateway,
            clock: Arc::clone(&clock),
            secret: InstanceSecret::new([1; 32]),
            strict: false,
        };
        let reconciler = tokio::spawn(reconcile::run(shared));
        self.server = Some(Server { store, clock, backend, reconciler });
    }

    /// Ends the server as a kill would: nothing of it gets to finish.
    pub async fn crash(&mut self) {
        if let Some(server) = self.server.take() {
            server.reconciler.abort();
            let _ = server.reconciler.await;
        }
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("a server")
    }

    /// Changes the records as an operation would.
    pub async fn change(&self, change: impl FnOnce(&mut Records_) + Send + 'static) {
        let written = self.server().store.write(move |draft| {
            let tables = draft.tables();
            let group = tables.replication_groups.get(&scope(), GROUP).map(|group| ReplicationGroup::clone(group));
            let scope = scope();
            let members = tables.cache_clusters.iter(&scope);
            let members = members.map(|(_, member)| CacheCluster::clone(member)).collect();
            let mut records = Records_ { group, members };
            change(&mut records);
            for member in records.members {
                draft.put(&scope, &member.id.clone(), member);
            }
            if let Some(group) = records.group {
                draft.put(&scope, GROUP, group);
            }
            Ok::<_, StorageError>(())
        });
        written.await.expect("written");
    }

    pub async fn create(&self, shape: &Shape) {
        let (group, members) = records(shape);
        self.change(|records| (records.group, records.members) = (Some(group), members)).await;
        self.until("available", World::is_available).await;
    }

    pub fn group(&self) -> Option<Arc<ReplicationGroup>> {
        self.server().store.tables().replication_groups.get(&scope(), GROUP).cloned()
    }

    pub fn member(&self, id: &str) -> Option<Arc<CacheCluster>> {
        self.server().store.tables().cache_clusters.get(&scope(), id).cloned()
    }

    pub fn is_available(&self) -> bool {
        let tables = self.server().store.tables();
        let Some(group) = tables.replication_groups.get(&scope(), GROUP) else { return false };
        let member = |id: &str| tables.cache_clusters.get(&scope(), id).map(Arc::as_ref);
        let members = group.member_ids().all(|id| member(id).is_some_and(|m| m.phase() == Phase::Available));
        members && group.phase(member) == GroupPhase::Available
    }

    /// Waits until the records have come to what `condition` asks for.
    pub async fn until(&self, what: &str, condition: impl Fn(&Self) -> bool) {
        let mut version = self.server().store.version();
        let waiting = async {
            while !condition(self) {
                version.changed().await.expect("the store goes on");
            }
        };
        if timeout(PATIENCE, waiting).await.is_err() {
            panic!("not {what} in time: {:#?} {:#?}", self.group(), self.server().store.tables().cache_clusters);
        }
    }

    /// A connection to an endpoint.
    pub async fn connect(&self, port: u16) -> redis::RedisResult<MultiplexedConnection> {
        let client = redis::Client::open(format!("redis://{}:{port}", self.listen)).expect("a client");
        timeout(PATIENCE, client.get_multiplexed_async_connection()).await.expect("in time")
    }

    pub async fn ask<T: FromRedisValue>(&self, port: u16, words: &[&str]) -> redis::RedisResult<T> {
        let mut connection = self.connect(port).await?;
        redis::cmd(words[0]).arg(&words[1..]).query_async(&mut connection).await
    }

    pub fn primary_port(&self) -> u16 {
        self.group().and_then(|group| group.ports.primary).expect("a primary endpoint")
    }

    pub fn node_port(&self, member: &str) -> u16 {
        self.member(member).and_then(|member| member.nodes[&NodeId::FIRST].port).expect("a node endpoint")
    }

    /// Kills the engine of a member, as when its machine fails.
    pub async fn kill(&self, member: &str) {
        let generation = self.member(member).expect("a member").nodes[&NodeId::FIRST].generation;
        let engines = self.server().backend.list().await.expect("a list");
        let suffix = format!("-{generation}");
        let engine = engines.iter().find(|e| e.id.as_str().starts_with(member) && e.id.as_str().ends_with(&suffix));
        let pid: i32 = engine.expect("an engine").run.split('-').next().expect("a pid").parse().expect("a pid");
        let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
    }

    pub async fn engine_count(&self) -> usize {
        self.server().backend.list().await.expect("a list").len()
    }

    /// The faults, as the admin API works on them.
    pub fn faults(&self) -> Faults {
        Faults::new(Arc::clone(&self.server().store), Arc::clone(&self.server().clock))
    }

    /// Waits until just the engines run that `condition` asks for.
    pub async fn until_engines(&self, what: &str, condition: impl Fn(&[String]) -> bool) {
        let waiting = async {
            loop {
                let engines = self.server().backend.list().await.expect("a list");
                let names: Vec<_> = engines.iter().map(|engine| engine.id.to_string()).collect();
                if condition(&names) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("not {what} in time"));
    }

    /// The messages of the events of a member or of the group, oldest first.
    pub fn messages(&self, source: &str) -> Vec<String> {
        let tables = self.server().store.tables();
        let scope = scope();
        let events = tables.events.iter(&scope).map(|(_, event)| event);
        events.filter(|event| event.source_identifier == source).map(|event| event.message.clone()).collect()
    }

    /// Moves a member to a zone, where it then has been all the time.
    pub async fn place(&self, member: &str, zone: &str) {
        let (id, zone) = (member.to_owned(), zone.to_owned());
        let written = self.server().store.write(move |draft| {
            let mut member = CacheCluster::clone(&draft.get::<CacheCluster>(&scope(), &id).expect("a member"));
            member.nodes.get_mut(&NodeId::FIRST).expect("a node").availability_zone = zone;
            draft.put(&scope(), &id, member);
            Ok::<_, StorageError>(())
        });
        written.await.expect("written");
    }

    /// Ends everything.
    pub async fn end(mut self) {
        let engines = self.server().backend.list().await.expect("a list");
        let backend = Arc::clone(&self.server().backend);
        self.crash().await;
        for engine in engines {
            backend.remove(&engine.id).await.expect("removed");
        }
    }
}

/// The records of the group and its members in the course of being changed.
pub struct Records_ {
    pub group: Option<ReplicationGroup>,
    pub members: Vec<CacheCluster>,
}

fn records(shape: &Shape) -> (ReplicationGroup, Vec<CacheCluster>) {
    let now = chrono::Utc::now();
    let mut members = Vec::new();
    let mut node_groups = std::collections::BTreeMap::new();
    for (number, slots) in (1..=shape.shards).zip(SlotSet::even_split(shape.shards)) {
        let id = NodeGroupId::new(number);
        let ids: Vec<_> = (1..=shape.replicas + 1)
            .map(|n| if shape.clustered { format!("{GROUP}-{id}-{n:03}") } else { format!("{GROUP}-{n:03}") })
            .collect();
        members.extend(ids.iter().map(|member| cluster(member, &id, shape.clustered)));
        let primary = EngineRef { cache_cluster_id: ids[0].clone(), generation: 1 };
        let slots = if shape.clustered { slots } else { SlotSet::default() };
        let shard = NodeGroup { slots, primary, members: ids, promotion: None, leaving: false };
        node_groups.insert(id, shard);
    }
    let group = ReplicationGroup {
        scope: scope(),
        id: GROUP.into(),
        uid: "u".into(),
        description: String::new(),
        requested: now,
        created: None,
        deleted: None,
        cluster_mode: if shape.clustered { ClusterMode::Enabled } else { ClusterMode::Disabled },
        port: 6379,
        automatic_failover: shape.automatic_failover,
        multi_az: false,
        node_groups,
        ports: GroupPorts::default(),
        resharding: None,
        cluster_node_ids: std::collections::BTreeSet::new(),
        test_failovers: Vec::new(),
        snapshotting_cluster_id: None,
        snapshot_retention_limit: 0,
        snapshot_window: None,
        tags: TagSet::default(),
        replica_count_changing: false,
    };
    (group, members)
}

pub fn cluster(id: &str, shard: &NodeGroupId, clustered: bool) -> CacheCluster {
    CacheCluster {
        scope: scope(),
        id: id.into(),
        uid: uuid::Uuid::new_v4().simple().to_string()[..8].to_owned(),
        membership: Some(Membership { replication_group_id: GROUP.into(), node_group_id: shard.clone() }),
        engine: Engine::Redis,
        engine_version: "7.0.7".parse().expect("a version"),
        cache_node_type: "cache.t3.micro".into(),
        port: 6379,
        requested: chrono::Utc::now(),
        created: None,
        deleted: None,
        nodes: [(NodeId::FIRST, CacheNode::new("us-east-1a".to_owned()))].into(),
        configuration_port: None,
        membership_version: 1,
        resizing_from: None,
        cross_az: false,
        parameter_group: if clustered { "default.redis7.cluster.on" } else { "default.redis7" }.into(),
        subnet_group: "default".into(),
        security_group_ids: Vec::new(),
        cache_security_groups: Vec::new(),
        maintenance_window: "sun:05:00-sun:06:00".parse().expect("a window"),
        snapshot_window: None,
        snapshot_retention_limit: 0,
        auto_minor_version_upgrade: true,
        notification: None,
        network_type: "ipv4".into(),
        ip_discovery: "ipv4".into(),
        tags: TagSet::default(),
        pending: Pending::default(),
        auth_token_hash: None,
    }
}

/// The file is free a moment after the last server over it is gone.
async fn open(path: &Path) -> Store {
    let opened = async {
        loop {
            match Store::open(path) {
                Err(StorageError::InUse(_)) => tokio::task::yield_now().await,
                other => return other,
            }
        }
    };
    timeout(PATIENCE, opened).await.expect("in time").expect("a store")
}
