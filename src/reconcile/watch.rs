//! Finds out what no record tells: engines that ended, that do not answer, that belong to nobody.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use tokio::time::{MissedTickBehavior, interval};

use super::{Actor, Key, Shared, change::RecordChange, group::inspect_all, steps::engine_id};
use crate::{
    backend::EngineId,
    engine::answers,
    model::{CacheCluster, NodeId},
};

/// How often every engine is asked for a sign of life. Ends are told by the backend at once; this finds what is stuck.
const PROBE_EVERY: Duration = Duration::from_secs(5);

/// How long an engine may take to answer before it counts as silent. A single long command is not to cost it its life.
const PROBE_PATIENCE: Duration = Duration::from_secs(5);

/// How many engines are asked at the same time.
const PROBES_AT_ONCE: usize = 32;

/// How long to wait before asking a backend again that could not list its engines.
const SWEEP_AGAIN: Duration = Duration::from_secs(5);

/// An engine that the records say runs.
struct Known {
    key: Key,
    node: NodeId,
    generation: u32,
    address: std::net::SocketAddr,
}

/// The engines that the records say run.
fn known_to_run(shared: &Shared) -> Vec<Known> {
    let mut known = Vec::new();
    for (scope, id, cluster) in shared.store.tables().cache_clusters.iter_all() {
        for (node, cache_node) in &cluster.nodes {
            for (generation, observed) in &cache_node.engines {
                if let Some(running) = observed.running().filter(|running| running.is_real()) {
                    known.push(Known {
                        key: Key::of_cluster(scope, id),
                        node: *node,
                        generation: *generation,
                        address: running.address,
                    });
                }
            }
        }
    }
    known
}

/// The names of all engines that a cluster's record mentions.
fn engines_of(cluster: &CacheCluster) -> impl Iterator<Item = (EngineId, NodeId, u32)> {
    cluster.nodes.iter().flat_map(move |(node, cache_node)| {
        cache_node.engines.keys().map(move |generation| (engine_id(cluster, *node, *generation), *node, *generation))
    })
}

/// Looks once whether the engines that should run do answer, and notes those that do not.
pub(super) async fn mark_silent_engines(shared: &Arc<Shared>) {
    stream::iter(known_to_run(shared))
        .for_each_concurrent(PROBES_AT_ONCE, |known| async move {
            if !answers(known.address, PROBE_PATIENCE).await {
                note_lost(shared, known.key, known.node, known.generation).await;
            }
        })
        .await;
}

/// Looks again and again whether the engines that should run do answer.
pub(super) async fn probe(shared: &Arc<Shared>) {
    let mut ticks = interval(PROBE_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        mark_silent_engines(shared).await;
        inspect_all(shared).await;
    }
}

/// Listens to what the backend says of engines that ended.
pub(super) async fn follow_endings(shared: &Arc<Shared>) {
    let mut endings = shared.backend.endings();
    while let Some(ended) = endings.recv().await {
        let tables = shared.store.tables();
        let found = tables.cache_clusters.iter_all().find_map(|(scope, id, cluster)| {
            let (_, node, generation) = engines_of(cluster).find(|(engine, _, _)| *engine == ended)?;
            Some((Key::of_cluster(scope, id), node, generation))
        });
        if let Some((key, node, generation)) = found {
            note_lost(shared, key, node, generation).await;
        }
    }
}

async fn note_lost(shared: &Arc<Shared>, key: Key, node: NodeId, generation: u32) {
    let actor = Actor { shared: Arc::clone(shared), key, failures: 0 };
    if let Err(error) = actor.change(RecordChange::Lost { node, generation }).await {
        tracing::error!(%error, cache_cluster_id = actor.key.id, "a lost engine could not be noted");
    }
}

/// Removes engines of this instance that no record mentions: what a crash or a lost store left behind. Done once, as
/// soon as the backend can tell which engines there are.
pub(super) async fn sweep(shared: &Arc<Shared>) {
    let running = loop {
        match shared.backend.list().await {
            Ok(running) => break running,
            Err(error) => {
                tracing::warn!(%error, "the backend cannot tell which engines run; asking again");
                tokio::time::sleep(SWEEP_AGAIN).await;
            }
        }
    };
    // The records are read after the list was made: an engine that was started in between is not in the list, and one
    // in the list had its entry before it was started.
    let tables = shared.store.tables();
    let mentioned: HashSet<EngineId> = tables
        .cache_clusters
        .iter_all()
        .flat_map(|(_, _, cluster)| engines_of(cluster).map(|(engine, _, _)| engine).collect::<Vec<_>>())
        .collect();
    for orphan in running.into_iter().filter(|engine| !mentioned.contains(&engine.id)) {
        tracing::warn!(engine = %orphan.id, "removing an engine that belongs to no cluster");
        if let Err(error) = shared.backend.remove(&orphan.id).await {
            tracing::error!(%error, engine = %orphan.id, "it could not be removed");
        }
    }
}
