//! The service updates that there are at a time.
//!
//! `ElastiCache` publishes one when its engines need something, which nobody can foresee. Here they come by the calendar,
//! at the beginning of each quarter, so that there always are some that can be applied, some that are too late for it,
//! and some that were withdrawn. Their names follow from the date, and are the same on every server.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};

use crate::model::{CacheCluster, Engine, EngineVersion};

/// The hour of the day at which updates are released.
const HOUR: u32 = 16;

/// How long after its release an update ought to have been applied.
const APPLY_WITHIN: TimeDelta = TimeDelta::days(30);

/// How long after its release an update can be applied, in months. It is longer than a quarter, so that an update can
/// be applied until the one that follows it is there.
const OPEN_MONTHS: u32 = 4;

/// How many quarters updates are told of, the present one among them.
const QUARTERS: u32 = 4;

/// Months in a quarter.
const QUARTER: u32 = 3;

/// What the updates of all quarters have in common.
#[derive(Debug)]
struct Series {
    /// Its number among those of one day.
    number: u16,
    severity: Severity,
    description: &'static str,
    /// The engines it is for, with the oldest version of each, in the order in which they are told.
    engines: &'static [(Engine, &'static str)],
    /// The minutes that a node takes, as far as is told.
    minutes_per_node: u16,
    /// Whether it applies itself to what it was not applied to by the recommended date.
    applies_itself: bool,
    /// How long after its release it is withdrawn.
    cancelled_after: Option<TimeDelta>,
}

const SERIES: [Series; 3] = [
    Series {
        number: 1,
        severity: Severity::Important,
        description: "Replaces nodes with ones on newer software",
        engines: &[(Engine::Redis, "2.6.13"), (Engine::Valkey, "7.2.6")],
        minutes_per_node: 30,
        applies_itself: true,
        cancelled_after: None,
    },
    Series {
        number: 2,
        severity: Severity::Medium,
        description: "Replaces nodes with ones on newer software; what they hold is lost",
        engines: &[(Engine::Memcached, "1.4.5")],
        minutes_per_node: 15,
        // It takes the data away, which is for their owner to choose.
        applies_itself: false,
        cancelled_after: None,
    },
    Series {
        number: 3,
        severity: Severity::Low,
        description: "Replaces nodes with ones on newer software; withdrawn two weeks after its release",
        engines: &[(Engine::Redis, "2.6.13"), (Engine::Valkey, "7.2.6"), (Engine::Memcached, "1.4.5")],
        minutes_per_node: 30,
        applies_itself: false,
        cancelled_after: Some(TimeDelta::days(14)),
    },
];

/// How much depends on an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Soon.
    Important,
    /// In time.
    Medium,
    /// Whenever it suits.
    Low,
}

/// Where an update stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceUpdateStatus {
    /// It can be applied.
    Available,
    /// It was withdrawn.
    Cancelled,
    /// It is too late to apply it.
    Expired,
}

/// A service update.
#[derive(Debug)]
pub struct ServiceUpdate {
    /// Its name, such as `elc-20261001-001`.
    pub name: String,
    /// When it was released.
    pub released: DateTime<Utc>,
    /// Until when it ought to be applied.
    pub recommended_apply_by: DateTime<Utc>,
    /// Until when it can be applied.
    pub end: DateTime<Utc>,
    series: &'static Series,
}

impl ServiceUpdate {
    fn new(day: NaiveDate, series: &'static Series) -> Option<Self> {
        let released = day.and_hms_opt(HOUR, 0, 0)?.and_utc();
        let last_moment = TimeDelta::seconds(1);
        Some(Self {
            name: format!("elc-{}-{:03}", day.format("%Y%m%d"), series.number),
            released,
            recommended_apply_by: released + APPLY_WITHIN - last_moment,
            end: released.checked_add_months(Months::new(OPEN_MONTHS))? - last_moment,
            series,
        })
    }

    /// Where it stands at that time.
    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> ServiceUpdateStatus {
        if self.series.cancelled_after.is_some_and(|after| now >= self.released + after) {
            ServiceUpdateStatus::Cancelled
        } else if now > self.end {
            ServiceUpdateStatus::Expired
        } else {
            ServiceUpdateStatus::Available
        }
    }

    /// How much depends on it.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.series.severity
    }

    /// What it does.
    #[must_use]
    pub fn description(&self) -> &'static str {
        self.series.description
    }

    /// The minutes that a node takes on `ElastiCache`. Here it takes about a second.
    #[must_use]
    pub fn minutes_per_node(&self) -> u16 {
        self.series.minutes_per_node
    }

    /// The engines it is for, each with the oldest version.
    pub fn engines(&self) -> impl Iterator<Item = (Engine, &'static str)> {
        self.series.engines.iter().copied()
    }

    /// Whether it applies itself to what it was not applied to by the recommended date.
    #[must_use]
    pub fn applies_itself(&self) -> bool {
        self.series.applies_itself
    }

    /// Whether it is for the engine of a cluster.
    #[must_use]
    pub fn is_for(&self, cluster: &CacheCluster) -> bool {
        self.applies_to(cluster.engine, &cluster.engine_version)
    }

    /// Whether it is about to apply itself to a cluster, or to the group that this is a member of, which was `created`
    /// then, if nobody has applied it yet. What came after the recommended date had no such date.
    #[must_use]
    pub fn is_scheduled_for(&self, cluster: &CacheCluster, created: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        self.applies_itself()
            && self.is_for(cluster)
            && self.status(now) == ServiceUpdateStatus::Available
            && now > self.recommended_apply_by
            && created <= self.recommended_apply_by
    }

    /// Whether it is for an engine of that version.
    #[must_use]
    pub fn applies_to(&self, engine: Engine, version: &EngineVersion) -> bool {
        self.engines()
            .any(|(of, oldest)| of == engine && oldest.parse::<EngineVersion>().is_ok_and(|oldest| *version >= oldest))
    }
}

/// Every update that is told of at that time, sorted by name.
#[must_use]
pub fn service_updates(now: DateTime<Utc>) -> Vec<ServiceUpdate> {
    let quarter = NaiveDate::from_ymd_opt(now.year(), now.month0() / QUARTER * QUARTER + 1, 1);
    let days = quarters(0..=QUARTERS).filter_map(|back| quarter?.checked_sub_months(back));
    let updates = days.flat_map(|day| SERIES.iter().filter_map(move |series| ServiceUpdate::new(day, series)));
    let oldest = now.checked_sub_months(Months::new(QUARTERS * QUARTER));
    let mut told: Vec<_> = updates
        .filter(|update| update.released <= now && oldest.is_none_or(|oldest| update.released > oldest))
        .collect();
    told.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    told
}

fn quarters(back: RangeInclusive<u32>) -> impl Iterator<Item = Months> {
    back.map(|quarters| Months::new(quarters * QUARTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> DateTime<Utc> {
        time.parse().expect("a time")
    }

    fn of_series(now: DateTime<Utc>, number: u16) -> Vec<ServiceUpdate> {
        service_updates(now).into_iter().filter(|update| update.series.number == number).collect()
    }

    #[test]
    fn updates_come_with_the_quarters() {
        let names = |now| of_series(now, 1).into_iter().map(|update| update.name).collect::<Vec<_>>();
        let of_2026 = ["elc-20260101-001", "elc-20260401-001", "elc-20260701-001", "elc-20261001-001"];
        assert_eq!(names(at("2026-11-21T12:00:00Z")), of_2026);
        assert_eq!(names(at("2027-01-01T15:59:59Z")), of_2026);
        assert_eq!(names(at("2027-01-01T16:00:00Z"))[3], "elc-20270101-001");
    }

    #[test]
    fn at_every_time_there_are_updates_of_every_status() {
        let start = at("2026-01-01T00:00:00Z");
        for hour in 0..=366 * 24 {
            let now = start + TimeDelta::hours(hour);
            for engine in [Engine::Redis, Engine::Valkey, Engine::Memcached] {
                for status in
                    [ServiceUpdateStatus::Available, ServiceUpdateStatus::Cancelled, ServiceUpdateStatus::Expired]
                {
                    let updates = service_updates(now);
                    let is_such = |update: &ServiceUpdate| {
                        update.status(now) == status && update.engines().any(|(of, _)| of == engine)
                    };
                    assert!(updates.iter().any(is_such), "{now} {engine} {status:?}");
                }
            }
        }
    }

    #[test]
    fn an_update_is_available_until_its_end() {
        let updates = of_series(at("2026-11-21T12:00:00Z"), 1);
        let update = &updates[3];
        assert_eq!(update.released, at("2026-10-01T16:00:00Z"));
        assert_eq!(update.recommended_apply_by, at("2026-10-31T15:59:59Z"));
        assert_eq!(update.end, at("2027-02-01T15:59:59Z"));
        assert_eq!(update.status(update.end), ServiceUpdateStatus::Available);
        assert_eq!(update.status(update.end + TimeDelta::seconds(1)), ServiceUpdateStatus::Expired);
        let version = |text: &str| text.parse::<EngineVersion>().expect("a version");
        assert!(update.applies_to(Engine::Redis, &version("7.1.0")));
        assert!(update.applies_to(Engine::Redis, &version("2.6.13")));
        assert!(!update.applies_to(Engine::Redis, &version("2.6.12")));
        assert!(!update.applies_to(Engine::Memcached, &version("1.6.22")));
    }
}
