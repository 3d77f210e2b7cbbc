//! `DeleteSnapshot`.

use crate::{
    model::{Snapshot, SnapshotStatus},
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(in crate::operations) async fn delete_snapshot(
        &self,
        request: &Request,
        input: types::DeleteSnapshotMessage,
    ) -> Result<Output, AwsError> {
        let types::DeleteSnapshotMessage { snapshot_name } = input;
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let snapshot = super::find(draft, &request, &snapshot_name)?;
                match super::status(draft.tables(), &snapshot) {
                    SnapshotStatus::Available | SnapshotStatus::Failed => {}
                    other => return Err(errors::snapshot_not_available(&snapshot.name, other.as_str())),
                }
                let leaving = Snapshot { deleted: Some(now), ..Snapshot::clone(&snapshot) };
                let snapshot = Some(super::put(draft, &request, leaving));
                Ok(Output::DeleteSnapshot(types::DeleteSnapshotResult { snapshot }))
            })
            .await
    }
}
