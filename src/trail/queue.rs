//! Calls on their way to the thread that writes them to files. Waking a thread costs more than noting a call, so it is
//! woken for the first of many only.

use std::{
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::call::Call;

/// The calls that wait.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    first: Condvar,
    /// How many calls may wait.
    room: usize,
}

#[derive(Default)]
struct Waiting {
    calls: Vec<Arc<Call>>,
    /// Whether no more can come.
    closed: bool,
}

impl Queue {
    /// An empty queue for so many calls.
    pub(super) fn new(room: usize) -> Self {
        Self { waiting: Mutex::default(), first: Condvar::new(), room }
    }

    /// Adds a call, unless too many wait.
    pub(super) fn add(&self, call: &Arc<Call>) -> bool {
        let mut waiting = self.lock();
        let found = waiting.calls.len();
        if found < self.room {
            waiting.calls.push(Arc::clone(call));
        }
        drop(waiting);
        if found == 0 {
            self.first.notify_one();
        }
        found < self.room
    }

    /// Says that no more calls come.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.first.notify_one();
    }

    /// Takes all calls that wait. When there are none it waits for the first, though not for longer than `patience`.
    /// `None` when none can come any more.
    pub(super) fn take(&self, patience: Duration) -> Option<Vec<Arc<Call>>> {
        let is_idle = |waiting: &mut Waiting| waiting.calls.is_empty() && !waiting.closed;
        let waited = self.first.wait_timeout_while(self.lock(), patience, is_idle);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        let calls = mem::take(&mut waiting.calls);
        (!calls.is_empty() || !waiting.closed).then_some(calls)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
