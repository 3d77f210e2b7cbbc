//! Sees to it that the data of snapshots are where the records want them: takes and copies those that were asked for,
//! lets go of those that were deleted, and clears the folder of what belongs to none.
//!
//! There is one job for each snapshot that is being made. It writes nothing into the records until all files are whole,
//! and then everything at once. So a server that ends in the middle leaves a snapshot that is still to be made, which
//! the next server makes from the start, and files that no record names, which the next server removes.

mod automatic;
mod export;
mod job;
mod outcome;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use tokio::{
    task::{AbortHandle, JoinSet},
    time::sleep,
};

pub(super) use automatic::follow as follow_clock;

use self::job::Job;
use super::{Shared, failure::UNWRITTEN_WAIT};
use crate::{
    model::{Scope, Snapshot, SnapshotState},
    store::{Draft, StorageError, Tables},
};

/// Looks after every change in the store, and whenever a job has ended.
pub(super) async fn follow(shared: &Arc<Shared>) {
    let mut version = shared.store.version();
    let mut jobs = Jobs::default();
    let mut known = None;
    loop {
        version.borrow_and_update();
        let tables = shared.store.tables();
        jobs.adjust(shared, &tables);
        let mut is_written = true;
        if !leaving(&tables).is_empty() {
            let let_go = shared.store.write(|draft| {
                let_go(draft);
                Ok::<_, StorageError>(())
            });
            if let Err(error) = let_go.await {
                tracing::error!(%error, "deleted snapshots could not be let go of");
                is_written = false;
            }
        }
        let present = named_files(&shared.store.tables());
        // What was named and is no more has to go, and at the start whatever an earlier server left behind.
        let is_clean = known.as_ref().is_some_and(|known: &BTreeSet<String>| known.is_subset(&present));
        if is_clean || sweep(shared).await {
            known = Some(present);
        }
        tokio::select! {
            changed = version.changed() => if changed.is_err() { return },
            Some(_) = jobs.running.join_next() => known = None,
            () = sleep(UNWRITTEN_WAIT), if !is_written => {}
        }
    }
}

/// Removes every file that no record names; whether that worked.
async fn sweep(shared: &Shared) -> bool {
    let swept = shared.snapshot_files.sweep(|| named_files(&shared.store.tables())).await;
    if let Err(error) = &swept {
        tracing::error!(%error, "the folder of snapshots could not be cleared");
    }
    swept.is_ok()
}

/// The ids of the files that any record names.
fn named_files(tables: &Tables) -> BTreeSet<String> {
    let of_snapshots = tables.snapshots.iter_all().flat_map(|(_, _, snapshot)| snapshot.files());
    // A cluster that is being filled needs its files whatever becomes of the snapshot.
    let restores = tables.cache_clusters.iter_all().filter_map(|(_, _, cluster)| cluster.restore.as_ref());
    let of_clusters = restores.flat_map(|restore| &restore.files);
    of_snapshots.chain(of_clusters).map(|file| file.id.clone()).collect()
}

/// The snapshots that were deleted.
fn leaving(tables: &Tables) -> Vec<(Scope, String)> {
    let all = tables.snapshots.iter_all().filter(|(_, _, snapshot)| snapshot.deleted.is_some());
    all.map(|(scope, name, _)| (scope.clone(), name.clone())).collect()
}

/// Drops the records of what was deleted. The files are removed once no record names them.
fn let_go(draft: &mut Draft) {
    for (scope, name) in leaving(draft.tables()) {
        draft.remove::<Snapshot>(&scope, &name);
    }
}

/// The jobs, by the uid of the snapshot.
#[derive(Default)]
struct Jobs {
    running: JoinSet<()>,
    handles: HashMap<String, AbortHandle>,
}

impl Jobs {
    /// Starts the jobs that are missing, and ends those that nobody wants any more.
    fn adjust(&mut self, shared: &Arc<Shared>, tables: &Tables) {
        self.handles.retain(|_, handle| !handle.is_finished());
        let wanted = tables.snapshots.iter_all().filter(|(_, _, snapshot)| {
            let is_to_do = snapshot.state == SnapshotState::Creating || snapshot.export.is_some();
            is_to_do && snapshot.deleted.is_none()
        });
        let wanted: HashMap<&str, &Arc<Snapshot>> =
            wanted.map(|(_, _, snapshot)| (snapshot.uid.as_str(), snapshot)).collect();
        self.handles.retain(|uid, handle| {
            let is_wanted = wanted.contains_key(uid.as_str());
            if !is_wanted {
                handle.abort();
            }
            is_wanted
        });
        for (uid, snapshot) in wanted {
            if !self.handles.contains_key(uid) {
                let job = Job::new(Arc::clone(shared), snapshot);
                self.handles.insert(uid.to_owned(), self.running.spawn(job.run()));
            }
        }
    }
}
