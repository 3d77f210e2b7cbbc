//! The Docker backend, with a real daemon and real engines. `make test` starts the one and builds the images.

use std::{
    collections::HashMap,
    path::PathBuf,
    process::{self, Command},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use cachette::{
    backend::{Backend, BackendError, DockerBackend, DockerSettings, EngineSpec, RunningEngine},
    model::Engine,
};
use tempfile::TempDir;
use tokio::{
    net::{UnixListener, UnixStream},
    task::JoinSet,
};

use crate::contract::{Bed, LIMIT, contract, ending, pong, redis, says};

/// Backends whose containers go with the test, however it ends.
struct Containers {
    name: String,
    publish: Option<bool>,
}

impl Containers {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self { name: format!("test-{}-{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed)), publish: None }
    }

    fn settings(&self, instance: &str) -> DockerSettings {
        DockerSettings {
            instance: format!("{}-{instance}", self.name),
            publish: self.publish,
            offline: true,
            ..Default::default()
        }
    }

    async fn backend(&self, instance: &str) -> DockerBackend {
        DockerBackend::connect(self.settings(instance)).await.expect("a daemon: is it running?")
    }

    /// The container of the engine `id`.
    fn container(&self, instance: &str, id: &str) -> String {
        format!("cachette-{}-{instance}.{id}", self.name)
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        let names = docker(&["ps", "-aq", "--filter", &format!("name=^cachette-{}-", self.name)]);
        for name in names.lines() {
            docker(&["rm", "-fv", name]);
        }
    }
}

#[async_trait]
impl Bed for Containers {
    async fn open(&self, instance: &str) -> Arc<dyn Backend> {
        Arc::new(self.backend(instance).await)
    }

    async fn kill(&self, engine: &RunningEngine) {
        docker(&["kill", &self.container("one", engine.id.as_str())]);
    }
}

/// What the docker command prints.
fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).output().expect("the docker command");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn containers_keep_the_contract() {
    contract(&Containers::new(), "7.0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn published_containers_keep_the_contract() {
    let mut bed = Containers::new();
    bed.publish = Some(true);
    contract(&bed, "7.0").await;
    let backend = bed.backend("one").await;
    let engine = backend.ensure(&redis("p", "7.0")).await.expect("an engine");
    assert!(engine.address.ip().is_loopback(), "{engine:?}");
    pong(engine.address).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_engine_runs_and_tells_what_it_is_for() {
    let bed = Containers::new();
    let backend = bed.backend("one").await;
    let valkey = EngineSpec { engine: Engine::Valkey, version: "8.0".parse().expect("a version"), ..redis("v", "7.0") };
    let engine = backend.ensure(&valkey).await.expect("an engine");
    pong(engine.address).await;
    assert_eq!(engine.version.expect("a version").major(), 8);

    let arguments = ["-p", "4511", "-l", "{address}"].map(str::to_owned).to_vec();
    let version = "1.6".parse().expect("a version");
    let memcached = EngineSpec { engine: Engine::Memcached, version, arguments, port: 4511, ..redis("m", "7.0") };
    let engine = backend.ensure(&memcached).await.expect("an engine");
    says(engine.address, "version\r\n", "VERSION 1.6").await;

    let container = bed.container("one", "m");
    let label = r#"{{index .Config.Labels "cachette.cache-cluster-id"}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}}"#;
    assert_eq!(docker(&["inspect", "-f", label, &container]), format!("m {} no", 64 << 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_cannot_be_had_is_told_with_what_helps() {
    let bed = Containers::new();
    let settings = DockerSettings {
        // Where nobody listens: the pull fails.
        images: HashMap::from([(Engine::Redis, "127.0.0.1:9/nobody/redis".to_owned())]),
        offline: false,
        ..bed.settings("one")
    };
    let backend = DockerBackend::connect(settings).await.expect("a daemon");
    let error = backend.ensure(&redis("a", "7.0")).await.expect_err("no such image");
    assert!(matches!(error, BackendError::NoSuchEngine { .. }), "{error:?}");
    assert!(error.to_string().contains("CACHETTE_IMAGE_REDIS"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_image_the_nearest_has_to_do() {
    let bed = Containers::new();
    let backend = bed.backend("one").await;
    let engine = backend.ensure(&redis("a", "5.0.6")).await.expect("an engine");
    assert!(engine.version.expect("a version").major() > 5);
    let error = backend.ensure(&redis("b", "99.0")).await.expect_err("none is new enough");
    assert!(matches!(error, BackendError::NoSuchEngine { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_image_serves_every_version() {
    let bed = Containers::new();
    let image = docker(&["images", "--format", "{{.Repository}}:{{.Tag}}", "valkey/valkey"]);
    let image = image.lines().next().expect("a valkey image").to_owned();
    let settings = DockerSettings { images: HashMap::from([(Engine::Redis, image)]), ..bed.settings("one") };
    let backend = DockerBackend::connect(settings).await.expect("a daemon");
    let engine = backend.ensure(&redis("a", "7.0")).await.expect("an engine");
    says(engine.address, "INFO server\r\n", "$").await;
    let name = bed.container("one", "a");
    assert!(docker(&["inspect", "-f", "{{.Config.Image}}", &name]).starts_with("valkey/valkey:"));
}

#[tokio::test(flavor = "multi_thread")]
async fn why_an_engine_ended_at_once_is_told() {
    let bed = Containers::new();
    let backend = bed.backend("one").await;
    let mut endings = backend.endings();
    let arguments = vec!["--no-such-setting".to_owned(), "1".to_owned()];
    let spec = EngineSpec { arguments, ..redis("a", "7.0") };
    let reason = match backend.ensure(&spec).await {
        Err(BackendError::StartFailed { reason, .. }) => reason,
        other => {
            other.expect("a start");
            ending(&mut endings, &spec.id, LIMIT).await;
            backend.output(&spec.id).await.expect("what it printed")
        }
    };
    assert!(reason.contains("FATAL CONFIG FILE ERROR"), "{reason}");
}

/// A way to the daemon that can be cut.
struct Way {
    folder: TempDir,
    connections: JoinSet<()>,
}

impl Way {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), connections: JoinSet::new() }
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    fn open(&mut self) {
        let listener = UnixListener::bind(self.socket()).expect("a socket");
        self.connections.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                connections.spawn(async move {
                    let mut daemon = UnixStream::connect("/var/run/docker.sock").await.expect("a daemon");
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut daemon).await;
                });
            }
        });
    }

    async fn cut(&mut self) {
        self.connections.shutdown().await;
        std::fs::remove_file(self.socket()).expect("the socket");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_may_go_and_come_back() {
    let bed = Containers::new();
    let mut way = Way::new();
    let host = Some(format!("unix://{}", way.socket().display()));
    let away = DockerBackend::connect(DockerSettings { host: host.clone(), ..bed.settings("one") }).await;
    assert!(matches!(away, Err(BackendError::Unavailable { .. })), "{away:?}");

    way.open();
    let backend = DockerBackend::connect(DockerSettings { host, ..bed.settings("one") }).await.expect("a daemon");
    let mut endings = backend.endings();
    let spec = redis("a", "7.0");
    let engine = backend.ensure(&spec).await.expect("an engine");
    pong(engine.address).await;

    way.cut().await;
    let away = backend.ensure(&spec).await;
    assert!(matches!(away, Err(BackendError::Unavailable { .. })), "{away:?}");
    assert!(matches!(backend.list().await, Err(BackendError::Unavailable { .. })));
    assert!(endings.try_recv().is_err(), "it still runs");
    // Removed without a trace: the daemon's events of it are asked for as well, but this is told by comparing.
    docker(&["rm", "-fv", &bed.container("one", "a")]);
    way.open();
    ending(&mut endings, &spec.id, LIMIT).await;
    assert_eq!(backend.list().await.expect("a list"), []);
    let fresh = backend.ensure(&spec).await.expect("an engine");
    assert_ne!(fresh.run, engine.run);

    // Events are heard again.
    docker(&["kill", &bed.container("one", "a")]);
    let mut told = 0;
    while told < 2 {
        // The old end may be told once more; the new one has to be.
        ending(&mut endings, &spec.id, Duration::from_secs(5)).await;
        told += 1;
        if backend.list().await.expect("a list").is_empty() {
            break;
        }
    }
    assert_eq!(backend.list().await.expect("a list"), []);
}
