//! A backend that never answers from a chosen call on, as for a server that is killed there.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use cachette::{
    backend::{Backend, BackendError, EngineId, EngineSpec, ProcessBackend, RunningEngine, Versions},
    model::Engine,
};
use tokio::sync::mpsc;

/// Where a backend stops to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// Before it does what the call asks for.
    Before,
    /// After it has done it.
    After,
}

/// Counts the calls that start or end engines, and tells whether the chosen one has come.
#[derive(Debug, Default)]
pub struct Calls {
    /// How many calls are to come until the chosen one; 0 for none.
    left: AtomicUsize,
    is_after: AtomicBool,
    is_reached: AtomicBool,
}

impl Calls {
    /// Chooses the `nth` call from now on, 1 being the next one.
    pub fn halt_at(&self, nth: usize, halt: Halt) {
        self.is_after.store(halt == Halt::After, Ordering::SeqCst);
        self.left.store(nth, Ordering::SeqCst);
    }

    /// Whether the chosen call has come.
    pub fn is_reached(&self) -> bool {
        self.is_reached.load(Ordering::SeqCst)
    }

    /// Notes a call; answers whether it is the chosen one, or comes after it.
    fn count(&self) -> bool {
        let counted = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        counted == Ok(1) || self.is_reached()
    }

    async fn never<T>(&self) -> T {
        self.is_reached.store(true, Ordering::SeqCst);
        std::future::pending().await
    }
}

/// Engines as processes, behind calls that may never come back.
pub struct HaltingBackend {
    pub inner: ProcessBackend,
    pub calls: Arc<Calls>,
}

impl HaltingBackend {
    async fn through<T>(&self, call: impl Future<Output = Result<T, BackendError>>) -> Result<T, BackendError> {
        if !self.calls.count() {
            return call.await;
        }
        if self.calls.is_after.load(Ordering::SeqCst) && !self.calls.is_reached() {
            let _ = call.await;
        }
        self.calls.never().await
    }
}

#[async_trait]
impl Backend for HaltingBackend {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    async fn versions(&self, engine: Engine) -> Result<Versions, BackendError> {
        self.inner.versions(engine).await
    }

    async fn ensure(&self, spec: &EngineSpec) -> Result<RunningEngine, BackendError> {
        self.through(self.inner.ensure(spec)).await
    }

    async fn remove(&self, id: &EngineId) -> Result<(), BackendError> {
        self.through(self.inner.remove(id)).await
    }

    async fn list(&self) -> Result<Vec<RunningEngine>, BackendError> {
        self.inner.list().await
    }

    fn endings(&self) -> mpsc::UnboundedReceiver<EngineId> {
        self.inner.endings()
    }

    fn shares_ports(&self) -> bool {
        self.inner.shares_ports()
    }

    async fn output(&self, id: &EngineId) -> Result<String, BackendError> {
        self.inner.output(id).await
    }
}
