//! `TestFailover`.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    model::{
        EngineRef, Event, NodeGroup, NodeGroupId, NodeId, Promotion, ReplicationGroup, SourceType, catalogue::limits,
    },
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// A replica takes over without losing a write, then the old primary is replaced by a new engine. Fifteen in 24
    /// hours for a group; `ElastiCache` counts them for the account.
    pub(in crate::operations) async fn test_failover(
        &self,
        request: &Request,
        input: types::TestFailoverMessage,
    ) -> Result<Output, AwsError> {
        let types::TestFailoverMessage { replication_group_id, node_group_id } = input;
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let group = super::find_available(draft, &request, &replication_group_id)?;
                let mut group = ReplicationGroup::clone(&group);
                let id: NodeGroupId = node_group_id.parse().map_err(errors::invalid_value)?;
                if !group.node_groups.contains_key(&id) {
                    return Err(errors::node_group_not_found(&id));
                }
                check_quota(&mut group, now)?;
                check_shard(draft, &request, &group, &id)?;
                if let Some(shard) = group.node_groups.get_mut(&id) {
                    shard.promotion = Some(Promotion { to: None, replaces_primary: true });
                }
                let message = format!("Test Failover API called for node group {id}");
                let (source_identifier, source_type) = (group.id.clone(), SourceType::ReplicationGroup);
                draft.emit(&request.scope, Event { source_identifier, source_type, message, date: now });
                let replication_group = Some(super::put(draft, &request, group));
                Ok(Output::TestFailover(types::TestFailoverResult { replication_group }))
            })
            .await
    }
}

/// Counts a test, and forgets those that count no more.
fn check_quota(group: &mut ReplicationGroup, now: DateTime<Utc>) -> Result<(), AwsError> {
    group.test_failovers.retain(|tested| *tested > now - TimeDelta::days(1));
    if group.test_failovers.len() >= limits::TEST_FAILOVERS_PER_DAY {
        return Err(errors::too_many_test_failovers(limits::TEST_FAILOVERS_PER_DAY));
    }
    group.test_failovers.push(now);
    Ok(())
}

/// A shard that can be failed over has failover switched on and a replica that is in sync, and one at a time is tested.
fn check_shard(draft: &Draft, request: &Request, group: &ReplicationGroup, id: &NodeGroupId) -> Result<(), AwsError> {
    if !group.automatic_failover {
        return Err(errors::invalid_group_state(format_args!(
            "Automatic failover is not enabled for replication group {}.",
            group.id
        )));
    }
    if group.node_groups.values().any(|shard| shard.promotion.is_some()) {
        return Err(errors::failover_in_progress(&group.id));
    }
    if group.node_groups.get(id).is_some_and(|shard| has_replica(draft, request, shard)) {
        return Ok(());
    }
    Err(errors::invalid_group_state(format_args!("Node group {id} has no replica that could become the primary.")))
}

fn has_replica(draft: &Draft, request: &Request, shard: &NodeGroup) -> bool {
    let find = super::members(draft.tables(), &request.scope);
    shard.members.iter().filter_map(|id| find(id)).filter(|member| member.deleted.is_none()).any(|member| {
        let Some(node) = member.nodes.get(&NodeId::FIRST) else { return false };
        let name = EngineRef { cache_cluster_id: member.id.clone(), generation: node.generation };
        let role = node.current().and_then(|engine| engine.role.as_ref());
        role.is_some_and(|role| shard.is_copy(&name, role))
    })
}
