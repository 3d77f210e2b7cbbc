//! `DisassociateGlobalReplicationGroup`.

use super::phase;
use crate::{
    model::{GlobalPhase, GlobalReplicationGroup},
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// The group takes writes as soon as it has left. In cluster mode new engines start with its data, and what is
    /// written in the primary's region meanwhile is not in them. A secondary that cannot come into its place can leave
    /// in any status of the datastore, with `--strict` only while nothing is under way.
    pub(in crate::operations) async fn disassociate_global_replication_group(
        &self,
        request: &Request,
        input: types::DisassociateGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::DisassociateGlobalReplicationGroupMessage {
            global_replication_group_id,
            replication_group_id,
            replication_group_region,
        } = input;
        let (strict, scope) = (self.options.strict, request.scope.clone());
        self.store
            .write(move |draft| {
                let datastore = super::find(draft.tables(), &scope, &global_replication_group_id)?;
                let (region, member) = super::member(&datastore, &replication_group_region, &replication_group_id)?;
                if *region == datastore.primary_region {
                    return Err(errors::invalid_value(format_args!(
                        "Replication group {} is the primary of Global Replication Group {} and cannot be \
                         disassociated.",
                        member.replication_group_id, datastore.id
                    )));
                }
                // A member that cannot come into its place has to be removable all the same, but not while its shards
                // change: each has to know which slots it leaves with.
                let phase = phase(draft.tables(), &datastore);
                let primary = super::primary(draft.tables(), &datastore);
                let reshards = primary.is_some_and(|primary| primary.resharding.is_some());
                let may_go = phase == GlobalPhase::Modifying && !strict && datastore.failover_to.is_none() && !reshards;
                if member.leaving || !(phase.is_steady() || may_go) {
                    return Err(errors::global_replication_group_not_steady(phase));
                }
                let region = region.clone();
                let mut datastore = GlobalReplicationGroup::clone(&datastore);
                if let Some(member) = datastore.members.get_mut(&region) {
                    member.leaving = true;
                }
                let global_replication_group = Some(super::put(draft, datastore));
                Ok(Output::DisassociateGlobalReplicationGroup(types::DisassociateGlobalReplicationGroupResult {
                    global_replication_group,
                }))
            })
            .await
    }
}
