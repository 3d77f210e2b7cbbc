//! Cache clusters outside of replication groups, and what they have in common with the members of those.

use super::{Entry, Export, Value, access};
use crate::{
    model::{
        CacheCluster, Engine, LogDeliveries, LogDestination, LogFormat, Scope, TransitEncryption,
        catalogue::engine_versions::version_reported_as,
    },
    store::Tables,
};

pub(super) fn write(export: &mut Export, tables: &Tables, scope: &Scope) {
    let clusters = tables.cache_clusters.iter(scope);
    for (_, cluster) in clusters.filter(|(_, cluster)| cluster.membership.is_none() && cluster.deleted.is_none()) {
        write_one(export, cluster);
    }
}

fn write_one(export: &mut Export, cluster: &CacheCluster) {
    let scope = &cluster.scope;
    let mut zones = cluster.nodes.values().filter(|node| !node.leaving).map(|node| &node.availability_zone);
    let entry = Entry::new("CreateCacheCluster")
        .with("CacheClusterId", &cluster.id)
        .with("Engine", cluster.engine.name())
        .with("EngineVersion", version(cluster))
        .with("CacheNodeType", &cluster.cache_node_type)
        .with("NumCacheNodes", cluster.node_count());
    let entry = if cluster.engine == Engine::Memcached {
        let spread = cluster.cross_az && cluster.node_count() > 1;
        entry.with_some("AZMode", spread.then_some("cross-az")).with_list("PreferredAvailabilityZones", zones)
    } else {
        entry.with_some("PreferredAvailabilityZone", zones.next())
    };
    let entry = entry.with("CacheParameterGroupName", &cluster.parameter_group);
    let entry = settings(entry, cluster)
        .with_some("SnapshotRetentionLimit", has_snapshots(cluster).then_some(cluster.snapshot_retention_limit))
        .with_some("SnapshotWindow", cluster.snapshot_window.map(|window| window.to_string()))
        .with_some("TransitEncryptionEnabled", cluster.transit_encryption.is_enabled().then_some(true))
        .with_some("AuthToken", access::auth_token(export, scope, &cluster.id, &cluster.access))
        .with_list("LogDeliveryConfigurations", log_deliveries(&cluster.log_deliveries))
        .with_tags(&cluster.tags);
    if cluster.transit_encryption == TransitEncryption::Preferred {
        export.note(format!("{scope}: {} lets clients choose to encrypt; in this file they have to", cluster.id));
    }
    export.add(scope, entry);
    if cluster.notification.as_ref().is_some_and(|notification| !notification.active) {
        let silenced = Entry::new("ModifyCacheCluster")
            .with("CacheClusterId", &cluster.id)
            .with("NotificationTopicStatus", "inactive")
            .with("ApplyImmediately", true);
        export.last.push((scope.clone(), silenced));
    }
}

fn has_snapshots(cluster: &CacheCluster) -> bool {
    cluster.engine != Engine::Memcached
}

/// The version as it is asked for.
pub(super) fn version(cluster: &CacheCluster) -> String {
    let facts = version_reported_as(cluster.engine, cluster.engine_version.as_str());
    facts.map_or_else(|| cluster.engine_version.to_string(), |facts| facts.version.to_owned())
}

/// What requests for clusters and for groups both say, but for what secondaries of global datastores cannot.
pub(super) fn settings(entry: Entry, cluster: &CacheCluster) -> Entry {
    entry
        .with("CacheSubnetGroupName", &cluster.subnet_group)
        .with_list("SecurityGroupIds", &cluster.security_group_ids)
        .with("PreferredMaintenanceWindow", cluster.maintenance_window.to_string())
        .with("Port", cluster.port)
        .with_some("NotificationTopicArn", cluster.notification.as_ref().map(|notification| &notification.topic_arn))
        .with("AutoMinorVersionUpgrade", cluster.auto_minor_version_upgrade)
        .with("NetworkType", &cluster.network_type)
        .with("IpDiscovery", &cluster.ip_discovery)
}

/// Where logs are to go.
pub(super) fn log_deliveries(deliveries: &LogDeliveries) -> Vec<Value> {
    let wanted = deliveries.iter().filter_map(|(kind, delivery)| Some((kind, delivery.wanted.as_ref()?)));
    let written = wanted.map(|(kind, wanted)| {
        let (service, details) = match &wanted.destination {
            LogDestination::CloudwatchLogs(group) => {
                ("cloudwatch-logs", ("CloudWatchLogsDetails", Value::Map(vec![("LogGroup", group.into())])))
            }
            LogDestination::KinesisFirehose(stream) => {
                ("kinesis-firehose", ("KinesisFirehoseDetails", Value::Map(vec![("DeliveryStream", stream.into())])))
            }
        };
        let format = match wanted.format {
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        };
        Value::Map(vec![
            ("LogType", kind.as_str().into()),
            ("DestinationType", service.into()),
            ("DestinationDetails", Value::Map(vec![details])),
            ("LogFormat", format.into()),
        ])
    });
    written.collect()
}
