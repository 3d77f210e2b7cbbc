//! What runs behind a serverless cache: of Redis and Valkey a replication group in cluster mode with one shard, a primary
//! and a replica; of Memcached a cache cluster with one node. They are called as the cache is, and so is the parameter
//! group that holds its limits; all are in a scope of their own.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    model::{
        Access, Behind, CacheCluster, CacheParameterGroup, Engine, EngineVersion, FindMember, ReplicationGroup,
        Restore, Scope, ServerlessCache, ServerlessPhase, SnapshotWindow, TagSet,
        catalogue::engine_versions::EngineVersionFacts, parameters::family_of,
    },
    operations::{cache_cluster, replication_group, request::Request},
    protocol::{AwsError, types},
    store::{Draft, Tables},
};

/// The node type of all engines. Its memory does not matter, since each cache says how much it may hold.
const NODE_TYPE: &str = "cache.m7g.large";

/// The ports of a cache's endpoints, as far as they are open.
pub(in crate::operations) struct Ports {
    pub main: Option<u16>,
    pub reader: Option<u16>,
}

/// Finds what runs behind a cache.
fn find<'a>(tables: &'a Tables, scope: &Scope, cache: &ServerlessCache) -> Option<Behind<'a>> {
    match cache.engine {
        Engine::Memcached => tables.cache_clusters.get(scope, &cache.name).map(|cluster| Behind::Cluster(cluster)),
        Engine::Redis | Engine::Valkey => {
            tables.replication_groups.get(scope, &cache.name).map(|group| Behind::Group(group))
        }
    }
}

fn members<'a>(tables: &'a Tables, scope: &'a Scope) -> impl FindMember<'a> {
    move |id: &str| tables.cache_clusters.get(scope, id).map(Arc::as_ref)
}

/// Where a cache stands.
pub(in crate::operations) fn phase(tables: &Tables, cache: &ServerlessCache) -> ServerlessPhase {
    let scope = cache.scope.behind_serverless();
    cache.phase(find(tables, &scope, cache), members(tables, &scope))
}

/// The ports of a cache's endpoints. Those of Memcached are the cluster's configuration endpoint and its only node's.
pub(in crate::operations) fn ports(tables: &Tables, cache: &ServerlessCache) -> Ports {
    match find(tables, &cache.scope.behind_serverless(), cache) {
        None => Ports { main: None, reader: None },
        Some(Behind::Group(group)) => Ports { main: group.ports.primary, reader: group.ports.reader },
        Some(Behind::Cluster(cluster)) => {
            Ports { main: cluster.configuration_port, reader: cluster.nodes.values().next().and_then(|node| node.port) }
        }
    }
}

/// The records of the engines behind a cache.
fn engines(tables: &Tables, cache: &ServerlessCache) -> Vec<Arc<CacheCluster>> {
    let scope = cache.scope.behind_serverless();
    match find(tables, &scope, cache) {
        None => Vec::new(),
        Some(Behind::Cluster(cluster)) => tables.cache_clusters.get(&scope, &cluster.id).cloned().into_iter().collect(),
        Some(Behind::Group(group)) => {
            group.member_ids().filter_map(|id| tables.cache_clusters.get(&scope, id).cloned()).collect()
        }
    }
}

/// Writes what is to run behind a new cache. Who may talk to it is said later.
pub(super) fn make(
    draft: &mut Draft,
    request: &Request,
    cache: &ServerlessCache,
    version: &EngineVersionFacts,
    now: DateTime<Utc>,
) -> Result<(), AwsError> {
    put_parameters(draft, cache);
    let request = Request { scope: cache.scope.behind_serverless(), ..request.clone() };
    let scope = &request.scope;
    let name = Some(cache.name.clone());
    let engine = Some(cache.engine.name().to_owned());
    let (engine_version, cache_node_type) = (Some(version.version.to_owned()), Some(NODE_TYPE.to_owned()));
    if cache.engine == Engine::Memcached {
        let asked = types::CreateCacheClusterMessage {
            cache_cluster_id: cache.name.clone(),
            num_cache_nodes: Some(1),
            cache_node_type,
            engine,
            engine_version,
            cache_parameter_group_name: name,
            transit_encryption_enabled: Some(true),
            ..types::CreateCacheClusterMessage::default()
        };
        let cluster = cache_cluster::new_cluster(draft, &request, asked, Ok(()), false, now)?;
        draft.put(scope, &cache.name, scheduled_cluster(cluster, cache));
        return Ok(());
    }
    let asked = types::CreateReplicationGroupMessage {
        replication_group_id: cache.name.clone(),
        replication_group_description: String::new(),
        automatic_failover_enabled: Some(true),
        multi_az_enabled: Some(true),
        num_node_groups: Some(1),
        replicas_per_node_group: Some(1),
        cache_node_type,
        engine,
        engine_version,
        cache_parameter_group_name: name,
        transit_encryption_enabled: Some(true),
        at_rest_encryption_enabled: Some(true),
        cluster_mode: Some(types::ClusterMode::Enabled),
        ..types::CreateReplicationGroupMessage::default()
    };
    let (group, members) = replication_group::new_group(draft, &request, asked, Ok(()), false, now)?;
    let group = scheduled(group, cache);
    for member in members {
        let id = member.id.clone();
        draft.put(scope, &id, member);
    }
    draft.put(scope, &cache.name, group);
    Ok(())
}

/// Has the first engine of a new cache filled with data. Another one copies it.
pub(super) fn fill(draft: &mut Draft, cache: &ServerlessCache, restore: Restore) {
    let scope = cache.scope.behind_serverless();
    let group = draft.get::<ReplicationGroup>(&scope, &cache.name);
    let shard = group.as_ref().and_then(|group| group.node_groups.values().next());
    let id = shard.map_or(&cache.name, |shard| &shard.primary.cache_cluster_id);
    if let Some(first) = draft.get::<CacheCluster>(&scope, id) {
        draft.put(&scope, id, CacheCluster { restore: Some(restore), ..Arc::unwrap_or_clone(first) });
    }
}

/// Writes the parameters of a cache's engines, from where they reach engines that run.
pub(super) fn put_parameters(draft: &mut Draft, cache: &ServerlessCache) {
    let group = CacheParameterGroup {
        name: cache.name.clone(),
        family: family_of(cache.engine, &cache.engine_version).name.to_owned(),
        description: String::new(),
        values: cache.engine_parameters(),
        tags: TagSet::default(),
        global_replication_group_id: None,
    };
    draft.put(&cache.scope.behind_serverless(), &cache.name, group);
}

/// The group behind a cache, with the cache's wish for daily snapshots.
fn scheduled(group: ReplicationGroup, cache: &ServerlessCache) -> ReplicationGroup {
    ReplicationGroup {
        snapshot_retention_limit: cache.snapshot_retention_limit,
        snapshot_window: cache.daily_snapshot_time.map(SnapshotWindow::of_hour),
        ..group
    }
}

/// The same for a cluster.
fn scheduled_cluster(cluster: CacheCluster, cache: &ServerlessCache) -> CacheCluster {
    CacheCluster {
        snapshot_retention_limit: cache.snapshot_retention_limit,
        snapshot_window: cache.daily_snapshot_time.map(SnapshotWindow::of_hour),
        ..cluster
    }
}

/// Says when daily snapshots are taken, and for how long they are kept.
pub(super) fn put_schedule(draft: &mut Draft, cache: &ServerlessCache) {
    let scope = cache.scope.behind_serverless();
    if cache.engine == Engine::Memcached {
        change(draft, cache, |cluster| *cluster = scheduled_cluster(cluster.clone(), cache));
        return;
    }
    if let Some(group) = draft.get::<ReplicationGroup>(&scope, &cache.name) {
        draft.put(&scope, &cache.name, scheduled(Arc::unwrap_or_clone(group), cache));
    }
}

/// Says who may talk to a cache.
pub(super) fn let_in(draft: &mut Draft, cache: &ServerlessCache, access: &Access) {
    change(draft, cache, |cluster| {
        cluster.access = access.clone();
        cluster.user_group_id.clone_from(&cache.user_group_id);
    });
}

/// Gives a cache another engine or version, which takes over data and clients.
pub(super) fn upgrade(draft: &mut Draft, cache: &ServerlessCache, engine: Engine, version: &EngineVersion) {
    change(draft, cache, |cluster| {
        cluster.pending.engine = Some((engine, version.clone()));
        cluster.apply_pending();
    });
}

/// Asks for the end of all that runs behind a cache.
pub(super) fn end(draft: &mut Draft, cache: &ServerlessCache, now: DateTime<Utc>) {
    change(draft, cache, |cluster| cluster.deleted = cluster.deleted.or(Some(now)));
    let scope = cache.scope.behind_serverless();
    if let Some(group) = draft.get::<ReplicationGroup>(&scope, &cache.name) {
        let group = ReplicationGroup { deleted: Some(now), ..ReplicationGroup::clone(&group) };
        draft.put(&scope, &cache.name, group);
    }
}

fn change(draft: &mut Draft, cache: &ServerlessCache, change: impl Fn(&mut CacheCluster)) {
    for before in engines(draft.tables(), cache) {
        let mut cluster = CacheCluster::clone(&before);
        change(&mut cluster);
        draft.put(&before.scope, &before.id, cluster);
    }
}

/// A cluster behind a cache. All are alike in who may talk to them.
pub(super) fn any_engine(tables: &Tables, cache: &ServerlessCache) -> Option<Arc<CacheCluster>> {
    engines(tables, cache).into_iter().next()
}
