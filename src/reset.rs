//! Empties a running server: every record and every engine of this instance.

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

use crate::{
    backend::{Backend, BackendError},
    clock::Clock,
    model::{
        CacheCluster, CacheParameterGroup, CacheSecurityGroup, CacheSubnetGroup, Delivery, Event, Fault,
        GlobalReplicationGroup, InitNote, LogCursor, ReplicationGroup, ReservedCacheNode, ScalableTarget,
        ScalingActivity, Scope, ServerlessCache, Snapshot, UpdateAction, User, UserGroup,
    },
    store::{Draft, Record, StorageError, Store},
};

/// How long the engines may take to go.
const PATIENCE: Duration = Duration::from_mins(1);

/// Why a reset did not come to its end. Records that were to go are gone or marked to go all the same.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// The records could not be changed.
    #[error(transparent)]
    Store(#[from] StorageError),
    /// The backend could not say or do what it was asked.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Engines did not go in time. They will go as soon as the backend lets them.
    #[error("engines are still running after {} seconds; they are removed as soon as the backend allows", PATIENCE.as_secs())]
    TimedOut,
}

/// What a reset works on.
pub struct Reset {
    store: Arc<Store>,
    backend: Arc<dyn Backend>,
    clock: Arc<Clock>,
}

impl Reset {
    /// A reset of what `store` and `backend` hold.
    #[must_use]
    pub fn new(store: Arc<Store>, backend: Arc<dyn Backend>, clock: Arc<Clock>) -> Self {
        Self { store, backend, clock }
    }

    /// Removes everything; what answers `Ok` has left nothing behind.
    ///
    /// # Errors
    /// When the records cannot be changed or engines do not go.
    pub async fn run(&self) -> Result<(), ResetError> {
        let now = self.clock.now();
        self.store
            .write(move |draft| {
                // Nothing is to wait for one that is being taken.
                remove_all::<Snapshot>(draft);
                for (scope, id) in keys::<CacheCluster>(draft) {
                    if let Some(cluster) = draft.get::<CacheCluster>(&scope, &id) {
                        draft.put(
                            &scope,
                            &id,
                            CacheCluster {
                                deleted: cluster.deleted.or(Some(now)),
                                snapshotting: None,
                                ..(*cluster).clone()
                            },
                        );
                    }
                }
                for (scope, id) in keys::<ReplicationGroup>(draft) {
                    if let Some(group) = draft.get::<ReplicationGroup>(&scope, &id) {
                        let deleted = group.deleted.or(Some(now));
                        draft.put(&scope, &id, ReplicationGroup { deleted, ..(*group).clone() });
                    }
                }
                Ok::<_, StorageError>(())
            })
            .await?;
        timeout(PATIENCE, self.until_no_cluster_is_left()).await.map_err(|_| ResetError::TimedOut)?;
        for engine in self.backend.list().await? {
            self.backend.remove(&engine.id).await?;
        }
        self.store
            .write(|draft| {
                remove_all::<CacheParameterGroup>(draft);
                remove_all::<CacheSubnetGroup>(draft);
                remove_all::<CacheSecurityGroup>(draft);
                remove_all::<Snapshot>(draft);
                remove_all::<ServerlessCache>(draft);
                remove_all::<GlobalReplicationGroup>(draft);
                remove_all::<ReservedCacheNode>(draft);
                remove_all::<UpdateAction>(draft);
                remove_all::<ScalableTarget>(draft);
                remove_all::<ScalingActivity>(draft);
                remove_all::<UserGroup>(draft);
                remove_all::<User>(draft);
                remove_all::<Event>(draft);
                remove_all::<Delivery>(draft);
                remove_all::<Fault>(draft);
                remove_all::<LogCursor>(draft);
                // The next start is a first one.
                remove_all::<InitNote>(draft);
                Ok::<_, StorageError>(())
            })
            .await?;
        Ok(())
    }

    async fn until_no_cluster_is_left(&self) {
        let mut version = self.store.version();
        let is_empty = || {
            let tables = self.store.tables();
            tables.cache_clusters.is_empty() && tables.replication_groups.is_empty()
        };
        while !is_empty() {
            if version.changed().await.is_err() {
                return;
            }
        }
    }
}

fn keys<R: Record>(draft: &Draft) -> Vec<(Scope, String)> {
    R::table(draft.tables()).iter_all().map(|(scope, id, _)| (scope.clone(), id.clone())).collect()
}

fn remove_all<R: Record>(draft: &mut Draft) {
    for (scope, id) in keys::<R>(draft) {
        draft.remove::<R>(&scope, &id);
    }
}
