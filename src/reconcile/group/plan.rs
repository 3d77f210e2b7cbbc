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

use super::place::Place;
use crate::model::{
    CacheCluster, CustomerNode, EndpointRole, EngineRef, EngineRole, NodeGroup, NodeGroupId, NodeId, RemoteEngine,
    ReplicationGroup, Running, SlotSet, Succession,
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
    /// Lets the primary of the same shard in another region take writes from now on, without losing any.
    Yield { shard: NodeGroupId, to: RemoteEngine },
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
    /// Makes the primary of a shard a copy of one in another region.
    FollowAbroad { shard: NodeGroupId, engine: EngineRef, of: RemoteEngine },
    /// Tells all engines of a cluster to forget some that are gone.
    Forget(Vec<String>),
    /// Moves slots with their keys from one shard to another.
    MoveSlots { from: NodeGroupId, to: NodeGroupId, slots: SlotSet },
    /// Asks for the end of the members of shards that have given away their slots.
    EmptyShards(Vec<NodeGroupId>),
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
    let shards: Vec<_> = group.node_groups.iter().map(|(id, shard)| Shard::new(id, shard, source, world)).collect();
    let clustered = group.cluster_mode.is_clustered();
    let is_seated = |engine: &Engine<'_>| engine.running.cluster_node_id.is_some();
    if !group.cluster_node_ids.is_empty() && !shards.iter().flat_map(|shard| &shard.engines).any(is_seated) {
        // Nobody is left of the cluster. Another one is made.
        return vec![Step::Forget(group.cluster_node_ids.iter().cloned().collect())];
    }
    // Nothing that takes longer may stand in the way of writes.
    let mut promotions: Vec<_> = shards.iter().filter_map(|shard| shard.promotion(group)).collect();
    if !promotions.is_empty() {
        let (joining, quick): (Vec<_>, Vec<_>) =
            promotions.into_iter().partition(|step| clustered && matches!(step, Step::Inherit { .. }));
        promotions = if quick.is_empty() { joining.into_iter().take(1).collect() } else { quick };
        return promotions;
    }
    let mut steps = endpoints(group, world);
    steps.extend(migration(group, &shards));
    if clustered && group.cluster_node_ids.is_empty() {
        if shards.iter().all(|shard| shard.is_complete() && shard.primary().is_some()) {
            steps.push(shards.iter().find_map(Shard::conversion).unwrap_or(Step::Form));
        }
        return steps;
    }
    let forgettable = if clustered { forgettable(group, &shards) } else { Vec::new() };
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
        steps.extend(resharding(group, &shards));
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

fn resharding(group: &ReplicationGroup, shards: &[Shard<'_>]) -> Option<Step> {
    let resharding = group.resharding.as_ref()?;
    // Engines that are still to come have to be there before slots can be.
    if !shards.iter().all(Shard::is_wired) {
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
    let emptied: Vec<_> = group.node_groups.iter().filter(|(_, shard)| shard.leaving).collect();
    let is_asked_to_go =
        |id: &NodeGroupId| shards.iter().any(|shard| shard.id == id && shard.members().all(|m| m.deleted.is_some()));
    let to_end: Vec<_> = emptied.iter().map(|(id, _)| (*id).clone()).filter(|id| !is_asked_to_go(id)).collect();
    if !to_end.is_empty() {
        return Some(Step::EmptyShards(to_end));
    }
    emptied.is_empty().then_some(Step::AnnounceResharded)
}

fn announcement(group: &ReplicationGroup, world: &World<'_>) -> Option<Step> {
    let mut members = world.members.values();
    if group.created.is_none() {
        return members.all(|member| member.created.is_some()).then_some(Step::AnnounceCreated);
    }
    let is_settled = |member: &Arc<CacheCluster>| member.created.is_some() && member.deleted.is_none();
    (group.replica_count_changing && members.all(is_settled)).then_some(Step::AnnounceReplicaCount)
}

/// A shard with what is known of its engines.
struct Shard<'a> {
    id: &'a NodeGroupId,
    record: &'a NodeGroup,
    /// What the primary is to copy.
    source: Option<&'a CustomerNode>,
    world: &'a World<'a>,
    /// All that run, those that are to go among them.
    engines: Vec<Engine<'a>>,
}

struct Engine<'a> {
    name: EngineRef,
    running: &'a Running,
    /// Whether it is to stay: neither is its member to be deleted, nor has another incarnation taken its place.
    stays: bool,
    /// Whether its member is to be deleted.
    is_leaving: bool,
}

impl Engine<'_> {
    fn follows(&self, primary: &EngineRef) -> bool {
        self.running.role.as_ref().is_some_and(|role| role.follows(primary))
    }
}

impl<'a> Shard<'a> {
    fn new(id: &'a NodeGroupId, record: &'a NodeGroup, source: Option<&'a CustomerNode>, world: &'a World<'a>) -> Self {
        let mut engines = Vec::new();
        for member in record.members.iter().filter_map(|id| world.members.get(id)) {
            let Some(node) = member.nodes.get(&NodeId::FIRST) else { continue };
            for (generation, observed) in &node.engines {
                let Some(running) = observed.running() else { continue };
                let name = EngineRef { cache_cluster_id: member.id.clone(), generation: *generation };
                let is_leaving = member.deleted.is_some();
                let stays = !is_leaving && *generation == node.generation;
                engines.push(Engine { name, running, stays, is_leaving });
            }
        }
        Self { id, record, source, world, engines }
    }

    fn members(&self) -> impl Iterator<Item = &'a Arc<CacheCluster>> {
        self.record.members.iter().filter_map(|id| self.world.members.get(id))
    }

    fn primary(&self) -> Option<&Engine<'a>> {
        self.engines.iter().find(|engine| engine.name == self.record.primary)
    }

    /// The replicas that have what the primary has, or had when it was lost. One that is about to be replaced counts only
    /// where there is no other.
    fn followers(&self) -> Vec<EngineRef> {
        let of_kind = |stays: bool| {
            let engines = self.engines.iter().filter(move |engine| engine.stays == stays && !engine.is_leaving);
            engines.filter(|engine| engine.follows(&self.record.primary)).map(|engine| engine.name.clone())
        };
        let staying: Vec<_> = of_kind(true).collect();
        if staying.is_empty() { of_kind(false).collect() } else { staying }
    }

    /// The engines that can follow a lost primary: its replicas, or, where there are none, those that were replicas before
    /// it took over and have not come to copy it.
    fn heirs(&self) -> Vec<EngineRef> {
        let followers = self.followers();
        if !followers.is_empty() || !self.primary_is_lost() {
            return followers;
        }
        let is_replica = |engine: &&Engine<'_>| matches!(engine.running.role, Some(EngineRole::Replica { .. }));
        let replicas = self.engines.iter().filter(|engine| engine.stays).filter(is_replica);
        replicas.map(|engine| engine.name.clone()).collect()
    }

    /// Whether the primary will not come back. One that is started for the first time, or anew because somebody asked for
    /// it, is not lost.
    fn primary_is_lost(&self) -> bool {
        let primary = &self.record.primary;
        let node =
            self.world.members.get(&primary.cache_cluster_id).and_then(|member| member.nodes.get(&NodeId::FIRST));
        node.is_none_or(|node| node.generation > primary.generation)
    }

    /// The wanted incarnation of the primary's member, when it is a later one than the primary.
    fn successor(&self) -> Option<&Engine<'a>> {
        let of_member = |engine: &&Engine<'_>| engine.name.cache_cluster_id == self.record.primary.cache_cluster_id;
        self.engines.iter().filter(of_member).find(|e| e.stays && e.name.generation > self.record.primary.generation)
    }

    /// Whether every member's wanted engine runs.
    fn is_complete(&self) -> bool {
        self.engines.iter().filter(|engine| engine.stays).count() == self.record.members.len()
    }

    /// Whether every member's wanted engine runs and has its role, or is on its way out.
    fn is_wired(&self) -> bool {
        let wired = self.engines.iter().filter(|engine| engine.stays && engine.running.role.is_some()).count();
        wired == self.members().filter(|member| member.deleted.is_none()).count()
    }

    /// The move of a shard into a cluster, when the engine that takes writes is not in one.
    fn conversion(&self) -> Option<Step> {
        let primary = self.primary().filter(|primary| primary.running.is_primary())?;
        let successor = self.successor().filter(|_| !primary.running.settings.is_clustered())?;
        Some(Step::Convert { shard: self.id.clone(), to: successor.name.clone() })
    }

    /// What has to happen so that the right engine takes writes.
    fn promotion(&self, group: &ReplicationGroup) -> Option<Step> {
        if self.source.is_some() {
            return self.replacement();
        }
        let shard = self.id.clone();
        let heirs = self.heirs();
        match self.primary() {
            Some(primary) if primary.running.role.is_none() => None,
            Some(primary) if self.world.place.is_failing_over => self.yielding(Some(primary)),
            Some(primary) => self.wanted_switch(primary, self.followers()),
            // An engine that is no node of a cluster cannot be recovered into one, only be replaced by another like it.
            None if (group.automatic_failover || group.cluster_mode.is_clustered()) && !heirs.is_empty() => {
                Some(self.change_primary(heirs, |shard, among| Step::FailOver { shard, among }))
            }
            None if self.yielding(None).is_some() => self.yielding(None),
            // Its data come from another region.
            None if self.world.place.is_secondary() => {
                Some(Step::Appoint { shard, among: vec![self.successor()?.name.clone()] })
            }
            // Recovered in place, from a replica if there is one.
            None => {
                let successor = self.successor()?;
                let to = successor.name.clone();
                if heirs.is_empty() {
                    let others = self.engines.iter().filter(|engine| engine.stays && engine.name != to);
                    let others = others.map(|engine| engine.name.clone()).collect();
                    return Some(Step::Inherit { shard, to, others });
                }
                let has_copied = heirs.iter().any(|heir| successor.follows(heir));
                has_copied.then(|| Step::FailOver { shard, among: vec![to] })
            }
        }
    }

    /// A change of the primary, as it is done in a group that takes writes, and as it is done in one that does not.
    fn change_primary(&self, among: Vec<EngineRef>, step: impl FnOnce(NodeGroupId, Vec<EngineRef>) -> Step) -> Step {
        let shard = self.id.clone();
        if self.world.place.is_secondary() { Step::Appoint { shard, among } } else { step(shard, among) }
    }

    /// The end of this region's time as the one that takes writes: once the other one has all of them, or at once when
    /// there is nobody here to get them from.
    fn yielding(&self, primary: Option<&Engine<'_>>) -> Option<Step> {
        let heir = self.world.place.heirs.get(self.id)?;
        let follows = heir.follows.as_ref()?;
        let may_go = primary.is_none_or(|primary| *follows == primary.name);
        may_go.then(|| Step::Yield { shard: self.id.clone(), to: heir.engine.clone() })
    }

    /// What has to happen so that the right engine is in the primary's place, where it is to copy another one. Nobody
    /// takes writes there, so nobody is promoted.
    fn replacement(&self) -> Option<Step> {
        let among = match self.primary() {
            Some(primary) if primary.running.role.is_none() => return None,
            Some(primary) => vec![self.handed_over(primary)?.name.clone()],
            None => match self.heirs() {
                heirs if heirs.is_empty() => {
                    let successor = self.successor()?;
                    let others = self.engines.iter().filter(|engine| engine.stays && engine.name != successor.name);
                    std::iter::once(successor).chain(others).map(|engine| engine.name.clone()).collect()
                }
                heirs => heirs,
            },
        };
        Some(Step::Replace { shard: self.id.clone(), among })
    }

    /// The incarnation to which a primary that works is to hand over, once it can.
    fn handed_over(&self, primary: &Engine<'_>) -> Option<&Engine<'a>> {
        let successor = self.successor().filter(|successor| successor.follows(&primary.name))?;
        let node = self.world.members.get(&primary.name.cache_cluster_id)?.nodes.get(&NodeId::FIRST)?;
        (node.succession == Succession::Handover).then_some(successor)
    }

    /// A change of a primary that works.
    fn wanted_switch(&self, primary: &Engine<'_>, followers: Vec<EngineRef>) -> Option<Step> {
        let shard = self.id.clone();
        if let Some(promotion) = &self.record.promotion {
            let Some(to) = &promotion.to else {
                // It may be on its way: a replica that is being made counts only once it is in sync.
                return Some(if followers.is_empty() {
                    Step::DropPromotion { shard }
                } else {
                    self.change_primary(followers, |shard, among| Step::Switch { shard, among })
                });
            };
            let is_member = self.members().any(|member| member.id == *to && member.deleted.is_none());
            if *to == primary.name.cache_cluster_id || !is_member {
                return Some(Step::DropPromotion { shard });
            }
            let among: Vec<_> = followers.iter().filter(|follower| follower.cache_cluster_id == *to).cloned().collect();
            if !among.is_empty() {
                return Some(self.change_primary(among, |shard, among| Step::Switch { shard, among }));
            }
        }
        // An older engine could not copy what a newer one has.
        let successor = self.handed_over(primary).filter(|_| !self.world.place.is_ahead)?;
        Some(self.change_primary(vec![successor.name.clone()], |shard, among| Step::Switch { shard, among }))
    }

    /// The engines that are not what they are to be.
    fn wiring(&self) -> Vec<Step> {
        let shard = || self.id.clone();
        let Some(primary) = self.primary() else {
            if self.world.place.is_secondary() {
                return Vec::new();
            }
            // The successor of a lost primary copies from a replica before it takes writes.
            let (Some(successor), Some(of)) = (self.successor(), self.heirs().into_iter().next()) else {
                return Vec::new();
            };
            let follow = Step::Follow { shard: shard(), engine: successor.name.clone(), of: of.clone() };
            return if successor.follows(&of) { Vec::new() } else { vec![follow] };
        };
        let role = primary.running.role.as_ref();
        if let Some(from) = self.source {
            if role != Some(&EngineRole::Migrating { from: from.clone() }) {
                return vec![Step::Migrate { engine: primary.name.clone(), from: from.clone() }];
            }
        } else {
            match &self.world.place.upstream {
                None if role != Some(&EngineRole::Primary) => {
                    return vec![Step::Crown { shard: shard(), engine: primary.name.clone() }];
                }
                None => {}
                Some(upstream) => match (upstream.get(self.id), role) {
                    (Some(of), Some(EngineRole::Secondary { of: present })) if of == present => {}
                    (Some(of), _) => {
                        let (engine, of) = (primary.name.clone(), of.clone());
                        return vec![Step::FollowAbroad { shard: shard(), engine, of }];
                    }
                    // Nobody takes writes there at the moment. What was copied so far stays.
                    (None, Some(EngineRole::Secondary { .. })) => {}
                    (None, _) => return Vec::new(),
                },
            }
        }
        self.engines
            .iter()
            .filter(|engine| engine.stays && engine.name != primary.name && !engine.follows(&primary.name))
            .map(|engine| Step::Follow { shard: shard(), engine: engine.name.clone(), of: primary.name.clone() })
            .collect()
    }
}
