//! Looks at every engine again and again, and notes what it has. An engine that does not answer has no values for that
//! time; nothing waits for it.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use futures_util::{StreamExt, stream};
use tokio::{
    task::yield_now,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use super::{
    Metrics, NodeFigures,
    history::Subject,
    reading::{About, Memory},
    series::Minute,
    serverless,
};
use crate::{
    backend::Usage,
    engine::{EngineError, Report, Statistics, StatisticsClient},
    model::{EngineRole, Scope, catalogue::node_types::node_type},
    reconcile::{Serving, Shared, serving},
};

/// How long an engine may take to tell what it counts, connecting included.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many engines are asked at the same time.
const AT_ONCE: usize = 32;

/// Bytes of a gibibyte, in which the sizes of node types are told.
const GIB: f64 = 1_073_741_824.0;

/// Names a node among all.
type Key = (Scope, Subject);

/// What is kept of a node between two looks.
#[derive(Default)]
struct Node {
    /// The connection, and to which run of which engine.
    client: Option<(String, StatisticsClient)>,
    memory: Memory,
    /// What it took of the machine, and of which run and in which minute that was asked for.
    usage: Option<((Minute, String), Option<Usage>)>,
}

/// Looks at all engines every `every`, until the future is dropped.
pub async fn sample(metrics: Arc<Metrics>, shared: Arc<Shared>, every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut nodes = HashMap::<Key, Node>::new();
    let mut minute = 0;
    loop {
        ticks.tick().await;
        let now = minute_of(shared.clock.now());
        round(&metrics, &shared, &mut nodes, now).await;
        if now != minute {
            metrics.history.trim(now);
            minute = now;
        }
    }
}

/// The minute that a time is in.
pub(crate) fn minute_of(time: chrono::DateTime<chrono::Utc>) -> Minute {
    Minute::try_from(time.timestamp().div_euclid(60)).unwrap_or_default()
}

/// Looks at all engines once.
async fn round(metrics: &Metrics, shared: &Arc<Shared>, nodes: &mut HashMap<Key, Node>, minute: Minute) {
    // Before it is seen which engines there are.
    let seen = metrics.history.notes();
    let engines = serving(shared);
    let mut before = std::mem::take(nodes);
    let looks = engines.into_iter().map(|engine| {
        let node = before.remove(&key(&engine)).unwrap_or_default();
        look(shared, engine, node, minute)
    });
    let looked: Vec<_> = stream::iter(looks).buffer_unordered(AT_ONCE).collect().await;
    let now = Instant::now();
    let (engines, reports): (Vec<_>, Vec<_>) =
        looked.into_iter().map(|(engine, node, report)| ((engine, node), report)).unzip();
    let mut said = Vec::with_capacity(reports.len());
    for report in &reports {
        said.push(report.as_ref().map(Statistics::read));
        // Requests are not to wait for all of them.
        yield_now().await;
    }
    let lags = lags(engines.iter().map(|(engine, _)| engine).zip(&said));
    let mut latest = Vec::with_capacity(engines.len());
    let mut behind = BTreeMap::<Key, serverless::Parts>::new();
    for ((engine, mut node), said) in engines.into_iter().zip(&said) {
        let key = key(&engine);
        if let Some(said) = said {
            let run = run(&engine);
            let about = about(&engine, &run, node.usage.as_ref().and_then(|(_, usage)| *usage), &lags);
            let figures = node.memory.read(said, &about, minute, now);
            if let Some(scope) = engine.cluster.scope.before_serverless() {
                let cache = Subject::Serverless { name: engine.cluster.cache_id().to_owned() };
                behind.entry((scope, cache)).or_default().add(engine.cluster.engine, &about, figures.metrics.clone());
            } else {
                let group = engine.cluster.membership.as_ref().map(|of| of.replication_group_id.as_str());
                seen.note(&key.0, &key.1, group, minute, figures.metrics.iter().copied());
            }
            latest.push(NodeFigures::new(&engine, figures));
        }
        nodes.insert(key, node);
        yield_now().await;
    }
    for ((scope, cache), parts) in behind {
        seen.note(&scope, &cache, None, minute, parts.together());
    }
    metrics.set_latest(latest);
}

/// Asks one engine what it counts. The connection is kept as long as it works.
async fn look(
    shared: &Arc<Shared>,
    engine: Serving,
    mut node: Node,
    minute: Minute,
) -> (Serving, Node, Option<Report>) {
    let run = run(&engine);
    let asked = async {
        let mut client = match node.client.take().filter(|(of, _)| *of == run) {
            Some((_, client)) => client,
            None => StatisticsClient::connect(engine.address(), &engine.settings(shared)).await?,
        };
        let report = client.report().await?;
        Ok::<_, EngineError>((client, report))
    };
    let report = match timeout(PATIENCE, asked).await.unwrap_or(Err(EngineError::TimedOut)) {
        Ok((client, report)) => {
            node.client = Some((run, client));
            Some(report)
        }
        Err(error) => {
            tracing::debug!(cache_cluster_id = engine.cluster.id, %error, "an engine does not tell what it counts");
            None
        }
    };
    // A container takes its daemon longer to look at than an engine takes to answer.
    let asked_for = (minute, self::run(&engine));
    if node.usage.as_ref().is_none_or(|(of, _)| *of != asked_for) {
        let usage = timeout(PATIENCE, shared.backend.usage(&engine.engine_id())).await;
        node.usage = Some((asked_for, usage.ok().and_then(Result::ok).flatten()));
    }
    (engine, node, report)
}

/// Which run of which engine it is.
fn run(engine: &Serving) -> String {
    format!("{}/{}", engine.engine_id(), engine.running().run)
}

fn key(engine: &Serving) -> Key {
    let cache_cluster_id = engine.cluster.id.clone();
    (engine.cluster.scope.clone(), Subject::Node { cache_cluster_id, cache_node_id: engine.node.to_string() })
}

/// By how many seconds each replica lags, by the address under which its primary knows it.
fn lags<'a>(
    engines: impl Iterator<Item = (&'a Serving, &'a Option<Statistics<'a>>)> + Clone,
) -> HashMap<SocketAddr, u64> {
    let states = engines.filter_map(|(_, said)| said.as_ref()?.replication.as_ref());
    let replicas = states.flat_map(|state| state.replicas.iter().map(|replica| (replica, state.offset)));
    let online = replicas.filter(|(replica, _)| replica.is_online);
    // What is confirmed once a second says nothing of one that has everything.
    online.map(|(replica, offset)| (replica.address, if replica.offset >= offset { 0 } else { replica.lag })).collect()
}

fn about<'a>(engine: &Serving, run: &'a str, usage: Option<Usage>, lags: &HashMap<SocketAddr, u64>) -> About<'a> {
    let node_type = node_type(&engine.cluster.cache_node_type).ok();
    let running = engine.running();
    About {
        engine: engine.cluster.engine,
        run,
        processors: node_type.map_or(1.0, |node_type| f64::from(node_type.vcpu)),
        memory: node_type.map_or(0.0, |node_type| node_type.memory_gib * GIB),
        is_primary: engine.is_primary,
        copies_region: matches!(running.role, Some(EngineRole::Secondary { .. })),
        lag: lags.get(&running.peer).copied(),
        usage,
    }
}
