//! `IncreaseNodeGroupsInGlobalReplicationGroup`, `DecreaseNodeGroupsInGlobalReplicationGroup` and
//! `RebalanceSlotsInGlobalReplicationGroup`: changes of shards, which only datastores in cluster mode have several of.

use crate::{
    model::GlobalReplicationGroup,
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(in crate::operations) fn increase_node_groups_in_global_replication_group(
        &self,
        request: &Request,
        input: &types::IncreaseNodeGroupsInGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        self.refuse_shards(request, &input.global_replication_group_id)
    }

    pub(in crate::operations) fn decrease_node_groups_in_global_replication_group(
        &self,
        request: &Request,
        input: &types::DecreaseNodeGroupsInGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        self.refuse_shards(request, &input.global_replication_group_id)
    }

    pub(in crate::operations) fn rebalance_slots_in_global_replication_group(
        &self,
        request: &Request,
        input: &types::RebalanceSlotsInGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        self.refuse_shards(request, &input.global_replication_group_id)
    }

    /// There are no datastores in cluster mode here yet.
    fn refuse_shards(&self, request: &Request, id: &str) -> Result<Output, AwsError> {
        let GlobalReplicationGroup { id, .. } = &*super::find(&self.store.tables(), &request.scope, id)?;
        Err(errors::invalid_value(format_args!(
            "Global Replication Group {id} does not have cluster mode enabled, so its node groups cannot be changed."
        )))
    }
}
