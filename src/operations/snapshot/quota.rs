//! How many snapshots of a node may be asked for in a day.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    model::{Snapshot, SnapshotSource, catalogue::limits::MANUAL_SNAPSHOTS_PER_NODE_AND_DAY},
    operations::errors,
    protocol::AwsError,
    store::Tables,
};

/// Holds a new snapshot to the number that may be taken by hand of what it is taken of. Copies do not count, and neither
/// does what was deleted meanwhile.
pub(super) fn check(tables: &Tables, new: &Snapshot, now: DateTime<Utc>) -> Result<(), AwsError> {
    let day_ago = now - TimeDelta::days(1);
    let counts = |other: &Snapshot| {
        other.source == SnapshotSource::Manual
            && !other.is_copy
            && other.cache_uid == new.cache_uid
            && other.settings.cache_cluster_id == new.settings.cache_cluster_id
            && other.requested > day_ago
    };
    let taken = tables.snapshots.iter(&new.scope).filter(|(_, other)| counts(other)).count();
    if taken < MANUAL_SNAPSHOTS_PER_NODE_AND_DAY {
        return Ok(());
    }
    Err(errors::snapshot_quota_exceeded(MANUAL_SNAPSHOTS_PER_NODE_AND_DAY))
}
