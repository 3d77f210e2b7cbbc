//! A server that can be killed at a chosen call of its backend.

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
    backend::{Call, FakeBackend, Fault},
    clock::Clock,
    engine::InstanceSecret,
    gateway::{Gateway, GatewaySettings, Records},
    migration_source::Sources,
    model::{CacheCluster, Phase, Scope},
    object_storage::ObjectStorage,
    operations::{Operations, Options, Request},
    protocol::Operation,
    reconcile,
    secrets_manager::SecretsManager,
    snapshot_files::SnapshotFiles,
    store::{StorageError, Store},
    tls::Certificates,
};
use tokio::time::timeout;

/// How long anything may take. Everything here takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// The instance that all servers of a test are.
const INSTANCE: &str = "crash";

/// How many servers have had an address.
static LIVES: AtomicU32 = AtomicU32::new(0);

/// What a cluster goes through before it is asked for something, and what it is asked for.
pub struct Scenario {
    pub before: Vec<Operation>,
    pub operation: Operation,
}

/// How things have to stand in the end.
pub enum Expected {
    /// The cluster is available with these nodes; this many engines were started from first to last.
    Nodes { ids: &'static [&'static str], starts: u32 },
    /// The cluster is gone.
    Gone { starts: u32 },
}

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

impl Scenario {
    /// Lets each call of the backend go wrong in each way in which a crash can cut it short.
    pub async fn survives_every_crash(&self, expected: &Expected) {
        for call in [Call::Ensure, Call::Remove] {
            for fault in [Fault::Hang, Fault::HangAfterwards, Fault::Refuse, Fault::LoseAnswer] {
                let mut nth = 1;
                while timeout(PATIENCE * 3, self.run(call, nth, fault, expected)).await.expect("an end in time") {
                    nth += 1;
                }
                // The last round was one without fault: the call was not made that often.
                assert!(nth > 1 || call_is_rare(call, expected), "{call:?} was never made");
            }
        }
    }

    /// One life with a fault at the `nth` call; answers whether there was such a call.
    async fn run(&self, call: Call, nth: u64, fault: Fault, expected: &Expected) -> bool {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("records.redb");
        // An address of its own for each life, as tests run at the same time and want the same ports.
        let listen = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 78, 0, 1)) + LIVES.fetch_add(1, Ordering::Relaxed));
        let backend = FakeBackend::new();
        backend.use_placeholders();
        let first = Server::start(&path, listen, backend.beside(INSTANCE)).await;
        for operation in &self.before {
            first.execute(operation.clone()).await;
            first.until(settled).await;
        }
        let calls_before = backend.count(call);
        backend.on(call, nth, fault);
        first.execute(self.operation.clone()).await;
        let hangs = matches!(fault, Fault::Hang | Fault::HangAfterwards);
        let reached = || backend.count(call) >= calls_before + nth;
        timeout(PATIENCE, async {
            // Either the call is made and never comes back, or all is done without it.
            while !(hangs && reached() || first.has(settled)) {
                tokio::task::yield_now().await;
            }
        })
        .await
        .expect("the fault, or an end");
        first.crash().await;

        let second = Server::start(&path, listen, backend.beside(INSTANCE)).await;
        second.until(settled).await;
        let cluster = second.cluster();
        let engines = backend.beside(INSTANCE).running();
        match (expected, &cluster) {
            (Expected::Nodes { ids, starts }, Some(cluster)) => {
                let nodes: Vec<String> = cluster.nodes.keys().map(ToString::to_string).collect();
                assert_eq!(nodes, *ids, "{call:?} {nth} {fault:?}");
                assert_eq!(cluster.phase(), Phase::Available, "{call:?} {nth} {fault:?}");
                assert_eq!(engines.len(), ids.len(), "{call:?} {nth} {fault:?}: {engines:?}");
                assert_eq!(backend.starts(), *starts, "{call:?} {nth} {fault:?}");
            }
            (Expected::Gone { starts }, None) => {
                assert_eq!(engines, [], "{call:?} {nth} {fault:?}");
                assert_eq!(backend.starts(), *starts, "{call:?} {nth} {fault:?}");
            }
            _ => panic!("{call:?} {nth} {fault:?}: {cluster:?}"),
        }
        let was_reached = reached();
        second.crash().await;
        was_reached
    }
}

/// Whether a scenario may do without a call: nothing is removed while a cluster is made, nothing started while it goes.
fn call_is_rare(call: Call, expected: &Expected) -> bool {
    matches!((call, expected), (Call::Remove, Expected::Nodes { .. }) | (Call::Ensure, _))
}

/// Nothing is left to be done.
fn settled(cluster: Option<&CacheCluster>) -> bool {
    cluster.is_none_or(|cluster| cluster.phase() == Phase::Available && cluster.resizing_from.is_none())
}

struct Server {
    store: Arc<Store>,
    operations: Operations,
    reconciler: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn start(path: &Path, listen: Ipv4Addr, backend: FakeBackend) -> Self {
        let store = Arc::new(open(path).await);
        let clock = Arc::new(Clock::system());
        let settings = GatewaySettings::new(IpAddr::V4(listen), 20_000..=29_999);
        let certificates = Certificates::open(path.parent().expect("a folder"), None).expect("certificates");
        let directory = Arc::new(Records::new(Arc::clone(&store)));
        let sources = Arc::new(Sources::new(Arc::clone(&store), Arc::new(SecretsManager::new(None))));
        let gateway = Gateway::new(settings, Arc::new(certificates), directory).with_sources(Arc::clone(&sources) as _);
        let gateway = Arc::new(gateway);
        let shared = reconcile::Shared {
            store: Arc::clone(&store),
            backend: Arc::new(backend),
            gateway,
            snapshot_files: Arc::new(
                SnapshotFiles::open(&path.parent().expect("a folder").join("snapshots")).expect("a folder"),
            ),
            clock: Arc::clone(&clock),
            object_storage: Arc::new(ObjectStorage::none()),
            sources,
            figures: Arc::default(),
            secret: InstanceSecret::new([1; 32]),
            strict: false,
        };
        let reconciler = tokio::spawn(reconcile::run(shared));
        Self { operations: Operations::new(Arc::clone(&store), clock, Options::default()), store, reconciler }
    }

    async fn execute(&self, operation: Operation) {
        let request = Request { scope: scope(), endpoint_host: "localhost".into() };
        self.operations.execute(&request, operation).await.expect("accepted");
    }

    fn cluster(&self) -> Option<CacheCluster> {
        self.store.tables().cache_clusters.get(&scope(), "c").map(|cluster| CacheCluster::clone(cluster))
    }

    fn has(&self, condition: impl Fn(Option<&CacheCluster>) -> bool) -> bool {
        condition(self.cluster().as_ref())
    }

    async fn until(&self, condition: impl Fn(Option<&CacheCluster>) -> bool) {
        let mut version = self.store.version();
        let waiting = async {
            while !self.has(&condition) {
                version.changed().await.expect("the store goes on");
            }
        };
        let waited = timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "not in time: {:?}", self.cluster());
    }

    /// Ends the server as a kill would: nothing of it gets to finish.
    async fn crash(self) {
        self.reconciler.abort();
        let _ = self.reconciler.await;
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
