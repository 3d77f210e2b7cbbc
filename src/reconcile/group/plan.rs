//! What is to be done next for a replication group. Pure: everything a plan follows from is in its arguments, and
//! following a plan again and again ends with nothing left to do.
//!
//! Starting and ending engines is the work of the members' own runs. Here every engine that runs is given its place: who
//! takes writes, who copies whom, who owns which slots. An engine whose record names no role has just been started and
//! is empty; it never becomes a primary while another engine of the shard still has the data.
//!
//! In a secondary group of a global datastore no engine takes writes: the primary of a shard copies that of the group in
//! another region that does. So whoever becomes the primary there is only named, and never told to take writes.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    place::Place,
    shard::{Engine, Shard},
};
use crate::model::{
    CacheCluster, CustomerNode, EndpointRole, EngineRef, NodeGroupId, RemoteEngine, ReplicationGroup, SlotSet,
};

/// The most slots that one step moves. What else happens in the group, a lost primary say, waits no longer than that.
pub(super) const SLOTS_AT_ONCE: usize = 1024;

/// What a plan follows from beside the group's own record.
pub(in crate::reconcile) struct World<'a> {
    /// The members' records.
    pub members: &'a BTreeMap<String, Arc<CacheCluster>>,
    /// Whether an endpoint of the group is open.
    pub is_open: &'a dyn Fn(EndpointRole) -> bool,
    /// What the group is in its global datastore.
    pub place: &'a Place,
}

/// One thing to do. Steps of the same plan do not depend on each other and may be done at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::reconcile) enum Step {
    /// Opens an endpoint, at its port if it has one already.
    OpenEndpoint(EndpointRole),
    /// Closes an endpoint that this kind of group does not have.
    CloseEndpoint(EndpointRole),
    /// Drops members of which nothing is left.
    DropMembers(Vec<String>),
    /// Drops shards that have no members.
    DropShards(Vec<NodeGroupId>),
    /// Makes one of these engines the primary of a shard that has lost its own: the one that lags least.
    FailOver { shard: NodeGroupId, among: Vec<EngineRef> },
    /// Makes an engine the primary of a shard that has lost its own, and, as far as the records tell, all its data: this
    /// one, which is empty, unless one of the others turns out to have something.
    Inherit { shard: NodeGroupId, to: EngineRef, others: Vec<EngineRef> },
    /// Lets one of these replicas, the one that lags least, take over from the primary, without losing a write.
    Switch { shard: NodeGroupId, among: Vec<EngineRef> },
    /// Names one of these engines, the one that lags least, as the primary of a shard that takes no writes.
    Appoint { shard: NodeGroupId, among: Vec<EngineRef> },
    /// Lets the primaries of the same shards in another region take writes from now on, without losing any.
    Yield { to: BTreeMap<NodeGroupId, RemoteEngine> },
    /// Drops a promotion that cannot be, or is done already.
    DropPromotion { shard: NodeGroupId },
    /// Puts one of these engines, the one that lags least, where a primary was that was to copy an engine outside.
    Replace { shard: NodeGroupId, among: Vec<EngineRef> },
    /// Makes the engine in the primary's place a copy of one outside of the group.
    Migrate { engine: EngineRef, from: CustomerNode },
    /// Finds out whether a migration can be completed by this primary.
    Complete { engine: EngineRef },
    /// Notes that the group takes writes again after a migration.
    AnnounceMigrated,
    /// Makes a cluster of engines that do not know each other.
    Form,
    /// Makes a cluster of a shard's new engines and copies the keys of its primary, which is no node of one.
    Convert { shard: NodeGroupId, to: EngineRef },
    /// Makes a fresh engine the primary that it is to be.
    Crown { shard: NodeGroupId, engine: EngineRef },
    /// Makes an engine a copy of another one of its shard.
    Follow { shard: NodeGroupId, engine: EngineRef, of: EngineRef },
    /// Makes an engine a copy of one in another region: the primary of the shard, and in cluster mode any.
    FollowAbroad { shard: NodeGroupId, engine: EngineRef, of: RemoteEngine },
    /// Tells all engines of a cluster to forget some that are gone.
    Forget(Vec<String>),
    /// Moves slots with their keys from one shard to another.
    MoveSlots { from: NodeGroupId, to: NodeGroupId, slots: SlotSet },
    /// Asks for the end of the members of shards that have given away their slots.
    EmptyShards(Vec<NodeGroupId>),
    /// Takes the data of these shards out of engines that are to leave a cluster, for new ones to start with.
    TakeData(Vec<NodeGroupId>),
    /// Makes a cluster of the new engines, which then are the group's.
    Depart,
    /// Notes that all slots are where they were to go.
    AnnounceResharded,
    /// Notes that the number of replicas is what was asked for.
    AnnounceReplicaCount,
    /// Notes that the first members of the group are there.
    AnnounceCreated,
    /// Drops the group, of which nothing is left.
    Vanish,
}

/// The next steps for `group`; none when it is as it should be, as far as it is not waiting for its members.
pub(in crate::reconcile) fn plan(group: &ReplicationGroup, world: &World<'_>) -> Vec<Step> {
    let gone: Vec<_> = group.member_ids().filter(|id| !world.members.contains_key(*id)).cloned().collect();
    if !gone.is_empty() {
        return vec![Step::DropMembers(gone)];
    }
    if group.deleted.is_some() {
        return if group.member_ids().next().is_none() { vec![Step::Vanish] } else { Vec::new() };
    }
    let empty = group.node_groups.iter().filter(|(_, shard)| shard.members.is_empty());
    let empty: Vec<_> = empty.map(|(id, _)| id.clone()).collect();
    if !empty.is_empty() {
        return vec![Step::DropShards(empty)];
    }
    let source = group.migrates_from();
    let clustered = group.cluster_mode.is_clustered();
    let shard = |(id, record)| Shard::new(id, record, source, group, world);
    let shards: Vec<_> = group.node_groups.iter().map(shard).collect();
    if world.place.is_departing {
        return departure(group, &shards, world);
    }
    let is_seated = |engine: &Engine<'_>| engine.running.cluster_node_id.is_some();
    let is_alone = !world.place.shares_cluster;
    if is_alone && !group.cluster_node_ids.is_empty() && !shards.iter().flat_map(|shard| &shard.engines).any(is_seated)
    {
        // Nobody is left of the cluster. Another one is made.
        return vec![Step::Forget(group.cluster_node_ids.iter().cloned().collect())];
    }
    // Nothing that takes longer may stand in the way of writes.
    if let Some(step) = yielding(&shards) {
        return vec![step];
    }
    let mut promotions: Vec<_> = shards.iter().filter_map(Shard::promotion).collect();
    if !promotions.is_empty() {
        let (joining, quick): (Vec<_>, Vec<_>) =
            promotions.into_iter().partition(|step| clustered && matches!(step, Step::Inherit { .. }));
        promotions = if quick.is_empty() { joining.into_iter().take(1).collect() } else { quick };
        return promotions;
    }
    let mut steps = endpoints(group, world);
    steps.extend(migration(group, &shards));
    if clustered && group.cluster_node_ids.is_empty() && !world.place.is_secondary() {
        if shards.iter().all(|shard| shard.is_complete() && shard.primary().is_some()) {
            steps.push(shards.iter().find_map(Shard::conversion).unwrap_or(Step::Form));
        }
        return steps;
    }
    let forgettable = if clustered && !world.place.has_orphans { forgettable(group, &shards) } else { Vec::new() };
    if !forgettable.is_empty() {
        steps.push(Step::Forget(forgettable));
    }
    let wiring: Vec<_> = shards.iter().flat_map(Shard::wiring).collect();
    if clustered {
        // One at a time: engines that join at the same time would have to be introduced to each other, too.
        steps.extend(wiring.into_iter().next());
    } else {
        steps.extend(wiring);
    }
    if steps.is_empty() {
        steps.extend(resharding(group, &shards, world.place));
    }
    if steps.is_empty() {
        steps.extend(announcement(group, world));
    }
    steps
}

fn endpoints(group: &ReplicationGroup, world: &World<'_>) -> Vec<Step> {
    use crate::model::ClusterMode::{Compatible, Disabled, Enabled};
    let has = |role| match role {
        // Its clients speak to it as to a cluster, and yet know one address for writes and one for reads.
        _ if group.scope.is_behind_serverless() => matches!(role, EndpointRole::Primary | EndpointRole::Reader),
        EndpointRole::Primary | EndpointRole::Reader => matches!(group.cluster_mode, Disabled | Compatible),
        EndpointRole::GroupConfiguration => matches!(group.cluster_mode, Compatible | Enabled),
        EndpointRole::Node(_) | EndpointRole::Configuration => false,
    };
    [EndpointRole::Primary, EndpointRole::Reader, EndpointRole::GroupConfiguration]
        .into_iter()
        .filter_map(|role| match (has(role), (world.is_open)(role)) {
            (true, false) => Some(Step::OpenEndpoint(role)),
            (false, true) => Some(Step::CloseEndpoint(role)),
            _ => None,
        })
        .collect()
}

/// The end of a migration, when it has come to it.
fn migration(group: &ReplicationGroup, shards: &[Shard<'_>]) -> Option<Step> {
    let migration = group.migration.as_ref()?;
    if migration.ending.is_some() {
        let takes_writes = |shard: &Shard<'_>| shard.primary().is_some_and(|primary| primary.running.is_primary());
        return shards.iter().all(takes_writes).then_some(Step::AnnounceMigrated);
    }
    migration.completion?;
    let engine = shards.first()?.record.primary.clone();
    Some(Step::Complete { engine })
}

/// The ids of engines that are gone. While a shard has no primary nothing is forgotten: its replicas could not follow
/// another one any more.
fn forgettable(group: &ReplicationGroup, shards: &[Shard<'_>]) -> Vec<String> {
    let seated = |id: &String| {
        shards.iter().flat_map(|shard| &shard.engines).any(|engine| engine.running.cluster_node_id.as_ref() == Some(id))
    };
    group.cluster_node_ids.iter().filter(|id| !seated(id)).cloned().collect()
}

fn resharding(group: &ReplicationGroup, shards: &[Shard<'_>], place: &Place) -> Option<Step> {
    if place.is_secondary() {
        return emptying(group, shards, place);
    }
    let resharding = group.resharding.as_ref()?;
    // Engines that are still to come have to be there before slots can be, in whichever region.
    if place.is_waited_for || !shards.iter().all(Shard::is_wired) {
        return None;
    }
    for (to, target) in &resharding.target {
        let Some(receiver) = group.node_groups.get(to) else { continue };
        let missing = target.difference(&receiver.slots);
        for (from, giver) in &group.node_groups {
            let slots: SlotSet = missing.intersection(&giver.slots).iter().take(SLOTS_AT_ONCE).collect();
            if !slots.is_empty() && from != to {
                return Some(Step::MoveSlots { from: from.clone(), to: to.clone(), slots });
            }
        }
    }
    let is_done = !group.node_groups.values().any(|shard| shard.leaving);
    if is_done { Some(Step::AnnounceResharded) } else { emptying(group, shards, place) }
}

/// The end of shards that have given away their slots. The group that takes writes keeps its engines until nobody in
/// another region copies them any more.
fn emptying(group: &ReplicationGroup, shards: &[Shard<'_>], place: &Place) -> Option<Step> {
    let is_asked_to_go =
        |id: &NodeGroupId| shards.iter().any(|shard| shard.id == id && shard.members().all(|m| m.deleted.is_some()));
    let is_free = |id: &NodeGroupId| place.is_secondary() || !place.shards_elsewhere.contains(id);
    let emptied = group.node_groups.iter().filter(|(_, shard)| shard.leaving && shard.slots.is_empty());
    let to_end = emptied.map(|(id, _)| id).filter(|id| is_free(id) && !is_asked_to_go(id));
    let to_end: Vec<_> = to_end.cloned().collect();
    (!to_end.is_empty()).then_some(Step::EmptyShards(to_end))
}

/// The end of this region's time as the one that takes writes, of all shards at once: when the other one has all of
/// them, or where there is nobody here to get them from.
fn yielding(shards: &[Shard<'_>]) -> Option<Step> {
    // A shard that is on its way out may be gone there already.
    let staying = shards.iter().filter(|shard| !shard.record.leaving || shard.world.place.heirs.contains_key(shard.id));
    let to: Option<BTreeMap<_, _>> = staying.map(|shard| Some((shard.id.clone(), shard.heir_abroad()?))).collect();
    to.filter(|to| !to.is_empty()).map(|to| Step::Yield { to })
}

/// The way of a group out of a cluster that it shares. Engines that have copied others cannot leave with what they have,
/// so new ones start with it and make a cluster of their own; until they have, all is as it was.
fn departure(group: &ReplicationGroup, shards: &[Shard<'_>], world: &World<'_>) -> Vec<Step> {
    let mut steps = endpoints(group, world);
    let is_filled = |shard: &&Shard<'_>| {
        let filled = group.departure.as_ref().and_then(|departure| departure.filled.get(shard.id));
        filled.is_some_and(|filled| Some(filled) == shard.wanted_primary().as_ref()) && !shard.has_bad_data()
    };
    let empty: Vec<_> = shards.iter().filter(|shard| !is_filled(shard)).map(|shard| shard.id.clone()).collect();
    if !empty.is_empty() {
        steps.push(Step::TakeData(empty));
    } else if shards.iter().all(Shard::is_complete) {
        steps.push(Step::Depart);
    }
    steps
}

fn announcement(group: &ReplicationGroup, world: &World<'_>) -> Option<Step> {
    let mut members = world.members.values();
    if group.created.is_none() {
        return members.all(|member| member.created.is_some()).then_some(Step::AnnounceCreated);
    }
    let is_settled = |member: &Arc<CacheCluster>| member.created.is_some() && member.deleted.is_none();
    (group.replica_count_changing && members.all(is_settled)).then_some(Step::AnnounceReplicaCount)
}
