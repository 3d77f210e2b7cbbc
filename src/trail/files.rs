//! The thread that writes calls to files: each at once into an open file, which is put away as a file of `CloudTrail`'s
//! form when it is large or old enough.

use std::{
    collections::VecDeque,
    io,
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

use super::{
    call::Call,
    folder::{Folder, TrailError},
};
use crate::{clock::Clock, model::Scope};

/// How often the thread looks whether a file is old enough, and tries again what could not be written.
const TICK: Duration = Duration::from_millis(500);

/// The most bytes of records that wait for a disk to take them.
const PATIENCE: usize = 32 * 1024 * 1024;

/// Starts the thread. It ends when nobody can send any more; what is open then is put away by the next start.
pub(super) fn start(folder: PathBuf, clock: Arc<Clock>, waiting: usize) -> Result<SyncSender<Arc<Call>>, TrailError> {
    let folder = Folder::open(folder, clock.now())?;
    let (sender, calls) = sync_channel(waiting);
    let writer = Writer { folder, clock, waiting: VecDeque::new(), bytes: 0, failing: false };
    let thread = std::thread::Builder::new().name("trail".to_owned());
    thread.spawn(move || writer.run(&calls)).map_err(TrailError::Thread)?;
    Ok(sender)
}

struct Writer {
    folder: Folder,
    clock: Arc<Clock>,
    /// What no file has taken yet.
    waiting: VecDeque<(Scope, String)>,
    /// The bytes of that.
    bytes: usize,
    /// Whether the last attempt failed.
    failing: bool,
}

impl Writer {
    fn run(mut self, calls: &Receiver<Arc<Call>>) {
        loop {
            let first = match calls.recv_timeout(TICK) {
                Ok(call) => Some(call),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            };
            for call in first.into_iter().chain(calls.try_iter()) {
                self.take(&call);
            }
            let written = self.write();
            self.tell(written);
        }
    }

    fn take(&mut self, call: &Call) {
        let mut line = call.record().to_string();
        line.push('\n');
        self.bytes += line.len();
        self.waiting.push_back((call.scope.clone(), line));
        while self.bytes > PATIENCE
            && let Some((_, lost)) = self.waiting.pop_front()
        {
            self.bytes -= lost.len();
            tracing::warn!(record = lost, "a call is missing in the files of the trail: they take no more");
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let now = self.clock.now();
        while let Some((scope, line)) = self.waiting.front() {
            self.folder.append(scope, line, now)?;
            self.bytes -= line.len();
            self.waiting.pop_front();
        }
        self.folder.put_away_what_is_due(now)
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
