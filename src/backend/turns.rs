//! One caller at a time for each engine, so that two that ask for the same engine at once start one; and each to the
//! end, so that a caller that goes away leaves nothing half done with its turn over.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use super::{BackendError, EngineId};

/// The queues. Those that nobody waits in are forgotten as they are met.
#[derive(Debug, Default)]
pub(super) struct Turns(Mutex<HashMap<EngineId, Arc<AsyncMutex<()>>>>);

impl Turns {
    /// Waits for the turn to work on `id`; the turn is over when the guard is dropped.
    pub(super) async fn take(&self, id: &EngineId) -> OwnedMutexGuard<()> {
        let queue = {
            let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if queues.len() >= 2 * MANY {
                queues.retain(|_, queue| Arc::strong_count(queue) > 1);
            }
            Arc::clone(queues.entry(id.clone()).or_default())
        };
        queue.lock_owned().await
    }
}

/// Queues are swept when there are twice as many: as many as there may well be in use, so a sweep is rare.
const MANY: usize = 512;

/// Runs `work` to its end even when the caller goes away.
pub(super) async fn finish<T: Send + 'static>(
    work: impl Future<Output = Result<T, BackendError>> + Send + 'static,
) -> Result<T, BackendError> {
    tokio::spawn(work).await.unwrap_or_else(|error| {
        Err(BackendError::Failed { action: "working on an engine".into(), reason: error.to_string() })
    })
}
