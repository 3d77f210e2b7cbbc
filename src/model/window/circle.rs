//! Stretches of minutes on a circle: the day, or the week.

use std::fmt::{self, Write};

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use sha2::{Digest, Sha256};

/// Minutes of a day.
pub const DAY: u16 = 24 * 60;
/// Minutes of a week.
pub const WEEK: u16 = 7 * DAY;

/// Windows that nobody chose begin on a full or a half hour of their block, minutes.
pub const STEP: u16 = 30;

/// A stretch of a circle that is `CIRCLE` minutes round. The week begins on Sunday at midnight UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stretch<const CIRCLE: u16> {
    /// The first minute, counted from the beginning of the circle; less than `CIRCLE`.
    pub start: u16,
    /// How long it is, at most `CIRCLE`.
    pub minutes: u16,
}

impl<const CIRCLE: u16> Stretch<CIRCLE> {
    /// From one minute of the circle forward to another. It is empty when both are the same.
    pub fn between(start: u16, end: u16) -> Self {
        Self { start, minutes: distance::<CIRCLE>(start, end) }
    }

    /// The minute at which it ends.
    pub fn end(self) -> u16 {
        (self.start + self.minutes) % CIRCLE
    }

    /// Whether two stretches share a minute.
    pub fn overlaps(self, other: Self) -> bool {
        distance::<CIRCLE>(self.start, other.start) < self.minutes
            || distance::<CIRCLE>(other.start, self.start) < other.minutes
    }

    /// Whether `instant` is within: the first moment is, the one at the end is not.
    pub fn contains(self, instant: DateTime<Utc>) -> bool {
        distance::<CIRCLE>(self.start, minute_of::<CIRCLE>(instant)) < self.minutes
    }

    /// The next moment later than `after` at which it begins.
    pub fn next_start(self, after: DateTime<Utc>) -> DateTime<Utc> {
        let to_start = match distance::<CIRCLE>(minute_of::<CIRCLE>(after), self.start) {
            0 => CIRCLE,
            minutes => minutes,
        };
        let within_minute = TimeDelta::seconds(i64::from(after.second())) + nanoseconds(after);
        after - within_minute + TimeDelta::minutes(i64::from(to_start))
    }
}

impl Stretch<DAY> {
    /// The same stretch as part of a week, on the day that `day` counts from Sunday.
    pub fn on_day(self, day: u16) -> Stretch<WEEK> {
        Stretch { start: self.start + day * DAY, minutes: self.minutes }
    }
}

/// Where a window that nobody chose can begin, minutes of the day: from `first` on, for `span` minutes. Which comes
/// first is up to `choice`, the others follow in turn.
pub fn possible_starts(first: u16, span: u16, choice: u64) -> impl Iterator<Item = u16> {
    let count = span / STEP + 1;
    let chosen = u16::try_from(choice % u64::from(count)).unwrap_or_default();
    (0..count).map(move |turn| (first + (chosen + turn) % count * STEP) % DAY)
}

/// A number that looks random and is always the same for the same name, on every machine and in every version.
pub fn number_of(name: &str) -> u64 {
    let digest = Sha256::digest(name.as_bytes());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Writes minutes of the day as `hh24:mi`. Windows are written with every cluster that is shown, so it is done without
/// the machinery that padded numbers need.
pub fn write_time(f: &mut fmt::Formatter<'_>, minutes: u16) -> fmt::Result {
    let digit = |number: u16| char::from_digit(u32::from(number % 10), 10).unwrap_or_default();
    let (hour, minute) = (minutes / 60, minutes % 60);
    for character in [digit(hour / 10), digit(hour), ':', digit(minute / 10), digit(minute)] {
        f.write_char(character)?;
    }
    Ok(())
}

/// Reads `hh24:mi` as minutes of the day.
pub fn parse_time(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    Some(two_digits(hours, 24)? * 60 + two_digits(minutes, 60)?)
}

fn two_digits(text: &str, limit: u16) -> Option<u16> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number < limit)
}

/// The minutes from one place of the circle forward to another.
fn distance<const CIRCLE: u16>(from: u16, to: u16) -> u16 {
    (to + CIRCLE - from) % CIRCLE
}

fn minute_of<const CIRCLE: u16>(instant: DateTime<Utc>) -> u16 {
    let minute = instant.weekday().num_days_from_sunday() * u32::from(DAY) + instant.hour() * 60 + instant.minute();
    u16::try_from(minute % u32::from(CIRCLE)).unwrap_or_default()
}

/// What is beyond the full second. chrono counts a leap second as part of the one before.
fn nanoseconds(instant: DateTime<Utc>) -> TimeDelta {
    TimeDelta::nanoseconds(i64::from(instant.nanosecond() % 1_000_000_000))
}
