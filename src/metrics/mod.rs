//! What caches have and do, by `ElastiCache`'s metrics: sampled from the engines themselves, kept for a while, and told to
//! whoever asks. It only looks: nothing here changes an engine or a record, and nothing waits for it.
//!
//! [`sample`] looks at all engines every few seconds. [`History`] keeps a value a minute of each metric of each node, of
//! which those of clusters and groups are made when they are asked for. How they are asked for, by `CloudWatch`'s API, is
//! for [`cloudwatch`](crate::cloudwatch), and where they are pushed to for [`integrations`](crate::integrations).

mod catalogue;
mod commands;
mod dimensions;
mod exposition;
mod history;
mod reading;
#[cfg(test)]
mod reading_tests;
mod sampler;
mod series;
mod serverless;

use std::sync::Arc;

use arc_swap::ArcSwap;

pub use catalogue::{Unit, unit_of};
pub use dimensions::{Dimensions, Role};
pub use exposition::{CONTENT_TYPE, exposition};
pub use history::{History, Listed, NamedValues, Subject, Value};
pub(crate) use sampler::minute_of;
pub use sampler::sample;
pub use series::Minute;

use crate::{model::Scope, reconcile::Serving};

/// The namespace of all metrics.
pub const NAMESPACE: &str = "AWS/ElastiCache";

/// What was sampled.
#[derive(Debug, Default)]
pub struct Metrics {
    /// The values of the minutes.
    pub history: History,
    latest: ArcSwap<Vec<NodeFigures>>,
}

impl Metrics {
    /// What each node had when it was last looked at. Those that did not answer are not among them.
    #[must_use]
    pub fn latest(&self) -> Arc<Vec<NodeFigures>> {
        self.latest.load_full()
    }

    /// A metric of a replication group for those who scale by it: the average over its nodes of one role, in the newest
    /// minute that has values, or, when the clock goes faster than engines are looked at, at the last look. `None` when
    /// nothing is known.
    #[must_use]
    pub fn of_group(&self, scope: &Scope, id: &str, name: &str, role: Role, now: Minute) -> Option<f64> {
        self.history.of_group(scope, id, name, Some(role), now).or_else(|| {
            let latest = self.latest();
            let nodes = latest
                .iter()
                .filter(|node| node.scope == *scope && node.replication_group_id == id && node.role() == Some(role));
            let values: Vec<f64> = nodes.filter_map(|node| node.figure(name)).collect();
            let count = u32::try_from(values.len()).ok().filter(|count| *count > 0)?;
            Some(values.iter().sum::<f64>() / f64::from(count))
        })
    }

    fn set_latest(&self, latest: Vec<NodeFigures>) {
        self.latest.store(Arc::new(latest));
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.history.clear();
        self.set_latest(Vec::new());
    }
}

/// What one node has.
#[derive(Debug)]
pub struct NodeFigures {
    scope: Scope,
    cache_cluster_id: String,
    cache_node_id: String,
    replication_group_id: String,
    engine: &'static str,
    figures: reading::Figures,
}

impl NodeFigures {
    fn new(engine: &Serving, figures: reading::Figures) -> Self {
        let Serving { cluster, node, .. } = engine;
        // What nobody is to see is that the engines of a serverless cache are somebody else's.
        let scope = cluster.scope.before_serverless().unwrap_or_else(|| cluster.scope.clone());
        Self {
            scope,
            cache_cluster_id: cluster.id.clone(),
            cache_node_id: node.to_string(),
            replication_group_id: cluster
                .membership
                .as_ref()
                .map_or_else(String::new, |of| of.replication_group_id.clone()),
            engine: cluster.engine.name(),
            figures,
        }
    }

    fn figure(&self, name: &str) -> Option<f64> {
        self.figures.metrics.iter().find(|(of, _)| *of == name).map(|(_, value)| *value)
    }

    fn role(&self) -> Option<Role> {
        Some(if self.figure(history::IS_MASTER)? > 0.5 { Role::Primary } else { Role::Replica })
    }
}
