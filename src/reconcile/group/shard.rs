//! One shard in a plan: who may be its primary, and what its engines are to be told.

use std::sync::Arc;

use super::plan::{Step, World};
use crate::model::{
    CacheCluster, CustomerNode, EngineRef, EngineRole, NodeGroup, NodeGroupId, NodeId, RemoteEngine, ReplicationGroup,
    Running, Succession,
};

/// A shard with what is known of its engines.
pub(super) struct Shard<'a> {
    pub(super) id: &'a NodeGroupId,
    pub(super) record: &'a NodeGroup,
    /// What the primary is to copy.
    source: Option<&'a CustomerNode>,
    /// Whether its engines are nodes of a cluster.
    clustered: bool,
    /// Whether a replica takes over when the primary is lost.
    fails_over: bool,
    pub(super) world: &'a World<'a>,
    /// All that run, those that are to go among them.
    pub(super) engines: Vec<Engine<'a>>,
}

/// An engine that runs.
pub(super) struct Engine<'a> {
    pub(super) name: EngineRef,
    pub(super) running: &'a Running,
    /// Whether it is to stay: neither is its member to be deleted, nor has another incarnation taken its place.
    stays: bool,
    /// Whether its member is to be deleted.
    is_leaving: bool,
}

impl Engine<'_> {
    fn follows(&self, primary: &EngineRef) -> bool {
        self.running.role.as_ref().is_some_and(|role| role.follows(primary))
    }

    /// Whether it copies another region.
    fn is_secondary(&self) -> bool {
        matches!(self.running.role, Some(EngineRole::Secondary { .. }))
    }
}

impl<'a> Shard<'a> {
    pub(super) fn new(
        id: &'a NodeGroupId,
        record: &'a NodeGroup,
        source: Option<&'a CustomerNode>,
        group: &ReplicationGroup,
        world: &'a World<'a>,
    ) -> Self {
        let clustered = group.cluster_mode.is_clustered();
        let fails_over = group.automatic_failover || clustered;
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
        Self { id, record, source, clustered, fails_over, world, engines }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &'a Arc<CacheCluster>> {
        self.record.members.iter().filter_map(|id| self.world.members.get(id))
    }

    pub(super) fn primary(&self) -> Option<&Engine<'a>> {
        self.engines.iter().find(|engine| engine.name == self.record.primary)
    }

    /// Whether all its engines copy another region, not only the primary.
    fn copies_abroad(&self) -> bool {
        self.clustered && self.world.place.is_secondary()
    }

    /// Whether an engine has what the primary has.
    fn is_follower(&self, engine: &Engine<'_>) -> bool {
        let copies_alongside = self.copies_abroad() && engine.is_secondary() && engine.name != self.record.primary;
        copies_alongside || engine.follows(&self.record.primary)
    }

    /// The replicas that have what the primary has, or had when it was lost. One that is about to be replaced counts only
    /// where there is no other.
    fn followers(&self) -> Vec<EngineRef> {
        let of_kind = |stays: bool| {
            let engines = self.engines.iter().filter(move |engine| engine.stays == stays && !engine.is_leaving);
            engines.filter(|engine| self.is_follower(engine)).map(|engine| engine.name.clone())
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
        let is_replica = |engine: &&Engine<'_>| {
            matches!(engine.running.role, Some(EngineRole::Replica { .. })) || self.clustered && engine.is_secondary()
        };
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
    pub(super) fn is_complete(&self) -> bool {
        self.engines.iter().filter(|engine| engine.stays).count() == self.record.members.len()
    }

    /// Whether every member's wanted engine runs and has its role, or is on its way out.
    pub(super) fn is_wired(&self) -> bool {
        let wired = self.engines.iter().filter(|engine| engine.stays && engine.running.role.is_some()).count();
        wired == self.members().filter(|member| member.deleted.is_none()).count()
    }

    /// The move of a shard into a cluster, when the engine that takes writes is not in one.
    pub(super) fn conversion(&self) -> Option<Step> {
        let primary = self.primary().filter(|primary| primary.running.is_primary())?;
        let successor = self.successor().filter(|_| !primary.running.settings.is_clustered())?;
        Some(Step::Convert { shard: self.id.clone(), to: successor.name.clone() })
    }

    /// What has to happen so that the right engine takes writes.
    pub(super) fn promotion(&self) -> Option<Step> {
        if self.source.is_some() {
            return self.replacement();
        }
        let shard = self.id.clone();
        let heirs = self.heirs();
        match self.primary() {
            Some(primary) if primary.running.role.is_none() => None,
            Some(_) if self.world.place.is_failing_over => None,
            Some(primary) => self.wanted_switch(primary, self.followers()),
            // An engine that is no node of a cluster cannot be recovered into one, only be replaced by another like it.
            None if self.fails_over && !heirs.is_empty() => {
                Some(self.change_primary(heirs, |shard, among| Step::FailOver { shard, among }))
            }
            // The other shards are waited for.
            None if self.heir_abroad().is_some() => None,
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

    /// The engine of the region that is to take writes, once it can: it has all that the primary has, or there is nobody
    /// here to get that from.
    pub(super) fn heir_abroad(&self) -> Option<RemoteEngine> {
        let heir = self.world.place.heirs.get(self.id)?;
        let follows = heir.follows.as_ref()?;
        let may_take_over = match self.primary() {
            Some(primary) => primary.running.role.is_some() && *follows == primary.name,
            None => !self.fails_over || self.heirs().is_empty(),
        };
        may_take_over.then(|| heir.engine.clone())
    }

    /// The wanted incarnation of the primary's member, whether it runs or not.
    pub(super) fn wanted_primary(&self) -> Option<EngineRef> {
        let member = self.world.members.get(&self.record.primary.cache_cluster_id)?;
        let generation = member.nodes.get(&NodeId::FIRST)?.generation;
        Some(EngineRef { cache_cluster_id: member.id.clone(), generation })
    }

    /// Whether the data that the next primary was to start with could not be loaded.
    pub(super) fn has_bad_data(&self) -> bool {
        let member = self.world.members.get(&self.record.primary.cache_cluster_id);
        member.is_some_and(|member| member.restore_failed())
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
        let successor = self.successor().filter(|successor| self.is_follower(successor))?;
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

    /// The engines that are not what they are to be where all copy another region.
    fn wiring_abroad(&self) -> Vec<Step> {
        // When nobody takes writes there at the moment, what was copied so far stays.
        let upstream = self.world.place.upstream.as_ref();
        let Some(of) = upstream.and_then(|upstream| upstream.get(self.id)) else { return Vec::new() };
        let role = EngineRole::Secondary { of: of.clone() };
        let is_primary = |engine: &&Engine<'_>| engine.name == self.record.primary;
        let (primary, others): (Vec<_>, Vec<_>) =
            self.engines.iter().filter(|engine| engine.stays || is_primary(engine)).partition(is_primary);
        let astray = primary.into_iter().chain(others).filter(|engine| engine.running.role.as_ref() != Some(&role));
        astray
            .map(|engine| Step::FollowAbroad { shard: self.id.clone(), engine: engine.name.clone(), of: of.clone() })
            .collect()
    }

    /// The engines that are not what they are to be.
    pub(super) fn wiring(&self) -> Vec<Step> {
        if self.copies_abroad() {
            return self.wiring_abroad();
        }
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
