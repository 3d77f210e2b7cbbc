//! `CopyServerlessCacheSnapshot`.

use std::sync::Arc;

use crate::{
    model::{NodeSnapshot, Snapshot, SnapshotSource, SnapshotState},
    operations::{Operations, new_uid, request::Request, tags},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// The data are on disk once, however many snapshots have them.
    pub(in crate::operations) async fn copy_serverless_cache_snapshot(
        &self,
        request: &Request,
        input: types::CopyServerlessCacheSnapshotRequest,
    ) -> Result<Output, AwsError> {
        let types::CopyServerlessCacheSnapshotRequest {
            source_serverless_cache_snapshot_name,
            target_serverless_cache_snapshot_name,
            kms_key_id,
            tags,
        } = input;
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let name = super::new_name(draft, &request, &target_serverless_cache_snapshot_name)?;
                let source = super::find(draft.tables(), &request.scope, &source_serverless_cache_snapshot_name)?;
                super::check_available(draft.tables(), &source)?;
                let tags = tags::from_request(tags)?;
                let source = Arc::unwrap_or_clone(source);
                let copy = Snapshot {
                    copy_of: Some(source.name.clone()),
                    name,
                    uid: new_uid(),
                    source: SnapshotSource::Manual,
                    is_final: false,
                    is_copy: true,
                    state: SnapshotState::Creating,
                    requested: now,
                    nodes: source.nodes.into_iter().map(|node| NodeSnapshot { file: None, ..node }).collect(),
                    kms_key_id: kms_key_id.or(source.kms_key_id),
                    tags: if tags.is_empty() { source.tags } else { tags },
                    ..source
                };
                let serverless_cache_snapshot = Some(super::put(draft, copy));
                let result = types::CopyServerlessCacheSnapshotResponse { serverless_cache_snapshot };
                Ok(Output::CopyServerlessCacheSnapshot(result))
            })
            .await
    }
}
