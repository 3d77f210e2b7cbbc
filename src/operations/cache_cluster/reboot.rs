//! `RebootCacheCluster`.

use std::collections::BTreeSet;

use crate::{
    model::{CacheCluster, NodeId, Succession},
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// The engine really ends and starts; what it held is lost, as on `ElastiCache`.
    pub(in crate::operations) async fn reboot_cache_cluster(
        &self,
        request: &Request,
        input: types::RebootCacheClusterMessage,
    ) -> Result<Output, AwsError> {
        let types::RebootCacheClusterMessage { cache_cluster_id, cache_node_ids_to_reboot } = input;
        let request = request.clone();
        self.store
            .write(move |draft| {
                let cluster = super::find_available(draft, &request, &cache_cluster_id)?;
                let nodes = known_nodes(&cluster, &cache_node_ids_to_reboot)?;
                if nodes.is_empty() {
                    return Err(errors::missing_parameter("CacheNodeIdsToReboot"));
                }
                let mut cluster = CacheCluster::clone(&cluster);
                for (id, node) in &mut cluster.nodes {
                    if nodes.contains(id) {
                        node.renew(Succession::Reboot);
                    }
                }
                super::member::reboot(draft, &request, &cluster)?;
                let cache_cluster = Some(super::put(draft, &request, cluster));
                Ok(Output::RebootCacheCluster(types::RebootCacheClusterResult { cache_cluster }))
            })
            .await
    }
}

/// The nodes of `cluster` with these ids, all of which it must have.
pub(super) fn known_nodes(cluster: &CacheCluster, ids: &[String]) -> Result<BTreeSet<NodeId>, AwsError> {
    ids.iter()
        .map(|id| {
            id.parse().ok().filter(|id| cluster.nodes.get(id).is_some_and(|node| !node.leaving)).ok_or_else(|| {
                errors::invalid_value(format_args!("Cache node {id} does not exist in cluster {}.", cluster.id))
            })
        })
        .collect()
}
