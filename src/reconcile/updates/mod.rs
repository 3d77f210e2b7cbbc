//! Applies service updates: asks for a new engine for one node after the other, each when the one before has found its
//! place. The engines are replaced by the runs of their clusters and groups, not here.
//!
//! Those that nobody asked for in time begin by themselves ([`automatic`]).
//!
//! What is under way stands in the record of the action, so a server that is started again goes on.

mod automatic;
mod planned;

use std::{ops::ControlFlow, sync::Arc};

use chrono::{DateTime, Utc};

use super::{Shared, failure::UNWRITTEN_WAIT};
use crate::{
    model::{
        CacheCluster, Engine, Event, NodeId, NodeUpdate, ReplicationGroup, Scope, SourceType, Succession, UpdateAction,
        UpdateState, UpdateTarget,
    },
    store::{Draft, StorageError, Tables},
};

/// Looks after every change in the store, and when the clock says that something is due.
pub(super) async fn follow(shared: &Shared) {
    let mut version = shared.store.version();
    loop {
        version.borrow_and_update();
        let now = shared.clock.now();
        let tables = shared.store.tables();
        let automatic = automatic::Due::at(&tables, now);
        let mut next = automatic.next;
        if !automatic.is_empty() || !due(&tables).is_empty() {
            let settled = shared.store.write(move |draft| {
                automatic.begin(draft, now);
                settle(draft, now);
                Ok::<_, StorageError>(())
            });
            if let Err(error) = settled.await {
                tracing::error!(%error, "what comes next for service updates could not be written down");
                let again = now + UNWRITTEN_WAIT;
                next = Some(next.map_or(again, |next| next.min(again)));
            }
        }
        let sleep = async {
            match next {
                Some(next) => shared.clock.sleep_until(next).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = version.changed() => if changed.is_err() { return },
            () = sleep => {}
        }
    }
}

/// The next thing to be done about an update.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// What it is for is gone, and so is the action.
    Forget,
    /// The node that was begun is done, or gone.
    Finish,
    /// A node is to be replaced.
    Begin { cluster: String, node: NodeId },
    /// It is over.
    End(UpdateState),
}

/// What is to be done, in every account and region.
fn due(tables: &Tables) -> Vec<(Scope, String)> {
    let actions = tables.update_actions.iter_all();
    actions
        .filter(|(_, _, action)| next(tables, action).is_some())
        .map(|(scope, id, _)| (scope.clone(), id.clone()))
        .collect()
}

/// The next step for an action; none while it waits for engines, or is over.
fn next(tables: &Tables, action: &UpdateAction) -> Option<Step> {
    let Some(target) = Target::of(tables, action) else { return Some(Step::Forget) };
    if !action.is_active() {
        return None;
    }
    if let Some(node) = action.in_work() {
        return target.is_done(node).then_some(Step::Finish);
    }
    let Some((cluster, node)) = target.nodes().into_iter().find(|(cluster, node)| !action.has_node(cluster, *node))
    else {
        return Some(Step::End(UpdateState::Complete));
    };
    if action.state == UpdateState::Stopping {
        return Some(Step::End(UpdateState::Stopped));
    }
    // Nothing is taken away from a group that is short of engines.
    target.is_at_rest().then(|| Step::Begin { cluster: cluster.id.clone(), node })
}

/// What an update is applied to.
struct Target<'a> {
    group: Option<&'a ReplicationGroup>,
    clusters: Vec<&'a CacheCluster>,
}

impl<'a> Target<'a> {
    /// `None` when it is gone, or is to go.
    fn of(tables: &'a Tables, action: &UpdateAction) -> Option<Self> {
        let scope = &action.scope;
        let cluster = |id: &String| tables.cache_clusters.get(scope, id).map(Arc::as_ref);
        match &action.target {
            UpdateTarget::CacheCluster(id) => {
                let cluster = cluster(id).filter(|found| action.is_of_cluster(found) && found.deleted.is_none())?;
                Some(Self { group: None, clusters: vec![cluster] })
            }
            UpdateTarget::ReplicationGroup(id) => {
                let group = tables.replication_groups.get(scope, id).map(Arc::as_ref);
                let group = group.filter(|found| action.is_of_group(found) && found.deleted.is_none())?;
                Some(Self { group: Some(group), clusters: group.member_ids().filter_map(cluster).collect() })
            }
        }
    }

    /// The nodes in the order in which they are replaced: in a shard the primary comes last, so that what its replicas
    /// have is never old.
    fn nodes(&self) -> Vec<(&'a CacheCluster, NodeId)> {
        let mut clusters = self.clusters.clone();
        if let Some(group) = self.group {
            let order = |cluster: &CacheCluster| {
                let shard = cluster.membership.as_ref().map(|membership| &membership.node_group_id);
                let primary = shard.and_then(|shard| group.node_groups.get(shard)).map(|shard| &shard.primary);
                (shard.cloned(), primary.is_some_and(|primary| primary.cache_cluster_id == cluster.id))
            };
            clusters.sort_by_key(|cluster| order(cluster));
        }
        let staying = clusters.into_iter().filter(|cluster| cluster.deleted.is_none());
        let nodes = |cluster: &'a CacheCluster| {
            cluster.nodes.iter().filter(|(_, node)| !node.leaving).map(move |(id, _)| (cluster, *id))
        };
        staying.flat_map(nodes).collect()
    }

    /// Whether a node that was begun has its new engine, and that its place. One that is gone is done.
    fn is_done(&self, update: &NodeUpdate) -> bool {
        let mut nodes = self.nodes().into_iter();
        let found = nodes.find(|(cluster, id)| cluster.id == update.cache_cluster_id && *id == update.cache_node_id);
        found.is_none_or(|(cluster, id)| {
            let node = &cluster.nodes[&id];
            // A lower generation is that of another node under the same name.
            node.generation < update.generation || cluster.is_settled(node)
        })
    }

    /// Whether every engine is there and has its place.
    fn is_at_rest(&self) -> bool {
        let is_settled = |cluster: &&CacheCluster| {
            cluster.deleted.is_none()
                && cluster.resizing_from.is_none()
                && cluster.restore.is_none()
                && cluster.snapshotting.is_none()
                && cluster.nodes.values().all(|node| node.failure.is_none() && cluster.is_settled(node))
        };
        let member = |id: &str| self.clusters.iter().copied().find(|cluster| cluster.id == id);
        let is_led = |group: &ReplicationGroup| {
            let mut shards = group.node_groups.values();
            group.resharding.is_none()
                && shards.all(|shard| shard.promotion.is_none() && shard.working_primary(member).is_some())
        };
        self.clusters.iter().all(is_settled) && self.group.is_none_or(is_led)
    }
}

/// Does what is due.
fn settle(draft: &mut Draft, now: DateTime<Utc>) {
    for (scope, id) in due(draft.tables()) {
        while let Some(action) = draft.get::<UpdateAction>(&scope, &id)
            && let Some(step) = next(draft.tables(), &action)
            && take(draft, UpdateAction::clone(&action), step, now).is_continue()
        {}
    }
}

/// Takes a step; breaks off when there can be no other one yet.
fn take(draft: &mut Draft, mut action: UpdateAction, step: Step, now: DateTime<Utc>) -> ControlFlow<()> {
    let (scope, id) = (action.scope.clone(), action.id.clone());
    action.modified = now;
    match step {
        Step::Forget => {
            release(draft, &action);
            draft.remove::<UpdateAction>(&scope, &id);
            return ControlFlow::Break(());
        }
        Step::End(state) => {
            tracing::info!(update_action = id, ?state, "a service update is over");
            release(draft, &action);
            action.state = state;
        }
        Step::Finish => {
            if let Some(node) = action.nodes.last_mut() {
                node.ended = Some(now);
                let message = format!("Finished recovery for cache nodes {}", node.cache_node_id);
                tell(draft, &scope, &node.cache_cluster_id, message, now);
            }
        }
        Step::Begin { cluster, node } => {
            let Some(generation) = renew(draft, &scope, &cluster, node) else { return ControlFlow::Break(()) };
            tell(draft, &scope, &cluster, format!("Recovering cache nodes {node}"), now);
            let update =
                NodeUpdate { cache_cluster_id: cluster, cache_node_id: node, generation, started: now, ended: None };
            action.nodes.push(update);
        }
    }
    draft.put(&scope, &id, action);
    ControlFlow::Continue(())
}

/// Asks for a new engine in a node, and answers which incarnation that is.
fn renew(draft: &mut Draft, scope: &Scope, id: &str, node: NodeId) -> Option<u32> {
    let mut cluster = CacheCluster::clone(&*draft.get::<CacheCluster>(scope, id)?);
    // What Memcached holds cannot be copied.
    let succession = if cluster.engine == Engine::Memcached { Succession::Replace } else { Succession::Handover };
    let node = cluster.nodes.get_mut(&node)?;
    node.renew(succession);
    let generation = node.generation;
    draft.put(scope, id, cluster);
    Some(generation)
}

/// Lets go of the clusters that are marked as being updated.
fn release(draft: &mut Draft, action: &UpdateAction) {
    let clusters = draft.tables().cache_clusters.iter(&action.scope).map(|(_, cluster)| cluster);
    let marked: Vec<_> =
        clusters.filter(|cluster| cluster.update_action.as_ref() == Some(&action.id)).cloned().collect();
    for cluster in marked {
        let released = CacheCluster { update_action: None, ..CacheCluster::clone(&cluster) };
        draft.put(&action.scope, &cluster.id, released);
    }
}

/// Tells of a node what is told of every node that is replaced.
fn tell(draft: &mut Draft, scope: &Scope, cluster: &str, message: String, date: DateTime<Utc>) {
    tracing::info!(source = cluster, message, "event");
    let source_identifier = cluster.to_owned();
    draft.emit(scope, Event { source_identifier, source_type: SourceType::CacheCluster, message, date });
}
