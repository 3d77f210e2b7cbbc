//! What is to be done next for a cache cluster. Pure: everything a plan follows from is in its arguments, and following
//! a plan again and again ends with nothing left to do.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::model::{
    CacheCluster, CacheNode, EndpointRole, Engine, EngineRef, NodeId, Running, Settings, Succession, parameters,
};

/// What a plan follows from beside the cluster's own record.
pub(super) struct World<'a> {
    /// The values of the cluster's parameter group that differ from the family's defaults.
    pub parameters: &'a BTreeMap<String, String>,
    /// The engine that takes writes in the shard that the cluster is a member of.
    pub primary: Option<&'a EngineRef>,
    /// Whether an endpoint of the cluster is open.
    pub is_open: &'a dyn Fn(EndpointRole) -> bool,
    /// Whether a fault keeps a node down.
    pub is_out: &'a dyn Fn(NodeId) -> bool,
    /// The time of day.
    pub now: DateTime<Utc>,
}

/// One thing to do. Steps of the same plan do not depend on each other and may be done at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Takes over the changes that were to wait for the maintenance window.
    ApplyPending,
    /// Opens an endpoint, at its port if it has one already.
    OpenEndpoint(EndpointRole),
    /// Starts an incarnation of a node's engine, or finds it running.
    Start { node: NodeId, generation: u32 },
    /// Ends an incarnation of a node's engine, or finds it ended.
    Retire { node: NodeId, generation: u32 },
    /// Gives up the wanted incarnation of the engine of a node that is down.
    TakeDown { node: NodeId },
    /// Lets one incarnation of a node's engine take over data and clients from another.
    HandOver { node: NodeId, from: u32, to: u32 },
    /// Gives a running engine the settings that can be changed while it runs. One that is about to be replaced only gets to
    /// know who may talk to it.
    Apply { node: NodeId, generation: u32 },
    /// Asks for a new incarnation of a node's engine, which takes over data and clients: `ElastiCache` applies the
    /// change at once, but engines take it at their start only.
    Succeed { node: NodeId },
    /// Drops a node of which nothing is left.
    Forget { node: NodeId },
    /// Notes that the first nodes of the cluster are there.
    AnnounceCreated,
    /// Notes that nodes have been added or removed.
    AnnounceResized,
    /// Drops the cluster, of which nothing is left.
    Vanish,
}

/// The first version of Redis that knows users.
const FIRST_WITH_USERS: u32 = 6;

/// The next steps for `cluster`; none when it is as it should be.
pub(super) fn plan(cluster: &CacheCluster, world: &World<'_>) -> Vec<Step> {
    if cluster.deleted.is_some() && !cluster.is_ending() {
        // It waits for its last snapshot just as it is.
        return Vec::new();
    }
    if cluster.deleted.is_some() && cluster.nodes.is_empty() {
        return vec![Step::Vanish];
    }
    if cluster.deleted.is_none() && cluster.pending_due().is_some_and(|due| due <= world.now) {
        return vec![Step::ApplyPending];
    }
    let mut steps = Vec::new();
    if cluster.engine == Engine::Memcached && cluster.deleted.is_none() && !(world.is_open)(EndpointRole::Configuration)
    {
        steps.push(Step::OpenEndpoint(EndpointRole::Configuration));
    }
    steps.extend(cluster.nodes.iter().filter_map(|(id, node)| next_for_node(cluster, *id, node, world)));
    if steps.is_empty() && cluster.deleted.is_none() {
        // In a replication group it is the group's run that gives engines their places.
        if cluster.nodes.values().any(|node| !cluster.is_settled(node)) {
            return steps;
        }
        if cluster.created.is_none() {
            steps.push(Step::AnnounceCreated);
        } else if cluster.resizing_from.is_some() {
            steps.push(Step::AnnounceResized);
        }
    }
    steps
}

fn next_for_node(cluster: &CacheCluster, id: NodeId, node: &CacheNode, world: &World<'_>) -> Option<Step> {
    if cluster.deleted.is_some() || node.leaving {
        return Some(match node.engines.keys().next() {
            Some(generation) => Step::Retire { node: id, generation: *generation },
            None => Step::Forget { node: id },
        });
    }
    if node.port.is_none() || !(world.is_open)(EndpointRole::Node(id)) {
        return Some(Step::OpenEndpoint(EndpointRole::Node(id)));
    }
    if (world.is_out)(id) {
        // One that was being started when the fault began is not to be found again by the engines that copy it.
        let found = node.engines.keys().next()?;
        let is_wanted = node.engines.contains_key(&node.generation);
        let retire = Step::Retire { node: id, generation: *found };
        return Some(if is_wanted { Step::TakeDown { node: id } } else { retire });
    }
    let older = node.engines.iter().find(|(generation, _)| **generation < node.generation);
    let start = Step::Start { node: id, generation: node.generation };
    match (older, node.current()) {
        // What it was to be filled with cannot be loaded, and an empty one is not wanted.
        (None, None) if cluster.restore_failed() => None,
        (None, None) => Some(start),
        (None, Some(running)) => {
            let wanted = cluster.wanted_settings(world.parameters);
            if node.needs_successor(&wanted) {
                return Some(Step::Succeed { node: id });
            }
            (reachable(running, &wanted) != running.settings)
                .then_some(Step::Apply { node: id, generation: node.generation })
        }
        (Some((generation, observed)), current) => {
            let retire = Step::Retire { node: id, generation: *generation };
            // Only an engine that runs has data to hand over.
            let hands_over = node.succession == Succession::Handover && observed.running().is_some();
            if hands_over && let Some(generation) = lets_in_others(cluster, node) {
                return Some(Step::Apply { node: id, generation });
            }
            Some(match (hands_over, current) {
                (false, _) => retire,
                (true, None) => start,
                (true, Some(successor)) if cluster.membership.is_some() => {
                    let old = EngineRef { cache_cluster_id: cluster.id.clone(), generation: *generation };
                    let is_released = successor.role.is_some() && world.primary != Some(&old);
                    return is_released.then_some(retire);
                }
                (true, Some(_)) => Step::HandOver { node: id, from: *generation, to: node.generation },
            })
        }
    }
}

/// An engine of a node that lets in others than it is to. Its turn may be over soon, or be yet to come; clients must not
/// find it like that. One that does not know users can only be replaced.
fn lets_in_others(cluster: &CacheCluster, node: &CacheNode) -> Option<u32> {
    let differs = |running: &Running| {
        running.settings.access != cluster.access && running.settings.engine_version.major() >= FIRST_WITH_USERS
    };
    node.engines.iter().find(|(_, seen)| seen.running().is_some_and(differs)).map(|(generation, _)| *generation)
}

/// The settings that `running` can have without being started anew: what is wanted, but for parameters that an engine
/// takes at its start only.
pub(super) fn reachable(running: &Running, wanted: &Settings) -> Settings {
    let in_effect = &running.settings.parameters;
    let needs_restart = |name: &str| parameters::needs_reboot(wanted.engine, &wanted.engine_version, name);
    let mut reachable = wanted.clone();
    reachable.parameters.retain(|name, _| !needs_restart(name));
    reachable.parameters.extend(
        in_effect.iter().filter(|(name, _)| needs_restart(name)).map(|(name, value)| (name.clone(), value.clone())),
    );
    reachable
}
