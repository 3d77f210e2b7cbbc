//! `ListAllowedNodeTypeModifications`.

use crate::{
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(in crate::operations) fn list_allowed_node_type_modifications(
        &self,
        request: &Request,
        input: &types::ListAllowedNodeTypeModificationsMessage,
    ) -> Result<Output, AwsError> {
        let types::ListAllowedNodeTypeModificationsMessage { cache_cluster_id, replication_group_id } = input;
        let cluster_id = match (cache_cluster_id, replication_group_id) {
            (Some(id), None) => id,
            (None, Some(group)) => return Err(errors::replication_group_not_found(group)),
            _ => {
                return Err(errors::invalid_combination(
                    "Exactly one of CacheClusterId and ReplicationGroupId must be specified.",
                ));
            }
        };
        let tables = self.store.tables();
        let cluster = tables
            .cache_clusters
            .get(&request.scope, &cluster_id.to_ascii_lowercase())
            .ok_or_else(|| errors::cache_cluster_not_found(cluster_id))?;
        let allowed = super::allowed_node_types(cluster);
        let names = |types: Vec<&'static str>| Some(types.into_iter().map(str::to_owned).collect());
        Ok(Output::ListAllowedNodeTypeModifications(types::AllowedNodeTypeModificationsMessage {
            scale_up_modifications: names(allowed.scale_up),
            scale_down_modifications: names(allowed.scale_down),
        }))
    }
}
