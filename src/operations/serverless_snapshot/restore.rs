//! `SnapshotArnsToRestore`: a new serverless cache is filled with a snapshot, of a serverless cache or of one of nodes.

use std::sync::Arc;

use super::super::snapshot;
use crate::{
    model::{
        CacheCluster, Engine, EngineVersion, Restore, Scope, SlotSet, Snapshot, SnapshotStatus,
        arn::{Arn, ResourceType},
    },
    operations::errors,
    protocol::{AwsError, ErrorCode},
    store::Tables,
};

/// The snapshot that a new cache is to be filled with, if any. It has to be available, and one that the engine can read.
pub(in crate::operations) fn asked(
    tables: &Tables,
    scope: &Scope,
    arns: Option<&[String]>,
    engine: Engine,
    version: &EngineVersion,
) -> Result<Option<Arc<Snapshot>>, AwsError> {
    let arn = match arns {
        None | Some([]) => return Ok(None),
        Some([arn]) => arn,
        Some(_) => return Err(errors::feature_not_supported_yet("restoring more than one snapshot")),
    };
    if engine == Engine::Memcached {
        return Err(errors::feature_not_supported_yet("snapshots of Memcached"));
    }
    if arn.contains(":s3:") {
        return Err(errors::feature_not_supported_yet("restoring serverless caches from files in S3"));
    }
    let invalid = |reason: String| AwsError::new(ErrorCode::InvalidARN, reason);
    let parsed: Arn = arn.parse().map_err(|error: crate::model::arn::InvalidArn| invalid(error.to_string()))?;
    if !parsed.is_in(scope) {
        return Err(invalid(format!("ARN {arn} is invalid.")));
    }
    let found = match parsed.resource_type() {
        ResourceType::ServerlessCacheSnapshot => {
            let found = super::find(tables, scope, parsed.id())?;
            super::check_available(tables, &found)?;
            found
        }
        ResourceType::Snapshot => {
            let found = tables.snapshots.get(scope, parsed.id()).cloned();
            let found = found.ok_or_else(|| errors::snapshot_not_found(parsed.id()))?;
            match snapshot::status(tables, &found) {
                SnapshotStatus::Available => found,
                other => return Err(errors::snapshot_not_available(&found.name, other.as_str())),
            }
        }
        _ => return Err(invalid(format!("ARN {arn} is not that of a snapshot."))),
    };
    snapshot::restore::check_version(Some(&found), engine, version)?;
    Ok(Some(found))
}

/// Has the first primary of a new cache filled with a snapshot.
pub(in crate::operations) fn fill(primary: &mut CacheCluster, snapshot: &Snapshot) {
    let files: Vec<_> = snapshot.files().cloned().collect();
    // What is in one file is wanted as it is; several have to be put together.
    let slots = (files.len() > 1).then(SlotSet::all);
    // A snapshot of nodes is not looked for here, and its files stay for as long as this names them.
    let name = (snapshot.scope == primary.scope).then(|| snapshot.name.clone());
    primary.restore = Some(Restore { snapshot: name, files, objects: Vec::new(), slots, failure: None });
}
