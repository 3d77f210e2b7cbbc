//! When a scheduled action is due: `at(..)`, `rate(..)` and `cron(..)`, as Application Auto Scaling writes them.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};

use super::AutoscalingError;

/// How `at` writes a time.
const TIME: &str = "%Y-%m-%dT%H:%M:%S";

/// When something is to happen.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    times: Times,
    timezone: Tz,
}

#[derive(Clone, Debug)]
enum Times {
    /// Once.
    At(DateTime<Utc>),
    /// Again and again, with this between.
    Rate(TimeDelta),
    /// Whenever the calendar says so.
    Cron(Box<Cron>),
}

impl Schedule {
    /// The schedule that an expression means, in a time zone or in UTC.
    pub fn read(expression: &str, timezone: Option<&str>) -> Result<Self, AutoscalingError> {
        let timezone = match timezone {
            None => Tz::UTC,
            Some(name) => name.parse().map_err(|_| {
                AutoscalingError::invalid(format_args!("Timezone {name:?} is no canonical name of a time zone."))
            })?,
        };
        let times = times(expression.trim(), timezone).ok_or_else(|| {
            AutoscalingError::invalid(format_args!(
                "Schedule {expression:?} is neither at(yyyy-mm-ddThh:mm:ss) nor rate(value unit) nor cron(fields), with the \
                 six fields minutes, hours, day of month, month, day of week and year."
            ))
        })?;
        Ok(Self { times, timezone })
    }

    /// The first time later than `after`. What comes at a rate is counted from `start`.
    pub fn next(&self, after: DateTime<Utc>, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.times {
            Times::At(time) => Some(*time).filter(|time| *time > after),
            Times::Rate(period) => {
                let passed = (after - start).num_seconds().max(0) / period.num_seconds();
                let count = i32::try_from(passed + 1).ok()?;
                start.checked_add_signed(period.checked_mul(count)?)
            }
            Times::Cron(cron) => {
                let next = cron.find_next_occurrence(&after.with_timezone(&self.timezone), false);
                Some(next.ok()?.with_timezone(&Utc))
            }
        }
    }
}

fn times(expression: &str, timezone: Tz) -> Option<Times> {
    let (kind, rest) = expression.split_once('(')?;
    let inner = rest.strip_suffix(')')?.trim();
    match kind {
        "at" => {
            let local = NaiveDateTime::parse_from_str(inner, TIME).ok()?;
            Some(Times::At(local.and_local_timezone(timezone).earliest()?.with_timezone(&Utc)))
        }
        "rate" => {
            let (value, unit) = inner.split_once(' ')?;
            let value: i64 = value.parse().ok().filter(|value| *value > 0)?;
            let period = match unit.trim() {
                "minute" | "minutes" => TimeDelta::try_minutes(value),
                "hour" | "hours" => TimeDelta::try_hours(value),
                "day" | "days" => TimeDelta::try_days(value),
                _ => None,
            };
            Some(Times::Rate(period?))
        }
        "cron" => {
            let parser = CronParser::builder()
                .seconds(Seconds::Required)
                .year(Year::Required)
                // The first day of the week is Sunday, and has the number 1.
                .alternative_weekdays(true)
                // `0/15`: every fifteen, beginning with 0.
                .sloppy_ranges(true)
                .build();
            Some(Times::Cron(Box::new(parser.parse(&format!("0 {inner}")).ok()?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    fn next(expression: &str, timezone: Option<&str>, after: &str) -> Option<DateTime<Utc>> {
        let schedule = Schedule::read(expression, timezone).unwrap_or_else(|error| panic!("{expression}: {error}"));
        schedule.next(time(after), time("2026-01-01T00:00:00Z"))
    }

    #[test]
    fn each_kind_of_expression_is_understood() {
        let after = "2026-03-04T12:00:00Z"; // a Wednesday
        for (expression, timezone, expected) in [
            ("at(2026-03-05T08:30:00)", None, Some("2026-03-05T08:30:00Z")),
            ("at(2026-03-05T08:30:00)", Some("America/New_York"), Some("2026-03-05T13:30:00Z")),
            ("at(2026-03-04T12:00:00)", None, None),
            ("rate(1 day)", None, Some("2026-03-05T00:00:00Z")),
            ("rate(5 hours)", None, Some("2026-03-04T17:00:00Z")),
            ("rate(1 minute)", None, Some("2026-03-04T12:01:00Z")),
            ("cron(0 18 ? * MON-FRI *)", None, Some("2026-03-04T18:00:00Z")),
            ("cron(0 9 ? * 1 *)", None, Some("2026-03-08T09:00:00Z")),
            ("cron(15 10 1 * ? *)", None, Some("2026-04-01T10:15:00Z")),
            ("cron(0 9 ? * WED *)", Some("Europe/Berlin"), Some("2026-03-11T08:00:00Z")),
            ("cron(0/15 * * * ? *)", None, Some("2026-03-04T12:15:00Z")),
            ("cron(0 0 1 1 ? 2030)", None, Some("2030-01-01T00:00:00Z")),
            ("cron(0 0 1 1 ? 2025)", None, None),
            ("cron(0 12 L * ? *)", None, Some("2026-03-31T12:00:00Z")),
        ] {
            assert_eq!(next(expression, timezone, after), expected.map(time), "{expression} {timezone:?}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for expression in [
            "",
            "at()",
            "at(tomorrow)",
            "rate(0 minutes)",
            "rate(-1 hours)",
            "rate(5 weeks)",
            "rate(99999999999999999 days)",
            "cron(* * * *)",
            "cron(0 18 ? * MON-FRI)",
            "cron(61 * * * ? *)",
            "every day",
            "at(2026-03-05T08:30:00",
        ] {
            assert!(Schedule::read(expression, None).is_err(), "{expression}");
        }
        assert!(Schedule::read("rate(1 day)", Some("Middle/Earth")).is_err());
        // An hour that the clocks jump over.
        assert!(Schedule::read("at(2026-03-29T02:30:00)", Some("Europe/Berlin")).is_err());
    }
}
