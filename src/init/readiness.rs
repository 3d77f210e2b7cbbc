//! Which resources are not as they are to be yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Serialize;

use crate::{
    model::{
        CacheCluster, FindInRegion, GroupPhase, Phase, Scope, ServerlessPhase, Snapshot, SnapshotStatus, Unsettled,
    },
    operations::serverless_phase,
    store::{Regions, Tables},
};

/// A resource that is on its way to somewhere.
#[derive(Debug, Serialize)]
pub struct Missing {
    /// What it is, as people call it.
    pub kind: &'static str,
    /// Its account.
    pub account: String,
    /// Its region; empty for what belongs to none.
    pub region: String,
    /// Its identifier.
    pub id: String,
    /// Its status.
    pub status: &'static str,
    /// What is in the way, if anything is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Missing {
    fn new(kind: &'static str, scope: &Scope, id: &str, status: &'static str) -> Self {
        let Scope { account, region } = scope.clone();
        Self { kind, account, region, id: id.to_owned(), status, reason: None }
    }
}

/// Everything that is not at rest. What belongs to a replication group or a serverless cache is told of with that.
#[must_use]
pub fn missing(tables: &Tables) -> Vec<Missing> {
    let mut missing = Vec::new();
    caches(tables, &mut missing);
    users(tables, &mut missing);
    for (scope, id, datastore) in tables.global_replication_groups.iter_all() {
        let phase = datastore.phase(&Regions::new(tables, scope));
        if !phase.is_steady() {
            missing.push(Missing::new("global datastore", scope, id, phase.as_str()));
        }
    }
    for (scope, id, snapshot) in tables.snapshots.iter_all() {
        let others = tables.snapshots.iter(scope).map(|(_, other)| Arc::<Snapshot>::as_ref(other));
        let clusters = tables.cache_clusters.iter_all().map(|(_, _, cluster)| Arc::<CacheCluster>::as_ref(cluster));
        let status = snapshot.status(others, clusters);
        // One that could not be taken stays so.
        if !matches!(status, SnapshotStatus::Available | SnapshotStatus::Failed) {
            let scope = scope.before_serverless().unwrap_or_else(|| scope.clone());
            missing.push(Missing::new("snapshot", &scope, id, status.as_str()));
        }
    }
    missing
}

fn caches(tables: &Tables, missing: &mut Vec<Missing>) {
    for (scope, id, cluster) in tables.cache_clusters.iter_all().filter(|(scope, ..)| !scope.is_behind_serverless()) {
        let phase = cluster.phase();
        if cluster.membership.is_none() && phase != Phase::Available {
            missing
                .push(Missing { reason: failure(cluster), ..Missing::new("cache cluster", scope, id, phase.as_str()) });
        }
    }
    for (scope, id, group) in tables.replication_groups.iter_all().filter(|(scope, ..)| !scope.is_behind_serverless()) {
        let regions = Regions::new(tables, scope);
        let phase = group.phase(|id: &str| regions.cluster(&scope.region, id));
        let members: Vec<_> = group.member_ids().filter_map(|id| regions.cluster(&scope.region, id)).collect();
        let failed = group.failure.as_ref().map(|failure| failure.reason.clone());
        // A replica that is lost does not make a group unavailable, but what was asked for is not there.
        let unsettled = members.iter().find(|member| member.phase() != Phase::Available);
        let status = match (phase, unsettled) {
            (GroupPhase::Available, None) => continue,
            (GroupPhase::Available, Some(member)) => member.phase().as_str(),
            (phase, _) => phase.as_str(),
        };
        let reason = failed.or_else(|| members.iter().find_map(|member| failure(member)));
        missing.push(Missing { reason, ..Missing::new("replication group", scope, id, status) });
    }
    for (scope, name, cache) in tables.serverless_caches.iter_all() {
        let phase = serverless_phase(tables, cache);
        if phase != ServerlessPhase::Available {
            let mut behind = tables.cache_clusters.iter(&scope.behind_serverless());
            let reason = behind.find_map(|(_, cluster)| failure(cluster).filter(|_| cluster.cache_id() == name));
            missing.push(Missing { reason, ..Missing::new("serverless cache", scope, name, phase.as_str()) });
        }
    }
}

fn users(tables: &Tables, missing: &mut Vec<Missing>) {
    let unsettled = |scope: &Scope| {
        let clusters = scope.with_serverless().into_iter().flat_map(|scope| tables.cache_clusters.iter(&scope));
        Unsettled::of(clusters.map(|(_, cluster)| &**cluster))
    };
    let scopes = tables.users.iter_all().map(|(scope, ..)| scope);
    let scopes: BTreeSet<_> = scopes.chain(tables.user_groups.iter_all().map(|(scope, ..)| scope)).collect();
    let unsettled: BTreeMap<&Scope, Unsettled<'_>> =
        scopes.into_iter().map(|scope| (scope, unsettled(scope))).collect();
    for (scope, id, user) in tables.users.iter_all() {
        if user.deleted.is_some() || unsettled[scope].has_user(id) {
            let status = if user.deleted.is_some() { "deleting" } else { "modifying" };
            missing.push(Missing::new("user", scope, id, status));
        }
    }
    for (scope, id, group) in tables.user_groups.iter_all() {
        if group.deleted.is_some() || group.former_user_ids.is_some() || unsettled[scope].has_group(id) {
            let status = if group.deleted.is_some() { "deleting" } else { "modifying" };
            missing.push(Missing::new("user group", scope, id, status));
        }
    }
}

/// Why an engine of a cluster is not there, if something failed.
fn failure(cluster: &CacheCluster) -> Option<String> {
    let restore = cluster.restore.as_ref().and_then(|restore| restore.failure.clone());
    restore.or_else(|| cluster.nodes.values().find_map(|node| Some(node.failure.as_ref()?.reason.clone())))
}
