//! Metrics from the engines themselves: the engines of groups that policies look at are asked every few seconds.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use super::Metrics;
use crate::{
    engine::{EngineError, EngineSettings, InstanceSecret, Load, RedisClient},
    model::{CacheCluster, NodeId, ReplicationGroup, Running, Scope, TrackedMetric, parameters},
    store::{Store, Tables},
};

/// How often engines are asked.
const EVERY: Duration = Duration::from_secs(1);

/// How long one may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many are asked at the same time.
const AT_ONCE: usize = 16;

/// The metrics that the engines told of last.
#[derive(Default)]
pub struct EngineMetrics(Mutex<HashMap<(Scope, String, TrackedMetric), f64>>);

impl Metrics for EngineMetrics {
    fn value(&self, scope: &Scope, replication_group_id: &str, metric: TrackedMetric) -> Option<f64> {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        values.get(&(scope.clone(), replication_group_id.to_owned(), metric)).copied()
    }
}

impl EngineMetrics {
    /// Asks engines until the returned future is dropped. `secret` is what lets the server into them.
    pub async fn sample(&self, store: &Store, secret: &InstanceSecret) {
        let mut before = HashMap::new();
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let engines = engines(&store.tables());
            let answers = stream::iter(engines).map(|engine| async {
                let load = timeout(PATIENCE, engine.load(secret)).await.unwrap_or(Err(EngineError::TimedOut));
                (engine, load)
            });
            let answers: Vec<_> = answers.buffer_unordered(AT_ONCE).collect().await;
            let mut means = HashMap::<_, Mean>::new();
            let mut now = HashMap::new();
            for (engine, load) in answers {
                match load {
                    Ok(load) => engine.note(load, &before, &mut now, &mut means),
                    Err(error) => {
                        tracing::debug!(cache_cluster_id = engine.cluster.id, %error, "an engine does not tell its load");
                    }
                }
            }
            before = now;
            let values = means.into_iter().map(|(key, mean)| (key, mean.sum / f64::from(mean.count))).collect();
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = values;
        }
    }
}

/// An average in the making.
#[derive(Default)]
struct Mean {
    sum: f64,
    count: u32,
}

/// When an engine was asked, and for how many seconds it had worked by then.
type Worked = (Instant, f64);

/// An engine of a group that is looked at.
struct Looked {
    group: (Scope, String),
    cluster: Arc<CacheCluster>,
    generation: u32,
    is_primary: bool,
}

/// Every engine in its place of the groups that have policies.
fn engines(tables: &Tables) -> Vec<Looked> {
    let targets = tables.scalable_targets.iter_all().filter(|(_, _, target)| !target.policies.is_empty());
    let mut groups: Vec<(&Scope, &String)> =
        targets.map(|(scope, _, target)| (scope, &target.replication_group_id)).collect();
    groups.dedup();
    let found = |scope: &Scope, group: &ReplicationGroup| -> Vec<Looked> {
        let members = group.member_ids().filter_map(|id| tables.cache_clusters.get(scope, id));
        let engines = members.filter_map(|cluster| {
            let node = cluster.nodes.get(&NodeId::FIRST)?;
            let running = node.engines.get(&node.generation)?.running().filter(|running| running.is_real())?;
            let is_primary = running.is_primary();
            running.role.as_ref()?;
            let (cluster, generation) = (Arc::clone(cluster), node.generation);
            Some(Looked { group: (scope.clone(), group.id.clone()), cluster, generation, is_primary })
        });
        engines.collect()
    };
    let groups = groups.into_iter().filter_map(|(scope, id)| Some((scope, tables.replication_groups.get(scope, id)?)));
    groups.flat_map(|(scope, group)| found(scope, group)).collect()
}

impl Looked {
    fn running(&self) -> Option<&Running> {
        self.cluster.nodes.get(&NodeId::FIRST)?.engines.get(&self.generation)?.running()
    }

    async fn load(&self, secret: &InstanceSecret) -> Result<Load, EngineError> {
        let running = self.running().ok_or_else(|| EngineError::Unreachable("it is gone".to_owned()))?;
        let name = format!("{}-{}-{}-{}", self.cluster.id, NodeId::FIRST, self.cluster.uid, self.generation);
        // What is needed to connect; the rest is for those who start engines.
        let settings = EngineSettings {
            engine: running.settings.engine,
            version: running.settings.engine_version.clone(),
            port: running.address.port(),
            parameters: parameters::effective(&running.settings),
            open_files: None,
            access: running.settings.access.clone(),
            iam_passwords: BTreeMap::new(),
            admin: secret.of_engine(&name),
            replicates: true,
            is_serverless: false,
            cluster: None,
        };
        RedisClient::connect(running.address, &settings).await?.load().await
    }

    /// Adds what the engine told to the averages of its group.
    fn note(
        &self,
        load: Load,
        before: &HashMap<(SocketAddr, String), Worked>,
        now: &mut HashMap<(SocketAddr, String), Worked>,
        means: &mut HashMap<(Scope, String, TrackedMetric), Mean>,
    ) {
        let Some(running) = self.running() else { return };
        let mut add = |metric, value: f64| {
            let (scope, group) = self.group.clone();
            let mean = means.entry((scope, group, metric)).or_default();
            mean.sum += value;
            mean.count += 1;
        };
        if let Some(memory) = load.memory_counted_for_evict.filter(|_| self.is_primary) {
            add(TrackedMetric::DatabaseMemoryUsageCountedForEvictPercentage, memory);
            add(TrackedMetric::DatabaseCapacityUsageCountedForEvictPercentage, memory);
        }
        let run = (running.address, running.run.clone());
        let asked = Instant::now();
        if let Some((last, worked)) = before.get(&run) {
            let busy = (load.cpu_seconds - worked) / (asked - *last).as_secs_f64().max(f64::EPSILON) * 100.0;
            let metric = if self.is_primary {
                TrackedMetric::PrimaryEngineCpuUtilization
            } else {
                TrackedMetric::ReplicaEngineCpuUtilization
            };
            add(metric, busy);
        }
        now.insert(run, (asked, load.cpu_seconds));
    }
}
