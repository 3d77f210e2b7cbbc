//! An update action as the API shows it.

use chrono::{DateTime, Utc};

use super::{estimated_time, severity, status, target::Target};
use crate::{
    model::{
        CacheCluster, NodeId, UpdateAction, UpdateActionStatus, UpdateInitiator, UpdateState,
        catalogue::service_updates::ServiceUpdate,
    },
    protocol::types,
    store::Tables,
};

/// What a view shows beside the records themselves.
pub(super) struct View<'a> {
    pub tables: &'a Tables,
    pub now: DateTime<Utc>,
    /// Whether every node is shown.
    pub shows_nodes: bool,
}

impl View<'_> {
    /// What was done about `update` for `target`, be it nothing.
    pub fn action(&self, update: &ServiceUpdate, target: &Target<'_>) -> types::UpdateAction {
        let action = target.action(self.tables, &update.name);
        let clusters = target.clusters(self.tables);
        let nodes: Vec<_> = clusters
            .iter()
            .flat_map(|cluster| {
                cluster.nodes.iter().filter(|(_, node)| !node.leaving).map(move |(id, _)| (cluster, *id))
            })
            .collect();
        let updated = nodes.iter().filter(|(cluster, id)| action.is_some_and(|action| action.has_node(cluster, *id)));
        let available = target.created().map(|created| created.max(update.released));
        let (replication_group_id, cache_cluster_id) = match target {
            Target::ReplicationGroup(group, _) => (Some(group.id.clone()), None),
            Target::CacheCluster(cluster) => (None, Some(cluster.id.clone())),
        };
        types::UpdateAction {
            replication_group_id,
            cache_cluster_id,
            service_update_name: Some(update.name.clone()),
            service_update_release_date: Some(update.released),
            service_update_severity: Some(severity(update)),
            service_update_status: Some(status(update, self.now)),
            service_update_recommended_apply_by_date: Some(update.recommended_apply_by),
            service_update_type: Some(types::ServiceUpdateType::SecurityUpdate),
            update_action_available_date: available,
            update_action_status: Some(action_status(match action {
                Some(action) => action.status(),
                None if target.is_scheduled(update, self.now) => UpdateActionStatus::Scheduled,
                None => UpdateActionStatus::NotApplied,
            })),
            nodes_updated: Some(format!("{}/{}", updated.count(), nodes.len())),
            update_action_status_modified_date: action.map(|action| action.modified).or(available),
            sla_met: Some(sla_met(update, target, action)),
            node_group_update_status: self.node_groups(target, action),
            cache_node_update_status: self.cache_nodes(target, action),
            estimated_update_time: Some(estimated_time(update)),
            engine: Some(target.engine().name().to_owned()),
        }
    }

    fn node_groups(
        &self,
        target: &Target<'_>,
        action: Option<&UpdateAction>,
    ) -> Option<Vec<types::NodeGroupUpdateStatus>> {
        let Target::ReplicationGroup(group, _) = target else { return None };
        let shards = group.node_groups.iter().map(|(id, shard)| {
            let members = shard.members.iter().filter_map(|id| self.tables.cache_clusters.get(&group.scope, id));
            let members = members.filter(|member| member.deleted.is_none());
            let shown = members.flat_map(|member| member.nodes.keys().map(|node| member_status(member, *node, action)));
            types::NodeGroupUpdateStatus {
                node_group_id: Some(id.to_string()),
                node_group_member_update_status: Some(shown.collect()),
            }
        });
        self.shows_nodes.then(|| shards.collect())
    }

    fn cache_nodes(
        &self,
        target: &Target<'_>,
        action: Option<&UpdateAction>,
    ) -> Option<Vec<types::CacheNodeUpdateStatus>> {
        let Target::CacheCluster(cluster) = target else { return None };
        let nodes = cluster.nodes.iter().filter(|(_, node)| !node.leaving);
        self.shows_nodes.then(|| nodes.map(|(node, _)| cache_node_status(cluster, *node, action)).collect())
    }
}

fn cache_node_status(
    cluster: &CacheCluster,
    node: NodeId,
    action: Option<&UpdateAction>,
) -> types::CacheNodeUpdateStatus {
    let types::NodeGroupMemberUpdateStatus {
        cache_cluster_id: _,
        cache_node_id,
        node_update_status,
        node_deletion_date,
        node_update_start_date,
        node_update_end_date,
        node_update_initiated_by,
        node_update_initiated_date,
        node_update_status_modified_date,
    } = member_status(cluster, node, action);
    types::CacheNodeUpdateStatus {
        cache_node_id,
        node_update_status,
        node_deletion_date,
        node_update_start_date,
        node_update_end_date,
        node_update_initiated_by,
        node_update_initiated_date,
        node_update_status_modified_date,
    }
}

fn member_status(
    cluster: &CacheCluster,
    node: NodeId,
    action: Option<&UpdateAction>,
) -> types::NodeGroupMemberUpdateStatus {
    let begun = action.and_then(|action| action.of_node(cluster, node));
    let status = action.map_or(UpdateActionStatus::NotApplied, |action| action.node_status(cluster, node));
    types::NodeGroupMemberUpdateStatus {
        cache_cluster_id: Some(cluster.id.clone()),
        cache_node_id: Some(node.to_string()),
        node_update_status: Some(shown_node_status(status)),
        node_deletion_date: None,
        node_update_start_date: begun.map(|node| node.started),
        node_update_end_date: begun.and_then(|node| node.ended),
        node_update_initiated_by: action.map(|action| initiated_by(action.initiated_by)),
        node_update_initiated_date: action.map(|action| action.requested),
        node_update_status_modified_date: begun
            .map(|node| node.ended.unwrap_or(node.started))
            .or(action.map(|action| action.requested)),
    }
}

fn action_status(status: UpdateActionStatus) -> types::UpdateActionStatus {
    match status {
        UpdateActionStatus::NotApplied => types::UpdateActionStatus::NotApplied,
        UpdateActionStatus::Scheduled => types::UpdateActionStatus::Scheduled,
        UpdateActionStatus::WaitingToStart => types::UpdateActionStatus::WaitingToStart,
        UpdateActionStatus::InProgress => types::UpdateActionStatus::InProgress,
        UpdateActionStatus::Stopping => types::UpdateActionStatus::Stopping,
        UpdateActionStatus::Stopped => types::UpdateActionStatus::Stopped,
        UpdateActionStatus::Complete => types::UpdateActionStatus::Complete,
    }
}

fn initiated_by(initiator: UpdateInitiator) -> types::NodeUpdateInitiatedBy {
    match initiator {
        UpdateInitiator::Customer => types::NodeUpdateInitiatedBy::Customer,
        UpdateInitiator::System => types::NodeUpdateInitiatedBy::System,
    }
}

fn shown_node_status(status: UpdateActionStatus) -> types::NodeUpdateStatus {
    match status {
        // Of a node there is no other word for it.
        UpdateActionStatus::NotApplied | UpdateActionStatus::Scheduled => types::NodeUpdateStatus::NotApplied,
        UpdateActionStatus::WaitingToStart => types::NodeUpdateStatus::WaitingToStart,
        UpdateActionStatus::InProgress => types::NodeUpdateStatus::InProgress,
        UpdateActionStatus::Stopping => types::NodeUpdateStatus::Stopping,
        UpdateActionStatus::Stopped => types::NodeUpdateStatus::Stopped,
        UpdateActionStatus::Complete => types::NodeUpdateStatus::Complete,
    }
}

/// Whether all nodes had the update by the recommended date. What came later had no such date.
fn sla_met(update: &ServiceUpdate, target: &Target<'_>, action: Option<&UpdateAction>) -> types::SlaMet {
    let by = update.recommended_apply_by;
    if target.created().is_none_or(|created| created > by) {
        return types::SlaMet::NA;
    }
    let in_time = action.is_some_and(|action| action.state == UpdateState::Complete && action.modified <= by);
    if in_time { types::SlaMet::Yes } else { types::SlaMet::No }
}
