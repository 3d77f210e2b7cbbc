//! Copies the files of a snapshot into a bucket. Objects that an earlier try has written stay as they are: each is there
//! only when it is whole.

use async_trait::async_trait;

use super::job::{Job, JobError};
use crate::{
    model::{Event, Export, ExportUpload, Snapshot, SourceType},
    object_storage::{ObjectStorageError, UploadLog},
    store::StorageError,
};

impl Job {
    /// Writes every file into the bucket.
    pub(super) async fn export(&self, export: &Export) -> Result<(), JobError> {
        let tables = self.shared.store.tables();
        let Some(snapshot) = tables.snapshots.get(&self.scope, &self.name).filter(|found| found.uid == self.uid) else {
            return Ok(());
        };
        let storage = &self.shared.object_storage;
        // A server that was killed has left it behind, or a try that could not tell S3.
        if let Some(left) = snapshot.export.as_ref().and_then(|export| export.upload.as_ref())
            && let Err(error) = storage.abandon(&export.bucket, &left.key, &left.id).await
        {
            tracing::warn!(key = left.key, %error, "an unfinished upload stays in a bucket");
        }
        for (part, file) in snapshot.files().enumerate() {
            let key = export.key(part);
            let path = self.shared.snapshot_files.checked(file).await?;
            match storage.put(&export.bucket, &key, &path, self).await {
                // There was none when it was asked for, so it is what this server wrote before it was killed.
                Err(ObjectStorageError::AlreadyExists)
                    if storage.check_readable(&export.bucket, &key).await? == file.size => {}
                written => written?,
            }
        }
        Ok(())
    }

    /// Notes that the export is over, and why if it was in vain.
    pub(super) async fn end_export(&self, outcome: Result<(), JobError>) -> Result<(), StorageError> {
        let (scope, name, uid) = (self.scope.clone(), self.name.clone(), self.uid.clone());
        let date = self.shared.clock.now();
        let written = self.shared.store.write(move |draft| {
            let Some(snapshot) = draft.get::<Snapshot>(&scope, &name).filter(|found| found.uid == uid) else {
                return Ok(());
            };
            let mut snapshot = Snapshot::clone(&snapshot);
            let Some(export) = snapshot.export.take() else { return Ok(()) };
            let bucket = &export.bucket;
            let message = match outcome {
                Ok(()) => format!("Snapshot {name} was exported to the S3 bucket {bucket}"),
                Err(error) if scope.is_behind_serverless() => format!(
                    "Failed to export snapshot for cache {}. Could not export snapshot to bucket {bucket} because {error}.",
                    snapshot.cache_id()
                ),
                Err(error) => format!("Snapshot {name} could not be exported to the S3 bucket {bucket}: {error}"),
            };
            let (scope_of_event, source, source_type) = if let Some(before) = scope.before_serverless() {
                (before, name.clone(), SourceType::ServerlessCacheSnapshot)
            } else {
                let source = super::outcome::source_of_events(draft, &scope, &snapshot);
                (scope.clone(), source, SourceType::CacheCluster)
            };
            draft.put(&scope, &name, snapshot);
            tracing::info!(source, message, "event");
            draft.emit(&scope_of_event, Event { source_identifier: source, source_type, message, date });
            Ok(())
        });
        written.await
    }
}

#[async_trait]
impl UploadLog for Job {
    async fn begun(&self, key: &str, id: &str) -> Result<(), ObjectStorageError> {
        let (scope, name, uid) = (self.scope.clone(), self.name.clone(), self.uid.clone());
        let upload = ExportUpload { key: key.to_owned(), id: id.to_owned() };
        let written = self.shared.store.write(move |draft| {
            let Some(snapshot) = draft.get::<Snapshot>(&scope, &name).filter(|found| found.uid == uid) else {
                return Ok::<_, StorageError>(());
            };
            let mut snapshot = Snapshot::clone(&snapshot);
            if let Some(export) = &mut snapshot.export {
                export.upload = Some(upload);
                draft.put(&scope, &name, snapshot);
            }
            Ok(())
        });
        written.await.map_err(|error| ObjectStorageError::Failed(error.to_string()))
    }
}
