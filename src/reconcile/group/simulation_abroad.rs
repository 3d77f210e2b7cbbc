//! The rest of a global datastore around a simulated group: one engine in another region, which takes writes or copies
//! the group.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    change::Seat,
    place::{Heir, Place},
    plan::Step,
    simulation::{SimulatedEngine, Simulation},
};
use crate::model::*;

/// The other region.
#[derive(Clone, Debug)]
pub(super) struct Abroad {
    /// Its engine, of which the generation rises when another one takes its place.
    pub engine: RemoteEngine,
    /// How many writes it has seen.
    pub writes: u64,
    /// Whether it works.
    pub works: bool,
    /// Whether it takes writes, and the group copies it.
    pub takes_writes: bool,
    /// Whether it is to take writes instead of the group.
    pub is_to_take_over: bool,
}

/// What happens in the other region.
#[derive(Clone, Copy, Debug)]
pub(super) enum HappeningAbroad {
    /// It is to take writes instead of the group, or the other way round.
    FailOver,
    /// Another engine takes writes there.
    Move,
    /// Nobody works there.
    Lose,
}

impl Abroad {
    /// Whether the group is in a datastore in which something has happened.
    pub(super) fn is_there(&self) -> bool {
        self.takes_writes || self.is_to_take_over
    }
}

impl Default for Abroad {
    fn default() -> Self {
        let engine = EngineRef { cache_cluster_id: "r".into(), generation: 1 };
        let engine = RemoteEngine { region: "eu-west-1".into(), engine };
        Self { engine, writes: 0, works: true, takes_writes: false, is_to_take_over: false }
    }
}

impl Simulation {
    fn only_shard(&self) -> Option<(NodeGroupId, &NodeGroup)> {
        self.records.as_ref()?.group.node_groups.iter().next().map(|(id, shard)| (id.clone(), shard))
    }

    pub(super) fn happen_abroad(&mut self, happening: HappeningAbroad) {
        let records = self.records.as_ref();
        let may_begin = records.is_some_and(|records| {
            let members = |id: &str| records.members.get(id).map(Arc::as_ref);
            let is_free = !records.group.cluster_mode.is_clustered() && records.group.migration.is_none();
            records.group.phase(members) == GroupPhase::Available && is_free
        });
        match happening {
            HappeningAbroad::FailOver if self.abroad.takes_writes => self.take_over_from_abroad(),
            HappeningAbroad::FailOver => self.abroad.is_to_take_over |= may_begin,
            HappeningAbroad::Move => self.abroad.engine.engine.generation += 1,
            HappeningAbroad::Lose => self.abroad.works = false,
        }
    }

    pub(super) fn place(&self) -> Place {
        let Some((id, shard)) = self.only_shard() else { return Place::default() };
        let Abroad { engine, works, takes_writes, is_to_take_over, .. } = self.abroad.clone();
        if takes_writes {
            let upstream = works.then_some((id, engine)).into_iter().collect();
            return Place { upstream: Some(upstream), ..Place::default() };
        }
        let heir = Heir { engine, follows: works.then(|| shard.primary.clone()) };
        let heirs = if is_to_take_over { BTreeMap::from([(id, heir)]) } else { BTreeMap::new() };
        Place { upstream: None, is_failing_over: is_to_take_over, heirs, is_ahead: false }
    }

    /// Nothing may make an engine of a secondary take writes.
    pub(super) fn check_step(&self, step: &Step) {
        let takes_writes = matches!(
            step,
            Step::FailOver { .. }
                | Step::Inherit { .. }
                | Step::Switch { .. }
                | Step::Crown { .. }
                | Step::Form
                | Step::Convert { .. }
        );
        assert!(!self.abroad.takes_writes || !takes_writes, "{step:?} in a secondary");
    }

    /// Copies the other region, with all that copies the engine.
    pub(super) fn follow_abroad(&mut self, engine: &EngineRef, of: &RemoteEngine) -> Option<Seat> {
        if !self.abroad.works {
            return None;
        }
        assert_eq!(*of, self.abroad.engine);
        let (writes, abroad) = (self.abroad.writes, Some(of.clone()));
        self.engines.insert(engine.clone(), SimulatedEngine { writes, abroad, ..SimulatedEngine::default() });
        for copy in self.engines.values_mut().filter(|copy| copy.copies.as_ref() == Some(engine)) {
            copy.writes = writes;
        }
        let role = EngineRole::Secondary { of: of.clone() };
        Some(Seat { engine: engine.clone(), role, cluster_node_id: None })
    }

    /// What the group's run does when the other region takes over.
    pub(super) fn yield_abroad(&mut self, cut: bool) {
        let Some((_, shard)) = self.only_shard() else { return };
        let primary = shard.primary.clone();
        if let Some(engine) = self.engines.get_mut(&primary) {
            // It has stopped to take writes before anything is written down.
            engine.abroad = Some(self.abroad.engine.clone());
            self.abroad.writes = engine.writes;
        } else {
            self.abroad.writes = self.abroad.writes.min(self.most_writes());
        }
        if !cut {
            self.set_role_of_primary(None);
            (self.abroad.takes_writes, self.abroad.is_to_take_over) = (true, false);
        }
    }

    /// What the other region's run does when the group takes over from it. It waits for a primary that follows it.
    fn take_over_from_abroad(&mut self) {
        let Some((id, shard)) = self.only_shard() else { return };
        let primary = shard.primary.clone();
        let role = EngineRole::Secondary { of: self.abroad.engine.clone() };
        if !self.abroad.takes_writes || !self.abroad.works || self.role_of_primary() != Some(role) {
            return;
        }
        let Some(engine) = self.engines.get_mut(&primary) else { return };
        engine.abroad = None;
        self.answered.insert(id, engine.writes);
        self.abroad.takes_writes = false;
        self.set_role_of_primary(Some(EngineRole::Primary));
    }

    /// Every copy that follows gets a write of the other region before it is answered.
    pub(super) fn write_abroad(&mut self) {
        if !self.abroad.works {
            return;
        }
        self.abroad.writes += 1;
        let is_fed = |engine: &SimulatedEngine| engine.abroad.as_ref() == Some(&self.abroad.engine);
        let fed: Vec<_> =
            self.engines.iter().filter(|(_, engine)| is_fed(engine)).map(|(name, _)| name.clone()).collect();
        for (name, engine) in &mut self.engines {
            if fed.contains(name) || engine.copies.as_ref().is_some_and(|of| fed.contains(of)) {
                engine.writes = self.abroad.writes;
            }
        }
    }

    /// In a secondary nobody takes writes, and the primary has all of the other region's.
    pub(super) fn check_abroad(&self) {
        let Some((_, shard)) = self.only_shard() else { return };
        let copies_abroad = |engine: &SimulatedEngine| engine.abroad.is_some();
        if !self.abroad.takes_writes {
            assert!(!self.engines.values().any(copies_abroad), "{:?}", self.engines);
            return;
        }
        let role = EngineRole::Secondary { of: self.abroad.engine.clone() };
        assert_eq!(self.role_of_primary(), Some(role));
        let primary = &self.engines[&shard.primary];
        assert_eq!(primary.abroad.as_ref(), Some(&self.abroad.engine));
        assert_eq!(primary.writes, self.abroad.writes);
        assert!(self.engines.values().all(|engine| engine.abroad.is_some() || engine.copies.is_some()));
    }

    fn most_writes(&self) -> u64 {
        self.engines.values().map(|engine| engine.writes).max().unwrap_or(0)
    }

    fn role_of_primary(&self) -> Option<EngineRole> {
        let (_, shard) = self.only_shard()?;
        let member = self.records.as_ref()?.members.get(&shard.primary.cache_cluster_id)?;
        let node = member.nodes.get(&NodeId::FIRST)?;
        node.engines.get(&shard.primary.generation)?.running()?.role.clone()
    }

    fn set_role_of_primary(&mut self, role: Option<EngineRole>) {
        let Some((_, shard)) = self.only_shard() else { return };
        let primary = shard.primary.clone();
        let Some(records) = &mut self.records else { return };
        let Some(member) = records.members.get_mut(&primary.cache_cluster_id) else { return };
        let node = Arc::make_mut(member).nodes.get_mut(&NodeId::FIRST);
        if let Some(Observed::Running(running)) = node.and_then(|node| node.engines.get_mut(&primary.generation)) {
            running.role = role;
        }
    }
}
