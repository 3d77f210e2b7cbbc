//! A policy that holds a metric near a value by changing the capacity, and how much it changes.
//!
//! The rules are those of `ElastiCache`'s user guide, "Target tracking scaling policies", for shards and for replicas.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::ScalableDimension;

/// For how many minutes in a row a metric has to be at its target or above it before the capacity grows.
const MINUTES_ABOVE: usize = 3;

/// For how many minutes in a row it has to be far below before the capacity shrinks.
pub const MINUTES_BELOW: usize = 15;

/// The part of the target that is far below.
const FAR_BELOW: f64 = 0.75;

/// The number of shards grows by one of so many at least, and shrinks by no more than that at a time.
const PART_OF_SHARDS: f64 = 5.0;

/// The pause after a change where a policy names none.
const COOLDOWN: TimeDelta = TimeDelta::minutes(10);

/// A metric of a replication group that policies can hold near a value, under the name that policies have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TrackedMetric {
    /// `EngineCPUUtilization`, the average of all primaries.
    #[serde(rename = "ElastiCachePrimaryEngineCPUUtilization")]
    PrimaryEngineCpuUtilization,
    /// `EngineCPUUtilization`, the average of all replicas.
    #[serde(rename = "ElastiCacheReplicaEngineCPUUtilization")]
    ReplicaEngineCpuUtilization,
    /// `DatabaseMemoryUsageCountedForEvictPercentage`, the average of all primaries.
    #[serde(rename = "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage")]
    DatabaseMemoryUsageCountedForEvictPercentage,
    /// `DatabaseCapacityUsageCountedForEvictPercentage`, the average of all primaries.
    #[serde(rename = "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage")]
    DatabaseCapacityUsageCountedForEvictPercentage,
}

impl TrackedMetric {
    /// Every metric.
    pub const ALL: [Self; 4] = [
        Self::PrimaryEngineCpuUtilization,
        Self::ReplicaEngineCpuUtilization,
        Self::DatabaseMemoryUsageCountedForEvictPercentage,
        Self::DatabaseCapacityUsageCountedForEvictPercentage,
    ];

    /// `PredefinedMetricType` on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PrimaryEngineCpuUtilization => "ElastiCachePrimaryEngineCPUUtilization",
            Self::ReplicaEngineCpuUtilization => "ElastiCacheReplicaEngineCPUUtilization",
            Self::DatabaseMemoryUsageCountedForEvictPercentage => {
                "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage"
            }
            Self::DatabaseCapacityUsageCountedForEvictPercentage => {
                "ElastiCacheDatabaseCapacityUsageCountedForEvictPercentage"
            }
        }
    }

    /// The dimension whose capacity changes the metric.
    #[must_use]
    pub fn dimension(self) -> ScalableDimension {
        match self {
            Self::ReplicaEngineCpuUtilization => ScalableDimension::Replicas,
            Self::PrimaryEngineCpuUtilization
            | Self::DatabaseMemoryUsageCountedForEvictPercentage
            | Self::DatabaseCapacityUsageCountedForEvictPercentage => ScalableDimension::NodeGroups,
        }
    }
}

/// A target tracking policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScalingPolicy {
    /// The identifier in its ARN.
    pub uid: String,
    /// Which metric is held.
    pub metric: TrackedMetric,
    /// Near which value, per cent; above 0.
    pub target_value: f64,
    /// The pause after scaling out, seconds, if one was given.
    pub scale_out_cooldown: Option<u32>,
    /// The pause after scaling in, seconds, if one was given.
    pub scale_in_cooldown: Option<u32>,
    /// Whether it never takes capacity away; `None` when nothing was said.
    pub disable_scale_in: Option<bool>,
    /// When it was made.
    pub created: DateTime<Utc>,
}

/// What a policy makes of its metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The capacity is right, or too little is known.
    Stay,
    /// This much is needed.
    Out(u32),
    /// This much is enough.
    In(u32),
}

impl ScalingPolicy {
    /// The pause after scaling out.
    #[must_use]
    pub fn out_pause(&self) -> TimeDelta {
        self.scale_out_cooldown.map_or(COOLDOWN, |seconds| TimeDelta::seconds(seconds.into()))
    }

    /// The pause after scaling in.
    #[must_use]
    pub fn in_pause(&self) -> TimeDelta {
        self.scale_in_cooldown.map_or(COOLDOWN, |seconds| TimeDelta::seconds(seconds.into()))
    }

    /// Whether it may take capacity away.
    #[must_use]
    pub fn scales_in(&self) -> bool {
        self.disable_scale_in != Some(true)
    }

    /// What it makes of the metric's values of the last minutes, the latest last, with this much capacity.
    #[must_use]
    pub fn verdict(&self, capacity: u32, values: &[f64]) -> Verdict {
        let last = |minutes: usize| values.len().checked_sub(minutes).map(|from| &values[from..]);
        let Some(value) = values.last() else { return Verdict::Stay };
        let capacity_now = f64::from(capacity);
        let is_above = |value: &f64| *value >= self.target_value;
        let is_far_below = |value: &f64| *value <= self.target_value * FAR_BELOW;
        if last(MINUTES_ABOVE).is_some_and(|values| values.iter().all(is_above)) {
            // Divided last: what comes out even has to be so.
            let breach = capacity_now * (value - self.target_value) / self.target_value;
            let more = match self.metric.dimension() {
                ScalableDimension::Replicas => breach.round(),
                ScalableDimension::NodeGroups => breach.max(capacity_now / PART_OF_SHARDS).ceil(),
            };
            return Verdict::Out(capacity.saturating_add(whole(more).max(1)));
        }
        if last(MINUTES_BELOW).is_some_and(|values| values.iter().all(is_far_below)) {
            // What is left has to carry the load without being above the target at once.
            let needed = whole((capacity_now * value / self.target_value).ceil());
            let most = match self.metric.dimension() {
                ScalableDimension::Replicas => 1,
                ScalableDimension::NodeGroups => whole((capacity_now / PART_OF_SHARDS).floor()).max(1),
            };
            let enough = capacity.saturating_sub(most).max(needed);
            if enough < capacity {
                return Verdict::In(enough);
            }
        }
        Verdict::Stay
    }
}

/// A count that is no negative number and has no fraction. What is beyond all bounds is cut.
fn whole(count: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, which is meant")]
    let count = count as u32;
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(metric: TrackedMetric, target_value: f64) -> ScalingPolicy {
        ScalingPolicy {
            uid: String::new(),
            metric,
            target_value,
            scale_out_cooldown: None,
            scale_in_cooldown: None,
            disable_scale_in: None,
            created: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn shards_grow_by_what_is_above_the_target_and_by_a_fifth_at_least() {
        let policy = policy(TrackedMetric::PrimaryEngineCpuUtilization, 50.0);
        // The examples of the user guide.
        assert_eq!(policy.verdict(50, &[65.0; 3]), Verdict::Out(65));
        assert_eq!(policy.verdict(50, &[55.0; 3]), Verdict::Out(60));
        assert_eq!(policy.verdict(1, &[50.0; 3]), Verdict::Out(2), "at the target counts");
        assert_eq!(policy.verdict(50, &[65.0, 49.0, 65.0]), Verdict::Stay);
        assert_eq!(policy.verdict(50, &[65.0; 2]), Verdict::Stay, "too little is known");
        assert_eq!(policy.verdict(50, &[]), Verdict::Stay);
    }

    #[test]
    fn replicas_grow_by_one_at_least_and_shrink_by_one() {
        let policy = policy(TrackedMetric::ReplicaEngineCpuUtilization, 60.0);
        assert_eq!(policy.verdict(1, &[78.0; 3]), Verdict::Out(2));
        assert_eq!(policy.verdict(4, &[90.0; 3]), Verdict::Out(6));
        assert_eq!(policy.verdict(5, &[45.0; 15]), Verdict::In(4));
        assert_eq!(policy.verdict(5, &[46.0; 15]), Verdict::Stay, "not far enough below");
        assert_eq!(policy.verdict(5, &[45.0; 14]), Verdict::Stay, "not for long enough");
        assert_eq!(policy.verdict(5, &[0.0; 15]), Verdict::In(4));
    }

    #[test]
    fn nothing_is_taken_away_that_would_be_needed_again() {
        let policy = policy(TrackedMetric::DatabaseMemoryUsageCountedForEvictPercentage, 60.0);
        assert_eq!(policy.verdict(2, &[45.0; 15]), Verdict::Stay, "one shard would hold 90 per cent");
        assert_eq!(policy.verdict(2, &[30.0; 15]), Verdict::In(1));
        assert_eq!(policy.verdict(10, &[10.0; 15]), Verdict::In(8), "a fifth at a time");
    }

    #[test]
    fn no_value_makes_it_fail() {
        let policy = policy(TrackedMetric::PrimaryEngineCpuUtilization, 0.001);
        assert_eq!(policy.verdict(90, &[f64::INFINITY; 3]), Verdict::Out(u32::MAX));
        assert_eq!(policy.verdict(90, &[f64::NAN; 15]), Verdict::Stay);
    }
}
