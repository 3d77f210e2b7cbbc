//! The operations on replication groups.

mod access_change;
mod at_rest;
pub(super) mod automatic_snapshots;
mod availability;
mod basis;
mod create;
mod delete;
mod describe;
mod in_transit;
mod migration;
mod modify;
mod new_member;
mod online_migration;
mod quota;
mod replica_count;
mod roster;
mod shape;
pub(super) mod shard_configuration;
mod test_failover;
mod user_groups;
mod view;

use std::sync::Arc;

use super::{errors, request::Request};
use crate::{
    model::{CacheCluster, FindMember, GroupPhase, ReplicationGroup, Scope},
    protocol::{AwsError, types},
    store::{Draft, Tables},
};
pub(super) use create::new_group;
pub(super) use modify::GroupModification;
pub(super) use new_member::{new_member, next_zone};
pub(super) use online_migration::source as migration_source;
pub(super) use user_groups::access as user_group_access;
use view::View;

/// Finds the members of groups of `scope`.
pub(super) fn members<'a>(tables: &'a Tables, scope: &'a Scope) -> impl FindMember<'a> {
    move |id| tables.cache_clusters.get(scope, id).map(Arc::<CacheCluster>::as_ref)
}

/// The group of this identifier, in whatever letter case it is given.
pub(super) fn find(draft: &Draft, request: &Request, id: &str) -> Result<Arc<ReplicationGroup>, AwsError> {
    draft.get(&request.scope, &id.to_ascii_lowercase()).ok_or_else(|| errors::replication_group_not_found(id))
}

/// The group of this identifier, which has to be available.
pub(super) fn find_available(draft: &Draft, request: &Request, id: &str) -> Result<Arc<ReplicationGroup>, AwsError> {
    let group = find(draft, request, id)?;
    match group.phase(members(draft.tables(), &request.scope)) {
        GroupPhase::Available => Ok(group),
        _ => Err(errors::replication_group_not_available()),
    }
}

/// Writes a changed group and answers it as the API shows it. Its members have to be written before.
fn put(draft: &mut Draft, request: &Request, group: ReplicationGroup) -> types::ReplicationGroup {
    let shown = View { request, tables: draft.tables() }.group(&group);
    let (scope, id) = (group.scope.clone(), group.id.clone());
    draft.put(&scope, &id, group);
    shown
}
