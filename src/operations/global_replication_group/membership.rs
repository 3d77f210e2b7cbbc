//! What it means for a replication group to be a member of a global datastore: what is shown of that, and what can be
//! done to the datastore as a whole only.

use super::view;
use crate::{
    model::ReplicationGroup,
    operations::errors,
    protocol::{AwsError, types},
    store::{Regions, Tables},
};

/// What a group tells of its datastore; empty when it is in none.
pub(in crate::operations) fn info(tables: &Tables, group: &ReplicationGroup) -> types::GlobalReplicationGroupInfo {
    let datastore = Regions::new(tables, &group.scope).datastore(group);
    types::GlobalReplicationGroupInfo {
        global_replication_group_id: datastore.map(|datastore| datastore.id.clone()),
        global_replication_group_member_role: datastore
            .map(|datastore| view::role(datastore, &group.scope.region).into()),
    }
}

/// Refuses changes of a member that have to be the same in all members.
pub(in crate::operations) fn check_modification(
    group: &ReplicationGroup,
    input: &types::ModifyReplicationGroupMessage,
) -> Result<(), AwsError> {
    let Some(datastore) = &group.global_replication_group_id else { return Ok(()) };
    let concerns_all = input.cache_node_type.is_some()
        || input.engine.is_some()
        || input.engine_version.is_some()
        || input.cache_parameter_group_name.is_some()
        || input.automatic_failover_enabled.is_some()
        || input.transit_encryption_enabled.is_some()
        || input.transit_encryption_mode.is_some()
        || input.cluster_mode.is_some();
    if concerns_all { Err(errors::part_of_global_cluster(&group.id, datastore)) } else { Ok(()) }
}

/// Refuses what cannot be done to any member.
pub(in crate::operations) fn check_no_member(group: &ReplicationGroup) -> Result<(), AwsError> {
    let datastore = group.global_replication_group_id.as_ref();
    datastore.map_or(Ok(()), |datastore| Err(errors::part_of_global_cluster(&group.id, datastore)))
}

/// Refuses to delete a member. It has to leave its datastore first.
pub(in crate::operations) fn check_deletion(group: &ReplicationGroup) -> Result<(), AwsError> {
    let Some(datastore) = &group.global_replication_group_id else { return Ok(()) };
    Err(errors::invalid_group_state(format_args!(
        "Replication group {} is a member of Global Replication Group {datastore} and cannot be deleted. Please \
         disassociate it first.",
        group.id
    )))
}
