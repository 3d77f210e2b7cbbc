//! A backend for tests: engines are entries of a map, and the test decides what goes wrong. The server itself never
//! uses it; it is part of the crate so that the tests of every module can.
//!
//! ```
//! # use cachette::backend::{Call, FakeBackend, Fault};
//! let backend = FakeBackend::new();
//! backend.on(Call::Ensure, 2, Fault::LoseAnswer); // the second call from now starts the engine and then fails
//! let next_server = backend.beside("default"); // over the same engines, as after a restart
//! # let _ = next_server;
//! ```

use std::{
    collections::{BTreeMap, HashMap},
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{Backend, BackendError, EngineId, EngineSpec, RunningEngine, Versions};
use crate::model::Engine;

/// A verb of [`Backend`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// [`Backend::versions`].
    Versions,
    /// [`Backend::ensure`].
    Ensure,
    /// [`Backend::remove`].
    Remove,
    /// [`Backend::list`].
    List,
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done, and the caller is told that the backend is not available.
    Refuse,
    /// All is done, and the caller is told that the backend is not available.
    LoseAnswer,
    /// Nothing is done, and the caller is never told anything.
    Hang,
    /// All is done, and the caller is never told.
    HangAfterwards,
}

/// Engines in memory. Faults, counts and engines are shared by all that were made [`beside`](Self::beside) it.
#[derive(Debug)]
pub struct FakeBackend {
    instance: String,
    world: Arc<Mutex<World>>,
    endings: Mutex<Option<mpsc::UnboundedReceiver<EngineId>>>,
}

#[derive(Debug, Default)]
struct World {
    engines: BTreeMap<(String, EngineId), (EngineSpec, RunningEngine)>,
    places: HashMap<EngineId, SocketAddr>,
    starts: u32,
    placeholders: bool,
    calls: HashMap<Call, u64>,
    faults: HashMap<(Call, u64), Fault>,
    listeners: Vec<(String, mpsc::UnboundedSender<EngineId>)>,
}

impl Default for FakeBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeBackend {
    /// A backend without engines, of the instance `default`.
    #[must_use]
    pub fn new() -> Self {
        Self::within(Arc::default(), "default")
    }

    /// Another backend over the same engines: of the same instance, as after a restart of the server, or of another.
    #[must_use]
    pub fn beside(&self, instance: &str) -> Self {
        Self::within(Arc::clone(&self.world), instance)
    }

    fn within(world: Arc<Mutex<World>>, instance: &str) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let backend = Self { instance: instance.to_owned(), world, endings: Mutex::new(Some(receiver)) };
        backend.world().listeners.push((instance.to_owned(), sender));
        backend
    }

    /// Lets the `nth` call of this verb from now go wrong, the next one being the first.
    pub fn on(&self, call: Call, nth: u64, fault: Fault) {
        let mut world = self.world();
        let number = world.calls.get(&call).copied().unwrap_or_default() + nth;
        world.faults.insert((call, number), fault);
    }

    /// How often this verb was called.
    #[must_use]
    pub fn count(&self, call: Call) -> u64 {
        self.world().calls.get(&call).copied().unwrap_or_default()
    }

    /// How many engines were ever started.
    #[must_use]
    pub fn starts(&self) -> u32 {
        self.world().starts
    }

    /// Ends an engine as a crash would. Whether there was one.
    pub fn kill(&self, id: &EngineId) -> bool {
        self.world().end(&self.instance, id)
    }

    /// Lets the engines `id` that are started from now on be at `address`, where the test has put something that
    /// answers. Otherwise an engine is at an address of its own with nobody there.
    pub fn place(&self, id: EngineId, address: SocketAddr) {
        self.world().places.insert(id, address);
    }

    /// Lets the engines that are started from now on be placeholders, to whom nobody can talk: for tests of what the
    /// server does with engines rather than with their answers.
    pub fn use_placeholders(&self) {
        self.world().placeholders = true;
    }

    /// The names of all engines that run.
    #[must_use]
    pub fn running(&self) -> Vec<EngineId> {
        let world = self.world();
        world.engines.keys().filter(|(instance, _)| *instance == self.instance).map(|(_, id)| id.clone()).collect()
    }

    /// What an engine that runs was started with.
    #[must_use]
    pub fn spec(&self, id: &EngineId) -> Option<EngineSpec> {
        self.world().engines.get(&(self.instance.clone(), id.clone())).map(|(spec, _)| spec.clone())
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the call and does `work`, or lets go wrong what is to.
    async fn call<T>(&self, call: Call, work: impl FnOnce(&mut World) -> T) -> Result<T, BackendError> {
        let fault = {
            let mut world = self.world();
            let count = world.calls.entry(call).or_default();
            *count += 1;
            let number = *count;
            match world.faults.remove(&(call, number)) {
                None => return Ok(work(&mut world)),
                Some(fault) => {
                    if matches!(fault, Fault::LoseAnswer | Fault::HangAfterwards) {
                        work(&mut world);
                    }
                    fault
                }
            }
        };
        match fault {
            Fault::Refuse | Fault::LoseAnswer => {
                Err(BackendError::Unavailable { backend: "fake", reason: "the test wants it so".into() })
            }
            Fault::Hang | Fault::HangAfterwards => std::future::pending().await,
        }
    }
}

impl World {
    fn start(&mut self, instance: &str, spec: &EngineSpec) -> RunningEngine {
        let key = (instance.to_owned(), spec.id.clone());
        if let Some((_, engine)) = self.engines.get(&key) {
            return engine.clone();
        }
        self.starts += 1;
        let own = || SocketAddr::from((Ipv4Addr::from(u32::from_be_bytes([127, 32, 0, 0]) + self.starts), spec.port));
        let address = if self.placeholders {
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
        } else {
            self.places.get(&spec.id).copied().unwrap_or_else(own)
        };
        let engine = RunningEngine {
            id: spec.id.clone(),
            run: self.starts.to_string(),
            address,
            peer: address,
            version: Some(spec.version.clone()),
        };
        self.engines.insert(key, (spec.clone(), engine.clone()));
        engine
    }

    fn end(&mut self, instance: &str, id: &EngineId) -> bool {
        let ended = self.engines.remove(&(instance.to_owned(), id.clone())).is_some();
        if ended {
            // A listener that is gone is a server that is gone.
            self.listeners.retain(|(of, listener)| of != instance || listener.send(id.clone()).is_ok());
        }
        ended
    }
}

#[async_trait]
impl Backend for FakeBackend {
    fn name(&self) -> &'static str {
        "fake"
    }

    async fn versions(&self, _: Engine) -> Result<Versions, BackendError> {
        self.call(Call::Versions, |_| Versions::Published).await
    }

    async fn ensure(&self, spec: &EngineSpec) -> Result<RunningEngine, BackendError> {
        self.call(Call::Ensure, |world| world.start(&self.instance, spec)).await
    }

    async fn remove(&self, id: &EngineId) -> Result<(), BackendError> {
        self.call(Call::Remove, |world| {
            world.end(&self.instance, id);
        })
        .await
    }

    async fn list(&self) -> Result<Vec<RunningEngine>, BackendError> {
        self.call(Call::List, |world| {
            let own = world.engines.iter().filter(|((instance, _), _)| *instance == self.instance);
            own.map(|(_, (_, engine))| engine.clone()).collect()
        })
        .await
    }

    fn endings(&self) -> mpsc::UnboundedReceiver<EngineId> {
        self.endings.lock().unwrap_or_else(PoisonError::into_inner).take().expect("endings() is called once")
    }
}
