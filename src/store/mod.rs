//! The records: all of them in memory for readers, every change on disk before anybody sees it.
//!
//! Readers take a [`Tables`] snapshot, which never changes under them and costs no more than a reference count. All
//! changes go through [`Store::write`]: one thread runs the waiting transactions one after the other, makes them
//! durable together in one commit, then publishes the new snapshot and lets the callers go on. So a crowd of small
//! writes shares the price of a commit, and nothing is ever answered that a crash could take back.

mod disk;
mod draft;
mod regions;
mod table;
mod tables;
mod writer;

use std::{path::Path, sync::Arc};

use arc_swap::ArcSwap;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

pub use disk::StorageError;
pub use draft::Draft;
pub use regions::Regions;
pub use table::Table;
pub use tables::{Change, Kind, Record, Tables};

use disk::Disk;
use writer::{Job, Shared, Writer};

use crate::model::Outlets;

/// How many commits a reader of [`Store::recent_changes`] may be behind before it misses some.
const RECENT: usize = 256;

/// The records of all accounts and regions.
pub struct Store {
    shared: Arc<Shared>,
    jobs: std::sync::mpsc::Sender<Job>,
}

impl Store {
    /// Opens the store in the file `path`, or makes it there.
    ///
    /// # Errors
    /// When the file cannot be opened or made, is in use by another server, or holds what this version cannot read.
    pub fn open(path: &Path) -> Result<Self, StorageError> {
        Self::with_outlets(path, Outlets::default())
    }

    /// Opens a store that keeps deliveries of events, for somebody who takes them to these services.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn with_outlets(path: &Path, outlets: Outlets) -> Result<Self, StorageError> {
        let disk = Disk::open(path)?;
        let tables = disk.load()?;
        Ok(Self::start(disk, tables, outlets))
    }

    /// A copy of the records as they are now, in memory only, whose changes nobody else sees: for trying out what would
    /// become of them.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn scratch(&self) -> Result<Self, StorageError> {
        Ok(Self::start(Disk::in_memory()?, Tables::clone(&self.tables()), Outlets::default()))
    }

    fn start(disk: Disk, tables: Tables, outlets: Outlets) -> Self {
        let shared = Arc::new(Shared {
            published: ArcSwap::from_pointee(tables),
            version: watch::Sender::new(0),
            followers: std::sync::Mutex::default(),
            recent: broadcast::Sender::new(RECENT),
        });
        let (jobs, queue) = std::sync::mpsc::channel();
        let writer = Writer::new(disk, Arc::clone(&shared), outlets);
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run(&queue))
            .expect("the system can start one thread");
        Self { shared, jobs }
    }

    /// The records as they are now. The snapshot stays as it is, so hold it only as long as one answer takes.
    #[must_use]
    pub fn tables(&self) -> Arc<Tables> {
        self.shared.published.load_full()
    }

    /// Runs `transaction` on the newest records. When it answers `Ok`, its changes are on disk and visible before the
    /// caller goes on; when it answers `Err`, it left no trace.
    ///
    /// # Errors
    /// The transaction's own error, or a [`StorageError`] when the changes could not be made durable; they are then
    /// gone.
    pub async fn write<T, E>(
        &self,
        transaction: impl FnOnce(&mut Draft) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Job::new(transaction, answer);
        if self.jobs.send(job).is_err() {
            return Err(StorageError::Stopped.into());
        }
        answered.await.unwrap_or_else(|_| Err(StorageError::Stopped.into()))
    }

    /// Every change from now on, in order, after it has been published.
    #[must_use]
    pub fn changes(&self) -> mpsc::UnboundedReceiver<Arc<[Change]>> {
        self.shared.follow()
    }

    /// The same for those who may be slow: who falls too far behind is told so, and misses what was in between.
    #[must_use]
    pub fn recent_changes(&self) -> broadcast::Receiver<Arc<[Change]>> {
        self.shared.recent.subscribe()
    }

    /// A number that rises with every published change, for those who only want to look again.
    #[must_use]
    pub fn version(&self) -> watch::Receiver<u64> {
        self.shared.version.subscribe()
    }
}

#[cfg(test)]
mod tests;
