//! What a group of a global datastore has to do with engines of other regions: the primary of a secondary group copies
//! one, and takes over from it.

use super::{Engine, GroupActor, Progress, Seat, place::member_abroad};
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

    /// Makes the primary of a shard a copy of one in another region. `None` while it has not copied everything yet.
    pub(super) async fn follow_abroad(&self, engine: &Engine, of: &RemoteEngine) -> Result<Option<Seat>, StepError> {
        let Some(source) = self.find_abroad(of) else { return Ok(None) };
        if engine.running.is_real() && source.running.is_real() {
            if !self.replicate(engine, &source).await? {
                return Ok(None);
            }
            self.calm_down(engine).await?;
        }
        let role = EngineRole::Secondary { of: of.clone() };
        Ok(Some(Seat { engine: engine.name.clone(), role, cluster_node_id: engine.running.cluster_node_id.clone() }))
    }

    /// Lets the primary `to` of another region take over from this one, or from nobody when there is none left here.
    pub(super) async fn yield_to(
        &self,
        shard: &NodeGroupId,
        primary: Option<Engine>,
        to: &RemoteEngine,
    ) -> Result<Progress, StepError> {
        let Some(heir) = self.find_abroad(to) else { return Ok(Progress::UnderWay) };
        if heir.running.is_real() {
            match primary.as_ref().filter(|primary| primary.running.is_real()) {
                None => self.promote(&heir).await?,
                Some(primary) => {
                    let mut old = self.client(primary).await?;
                    let mut new = self.client(&heir).await?;
                    new.relieve(&mut old, heir.running.peer, &self.settings(&heir)).await?;
                    self.keep(primary, old).await;
                    self.keep(&heir, new).await;
                }
            }
        }
        self.yielded(shard, to).await?;
        Ok(Progress::Done)
    }

    /// Writes down that another region's group takes writes from now on: all in one, so that nobody ever finds two that
    /// do, or none.
    async fn yielded(&self, shard: &NodeGroupId, to: &RemoteEngine) -> Result<(), StepError> {
        let (scope, id, shard, to) = (self.key.scope.clone(), self.key.id.clone(), shard.clone(), to.clone());
        let now = self.shared.clock.now();
        let written = self.shared.store.write(move |draft| {
            let Some(group) = draft.get::<ReplicationGroup>(&scope, &id) else { return Ok::<_, StorageError>(()) };
            let everywhere = scope.everywhere();
            let Some(datastore) = group
                .global_replication_group_id
                .as_ref()
                .and_then(|id| draft.get::<GlobalReplicationGroup>(&everywhere, id))
            else {
                return Ok(());
            };
            if datastore.failover_to.as_ref() != Some(&to.region) {
                return Ok(());
            }
            let mut datastore = GlobalReplicationGroup::clone(&datastore);
            datastore.primary_region.clone_from(&to.region);
            datastore.failover_to = None;
            if let Some(shard) = group.node_groups.get(&shard) {
                let from = RemoteEngine { region: scope.region.clone(), engine: shard.primary.clone() };
                set_role(draft, &scope, &from, None);
            }
            set_role(draft, &scope, &to, Some(EngineRole::Primary));
            let message = format!(
                "Failover of global datastore {} from region {} to region {} completed",
                datastore.id, scope.region, to.region
            );
            for (region, member) in &datastore.members {
                let source_identifier = member.replication_group_id.clone();
                let source_type = SourceType::ReplicationGroup;
                let event = Event { source_identifier, source_type, message: message.clone(), date: now };
                draft.emit(&scope.in_region(region), event);
            }
            let id = datastore.id.clone();
            draft.put(&everywhere, &id, datastore);
            Ok(())
        });
        Ok(written.await?)
    }
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
