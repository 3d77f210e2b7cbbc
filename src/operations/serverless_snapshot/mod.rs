//! The operations on snapshots of serverless caches. They are snapshots of what runs behind the caches, a replication
//! group or a Memcached cluster, in the same scope as that, and the reconciler deals with their data as with all others.
//! Here they are shown as those of the caches.

mod copy;
mod create;
mod delete;
mod describe;
mod export;
mod last;
pub(super) mod restore;
mod view;

use std::sync::Arc;

pub(super) use last::begin_last;

use super::{errors, request::Request, snapshot};
use crate::{
    model::{CacheCluster, Scope, Snapshot, SnapshotStatus, identifier::IdentifierKind},
    protocol::{AwsError, ErrorCode, types},
    store::{Draft, Tables},
};
use view::View;

/// The snapshot of this name, in whatever letter case it is given.
pub(super) fn find(tables: &Tables, scope: &Scope, name: &str) -> Result<Arc<Snapshot>, AwsError> {
    let found = tables.snapshots.get(&scope.behind_serverless(), &name.to_ascii_lowercase());
    found.cloned().ok_or_else(|| errors::serverless_snapshot_not_found(name))
}

/// The name of a new snapshot, which nobody has yet.
fn new_name(draft: &Draft, request: &Request, name: &str) -> Result<String, AwsError> {
    let name = IdentifierKind::ServerlessCacheSnapshot.canonical(name).map_err(errors::invalid_value)?;
    if draft.get::<Snapshot>(&request.scope.behind_serverless(), &name).is_some() {
        let message = format!("Serverless Cache Snapshot {name} already exists.");
        return Err(AwsError::new(ErrorCode::ServerlessCacheSnapshotAlreadyExists, message));
    }
    Ok(name)
}

/// Holds a snapshot that something is to be done with to being available.
pub(super) fn check_available(tables: &Tables, found: &Snapshot) -> Result<(), AwsError> {
    match snapshot::status(tables, found) {
        SnapshotStatus::Available => Ok(()),
        other => Err(invalid_state(&found.name, other)),
    }
}

fn invalid_state(name: &str, status: SnapshotStatus) -> AwsError {
    let message = format!(
        "Serverless Cache Snapshot {name} is not in a valid state to perform this operation: it is {}.",
        status.as_str()
    );
    AwsError::new(ErrorCode::InvalidServerlessCacheSnapshotState, message)
}

/// Has a snapshot taken, of these clusters.
fn begin(draft: &mut Draft, snapshot: Snapshot, members: &[String]) -> types::ServerlessCacheSnapshot {
    let scope = snapshot.scope.clone();
    for id in members {
        if let Some(member) = draft.get::<CacheCluster>(&scope, id) {
            let snapshotting = Some(snapshot.name.clone());
            draft.put(&scope, id, CacheCluster { snapshotting, ..Arc::unwrap_or_clone(member) });
        }
    }
    put(draft, snapshot)
}

/// Writes a snapshot and answers it as the API shows it.
fn put(draft: &mut Draft, snapshot: Snapshot) -> types::ServerlessCacheSnapshot {
    let shown = View { tables: draft.tables() }.snapshot(&snapshot);
    let (scope, name) = (snapshot.scope.clone(), snapshot.name.clone());
    draft.put(&scope, &name, snapshot);
    shown
}
