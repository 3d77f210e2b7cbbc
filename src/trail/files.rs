//! The thread that writes calls to files: at once into an open file, which is put away as a file of `CloudTrail`'s form
//! when it is large or old enough.

use std::{
    collections::VecDeque,
    io,
    path::PathBuf,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use chrono::{DateTime, Utc};

use super::{
    call::Call,
    folder::{Folder, TrailError},
    queue::Queue,
};
use crate::{clock::Clock, model::Scope};

/// How often the thread looks whether a file is old enough, and tries again what could not be written.
const TICK: Duration = Duration::from_millis(500);

/// How long the thread leaves calls lying after it has written some. When there are very many it would otherwise be
/// woken, and write to the system, for almost each of them.
const PAUSE: Duration = Duration::from_millis(5);

/// The most bytes of records that wait for a disk to take them.
const PATIENCE: usize = 32 * 1024 * 1024;

/// From how many bytes on records are not joined any more to be written as one.
const JOINED: usize = 64 * 1024;

/// The way to the thread. The thread ends when this is dropped and all is written; what is open then is put away by the
/// next start.
pub(super) struct Files {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Files {
    /// Starts the thread, for which at most so many calls may wait.
    pub(super) fn start(folder: PathBuf, clock: Arc<Clock>, waiting: usize) -> Result<Self, TrailError> {
        let folder = Folder::open(folder, clock.now())?;
        let queue = Arc::new(Queue::new(waiting));
        let writer = Writer { folder, clock, waiting: VecDeque::new(), bytes: 0, failing: false };
        let calls = Arc::clone(&queue);
        let thread = thread::Builder::new().name("trail".to_owned());
        let thread = thread.spawn(move || writer.run(&calls)).map_err(TrailError::Thread)?;
        Ok(Self { queue, thread: Some(thread) })
    }

    /// Has a call written, unless too many wait for it.
    pub(super) fn write(&self, call: &Arc<Call>) -> bool {
        self.queue.add(call)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.queue.close();
        // What was noted before the server was stopped is written before it ends.
        if let Some(thread) = self.thread.take() {
            // The thread has said what went wrong, should it have panicked.
            let _ = thread.join();
        }
    }
}

/// Calls of one scope that follow each other, as whole lines.
struct Lines {
    scope: Scope,
    /// When the first of them was made.
    since: DateTime<Utc>,
    text: Vec<u8>,
}

struct Writer {
    folder: Folder,
    clock: Arc<Clock>,
    /// What no file has taken yet.
    waiting: VecDeque<Lines>,
    /// The bytes of that.
    bytes: usize,
    /// Whether the last attempt failed.
    failing: bool,
}

impl Writer {
    fn run(mut self, queue: &Queue) {
        while let Some(calls) = queue.take(TICK) {
            for call in &calls {
                self.take(call);
            }
            let written = self.write();
            self.tell(written);
            if !calls.is_empty() {
                thread::sleep(PAUSE);
            }
        }
    }

    fn take(&mut self, call: &Call) {
        let joins = |last: &Lines| last.scope == call.scope && last.text.len() < JOINED;
        if !self.waiting.back().is_some_and(joins) {
            self.waiting.push_back(Lines { scope: call.scope.clone(), since: call.time, text: Vec::new() });
        }
        if let Some(Lines { text, .. }) = self.waiting.back_mut() {
            let before = text.len();
            call.write(text);
            text.push(b'\n');
            self.bytes += text.len() - before;
        }
        while self.bytes > PATIENCE
            && let Some(lost) = self.waiting.pop_front()
        {
            self.bytes -= lost.text.len();
            for record in String::from_utf8_lossy(&lost.text).lines() {
                tracing::warn!(record, "a call is missing in the files of the trail: they take no more");
            }
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let now = self.clock.now();
        while let Some(Lines { scope, since, text }) = self.waiting.front() {
            self.folder.append(scope, text, *since)?;
            self.bytes -= text.len();
            self.waiting.pop_front();
        }
        self.folder.close_what_is_due(now)
    }

    /// Says when writing begins to fail, and when it goes on.
    fn tell(&mut self, written: io::Result<()>) {
        match written {
            Ok(()) if self.failing => tracing::info!("the files of the trail take calls again"),
            Err(error) if !self.failing => {
                tracing::warn!(%error, "the files of the trail take no calls; they wait in memory");
            }
            _ => {}
        }
        self.failing = self.waiting.front().is_some();
    }
}
