//! A snapshot that was just asked for: what of the cache it is taken of goes into its record, and where its data are to
//! come from.

use chrono::{DateTime, Utc};

use super::{NodeSnapshot, Snapshot, SnapshotSettings, SnapshotSource, SnapshotState};
use crate::model::{
    CacheCluster, EngineRef, FindMember, NodeGroup, NodeGroupId, NodeId, Observed, ReplicationGroup, Running, TagSet,
};

/// What is said of a snapshot that is to be taken.
#[derive(Clone, Debug)]
pub struct Taking {
    /// Its name, in lower case.
    pub name: String,
    /// Tells it from others of the same name.
    pub uid: String,
    /// Who asks for it.
    pub source: SnapshotSource,
    /// The cache was asked to be deleted, and waits for it.
    pub is_final: bool,
    /// When it is asked for.
    pub requested: DateTime<Utc>,
    /// The key for what is written to disk; that of the group where none is given.
    pub kms_key_id: Option<String>,
    /// The tags; those of the cache where there are none.
    pub tags: TagSet,
}

/// An engine that data can be taken of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpSource {
    /// Which it is.
    pub engine: EngineRef,
    /// Where it runs.
    pub running: Running,
}

impl Snapshot {
    /// A snapshot to be taken of one cluster. `group` is the one that it is a member of, if any.
    #[must_use]
    pub fn of_cluster(cluster: &CacheCluster, group: Option<&ReplicationGroup>, taking: Taking) -> Self {
        let settings = SnapshotSettings {
            cache_cluster_id: Some(cluster.id.clone()),
            cache_cluster_created: cluster.created,
            preferred_availability_zone: cluster.nodes.get(&NodeId::FIRST).map(|node| node.availability_zone.clone()),
            ..settings(cluster, group)
        };
        let mut node = node(cluster, NodeId::FIRST);
        node.replica_count = group.map_or(0, |group| group.member_ids().count().saturating_sub(1));
        Self::new(cluster, group, settings, vec![node], taking)
    }

    /// A snapshot to be taken of a whole group. `member` is any of its members.
    #[must_use]
    pub fn of_group(group: &ReplicationGroup, member: &CacheCluster, taking: Taking) -> Self {
        let clustered = group.cluster_mode.is_clustered();
        let part = |(id, shard): (&NodeGroupId, &NodeGroup)| NodeSnapshot {
            node_group_id: Some(id.clone()),
            slots: clustered.then(|| shard.slots.clone()),
            replica_count: shard.members.len().saturating_sub(1),
            cache_cluster_id: None,
            cache_node_id: None,
            cache_node_created: None,
            taken: None,
            file: None,
        };
        let settings = SnapshotSettings {
            node_group_count: clustered.then_some(group.node_groups.len()),
            port: group.port,
            ..settings(member, Some(group))
        };
        let parts = group.node_groups.iter().map(part).collect();
        Self::new(member, Some(group), settings, parts, taking)
    }

    fn new(
        cluster: &CacheCluster,
        group: Option<&ReplicationGroup>,
        settings: SnapshotSettings,
        nodes: Vec<NodeSnapshot>,
        taking: Taking,
    ) -> Self {
        let Taking { name, uid, source, is_final, requested, kms_key_id, tags } = taking;
        Self {
            scope: cluster.scope.clone(),
            name,
            uid,
            cache_uid: group.map_or(&cluster.uid, |group| &group.uid).clone(),
            source,
            is_final,
            is_copy: false,
            copy_of: None,
            export: None,
            state: SnapshotState::Creating,
            requested,
            deleted: None,
            settings,
            nodes,
            kms_key_id: kms_key_id.or_else(|| group?.kms_key_id.clone()),
            tags: if tags.is_empty() { group.map_or(&cluster.tags, |group| &group.tags).clone() } else { tags },
        }
    }

    /// The engines that the data of one part can be taken of, the best first: of a shard a replica, so that the primary
    /// is spared, but for a last snapshot, which must not miss a write.
    pub fn sources<'a>(
        &self,
        part: &NodeSnapshot,
        group: Option<&ReplicationGroup>,
        member: impl FindMember<'a>,
    ) -> Vec<DumpSource> {
        if let Some(id) = &self.settings.cache_cluster_id {
            return member(id).and_then(serving).into_iter().collect();
        }
        let shard = group.and_then(|group| {
            part.node_group_id
                .as_ref()
                .map_or_else(|| group.node_groups.values().next(), |id| group.node_groups.get(id))
        });
        let Some(shard) = shard else { return Vec::new() };
        let follows = |source: &DumpSource| {
            let role = source.running.role.as_ref();
            role.is_some_and(|role| shard.is_copy(&source.engine, role))
        };
        let engines = shard.members.iter().filter_map(|id| member(id)).filter_map(serving);
        let (primaries, others): (Vec<_>, Vec<_>) = engines.partition(|source| source.engine == shard.primary);
        let replicas = others.into_iter().filter(|source| !self.is_final && follows(source));
        replicas.chain(primaries).collect()
    }
}

/// The engine of a cluster of one node that answers clients now.
fn serving(cluster: &CacheCluster) -> Option<DumpSource> {
    let engines = &cluster.nodes.get(&NodeId::FIRST)?.engines;
    engines.iter().find_map(|(generation, observed)| {
        let Observed::Running(running) = observed else { return None };
        let engine = EngineRef { cache_cluster_id: cluster.id.clone(), generation: *generation };
        Some(DumpSource { engine, running: (**running).clone() })
    })
}

/// The part of a single cluster.
fn node(cluster: &CacheCluster, id: NodeId) -> NodeSnapshot {
    NodeSnapshot {
        node_group_id: None,
        slots: None,
        replica_count: 0,
        cache_cluster_id: Some(cluster.id.clone()),
        cache_node_id: Some(id),
        cache_node_created: cluster.nodes.get(&id).and_then(|node| node.created),
        taken: None,
        file: None,
    }
}

fn settings(cluster: &CacheCluster, group: Option<&ReplicationGroup>) -> SnapshotSettings {
    SnapshotSettings {
        cache_cluster_id: None,
        replication_group_id: group.map(|group| group.id.clone()),
        replication_group_description: group.map(|group| group.description.clone()),
        engine: cluster.engine,
        engine_version: cluster.engine_version.clone(),
        cache_node_type: cluster.cache_node_type.clone(),
        port: cluster.port,
        parameter_group: cluster.parameter_group.clone(),
        subnet_group: cluster.subnet_group.clone(),
        maintenance_window: cluster.maintenance_window,
        snapshot_window: group.map_or(cluster.snapshot_window, |group| group.snapshot_window),
        snapshot_retention_limit: group
            .map_or(cluster.snapshot_retention_limit, |group| group.snapshot_retention_limit),
        auto_minor_version_upgrade: cluster.auto_minor_version_upgrade,
        topic_arn: cluster.notification.as_ref().map(|notification| notification.topic_arn.clone()),
        preferred_availability_zone: None,
        cache_cluster_created: None,
        automatic_failover: group.is_some_and(|group| group.automatic_failover),
        node_group_count: None,
    }
}
