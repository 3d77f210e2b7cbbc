//! `DeleteServerlessCacheSnapshot`.

use std::sync::Arc;

use super::super::snapshot;
use crate::{
    model::{Snapshot, SnapshotStatus},
    operations::{Operations, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(in crate::operations) async fn delete_serverless_cache_snapshot(
        &self,
        request: &Request,
        input: types::DeleteServerlessCacheSnapshotRequest,
    ) -> Result<Output, AwsError> {
        let types::DeleteServerlessCacheSnapshotRequest { serverless_cache_snapshot_name } = input;
        let (now, scope) = (self.clock.now(), request.scope.clone());
        self.store
            .write(move |draft| {
                let found = super::find(draft.tables(), &scope, &serverless_cache_snapshot_name)?;
                match snapshot::status(draft.tables(), &found) {
                    SnapshotStatus::Available | SnapshotStatus::Failed => {}
                    other => return Err(super::invalid_state(&found.name, other)),
                }
                let leaving = Snapshot { deleted: Some(now), ..Arc::unwrap_or_clone(found) };
                let serverless_cache_snapshot = Some(super::put(draft, leaving));
                let result = types::DeleteServerlessCacheSnapshotResponse { serverless_cache_snapshot };
                Ok(Output::DeleteServerlessCacheSnapshot(result))
            })
            .await
    }
}
