//! What a group of a global datastore has to do with engines of other regions: the primary of a secondary group copies
//! one, and takes over from it. In cluster mode, where replicas have no replicas, every engine of a secondary copies one,
//! as nodes of the same cluster.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Engine, GroupActor, Members, Progress, Seat, find, is_member,
    place::{member_abroad, neighbours},
};
use crate::{
    model::{
        CacheCluster, EngineRole, Event, GlobalReplicationGroup, NodeGroupId, NodeId, Observed, RemoteEngine,
        ReplicationGroup, Scope, SourceType,
    },
    reconcile::failure::StepError,
    store::{Draft, StorageError},
};

impl GroupActor {
    /// An engine of another region that runs.
    pub(super) fn find_abroad(&self, name: &RemoteEngine) -> Option<Engine> {
        let cluster = member_abroad(&self.shared.store.tables(), &self.key.scope, name)?;
        let running = cluster.nodes.get(&NodeId::FIRST)?.engines.get(&name.engine.generation)?.running()?.clone();
        Some(Engine { name: name.engine.clone(), cluster, running })
    }

    /// The members of the groups in other regions whose engines share a cluster with those of this one.
    pub(super) fn members_abroad(&self) -> Vec<Members> {
        let tables = self.shared.store.tables();
        let members = |group: &ReplicationGroup| {
            let found = group
                .member_ids()
                .filter_map(|id| Some((id.clone(), tables.cache_clusters.get(&group.scope, id)?.clone())));
            found.filter(|(_, member)| is_member(member, group)).collect()
        };
        neighbours(&tables, &self.key.scope, &self.key.id).into_iter().map(|group| members(&group)).collect()
    }

    /// Makes an engine a copy of one in another region. `None` while it has not copied everything yet.
    pub(super) async fn follow_abroad(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        engine: &Engine,
        of: &RemoteEngine,
    ) -> Result<Option<Seat>, StepError> {
        let Some(source) = self.find_abroad(of) else { return Ok(None) };
        let mut cluster_node_id = engine.running.cluster_node_id.clone();
        if engine.running.is_real() && source.running.is_real() {
            let in_sync = if group.cluster_mode.is_clustered() {
                let (id, in_sync) = self.follow_in_cluster(members, engine, &source).await?;
                cluster_node_id = Some(id);
                in_sync
            } else {
                self.replicate(engine, &source).await?
            };
            if !in_sync {
                return Ok(None);
            }
            self.calm_down(engine).await?;
            if group.cluster_mode.is_clustered() {
                self.read_when_down(engine, true).await?;
                self.introduce(members, engine, &source).await?;
            }
        } else if group.cluster_mode.is_clustered() {
            // Records only: any name will do.
            cluster_node_id.get_or_insert_with(|| engine.running.run.clone());
        }
        let role = EngineRole::Secondary { of: of.clone() };
        Ok(Some(Seat { engine: engine.name.clone(), role, cluster_node_id }))
    }

    /// Lets the primaries `to` of another region take over from those here, or from nobody where there is none left.
    pub(super) async fn yield_to(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        to: &BTreeMap<NodeGroupId, RemoteEngine>,
    ) -> Result<Progress, StepError> {
        let mut heirs = Vec::with_capacity(to.len());
        for (shard, to) in to {
            let Some(heir) = self.find_abroad(to) else { return Ok(Progress::UnderWay) };
            let primary = group.node_groups.get(shard).and_then(|shard| find(members, &shard.primary));
            heirs.push((heir, primary));
        }
        if group.cluster_mode.is_clustered() {
            self.hand_over_in_cluster(&heirs).await?;
        } else {
            for (heir, primary) in &heirs {
                self.hand_over_to(heir, primary.as_ref()).await?;
            }
        }
        self.yielded(to).await?;
        Ok(Progress::Done)
    }

    async fn hand_over_to(&self, heir: &Engine, primary: Option<&Engine>) -> Result<(), StepError> {
        if !heir.running.is_real() {
            return Ok(());
        }
        let Some(primary) = primary.filter(|primary| primary.running.is_real()) else {
            return self.promote(heir).await;
        };
        let mut old = self.client(primary).await?;
        let mut new = self.client(heir).await?;
        new.relieve(&mut old, heir.running.peer, &self.settings(heir)).await?;
        self.keep(primary, old).await;
        self.keep(heir, new).await;
        Ok(())
    }

    /// Writes down that another region's group takes writes from now on: all in one, so that nobody ever finds two that
    /// do, or none.
    async fn yielded(&self, to: &BTreeMap<NodeGroupId, RemoteEngine>) -> Result<(), StepError> {
        let (scope, id, to) = (self.key.scope.clone(), self.key.id.clone(), to.clone());
        let now = self.shared.clock.now();
        let written = self.shared.store.write(move |draft| {
            let Some(group) = draft.get::<ReplicationGroup>(&scope, &id) else { return Ok::<_, StorageError>(()) };
            let Some(datastore) = datastore_of(draft, &group) else { return Ok(()) };
            let Some(region) = to.values().next().map(|engine| engine.region.clone()) else { return Ok(()) };
            if datastore.failover_to.as_ref() != Some(&region) {
                return Ok(());
            }
            let mut datastore = GlobalReplicationGroup::clone(&datastore);
            datastore.primary_region.clone_from(&region);
            datastore.failover_to = None;
            for (shard, to) in &to {
                if let Some(shard) = group.node_groups.get(shard) {
                    let from = RemoteEngine { region: scope.region.clone(), engine: shard.primary.clone() };
                    set_role(draft, &scope, &from, None);
                }
                set_role(draft, &scope, to, Some(EngineRole::Primary));
            }
            if let Some(heir) = datastore.members.get(&region) {
                pass_on_slots(draft, &group, &scope.in_region(&region), &heir.replication_group_id);
            }
            let message = format!(
                "Failover of global datastore {} from region {} to region {region} completed",
                datastore.id, scope.region
            );
            for (region, member) in &datastore.members {
                let source_identifier = member.replication_group_id.clone();
                let source_type = SourceType::ReplicationGroup;
                let event = Event { source_identifier, source_type, message: message.clone(), date: now };
                draft.emit(&scope.in_region(region), event);
            }
            let (scope, id) = (datastore.scope.clone(), datastore.id.clone());
            draft.put(&scope, &id, datastore);
            Ok(())
        });
        Ok(written.await?)
    }
}

/// The datastore that a group is a member of.
fn datastore_of(draft: &Draft, group: &ReplicationGroup) -> Option<Arc<GlobalReplicationGroup>> {
    draft.get(&group.scope.everywhere(), group.global_replication_group_id.as_ref()?)
}

/// The group that takes writes from now on is the one that knows which slots each shard has, and where they are to go.
fn pass_on_slots(draft: &mut Draft, from: &ReplicationGroup, scope: &Scope, to: &str) {
    if !from.cluster_mode.is_clustered() {
        return;
    }
    let Some(heir) = draft.get::<ReplicationGroup>(scope, to) else { return };
    let mut heir = ReplicationGroup::clone(&heir);
    heir.copy_slots(from);
    heir.resharding.clone_from(&from.resharding);
    draft.put(scope, to, heir);
    let left = ReplicationGroup { resharding: None, ..from.clone() };
    draft.put(&from.scope, &from.id, left);
}

/// Notes what an engine of whichever region has been made.
fn set_role(draft: &mut Draft, scope: &Scope, engine: &RemoteEngine, role: Option<EngineRole>) {
    let (scope, id) = (scope.in_region(&engine.region), &engine.engine.cache_cluster_id);
    let Some(cluster) = draft.get::<CacheCluster>(&scope, id) else { return };
    let mut cluster = CacheCluster::clone(&cluster);
    let node = cluster.nodes.get_mut(&NodeId::FIRST);
    if let Some(Observed::Running(running)) = node.and_then(|node| node.engines.get_mut(&engine.engine.generation)) {
        running.role = role;
    }
    draft.put(&scope, id, cluster);
}
