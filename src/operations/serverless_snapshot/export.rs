//! `ExportServerlessCacheSnapshot`: the data go into a bucket.

use super::super::snapshot::bucket;
use crate::{
    model::{Engine, Export, Snapshot},
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Needs object storage to be set up. The object is called after the snapshot, with `-0001.rdb` after it. Refused
    /// for Memcached.
    pub(in crate::operations) async fn export_serverless_cache_snapshot(
        &self,
        request: &Request,
        input: types::ExportServerlessCacheSnapshotRequest,
    ) -> Result<Output, AwsError> {
        let types::ExportServerlessCacheSnapshotRequest { serverless_cache_snapshot_name: name, s3_bucket_name } =
            input;
        let (export, parts) = {
            let tables = self.store.tables();
            let found = super::find(&tables, &request.scope, &name)?;
            super::check_available(&tables, &found)?;
            if found.settings.engine == Engine::Memcached {
                return Err(errors::invalid_value("Exporting a snapshot is not supported for engine memcached."));
            }
            if found.kms_key_id.is_some() {
                return Err(errors::exported_with_a_key());
            }
            (Export { bucket: s3_bucket_name, target: found.name.clone(), upload: None }, found.nodes.len())
        };
        let keys = (0..parts).map(|part| export.key(part));
        bucket::check_writable(&self.object_storage, &export.bucket, keys).await?;
        let request = request.clone();
        self.store
            .write(move |draft| {
                let found = super::find(draft.tables(), &request.scope, &name)?;
                // It may have changed while the bucket was looked at.
                super::check_available(draft.tables(), &found)?;
                let exporting = Snapshot { export: Some(export), ..Snapshot::clone(&found) };
                let serverless_cache_snapshot = Some(super::put(draft, exporting));
                let result = types::ExportServerlessCacheSnapshotResponse { serverless_cache_snapshot };
                Ok(Output::ExportServerlessCacheSnapshot(result))
            })
            .await
    }
}
