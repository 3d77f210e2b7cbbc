//! The fake keeps the contract that the real ones keep, and does what tests ask it for.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use cachette::backend::{Backend, BackendError, Call, FakeBackend, Fault, NoneBackend, RunningEngine};
use tokio::time::timeout;

use crate::contract::{Bed, contract, redis};

struct Fake(FakeBackend);

#[async_trait]
impl Bed for Fake {
    async fn open(&self, instance: &str) -> Arc<dyn Backend> {
        Arc::new(self.0.beside(instance))
    }

    async fn kill(&self, engine: &RunningEngine) {
        assert!(self.0.beside("one").kill(&engine.id), "there is none to kill");
    }

    async fn answers(&self, _: &RunningEngine) {}
}

#[tokio::test]
async fn the_fake_keeps_the_contract() {
    contract(&Fake(FakeBackend::new()), "7.0").await;
}

#[tokio::test]
async fn faults_happen_when_they_are_to() {
    let backend = FakeBackend::new();
    let spec = redis("a", "7.0");
    backend.on(Call::Ensure, 1, Fault::Refuse);
    backend.on(Call::Ensure, 2, Fault::LoseAnswer);
    backend.on(Call::Remove, 1, Fault::Hang);

    let refused = backend.ensure(&spec).await;
    assert!(matches!(refused, Err(BackendError::Unavailable { .. })), "{refused:?}");
    assert_eq!(backend.starts(), 0);
    assert!(backend.ensure(&spec).await.is_err());
    assert_eq!((backend.starts(), backend.count(Call::Ensure)), (1, 2));
    backend.ensure(&spec).await.expect("an engine");
    assert_eq!(backend.starts(), 1);

    assert!(timeout(Duration::from_millis(1), backend.remove(&spec.id)).await.is_err());
    assert!(backend.spec(&spec.id).is_some());
}

#[tokio::test]
async fn without_engines_there_is_nothing_to_reach() {
    let backend = NoneBackend::default();
    let engine = backend.ensure(&redis("a", "7.0")).await.expect("a record");
    assert!(!engine.is_real());
    assert_eq!(backend.list().await.expect("a list"), [engine]);
    assert!(tokio::net::TcpStream::connect("0.0.0.0:0").await.is_err());
}
