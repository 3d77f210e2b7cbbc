//! What every backend promises, as one function that each of them has to pass.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use cachette::{
    backend::{Backend, EngineId, EngineSpec, RunningEngine},
    model::Engine,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc::UnboundedReceiver,
    time::timeout,
};

/// The longest that anything here may take.
pub const LIMIT: Duration = Duration::from_secs(30);

/// A backend under test, as the contract needs it.
#[async_trait]
pub trait Bed: Sync {
    /// A backend of the instance `instance`. Opened twice for the same one, it is a server that was started again.
    async fn open(&self, instance: &str) -> Arc<dyn Backend>;

    /// Ends the engine as a crash would, without the backend's doing.
    async fn kill(&self, engine: &RunningEngine);

    /// Waits until the engine answers.
    async fn answers(&self, engine: &RunningEngine) {
        pong(engine.address).await;
    }
}

/// A Redis to be started, told how by its arguments.
pub fn redis(id: &str, version: &str) -> EngineSpec {
    let settings = ["--port", "4501", "--bind", "{address}", "--protected-mode", "no", "--save", ""];
    EngineSpec {
        id: EngineId::new(id),
        engine: Engine::Redis,
        version: version.parse().expect("a version"),
        arguments: settings.map(str::to_owned).to_vec(),
        config: None,
        port: 4501,
        memory_limit: 64 << 20,
        data_file: None,
        small_files: BTreeMap::new(),
        labels: BTreeMap::from([("cachette.cache-cluster-id".to_owned(), id.to_owned())]),
    }
}

/// Waits until `address` answers a PING, and tells how long that took.
pub async fn pong(address: SocketAddr) -> Duration {
    let began = Instant::now();
    says(address, "PING\r\n", "+PONG").await;
    began.elapsed()
}

/// Waits until somebody at `address` answers `question` with something that begins with `answer`.
pub async fn says(address: SocketAddr, question: &str, answer: &str) {
    let asking = async {
        loop {
            if let Ok(mut stream) = TcpStream::connect(address).await {
                stream.write_all(question.as_bytes()).await.expect("asking");
                let mut said = vec![0; answer.len()];
                if stream.read_exact(&mut said).await.is_ok() && said == answer.as_bytes() {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(LIMIT, asking).await.unwrap_or_else(|_| panic!("{address} does not answer"));
}

/// Waits until `id` is told to have ended, within `limit`.
pub async fn ending(endings: &mut UnboundedReceiver<EngineId>, id: &EngineId, limit: Duration) {
    let told = async { while endings.recv().await.expect("a backend that tells") != *id {} };
    timeout(limit, told).await.unwrap_or_else(|_| panic!("nobody told that {id} ended"));
}

/// The contract. `version` is one of Redis that the backend can start.
pub async fn contract(bed: &impl Bed, version: &str) {
    let backend = bed.open("one").await;
    let mut endings = backend.endings();
    let spec = redis("a-0001", version);

    // Nothing is there, and removing it is no error.
    assert_eq!(backend.list().await.expect("a list"), []);
    backend.remove(&spec.id).await.expect("removing nothing");

    // Asked for twice, even at once, an engine is started once.
    let (first, second) = tokio::join!(backend.ensure(&spec), backend.ensure(&spec));
    let first = first.expect("an engine");
    assert_eq!(second.expect("the same engine"), first);
    assert_eq!(backend.ensure(&spec).await.expect("the same engine"), first);
    assert_eq!(first.id, spec.id);
    assert!(first.version.is_some() && first.is_real(), "{first:?}");
    bed.answers(&first).await;
    assert_eq!(backend.list().await.expect("a list"), std::slice::from_ref(&first));

    // Another server of the same instance finds it again; a server of another instance does not see it.
    let again = bed.open("one").await;
    let mut endings_again = again.endings();
    assert_eq!(again.list().await.expect("a list"), std::slice::from_ref(&first));
    assert_eq!(again.ensure(&spec).await.expect("the same engine"), first);
    let other = bed.open("two").await;
    assert_eq!(other.list().await.expect("a list"), []);
    other.remove(&spec.id).await.expect("removing nothing");
    let others = other.ensure(&spec).await.expect("an engine of its own");
    assert_ne!((&others.run, others.address), (&first.run, first.address));
    bed.answers(&others).await;
    assert_eq!(backend.list().await.expect("a list"), std::slice::from_ref(&first));

    // An end is told soon, to whoever started the engine and to whoever found it.
    bed.kill(&first).await;
    ending(&mut endings, &spec.id, Duration::from_secs(1)).await;
    ending(&mut endings_again, &spec.id, Duration::from_secs(1)).await;
    assert_eq!(backend.list().await.expect("a list"), []);
    assert_eq!(again.list().await.expect("a list"), []);

    // After its end it is started anew.
    let fresh = backend.ensure(&spec).await.expect("a new engine");
    assert_ne!(fresh.run, first.run);
    bed.answers(&fresh).await;
    assert_eq!(again.ensure(&spec).await.expect("found"), fresh);

    // Even when nobody had the time to notice the end.
    bed.kill(&fresh).await;
    let fresher = again.ensure(&spec).await.expect("a new engine");
    assert_ne!(fresher.run, fresh.run);
    bed.answers(&fresher).await;

    // Removed, even by one who did not start it, it is gone; and gone it stays.
    backend.remove(&spec.id).await.expect("removing it");
    assert_eq!(again.list().await.expect("a list"), []);
    backend.remove(&spec.id).await.expect("removing it again");
    assert_eq!(other.list().await.expect("a list"), [others]);
    other.remove(&spec.id).await.expect("removing the other's");
    assert_eq!(other.list().await.expect("a list"), []);
}
