//! What a group in cluster mode says to its engines.

use std::collections::{BTreeMap, BTreeSet};

use super::{Engine, GroupActor, GroupChange, Members, Seat, find};
use crate::{
    engine::{self, Duty, Member, ReplicationRole},
    model::{EngineRef, EngineRole, NodeGroupId, NodeId, RemoteEngine, ReplicationGroup, SlotSet},
    reconcile::failure::StepError,
};

impl GroupActor {
    /// Makes one cluster of all engines.
    pub(super) async fn form(&self, group: &ReplicationGroup, members: &Members) -> Result<GroupChange, StepError> {
        let primaries = group.node_groups.iter().map(|(id, shard)| (id, shard.primary.clone())).collect();
        Ok(GroupChange::Seated(self.make_cluster(group, members, &primaries).await?))
    }

    /// Makes a cluster of the new engines of a shard, the only one, and copies the keys of its primary, which is no node
    /// of a cluster. Writes wait meanwhile.
    pub(super) async fn convert(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        shard: &NodeGroupId,
        to: &EngineRef,
    ) -> Result<GroupChange, StepError> {
        let primaries = [(shard, to.clone())].into();
        let seats = self.make_cluster(group, members, &primaries).await?;
        let from = group.node_groups.get(shard).and_then(|shard| find(members, &shard.primary));
        if let (Some(from), Some(to)) = (from, find(members, to))
            && from.running.is_real()
            && to.running.is_real()
        {
            let (mut source, mut target) = (self.client(&from).await?, self.client(&to).await?);
            source.pause_writes().await?;
            if let Err(error) = target.copy_keys_from(&mut source).await {
                source.resume_writes().await?;
                return Err(error.into());
            }
        }
        Ok(GroupChange::Converted { shard: shard.clone(), to: to.clone(), seats })
    }

    /// Makes one cluster of the wanted engines, in which those of `primaries` are primaries.
    pub(super) async fn make_cluster(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        primaries: &BTreeMap<&NodeGroupId, EngineRef>,
    ) -> Result<Vec<Seat>, StepError> {
        let mut seats = Vec::new();
        let mut engines = Vec::new();
        for (id, shard) in &group.node_groups {
            let Some(primary) = primaries.get(id).and_then(|primary| find(members, primary)) else {
                return Ok(Vec::new());
            };
            for engine in shard.members.iter().filter_map(|member| wanted(members, member)) {
                let (duty, role) = if engine.name == primary.name {
                    (Duty::Primary(shard.slots.clone()), EngineRole::Primary)
                } else {
                    let of = primary.name.clone();
                    (Duty::Replica { of: primary.running.peer }, EngineRole::Replica { of })
                };
                seats.push(engine::Seat { member: self.cluster_member(&engine), duty });
                engines.push((engine, role));
            }
        }
        let ids = if engines.iter().all(|(engine, _)| engine.running.is_real()) {
            let ids = engine::form(&seats).await?;
            let settled: Vec<_> = seats.into_iter().map(|seat| seat.member).collect();
            engine::settle(&settled).await?;
            ids
        } else {
            // Records only: any name will do.
            engines.iter().map(|(engine, _)| engine.running.run.clone()).collect()
        };
        let seat = |((engine, role), id): ((Engine, EngineRole), String)| Seat {
            engine: engine.name,
            role,
            cluster_node_id: Some(id),
        };
        Ok(engines.into_iter().zip(ids).map(seat).collect())
    }

    /// Lets all engines forget others that are gone.
    pub(super) async fn forget(&self, members: &Members, ids: &[String]) -> Result<GroupChange, StepError> {
        engine::forget_all(&self.cluster_members(members, None), ids).await?;
        Ok(GroupChange::Forgotten(ids.to_vec()))
    }

    /// Moves slots with their keys from the primary of one shard to that of another.
    pub(super) async fn move_slots(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        from: &NodeGroupId,
        to: &NodeGroupId,
        slots: &SlotSet,
    ) -> Result<GroupChange, StepError> {
        let primary = |id: &NodeGroupId| find(members, &group.node_groups.get(id)?.primary);
        if let (Some(source), Some(target)) = (primary(from), primary(to))
            && source.running.is_real()
            && target.running.is_real()
        {
            let others = group.node_groups.keys().filter(|id| *id != from && *id != to);
            let others: Vec<_> = others.filter_map(primary).map(|engine| self.cluster_member(&engine)).collect();
            let (source, heir) = (self.cluster_member(&source), self.cluster_member(&target));
            engine::move_slots(&source, &heir, &others, slots, |_| {}).await?;
            engine::until_owner_known(&heir, slots, &self.cluster_members(members, None)).await?;
            if group.node_groups.get(to).is_some_and(|shard| shard.slots.is_empty()) {
                self.introduce_copies(members, &target).await?;
            }
        }
        Ok(GroupChange::Moved { from: from.clone(), to: to.clone(), slots: slots.clone() })
    }

    /// Makes a replica whose primary is lost the owner of its slots.
    pub(super) async fn take_over(&self, to: &Engine) -> Result<(), StepError> {
        let mut client = self.client(to).await?;
        client.take_over().await?;
        self.keep(to, client).await;
        Ok(())
    }

    /// Lets a replica take over from a primary that works.
    pub(super) async fn switch_in_cluster(
        &self,
        members: &Members,
        primary: &Engine,
        to: &Engine,
    ) -> Result<(), StepError> {
        let seated = seated(members).filter(|engine| engine.name != primary.name && engine.name != to.name);
        let others: Vec<_> = seated.map(|engine| self.cluster_member(&engine)).collect();
        Ok(engine::switch_primary(&self.cluster_member(to), &self.cluster_member(primary), &others).await?)
    }

    /// Takes a fresh engine into the cluster as the primary of a shard; answers its id there.
    pub(super) async fn join_with_slots(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        shard: &NodeGroupId,
        engine: &Engine,
    ) -> Result<String, StepError> {
        let mut client = self.client(engine).await?;
        if !client.view().await?.myself().is_primary() {
            // It had begun to follow the lost primary, so it can take over what that owned.
            client.take_over().await?;
            let id = client.my_id().await?;
            self.keep(engine, client).await;
            return Ok(id);
        }
        self.keep(engine, client).await;
        let existing = self.cluster_members(members, Some(&engine.name));
        let present: BTreeSet<_> = seated(members).filter_map(|engine| engine.running.cluster_node_id).collect();
        // As long as the lost primary is remembered its slots are nobody else's.
        let gone: Vec<_> = group.cluster_node_ids.difference(&present).cloned().collect();
        engine::forget_all(&existing, &gone).await?;
        let slots = group.node_groups.get(shard).map(|shard| shard.slots.clone()).unwrap_or_default();
        self.join(engine, Duty::Primary(slots), &existing).await
    }

    /// Makes an engine a replica of another; answers its id in the cluster and whether it has copied everything.
    pub(super) async fn follow_in_cluster(
        &self,
        members: &Members,
        engine: &Engine,
        of: &Engine,
    ) -> Result<(String, bool), StepError> {
        let Some(id) = engine.running.cluster_node_id.clone() else {
            let existing = self.cluster_members(members, Some(&engine.name));
            let seat =
                engine::Seat { member: self.cluster_member(engine), duty: Duty::Replica { of: of.running.peer } };
            let ids = engine::join(std::slice::from_ref(&seat), &existing).await?;
            engine::settle(&[seat.member]).await?;
            return Ok((ids.into_iter().next().unwrap_or_default(), true));
        };
        let mut client = self.client(engine).await?;
        let in_sync = match client.replication().await?.role {
            ReplicationRole::Replica { of: source, link_is_up, .. } if source == Some(of.running.peer) => link_is_up,
            _ => {
                if let Some(primary) = &of.running.cluster_node_id {
                    client.replicate(primary).await?;
                }
                false
            }
        };
        self.keep(engine, client).await;
        Ok((id, in_sync))
    }

    async fn join(&self, engine: &Engine, duty: Duty, existing: &[Member]) -> Result<String, StepError> {
        let member = self.cluster_member(engine);
        let seat = engine::Seat { member: member.clone(), duty };
        let ids = engine::join(&[seat], existing).await?;
        engine::settle(&[member]).await?;
        Ok(ids.into_iter().next().unwrap_or_default())
    }

    /// Lets an engine serve reads while too few primaries answer, `always` or as its parameters say.
    pub(super) async fn read_when_down(&self, engine: &Engine, always: bool) -> Result<(), StepError> {
        let mut client = self.client(engine).await?;
        client.read_when_down(&self.settings(engine), always).await?;
        self.keep(engine, client).await;
        Ok(())
    }

    /// Waits until all nodes tell clients of a copy: those of a region that takes no writes find no other for its slots.
    pub(super) async fn introduce(&self, members: &Members, engine: &Engine, of: &Engine) -> Result<(), StepError> {
        let existing = self.cluster_members(members, Some(&engine.name));
        let member = self.cluster_member(engine);
        engine::until_told(&member, &self.cluster_member(of), &existing).await?;
        Ok(engine::settle(&[member]).await?)
    }

    /// Waits until all nodes tell clients of the copies of a primary that has got its first slots, in whichever region: no
    /// node tells of a copy before.
    async fn introduce_copies(&self, members: &Members, primary: &Engine) -> Result<(), StepError> {
        let here = RemoteEngine { region: self.key.scope.region.clone(), engine: primary.name.clone() };
        let copies = |role: &EngineRole| match role {
            EngineRole::Replica { of } => *of == here.engine,
            EngineRole::Secondary { of } => *of == here,
            EngineRole::Primary | EngineRole::Migrating { .. } => false,
        };
        let abroad = self.members_abroad();
        for copy in seated(members).chain(abroad.iter().flat_map(seated)) {
            if copy.running.is_real() && copy.running.role.as_ref().is_some_and(copies) {
                self.introduce(members, &copy, primary).await?;
            }
        }
        Ok(())
    }

    /// Lets engines of another region take over, each from its primary here, if there is one left.
    pub(super) async fn hand_over_in_cluster(&self, heirs: &[(Engine, Option<Engine>)]) -> Result<(), StepError> {
        let is_real = |engine: &&Engine| engine.running.is_real();
        let of = |engine: &Engine| self.cluster_member(engine);
        for (heir, _) in heirs.iter().filter(|(heir, _)| heir.running.is_real()) {
            self.read_when_down(heir, false).await?;
        }
        let heirs = heirs.iter().filter(|(heir, _)| is_real(&heir));
        let heirs: Vec<_> = heirs.map(|(heir, primary)| (of(heir), primary.as_ref().filter(is_real).map(of))).collect();
        Ok(engine::take_over_in_turn(&heirs).await?)
    }

    /// The engines that know each other already, in whichever region, but for one of this group.
    fn cluster_members(&self, members: &Members, but: Option<&EngineRef>) -> Vec<Member> {
        let own = seated(members).filter(|engine| Some(&engine.name) != but);
        let abroad = self.members_abroad();
        let all = own.chain(abroad.iter().flat_map(seated)).filter(|engine| engine.running.is_real());
        all.map(|engine| self.cluster_member(&engine)).collect()
    }

    fn cluster_member(&self, engine: &Engine) -> Member {
        let (address, peer) = (engine.running.address, engine.running.peer);
        Member { address, peer, settings: self.settings(engine) }
    }
}

/// The wanted incarnation of a member's engine.
fn wanted(members: &Members, id: &str) -> Option<Engine> {
    let generation = members.get(id)?.nodes.get(&NodeId::FIRST)?.generation;
    find(members, &EngineRef { cache_cluster_id: id.to_owned(), generation })
}

/// The engines that have a place in the cluster.
fn seated(members: &Members) -> impl Iterator<Item = Engine> + '_ {
    let names = members.values().flat_map(|member| {
        let generations = member.nodes.get(&NodeId::FIRST).into_iter().flat_map(|node| node.engines.keys());
        generations.map(|generation| EngineRef { cache_cluster_id: member.id.clone(), generation: *generation })
    });
    names.filter_map(|name| find(members, &name)).filter(|engine| engine.running.cluster_node_id.is_some())
}
