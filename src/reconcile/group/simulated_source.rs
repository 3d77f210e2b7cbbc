//! The engine outside of a group in the simulated world, and what copies it.

use std::sync::Arc;

use super::simulation::{SimulatedEngine, Simulation};
use crate::model::*;

impl Simulation {
    /// Begins a migration, as the operations do where they may.
    pub(super) fn start_migration(&mut self) {
        let Some(records) = &mut self.records else { return };
        let group = &mut records.group;
        let is_fit = !group.cluster_mode.is_clustered() && group.automatic_failover;
        let at_rest = records.members.values().all(|member| member.phase() == Phase::Available)
            && group.node_groups.values().all(|shard| shard.promotion.is_none() && shard.members.len() > 1);
        if is_fit && at_rest {
            let source = CustomerNode { address: "source".into(), port: 6379 };
            group.migration = Some(Migration::new(source, self.now));
        }
    }

    pub(super) fn complete_migration(&mut self, force: bool) {
        let migration = self.records.as_mut().and_then(|records| records.group.migration.as_mut());
        if let Some(migration) = migration.filter(|migration| migration.ending.is_none()) {
            migration.completion = Some(Completion { force });
        }
    }

    /// What the source is written to reaches everything that follows it.
    pub(super) fn write_to_source(&mut self) {
        self.source += 1;
        let followed: Vec<_> =
            self.engines.iter().filter(|(_, engine)| engine.migrates).map(|(name, _)| name.clone()).collect();
        for engine in followed {
            self.migrate(&engine);
        }
    }

    /// The engine copies the source, and its own copies get what it gets. What the group had before is dropped.
    pub(super) fn migrate(&mut self, engine: &EngineRef) {
        let writes = self.source;
        for (name, copy) in &mut self.engines {
            if copy.copies.as_ref() == Some(engine) && name != engine {
                copy.writes = writes;
            }
        }
        self.engines.insert(engine.clone(), SimulatedEngine { writes, migrates: true, ..SimulatedEngine::default() });
        for (id, shard) in &self.records.as_ref().expect("records").group.node_groups {
            if shard.primary == *engine {
                self.answered.insert(id.clone(), writes);
            }
        }
    }

    /// What a primary lacks of what the source has.
    pub(super) fn lacks(&self, engine: &EngineRef) -> Option<String> {
        let migration = self.records.as_ref()?.group.migration.as_ref()?;
        let is_forced = migration.completion.is_some_and(|completion| completion.force);
        let follows = self.engines.get(engine).is_some_and(|engine| engine.migrates && engine.writes == self.source);
        (!is_forced && !follows).then(|| "it does not follow".into())
    }

    /// A group that is migrated to has come to rest with its primary as a copy of the source, and nobody takes writes.
    pub(super) fn check_migration(&self) {
        let Some(records) = &self.records else { return };
        if records.group.migrates_from().is_none() || records.group.deleted.is_some() {
            return;
        }
        for shard in records.group.node_groups.values() {
            let members = |id: &str| records.members.get(id).map(Arc::as_ref);
            assert!(shard.working_primary(members).is_none(), "it takes writes: {shard:?}");
            let Some(primary) = self.engines.get(&shard.primary) else { continue };
            assert!(primary.migrates && primary.copies.is_none(), "{:?}", self.engines);
            assert_eq!(primary.writes, self.source);
            assert_eq!(records.group.phase(members), GroupPhase::Migrating);
        }
        assert!(self.engines.values().filter(|engine| engine.migrates).count() <= 1, "{:?}", self.engines);
    }
}
