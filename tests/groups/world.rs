//! A server without HTTP: records, reconciler, gateway, and real engines as processes. It can be killed and started again.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
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
    migration_source::Sources,
    model::{Access, CacheCluster, GroupPhase, Migration, NodeId, Phase, ReplicationGroup, Scope, UpdateAction},
    object_storage::{self, Limits, ObjectStorage},
    operations::{Operations, Options, Request},
    protocol::{AwsError, Operation, Output, types},
    reconcile,
    secrets_manager::SecretsManager,
    snapshot_files::SnapshotFiles,
    store::{Draft, StorageError, Store, Tables},
    tls::Certificates,
};
use chrono::{DateTime, Utc};
use redis::{FromRedisValue, aio::MultiplexedConnection};
use tempfile::TempDir;
use tokio::{
    runtime::{self, Runtime},
    task::spawn_blocking,
    time::timeout,
};

use crate::halting::{Calls, HaltingBackend};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// How many worlds there have been; each has an address of its own.
static WORLDS: AtomicU32 = AtomicU32::new(0);

/// The only bucket there is.
pub const BUCKET: &str = "bucket";

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
    operations: Operations,
    backend: Arc<dyn Backend>,
    calls: Arc<Calls>,
    /// What all of the server's own work runs on.
    runtime: Option<Runtime>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A group as it is asked for.
pub struct Shape {
    pub clustered: bool,
    pub shards: i32,
    pub replicas: i32,
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
        let kept_clock = Arc::clone(&clock);
        let settings = GatewaySettings::new(IpAddr::V4(self.listen), 16_379..=17_378);
        let certificates = Certificates::open(self.folder.path(), None).expect("certificates");
        let directory = Arc::new(Records::new(Arc::clone(&store)));
        let sources = Arc::new(Sources::new(Arc::clone(&store), Arc::new(SecretsManager::new(None))));
        let gateway = Gateway::new(settings, Arc::new(certificates), directory).with_sources(Arc::clone(&sources) as _);
        let gateway = Arc::new(gateway);
        let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let opening = runtime.spawn(open_backend(self.folder.path().to_owned()));
        let calls = Arc::new(Calls::default());
        let inner = opening.await.expect("a backend");
        let backend: Arc<dyn Backend> = Arc::new(HaltingBackend { inner, calls: Arc::clone(&calls) });
        let buckets = self.folder.path().join("buckets");
        std::fs::create_dir_all(buckets.join(BUCKET)).expect("a bucket");
        let object_storage = Arc::new(ObjectStorage::new(object_storage::Settings::Folder(buckets), Limits::default()));
        let shared = reconcile::Shared {
            store: Arc::clone(&store),
            backend: Arc::clone(&backend),
            gateway,
            snapshot_files: Arc::new(SnapshotFiles::open(&self.folder.path().join("snapshots")).expect("a folder")),
            clock,
            object_storage: Arc::clone(&object_storage),
            sources,
            figures: Arc::default(),
            secret: InstanceSecret::new([1; 32]),
            strict: false,
        };
        runtime.spawn(reconcile::run(shared));
        let operations = Operations::new(Arc::clone(&store), Arc::clone(&kept_clock), Options::default())
            .with_object_storage(object_storage);
        self.server = Some(Server { store, clock: kept_clock, operations, backend, calls, runtime: Some(runtime) });
    }

    /// Ends the server as a kill would: nothing of it gets to finish, and nothing of it goes on.
    pub async fn crash(&mut self) {
        if let Some(mut server) = self.server.take() {
            let runtime = server.runtime.take().expect("a runtime");
            spawn_blocking(move || runtime.shutdown_timeout(PATIENCE)).await.expect("an end");
        }
    }

    /// What the server calls its backend for.
    pub fn calls(&self) -> &Calls {
        &self.server().calls
    }

    /// The folder of the only bucket.
    pub fn bucket(&self) -> PathBuf {
        self.folder.path().join("buckets").join(BUCKET)
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("a server")
    }

    /// Calls an operation, which has to be accepted.
    pub async fn execute(&self, operation: Operation) -> Output {
        self.execute_in(&scope(), operation).await
    }

    /// The same in whichever region.
    pub async fn execute_in(&self, scope: &Scope, operation: Operation) -> Output {
        self.try_execute(scope, operation).await.expect("accepted")
    }

    /// Calls an operation, which may be refused.
    pub async fn try_execute(&self, scope: &Scope, operation: Operation) -> Result<Output, AwsError> {
        let request = Request { scope: scope.clone(), endpoint_host: "localhost".into() };
        self.server().operations.execute(&request, operation).await
    }

    pub async fn create(&self, shape: &Shape) {
        let input = types::CreateReplicationGroupMessage {
            replication_group_id: GROUP.into(),
            replication_group_description: "d".into(),
            engine: Some("redis".into()),
            engine_version: Some("7.0".into()),
            cache_node_type: Some("cache.t3.micro".into()),
            cache_parameter_group_name: shape.clustered.then(|| "default.redis7.cluster.on".into()),
            num_node_groups: shape.clustered.then_some(shape.shards),
            replicas_per_node_group: shape.clustered.then_some(shape.replicas),
            num_cache_clusters: (!shape.clustered).then_some(shape.replicas + 1),
            automatic_failover_enabled: Some(shape.automatic_failover),
            ..types::CreateReplicationGroupMessage::default()
        };
        self.execute(Operation::CreateReplicationGroup(Box::new(input))).await;
    }

    /// How often the records have changed.
    pub fn version(&self) -> u64 {
        *self.server().store.version().borrow()
    }

    /// The records as they are now.
    pub fn tables(&self) -> Arc<Tables> {
        self.server().store.tables()
    }

    /// Changes the records behind everybody's back.
    pub async fn tamper(&self, change: impl FnOnce(&mut Draft) + Send + 'static) {
        let written = self.server().store.write(move |draft| {
            change(draft);
            Ok::<_, StorageError>(())
        });
        written.await.expect("written");
    }

    /// Where the data of snapshots are.
    pub fn snapshot_folder(&self) -> PathBuf {
        self.folder.path().join("snapshots")
    }

    pub fn group(&self) -> Option<Arc<ReplicationGroup>> {
        self.server().store.tables().replication_groups.get(&scope(), GROUP).cloned()
    }

    pub fn member(&self, id: &str) -> Option<Arc<CacheCluster>> {
        self.server().store.tables().cache_clusters.get(&scope(), id).cloned()
    }

    /// What is being done about a service update, or was.
    pub fn update_action(&self) -> Option<Arc<UpdateAction>> {
        self.server().store.tables().update_actions.iter(&scope()).next().map(|(_, action)| Arc::clone(action))
    }

    pub fn is_cluster_available(&self, id: &str) -> bool {
        self.member(id).is_some_and(|cluster| cluster.phase() == Phase::Available)
    }

    pub fn is_available(&self) -> bool {
        let tables = self.server().store.tables();
        let Some(group) = tables.replication_groups.get(&scope(), GROUP) else { return false };
        let member = |id: &str| tables.cache_clusters.get(&scope(), id).map(Arc::as_ref);
        let members = group.member_ids().all(|id| member(id).is_some_and(|m| m.phase() == Phase::Available));
        let promoting = group.node_groups.values().any(|shard| shard.promotion.is_some());
        members && !promoting && group.phase(member) == GroupPhase::Available
    }

    /// Where the group stands.
    pub fn phase(&self) -> Option<GroupPhase> {
        let tables = self.server().store.tables();
        let group = tables.replication_groups.get(&scope(), GROUP)?;
        Some(group.phase(|id: &str| tables.cache_clusters.get(&scope(), id).map(Arc::as_ref)))
    }

    /// The migration to the group.
    pub fn migration(&self) -> Option<Migration> {
        self.group()?.migration.clone()
    }

    /// The time of day that the server goes by.
    pub fn now(&self) -> DateTime<Utc> {
        self.server().clock.now()
    }

    /// Moves the server's clock forward.
    pub fn advance(&self, by: Duration) {
        self.server().clock.advance(by).expect("a time");
    }

    /// Waits until the records have come to what `condition` asks for.
    pub async fn until(&self, what: &str, condition: impl Fn(&Self) -> bool) {
        let mut version = self.server().store.version();
        let waiting = async {
            while !condition(self) {
                version.changed().await.expect("the store goes on");
            }
        };
        let waited = timeout(PATIENCE, waiting).await;
        assert!(
            waited.is_ok(),
            "not {what} in time: {:#?} {:#?}",
            self.group(),
            self.server().store.tables().cache_clusters
        );
    }

    /// A connection to an endpoint.
    pub async fn connect(&self, port: u16) -> redis::RedisResult<MultiplexedConnection> {
        self.log_in(port, "").await
    }

    /// A connection to an endpoint with a `name:password@`.
    pub async fn log_in(&self, port: u16, login: &str) -> redis::RedisResult<MultiplexedConnection> {
        let client = redis::Client::open(format!("redis://{login}{}:{port}", self.listen)).expect("a client");
        let connecting = async {
            loop {
                match client.get_multiplexed_async_connection().await {
                    // A server that has just been started opens its endpoints again.
                    Err(error) if error.is_connection_refusal() => tokio::task::yield_now().await,
                    other => return other,
                }
            }
        };
        timeout(PATIENCE, connecting).await.expect("in time")
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

    /// What the engine of a member says that it is.
    pub async fn role(&self, member: &str) -> String {
        let role: Vec<redis::Value> = self.ask(self.node_port(member), &["ROLE"]).await.expect("a role");
        redis::from_redis_value(role.into_iter().next().expect("a role")).expect("a name")
    }

    /// How many members the group has.
    pub fn member_count(&self) -> usize {
        self.group().map_or(0, |group| group.member_ids().count())
    }

    /// The ports of all primaries.
    fn primary_ports(&self) -> Vec<u16> {
        let group = self.group().expect("a group");
        group.node_groups.values().map(|shard| self.node_port(&shard.primary.cache_cluster_id)).collect()
    }

    /// Writes a key where it belongs.
    pub async fn set(&self, key: &str, value: &str) {
        for port in self.primary_ports() {
            if self.ask::<()>(port, &["SET", key, value]).await.is_ok() {
                return;
            }
        }
        panic!("nobody took {key}");
    }

    /// Writes a key, and waits until that many replicas have it.
    pub async fn write_copied(&self, port: u16, key: &str, copies: usize) {
        let mut connection = self.connect(port).await.expect("a connection");
        let () = redis::cmd("SET").arg(key).arg("v").query_async(&mut connection).await.expect("written");
        let confirmed: usize =
            redis::cmd("WAIT").arg(copies).arg(5_000).query_async(&mut connection).await.expect("a number");
        assert_eq!(confirmed, copies);
    }

    /// How many keys there are in all shards.
    pub async fn keys(&self) -> usize {
        let mut keys = 0;
        for port in self.primary_ports() {
            keys += self.ask::<usize>(port, &["DBSIZE"]).await.expect("a number");
        }
        keys
    }

    /// Kills the engine of a member, as when its machine fails.
    pub async fn kill(&self, member: &str) {
        let tables = self.tables();
        let found = tables.cache_clusters.iter_all().find(|(_, id, _)| *id == member);
        let generation = found.expect("a member").2.nodes[&NodeId::FIRST].generation;
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

    /// Changes who may talk to the group, as the operations do.
    pub async fn let_in(&self, access: Access) {
        let written = self.server().store.write(move |draft| {
            let members: Vec<_> =
                draft.tables().cache_clusters.iter(&scope()).map(|(_, member)| member.clone()).collect();
            for member in members {
                let changed = CacheCluster { access: access.clone(), ..CacheCluster::clone(&member) };
                draft.put(&scope(), &member.id, changed);
            }
            Ok::<_, StorageError>(())
        });
        written.await.expect("written");
    }

    /// Ends everything.
    pub async fn end(mut self) {
        self.crash().await;
        let backend = open_backend(self.folder.path().to_owned()).await;
        for engine in backend.list().await.expect("a list") {
            backend.remove(&engine.id).await.expect("removed");
        }
    }
}

async fn open_backend(data_dir: PathBuf) -> ProcessBackend {
    ProcessBackend::open(ProcessSettings { data_dir, engine_path: Vec::new() }).await.expect("a backend")
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
