//! Waiting for engines. None of them tells when something has come about, so they are asked again and again, and never
//! without end.

use std::time::Duration;

use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep},
};

use super::EngineError;

/// How often engines are asked at first.
const FIRST_POLL: Duration = Duration::from_micros(500);

/// The longest wait between two questions.
const SLOWEST_POLL: Duration = Duration::from_millis(25);

/// From here on a millisecond more or less does not count.
const COARSE: Duration = Duration::from_millis(4);

/// A wait for something that engines are to bring about.
pub(super) struct Wait {
    until: &'static str,
    began: Instant,
    limit: Duration,
}

impl Wait {
    /// A wait until what `until` says, which may take as long as `limit`.
    pub(super) fn until(until: &'static str, limit: Duration) -> Self {
        Self { until, began: Instant::now(), limit }
    }

    /// How long it has taken so far.
    pub(super) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Lets some time pass before the engines are asked again; an error when there is no time left.
    pub(super) async fn a_moment(&self) -> Result<(), EngineError> {
        let waited = self.began.elapsed();
        if waited >= self.limit {
            return Err(EngineError::InVain(self.until));
        }
        // In proportion to the time waited, so that it adds little to what the engines need.
        rest((waited / 8).clamp(FIRST_POLL, SLOWEST_POLL)).await;
        Ok(())
    }
}

/// Sleeps no longer than asked for. The runtime's timer counts in whole milliseconds and rounds up, so that a sleep of one
/// takes two: much, when engines answer after six.
pub async fn rest(duration: Duration) {
    if duration > COARSE {
        return sleep(duration).await;
    }
    if spawn_blocking(move || std::thread::sleep(duration)).await.is_err() {
        // The runtime is shutting down, and this with it.
        sleep(duration).await;
    }
}
