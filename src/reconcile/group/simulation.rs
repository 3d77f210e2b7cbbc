//! The world around a group, without any I/O: engines are counters of writes that copy each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    change::{GroupChange, GroupRecords, Seat},
    plan::*,
    simulated_records::add_shard,
    simulation_abroad::Abroad,
};
use crate::{
    model::*,
    reconcile::{change::RecordChange, plan as member},
};

/// An engine in the simulated world: how many writes it has seen, and whom it copies.
#[derive(Clone, Debug, Default)]
pub(super) struct SimulatedEngine {
    pub(super) writes: u64,
    pub(super) copies: Option<EngineRef>,
    /// The engine of another region that it copies.
    pub(super) abroad: Option<RemoteEngine>,
    /// It copies the engine outside.
    pub(super) migrates: bool,
}

pub(super) struct Simulation {
    pub(super) records: Option<GroupRecords>,
    /// Members that are gone from the group stay away.
    pub(super) engines: BTreeMap<EngineRef, SimulatedEngine>,
    pub(super) open: BTreeSet<EndpointRole>,
    /// How many writes were answered, by shard; fewer when all copies were lost.
    pub(super) answered: BTreeMap<NodeGroupId, u64>,
    /// Members that a fault keeps down.
    pub(super) out: BTreeSet<String>,
    /// How many writes the engine outside has seen.
    pub(super) source: u64,
    pub(super) now: DateTime<Utc>,
    /// The rest of the global datastore.
    pub(super) abroad: Abroad,
}

impl Simulation {
    pub(super) fn new(clustered: bool, shards: u16, replicas: u16, automatic_failover: bool) -> Self {
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        let slots = SlotSet::even_split(shards);
        let mut records = GroupRecords {
            group: ReplicationGroup {
                scope: Scope::new("000000000000", "us-east-1"),
                id: "g".into(),
                uid: "u".into(),
                description: String::new(),
                requested: now,
                created: None,
                deleted: None,
                cluster_mode: if clustered { ClusterMode::Enabled } else { ClusterMode::Disabled },
                port: 6379,
                automatic_failover,
                multi_az: false,
                node_groups: BTreeMap::new(),
                ports: GroupPorts::default(),
                resharding: None,
                cluster_node_ids: BTreeSet::new(),
                test_failovers: Vec::new(),
                snapshotting_cluster_id: None,
                snapshot_retention_limit: 0,
                snapshot_window: None,
                tags: TagSet::default(),
                replica_count_changing: false,
                replicas_coming: None,
                former_user_group_id: None,
                migration: None,
                migration_tests: Vec::new(),
                kms_key_id: None,
                global_replication_group_id: None,
                shared_cluster: None,
                departure: None,
                failure: None,
                log_deliveries: LogDeliveries::new(),
            },
            members: BTreeMap::new(),
        };
        for (number, slots) in (1..=shards).zip(slots) {
            add_shard(&mut records, number, replicas, if clustered { slots } else { SlotSet::default() }, now);
        }
        Self {
            records: Some(records),
            engines: BTreeMap::new(),
            open: BTreeSet::new(),
            answered: BTreeMap::new(),
            out: BTreeSet::new(),
            source: 1,
            now,
            abroad: Abroad::default(),
        }
    }

    pub(super) fn change(&mut self, change: &GroupChange) {
        if let Some(records) = &mut self.records {
            change.apply(records, self.now);
        }
        if matches!(change, GroupChange::Vanished) {
            self.records = None;
        }
    }

    fn change_member(&mut self, id: &str, change: &RecordChange) {
        let Some(records) = &mut self.records else { return };
        if matches!(change, RecordChange::Vanished) {
            records.members.remove(id);
        } else if let Some(member) = records.members.get_mut(id) {
            change.apply(Arc::make_mut(member), self.now);
        }
    }

    /// Follows plans until there is nothing left to do. `cut` says for each step in turn whether it is cut short after
    /// it was done and before that was noted.
    pub(super) fn settle(&mut self, mut cut: impl FnMut() -> bool) {
        for _ in 0..3_000 {
            let mut idle = true;
            for id in self.member_ids() {
                for step in self.plan_of_member(&id) {
                    idle = false;
                    let cut = cut();
                    self.act_on_member(&id, &step, cut);
                }
            }
            for step in self.plan() {
                idle = false;
                let cut = cut();
                self.act(&step, cut);
            }
            if idle {
                return;
            }
        }
        panic!("does not settle: {:?}", self.plan());
    }

    pub(super) fn member_ids(&self) -> Vec<String> {
        self.records.iter().flat_map(|records| records.members.keys().cloned()).collect()
    }

    fn plan(&self) -> Vec<Step> {
        let Some(records) = &self.records else { return Vec::new() };
        let is_open = |role| self.open.contains(&role);
        plan(&records.group, &World { members: &records.members, is_open: &is_open, place: &self.place() })
    }

    fn plan_of_member(&self, id: &str) -> Vec<member::Step> {
        let Some(records) = &self.records else { return Vec::new() };
        let Some(cluster) = records.members.get(id) else { return Vec::new() };
        let shard = cluster.membership.as_ref().and_then(|at| records.group.node_groups.get(&at.node_group_id));
        let clustered = if records.group.cluster_mode.is_clustered() { "yes" } else { "no" };
        let world = member::World {
            parameters: &[("cluster-enabled".to_owned(), clustered.to_owned())].into(),
            primary: shard.map(|shard| &shard.primary),
            is_open: &|_| true,
            is_out: &|_| self.out.contains(id),
            now: self.now,
        };
        member::plan(cluster, &world)
    }

    fn act_on_member(&mut self, id: &str, step: &member::Step, cut: bool) {
        let engine = |generation| EngineRef { cache_cluster_id: id.to_owned(), generation };
        match *step {
            member::Step::OpenEndpoint(role) => self.change_member(id, &RecordChange::Opened { role, port: 1 }),
            member::Step::Start { node, generation } => {
                self.change_member(id, &RecordChange::Touched { node, generation });
                self.engines.entry(engine(generation)).or_default();
                if self.records.as_ref().expect("records").members[id].restore.is_some() {
                    self.fill(&engine(generation));
                }
                if !cut {
                    let records = self.records.as_ref().expect("records");
                    let clustered = if records.group.cluster_mode.is_clustered() { "yes" } else { "no" };
                    let parameters = [("cluster-enabled".to_owned(), clustered.to_owned())].into();
                    let settings = records.members[id].wanted_settings(&parameters);
                    let running = Running::new(generation.to_string(), ([127, 0, 0, 1], 1).into(), settings);
                    self.change_member(id, &RecordChange::Started { node, generation, running });
                }
            }
            member::Step::Retire { node, generation } => {
                self.change_member(id, &RecordChange::Touched { node, generation });
                self.engines.remove(&engine(generation));
                if !cut {
                    self.change_member(id, &RecordChange::Ended { node, generation });
                }
            }
            member::Step::Apply { node, generation } => {
                let member = &self.records.as_ref().expect("records").members[id];
                let running = member.nodes[&node].engines[&generation].running().expect("it runs");
                let settings = Settings { access: member.access.clone(), ..running.settings.clone() };
                if !cut {
                    self.change_member(id, &RecordChange::Applied { node, generation, settings });
                }
            }
            member::Step::TakeDown { node } => self.change_member(id, &RecordChange::TakenDown { node }),
            member::Step::Forget { node } => self.change_member(id, &RecordChange::Forgotten { node }),
            member::Step::AnnounceCreated => self.change_member(id, &RecordChange::Created),
            member::Step::Vanish => self.change_member(id, &RecordChange::Vanished),
            ref other => panic!("{other:?} is not for members"),
        }
    }

    /// Does what the reconciler does for a step of the group.
    fn act(&mut self, step: &Step, cut: bool) {
        let clustered = self.records.as_ref().is_some_and(|records| records.group.cluster_mode.is_clustered());
        let node_id =
            |engine: &EngineRef| clustered.then(|| format!("{}/{}", engine.cache_cluster_id, engine.generation));
        self.check_step(step);
        let change = match step.clone() {
            Step::OpenEndpoint(role) => {
                self.open.insert(role);
                GroupChange::Opened { role, port: 1 }
            }
            Step::CloseEndpoint(role) => {
                self.open.remove(&role);
                GroupChange::Closed { role }
            }
            Step::DropMembers(ids) => GroupChange::MembersDropped(ids),
            Step::DropShards(ids) => GroupChange::ShardsDropped(ids),
            Step::DropPromotion { shard } => GroupChange::PromotionDropped { shard },
            Step::FailOver { shard, among } | Step::Switch { shard, among } => {
                let to = self.furthest(among);
                self.promote(&to);
                GroupChange::Promoted { shard, cluster_node_id: node_id(&to), to }
            }
            Step::Inherit { shard, to, others } => {
                let writes = |engine: &EngineRef| self.engines[engine].writes;
                let furthest = others.into_iter().filter(|other| writes(other) > writes(&to)).max_by_key(writes);
                let to = furthest.unwrap_or(to);
                self.promote(&to);
                let has_cluster = !self.records.as_ref().expect("records").group.cluster_node_ids.is_empty();
                GroupChange::Promoted { shard, cluster_node_id: node_id(&to).filter(|_| has_cluster), to }
            }
            Step::Appoint { shard, among } => {
                let writes = |engine: &EngineRef| self.engines.get(engine).map(|engine| engine.writes);
                let to = among.into_iter().max_by_key(writes).expect("an engine");
                GroupChange::Appointed { shard, to }
            }
            Step::Yield { .. } => return self.yield_abroad(cut),
            Step::TakeData(shards) => self.take_data(shards),
            Step::Depart => return self.depart(node_id, cut),
            Step::FollowAbroad { shard: _, engine, of } => match self.follow_abroad(&engine, &of, node_id(&engine)) {
                Some(seat) => GroupChange::Seated(vec![seat]),
                None => return,
            },
            Step::Form => {
                let seats = self.seats(node_id);
                GroupChange::Seated(seats)
            }
            Step::Convert { shard, to } => {
                let from = self.records.as_ref().expect("records").group.node_groups[&shard].primary.clone();
                let writes = self.engines[&from].writes;
                self.engines.get_mut(&to).expect("it runs").writes = writes;
                let seats = self.seats_of(&to, node_id);
                GroupChange::Converted { shard, to, seats }
            }
            Step::Replace { shard, among } => GroupChange::Replaced { shard, to: self.furthest(among) },
            Step::Migrate { engine, from } => {
                self.migrate(&engine);
                let role = EngineRole::Migrating { from };
                GroupChange::Seated(vec![Seat { engine, role, cluster_node_id: None }])
            }
            Step::Complete { engine } => GroupChange::CompletionDecided { lacks: self.lacks(&engine) },
            Step::AnnounceMigrated => GroupChange::Migrated,
            Step::Crown { shard: _, engine } => {
                self.promote(&engine);
                let cluster_node_id = node_id(&engine);
                GroupChange::Seated(vec![Seat { engine, role: EngineRole::Primary, cluster_node_id }])
            }
            Step::Follow { shard: _, engine, of } => {
                let Some(writes) = self.engines.get(&of).map(|of| of.writes) else { return };
                let copy = self.engines.get_mut(&engine).expect("it runs");
                *copy = SimulatedEngine { writes, copies: Some(of.clone()), ..SimulatedEngine::default() };
                let cluster_node_id = node_id(&engine);
                GroupChange::Seated(vec![Seat { engine, role: EngineRole::Replica { of }, cluster_node_id }])
            }
            Step::Forget(ids) => GroupChange::Forgotten(ids),
            Step::MoveSlots { from, to, slots } => GroupChange::Moved { from, to, slots },
            Step::EmptyShards(ids) => GroupChange::Emptied(ids),
            Step::AnnounceResharded => GroupChange::Resharded,
            Step::AnnounceReplicaCount => GroupChange::ReplicaCountReached,
            Step::AnnounceCreated => GroupChange::Created,
            Step::Vanish => GroupChange::Vanished,
        };
        if !cut {
            self.change(&change);
        }
    }

    fn furthest(&self, among: Vec<EngineRef>) -> EngineRef {
        let writes = |engine: &EngineRef| self.engines.get(engine).map(|engine| engine.writes);
        among.into_iter().max_by_key(writes).expect("an engine")
    }

    fn promote(&mut self, engine: &EngineRef) {
        let source = self.records.as_ref().and_then(|records| records.group.migrates_from());
        assert_eq!(source, None, "{engine:?} would take writes that the source does not have");
        let engine = self.engines.get_mut(engine).expect("it runs");
        (engine.copies, engine.abroad, engine.migrates) = (None, None, false);
    }

    /// The engines of the only shard in the places that a cluster with this primary is formed with.
    fn seats_of(&mut self, primary: &EngineRef, node_id: impl Fn(&EngineRef) -> Option<String>) -> Vec<Seat> {
        let records = self.records.as_mut().expect("records");
        let before = records.group.clone();
        records.group.node_groups.values_mut().for_each(|shard| shard.primary = primary.clone());
        let seats = self.seats(node_id);
        self.records.as_mut().expect("records").group = before;
        seats
    }

    /// All engines in the places that a cluster is formed with.
    pub(super) fn seats(&mut self, node_id: impl Fn(&EngineRef) -> Option<String>) -> Vec<Seat> {
        let records = self.records.as_ref().expect("records");
        let mut seats = Vec::new();
        for shard in records.group.node_groups.values() {
            for id in &shard.members {
                let generation = records.members[id].nodes[&NodeId::FIRST].generation;
                let engine = EngineRef { cache_cluster_id: id.clone(), generation };
                let of = shard.primary.clone();
                let role = if engine == of { EngineRole::Primary } else { EngineRole::Replica { of: of.clone() } };
                if engine != of {
                    let writes = self.engines[&of].writes;
                    let copy = SimulatedEngine { writes, copies: Some(of), ..SimulatedEngine::default() };
                    self.engines.insert(engine.clone(), copy);
                }
                seats.push(Seat { cluster_node_id: node_id(&engine), engine, role });
            }
        }
        seats
    }

    /// What clients see of a write: every copy that follows gets it before it is answered.
    pub(super) fn write(&mut self) {
        if self.abroad.takes_writes {
            return self.write_abroad();
        }
        let Some(records) = &self.records else { return };
        for (id, shard) in &records.group.node_groups {
            let members = |id: &str| records.members.get(id).map(Arc::as_ref);
            if shard.working_primary(members).is_none() || !self.engines.contains_key(&shard.primary) {
                continue;
            }
            for (name, engine) in &mut self.engines {
                if *name == shard.primary || engine.copies.as_ref() == Some(&shard.primary) {
                    engine.writes += 1;
                }
            }
            self.answered.insert(id.clone(), self.engines[&shard.primary].writes);
        }
    }

    pub(super) fn lose(&mut self, engine: &EngineRef) {
        self.engines.remove(engine);
        let lost = RecordChange::Lost { node: NodeId::FIRST, generation: engine.generation };
        self.change_member(&engine.cache_cluster_id, &lost);
        self.let_go_of_lost_writes();
    }

    /// Members and all their engines fail, as when they are in the same zone, and stay down.
    pub(super) fn take_out(&mut self, ids: &[String]) {
        for id in ids {
            self.out.insert(id.clone());
            self.engines.retain(|engine, _| engine.cache_cluster_id != *id);
            self.change_member(id, &RecordChange::TakenDown { node: NodeId::FIRST });
        }
        self.let_go_of_lost_writes();
    }

    fn let_go_of_lost_writes(&mut self) {
        // Writes of which no copy is left are gone for good.
        let Some(records) = &self.records else { return };
        for (id, shard) in &records.group.node_groups {
            let of_shard = |name: &&EngineRef| shard.members.contains(&name.cache_cluster_id);
            let left = self.engines.iter().filter(|(name, _)| of_shard(name)).map(|(_, engine)| engine.writes).max();
            let answered = self.answered.entry(id.clone()).or_default();
            *answered = (*answered).min(left.unwrap_or(0));
        }
    }

    /// Everything as it was asked for.
    pub(super) fn check(&self) {
        let Some(records) = &self.records else {
            assert!(self.engines.is_empty(), "engines are left of a deleted group: {:?}", self.engines);
            return;
        };
        let members = |id: &str| records.members.get(id).map(Arc::as_ref);
        assert_eq!(records.group.phase(members), GroupPhase::Available, "{:?}", records.group);
        let wanted: BTreeSet<_> = records
            .members
            .iter()
            .map(|(id, member)| (id.clone(), member.nodes[&NodeId::FIRST].generation))
            .map(|(cache_cluster_id, generation)| EngineRef { cache_cluster_id, generation })
            .collect();
        assert_eq!(self.engines.keys().cloned().collect::<BTreeSet<_>>(), wanted);
        for member in records.members.values() {
            let running = member.nodes[&NodeId::FIRST].current().expect("it runs");
            assert_eq!(running.settings.access, member.access);
        }
        let mut slots = SlotSet::default();
        let mut count = 0;
        for (id, shard) in &records.group.node_groups {
            (slots, count) = (slots.union(&shard.slots), count + shard.slots.len());
            assert_eq!(self.engines[&shard.primary].copies, None);
            let primary = &self.engines[&shard.primary];
            for member in &shard.members {
                let name = wanted.iter().find(|name| name.cache_cluster_id == *member).expect("an engine");
                let copies_abroad = self.abroad.takes_writes && records.group.cluster_mode.is_clustered();
                if *name != shard.primary && !copies_abroad {
                    assert_eq!(self.engines[name].copies.as_ref(), Some(&shard.primary), "{name:?}");
                    assert_eq!(self.engines[name].writes, primary.writes);
                }
            }
            let answered = self.answered.get(id).copied().unwrap_or(0);
            let is_own = !self.abroad.takes_writes;
            assert!(!is_own || primary.writes >= answered, "shard {id} lost writes: {} of {answered}", primary.writes);
        }
        self.check_abroad();
        if records.group.cluster_mode.is_clustered() {
            assert_eq!((slots, count), (SlotSet::all(), usize::from(SLOTS)));
        }
    }

    /// Follows plans for a few rounds only.
    pub(super) fn take(&mut self, rounds: usize, mut cut: impl FnMut() -> bool) {
        for _ in 0..rounds {
            for id in self.member_ids() {
                for step in self.plan_of_member(&id).into_iter().take(1) {
                    let cut = cut();
                    self.act_on_member(&id, &step, cut);
                }
            }
            for step in self.plan().into_iter().take(1) {
                let cut = cut();
                self.act(&step, cut);
            }
        }
    }
}
