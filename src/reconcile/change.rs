//! What the reconciler writes into a cluster's record, and the events that tell of it. Each change is applied to the
//! newest record, which may have moved on since the plan was made.

use chrono::{DateTime, Utc};

use super::{Actor, failure::StepError, serverless::News};
use crate::{
    faults,
    model::{CacheCluster, EndpointRole, Event, Failure, NodeId, Observed, Running, Settings, SourceType, Succession},
    store::StorageError,
};

/// Something that came about.
#[derive(Clone, Debug)]
pub(super) enum RecordChange {
    /// The maintenance window is open.
    ApplyPending,
    /// An endpoint is open at this port.
    Opened { role: EndpointRole, port: u16 },
    /// An engine is about to be started or ended: from now on it may exist.
    Touched { node: NodeId, generation: u32 },
    /// An engine runs and has answered.
    Started { node: NodeId, generation: u32, running: Running },
    /// The data that the cluster was to be filled with could not be loaded, and there is no engine.
    RestoreFailed { node: NodeId, generation: u32, reason: String },
    /// An engine has other settings now.
    Applied { node: NodeId, generation: u32, settings: Settings },
    /// A new incarnation of a node's engine is wanted, which takes over from the present one.
    Succeeded { node: NodeId },
    /// An engine did not take a value that its owner set, for this reason.
    ValueRefused { node: NodeId, parameter: String, value: String, reason: String },
    /// An engine is gone for certain.
    Ended { node: NodeId, generation: u32 },
    /// An engine may have ended without anybody asking for it.
    Lost { node: NodeId, generation: u32 },
    /// A node is down, whatever was being done with it.
    TakenDown { node: NodeId },
    /// Nothing of a node is left.
    Forgotten { node: NodeId },
    /// A node is not where it should be, and the server could not help it.
    Failed { node: NodeId, reason: String },
    /// The cluster's first nodes are there.
    Created,
    /// Nodes that were to be added or removed have been.
    Resized,
    /// Nothing of the cluster is left.
    Vanished,
}

impl Actor {
    /// Writes `change` into the cluster's record. A record that is gone, or is another one by now, stays as it is.
    pub async fn change(&self, change: RecordChange) -> Result<(), StepError> {
        let (scope, id) = (self.key.scope.clone(), self.key.id.clone());
        let now = self.shared.clock.now();
        let written = self.shared.store.write(move |draft| {
            let Some(before) = draft.get::<CacheCluster>(&scope, &id) else { return Ok::<_, StorageError>(()) };
            let mut cluster = CacheCluster::clone(&before);
            let messages = change.apply(&mut cluster, now);
            let news = News::of_cluster(&change, &cluster).filter(|_| !messages.is_empty());
            let recovery = || News::of_recovery(std::iter::once(&*before), std::iter::once(&cluster));
            let news = news.or_else(|| recovery().filter(|_| cluster.membership.is_none()));
            let cache_id = cluster.cache_id().to_owned();
            if !scope.is_behind_serverless() {
                tell_people(&before, &cluster);
                for message in messages {
                    tracing::info!(cache_cluster_id = id, message, "event");
                    let source_identifier = id.clone();
                    let event = Event { source_identifier, source_type: SourceType::CacheCluster, message, date: now };
                    draft.emit(&scope, event);
                }
            }
            if matches!(change, RecordChange::Vanished) {
                draft.remove::<CacheCluster>(&scope, &id);
            } else if cluster != *before {
                draft.put(&scope, &id, cluster);
            }
            if matches!(change, RecordChange::Vanished | RecordChange::Forgotten { .. }) {
                faults::end_without_target(draft, &scope);
            }
            if let Some(news) = news.filter(|_| scope.is_behind_serverless()) {
                news.tell(draft, &scope, &cache_id, now);
            }
            Ok(())
        });
        Ok(written.await?)
    }
}

impl RecordChange {
    /// Changes the record, and answers the messages of the events that tell of it.
    pub fn apply(&self, cluster: &mut CacheCluster, now: DateTime<Utc>) -> Vec<String> {
        match self {
            Self::ApplyPending => {
                cluster.apply_pending();
                Vec::new()
            }
            Self::Opened { role, port } => {
                match role {
                    EndpointRole::Configuration => cluster.configuration_port = Some(*port),
                    EndpointRole::Node(node) => {
                        if let Some(node) = cluster.nodes.get_mut(node) {
                            node.port = Some(*port);
                            node.failure = None;
                            // Starting the engine is what comes next, so the commit that has to come before it, which
                            // says that it may exist, is shared with this one.
                            node.engines.entry(node.generation).or_insert(Observed::Unknown);
                        }
                    }
                    EndpointRole::Primary | EndpointRole::Reader | EndpointRole::GroupConfiguration => {}
                }
                Vec::new()
            }
            Self::Touched { node, generation } => {
                if let Some(node) = cluster.nodes.get_mut(node) {
                    node.doubt(*generation);
                }
                Vec::new()
            }
            Self::Started { node, generation, running } => started(cluster, *node, *generation, running, now),
            Self::RestoreFailed { node, generation, reason } => {
                let Some(restore) = &mut cluster.restore else { return Vec::new() };
                restore.failure = Some(reason.clone());
                if let Some(node) = cluster.nodes.get_mut(node) {
                    node.engines.remove(generation);
                    node.failure = None;
                }
                vec![format!("Cache cluster {} could not be restored from the snapshot: {reason}", cluster.id)]
            }
            Self::Applied { node, generation, settings } => applied(cluster, *node, *generation, settings),
            Self::ValueRefused { node, parameter, value, reason } => {
                vec![format!("Cache node {node} did not take parameter {parameter} with value {value}: {reason}")]
            }
            Self::Succeeded { node } => {
                if let Some(node) = cluster.nodes.get_mut(node) {
                    node.renew(Succession::Handover);
                }
                Vec::new()
            }
            Self::Ended { node: id, generation } => {
                let Some(node) = cluster.nodes.get_mut(id) else { return Vec::new() };
                node.engines.remove(generation);
                node.failure = None;
                let rebooted = node.succession == Succession::Reboot && !node.leaving && *generation < node.generation;
                node.close_succession();
                rebooted.then(|| format!("Cache node {id} shutdown")).into_iter().collect()
            }
            Self::Lost { node: id, generation } => {
                let is_member = cluster.membership.is_some();
                let Some(node) = cluster.nodes.get_mut(id) else { return Vec::new() };
                let known = node.engines.get(generation).is_some_and(|observed| observed.running().is_some());
                if !known || node.leaving || cluster.deleted.is_some() {
                    return Vec::new();
                }
                node.lose(*generation, is_member);
                if !node.recovering {
                    return Vec::new();
                }
                vec![format!("Recovering cache nodes {id}")]
            }
            Self::TakenDown { node } => cluster.take_down(*node).into_iter().collect(),
            Self::Forgotten { node: id } => {
                cluster.nodes.remove(id);
                let resized = cluster.deleted.is_none();
                resized.then(|| format!("Removed cache nodes {id}")).into_iter().collect()
            }
            Self::Failed { node: id, reason } => {
                let Some(node) = cluster.nodes.get_mut(id) else { return Vec::new() };
                if node.failure.as_ref().is_some_and(|failure| failure.reason == *reason) {
                    return Vec::new();
                }
                node.failure = Some(Failure { reason: reason.clone(), since: now });
                vec![format!("Cache node {id} could not be brought up and will be tried again: {reason}")]
            }
            Self::Created => {
                cluster.created = Some(now);
                let added = cluster.nodes.iter().map(|(id, node)| added(*id, &node.availability_zone));
                std::iter::once("Cache cluster created".to_owned()).chain(added).collect()
            }
            Self::Resized => {
                let from = cluster.resizing_from.take();
                let to = cluster.node_count();
                from.filter(|from| *from != to)
                    .map(|from| format!("Finished modifying number of nodes from {from} to {to}"))
                    .into_iter()
                    .collect()
            }
            Self::Vanished => vec!["Cache cluster deleted".to_owned()],
        }
    }
}

/// Tells whoever watches the server of a new cluster: that it is on its way, and how long that took. Events tell owners.
fn tell_people(before: &CacheCluster, now: &CacheCluster) {
    let port = |cluster: &CacheCluster| {
        cluster.configuration_port.or_else(|| cluster.nodes.values().find_map(|node| node.port))
    };
    let CacheCluster { id, engine, engine_version, requested, .. } = now;
    match (before.created, now.created, port(now)) {
        (None, None, Some(port_now)) if port(before).is_none() => {
            tracing::info!("creating {id}, {engine} {engine_version}, on port {port_now}");
        }
        (None, Some(created), Some(port)) => {
            let took = (created - *requested).as_seconds_f64();
            tracing::info!("{id} is available on port {port} after {took:.1} s");
        }
        _ => {}
    }
}

fn added(id: NodeId, availability_zone: &str) -> String {
    format!("Added cache node {id} in availability zone {availability_zone}")
}

fn started(
    cluster: &mut CacheCluster,
    id: NodeId,
    generation: u32,
    running: &Running,
    now: DateTime<Utc>,
) -> Vec<String> {
    let wanted = cluster.program_version();
    let (engine, is_new_cluster) = (cluster.engine, cluster.created.is_none());
    let is_member = cluster.membership.is_some();
    cluster.restore = None;
    let Some(node) = cluster.nodes.get_mut(&id) else { return Vec::new() };
    // Its machine may have failed while it was being started: then this one is to go again, and the next one counts.
    let is_wanted = generation == node.generation;
    let mut messages = Vec::new();
    let first_run = !matches!(
        node.engines.insert(generation, Observed::Running(Box::new(running.clone()))),
        Some(Observed::Running(_))
    );
    if node.created.is_none() {
        node.created = Some(now);
        if !is_new_cluster {
            cluster.membership_version += 1;
            messages.push(added(id, &node.availability_zone));
        }
    } else if node.recovering && !is_member && is_wanted {
        messages.push(format!("Finished recovery for cache nodes {id}"));
    } else if node.succession == Succession::Reboot && first_run {
        messages.push(format!("Cache node {id} restarted"));
    }
    // In a replication group it has recovered when it has found its place.
    node.recovering &= is_member || !is_wanted;
    node.failure = None;
    node.close_succession();
    if let Some(version) = &running.substitute_version {
        messages.push(format!("Cache node {id} runs {engine} {version}: {engine} {wanted} is not available here"));
    }
    messages
}

fn applied(cluster: &mut CacheCluster, id: NodeId, generation: u32, settings: &Settings) -> Vec<String> {
    let Some(node) = cluster.nodes.get_mut(&id) else { return Vec::new() };
    let Some(Observed::Running(running)) = node.engines.get_mut(&generation) else { return Vec::new() };
    let scaled = running.settings.cache_node_type != settings.cache_node_type;
    running.settings = settings.clone();
    node.failure = None;
    scaled
        .then(|| format!("Succeeded applying modification to cache node type to {}.", settings.cache_node_type))
        .into_iter()
        .collect()
}
