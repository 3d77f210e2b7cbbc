//! Which cluster is looked at when. One run at a time a cluster; a cluster that is named while it is being worked on is
//! worked on again afterwards; one whose run failed is tried again after a while that grows.

use std::{collections::HashMap, future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};

use super::Key;
use crate::{clock::Clock, figures::Figures};

/// The wait after a first failure; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Everything is as it should be.
    Settled,
    /// There will be something to do at that time.
    WakeAt(DateTime<Utc>),
    /// Something failed.
    Failed,
}

#[derive(Default)]
struct Entry {
    running: bool,
    again: bool,
    failures: u32,
    timer: Option<AbortHandle>,
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::WakeAt(_) => "waits",
            Self::Failed => "failed",
        }
    }
}

/// Works on the clusters that arrive through `named`, until that channel closes. `run` is told how often in a row the
/// cluster's runs have failed.
pub(super) async fn work<R, F>(
    mut named: mpsc::UnboundedReceiver<Key>,
    clock: Arc<Clock>,
    figures: Arc<Figures>,
    run: R,
) where
    R: Fn(Key, u32) -> F,
    F: Future<Output = Outcome> + Send + 'static,
{
    let mut entries: HashMap<Key, Entry> = HashMap::new();
    let mut runs = JoinSet::new();
    let (ring, mut alarms) = mpsc::unbounded_channel::<Key>();
    loop {
        figures.queue(entries.len(), runs.len());
        let key = tokio::select! {
            named = named.recv() => match named {
                Some(key) => key,
                None => break,
            },
            Some(key) = alarms.recv() => key,
            Some(ended) = runs.join_next() => {
                let Ok((key, outcome)): Result<(Key, Outcome), _> = ended else { continue };
                figures.run(key.subject.name(), outcome.name());
                if !finish(&mut entries, &key, outcome, &ring, &clock) {
                    continue;
                }
                key
            }
        };
        let entry = entries.entry(key.clone()).or_default();
        if entry.running {
            entry.again = true;
            continue;
        }
        if let Some(timer) = entry.timer.take() {
            timer.abort();
        }
        entry.running = true;
        let failures = entry.failures;
        let running = AssertUnwindSafe(run(key.clone(), failures)).catch_unwind();
        runs.spawn(async move {
            // A panic is a bug. It ends one run, and not the work on all clusters.
            let outcome = running.await.unwrap_or_else(|_| {
                tracing::error!(cache_cluster_id = key.id, "a run of the reconciler panicked");
                Outcome::Failed
            });
            (key, outcome)
        });
    }
}

/// Notes how a run ended; answers whether the cluster has to be run again at once.
fn finish(
    entries: &mut HashMap<Key, Entry>,
    key: &Key,
    outcome: Outcome,
    ring: &mpsc::UnboundedSender<Key>,
    clock: &Arc<Clock>,
) -> bool {
    let Some(entry) = entries.get_mut(key) else { return false };
    entry.running = false;
    entry.failures = if outcome == Outcome::Failed { entry.failures.saturating_add(1) } else { 0 };
    if std::mem::take(&mut entry.again) {
        return true;
    }
    let (ring, clock, key_to_ring) = (ring.clone(), Arc::clone(clock), key.clone());
    match outcome {
        Outcome::Settled => {
            entries.remove(key);
        }
        Outcome::WakeAt(time) => {
            let timer = tokio::spawn(async move {
                clock.sleep_until(time).await;
                let _ = ring.send(key_to_ring);
            });
            entry.timer = Some(timer.abort_handle());
        }
        Outcome::Failed => {
            let wait = FIRST_WAIT.saturating_mul(1 << (entry.failures - 1).min(16)).min(LONGEST_WAIT);
            let timer = tokio::spawn(async move {
                tokio::time::sleep(wait).await;
                let _ = ring.send(key_to_ring);
            });
            entry.timer = Some(timer.abort_handle());
        }
    }
    false
}
