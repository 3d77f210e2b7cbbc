//! `PreferredMaintenanceWindow`: a stretch of the week.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::circle::{DAY, Stretch, WEEK, number_of, parse_time, possible_starts, write_time};
use crate::model::catalogue::limits::WINDOW_MINUTES;
use crate::model::catalogue::regions::maintenance_block;

const DAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// A stretch of the week, from one hour to 24, in UTC. Its text is lower case: `sun:23:00-mon:01:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MaintenanceWindow(Stretch<WEEK>);

/// A text that is no maintenance window. AWS code: `InvalidParameterValue`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMaintenanceWindow {
    /// It has not the form.
    #[error(
        "Invalid maintenance window format. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC)"
    )]
    Format,
    /// It is shorter than an hour.
    #[error("Maintenance window must be at least 60 minutes.")]
    TooShort,
    /// It is longer than a day. The text is ours.
    #[error("Maintenance window must be at most 24 hours.")]
    TooLong,
}

impl MaintenanceWindow {
    /// The window that `ElastiCache` would choose: one hour on some day, within the region's block. `name` decides on
    /// which day and when, always the same way; use the resource's ARN.
    #[must_use]
    pub fn default_for(region: &str, name: &str) -> Self {
        let block = maintenance_block(region);
        let number = number_of(name);
        let day = u16::try_from(number % 7).unwrap_or_default();
        let start = possible_starts(block.start, block.minutes - WINDOW_MINUTES, number / 7).next();
        Self(Stretch { start: day * DAY + start.unwrap_or(block.start), minutes: WINDOW_MINUTES })
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

    /// How long the window is, minutes.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0.minutes
    }

    pub(super) fn stretch(self) -> Stretch<WEEK> {
        self.0
    }

    #[cfg(test)]
    pub(super) fn starting(start: u16, minutes: u16) -> Self {
        Self(Stretch { start, minutes })
    }
}

impl fmt::Display for MaintenanceWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let write_moment = |f: &mut fmt::Formatter<'_>, minute: u16| {
            f.write_str(DAYS[usize::from(minute / DAY)])?;
            f.write_str(":")?;
            write_time(f, minute % DAY)
        };
        write_moment(f, self.0.start)?;
        f.write_str("-")?;
        write_moment(f, self.0.end())
    }
}

impl FromStr for MaintenanceWindow {
    type Err = InvalidMaintenanceWindow;

    /// Days are taken in any letter case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (start, end) = text.split_once('-').ok_or(InvalidMaintenanceWindow::Format)?;
        let (start, end) = (parse_moment(start)?, parse_moment(end)?);
        let stretch = Stretch::between(start, end);
        match stretch.minutes {
            minutes if minutes < WINDOW_MINUTES => Err(InvalidMaintenanceWindow::TooShort),
            minutes if minutes > DAY => Err(InvalidMaintenanceWindow::TooLong),
            _ => Ok(Self(stretch)),
        }
    }
}

impl TryFrom<String> for MaintenanceWindow {
    type Error = InvalidMaintenanceWindow;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MaintenanceWindow> for String {
    fn from(window: MaintenanceWindow) -> Self {
        window.to_string()
    }
}

/// Reads `ddd:hh24:mi` as minutes of the week.
fn parse_moment(text: &str) -> Result<u16, InvalidMaintenanceWindow> {
    let moment = || {
        let (day, time) = text.split_once(':')?;
        let day = (0..7).zip(DAYS).find(|(_, name)| name.eq_ignore_ascii_case(day))?.0;
        Some(day * DAY + parse_time(time)?)
    };
    moment().ok_or(InvalidMaintenanceWindow::Format)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;
    use crate::model::catalogue::regions::regions;

    fn window(text: &str) -> MaintenanceWindow {
        text.parse().expect("a window")
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn windows_are_stored_in_lower_case() {
        assert_eq!(window("Sun:23:00-MON:01:30").to_string(), "sun:23:00-mon:01:30");
        assert_eq!(window("sat:23:30-sun:00:30").minutes(), 60);
        assert_eq!(window("sun:23:00-mon:00:00").minutes(), 60);
        assert_eq!(window("sun:05:00-mon:05:00").minutes(), 24 * 60);
    }

    #[test]
    fn what_is_no_window_is_refused() {
        let refused = |text: &str| text.parse::<MaintenanceWindow>().expect_err(text);
        for text in [
            "",
            "sun:05:00",
            "sun:05:00-06:00",
            "sun:5:00-sun:06:00",
            "sun:05:0-sun:06:00",
            "sun:24:00-mon:01:00",
            "sun:05:60-sun:07:00",
            "xyz:05:00-sun:06:00",
            "sun:05:00-sun:06:00-sun:07:00",
            "sun:05:00 - sun:06:00",
            "sun:+5:00-sun:06:00",
            "05:00-06:00",
        ] {
            assert_eq!(refused(text), InvalidMaintenanceWindow::Format, "{text:?}");
        }
        assert_eq!(refused("sun:05:00-sun:05:59"), InvalidMaintenanceWindow::TooShort);
        assert_eq!(refused("sun:05:00-sun:05:00"), InvalidMaintenanceWindow::TooShort);
        assert_eq!(refused("sun:05:00-mon:05:01"), InvalidMaintenanceWindow::TooLong);
        assert_eq!(refused("sun:05:00-sun:04:00"), InvalidMaintenanceWindow::TooLong);
        assert_eq!(
            refused("x").to_string(),
            "Invalid maintenance window format. Should be specified as a range ddd:hh24:mi-ddd:hh24:mi (24H Clock UTC)"
        );
        assert_eq!(InvalidMaintenanceWindow::TooShort.to_string(), "Maintenance window must be at least 60 minutes.");
    }

    #[test]
    fn a_window_knows_when_it_is_open() {
        // The 22nd of November 2026 is a Sunday.
        let window = window("sat:23:30-sun:00:30");
        assert!(window.contains(instant("2026-11-21T23:30:00Z")));
        assert!(window.contains(instant("2026-11-22T00:29:59.999Z")));
        assert!(!window.contains(instant("2026-11-22T00:30:00Z")));
        assert!(!window.contains(instant("2026-11-21T23:29:59.999Z")));
        let next = |after| window.next_start(instant(after));
        assert_eq!(next("2026-11-21T23:29:59.5Z"), instant("2026-11-21T23:30:00Z"));
        assert_eq!(next("2026-11-21T23:30:00Z"), instant("2026-11-28T23:30:00Z"));
        assert_eq!(next("2026-11-22T00:00:00Z"), instant("2026-11-28T23:30:00Z"));
    }

    #[test]
    fn a_default_window_is_in_the_block_of_its_region() {
        let chosen = MaintenanceWindow::default_for("us-east-1", "my-cache");
        assert_eq!(chosen, MaintenanceWindow::default_for("us-east-1", "my-cache"));
        for region in regions() {
            let mut seen = std::collections::HashSet::new();
            for number in 0..200 {
                let window = MaintenanceWindow::default_for(region.name, &format!("cache-{number}"));
                assert_eq!(window.to_string().parse(), Ok(window));
                let from_block_start = (window.0.start % DAY + DAY - region.maintenance_block.start) % DAY;
                assert!(from_block_start + window.minutes() <= region.maintenance_block.minutes, "{}", region.name);
                seen.insert(window);
            }
            assert!(seen.len() > 50, "windows are spread");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(start in 0..WEEK, minutes in WINDOW_MINUTES..=DAY) {
            let window = MaintenanceWindow::starting(start, minutes);
            prop_assert_eq!(window.to_string().parse(), Ok(window));
            prop_assert_eq!(window.to_string().to_uppercase().parse(), Ok(window));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "[a-z0-9:é-]{0,24}") {
            if let Ok(window) = text.parse::<MaintenanceWindow>() {
                prop_assert_eq!(window.to_string(), text);
            }
        }

        #[test]
        fn the_next_start_is_the_first_later_one(start in 0..WEEK, minutes in WINDOW_MINUTES..=DAY, second in 0..1_209_600_i64) {
            let window = MaintenanceWindow::starting(start, minutes);
            let after = instant("2026-11-20T12:34:56.789Z") + TimeDelta::seconds(second);
            let next = window.next_start(after);
            prop_assert!(next > after && next - after <= TimeDelta::weeks(1));
            prop_assert!(window.contains(next));
            prop_assert!(window.contains(next + TimeDelta::minutes(i64::from(minutes)) - TimeDelta::nanoseconds(1)));
            prop_assert!(!window.contains(next - TimeDelta::nanoseconds(1)));
            prop_assert!(!window.contains(next + TimeDelta::minutes(i64::from(minutes))));
        }
    }
}
