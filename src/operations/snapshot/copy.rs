//! `CopySnapshot`.

use super::state::check_available;
use crate::{
    model::{Export, Snapshot, SnapshotFile, SnapshotSource, SnapshotState},
    operations::{Operations, new_uid, request::Request, tags},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// The data are on disk once, however many snapshots have them. With a `TargetBucket` the answer is the source
    /// snapshot, and object storage has to be set up. The owner of a bucket is not asked for.
    pub(in crate::operations) async fn copy_snapshot(
        &self,
        request: &Request,
        input: types::CopySnapshotMessage,
    ) -> Result<Output, AwsError> {
        let types::CopySnapshotMessage { source_snapshot_name, target_snapshot_name, target_bucket, kms_key_id, tags } =
            input;
        if let Some(bucket) = target_bucket {
            let export = Export { bucket, target: target_snapshot_name, upload: None };
            return self.export_snapshot(request, source_snapshot_name, export, kms_key_id).await;
        }
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let name = super::new_name(draft, &request, &target_snapshot_name)?;
                let source = super::find(draft, &request, &source_snapshot_name)?;
                check_available(draft.tables(), &source)?;
                let tags = tags::from_request(tags)?;
                let source = Snapshot::clone(&source);
                let without_file = |node| crate::model::NodeSnapshot { file: None::<SnapshotFile>, ..node };
                let copy = Snapshot {
                    uid: new_uid(),
                    source: SnapshotSource::Manual,
                    is_final: false,
                    is_copy: true,
                    copy_of: Some(source.name.clone()),
                    export: None,
                    state: SnapshotState::Creating,
                    requested: now,
                    nodes: source.nodes.into_iter().map(without_file).collect(),
                    kms_key_id: kms_key_id.or(source.kms_key_id),
                    tags: if tags.is_empty() { source.tags } else { tags },
                    name,
                    scope: source.scope,
                    cache_uid: source.cache_uid,
                    deleted: None,
                    settings: source.settings,
                };
                let snapshot = Some(super::put(draft, &request, copy));
                Ok(Output::CopySnapshot(types::CopySnapshotResult { snapshot }))
            })
            .await
    }
}
