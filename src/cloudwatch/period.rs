//! Values put together by periods.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Code, Error, Value};
use crate::metrics::{Minute, Value as Sampled};

/// The shortest period of which there are values, in seconds.
const MINUTE: i64 = 60;

/// The longest period, by the API's reference: a day.
const LONGEST: i64 = 86_400;

/// The periods below that. Of a metric that has a value a minute they give just those.
const SHORTER: [i64; 5] = [1, 5, 10, 20, 30];

/// A time from which to which values are asked for, and the periods that they are put together by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    start: i64,
    end: i64,
    period: i64,
}

impl Range {
    /// The periods of a request. Where the first one begins is for [`beginning_at`](Self::beginning_at) to say, or it is a
    /// multiple of a period.
    pub(super) fn new(start: DateTime<Utc>, end: DateTime<Utc>, period: i64) -> Result<Self, Error> {
        if start >= end {
            return Err(Error::invalid("The parameter StartTime must be less than the parameter EndTime."));
        }
        if !(1..=LONGEST).contains(&period) || (period % MINUTE != 0 && !SHORTER.contains(&period)) {
            return Err(Error::invalid(
                "The parameter Period must be 1, 5, 10, 20, 30, or a multiple of 60, and no more than 86400.",
            ));
        }
        let period = period.max(MINUTE);
        // An end within a second is after that second.
        let end = end.checked_add_signed(TimeDelta::milliseconds(999)).unwrap_or(end).timestamp();
        Ok(Self { start: start.timestamp().div_euclid(period) * period, end, period })
    }

    /// The same, but the first period begins with the minute that was asked for.
    pub(super) fn beginning_at(self, start: DateTime<Utc>) -> Self {
        Self { start: start.timestamp().div_euclid(MINUTE) * MINUTE, ..self }
    }

    /// How many periods there are.
    pub(super) fn count(&self) -> i64 {
        (self.end - self.start + self.period - 1) / self.period
    }

    /// The minutes: the first, and the one after the last.
    pub(super) fn minutes(&self) -> (Minute, Minute) {
        let minute = |seconds: i64| {
            let minute = (seconds + MINUTE - 1).div_euclid(MINUTE);
            Minute::try_from(minute.clamp(0, Minute::MAX.into())).unwrap_or_default()
        };
        (minute(self.start), minute(self.end))
    }

    /// The values of each period that has some, sorted, by when it begins.
    pub(super) fn group(&self, values: Vec<Sampled>) -> BTreeMap<i64, Vec<f64>> {
        let mut groups = BTreeMap::<_, Vec<_>>::new();
        for Sampled { minute, value } in values {
            let after = i64::from(minute) * MINUTE - self.start;
            groups.entry(self.start + after.div_euclid(self.period) * self.period).or_default().push(value);
        }
        for values in groups.values_mut() {
            values.sort_by(f64::total_cmp);
        }
        groups
    }
}

/// The time that a period begins at, as an answer tells it.
pub(super) fn timestamp(seconds: i64) -> Value {
    Value::Time(DateTime::from_timestamp(seconds, 0).unwrap_or_default())
}

/// Reads the unit that a request asks for; `None` when it asks for none.
pub(super) fn unit(asked: Option<String>) -> Result<Option<String>, Error> {
    let Some(unit) = asked else { return Ok(None) };
    if UNITS.contains(&unit.trim_end_matches("/Second")) {
        Ok(Some(unit))
    } else {
        Err(Error::new(Code::InvalidParameterValue, format!("{unit} is no unit.")))
    }
}

/// The units that `CloudWatch` knows, but for those of a second.
const UNITS: [&str; 17] = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "None",
    "",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn time(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a time")
    }

    #[test]
    fn periods_begin_at_their_multiples_or_with_the_minute_asked_for() {
        let values = || [(10, 3.0), (11, 1.0), (15, 7.0)].map(|(minute, value)| Sampled { minute, value }).to_vec();
        let range = Range::new(time(650), time(1000), 300).expect("a range");
        assert_eq!((range.minutes(), range.count()), ((10, 17), 2));
        assert_eq!(range.group(values()), BTreeMap::from([(600, vec![1.0, 3.0]), (900, vec![7.0])]));
        let range = range.beginning_at(time(650));
        assert_eq!(range.group(values()), BTreeMap::from([(600, vec![1.0, 3.0]), (900, vec![7.0])]));
        let range = Range::new(time(665), time(1000), 300).expect("a range").beginning_at(time(665));
        assert_eq!(range.minutes(), (11, 17));
        assert_eq!(range.group(values()[1..].to_vec()), BTreeMap::from([(660, vec![1.0, 7.0])]));
    }

    #[test]
    fn ranges_that_make_no_sense_are_refused() {
        for (start, end, period) in [(60, 60, 60), (120, 60, 60), (0, 60, 0), (0, 60, 90), (0, 60, -60), (0, 60, 2)] {
            assert!(Range::new(time(start), time(end), period).is_err(), "{start} {end} {period}");
        }
    }
}
