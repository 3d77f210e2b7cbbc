//! Gives the engines of a replication group their places: one run looks at one group until there is nothing left to do.

mod abroad;
mod change;
mod clients;
mod clustering;
mod departing;
mod inspection;
mod migrating;
mod place;
mod plan;
#[cfg(test)]
mod plan_tests;
mod replicating;
mod shard;
#[cfg(test)]
mod simulated_records;
#[cfg(test)]
mod simulated_source;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod simulation_abroad;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::time::sleep;
use tracing::{Instrument, Span};

pub(super) use self::{
    change::GroupChange,
    inspection::inspect_all,
    migrating::Target,
    place::{concerned, keys_of},
};
use self::{
    change::{GroupRecords, Seat},
    clients::Clients,
    place::Place,
    plan::{Step, World, plan},
};
use super::{
    Actor, Key, Shared,
    failure::{PATIENCE, StepError},
    queue::Outcome,
    serverless::News,
    step_trace::traced,
};
use crate::{
    faults,
    model::{
        CacheCluster, EndpointId, EndpointRole, EngineRef, EngineRole, NodeGroupId, NodeId, ReplicationGroup, Running,
    },
    store::{Draft, StorageError},
};

/// How often an engine that is on its way to its place is looked at, at first and at most.
const POLL: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(50));

/// The records of a group's members.
type Members = BTreeMap<String, Arc<CacheCluster>>;

/// How a step went that did not fail.
enum Progress {
    Done,
    /// It is under way in the engines, and has to be looked at again.
    UnderWay,
    /// It cannot be done at the moment, and is to be tried after a while.
    Later,
}

/// One run of the reconciler on one replication group.
pub(super) struct GroupActor {
    pub shared: Arc<Shared>,
    pub key: Key,
    /// How often in a row runs on this group have failed before this one.
    failures: u32,
    clients: Clients,
}

/// An engine of the group that runs.
struct Engine {
    name: EngineRef,
    cluster: Arc<CacheCluster>,
    running: Running,
}

impl GroupActor {
    pub fn new(shared: Arc<Shared>, key: Key, failures: u32) -> Self {
        Self { shared, key, failures, clients: Clients::default() }
    }

    /// Brings the engines closer to the group's record, until there is nothing left to do or something fails.
    pub async fn run(self) -> Outcome {
        let (mut span, mut wait) = (Span::none(), POLL.0);
        loop {
            let Some((group, members)) = self.records() else { return Outcome::Settled };
            let steps = self.plan(&group, &members);
            if steps.is_empty() {
                if group.failure.is_some() && self.change(GroupChange::Settled).await.is_err() {
                    return Outcome::Failed;
                }
                let members: Vec<_> = members.into_values().collect();
                super::endpoints::refresh(&self.shared, &group, &members);
                return Outcome::Settled;
            }
            // Most looks find nothing to do, and would hide the others in traces.
            if span.is_none() {
                span = tracing::info_span!("reconcile", replication_group_id = self.key.id, scope = %self.key.scope);
            }
            match self.take(&group, &members, &steps).instrument(span.clone()).await {
                Progress::Done => wait = POLL.0,
                Progress::UnderWay => {
                    sleep(wait).await;
                    wait = (wait * 5 / 4).min(POLL.1);
                }
                Progress::Later => return Outcome::Failed,
            }
        }
    }

    /// Takes steps at the same time. What is to be tried later waits as long as what has failed.
    async fn take(&self, group: &ReplicationGroup, members: &Members, steps: &[Step]) -> Progress {
        tracing::debug!(?steps, "next");
        let outcomes = join_all(steps.iter().map(|step| traced(step, self.act(group, members, step)))).await;
        let (mut failed, mut done) = (false, false);
        for (step, outcome) in steps.iter().zip(outcomes) {
            match outcome {
                Ok(Progress::Done) => done = true,
                Ok(Progress::UnderWay) => {}
                Ok(Progress::Later) => failed = true,
                Err(error) => {
                    failed = true;
                    self.note_failure(step, &error).await;
                }
            }
        }
        match (failed, done) {
            (true, _) => Progress::Later,
            (false, true) => Progress::Done,
            (false, false) => Progress::UnderWay,
        }
    }

    /// The records of the group and of its members as they are now.
    fn records(&self) -> Option<(Arc<ReplicationGroup>, Members)> {
        let tables = self.shared.store.tables();
        let group = tables.replication_groups.get(&self.key.scope, &self.key.id)?;
        let member = |id: &String| Some((id.clone(), Arc::clone(tables.cache_clusters.get(&self.key.scope, id)?)));
        let members = group.member_ids().filter_map(member).filter(|(_, member)| is_member(member, group));
        Some((Arc::clone(group), members.collect()))
    }

    fn plan(&self, group: &ReplicationGroup, members: &Members) -> Vec<Step> {
        let is_open = |role| self.shared.gateway.port_of(&self.endpoint(role)).is_some();
        let place = Place::of(group, &self.shared.store.tables());
        plan(group, &World { members, is_open: &is_open, place: &place })
    }

    fn endpoint(&self, role: EndpointRole) -> EndpointId {
        EndpointId { scope: self.key.scope.clone(), resource_id: self.key.id.clone(), role }
    }

    async fn act(&self, group: &ReplicationGroup, members: &Members, step: &Step) -> Result<Progress, StepError> {
        let find = |name: &EngineRef| find(members, name);
        let change = match step {
            Step::OpenEndpoint(role) => {
                let Some(engine) = members.values().next().map(|member| member.engine) else {
                    return Ok(Progress::UnderWay);
                };
                let port = super::endpoints::open_of_group(&self.shared, &self.endpoint(*role), group, engine)?;
                GroupChange::Opened { role: *role, port }
            }
            Step::CloseEndpoint(role) => {
                self.shared.gateway.close(&self.endpoint(*role)).await;
                GroupChange::Closed { role: *role }
            }
            Step::DropMembers(ids) => GroupChange::MembersDropped(ids.clone()),
            Step::DropShards(ids) => GroupChange::ShardsDropped(ids.clone()),
            Step::DropPromotion { shard } => GroupChange::PromotionDropped { shard: shard.clone() },
            Step::EmptyShards(ids) => GroupChange::Emptied(ids.clone()),
            Step::AnnounceResharded => GroupChange::Resharded,
            Step::AnnounceMigrated => GroupChange::Migrated,
            Step::AnnounceReplicaCount => GroupChange::ReplicaCountReached,
            Step::AnnounceCreated => {
                self.calm_primaries(group, members).await?;
                GroupChange::Created
            }
            Step::Vanish => {
                self.close_endpoints().await;
                GroupChange::Vanished
            }
            Step::Form => self.form(group, members).await?,
            Step::Convert { shard, to } => self.convert(group, members, shard, to).await?,
            Step::Forget(ids) => self.forget(members, ids).await?,
            Step::MoveSlots { from, to, slots } => self.move_slots(group, members, from, to, slots).await?,
            Step::FailOver { shard, among } => {
                let among: Vec<_> = among.iter().filter_map(find).collect();
                let Some((to, cluster_node_id)) = self.fail_over(among).await? else {
                    return Ok(Progress::UnderWay);
                };
                GroupChange::Promoted { shard: shard.clone(), to, cluster_node_id }
            }
            Step::Inherit { shard, to, others } => {
                let heirs = std::iter::once(to).chain(others).filter_map(find).collect();
                let Some(to) = self.furthest(heirs).await? else { return Ok(Progress::UnderWay) };
                let cluster_node_id = self.inherit(group, members, shard, &to).await?;
                GroupChange::Promoted { shard: shard.clone(), to: to.name, cluster_node_id }
            }
            Step::Switch { shard, among } => {
                let among: Vec<_> = among.iter().filter_map(find).collect();
                let primary = group.node_groups.get(shard).and_then(|shard| find(&shard.primary));
                let Some(to) = self.switch(members, primary, among).await? else {
                    return Ok(Progress::UnderWay);
                };
                GroupChange::Promoted { shard: shard.clone(), to, cluster_node_id: None }
            }
            Step::Appoint { shard, among } => {
                let Some(to) = self.furthest(among.iter().filter_map(find).collect()).await? else {
                    return Ok(Progress::UnderWay);
                };
                GroupChange::Appointed { shard: shard.clone(), to: to.name }
            }
            Step::Yield { to } => return self.yield_to(group, members, to).await,
            Step::TakeData(shards) => return self.take_data(group, members, shards).await,
            Step::Depart => return self.depart(group, members).await,
            Step::FollowAbroad { shard: _, engine, of } => {
                let Some(engine) = find(engine) else { return Ok(Progress::UnderWay) };
                let Some(seat) = self.follow_abroad(group, members, &engine, of).await? else {
                    return Ok(Progress::UnderWay);
                };
                GroupChange::Seated(vec![seat])
            }
            Step::Replace { shard, among } => {
                let Some(to) = self.furthest(among.iter().filter_map(find).collect()).await? else {
                    return Ok(Progress::UnderWay);
                };
                GroupChange::Replaced { shard: shard.clone(), to: to.name }
            }
            Step::Migrate { engine, from } => {
                let Some(engine) = find(engine) else { return Ok(Progress::UnderWay) };
                return self.migrate_if_heard(&engine, from).await;
            }
            Step::Complete { engine } => {
                let Some(migration) = &group.migration else { return Ok(Progress::UnderWay) };
                self.complete(migration, find(engine).as_ref()).await
            }
            Step::Crown { shard, engine } => {
                let Some(engine) = find(engine) else { return Ok(Progress::UnderWay) };
                GroupChange::Seated(vec![self.crown(group, members, shard, &engine).await?])
            }
            Step::Follow { shard: _, engine, of } => {
                let (Some(engine), Some(of)) = (find(engine), find(of)) else { return Ok(Progress::UnderWay) };
                let Some(seat) = self.follow(group, members, &engine, &of).await? else {
                    return Ok(Progress::UnderWay);
                };
                GroupChange::Seated(vec![seat])
            }
        };
        self.change(change).await?;
        Ok(Progress::Done)
    }

    async fn close_endpoints(&self) {
        for role in [EndpointRole::Primary, EndpointRole::Reader, EndpointRole::GroupConfiguration] {
            self.shared.gateway.close(&self.endpoint(role)).await;
        }
    }

    async fn calm_primaries(&self, group: &ReplicationGroup, members: &Members) -> Result<(), StepError> {
        let primaries = group.node_groups.values().filter_map(|shard| find(members, &shard.primary));
        for primary in primaries.filter(|engine| engine.running.is_real()) {
            self.calm_down(&primary).await?;
        }
        Ok(())
    }

    /// Writes `change` into the records of the group and of its members. A group that is gone stays so.
    async fn change(&self, change: GroupChange) -> Result<(), StepError> {
        self.change_with(change, |_, _| {}).await
    }

    /// The same, and in the same transaction what else follows for the group that was.
    async fn change_with(
        &self,
        change: GroupChange,
        more: impl FnOnce(&mut Draft, &ReplicationGroup) + Send + 'static,
    ) -> Result<(), StepError> {
        let (scope, id) = (self.key.scope.clone(), self.key.id.clone());
        let now = self.shared.clock.now();
        let written = self.shared.store.write(move |draft| {
            let Some(before) = draft.get::<ReplicationGroup>(&scope, &id) else { return Ok::<_, StorageError>(()) };
            let found = before.member_ids().filter_map(|id| Some((id.clone(), draft.get::<CacheCluster>(&scope, id)?)));
            let members: BTreeMap<_, _> = found.filter(|(_, member)| is_member(member, &before)).collect();
            let mut records = GroupRecords { group: ReplicationGroup::clone(&before), members: members.clone() };
            let events = change.apply(&mut records, now);
            let news = if scope.is_behind_serverless() && !events.is_empty() {
                let after = || records.members.values().map(Arc::as_ref);
                let recovery = || News::of_recovery(members.values().map(Arc::as_ref), after());
                News::of_group(&change, after()).or_else(recovery)
            } else {
                None
            };
            for (id, member) in records.members {
                if members.get(&id).is_some_and(|before| **before != *member) {
                    draft.put(&scope, &id, CacheCluster::clone(&member));
                }
            }
            if matches!(change, GroupChange::Vanished) {
                draft.remove::<ReplicationGroup>(&scope, &id);
                faults::end_without_target(draft, &scope);
            } else if records.group != *before {
                draft.put(&scope, &id, records.group);
            }
            if scope.is_behind_serverless() {
                if let Some(news) = news {
                    news.tell(draft, &scope, &id, now);
                }
                return Ok(());
            }
            for event in events {
                tracing::info!(source = event.source_identifier, message = event.message, "event");
                draft.emit(&scope, event);
            }
            more(draft, &before);
            Ok(())
        });
        Ok(written.await?)
    }

    /// Tells the user what went wrong, once it is more than a hiccup.
    async fn note_failure(&self, step: &Step, error: &StepError) {
        tracing::warn!(?step, %error, tries = self.failures + 1, "a step failed and will be tried again");
        if error.is_final() || self.failures + 1 >= PATIENCE {
            let noted = self.change(GroupChange::Failed { reason: error.to_string() }).await;
            if let Err(error) = noted {
                tracing::error!(%error, "the failure could not be noted either");
            }
        }
    }

    /// The member's own run, which knows how its engines are set up.
    fn member(&self, cluster: &CacheCluster) -> Actor {
        Actor { shared: Arc::clone(&self.shared), key: Key::of_cluster(&cluster.scope, &cluster.id), failures: 0 }
    }
}

/// Whether `cluster` is really a member of `group`, and not one that was retained when a group was deleted, or that came
/// later under the same name.
fn is_member(cluster: &CacheCluster, group: &ReplicationGroup) -> bool {
    cluster.membership.as_ref().is_some_and(|membership| membership.replication_group_id == group.id)
}

fn find(members: &Members, name: &EngineRef) -> Option<Engine> {
    let cluster = members.get(&name.cache_cluster_id)?;
    let running = cluster.nodes.get(&NodeId::FIRST)?.engines.get(&name.generation)?.running()?;
    Some(Engine { name: name.clone(), cluster: Arc::clone(cluster), running: running.clone() })
}

impl GroupActor {
    /// Makes an engine the best of `among` a primary: the one that has seen most writes.
    async fn fail_over(&self, among: Vec<Engine>) -> Result<Option<(EngineRef, Option<String>)>, StepError> {
        let Some(to) = self.furthest(among).await? else { return Ok(None) };
        if to.running.is_real() {
            if to.running.settings.is_clustered() {
                self.take_over(&to).await?;
            } else {
                self.promote(&to).await?;
            }
        }
        Ok(Some((to.name, to.running.cluster_node_id)))
    }

    /// Lets the best of `among` take over from a primary that works.
    async fn switch(
        &self,
        members: &Members,
        primary: Option<Engine>,
        among: Vec<Engine>,
    ) -> Result<Option<EngineRef>, StepError> {
        let Some(primary) = primary else { return Ok(None) };
        let Some(to) = self.furthest(among).await? else { return Ok(None) };
        if to.running.is_real() && primary.running.is_real() {
            if primary.running.settings.is_clustered() && to.running.settings.is_clustered() {
                self.switch_in_cluster(members, &primary, &to).await?;
            } else {
                self.switch_replicas(&primary, &to).await?;
            }
        }
        Ok(Some(to.name))
    }

    /// Makes a fresh engine a primary.
    async fn crown(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        shard: &NodeGroupId,
        engine: &Engine,
    ) -> Result<Seat, StepError> {
        let cluster_node_id = self.inherit(group, members, shard, engine).await?;
        if engine.running.is_migrating() && engine.running.is_real() {
            self.leave_outside(engine).await?;
        }
        Ok(Seat { engine: engine.name.clone(), role: EngineRole::Primary, cluster_node_id })
    }

    /// Gives a fresh engine what the primary of `shard` had but for its data. In a cluster these are its slots.
    async fn inherit(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        shard: &NodeGroupId,
        engine: &Engine,
    ) -> Result<Option<String>, StepError> {
        // Before there is a cluster it is enough to know who will be what in it.
        let has_cluster = group.cluster_mode.is_clustered() && !group.cluster_node_ids.is_empty();
        if has_cluster && engine.running.is_real() {
            return self.join_with_slots(group, members, shard, engine).await.map(Some);
        }
        // It may have begun to follow another one before that was lost, or another region. While a group is being made
        // for itself it has not.
        let may_follow = group.created.is_some() || group.global_replication_group_id.is_some();
        if engine.running.is_real() && !group.cluster_mode.is_clustered() && may_follow {
            self.promote(engine).await?;
            self.calm_down(engine).await?;
        }
        Ok(engine.running.cluster_node_id.clone())
    }

    /// Makes an engine a copy of another. `None` while it has not copied everything yet.
    async fn follow(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        engine: &Engine,
        of: &Engine,
    ) -> Result<Option<Seat>, StepError> {
        let mut cluster_node_id = engine.running.cluster_node_id.clone();
        if engine.running.is_real() && of.running.is_real() {
            let in_sync = if group.cluster_mode.is_clustered() {
                let (id, in_sync) = self.follow_in_cluster(members, engine, of).await?;
                cluster_node_id = Some(id);
                in_sync
            } else {
                // Replicas whose primary is lost let nobody copy them. This one has what is left of the data.
                if matches!(of.running.role, Some(EngineRole::Replica { .. })) {
                    self.promote(of).await?;
                }
                self.replicate(engine, of).await?
            };
            if !in_sync {
                return Ok(None);
            }
            self.calm_down(engine).await?;
            if group.cluster_mode.is_clustered() && group.global_replication_group_id.is_some() {
                self.read_when_down(engine, false).await?;
            }
        }
        let role = EngineRole::Replica { of: of.name.clone() };
        Ok(Some(Seat { engine: engine.name.clone(), role, cluster_node_id }))
    }
}
