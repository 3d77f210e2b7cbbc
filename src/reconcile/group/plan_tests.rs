//! Property tests of plans for groups: whatever is asked of a group, whatever is lost, and wherever following a plan is
//! cut short, following plans to the end leaves one engine a member, one primary a shard with all others as its copies,
//! and every slot with one shard; and no write is lost of which a copy was left.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::{
    change::{GroupChange, GroupRecords},
    simulated_records::{add_shard, cluster},
    simulation::Simulation,
    simulation_abroad::HappeningAbroad,
};
use crate::model::*;

/// What happens to a group.
#[derive(Clone, Debug)]
enum Happening {
    Write,
    Lose(usize),
    LoseAll,
    TakeOut(Vec<usize>),
    Heal,
    TestFailover(usize),
    Promote(usize),
    Upgrade,
    Reboot(usize),
    AddReplica(usize),
    RemoveReplica(usize),
    Reshard(usize),
    ChangeMode,
    LetIn(u8),
    Abroad(HappeningAbroad),
    StartMigration,
    WriteToSource,
    SourceSilent,
    CompleteMigration(bool),
    Delete,
}

impl Simulation {
    /// What is to be down is down, and every shard whose primary has a copy elsewhere and that may fail over has a
    /// primary in its place. What a secondary can do depends on the other region.
    pub(super) fn check_what_is_out(&self) {
        assert!(!self.engines.keys().any(|engine| self.out.contains(&engine.cache_cluster_id)));
        if self.abroad.takes_writes {
            return;
        }
        let Some(records) = self.records.as_ref().filter(|records| records.group.created.is_some()) else { return };
        for (id, shard) in records.group.node_groups.iter().filter(|_| records.group.automatic_failover) {
            let members = |id: &str| records.members.get(id).map(Arc::as_ref);
            let has_copy = self.engines.keys().any(|engine| {
                let node = members(&engine.cache_cluster_id).and_then(|member| member.nodes.get(&NodeId::FIRST));
                let running = node.and_then(|node| node.engines.get(&engine.generation)?.running());
                let role = running.and_then(|running| running.role.as_ref());
                role.is_some_and(|role| role.follows(&shard.primary))
                    && shard.members.contains(&engine.cache_cluster_id)
            });
            assert!(!has_copy || shard.placed_primary(members).is_some(), "shard {id} has no primary: {shard:?}");
        }
    }

    /// Lets something happen to the engine outside, or to a migration from it; answers whether it was that.
    fn happen_outside(&mut self, happening: &Happening) -> bool {
        match happening {
            Happening::WriteToSource => self.write_to_source(),
            Happening::CompleteMigration(force) => self.complete_migration(*force),
            // Groups of a datastore are not migrated to.
            Happening::StartMigration if self.is_available() && !self.abroad.is_there() => self.start_migration(),
            Happening::StartMigration => {}
            Happening::SourceSilent => {
                self.now += TimeDelta::seconds(40);
                self.change(&GroupChange::SourceSilent { reason: "it is gone".into() });
            }
            _ => return false,
        }
        true
    }

    fn happen(&mut self, happening: &Happening) {
        if self.happen_outside(happening) {
            return;
        }
        let running: Vec<_> = self.engines.keys().cloned().collect();
        let now = self.now;
        let ids = self.member_ids();
        match happening {
            Happening::TakeOut(indices) if !ids.is_empty() => {
                let ids: Vec<_> = indices.iter().map(|index| ids[index % ids.len()].clone()).collect();
                return self.take_out(&ids);
            }
            Happening::Heal => {
                self.abroad.works = true;
                return self.out.clear();
            }
            Happening::Abroad(happening) => return self.happen_abroad(*happening),
            Happening::Write => return self.write(),
            Happening::Lose(index) if !running.is_empty() => return self.lose(&running[index % running.len()]),
            // Users change whatever state a group is in.
            Happening::LetIn(token) => return self.let_in(*token),
            Happening::LoseAll => return running.iter().for_each(|engine| self.lose(engine)),
            _ => {}
        }
        let is_available = self.is_available();
        let Some(records) = &mut self.records else { return };
        if matches!(happening, Happening::Delete) {
            records.group.deleted = Some(now);
            records.members.values_mut().for_each(|member| Arc::make_mut(member).deleted = Some(now));
            return;
        }
        if !is_available {
            return;
        }
        let ids: Vec<_> = records.group.node_groups.keys().cloned().collect();
        let clustered = records.group.cluster_mode.is_clustered();
        match happening {
            // A group whose mode is changed is in no datastore.
            Happening::ChangeMode if self.abroad.is_to_take_over || self.abroad.takes_writes => {}
            Happening::TestFailover(shard) => {
                let shard = records.group.node_groups.get_mut(&ids[shard % ids.len()]).expect("a shard");
                if shard.members.len() > 1 {
                    shard.promotion = Some(Promotion { to: None, replaces_primary: true });
                }
            }
            Happening::Promote(index) => promote(records, *index),
            Happening::Upgrade => {
                for member in records.members.values_mut() {
                    let nodes = &mut Arc::make_mut(member).nodes;
                    for node in nodes.values_mut() {
                        node.renew(Succession::Handover);
                    }
                }
            }
            Happening::Reboot(index) if !clustered => {
                let members: Vec<_> = records.members.keys().cloned().collect();
                let id = &members[index % members.len()];
                let node = Arc::make_mut(records.members.get_mut(id).expect("a member")).nodes.get_mut(&NodeId::FIRST);
                let node = node.expect("a node");
                node.renew(Succession::Reboot);
                for (shard_id, shard) in &mut records.group.node_groups {
                    if shard.primary.cache_cluster_id == *id {
                        shard.primary.generation = node.generation;
                        self.answered.insert(shard_id.clone(), 0);
                    }
                }
            }
            Happening::AddReplica(shard) => {
                let id = ids[shard % ids.len()].clone();
                let member = (1..1000).map(|n| format!("g-{id}-{n:03}")).find(|m| !records.members.contains_key(m));
                let member = member.expect("a free name");
                let shard = records.group.node_groups.get_mut(&id).expect("a shard");
                shard.members.push(member.clone());
                records.group.replica_count_changing = true;
                records.members.insert(member.clone(), Arc::new(cluster(&member, "g", &id, now)));
            }
            Happening::RemoveReplica(shard) => {
                let shard = &records.group.node_groups[&ids[shard % ids.len()]];
                let primary = &shard.primary.cache_cluster_id;
                if let Some(replica) = shard.members.iter().find(|id| *id != primary) {
                    let member = records.members.get_mut(replica).expect("a member");
                    Arc::make_mut(member).deleted = Some(now);
                    records.group.replica_count_changing = true;
                }
            }
            Happening::ChangeMode if ids.len() == 1 => {
                let group = &mut records.group;
                group.cluster_mode = if clustered { ClusterMode::Disabled } else { ClusterMode::Compatible };
                for shard in group.node_groups.values_mut() {
                    shard.slots = if clustered { SlotSet::default() } else { SlotSet::all() };
                }
                for member in records.members.values_mut() {
                    let member = Arc::make_mut(member);
                    member.nodes.values_mut().for_each(|node| node.renew(Succession::Handover));
                }
            }
            // That is done to all members of a datastore at once.
            Happening::Reshard(_) if self.abroad.is_there() => {}
            Happening::Reshard(count) if clustered => reshard(records, 1 + count % 4, now),
            _ => {}
        }
    }

    fn is_available(&self) -> bool {
        self.records.as_ref().is_some_and(|records| {
            let members = |id: &str| records.members.get(id).map(Arc::as_ref);
            records.group.phase(members) == GroupPhase::Available
        })
    }

    fn let_in(&mut self, token: u8) {
        let access = Access::Tokens { tokens: vec![PasswordHash::of(&token.to_string())], optional: false };
        let members = self.records.iter_mut().flat_map(|records| records.members.values_mut());
        members.for_each(|member| Arc::make_mut(member).access = access.clone());
    }
}

fn promote(records: &mut GroupRecords, index: usize) {
    let members: Vec<_> = records.members.keys().cloned().collect();
    let member = &members[index % members.len()];
    let at = records.members[member].membership.as_ref().expect("a member").node_group_id.clone();
    let shard = records.group.node_groups.get_mut(&at).expect("a shard");
    // A failover is tested only where replicas take over by themselves, and there nobody promotes by hand.
    if shard.promotion.is_none() {
        shard.promotion = Some(Promotion { to: Some(member.clone()), replaces_primary: false });
    }
}

fn reshard(records: &mut GroupRecords, count: usize, now: DateTime<Utc>) {
    let ids: Vec<_> = records.group.node_groups.keys().cloned().collect();
    let highest = ids.iter().map(NodeGroupId::number).max().unwrap_or(0);
    for (number, _) in (highest + 1..).zip(ids.len()..count) {
        add_shard(records, number, 1, SlotSet::default(), now);
    }
    for id in ids.iter().skip(count) {
        records.group.node_groups.get_mut(id).expect("a shard").leaving = true;
    }
    let split = SlotSet::even_split(u16::try_from(count).expect("few"));
    let shards = records.group.node_groups.iter();
    let staying: Vec<_> = shards.filter(|(_, shard)| !shard.leaving).map(|(id, _)| id.clone()).collect();
    let mut target: BTreeMap<_, _> = staying.into_iter().zip(split).collect();
    for (id, shard) in &records.group.node_groups {
        if shard.leaving {
            target.insert(id.clone(), SlotSet::default());
        }
    }
    records.group.resharding = Some(Resharding { target, slots_to_move: 1 });
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let one = prop_oneof![
        4 => Just(Happening::Write),
        4 => (0..20_usize).prop_map(Happening::Lose),
        1 => Just(Happening::LoseAll),
        3 => prop::collection::vec(0..20_usize, 1..3).prop_map(Happening::TakeOut),
        2 => Just(Happening::Heal),
        1 => (0..5_usize).prop_map(Happening::TestFailover),
        1 => (0..20_usize).prop_map(Happening::Promote),
        1 => Just(Happening::Upgrade),
        1 => (0..20_usize).prop_map(Happening::Reboot),
        2 => (0..5_usize).prop_map(Happening::AddReplica),
        1 => (0..5_usize).prop_map(Happening::RemoveReplica),
        2 => (0..4_usize).prop_map(Happening::Reshard),
        1 => Just(Happening::ChangeMode),
        2 => any::<u8>().prop_map(Happening::LetIn),
        2 => Just(Happening::Abroad(HappeningAbroad::FailOver)),
        1 => Just(Happening::Abroad(HappeningAbroad::Move)),
        1 => Just(Happening::Abroad(HappeningAbroad::Lose)),
        2 => Just(Happening::Abroad(HappeningAbroad::Part)),
        3 => Just(Happening::StartMigration),
        3 => Just(Happening::WriteToSource),
        1 => Just(Happening::SourceSilent),
        2 => any::<bool>().prop_map(Happening::CompleteMigration),
        1 => Just(Happening::Delete),
    ];
    prop::collection::vec(one, 0..12)
}

#[test]
fn a_group_behind_a_serverless_cache_has_an_endpoint_for_writes_and_one_for_reads() {
    let opened = |scope: &Scope| {
        let mut simulation = Simulation::new(true, 1, 1, true);
        simulation.records.as_mut().expect("records").group.scope = scope.clone();
        simulation.settle(|| false);
        simulation.open.iter().copied().collect::<Vec<_>>()
    };
    let scope = Scope::new("000000000000", "us-east-1");
    assert_eq!(opened(&scope), [EndpointRole::GroupConfiguration]);
    assert_eq!(opened(&scope.behind_serverless()), [EndpointRole::Primary, EndpointRole::Reader]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_group_always_comes_to_rest_as_it_was_asked_for(
        clustered: bool,
        shards in 1..4_u16,
        replicas in 0..3_u16,
        automatic_failover: bool,
        happenings in happenings(),
        cuts in prop::collection::vec(any::<bool>(), 0..60),
        rounds in prop::collection::vec(0..4_usize, 0..12),
    ) {
        let shards = if clustered { shards } else { 1 };
        let mut simulation = Simulation::new(clustered, shards, replicas, automatic_failover || clustered);
        let mut cuts = cuts.into_iter();
        let mut cut = || cuts.next().unwrap_or(false);
        let mut rounds = rounds.into_iter();
        simulation.settle(&mut cut);
        for happening in &happenings {
            simulation.happen(happening);
            // Mostly the next thing happens while the last one is being dealt with.
            match rounds.next() {
                None | Some(0) => simulation.settle(&mut cut),
                Some(steps) => simulation.take(steps, &mut cut),
            }
        }
        simulation.settle(&mut cut);
        simulation.check_what_is_out();
        simulation.check_migration();
        simulation.complete_migration(true);
        simulation.happen(&Happening::Heal);
        simulation.settle(cut);
        simulation.write();
        simulation.check();
    }
}
