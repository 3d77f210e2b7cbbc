//! One metric over the last minutes, for the charts of the console: what `GetMetricData` finds, without what only clients
//! of AWS need to say.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Error, period::Range, statistic::Statistic};
use crate::{
    metrics::{Dimensions, Metrics, unit_of},
    model::Scope,
};

/// The longest time back, in minutes: as long as values are kept.
const LONGEST: u32 = 24 * 60;

/// What a chart is to show.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesQuery {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The metric's name.
    pub metric: String,
    /// Of what, by the names of dimensions.
    #[serde(default)]
    pub dimensions: BTreeMap<String, String>,
    /// What is made of the values of a period: `Average`, `Sum`, `p99` and the like.
    pub statistic: String,
    /// The period in seconds.
    pub period: u32,
    /// How far back to begin, in minutes.
    pub minutes: u32,
}

/// What a chart shows.
#[derive(Debug, PartialEq, Serialize)]
pub struct Series {
    /// What it is measured in.
    pub unit: &'static str,
    /// When each period with values begins, in seconds since 1970, and its value; the oldest first.
    pub points: Vec<(i64, f64)>,
}

impl SeriesQuery {
    /// What `metrics` has, as of `now`.
    ///
    /// # Errors
    /// When there is no such metric, statistic or set of dimensions, or the times make no sense.
    pub fn find(&self, metrics: &Metrics, now: DateTime<Utc>) -> Result<Series, Error> {
        if !(1..=LONGEST).contains(&self.minutes) {
            return Err(Error::invalid(format!("minutes must be from 1 to {LONGEST}.")));
        }
        let unit =
            unit_of(&self.metric).ok_or_else(|| Error::invalid(format!("There is no metric {}.", self.metric)))?;
        let pairs = self.dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let dimensions =
            Dimensions::read(pairs).ok_or_else(|| Error::invalid("No metric has just these dimensions."))?;
        let statistic = Statistic::read(&self.statistic)?;
        let range = Range::new(now - TimeDelta::minutes(self.minutes.into()), now, self.period.into())?;
        let (from, to) = range.minutes();
        let scope = Scope::new(&self.account, &self.region);
        let values = metrics.history.values(&scope, &self.metric, &dimensions, from, to);
        let points = range.group(values).into_iter().map(|(begin, values)| (begin, statistic.of(&values))).collect();
        Ok(Series { unit: unit.as_str(), points })
    }
}
