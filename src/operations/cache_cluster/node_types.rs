//! `ListAllowedNodeTypeModifications`.

use crate::{
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// AWS does not publish the rule; ours agrees with its documented answers.
    pub(in crate::operations) fn list_allowed_node_type_modifications(
        &self,
        request: &Request,
        input: &types::ListAllowedNodeTypeModificationsMessage,
    ) -> Result<Output, AwsError> {
        let types::ListAllowedNodeTypeModificationsMessage { cache_cluster_id, replication_group_id } = input;
        let tables = self.store.tables();
        let find = |id: &str| tables.cache_clusters.get(&request.scope, id);
        let cluster = match (cache_cluster_id, replication_group_id) {
            (Some(id), None) => find(&id.to_ascii_lowercase()).ok_or_else(|| errors::cache_cluster_not_found(id))?,
            (None, Some(id)) => {
                let group = tables.replication_groups.get(&request.scope, &id.to_ascii_lowercase());
                let group = group.ok_or_else(|| errors::replication_group_not_found(id))?;
                // All members are alike.
                let member = group.member_ids().find_map(|id| find(id));
                member.ok_or_else(|| errors::replication_group_not_found(id))?
            }
            _ => {
                return Err(errors::invalid_combination(
                    "Exactly one of CacheClusterId and ReplicationGroupId must be specified.",
                ));
            }
        };
        let allowed = super::allowed_node_types(cluster);
        let names = |types: Vec<&'static str>| Some(types.into_iter().map(str::to_owned).collect());
        Ok(Output::ListAllowedNodeTypeModifications(types::AllowedNodeTypeModificationsMessage {
            scale_up_modifications: names(allowed.scale_up),
            scale_down_modifications: names(allowed.scale_down),
        }))
    }
}
