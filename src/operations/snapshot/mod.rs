//! The operations on snapshots. Their data are looked after by the reconciler.

pub(super) mod bucket;
mod copy;
mod create;
mod delete;
mod describe;
mod export;
mod last;
mod quota;
pub(super) mod restore;
mod state;
mod view;

use std::sync::Arc;

pub(super) use last::{of_cluster as last_of_cluster, of_group as last_of_group};
pub(super) use state::status;

use super::{errors, request::Request};
use crate::{
    model::{CacheCluster, Snapshot, identifier::IdentifierKind},
    protocol::{AwsError, types},
    store::Draft,
};

/// The snapshot of this name, in whatever letter case it is given.
fn find(draft: &Draft, request: &Request, name: &str) -> Result<Arc<Snapshot>, AwsError> {
    draft.get(&request.scope, &name.to_ascii_lowercase()).ok_or_else(|| errors::snapshot_not_found(name))
}

/// The name of a new snapshot, which nobody has yet.
fn new_name(draft: &Draft, request: &Request, name: &str) -> Result<String, AwsError> {
    let name = IdentifierKind::Snapshot.canonical(name).map_err(errors::invalid_value)?;
    if draft.get::<Snapshot>(&request.scope, &name).is_some() {
        return Err(errors::snapshot_already_exists());
    }
    Ok(name)
}

/// Writes a new snapshot that is to be taken of these clusters, and answers it as the API shows it.
fn begin(draft: &mut Draft, request: &Request, snapshot: Snapshot, of: &[String]) -> types::Snapshot {
    for id in of {
        if let Some(cluster) = draft.get::<CacheCluster>(&request.scope, id) {
            let snapshotting = Some(snapshot.name.clone());
            draft.put(&request.scope, id, CacheCluster { snapshotting, ..Arc::unwrap_or_clone(cluster) });
        }
    }
    put(draft, request, snapshot)
}

/// Writes a snapshot and answers it as the API shows it.
fn put(draft: &mut Draft, request: &Request, snapshot: Snapshot) -> types::Snapshot {
    let shown = view::View { tables: draft.tables(), node_group_configurations: false }.snapshot(&snapshot);
    let name = snapshot.name.clone();
    draft.put(&request.scope, &name, snapshot);
    shown
}
