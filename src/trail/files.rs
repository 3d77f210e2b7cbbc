//! The thread that writes calls to files: at once into an open file, which is put away as a file of `CloudTrail`'s form
//! when it is large or old enough.

use std::{collections::VecDeque, io, path::PathBuf, sync::Arc, thread, time::Duration};

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
pub(super) struct Files(Arc<Queue>);

impl Files {
    /// Starts the thread, for which at most so many calls may wait.
    pub(super) fn start(folder: PathBuf, clock: Arc<Clock>, waiting: usize) -> Result<Self, TrailError> {
        let folder = Folder::open(folder, clock.now())?;
        let queue = Arc::new(Queue::new(waiting));
        let writer = Writer { folder, clock, waiting: VecDeque::new(), bytes: 0, failing: false };
        let calls = Arc::clone(&queue);
        let thread = thread::Builder::new().name("trail".to_owned());
        thread.spawn(move || writer.run(&calls)).map_err(TrailError::Thread)?;
        Ok(Self(queue))
    }

    /// Has a call written, unless too many wait for it.
    pub(super) fn write(&self, call: &Arc<Call>) -> bool {
        self.0.add(call)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.0.close();
    }
}

struct Writer {
    folder: Folder,
    clock: Arc<Clock>,
    /// What no file has taken yet: whole lines, those of one scope that follow each other joined.
    waiting: VecDeque<(Scope, Vec<u8>)>,
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
        let joins = self.waiting.back().is_some_and(|(scope, lines)| *scope == call.scope && lines.len() < JOINED);
        if !joins {
            self.waiting.push_back((call.scope.clone(), Vec::new()));
        }
        if let Some((_, lines)) = self.waiting.back_mut() {
            let before = lines.len();
            call.write(lines);
            lines.push(b'\n');
            self.bytes += lines.len() - before;
        }
        while self.bytes > PATIENCE
            && let Some((_, lost)) = self.waiting.pop_front()
        {
            self.bytes -= lost.len();
            for record in String::from_utf8_lossy(&lost).lines() {
                tracing::warn!(record, "a call is missing in the files of the trail: they take no more");
            }
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let now = self.clock.now();
        while let Some((scope, lines)) = self.waiting.front() {
            self.folder.append(scope, lines, now)?;
            self.bytes -= lines.len();
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
