//! The rest of a global datastore around a simulated group: an engine for each shard in another region, which takes writes
//! or copies the group. In cluster mode all engines of the group copy it, otherwise the primary alone does.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    change::{GroupChange, Seat},
    place::{Heir, Place},
    plan::Step,
    simulation::{SimulatedEngine, Simulation},
};
use crate::model::*;

/// The other region.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact by itself that a plan follows from")]
pub(super) struct Abroad {
    /// The generation of its engines, which rises when others take their place.
    pub generation: u32,
    /// How many writes its engines have seen, by shard.
    pub writes: BTreeMap<NodeGroupId, u64>,
    /// Whether it works.
    pub works: bool,
    /// Whether it takes writes, and the group copies it.
    pub takes_writes: bool,
    /// Whether it is to take writes instead of the group.
    pub is_to_take_over: bool,
    /// Whether the group is to leave the cluster of both.
    pub is_departing: bool,
    /// How many writes are in the files that the group leaves with.
    pub files: BTreeMap<NodeGroupId, u64>,
}

/// What happens in the other region.
#[derive(Clone, Copy, Debug)]
pub(super) enum HappeningAbroad {
    /// It is to take writes instead of the group, or the other way round.
    FailOver,
    /// Other engines take writes there.
    Move,
    /// Nobody works there.
    Lose,
    /// The group is to leave.
    Part,
}

impl Abroad {
    /// Whether the group is in a datastore in which something has happened.
    pub(super) fn is_there(&self) -> bool {
        self.takes_writes || self.is_to_take_over
    }

    /// The engine of a shard there.
    fn engine(&self, shard: &NodeGroupId) -> RemoteEngine {
        let engine = EngineRef { cache_cluster_id: format!("r-{shard}"), generation: self.generation };
        RemoteEngine { region: "eu-west-1".into(), engine }
    }
}

impl Default for Abroad {
    fn default() -> Self {
        Self {
            generation: 1,
            writes: BTreeMap::new(),
            works: true,
            takes_writes: false,
            is_to_take_over: false,
            is_departing: false,
            files: BTreeMap::new(),
        }
    }
}

impl Simulation {
    fn is_clustered(&self) -> bool {
        self.records.as_ref().is_some_and(|records| records.group.cluster_mode.is_clustered())
    }

    /// The shards with their primaries.
    fn primaries(&self) -> Vec<(NodeGroupId, EngineRef)> {
        let groups = self.records.iter().flat_map(|records| &records.group.node_groups);
        groups.map(|(id, shard)| (id.clone(), shard.primary.clone())).collect()
    }

    fn shard_of(&self, engine: &EngineRef) -> Option<NodeGroupId> {
        let groups = self.records.iter().flat_map(|records| &records.group.node_groups);
        let mut found = groups.filter(|(_, shard)| shard.members.contains(&engine.cache_cluster_id));
        found.next().map(|(id, _)| id.clone())
    }

    pub(super) fn happen_abroad(&mut self, happening: HappeningAbroad) {
        let records = self.records.as_ref();
        let may_begin = records.is_some_and(|records| {
            let members = |id: &str| records.members.get(id).map(Arc::as_ref);
            let is_free = records.group.cluster_mode != ClusterMode::Compatible && records.group.migration.is_none();
            records.group.phase(members) == GroupPhase::Available && is_free
        });
        match happening {
            HappeningAbroad::FailOver if self.abroad.is_departing => {}
            HappeningAbroad::FailOver if self.abroad.takes_writes => self.take_over_from_abroad(),
            HappeningAbroad::FailOver => self.abroad.is_to_take_over |= may_begin,
            HappeningAbroad::Move => self.abroad.generation += 1,
            HappeningAbroad::Lose => self.abroad.works = false,
            HappeningAbroad::Part => {
                let may_part = self.abroad.takes_writes && self.is_clustered();
                self.abroad.is_departing |= may_part && records.is_none_or(|records| records.group.deleted.is_none());
            }
        }
    }

    pub(super) fn place(&self) -> Place {
        let Abroad { works, takes_writes, is_to_take_over, is_departing, .. } = self.abroad;
        let shards = self.primaries().into_iter();
        let shares_cluster = self.is_clustered() && self.abroad.is_there();
        if takes_writes {
            let upstream = shards.filter(|_| works).map(|(id, _)| (id.clone(), self.abroad.engine(&id))).collect();
            return Place { upstream: Some(upstream), is_departing, shares_cluster, ..Place::default() };
        }
        let heir = |(id, primary): (NodeGroupId, EngineRef)| {
            let heir = Heir { engine: self.abroad.engine(&id), follows: works.then_some(primary) };
            (id, heir)
        };
        let heirs = if is_to_take_over { shards.map(heir).collect() } else { BTreeMap::new() };
        Place { is_failing_over: is_to_take_over, heirs, shares_cluster, ..Place::default() }
    }

    /// Nothing may make an engine of a secondary take writes, and none of its engines owns slots.
    pub(super) fn check_step(&self, step: &Step) {
        let takes_writes = matches!(
            step,
            Step::FailOver { .. }
                | Step::Inherit { .. }
                | Step::Switch { .. }
                | Step::Crown { .. }
                | Step::Form
                | Step::MoveSlots { .. }
                | Step::Convert { .. }
        );
        assert!(!self.abroad.takes_writes || !takes_writes, "{step:?} in a secondary");
    }

    /// Copies the other region, with all that copies the engine.
    pub(super) fn follow_abroad(
        &mut self,
        engine: &EngineRef,
        of: &RemoteEngine,
        cluster_node_id: Option<String>,
    ) -> Option<Seat> {
        if !self.abroad.works {
            return None;
        }
        let shard = self.shard_of(engine)?;
        assert_eq!(*of, self.abroad.engine(&shard));
        let (writes, abroad) = (self.abroad.writes.get(&shard).copied().unwrap_or(0), Some(of.clone()));
        self.engines.insert(engine.clone(), SimulatedEngine { writes, abroad, ..SimulatedEngine::default() });
        for copy in self.engines.values_mut().filter(|copy| copy.copies.as_ref() == Some(engine)) {
            copy.writes = writes;
        }
        let role = EngineRole::Secondary { of: of.clone() };
        Some(Seat { engine: engine.clone(), role, cluster_node_id })
    }

    /// What the group's run does when the other region takes over.
    pub(super) fn yield_abroad(&mut self, cut: bool) {
        for (id, primary) in self.primaries() {
            let abroad = self.abroad.engine(&id);
            let left = match self.engines.get_mut(&primary) {
                // It has stopped to take writes before anything is written down.
                Some(engine) => {
                    engine.abroad = Some(abroad.clone());
                    engine.writes
                }
                None => self.abroad.writes.get(&id).copied().unwrap_or(0).min(self.most_writes(&id)),
            };
            self.abroad.writes.insert(id, left);
            if self.is_clustered() {
                // Nodes of a cluster follow whoever takes over from their primary.
                for copy in self.engines.values_mut().filter(|copy| copy.copies.as_ref() == Some(&primary)) {
                    (copy.copies, copy.abroad) = (None, Some(abroad.clone()));
                }
            }
        }
        if !cut {
            for (_, primary) in self.primaries() {
                self.set_role(&primary, None);
            }
            (self.abroad.takes_writes, self.abroad.is_to_take_over) = (true, false);
        }
    }

    /// What the other region's run does when the group takes over from it. It waits for primaries that follow it.
    fn take_over_from_abroad(&mut self) {
        let primaries = self.primaries();
        let follows = |(id, primary): &(NodeGroupId, EngineRef)| {
            let role = EngineRole::Secondary { of: self.abroad.engine(id) };
            self.role(primary) == Some(role) && self.engines.contains_key(primary)
        };
        if !self.abroad.takes_writes || !self.abroad.works || !primaries.iter().all(follows) {
            return;
        }
        self.abroad.takes_writes = false;
        for (id, primary) in primaries {
            if self.is_clustered() {
                let abroad = Some(self.abroad.engine(&id));
                for copy in self.engines.values_mut().filter(|copy| copy.abroad == abroad) {
                    (copy.abroad, copy.copies) = (None, Some(primary.clone()));
                }
            }
            let engine = self.engines.get_mut(&primary).expect("it follows");
            (engine.abroad, engine.copies) = (None, None);
            self.answered.insert(id, engine.writes);
            self.set_role(&primary, Some(EngineRole::Primary));
        }
    }

    /// Every copy that follows gets a write of the other region before it is answered.
    pub(super) fn write_abroad(&mut self) {
        if !self.abroad.works {
            return;
        }
        for (id, _) in self.primaries() {
            let writes = self.abroad.writes.entry(id.clone()).or_default();
            *writes += 1;
            let writes = *writes;
            let abroad = Some(self.abroad.engine(&id));
            let fed = self.engines.iter().filter(|(_, engine)| engine.abroad == abroad);
            let fed: Vec<_> = fed.map(|(name, _)| name.clone()).collect();
            for (name, engine) in &mut self.engines {
                if fed.contains(name) || engine.copies.as_ref().is_some_and(|of| fed.contains(of)) {
                    engine.writes = writes;
                }
            }
        }
    }

    /// In a secondary nobody takes writes, and the primary has all of the other region's.
    pub(super) fn check_abroad(&self) {
        if !self.abroad.takes_writes {
            assert!(!self.engines.values().any(|engine| engine.abroad.is_some()), "{:?}", self.engines);
            return;
        }
        for (id, primary) in self.primaries() {
            let abroad = self.abroad.engine(&id);
            assert_eq!(self.role(&primary), Some(EngineRole::Secondary { of: abroad.clone() }));
            let engine = &self.engines[&primary];
            assert_eq!(engine.abroad.as_ref(), Some(&abroad));
            assert_eq!(engine.writes, self.abroad.writes.get(&id).copied().unwrap_or(0));
        }
        let is_in_place = |engine: &SimulatedEngine| {
            if self.is_clustered() {
                engine.abroad.is_some()
            } else {
                engine.abroad.is_some() || engine.copies.is_some()
            }
        };
        assert!(self.engines.values().all(is_in_place), "{:?}", self.engines);
    }

    /// Puts what the engines of these shards have into files.
    pub(super) fn take_data(&mut self, shards: Vec<NodeGroupId>) -> GroupChange {
        let mut taken = Vec::new();
        for id in shards {
            let copies = self.engines.iter().filter(|(_, engine)| engine.abroad.is_some());
            let copies = copies.filter(|(name, _)| self.shard_of(name).as_ref() == Some(&id));
            let writes = copies.map(|(_, engine)| engine.writes).max();
            let file = SnapshotFile { id: id.to_string(), size: 0, checksum: String::new() };
            taken.push((id.clone(), writes.map(|_| file)));
            self.abroad.files.insert(id, writes.unwrap_or(0));
        }
        GroupChange::DataTaken(taken)
    }

    /// An engine has been started with what was taken of its shard.
    pub(super) fn fill(&mut self, engine: &EngineRef) {
        let Some(id) = self.shard_of(engine) else { return };
        let writes = self.abroad.files.get(&id).copied().unwrap_or(0);
        self.engines.get_mut(engine).expect("it runs").writes = writes;
    }

    /// Makes the group one that is in no datastore.
    pub(super) fn depart(&mut self, node_id: impl Fn(&EngineRef) -> Option<String>, cut: bool) {
        let records = self.records.as_mut().expect("records");
        let before = records.group.clone();
        let filled = before.departure.as_ref().expect("a departure").filled.clone();
        for (id, engine) in &filled {
            assert_eq!(self.engines[engine].writes, self.abroad.files[id], "{engine:?} has not what was taken");
            records.group.node_groups.get_mut(id).expect("a shard").primary = engine.clone();
        }
        let seats = self.seats(node_id);
        self.records.as_mut().expect("records").group = before;
        if !cut {
            for (id, engine) in &filled {
                self.answered.insert(id.clone(), self.engines[engine].writes);
            }
            self.abroad = Abroad { works: self.abroad.works, ..Abroad::default() };
            self.change(&GroupChange::Departed { primaries: filled, seats });
        }
    }

    fn most_writes(&self, shard: &NodeGroupId) -> u64 {
        let of_shard = self.engines.iter().filter(|(name, _)| self.shard_of(name).as_ref() == Some(shard));
        of_shard.map(|(_, engine)| engine.writes).max().unwrap_or(0)
    }

    fn role(&self, engine: &EngineRef) -> Option<EngineRole> {
        let node = self.records.as_ref()?.members.get(&engine.cache_cluster_id)?.nodes.get(&NodeId::FIRST)?;
        node.engines.get(&engine.generation)?.running()?.role.clone()
    }

    fn set_role(&mut self, engine: &EngineRef, role: Option<EngineRole>) {
        let Some(records) = &mut self.records else { return };
        let Some(member) = records.members.get_mut(&engine.cache_cluster_id) else { return };
        let node = Arc::make_mut(member).nodes.get_mut(&NodeId::FIRST);
        if let Some(Observed::Running(running)) = node.and_then(|node| node.engines.get_mut(&engine.generation)) {
            running.role = role;
        }
    }
}
