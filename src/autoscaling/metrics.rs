//! What policies track.

use std::sync::Arc;

use crate::{
    clock::Clock,
    metrics::{self, Role, minute_of},
    model::{Scope, TrackedMetric},
};

/// Knows the metrics of replication groups.
pub trait Metrics: Send + Sync {
    /// The latest value of a metric of a group, per cent, as an average over a minute at most and over all engines that the
    /// metric is about; `None` when it is not known. Must not wait for anything.
    fn value(&self, scope: &Scope, replication_group_id: &str, metric: TrackedMetric) -> Option<f64>;
}

/// Knows what was sampled from the engines.
pub struct GroupMetrics {
    sampled: Arc<metrics::Metrics>,
    clock: Arc<Clock>,
}

impl GroupMetrics {
    /// Those in `sampled`, of the time that `clock` shows.
    #[must_use]
    pub fn new(sampled: Arc<metrics::Metrics>, clock: Arc<Clock>) -> Self {
        Self { sampled, clock }
    }
}

impl Metrics for GroupMetrics {
    fn value(&self, scope: &Scope, replication_group_id: &str, metric: TrackedMetric) -> Option<f64> {
        let (name, role) = match metric {
            TrackedMetric::PrimaryEngineCpuUtilization => ("EngineCPUUtilization", Role::Primary),
            TrackedMetric::ReplicaEngineCpuUtilization => ("EngineCPUUtilization", Role::Replica),
            TrackedMetric::DatabaseMemoryUsageCountedForEvictPercentage => {
                ("DatabaseMemoryUsageCountedForEvictPercentage", Role::Primary)
            }
            TrackedMetric::DatabaseCapacityUsageCountedForEvictPercentage => {
                ("DatabaseCapacityUsageCountedForEvictPercentage", Role::Primary)
            }
        };
        let now = minute_of(self.clock.now());
        self.sampled.of_group(scope, replication_group_id, name, role, now)
    }
}
