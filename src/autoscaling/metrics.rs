//! What policies track.

use crate::model::{Scope, TrackedMetric};

/// Knows the metrics of replication groups.
pub trait Metrics: Send + Sync {
    /// The latest value of a metric of a group, per cent, as an average over a minute at most and over all engines that the
    /// metric is about; `None` when it is not known. Must not wait for anything.
    fn value(&self, scope: &Scope, replication_group_id: &str, metric: TrackedMetric) -> Option<f64>;
}
