//! Keeps the record of a global datastore true to its members: who has arrived, who has left. The members' own runs do
//! all that concerns engines.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Key, Shared, queue::Outcome};
use crate::{
    model::{
        CacheParameterGroup, Event, FindInRegion, GlobalMember, GlobalReplicationGroup, ReplicationGroup, Scope,
        SourceType, takes_writes,
    },
    store::{Draft, Regions, StorageError},
};

/// What happens to a global datastore next.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The member of this region is in its place for the first time.
    Associate(String),
    /// The member of this region is a group of its own by now, or is gone.
    Release(String),
    /// Slots have moved in the primary group, and with them in the member of this region, whose engines copy it.
    CopySlots(String),
    /// Nobody is left in the region that was to take writes.
    GiveUpFailover(String),
    /// Nothing of the datastore is left.
    Vanish,
}

/// The next steps for `datastore`; none when its record is true.
fn plan(datastore: &GlobalReplicationGroup, find: &impl FindInRegion) -> Vec<Step> {
    if datastore.deleted.is_some() {
        return vec![Step::Vanish];
    }
    let next = |(region, member): (&String, &GlobalMember)| match datastore.member_of(region, find) {
        None => Some(Step::Release(region.clone())),
        Some(group) if member.leaving => takes_writes(group, find).then(|| Step::Release(region.clone())),
        Some(_) if member.associated => None,
        Some(_) => datastore.is_in_place(region, find).then(|| Step::Associate(region.clone())),
    };
    let abandoned = datastore.failover_to.as_ref().filter(|region| !has_engines(datastore, region, find));
    let give_up = abandoned.map(|region| Step::GiveUpFailover(region.clone()));
    let strays = datastore.members.keys().filter(|region| has_other_slots(datastore, region, find));
    let copies = strays.map(|region| Step::CopySlots(region.clone()));
    datastore.members.iter().filter_map(next).chain(copies).chain(give_up).collect()
}

/// Whether a secondary is said to have other slots than the primary.
fn has_other_slots(datastore: &GlobalReplicationGroup, region: &str, find: &impl FindInRegion) -> bool {
    let primary = datastore.member_of(&datastore.primary_region, find);
    let (Some(group), Some(primary)) = (datastore.member_of(region, find), primary) else { return false };
    let mut shards = group.node_groups.iter().filter_map(|(id, shard)| Some((shard, primary.node_groups.get(id)?)));
    shards.any(|(shard, copied)| shard.slots != copied.slots)
}

/// Whether any engine runs for the member of a region.
fn has_engines(datastore: &GlobalReplicationGroup, region: &str, find: &impl FindInRegion) -> bool {
    let group = datastore.member_of(region, find);
    let mut members =
        group.into_iter().flat_map(ReplicationGroup::member_ids).filter_map(|id| find.cluster(region, id));
    members.any(|member| member.nodes.values().any(|node| node.serving().is_some()))
}

/// One run on the global datastore that `key` names.
pub(super) async fn run(shared: Arc<Shared>, key: Key) -> Outcome {
    let now = shared.clock.now();
    let written = shared.store.write(move |draft| {
        let Some(before) = draft.get::<GlobalReplicationGroup>(&key.scope, &key.id) else {
            return Ok::<_, StorageError>(());
        };
        let steps = plan(&before, &Regions::new(draft.tables(), &key.scope));
        if steps.is_empty() {
            return Ok(());
        }
        let _span =
            tracing::info_span!("reconcile", global_replication_group_id = key.id, scope = %key.scope).entered();
        tracing::debug!(?steps, "next");
        let mut datastore = GlobalReplicationGroup::clone(&before);
        for step in &steps {
            let (region, message) = match step {
                Step::Associate(region) => {
                    datastore.created.get_or_insert(now);
                    if let Some(member) = datastore.members.get_mut(region) {
                        member.associated = true;
                    }
                    (region, format!("Replication group was associated with global datastore {}", key.id))
                }
                Step::Release(region) => {
                    datastore.members.remove(region);
                    (region, format!("Replication group was disassociated from global datastore {}", key.id))
                }
                Step::CopySlots(region) => {
                    copy_slots(draft, &before, region);
                    continue;
                }
                Step::GiveUpFailover(region) => {
                    datastore.failover_to = None;
                    let id = &key.id;
                    (region, format!("Failover of global datastore {id} to region {region} failed: nothing runs there"))
                }
                Step::Vanish => {
                    datastore.members.clear();
                    (&before.primary_region, format!("Global datastore {} deleted", key.id))
                }
            };
            let scope = key.scope.in_region(region);
            if let Some(member) = before.members.get(region) {
                let source_identifier = member.replication_group_id.clone();
                let event = Event { source_identifier, source_type: SourceType::ReplicationGroup, message, date: now };
                draft.emit(&scope, event);
            }
        }
        for (region, member) in before.members.iter().filter(|(region, _)| !datastore.members.contains_key(*region)) {
            release(draft, &key.scope.in_region(region), &member.replication_group_id, &key.id);
        }
        if datastore.members.is_empty() {
            draft.remove::<GlobalReplicationGroup>(&key.scope, &key.id);
        } else {
            draft.put(&key.scope, &key.id, datastore);
        }
        Ok(())
    });
    match written.await {
        Ok(()) => Outcome::Settled,
        Err(error) => {
            tracing::error!(%error, "the record of a global datastore could not be changed");
            Outcome::Failed
        }
    }
}

/// Notes in the record of a secondary which slots its shards have.
fn copy_slots(draft: &mut Draft, datastore: &GlobalReplicationGroup, region: &str) {
    let group_of = |draft: &Draft, region: &str| {
        let member = datastore.members.get(region)?;
        draft.get::<ReplicationGroup>(&datastore.scope.in_region(region), &member.replication_group_id)
    };
    let (Some(group), Some(primary)) = (group_of(draft, region), group_of(draft, &datastore.primary_region)) else {
        return;
    };
    let mut group = ReplicationGroup::clone(&group);
    group.copy_slots(&primary);
    let (scope, id) = (group.scope.clone(), group.id.clone());
    draft.put(&scope, &id, group);
}

/// Lets a group go that has made a cluster of its own. Its old engines are left for the primary group to forget.
pub(super) fn let_go(draft: &mut Draft, before: &ReplicationGroup, now: DateTime<Utc>) {
    let (scope, region) = (&before.scope, &before.scope.region);
    let Some(id) = &before.global_replication_group_id else { return };
    let everywhere = scope.everywhere();
    let Some(datastore) = draft.get::<GlobalReplicationGroup>(&everywhere, id) else { return };
    let primary = datastore.members.get(&datastore.primary_region).map(|member| member.replication_group_id.clone());
    let primary_scope = scope.in_region(&datastore.primary_region);
    if let Some(primary) = primary.and_then(|id| draft.get::<ReplicationGroup>(&primary_scope, &id)) {
        let mut primary = ReplicationGroup::clone(&primary);
        primary.cluster_node_ids.extend(before.cluster_node_ids.iter().cloned());
        let id = primary.id.clone();
        draft.put(&primary_scope, &id, primary);
    }
    let mut datastore = GlobalReplicationGroup::clone(&datastore);
    datastore.members.remove(region);
    draft.put(&everywhere, id, datastore);
    release(draft, scope, &before.id, id);
    let message = format!("Replication group was disassociated from global datastore {id}");
    let source_identifier = before.id.clone();
    draft.emit(scope, Event { source_identifier, source_type: SourceType::ReplicationGroup, message, date: now });
}

/// Makes a group, and the parameter group that was made for it, nobody's but their own.
fn release(draft: &mut Draft, scope: &Scope, group: &str, datastore: &str) {
    if let Some(group) = draft.get::<ReplicationGroup>(scope, group)
        && group.global_replication_group_id.as_deref() == Some(datastore)
    {
        let released = ReplicationGroup { global_replication_group_id: None, ..ReplicationGroup::clone(&group) };
        draft.put(scope, &group.id, released);
    }
    let parameter_groups = draft.tables().cache_parameter_groups.iter(scope);
    let made_for_it =
        parameter_groups.filter(|(_, group)| group.global_replication_group_id.as_deref() == Some(datastore));
    let copies: Vec<_> = made_for_it.map(|(_, group)| Arc::clone(group)).collect();
    for copy in copies {
        let released = CacheParameterGroup { global_replication_group_id: None, ..CacheParameterGroup::clone(&copy) };
        draft.put(scope, &copy.name, released);
    }
}
