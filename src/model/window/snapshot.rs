//! `SnapshotWindow`: a stretch of every day.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::circle::{DAY, STEP, Stretch, number_of, parse_time, possible_starts, write_time};
use super::{MaintenanceWindow, check_apart};
use crate::model::catalogue::limits::WINDOW_MINUTES;
use crate::model::catalogue::regions::maintenance_block;

/// A stretch of every day, at least an hour long, in UTC: `05:00-09:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SnapshotWindow(Stretch<DAY>);

/// A text that is no snapshot window. AWS code: `InvalidParameterValue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSnapshotWindow {
    /// It has not the form.
    #[error("Invalid backup window format. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC)")]
    Format,
    /// It is shorter than an hour. The text is ours, after that of maintenance windows.
    #[error("Backup window must be at least 60 minutes.")]
    TooShort,
}

impl SnapshotWindow {
    /// The window that `ElastiCache` would choose: one hour that is apart from `maintenance`, within the region's
    /// block where that leaves room, else at any time of the day. `name` decides when, always the same way; use the
    /// resource's ARN. None, when the maintenance window leaves no such hour of the day free.
    #[must_use]
    pub fn default_for(region: &str, name: &str, maintenance: MaintenanceWindow) -> Option<Self> {
        let block = maintenance_block(region);
        let number = number_of(name);
        possible_starts(block.start, block.minutes - WINDOW_MINUTES, number)
            .chain(possible_starts(0, DAY - STEP, number))
            .map(|start| Self(Stretch { start, minutes: WINDOW_MINUTES }))
            .find(|window| check_apart(maintenance, *window).is_ok())
    }

    /// Whether `instant` is within the window.
    #[must_use]
    pub fn contains(self, instant: DateTime<Utc>) -> bool {
        self.0.contains(instant)
    }

    /// The next moment later than `after` at which the window opens.
    #[must_use]
    pub fn next_start(self, after: DateTime<Utc>) -> DateTime<Utc> {
        self.0.next_start(after)
    }

    /// The hour that begins at this time of day; seconds do not count.
    #[must_use]
    pub fn of_hour(start: NaiveTime) -> Self {
        let minutes = start.hour() * 60 + start.minute();
        Self(Stretch { start: u16::try_from(minutes).unwrap_or_default(), minutes: WINDOW_MINUTES })
    }

    /// The time of day at which the window opens.
    #[must_use]
    pub fn start(self) -> NaiveTime {
        NaiveTime::MIN + TimeDelta::minutes(i64::from(self.0.start))
    }

    /// How long the window is, minutes.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0.minutes
    }

    pub(super) fn stretch(self) -> Stretch<DAY> {
        self.0
    }

    #[cfg(test)]
    pub(super) fn starting(start: u16, minutes: u16) -> Self {
        Self(Stretch { start, minutes })
    }
}

impl fmt::Display for SnapshotWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_time(f, self.0.start)?;
        f.write_str("-")?;
        write_time(f, self.0.end())
    }
}

impl FromStr for SnapshotWindow {
    type Err = InvalidSnapshotWindow;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (start, end) = text.split_once('-').ok_or(InvalidSnapshotWindow::Format)?;
        let (Some(start), Some(end)) = (parse_time(start), parse_time(end)) else {
            return Err(InvalidSnapshotWindow::Format);
        };
        let stretch = Stretch::between(start, end);
        if stretch.minutes < WINDOW_MINUTES { Err(InvalidSnapshotWindow::TooShort) } else { Ok(Self(stretch)) }
    }
}

impl TryFrom<String> for SnapshotWindow {
    type Error = InvalidSnapshotWindow;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<SnapshotWindow> for String {
    fn from(window: SnapshotWindow) -> Self {
        window.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::catalogue::regions::regions;

    fn window(text: &str) -> SnapshotWindow {
        text.parse().expect("a window")
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn windows_are_read() {
        assert_eq!(window("05:00-09:00").minutes(), 240);
        assert_eq!(window("23:30-00:30").minutes(), 60);
        assert_eq!(window("23:30-00:30").to_string(), "23:30-00:30");
        let refused = |text: &str| text.parse::<SnapshotWindow>().expect_err(text);
        for text in ["", "05:00", "5:00-6:00", "05:00-24:00", "sun:05:00-sun:06:00", "05:00 - 06:00"] {
            assert_eq!(refused(text), InvalidSnapshotWindow::Format, "{text:?}");
        }
        assert_eq!(refused("05:00-05:59"), InvalidSnapshotWindow::TooShort);
        assert_eq!(refused("05:00-05:00"), InvalidSnapshotWindow::TooShort);
        assert_eq!(
            refused("x").to_string(),
            "Invalid backup window format. Should be specified as a range hh24:mi-hh24:mi (24H Clock UTC)"
        );
    }

    #[test]
    fn a_window_opens_every_day() {
        let window = window("23:30-00:30");
        assert!(window.contains(instant("2026-11-21T00:00:00Z")));
        assert!(!window.contains(instant("2026-11-21T00:30:00Z")));
        assert_eq!(window.next_start(instant("2026-11-21T23:30:00Z")), instant("2026-11-22T23:30:00Z"));
        assert_eq!(window.next_start(instant("2026-11-21T23:29:01Z")), instant("2026-11-21T23:30:00Z"));
    }

    #[test]
    fn a_default_window_keeps_away_from_maintenance() {
        for region in regions() {
            for number in 0..100 {
                let name = format!("cache-{number}");
                let maintenance = MaintenanceWindow::default_for(region.name, &name);
                let window = SnapshotWindow::default_for(region.name, &name, maintenance).expect("room in the block");
                assert_eq!(check_apart(maintenance, window), Ok(()));
                assert_eq!(window.to_string().parse(), Ok(window));
            }
        }
        let whole_block = "mon:03:00-mon:11:00".parse().expect("a window");
        let window = SnapshotWindow::default_for("us-east-1", "x", whole_block).expect("room in the day");
        assert_eq!(check_apart(whole_block, window), Ok(()));
        let whole_day = "mon:03:00-tue:03:00".parse().expect("a window");
        assert_eq!(SnapshotWindow::default_for("us-east-1", "x", whole_day), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(start in 0..DAY, minutes in WINDOW_MINUTES..DAY) {
            let window = SnapshotWindow::starting(start, minutes);
            prop_assert_eq!(window.to_string().parse(), Ok(window));
        }
    }
}
