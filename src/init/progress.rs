//! How far an init has come, for those who wait for it.

use serde::Serialize;
use tokio::sync::watch;

/// How far an init has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// How many entries there are.
    pub entries: usize,
    /// How many have been carried out, now or at an earlier start.
    pub done: usize,
    /// The entry that is being asked again and again, and what is said to it.
    pub waiting: Option<String>,
    /// The entry that cannot be carried out, and why. What comes after it was not tried.
    pub failed: Option<String>,
}

impl State {
    /// Whether everything has been carried out.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done == self.entries
    }
}

/// The state of an init, which one changes and many see.
#[derive(Debug)]
pub struct Progress(watch::Sender<State>);

impl Default for Progress {
    fn default() -> Self {
        Self::of(0)
    }
}

impl Progress {
    pub(super) fn of(entries: usize) -> Self {
        Self(watch::Sender::new(State { entries, ..State::default() }))
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> State {
        self.0.borrow().clone()
    }

    pub(super) fn done(&self) {
        self.0.send_modify(|state| {
            state.done += 1;
            state.waiting = None;
        });
    }

    pub(super) fn waits(&self, entry: String) {
        self.0.send_if_modified(|state| state.waiting.replace(entry.clone()) != Some(entry));
    }

    pub(super) fn fails(&self, entry: String) {
        self.0.send_modify(|state| {
            state.failed = Some(entry);
            state.waiting = None;
        });
    }
}
