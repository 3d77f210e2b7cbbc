//! The one thread that changes records.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, TryRecvError},
    },
};

use arc_swap::ArcSwap;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::{
    disk::{Disk, StorageError},
    draft::Draft,
    tables::{Change, Tables},
};
use crate::model::Outlets;

/// The most transactions that share one commit, so that the first of a crowd does not wait for all.
const BATCH: usize = 256;

/// What the writer shares with the readers.
pub(super) struct Shared {
    pub published: ArcSwap<Tables>,
    pub version: watch::Sender<u64>,
    pub followers: Mutex<Vec<mpsc::UnboundedSender<Arc<[Change]>>>>,
    pub recent: broadcast::Sender<Arc<[Change]>>,
}

impl Shared {
    pub fn follow(&self) -> mpsc::UnboundedReceiver<Arc<[Change]>> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.followers.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }

    fn publish(&self, tables: Tables, changes: &Arc<[Change]>) {
        self.published.store(Arc::new(tables));
        self.version.send_modify(|version| *version += 1);
        self.followers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|follower| follower.send(Arc::clone(changes)).is_ok());
        // Mostly nobody listens.
        let _ = self.recent.send(Arc::clone(changes));
    }
}

/// Answers the caller of a transaction, once it is known whether its changes are durable.
type Answer = Box<dyn FnOnce(Option<StorageError>) + Send>;

/// A transaction that waits for its turn.
pub(super) struct Job {
    run: Box<dyn FnOnce(&mut Draft) -> Answer + Send>,
}

impl Job {
    pub fn new<T, E>(
        transaction: impl FnOnce(&mut Draft) -> Result<T, E> + Send + 'static,
        answer: oneshot::Sender<Result<T, E>>,
    ) -> Self
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        Self {
            run: Box::new(move |draft| {
                let savepoint = draft.savepoint();
                let guarded = catch_unwind(AssertUnwindSafe(|| transaction(draft)));
                let outcome = guarded.unwrap_or_else(|_| Err(StorageError::Panicked.into()));
                if outcome.is_err() {
                    draft.roll_back(savepoint);
                }
                Box::new(move |failure| {
                    // A refusal needs no disk; whoever no longer listens has gone away, which is fine.
                    let _ = answer.send(match failure {
                        Some(failure) if outcome.is_ok() => Err(failure.into()),
                        _ => outcome,
                    });
                })
            }),
        }
    }
}

/// Runs transactions in batches.
pub(super) struct Writer {
    disk: Disk,
    shared: Arc<Shared>,
    outlets: Outlets,
}

impl Writer {
    pub fn new(disk: Disk, shared: Arc<Shared>, outlets: Outlets) -> Self {
        Self { disk, shared, outlets }
    }

    /// Works until every [`super::Store`] handle is gone.
    pub fn run(mut self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut draft = Draft::new(Tables::clone(&self.shared.published.load()), self.outlets);
            let mut answers = vec![(first.run)(&mut draft)];
            while answers.len() < BATCH {
                match queue.try_recv() {
                    Ok(job) => answers.push((job.run)(&mut draft)),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
            }
            let failure = self.settle(draft);
            for answer in answers {
                answer(failure.as_ref().map(StorageError::restated));
            }
        }
    }

    /// Makes the batch durable and visible, or neither.
    fn settle(&mut self, draft: Draft) -> Option<StorageError> {
        let (tables, edits) = draft.into_parts();
        if edits.is_empty() {
            return None;
        }
        if let Err(error) = self.disk.commit(&edits) {
            tracing::error!(%error, "records could not be written");
            return Some(error);
        }
        self.shared.publish(tables, &edits.into_iter().map(|edit| edit.change).collect());
        None
    }
}
