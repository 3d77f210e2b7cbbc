//! `SnapshotArnsToRestore`: a new serverless cache is filled with snapshots, of serverless caches or of nodes, and with
//! dumps in buckets. Whatever is named comes together in the one data set of the cache.

use std::{collections::BTreeSet, sync::Arc};

use super::super::snapshot::{self, bucket};
use crate::{
    model::{
        BucketObject, Engine, EngineVersion, Restore, Scope, SlotSet, Snapshot, SnapshotStatus,
        arn::{Arn, InvalidArn, ResourceType},
    },
    operations::errors,
    protocol::{AwsError, ErrorCode},
    store::Tables,
};

/// What tells the ARNs of objects from those of snapshots.
const OF_S3: &str = ":s3:";

/// What a request says of the data of a new cache.
pub(in crate::operations) struct Asked<'a> {
    /// The ARNs.
    pub arns: Option<&'a [String]>,
    /// What came of looking for the objects among them.
    pub readable: Result<(), AwsError>,
    /// The engine that is to read the data.
    pub engine: Engine,
    /// Its version.
    pub version: &'a EngineVersion,
}

/// What a new cache is to be filled with, if anything. Snapshots have to be available, and such as the engine can read.
pub(in crate::operations) fn asked(
    tables: &Tables,
    scope: &Scope,
    asked: Asked<'_>,
) -> Result<Option<Restore>, AwsError> {
    let Asked { arns, readable, engine, version } = asked;
    let arns = arns.unwrap_or_default();
    let mut seen = BTreeSet::new();
    if let Some(twice) = arns.iter().find(|arn| !seen.insert(*arn)) {
        return Err(errors::invalid_value(format_args!("SnapshotArnsToRestore has {twice} more than once.")));
    }
    let (objects, snapshots): (Vec<_>, Vec<_>) = arns.iter().partition(|arn| arn.contains(OF_S3));
    let objects: Vec<BucketObject> = objects.into_iter().map(|arn| bucket::object(arn)).collect::<Result<_, _>>()?;
    if engine == Engine::Memcached && !objects.is_empty() {
        return Err(errors::restore_not_supported());
    }
    let snapshots: Vec<_> = snapshots.into_iter().map(|arn| find(tables, scope, arn)).collect::<Result<_, _>>()?;
    for snapshot in &snapshots {
        snapshot::restore::check_version(Some(snapshot), engine, version)?;
    }
    readable?;
    if arns.is_empty() {
        return Ok(None);
    }
    let files: Vec<_> = snapshots.iter().flat_map(|snapshot| snapshot.files().cloned()).collect();
    // Of snapshots what is in one file is taken as it is; several have to be put together. What a file from outside
    // holds has to be looked at.
    let is_combined = engine != Engine::Memcached && (files.len() > 1 || !objects.is_empty());
    Ok(Some(Restore {
        snapshots: snapshots.iter().map(|snapshot| snapshot.uid.clone()).collect(),
        files,
        objects,
        slots: is_combined.then(SlotSet::all),
        failure: None,
    }))
}

/// The snapshot that an ARN names, which has to be available.
fn find(tables: &Tables, scope: &Scope, arn: &str) -> Result<Arc<Snapshot>, AwsError> {
    let invalid = |reason: String| AwsError::new(ErrorCode::InvalidARN, reason);
    let parsed: Arn = arn.parse().map_err(|error: InvalidArn| invalid(error.to_string()))?;
    if !parsed.is_in(scope) {
        return Err(invalid(format!("ARN {arn} is invalid.")));
    }
    match parsed.resource_type() {
        ResourceType::ServerlessCacheSnapshot => {
            let found = super::find(tables, scope, parsed.id())?;
            super::check_available(tables, &found)?;
            Ok(found)
        }
        ResourceType::Snapshot => {
            let found = tables.snapshots.get(scope, parsed.id()).cloned();
            let found = found.ok_or_else(|| errors::snapshot_not_found(parsed.id()))?;
            match snapshot::status(tables, &found) {
                SnapshotStatus::Available => Ok(found),
                other => Err(errors::snapshot_not_available(&found.name, other.as_str())),
            }
        }
        _ => Err(invalid(format!("ARN {arn} is not that of a snapshot."))),
    }
}
