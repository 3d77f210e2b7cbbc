//! `DeleteGlobalReplicationGroup`.

use super::phase;
use crate::{
    model::{GlobalPhase, GlobalReplicationGroup},
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(in crate::operations) async fn delete_global_replication_group(
        &self,
        request: &Request,
        input: types::DeleteGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::DeleteGlobalReplicationGroupMessage {
            global_replication_group_id,
            retain_primary_replication_group,
        } = input;
        let (now, scope) = (self.clock.now(), request.scope.clone());
        self.store
            .write(move |draft| {
                let datastore = super::find(draft.tables(), &scope, &global_replication_group_id)?;
                if !retain_primary_replication_group {
                    return Err(errors::invalid_value(
                        "RetainPrimaryReplicationGroup must be true: the primary replication group is never deleted \
                         with its Global Replication Group.",
                    ));
                }
                let phase = phase(draft.tables(), &datastore);
                if phase != GlobalPhase::PrimaryOnly {
                    return Err(errors::invalid_global_state(format_args!(
                        "Cannot delete a global replication group in {} state",
                        phase.as_str()
                    )));
                }
                let deleted =
                    GlobalReplicationGroup { deleted: Some(now), ..GlobalReplicationGroup::clone(&datastore) };
                let global_replication_group = Some(super::put(draft, deleted));
                Ok(Output::DeleteGlobalReplicationGroup(types::DeleteGlobalReplicationGroupResult {
                    global_replication_group,
                }))
            })
            .await
    }
}
