//! Delivers the logs of engines: to the services that `LogDeliveryConfigurations` name, and to files where a folder is
//! named. It never holds up a cache: whatever waits for another service waits in a task of its own.
//!
//! Each log of each engine goes to each of those who get it on a [`course`] of its own, which notes how far it has come
//! only after the lines have arrived. So a server that is killed delivers some of them once more, and loses none. A
//! [`keeper`] for each delivery looks whether the destination is there. What either of them meets with becomes the
//! delivery's status ([`outcome`]).
//!
//! Somebody who only looks at a log gets its end from [`Tails`], which delivers nothing.

mod course;
mod engine_log;
mod files;
mod keeper;
mod login;
mod outcome;
mod slow_log;
mod tail;
mod wanted;

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use tokio::task::{AbortHandle, Id, JoinSet};

use crate::{
    backend::Backend,
    engine::InstanceSecret,
    integrations::Services,
    model::LogCursor,
    store::{StorageError, Store},
};
pub use tail::{Tail, TailError, Tails};

use files::LogFiles;
use outcome::Outcomes;
use wanted::{Task, Wanted};

/// How soon something that failed is tried again at first; the pause doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The least time between two looks at the records.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// What all deliveries share.
pub struct Shared {
    /// The records.
    pub store: Arc<Store>,
    /// What runs engines, and has what they print.
    pub backend: Arc<dyn Backend>,
    /// Where logs go.
    pub services: Arc<Services>,
    /// What lets the server into its engines.
    pub secret: InstanceSecret,
    /// The folder that logs are written to as well.
    pub folder: Option<PathBuf>,
}

/// What the tasks share.
struct Tools {
    store: Arc<Store>,
    backend: Arc<dyn Backend>,
    services: Arc<Services>,
    secret: InstanceSecret,
    files: Option<LogFiles>,
    outcomes: Outcomes,
}

/// Delivers until it is dropped.
pub async fn run(Shared { store, backend, services, secret, folder }: Shared) {
    let outcomes = Outcomes::new(Arc::clone(&store));
    let files = folder.map(LogFiles::new);
    let tools = Arc::new(Tools { store, backend, services, secret, files, outcomes });
    let mut version = tools.store.version();
    let mut running = HashMap::<Task, AbortHandle>::new();
    // Those that were told to end. They may be in the middle of something that cannot be cut short.
    let mut leaving = HashMap::<Id, Task>::new();
    let mut tasks = JoinSet::new();
    loop {
        version.mark_unchanged();
        let wanted = Wanted::of(&tools);
        let over: Vec<_> = running.keys().filter(|task| !wanted.tasks.contains(*task)).cloned().collect();
        for task in over {
            if let Some(handle) = running.remove(&task) {
                handle.abort();
                leaving.insert(handle.id(), task);
            }
        }
        for task in wanted.tasks {
            running.entry(task.clone()).or_insert_with(|| tasks.spawn(work(Arc::clone(&tools), task)));
        }
        let tidied = tidy(&tools, wanted.ended, wanted.stale_cursors).await;
        tokio::select! {
            Some(ended) = tasks.join_next_with_id() => {
                let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
                if let Some(task) = leaving.remove(&id) {
                    // What it met with is nobody's concern any more.
                    tools.outcomes.forget(&task).await;
                } else {
                    tracing::error!("a delivery of logs has ended by itself, and begins again");
                    running.retain(|_, handle| !handle.is_finished());
                }
            }
            changed = version.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(LONGEST_PAUSE), if tidied.is_err() => {}
        }
        // A crowd of changes is looked at once.
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

async fn work(tools: Arc<Tools>, task: Task) {
    match &task {
        Task::Keeper(keeper) => keeper.run(&tools, &task).await,
        Task::Course(course) => course.run(&tools, &task).await,
    }
}

/// Takes away deliveries that are to end, and cursors of what there is no more.
async fn tidy(
    tools: &Tools,
    ended: Vec<wanted::DeliveryKey>,
    cursors: Vec<(crate::model::Scope, String)>,
) -> Result<(), StorageError> {
    if ended.is_empty() && cursors.is_empty() {
        return Ok(());
    }
    let written = tools.store.write(move |draft| {
        for key in &ended {
            key.change(draft, |deliveries| {
                if deliveries.get(&key.log_type).is_some_and(|delivery| delivery.wanted.is_none()) {
                    deliveries.remove(&key.log_type);
                }
            });
        }
        for (scope, id) in &cursors {
            draft.remove::<LogCursor>(scope, id);
        }
        Ok::<_, StorageError>(())
    });
    let written = written.await;
    if let Err(error) = &written {
        tracing::warn!(%error, "the end of a delivery of logs could not be written down");
    }
    written
}
