//! Replication groups, alone or in global datastores.

use super::{Entry, Export, Value, access, clusters, datastores};
use crate::{
    model::{CacheCluster, NodeGroup, NodeGroupId, NodeId, ReplicationGroup, Scope, TransitEncryption},
    store::Tables,
};

/// What a group is written as.
#[derive(Clone, Copy)]
pub(super) enum As<'a> {
    /// A group of its own, or the first of a global datastore.
    First,
    /// A secondary of this global datastore.
    SecondaryOf(&'a str),
}

pub(super) fn write(export: &mut Export, tables: &Tables, scope: &Scope, region: Option<&str>) {
    for (_, group) in tables.replication_groups.iter(scope).filter(|(_, group)| group.deleted.is_none()) {
        // A datastore of several regions is not written with those of one.
        if region.is_some() || !datastores::is_secondary(tables, group) {
            write_one(export, tables, group, As::First);
        }
    }
}

/// Writes a group down, with what is to be changed once it is there.
pub(super) fn write_one(export: &mut Export, tables: &Tables, group: &ReplicationGroup, written: As<'_>) {
    let scope = &group.scope;
    let Some(first) = group.member_ids().find_map(|id| tables.cache_clusters.get(scope, id)) else { return };
    let entry = Entry::new("CreateReplicationGroup")
        .with("ReplicationGroupId", &group.id)
        .with("ReplicationGroupDescription", &group.description);
    let entry = match written {
        As::SecondaryOf(datastore) => entry.with("GlobalReplicationGroupId", datastore),
        As::First => entry
            .with("Engine", first.engine.name())
            .with("EngineVersion", clusters::version(first))
            .with("CacheNodeType", &first.cache_node_type)
            .with_some("CacheParameterGroupName", parameter_group(export, tables, group, first))
            .with("ClusterMode", group.cluster_mode.as_str())
            .with("AutomaticFailoverEnabled", group.automatic_failover),
    };
    let entry = entry.with("MultiAZEnabled", group.multi_az);
    let entry = clusters::settings(shape(entry, tables, group), first)
        .with("SnapshotRetentionLimit", group.snapshot_retention_limit)
        .with_some("SnapshotWindow", group.snapshot_window.map(|window| window.to_string()));
    let entry = match written {
        As::SecondaryOf(_) => entry,
        As::First => encryption(entry, first),
    };
    let entry = entry
        .with_some("KmsKeyId", group.kms_key_id.as_ref())
        .with_some("AuthToken", access::auth_token(export, scope, &group.id, &first.access))
        .with_list("UserGroupIds", &first.user_group_id)
        .with_list("LogDeliveryConfigurations", clusters::log_deliveries(&group.log_deliveries))
        .with_tags(&group.tags);
    export.add(scope, entry);
    if first.notification.as_ref().is_some_and(|notification| !notification.active) {
        let silenced = Entry::new("ModifyReplicationGroup")
            .with("ReplicationGroupId", &group.id)
            .with("NotificationTopicStatus", "inactive")
            .with("ApplyImmediately", true);
        export.last.push((scope.clone(), silenced));
    }
}

fn encryption(entry: Entry, first: &CacheCluster) -> Entry {
    let mode = match first.transit_encryption {
        TransitEncryption::Disabled => None,
        TransitEncryption::Preferred => Some("preferred"),
        TransitEncryption::Required => Some("required"),
    };
    entry
        .with("TransitEncryptionEnabled", mode.is_some())
        .with_some("TransitEncryptionMode", mode)
        .with("AtRestEncryptionEnabled", first.at_rest_encryption)
}

/// The shards with their members, or the members of the only one.
fn shape(entry: Entry, tables: &Tables, group: &ReplicationGroup) -> Entry {
    let zones = |shard: &NodeGroup| -> Vec<String> {
        let members = shard.members.iter().filter_map(|id| tables.cache_clusters.get(&group.scope, id));
        let nodes =
            members.filter(|member| member.deleted.is_none()).filter_map(|member| member.nodes.get(&NodeId::FIRST));
        nodes.map(|node| node.availability_zone.clone()).collect()
    };
    let mut shards = group.node_groups.iter().filter(|(_, shard)| !shard.leaving);
    if !group.cluster_mode.is_clustered() {
        let zones = shards.next().map(|(_, shard)| zones(shard)).unwrap_or_default();
        return entry.with("NumCacheClusters", zones.len()).with_list("PreferredCacheClusterAZs", zones);
    }
    let shard = |(id, shard): (&NodeGroupId, &NodeGroup)| {
        let zones = zones(shard);
        let (primary, replicas) = zones.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
        let mut members = vec![
            ("NodeGroupId", id.as_str().into()),
            ("Slots", shard.slots.to_string().into()),
            ("ReplicaCount", replicas.len().into()),
        ];
        members.extend(primary.map(|zone| ("PrimaryAvailabilityZone", zone.into())));
        if !replicas.is_empty() {
            members.push(("ReplicaAvailabilityZones", replicas.iter().collect()));
        }
        Value::Map(members)
    };
    entry.with_list("NodeGroupConfiguration", shards.map(shard))
}

/// The parameter group that the group was made with. In a global datastore all have another one, with the same values.
fn parameter_group(
    export: &mut Export,
    tables: &Tables,
    group: &ReplicationGroup,
    first: &CacheCluster,
) -> Option<String> {
    let groups = &tables.cache_parameter_groups;
    let Some(own) = groups.get(&group.scope, &first.parameter_group) else {
        return Some(first.parameter_group.clone());
    };
    if own.global_replication_group_id.is_none() {
        return Some(own.name.clone());
    }
    let is_same = |other: &crate::model::CacheParameterGroup| {
        other.global_replication_group_id.is_none() && other.family == own.family && other.values == own.values
    };
    let same = groups.iter(&group.scope).find(|(_, other)| is_same(other)).map(|(name, _)| name.clone());
    let is_default = own.values.keys().all(|name| name == "cluster-enabled");
    if same.is_none() && !is_default {
        let scope = &group.scope;
        export.note(format!(
            "{scope}: {} has parameters of its own in its global datastore, which are not in this file",
            group.id
        ));
    }
    same.filter(|_| !is_default)
}
