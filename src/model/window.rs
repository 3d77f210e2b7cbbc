//! Maintenance windows of the week and snapshot windows of the day.
//!
//! Both are stretches of a circle of minutes, in UTC: a window may pass midnight, a maintenance window also the end of
//! the week. What is done within a window is not decided here.

mod circle;
mod maintenance;
mod snapshot;

pub use maintenance::{InvalidMaintenanceWindow, MaintenanceWindow};
pub use snapshot::{InvalidSnapshotWindow, SnapshotWindow};

/// The snapshot window and the maintenance window of a cache share a minute. AWS code: `InvalidParameterCombination`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The snapshot window and maintenance window must not overlap.")]
pub struct WindowsOverlap;

/// Checks that the two windows of a cache share no minute, on any day. One may begin where the other ends.
///
/// # Errors
///
/// [`WindowsOverlap`], when they do.
pub fn check_apart(maintenance: MaintenanceWindow, snapshot: SnapshotWindow) -> Result<(), WindowsOverlap> {
    let every_day = (0..7).map(|day| snapshot.stretch().on_day(day));
    let overlap = every_day.into_iter().any(|day| day.overlaps(maintenance.stretch()));
    if overlap { Err(WindowsOverlap) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::circle::{DAY, WEEK};
    use super::*;

    fn apart(maintenance: &str, snapshot: &str) -> bool {
        check_apart(maintenance.parse().expect("a window"), snapshot.parse().expect("a window")).is_ok()
    }

    #[test]
    fn windows_may_touch_and_not_overlap() {
        assert!(apart("sun:05:00-sun:06:00", "06:00-07:00"));
        assert!(apart("sun:05:00-sun:06:00", "04:00-05:00"));
        assert!(!apart("sun:05:00-sun:06:00", "04:00-05:01"));
        assert!(!apart("sun:05:00-sun:06:00", "05:59-07:00"));
        assert!(!apart("wed:23:30-thu:00:30", "00:00-01:00"));
        assert!(!apart("sat:23:30-sun:00:30", "00:00-01:00"));
        assert!(!apart("sat:23:30-sun:00:30", "23:00-00:00"));
        assert!(apart("sat:23:30-sun:00:30", "00:30-23:30"));
        assert_eq!(WindowsOverlap.to_string(), "The snapshot window and maintenance window must not overlap.");
    }

    proptest! {
        #[test]
        fn overlapping_is_sharing_a_minute(
            start in 0..WEEK,
            minutes in 60..=DAY,
            daily_start in 0..DAY,
            daily_minutes in 60..DAY,
        ) {
            let maintenance = MaintenanceWindow::starting(start, minutes);
            let snapshot = SnapshotWindow::starting(daily_start, daily_minutes);
            let shared = (0..minutes).any(|offset| {
                let minute = (start + offset) % DAY;
                (minute + DAY - daily_start) % DAY < daily_minutes
            });
            prop_assert_eq!(check_apart(maintenance, snapshot).is_err(), shared);
        }
    }
}
