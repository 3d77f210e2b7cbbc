//! Every cache of an account in a region, in one small answer: what the console's first page shows, and what the API does
//! not tell, such as who is the primary of a shard in cluster mode. Everything else the console asks the API for.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::{Query, State},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    http::{Admin, caller::DEFAULT_REGION},
    model::{
        CacheCluster, CacheNode, GlobalReplicationGroup, NodeGroup, NodeGroupId, NodeId, ReplicationGroup, Scope,
        ServerlessCache, Succession, TransitEncryption, catalogue::regions,
    },
    operations,
    protocol::sigv4::DEFAULT_ACCOUNT,
    store::{Regions, Tables},
};

/// Whose caches, and where.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Whose {
    account: String,
    region: String,
}

impl Default for Whose {
    fn default() -> Self {
        Self { account: DEFAULT_ACCOUNT.to_owned(), region: DEFAULT_REGION.to_owned() }
    }
}

/// What all kinds of caches have.
#[derive(Serialize)]
struct Cache<'a> {
    id: &'a str,
    status: &'static str,
    engine: &'static str,
    engine_version: &'a str,
    created: Option<DateTime<Utc>>,
}

/// A replication group.
#[derive(Serialize)]
struct Group<'a> {
    #[serde(flatten)]
    cache: Cache<'a>,
    description: &'a str,
    cache_node_type: &'a str,
    cluster_mode: &'static str,
    automatic_failover: bool,
    multi_az: bool,
    transit_encryption: Option<&'static str>,
    global_replication_group_id: Option<&'a str>,
    /// How far slots that move have come, in per cent.
    resharding: Option<f64>,
    failure: Option<&'a str>,
    shards: Vec<Shard<'a>>,
}

/// A shard of a group.
#[derive(Serialize)]
struct Shard<'a> {
    id: &'a str,
    status: &'static str,
    slots: String,
    nodes: Vec<Node<'a>>,
}

/// A node, of a group or of a cluster.
#[derive(Serialize)]
struct Node<'a> {
    cache_cluster_id: &'a str,
    cache_node_id: String,
    role: Option<&'static str>,
    status: &'static str,
    availability_zone: &'a str,
    port: Option<u16>,
    failure: Option<&'a str>,
}

/// A cluster outside of groups.
#[derive(Serialize)]
struct Cluster<'a> {
    #[serde(flatten)]
    cache: Cache<'a>,
    cache_node_type: &'a str,
    transit_encryption: Option<&'static str>,
    nodes: Vec<Node<'a>>,
}

/// A serverless cache.
#[derive(Serialize)]
struct Serverless<'a> {
    #[serde(flatten)]
    cache: Cache<'a>,
    description: &'a str,
}

/// A global datastore.
#[derive(Serialize)]
struct Global<'a> {
    id: &'a str,
    status: &'static str,
    description: Option<&'a str>,
    primary_region: &'a str,
    /// The groups by their regions.
    members: Vec<(&'a str, &'a str)>,
}

/// All caches of a scope, which accounts there are, and which regions.
pub(super) async fn caches(State(admin): State<Arc<Admin>>, Query(whose): Query<Whose>) -> Json<Value> {
    let scope = Scope::new(whose.account, whose.region);
    let tables = admin.store.tables();
    let groups = tables.replication_groups.iter(&scope).map(|(_, group)| group_of(&tables, group));
    let single = tables.cache_clusters.iter(&scope).filter(|(_, cluster)| cluster.membership.is_none());
    let serverless = tables.serverless_caches.iter(&scope).map(|(_, cache)| serverless_of(&tables, cache));
    let everywhere = scope.everywhere();
    let global = tables.global_replication_groups.iter(&everywhere).map(|(_, global)| global_of(&tables, global));
    Json(json!({
        "time": admin.clock.now(),
        "regions": regions::regions().iter().map(|region| region.name).collect::<Vec<_>>(),
        "accounts": accounts(&tables),
        "availability_zones": regions::availability_zones(&scope.region),
        "replication_groups": groups.collect::<Vec<_>>(),
        "cache_clusters": single.map(|(_, cluster)| cluster_of(cluster)).collect::<Vec<_>>(),
        "serverless_caches": serverless.collect::<Vec<_>>(),
        "global_replication_groups": global.collect::<Vec<_>>(),
        "faults": admin.faults.in_effect(&scope),
    }))
}

/// Those who have caches.
fn accounts(tables: &Tables) -> BTreeSet<&str> {
    let clusters = tables.cache_clusters.iter_all().map(|(scope, _, _)| scope);
    let serverless = tables.serverless_caches.iter_all().map(|(scope, _, _)| scope);
    clusters
        .filter(|scope| !scope.is_behind_serverless())
        .chain(serverless)
        .map(|scope| scope.account.as_str())
        .collect()
}

fn group_of<'a>(tables: &'a Tables, group: &'a ReplicationGroup) -> Group<'a> {
    let member = |id: &str| tables.cache_clusters.get(&group.scope, id).map(Arc::as_ref);
    let first = group.member_ids().find_map(|id| member(id));
    Group {
        cache: Cache {
            id: &group.id,
            status: group.phase(member).as_str(),
            engine: first.map_or("", |first| first.engine.name()),
            engine_version: first.map_or("", |first| first.engine_version.as_str()),
            created: group.created,
        },
        description: &group.description,
        cache_node_type: first.map_or("", |first| first.cache_node_type.as_str()),
        cluster_mode: group.cluster_mode.as_str(),
        automatic_failover: group.automatic_failover,
        multi_az: group.multi_az,
        transit_encryption: first.and_then(transit_encryption),
        global_replication_group_id: group.global_replication_group_id.as_deref(),
        resharding: group.resharding_progress(),
        failure: group.failure.as_ref().map(|failure| failure.reason.as_str()),
        shards: group.node_groups.iter().map(|(id, shard)| shard_of(tables, group, id, shard)).collect(),
    }
}

fn shard_of<'a>(
    tables: &'a Tables,
    group: &'a ReplicationGroup,
    id: &'a NodeGroupId,
    shard: &'a NodeGroup,
) -> Shard<'a> {
    let member = |id: &str| tables.cache_clusters.get(&group.scope, id).map(Arc::as_ref);
    let members = shard.members.iter().filter_map(|id| member(id));
    let role = |cluster: &CacheCluster| {
        if cluster.id == shard.primary.cache_cluster_id { "primary" } else { "replica" }
    };
    let nodes =
        members.flat_map(|cluster| cluster.nodes.iter().map(move |node| node_of(cluster, node, Some(role(cluster)))));
    Shard {
        id: id.as_str(),
        status: shard.phase(member).as_str(),
        slots: shard.slots.to_string(),
        nodes: nodes.collect(),
    }
}

fn node_of<'a>(
    cluster: &'a CacheCluster,
    (id, node): (&NodeId, &'a CacheNode),
    role: Option<&'static str>,
) -> Node<'a> {
    Node {
        cache_cluster_id: &cluster.id,
        cache_node_id: id.to_string(),
        role,
        status: node_status(cluster, node),
        availability_zone: &node.availability_zone,
        port: node.port,
        failure: node.failure.as_ref().map(|failure| failure.reason.as_str()),
    }
}

/// Where a node stands. The API's own words do not tell a node that is replaced from one that is new.
fn node_status(cluster: &CacheCluster, node: &CacheNode) -> &'static str {
    if node.leaving || cluster.deleted.is_some() {
        "deleting"
    } else if node.failure.is_some() {
        "failed"
    } else if cluster.is_settled(node) {
        "available"
    } else if node.recovering {
        "recovering"
    } else if node.succession == Succession::Reboot {
        "rebooting"
    } else if node.created.is_some() {
        "modifying"
    } else {
        "creating"
    }
}

fn cluster_of(cluster: &CacheCluster) -> Cluster<'_> {
    Cluster {
        cache: Cache {
            id: &cluster.id,
            status: cluster.phase().as_str(),
            engine: cluster.engine.name(),
            engine_version: cluster.engine_version.as_str(),
            created: cluster.created,
        },
        cache_node_type: &cluster.cache_node_type,
        transit_encryption: transit_encryption(cluster),
        nodes: cluster.nodes.iter().map(|node| node_of(cluster, node, None)).collect(),
    }
}

fn serverless_of<'a>(tables: &Tables, cache: &'a ServerlessCache) -> Serverless<'a> {
    Serverless {
        cache: Cache {
            id: &cache.name,
            status: operations::serverless_phase(tables, cache).as_str(),
            engine: cache.engine.name(),
            engine_version: cache.engine_version.as_str(),
            created: Some(cache.requested),
        },
        description: &cache.description,
    }
}

fn global_of<'a>(tables: &'a Tables, global: &'a GlobalReplicationGroup) -> Global<'a> {
    Global {
        id: &global.id,
        status: global.phase(&Regions::new(tables, &global.scope)).as_str(),
        description: global.description.as_deref(),
        primary_region: &global.primary_region,
        members: global
            .members
            .iter()
            .map(|(region, member)| (region.as_str(), member.replication_group_id.as_str()))
            .collect(),
    }
}

fn transit_encryption(cluster: &CacheCluster) -> Option<&'static str> {
    match cluster.transit_encryption {
        TransitEncryption::Disabled => None,
        TransitEncryption::Preferred => Some("preferred"),
        TransitEncryption::Required => Some("required"),
    }
}
