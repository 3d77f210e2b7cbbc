//! The one source of the time of day. Everything that depends on it (windows, retention, signatures, timestamps) asks
//! a [`Clock`], so that users can move it forward and tests can pause it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{sync::watch, time::Instant};

/// The longest sleep in one piece. A machine that was suspended has lost that much at most before it looks again.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// The wall clock plus what it was advanced by.
#[derive(Debug)]
pub struct Clock {
    source: Source,
    advanced: watch::Sender<TimeDelta>,
}

#[derive(Debug)]
enum Source {
    /// The system's clock.
    System,
    /// Counted by the async runtime from a fixed start: stands still while a test pauses the runtime's time.
    Runtime { start: DateTime<Utc>, since: Instant },
}

impl Clock {
    /// A clock that goes with the system's.
    #[must_use]
    pub fn system() -> Self {
        Self { source: Source::System, advanced: watch::Sender::new(TimeDelta::zero()) }
    }

    /// A clock that goes with the runtime's time from `start` on; for tests, which can pause it.
    #[must_use]
    pub fn runtime(start: DateTime<Utc>) -> Self {
        Self {
            source: Source::Runtime { start, since: Instant::now() },
            advanced: watch::Sender::new(TimeDelta::zero()),
        }
    }

    /// The time of day now.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let base = match &self.source {
            Source::System => Utc::now(),
            Source::Runtime { start, since } => {
                *start + TimeDelta::from_std(since.elapsed()).unwrap_or(TimeDelta::zero())
            }
        };
        base + *self.advanced.borrow()
    }

    /// Moves the clock forward by `step` and wakes whoever sleeps until a time. Answers the new time, or `None` when
    /// it would lie outside what a date can say; the clock then stays.
    #[must_use]
    pub fn advance(&self, step: Duration) -> Option<DateTime<Utc>> {
        let step = TimeDelta::from_std(step).ok()?;
        let moved = self.advanced.borrow().checked_add(&step)?;
        let limit = DateTime::<Utc>::from_timestamp(4_102_444_800, 0)?; // 2100-01-01: far enough, and always printable
        let now = self.now().checked_add_signed(step).filter(|now| *now < limit)?;
        self.advanced.send_replace(moved);
        Some(now)
    }

    /// Waits until the clock shows `time` or later.
    pub async fn sleep_until(&self, time: DateTime<Utc>) {
        let mut advanced = self.advanced.subscribe();
        while let Ok(left) = (time - self.now()).to_std() {
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left.min(LONGEST_NAP)) => {}
                _ = advanced.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-01-01T12:00:00Z".parse().expect("a time")
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleeper_wakes_when_the_clock_is_advanced() {
        let clock = Clock::runtime(noon());
        let later = noon() + TimeDelta::days(3);
        let (at, ()) = tokio::join!(
            async {
                clock.sleep_until(later).await;
                clock.now()
            },
            async {
                assert!(clock.advance(Duration::from_hours(3 * 24)).is_some());
            }
        );
        assert_eq!(at, later);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleeper_wakes_by_itself() {
        let clock = Clock::runtime(noon());
        clock.sleep_until(noon() + TimeDelta::minutes(10)).await;
        assert!(clock.now() >= noon() + TimeDelta::minutes(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_step_beyond_reason_is_refused_and_changes_nothing() {
        let clock = Clock::runtime(noon());
        assert!(clock.advance(Duration::MAX).is_none());
        assert!(clock.advance(Duration::from_hours(100 * 366 * 24)).is_none());
        assert_eq!(clock.now(), noon());
    }
}
