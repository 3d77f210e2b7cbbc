//! Where a snapshot stands, which follows from its record and from those of what is made of it.

use std::sync::Arc;

use crate::{
    model::{CacheCluster, Snapshot, SnapshotStatus},
    operations::errors,
    protocol::AwsError,
    store::Tables,
};

/// Where `snapshot` stands.
pub(in crate::operations) fn status(tables: &Tables, snapshot: &Snapshot) -> SnapshotStatus {
    let others = tables.snapshots.iter(&snapshot.scope).map(|(_, other)| Arc::as_ref(other));
    // A snapshot of nodes can become a serverless cache, and the other way round.
    let scopes = snapshot.scope.before_serverless().unwrap_or_else(|| snapshot.scope.clone()).with_serverless();
    let clusters = scopes.iter().flat_map(|scope| tables.cache_clusters.iter(scope));
    snapshot.status(others, clusters.map(|(_, cluster)| Arc::<CacheCluster>::as_ref(cluster)))
}

/// Holds a snapshot that something is to be made of to being available.
pub(super) fn check_available(tables: &Tables, snapshot: &Snapshot) -> Result<(), AwsError> {
    match status(tables, snapshot) {
        SnapshotStatus::Available => Ok(()),
        other => Err(errors::snapshot_not_available(&snapshot.name, other.as_str())),
    }
}
