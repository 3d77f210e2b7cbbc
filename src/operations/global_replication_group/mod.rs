//! The operations on global datastores, and what they mean for the replication groups that are members of one.
//!
//! A global datastore belongs to no region: each region that has a member of it sees it, and can change it.

mod create;
mod delete;
mod describe;
mod disassociate;
mod failover;
pub(super) mod membership;
mod modify;
mod node_groups;
mod parameters;
mod requirements;
mod secondary;
mod view;

use std::sync::Arc;

pub(super) use parameters::spread;
pub(super) use secondary::Secondary;

use super::{errors, request::Request};
use crate::{
    model::{GlobalMember, GlobalPhase, GlobalReplicationGroup, ReplicationGroup, Scope},
    protocol::{AwsError, types},
    store::{Draft, Regions, Tables},
};
use view::View;

/// The datastore of this identifier, in whatever letter case it is given, as the caller's region sees it.
pub(super) fn find(tables: &Tables, scope: &Scope, id: &str) -> Result<Arc<GlobalReplicationGroup>, AwsError> {
    let found = tables.global_replication_groups.get(&scope.everywhere(), &id.to_ascii_lowercase());
    let seen = found.filter(|datastore| datastore.members.contains_key(&scope.region));
    seen.cloned().ok_or_else(|| errors::global_replication_group_not_found(id))
}

/// Where a datastore stands.
pub(super) fn phase(tables: &Tables, datastore: &GlobalReplicationGroup) -> GlobalPhase {
    datastore.phase(&Regions::new(tables, &datastore.scope))
}

/// The same as [`find`], of a datastore that nothing is under way in.
fn find_steady(tables: &Tables, scope: &Scope, id: &str) -> Result<Arc<GlobalReplicationGroup>, AwsError> {
    let datastore = find(tables, scope, id)?;
    let phase = phase(tables, &datastore);
    if phase.is_steady() { Ok(datastore) } else { Err(errors::global_replication_group_not_steady(phase)) }
}

/// The member of a datastore that a request names by group and region.
fn member<'a>(
    datastore: &'a GlobalReplicationGroup,
    region: &str,
    replication_group_id: &str,
) -> Result<(&'a String, &'a GlobalMember), AwsError> {
    let region = region.to_ascii_lowercase();
    let found = datastore.members.get_key_value(&region);
    let named = found.filter(|(_, member)| member.replication_group_id.eq_ignore_ascii_case(replication_group_id));
    named.ok_or_else(|| errors::not_associated(replication_group_id, &region, &datastore.id))
}

/// The group that takes writes.
fn primary<'a>(tables: &'a Tables, datastore: &GlobalReplicationGroup) -> Option<&'a Arc<ReplicationGroup>> {
    let member = datastore.members.get(&datastore.primary_region)?;
    tables.replication_groups.get(&datastore.scope.in_region(&datastore.primary_region), &member.replication_group_id)
}

/// Writes a changed datastore and answers it as the API shows it.
fn put(draft: &mut Draft, datastore: GlobalReplicationGroup) -> types::GlobalReplicationGroup {
    let (scope, id) = (datastore.scope.clone(), datastore.id.clone());
    let shown = View { tables: draft.tables(), with_members: true }.datastore(&datastore);
    draft.put(&scope, &id, datastore);
    shown
}

/// The same request in another region.
fn in_region(request: &Request, region: &str) -> Request {
    Request { scope: request.scope.in_region(region), ..request.clone() }
}
