//! `FailoverGlobalReplicationGroup`.

use super::phase;
use crate::{
    model::{GlobalPhase, GlobalReplicationGroup},
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Writes wait for a moment while the secondary catches up, so that none that was answered is lost. When nobody is
    /// left in the primary's region, the secondary takes over with what it has; so that it can, a failover is taken
    /// while the datastore is `modifying` too.
    pub(in crate::operations) async fn failover_global_replication_group(
        &self,
        request: &Request,
        input: types::FailoverGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::FailoverGlobalReplicationGroupMessage {
            global_replication_group_id,
            primary_region,
            primary_replication_group_id,
        } = input;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                let datastore = super::find(draft.tables(), &scope, &global_replication_group_id)?;
                let (region, member) = super::member(&datastore, &primary_region, &primary_replication_group_id)?;
                if *region == datastore.primary_region {
                    return Err(errors::invalid_value(format_args!(
                        "Replication group {} is already the primary of Global Replication Group {}.",
                        member.replication_group_id, datastore.id
                    )));
                }
                // The primary may be lost, which is what this is for. What is being changed by hand has to be waited for.
                let phase = phase(draft.tables(), &datastore);
                let busy = datastore.failover_to.is_some()
                    || datastore.members.values().any(|member| member.leaving || !member.associated);
                if busy || !matches!(phase, GlobalPhase::Available | GlobalPhase::Modifying) {
                    return Err(errors::global_replication_group_not_steady(phase));
                }
                let failing_over = GlobalReplicationGroup {
                    failover_to: Some(region.clone()),
                    ..GlobalReplicationGroup::clone(&datastore)
                };
                let global_replication_group = Some(super::put(draft, failing_over));
                Ok(Output::FailoverGlobalReplicationGroup(types::FailoverGlobalReplicationGroupResult {
                    global_replication_group,
                }))
            })
            .await
    }
}
