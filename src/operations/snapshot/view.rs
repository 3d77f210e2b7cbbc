//! A snapshot as the API shows it.

use chrono::{DateTime, Timelike, Utc};

use crate::{
    model::{
        NodeSnapshot, Snapshot, SnapshotFile, SnapshotSource,
        arn::{Arn, ResourceType},
    },
    operations::subnet_groups,
    protocol::types,
    store::Tables,
};

/// What `ElastiCache` counts the size of a cache in.
const MEGABYTE: u64 = 1 << 20;

pub(super) struct View<'a> {
    pub tables: &'a Tables,
    /// Whether to show how the shards were made up.
    pub node_group_configurations: bool,
}

impl View<'_> {
    pub fn snapshot(&self, snapshot: &Snapshot) -> types::Snapshot {
        let settings = &snapshot.settings;
        let of_cluster = settings.cache_cluster_id.is_some();
        types::Snapshot {
            snapshot_name: Some(snapshot.name.clone()),
            replication_group_id: settings.replication_group_id.clone(),
            replication_group_description: settings.replication_group_description.clone(),
            cache_cluster_id: settings.cache_cluster_id.clone(),
            snapshot_status: Some(super::status(self.tables, snapshot).as_str().into()),
            snapshot_source: Some(match snapshot.source {
                SnapshotSource::Automated => "automated".into(),
                SnapshotSource::Manual => "manual".into(),
            }),
            cache_node_type: Some(settings.cache_node_type.clone()),
            engine: Some(settings.engine.name().to_owned()),
            engine_version: Some(settings.engine_version.to_string()),
            num_cache_nodes: of_cluster.then_some(1),
            preferred_availability_zone: settings.preferred_availability_zone.clone(),
            preferred_outpost_arn: None,
            cache_cluster_create_time: settings.cache_cluster_created,
            preferred_maintenance_window: Some(settings.maintenance_window.to_string()),
            topic_arn: settings.topic_arn.clone(),
            port: Some(settings.port.into()),
            cache_parameter_group_name: Some(settings.parameter_group.clone()),
            cache_subnet_group_name: Some(settings.subnet_group.clone()),
            vpc_id: Some(subnet_groups::vpc_id(&snapshot.scope)),
            auto_minor_version_upgrade: Some(settings.auto_minor_version_upgrade),
            snapshot_retention_limit: i32::try_from(settings.snapshot_retention_limit).ok(),
            snapshot_window: settings.snapshot_window.map(|window| window.to_string()),
            num_node_groups: (!of_cluster).then(|| i32::try_from(snapshot.nodes.len()).unwrap_or(i32::MAX)),
            automatic_failover: settings.replication_group_id.as_ref().map(|_| {
                if settings.automatic_failover {
                    types::AutomaticFailoverStatus::Enabled
                } else {
                    types::AutomaticFailoverStatus::Disabled
                }
            }),
            node_snapshots: Some(snapshot.nodes.iter().map(|node| self.node(node, of_cluster)).collect()),
            kms_key_id: snapshot.kms_key_id.clone(),
            arn: Some(Arn::text(&snapshot.scope, ResourceType::Snapshot, &snapshot.name)),
            data_tiering: Some(types::DataTieringStatus::Disabled),
            durability: None,
        }
    }

    fn node(&self, node: &NodeSnapshot, of_cluster: bool) -> types::NodeSnapshot {
        types::NodeSnapshot {
            // Which cluster it is need not be said again.
            cache_cluster_id: node.cache_cluster_id.clone().filter(|_| !of_cluster),
            node_group_id: node.node_group_id.as_ref().map(ToString::to_string),
            cache_node_id: node.cache_node_id.map(|id| id.to_string()),
            node_group_configuration: self.node_group_configurations.then(|| types::NodeGroupConfiguration {
                node_group_id: node.node_group_id.as_ref().map(ToString::to_string),
                slots: node.slots.as_ref().map(ToString::to_string),
                replica_count: i32::try_from(node.replica_count).ok(),
                ..types::NodeGroupConfiguration::default()
            }),
            // Empty until it is known.
            cache_size: Some(node.file.as_ref().map(size).unwrap_or_default()),
            cache_node_create_time: node.cache_node_created,
            snapshot_create_time: node.taken.and_then(whole_seconds),
        }
    }
}

/// The size in megabytes, none of them begun in vain.
fn size(file: &SnapshotFile) -> String {
    format!("{} MB", file.size.div_ceil(MEGABYTE).max(1))
}

/// `ElastiCache` tells this time without milliseconds.
fn whole_seconds(time: DateTime<Utc>) -> Option<DateTime<Utc>> {
    time.with_nanosecond(0)
}
