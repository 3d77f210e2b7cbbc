//! `DeleteCacheCluster`.

use crate::{
    model::{CacheCluster, Phase},
    operations::{Operations, errors, request::Request, snapshot},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Taken in every status but `deleting`, so that a cluster that cannot come up can be removed; with `--strict` only
    /// when it is available or could not be brought up. While a snapshot is being taken it is refused. A final snapshot
    /// needs a cluster that is available; when it cannot be taken, the cluster stays.
    pub(in crate::operations) async fn delete_cache_cluster(
        &self,
        request: &Request,
        input: types::DeleteCacheClusterMessage,
    ) -> Result<Output, AwsError> {
        let types::DeleteCacheClusterMessage { cache_cluster_id, final_snapshot_identifier } = input;
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        self.store
            .write(move |draft| {
                let cluster = super::find(draft, &request, &cache_cluster_id)?;
                let last = match &final_snapshot_identifier {
                    None => None,
                    Some(name) => {
                        let last = snapshot::last_of_cluster(draft, &request, &cluster, name, now)?;
                        // Without an engine there is nothing to take.
                        super::find_available(draft, &request, &cache_cluster_id)?;
                        Some(last)
                    }
                };
                // ElastiCache refuses every cluster that is not available. One that cannot come up here, because of a
                // missing image say, has to be removable all the same.
                let refused = match cluster.phase() {
                    Phase::Available | Phase::IncompatibleNetwork | Phase::RestoreFailed => false,
                    Phase::Deleting | Phase::Snapshotting => true,
                    Phase::Creating | Phase::Modifying | Phase::Rebooting => strict,
                };
                if refused {
                    return Err(errors::cache_cluster_not_available(&cluster.id, cluster.phase().as_str()));
                }
                super::member::check_no_migration(draft, &request, &cluster)?;
                let leaving = CacheCluster { deleted: Some(now), ..CacheCluster::clone(&cluster) };
                let cache_cluster = Some(super::put(draft, &request, leaving));
                super::member::leave(draft, &request, &cluster)?;
                if let Some(last) = last {
                    last.begin(draft, &request);
                }
                Ok(Output::DeleteCacheCluster(types::DeleteCacheClusterResult { cache_cluster }))
            })
            .await
    }
}
