//! `CopySnapshot` with a `TargetBucket`: the data go into a bucket, and there is no new snapshot.

use super::{bucket, state::check_available};
use crate::{
    model::{Export, Snapshot, identifier::IdentifierKind},
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(super) async fn export_snapshot(
        &self,
        request: &Request,
        source: String,
        export: Export,
        kms_key_id: Option<String>,
    ) -> Result<Output, AwsError> {
        IdentifierKind::Snapshot.canonical(&export.target).map_err(errors::invalid_value)?;
        let parts = {
            let tables = self.store.tables();
            let snapshot = tables.snapshots.get(&request.scope, &source.to_ascii_lowercase());
            let snapshot = snapshot.ok_or_else(|| errors::snapshot_not_found(&source))?;
            check_available(&tables, snapshot)?;
            if snapshot.kms_key_id.is_some() || kms_key_id.is_some() {
                return Err(errors::exported_with_a_key());
            }
            snapshot.nodes.len()
        };
        let keys = (0..parts).map(|part| export.key(part));
        bucket::check_writable(&self.object_storage, &export.bucket, keys).await?;
        let request = request.clone();
        self.store
            .write(move |draft| {
                let snapshot = super::find(draft, &request, &source)?;
                // It may have changed while the bucket was looked at.
                check_available(draft.tables(), &snapshot)?;
                let exporting = Snapshot { export: Some(export), ..Snapshot::clone(&snapshot) };
                let snapshot = Some(super::put(draft, &request, exporting));
                Ok(Output::CopySnapshot(types::CopySnapshotResult { snapshot }))
            })
            .await
    }
}
