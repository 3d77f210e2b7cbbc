//! What the tasks of a delivery meet with, as the one status that its owner sees: it fails as long as one of them does.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::wanted::{DeliveryKey, Task};
use crate::store::{StorageError, Store};

/// Why tasks fail, by delivery and task.
pub(super) struct Outcomes {
    store: Arc<Store>,
    failures: Mutex<BTreeMap<DeliveryKey, Vec<(Task, String)>>>,
}

impl Outcomes {
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, failures: Mutex::default() }
    }

    /// Notes what became of a task's last attempt.
    pub async fn note(&self, task: &Task, outcome: Result<(), String>) {
        let key = task.delivery();
        let first = {
            let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
            let of_delivery = failures.entry(key.clone()).or_default();
            match (outcome, of_delivery.iter().position(|(other, _)| other == task)) {
                (Ok(()), Some(place)) => drop(of_delivery.remove(place)),
                (Ok(()), None) => {}
                (Err(reason), Some(place)) => of_delivery[place].1 = reason,
                (Err(reason), None) => of_delivery.push((task.clone(), reason)),
            }
            let first = of_delivery.first().map(|(_, reason)| reason.clone());
            if first.is_none() {
                failures.remove(key);
            }
            first
        };
        self.write(key, first).await;
    }

    /// Forgets a task that there is no more.
    pub async fn forget(&self, task: &Task) {
        let failed = {
            let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
            failures.get(task.delivery()).is_some_and(|failures| failures.iter().any(|(other, _)| other == task))
        };
        if failed {
            self.note(task, Ok(())).await;
        }
    }

    /// Writes why a delivery fails, if that has changed.
    async fn write(&self, key: &DeliveryKey, failure: Option<String>) {
        let known = key.delivery(&self.store.tables()).map(|delivery| delivery.failure.clone());
        if known.is_none_or(|known| known == failure) {
            return;
        }
        if let Some(reason) = &failure {
            tracing::warn!(delivery = ?key, reason, "logs do not arrive; they are tried again");
        } else {
            tracing::info!(delivery = ?key, "logs arrive again");
        }
        let key = key.clone();
        let written = self.store.write(move |draft| {
            key.change(draft, |deliveries| {
                if let Some(delivery) = deliveries.get_mut(&key.log_type) {
                    delivery.failure = failure;
                }
            });
            Ok::<_, StorageError>(())
        });
        if let Err(error) = written.await {
            tracing::warn!(%error, "the status of a delivery of logs could not be written down");
        }
    }
}
