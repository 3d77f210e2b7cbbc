//! `CreateServerlessCacheSnapshot`.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::serverless_cache;
use crate::{
    model::{
        CacheCluster, ReplicationGroup, ServerlessCache, ServerlessPhase, Snapshot, SnapshotSource, Taking,
        catalogue::limits::MANUAL_SNAPSHOTS_PER_SERVERLESS_CACHE_AND_DAY,
    },
    operations::{Operations, errors, new_uid, request::Request, tags},
    protocol::{AwsError, ErrorCode, Output, types},
    store::{Draft, Tables},
};

impl Operations {
    /// # Compatibility
    /// The data are pulled out of the replica. A key is recorded and shown only. Memcached's items are read one by one,
    /// so what is written meanwhile is in the snapshot or not; keys of more than 187 bytes that are not text cannot be
    /// read, and a snapshot of a cache with one fails.
    pub(in crate::operations) async fn create_serverless_cache_snapshot(
        &self,
        request: &Request,
        input: types::CreateServerlessCacheSnapshotRequest,
    ) -> Result<Output, AwsError> {
        let types::CreateServerlessCacheSnapshotRequest {
            serverless_cache_snapshot_name,
            serverless_cache_name,
            kms_key_id,
            tags,
        } = input;
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let name = super::new_name(draft, &request, &serverless_cache_snapshot_name)?;
                let cache = serverless_cache::find(draft, &request, &serverless_cache_name)?;
                let tags = tags::from_request(tags)?;
                let taking = Taking {
                    name,
                    uid: new_uid(),
                    source: SnapshotSource::Manual,
                    is_final: false,
                    requested: now,
                    kms_key_id,
                    tags,
                };
                let (snapshot, members) = of_cache(draft, &cache, taking)?;
                let serverless_cache_snapshot = Some(super::begin(draft, snapshot, &members));
                let result = types::CreateServerlessCacheSnapshotResponse { serverless_cache_snapshot };
                Ok(Output::CreateServerlessCacheSnapshot(result))
            })
            .await
    }
}

/// A snapshot that may be taken of a cache, and the ids of the clusters that it is taken of.
pub(super) fn of_cache(
    draft: &Draft,
    cache: &ServerlessCache,
    taking: Taking,
) -> Result<(Snapshot, Vec<String>), AwsError> {
    let (tables, scope) = (draft.tables(), cache.scope.behind_serverless());
    let phase = serverless_cache::phase(tables, cache);
    if phase != ServerlessPhase::Available {
        return Err(serverless_cache::invalid_state(&cache.name, phase.as_str()));
    }
    // There is none behind a cache of Memcached, but a cluster.
    let group = draft.get::<ReplicationGroup>(&scope, &cache.name);
    let members: Vec<String> =
        group.as_ref().map_or_else(|| vec![cache.name.clone()], |group| group.member_ids().cloned().collect());
    let member = members.iter().find_map(|id| draft.get::<CacheCluster>(&scope, id));
    let member = member.ok_or_else(errors::internal_failure)?;
    if member.is_snapshotting() {
        return Err(serverless_cache::invalid_state(&cache.name, "snapshotting"));
    }
    let now = taking.requested;
    let mut snapshot = match &group {
        Some(group) => Snapshot::of_group(group, &member, taking),
        None => Snapshot::of_cluster(&member, None, taking),
    };
    snapshot.kms_key_id = snapshot.kms_key_id.or_else(|| cache.kms_key_id.clone());
    if snapshot.tags.is_empty() {
        snapshot.tags = cache.tags.clone();
    }
    check_quota(tables, &snapshot, now)?;
    Ok((snapshot, members))
}

/// Holds a cache to the number of snapshots that may be taken of it by hand in a day.
fn check_quota(tables: &Tables, new: &Snapshot, now: DateTime<Utc>) -> Result<(), AwsError> {
    const MOST: usize = MANUAL_SNAPSHOTS_PER_SERVERLESS_CACHE_AND_DAY;
    let day_ago = now - TimeDelta::days(1);
    let counts = |other: &Snapshot| {
        let is_manual = other.source == SnapshotSource::Manual && !other.is_copy;
        is_manual && other.cache_uid == new.cache_uid && other.requested > day_ago
    };
    let taken = tables.snapshots.iter(&new.scope).filter(|(_, other)| counts(other)).count();
    if taken < MOST {
        return Ok(());
    }
    let message = format!("The maximum number of manual snapshots of a serverless cache within 24 hours is {MOST}.");
    Err(AwsError::new(ErrorCode::ServerlessCacheSnapshotQuotaExceeded, message))
}
