//! Waiting for engines. None of them tells when something has come about, so they are asked again and again, and never
//! without end.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::EngineError;

/// How often engines are asked at first.
const FIRST_POLL: Duration = Duration::from_millis(2);

/// The longest wait between two questions.
const SLOWEST_POLL: Duration = Duration::from_millis(25);

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
        sleep((waited / 8).clamp(FIRST_POLL, SLOWEST_POLL)).await;
        Ok(())
    }
}
