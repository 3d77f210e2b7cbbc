//! What a group in cluster mode says to its engines.

use std::collections::BTreeSet;

use super::{Engine, GroupActor, GroupChange, Members, Seat, find};
use crate::{
    engine::{self, Duty, Member, ReplicationRole},
    model::{EngineRef, EngineRole, NodeGroupId, NodeId, ReplicationGroup, SlotSet},
    reconcile::failure::StepError,
};

impl GroupActor {
    /// Makes one cluster of all engines.
    pub(super) async fn form(&self, group: &ReplicationGroup, members: &Members) -> Result<GroupChange, StepError> {
        let mut seats = Vec::new();
        let mut engines = Vec::new();
        for shard in group.node_groups.values() {
            let Some(primary) = find(members, &shard.primary) else { return Ok(GroupChange::Seated(Vec::new())) };
            for member in &shard.members {
                let Some(engine) = wanted(members, member) else { continue };
                let (duty, role) = if engine.name == shard.primary {
                    (Duty::Primary(shard.slots.clone()), EngineRole::Primary)
                } else {
                    (Duty::Replica { of: primary.running.peer }, EngineRole::Replica { of: shard.primary.clone() })
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
        Ok(GroupChange::Seated(engines.into_iter().zip(ids).map(seat).collect()))
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
            let (source, target) = (self.cluster_member(&source), self.cluster_member(&target));
            engine::move_slots(&source, &target, &others, slots, |_| {}).await?;
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
            let id = self.join(engine, Duty::Replica { of: of.running.peer }, &existing).await?;
            return Ok((id, true));
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

    /// The engines that know each other already, but for one.
    fn cluster_members(&self, members: &Members, but: Option<&EngineRef>) -> Vec<Member> {
        let seated = seated(members).filter(|engine| Some(&engine.name) != but && engine.running.is_real());
        seated.map(|engine| self.cluster_member(&engine)).collect()
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
fn seated(members: &Members) -> impl Iterator<Item = Engine> {
    let names = members.values().flat_map(|member| {
        let generations = member.nodes.get(&NodeId::FIRST).into_iter().flat_map(|node| node.engines.keys());
        generations.map(|generation| EngineRef { cache_cluster_id: member.id.clone(), generation: *generation })
    });
    names.filter_map(|name| find(members, &name)).filter(|engine| engine.running.cluster_node_id.is_some())
}
