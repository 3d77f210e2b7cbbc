//! The figures as Prometheus reads them, in the format of `OpenMetrics`.
//!
//! What `ElastiCache` tells by the minute is a count without end here, from which Prometheus makes what it is asked for:
//! `CacheHits` is `cachette_cache_hits_total`. What is not a count stays as it is: `cachette_curr_items`.

use std::{collections::BTreeMap, fmt, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, NoLabelSet, text},
    metrics::MetricType,
    registry::Registry,
};

use super::{Metrics, NodeFigures};
use crate::{figures::Figures, store::Tables};

/// What is sent.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All figures: the server's own, and those of all nodes as they were last looked at.
///
/// # Errors
/// Never: text takes whatever is written to it.
pub fn exposition(figures: &Figures, metrics: &Metrics, tables: &Tables) -> Result<String, fmt::Error> {
    let mut of_nodes = Registry::default();
    of_nodes.register_collector(Box::new(Nodes { latest: metrics.latest(), counts: counts(tables) }));
    let mut written = String::with_capacity(64 << 10);
    text::encode_registry(&mut written, figures.registry())?;
    text::encode_registry(&mut written, &of_nodes)?;
    text::encode_eof(&mut written)?;
    Ok(written)
}

/// How many nodes there are of each engine, and whether they run.
fn counts(tables: &Tables) -> BTreeMap<(&'static str, bool), u64> {
    let mut counts = BTreeMap::new();
    for (_, _, cluster) in tables.cache_clusters.iter_all() {
        for node in cluster.nodes.values() {
            let runs = node.engines.values().any(|engine| engine.running().is_some());
            *counts.entry((cluster.engine.name(), runs)).or_default() += 1;
        }
    }
    counts
}

#[derive(Debug)]
struct Nodes {
    latest: Arc<Vec<NodeFigures>>,
    counts: BTreeMap<(&'static str, bool), u64>,
}

impl Collector for Nodes {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let what = "Nodes that there are, by whether their engine runs";
        let mut nodes = encoder.encode_descriptor("cachette_nodes", what, None, MetricType::Gauge)?;
        for ((engine, runs), count) in &self.counts {
            let labels = [("engine", *engine), ("running", if *runs { "yes" } else { "no" })];
            nodes.encode_family(&labels)?.encode_gauge(count)?;
        }
        let mut counters = BTreeMap::<&str, Vec<(&NodeFigures, f64)>>::new();
        let mut gauges = BTreeMap::<&str, Vec<(&NodeFigures, f64)>>::new();
        for node in self.latest.iter() {
            let totals = &node.figures.totals;
            for (name, total) in totals {
                counters.entry(name).or_default().push((node, *total));
            }
            for (name, value) in &node.figures.metrics {
                if totals.binary_search_by_key(name, |(name, _)| name).is_err() {
                    gauges.entry(name).or_default().push((node, *value));
                }
            }
        }
        for (name, nodes) in counters {
            // Of a class of commands the time is counted, from which an average can be made over any time.
            let unit = if name.ends_with("Latency") { "_microseconds" } else { "" };
            let (shown, help) = (format!("cachette_{}{unit}", snake_case(name)), help(name));
            let mut family = encoder.encode_descriptor(&shown, &help, None, MetricType::Counter)?;
            for (node, total) in nodes {
                family.encode_family(&node.labels())?.encode_counter::<NoLabelSet, _, f64>(&total, None)?;
            }
        }
        for (name, nodes) in gauges {
            let (shown, help) = (format!("cachette_{}", snake_case(name)), help(name));
            let mut family = encoder.encode_descriptor(&shown, &help, None, MetricType::Gauge)?;
            for (node, value) in nodes {
                family.encode_family(&node.labels())?.encode_gauge(&value)?;
            }
        }
        Ok(())
    }
}

fn help(name: &str) -> String {
    format!("What ElastiCache calls {name}")
}

impl NodeFigures {
    fn labels(&self) -> [(&'static str, &str); 6] {
        let Self { scope, cache_cluster_id, cache_node_id, replication_group_id, engine, figures: _ } = self;
        [
            ("account", &scope.account),
            ("region", &scope.region),
            ("replication_group_id", replication_group_id),
            ("cache_cluster_id", cache_cluster_id),
            ("cache_node_id", cache_node_id),
            ("engine", engine),
        ]
    }
}

/// `CPUUtilization` as `cpu_utilization`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut shown = String::with_capacity(name.len() + 8);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let begins_word = before.is_some_and(|before| {
            let ends_acronym = before.is_ascii_uppercase() && letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
            letter.is_ascii_uppercase() && (!before.is_ascii_uppercase() || ends_acronym)
        });
        if begins_word {
            shown.push('_');
        }
        shown.push(letter.to_ascii_lowercase());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_prometheus_has_them() {
        for (name, shown) in [
            ("CPUUtilization", "cpu_utilization"),
            ("EngineCPUUtilization", "engine_cpu_utilization"),
            ("DB0AverageTTL", "db0_average_ttl"),
            ("CurrItems", "curr_items"),
            ("HyperLogLogBasedCmds", "hyper_log_log_based_cmds"),
        ] {
            assert_eq!(snake_case(name), shown);
        }
    }

    #[test]
    fn there_are_figures_before_there_is_a_node() {
        let figures = Figures::new();
        figures.request("elasticache", "DescribeEvents", "", std::time::Duration::from_millis(1));
        let text = exposition(&figures, &Metrics::default(), &Tables::default()).expect("text");
        assert!(
            text.contains("cachette_requests_total{api=\"elasticache\",operation=\"DescribeEvents\",error=\"\"} 1")
        );
        assert!(text.ends_with("# EOF\n"));
    }
}
