//! `DescribeCacheClusters`.

use std::{borrow::Cow, collections::BTreeMap};

use super::{member, view::View};
use crate::{
    model::CacheCluster,
    operations::{Operations, errors, pagination::Page, parameter_groups, request::Request},
    protocol::{AwsError, Output, types},
    store::Tables,
};

impl Operations {
    /// # Compatibility
    /// Endpoints have the host name that the request was sent to, or [names of their own](names.md) with `--dns`, and the port
    /// that is really open.
    pub(in crate::operations) fn describe_cache_clusters(
        &self,
        request: &Request,
        input: &types::DescribeCacheClustersMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeCacheClustersMessage {
            cache_cluster_id,
            max_records,
            marker,
            show_cache_node_info,
            show_cache_clusters_not_in_replication_groups: outside_only,
        } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let tables = self.store.tables();
        let shown = Shown { tables: &tables, request, nodes: show_cache_node_info.unwrap_or(false) };
        let (clusters, marker) = if let Some(id) = cache_cluster_id {
            let cluster = tables.cache_clusters.get(&request.scope, &id.to_ascii_lowercase());
            (vec![shown.cluster(cluster.ok_or_else(|| errors::cache_cluster_not_found(id))?)], None)
        } else {
            let after = tables.cache_clusters.iter_after(&request.scope, page.after().unwrap_or_default());
            let outside_only = outside_only.unwrap_or(false);
            let wanted = after.filter(|(_, cluster)| !outside_only || cluster.membership.is_none());
            let (clusters, marker) = page.take(wanted, |(id, _)| id.as_str());
            (clusters.into_iter().map(|(_, cluster)| shown.cluster(cluster)).collect(), marker)
        };
        Ok(Output::DescribeCacheClusters(types::CacheClusterMessage { marker, cache_clusters: Some(clusters) }))
    }
}

/// What all clusters of an answer are shown with.
struct Shown<'a> {
    tables: &'a Tables,
    request: &'a Request,
    nodes: bool,
}

impl Shown<'_> {
    fn cluster(&self, cluster: &CacheCluster) -> types::CacheCluster {
        let parameters: Cow<'_, BTreeMap<String, String>> =
            parameter_groups::values(self.tables, &cluster.scope, &cluster.parameter_group);
        let group_delivers_logs = member::group_delivers_logs(self.tables, cluster);
        View { request: self.request, parameters: &parameters, nodes: self.nodes, group_delivers_logs }.cluster(cluster)
    }
}
