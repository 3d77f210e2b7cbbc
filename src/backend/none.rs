//! Runs nothing: for those who want the API's records alone. It says yes to everything.
//!
//! Its engines are at `0.0.0.0:0`, where nobody can listen and every attempt to connect fails at once: an address that
//! looked real could turn out to be somebody's. [`RunningEngine::is_real`] tells them apart.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{Backend, BackendError, EngineId, EngineSpec, RunningEngine, Versions};
use crate::model::Engine;

/// Runs nothing. It forgets what it does not run when the server ends.
#[derive(Debug)]
pub struct NoneBackend {
    engines: Mutex<BTreeMap<EngineId, RunningEngine>>,
    endings: Mutex<Option<mpsc::UnboundedReceiver<EngineId>>>,
    /// Kept, so that the receiver waits for ever instead of learning that nobody is left to tell it anything.
    _ended: mpsc::UnboundedSender<EngineId>,
}

impl Default for NoneBackend {
    fn default() -> Self {
        let (ended, endings) = mpsc::unbounded_channel();
        Self { engines: Mutex::default(), endings: Mutex::new(Some(endings)), _ended: ended }
    }
}

#[async_trait]
impl Backend for NoneBackend {
    fn name(&self) -> &'static str {
        "none"
    }

    async fn versions(&self, _: Engine) -> Result<Versions, BackendError> {
        Ok(Versions::Published)
    }

    async fn ensure(&self, spec: &EngineSpec) -> Result<RunningEngine, BackendError> {
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = engines.entry(spec.id.clone()).or_insert_with(|| RunningEngine {
            id: spec.id.clone(),
            run: uuid::Uuid::new_v4().to_string(),
            address: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            peer: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            version: Some(spec.version.clone()),
        });
        Ok(engine.clone())
    }

    async fn remove(&self, id: &EngineId) -> Result<(), BackendError> {
        self.engines.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }

    async fn list(&self) -> Result<Vec<RunningEngine>, BackendError> {
        Ok(self.engines.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect())
    }

    fn endings(&self) -> mpsc::UnboundedReceiver<EngineId> {
        self.endings.lock().unwrap_or_else(PoisonError::into_inner).take().expect("endings() is called once")
    }
}
