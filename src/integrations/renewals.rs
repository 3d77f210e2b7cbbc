//! Tells topics that the certificate which caches show was renewed. The server has one for all of them.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    clock::Clock,
    model::{CERTIFICATE_RENEWED, CacheCluster, Event, SourceType},
    store::{StorageError, Store},
};

/// Tells of each renewal, until nobody renews any more.
pub async fn run(store: Arc<Store>, mut renewals: watch::Receiver<u32>, clock: Arc<Clock>) {
    while renewals.changed().await.is_ok() {
        let now = clock.now();
        let told = store.write(move |draft| {
            let shows_it =
                |cluster: &CacheCluster| cluster.transit_encryption.is_enabled() && cluster.created.is_some();
            let clusters = draft.tables().cache_clusters.iter_all().filter(|(_, _, cluster)| shows_it(cluster));
            let clusters: Vec<_> = clusters.map(|(scope, id, _)| (scope.clone(), id.clone())).collect();
            for (scope, id) in clusters {
                let message = CERTIFICATE_RENEWED.to_owned();
                let event = Event { source_identifier: id, source_type: SourceType::CacheCluster, message, date: now };
                draft.emit(&scope, event);
            }
            Ok::<_, StorageError>(())
        });
        if let Err(error) = told.await {
            tracing::error!(%error, "topics are not told that the certificate was renewed");
        }
    }
}
