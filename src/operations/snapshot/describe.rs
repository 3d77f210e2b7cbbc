//! `DescribeSnapshots`.

use super::view::View;
use crate::{
    model::{Snapshot, SnapshotSource, catalogue::limits::MAX_RECORDS_OF_SNAPSHOTS},
    operations::{Operations, errors, pagination::Page, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Sizes are those of the data on disk, in megabytes rounded up. An unknown `CacheClusterId` or
    /// `ReplicationGroupId` has no snapshots, and is no error: the cache may be gone.
    pub(in crate::operations) fn describe_snapshots(
        &self,
        request: &Request,
        input: &types::DescribeSnapshotsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeSnapshotsMessage {
            replication_group_id,
            cache_cluster_id,
            snapshot_name,
            snapshot_source,
            marker,
            max_records,
            show_node_group_config,
        } = input;
        let most = usize::try_from(*MAX_RECORDS_OF_SNAPSHOTS.end()).unwrap_or_default();
        let page = Page::with_most(*max_records, marker.as_deref(), most)?;
        if replication_group_id.is_some() && cache_cluster_id.is_some() {
            return Err(errors::invalid_combination(
                "Only one of CacheClusterId and ReplicationGroupId can be specified.",
            ));
        }
        let wanted = Wanted {
            cluster: cache_cluster_id.as_deref().map(str::to_ascii_lowercase),
            group: replication_group_id.as_deref().map(str::to_ascii_lowercase),
            source: snapshot_source.as_deref().map(source).transpose()?,
        };
        let tables = self.store.tables();
        let view = View { tables: &tables, node_group_configurations: *show_node_group_config == Some(true) };
        let (snapshots, marker) = if let Some(name) = snapshot_name {
            let found = tables.snapshots.get(&request.scope, &name.to_ascii_lowercase());
            let found = found.ok_or_else(|| errors::snapshot_not_found(name))?;
            (
                Some(found).filter(|found| wanted.has(found)).map(|found| view.snapshot(found)).into_iter().collect(),
                None,
            )
        } else {
            let after = tables.snapshots.iter_after(&request.scope, page.after().unwrap_or_default());
            let (found, marker) = page.take(after.filter(|(_, found)| wanted.has(found)), |(name, _)| name.as_str());
            (found.into_iter().map(|(_, found)| view.snapshot(found)).collect(), marker)
        };
        Ok(Output::DescribeSnapshots(types::DescribeSnapshotsListMessage { marker, snapshots: Some(snapshots) }))
    }
}

/// Which snapshots are asked for.
struct Wanted {
    cluster: Option<String>,
    group: Option<String>,
    source: Option<SnapshotSource>,
}

impl Wanted {
    fn has(&self, snapshot: &Snapshot) -> bool {
        let clusters = || {
            let of_parts = snapshot.nodes.iter().filter_map(|node| node.cache_cluster_id.as_ref());
            of_parts.chain(&snapshot.settings.cache_cluster_id)
        };
        self.cluster.as_ref().is_none_or(|id| clusters().any(|of| of == id))
            && self.group.as_ref().is_none_or(|id| snapshot.settings.replication_group_id.as_ref() == Some(id))
            && self.source.is_none_or(|source| snapshot.source == source)
    }
}

/// The filter has other words than the answer.
fn source(text: &str) -> Result<SnapshotSource, AwsError> {
    match text {
        "system" => Ok(SnapshotSource::Automated),
        "user" => Ok(SnapshotSource::Manual),
        other => Err(errors::invalid_value(format_args!(
            "Invalid value {other} for SnapshotSource. Must be system or user."
        ))),
    }
}
