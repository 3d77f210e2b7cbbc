//! The server's own affairs, as JSON under `/_cachette/`. Not part of AWS.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    clock::Clock,
    faults::Faults,
    figures::Figures,
    forwards::Forwards,
    init::Progress,
    log_delivery::Tails,
    metrics::Metrics,
    model::{CacheCluster, CacheNode, EndpointNames, EndpointRole, Engine, Form, NodeId, Scope, ServerlessPhase},
    operations,
    reset::Reset,
    store::Store,
    tls::Certificates,
    trail::Trail,
};

/// What the admin API works on.
pub struct Admin {
    /// The records.
    pub store: Arc<Store>,
    /// The time of day.
    pub clock: Arc<Clock>,
    /// The faults that users ask for.
    pub faults: Faults,
    /// The ports that users have lead to endpoints.
    pub forwards: Forwards,
    /// What empties the server.
    pub reset: Reset,
    /// The certificates that endpoints show.
    pub certificates: Arc<Certificates>,
    /// The calls that were made.
    pub trail: Arc<Trail>,
    /// The server's own figures.
    pub figures: Arc<Figures>,
    /// Those of caches.
    pub metrics: Arc<Metrics>,
    /// How far what is to be there from the start has come.
    pub init: Arc<Progress>,
    /// What endpoints are called, where each has a name of its own.
    pub names: Option<Arc<EndpointNames>>,
    /// The ends of the engines' logs.
    pub tails: Tails,
    /// The backend's name.
    pub backend: &'static str,
    /// The name under which endpoints are given out, where it is not the one that a request was sent to.
    pub endpoint_host: Option<String>,
    /// What the backend is fetching for an engine before it can start one, if it is.
    pub fetching: Box<dyn Fn(Engine) -> Option<String> + Send + Sync>,
}

/// The certificate that clients have to trust to speak TLS to endpoints.
pub(super) async fn ca_pem(State(admin): State<Arc<Admin>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/x-pem-file")], admin.certificates.ca_pem().to_owned())
}

/// The newest calls of the API, in the form of a file of `CloudTrail`.
pub(super) async fn trail(State(admin): State<Arc<Admin>>) -> Json<Value> {
    Json(json!({ "Records": admin.trail.newest() }))
}

/// The nodes of a cluster.
fn nodes(cluster: &CacheCluster, names: Option<&EndpointNames>) -> Vec<Value> {
    let node = |(node, record): (&NodeId, &CacheNode)| {
        json!({
            "id": node,
            "host": names.map(|names| names.node(cluster, *node, cluster.transit_encryption.into())),
            "port": record.port,
            "engine_address": record.serving().map(|running| running.address),
            "failure": record.failure.as_ref().map(|failure| &failure.reason),
        })
    };
    cluster.nodes.iter().map(node).collect()
}

/// Every resource, as the server knows it; secrets left out.
pub(super) async fn resources(State(admin): State<Arc<Admin>>) -> Json<Value> {
    let tables = admin.store.tables();
    let names = admin.names.as_deref();
    let seen = tables.cache_clusters.iter_all().filter(|(scope, _, _)| !scope.is_behind_serverless());
    let clusters = seen.map(|(scope, id, cluster)| {
        json!({
            "account": scope.account,
            "region": scope.region,
            "id": id,
            "engine": cluster.engine,
            "engine_version": cluster.engine_version,
            "node_type": cluster.cache_node_type,
            "replication_group_id": cluster.membership.as_ref().map(|membership| &membership.replication_group_id),
            "configuration_host": names.map(|names| names.configuration(cluster)),
            "configuration_port": cluster.configuration_port,
            "status": cluster.phase().as_str(),
            "waits_for": cluster.created.is_none().then(|| (admin.fetching)(cluster.engine)).flatten(),
            "nodes": nodes(cluster, names),
        })
    });
    let groups = tables.replication_groups.iter_all().filter(|(scope, _, _)| !scope.is_behind_serverless());
    let groups = groups.map(|(scope, id, group)| {
        let member = |id: &str| tables.cache_clusters.get(scope, id).map(AsRef::as_ref);
        let first = group.member_ids().find_map(|id| member(id));
        let form = first.map_or(Form::Plain, |member: &CacheCluster| member.transit_encryption.into());
        let host = |role| names.map(|names| names.of_group(group, role, form));
        json!({
            "account": scope.account,
            "region": scope.region,
            "id": id,
            "status": group.phase(member).as_str(),
            "members": group.member_ids().collect::<Vec<_>>(),
            "primary_host": host(EndpointRole::Primary),
            "primary_port": group.ports.primary,
            "reader_host": host(EndpointRole::Reader),
            "reader_port": group.ports.reader,
            "configuration_host": host(EndpointRole::GroupConfiguration),
            "configuration_port": group.ports.configuration,
            "failure": group.failure.as_ref().map(|failure| &failure.reason),
        })
    });
    let serverless = tables.serverless_caches.iter_all().map(|(scope, name, cache)| {
        let behind = scope.behind_serverless();
        let phase = operations::serverless_phase(&tables, cache);
        let engines = tables.cache_clusters.iter(&behind).filter(|(_, cluster)| cluster.cache_id() == name);
        json!({
            "account": scope.account,
            "region": scope.region,
            "id": name,
            "engine": cache.engine,
            "engine_version": cache.engine_version,
            "status": phase.as_str(),
            "waits_for": (phase == ServerlessPhase::Creating).then(|| (admin.fetching)(cache.engine)).flatten(),
            "host": names.map(|names| names.serverless(scope, name)),
            "port": operations::serverless_port(&tables, cache),
            "engines": engines.flat_map(|(_, cluster)| nodes(cluster, names)).collect::<Vec<_>>(),
        })
    });
    let record = |scope: &Scope, id: &String| json!({"account": scope.account, "region": scope.region, "id": id});
    // Those of engines that nobody sees hold their limits.
    let parameter_groups =
        tables.cache_parameter_groups.iter_all().filter(|(scope, _, _)| !scope.is_behind_serverless());
    let snapshots = tables.snapshots.iter_all().filter(|(scope, _, _)| !scope.is_behind_serverless());
    let serverless_snapshots =
        tables.snapshots.iter_all().filter_map(|(scope, id, _)| Some(record(&scope.before_serverless()?, id)));
    Json(json!({
        "endpoint_host": admin.endpoint_host,
        "cache_clusters": clusters.collect::<Vec<_>>(),
        "replication_groups": groups.collect::<Vec<_>>(),
        "cache_parameter_groups": parameter_groups.map(|(s, id, _)| record(s, id)).collect::<Vec<_>>(),
        "cache_subnet_groups": tables.cache_subnet_groups.iter_all().map(|(s, id, _)| record(s, id)).collect::<Vec<_>>(),
        "cache_security_groups": tables.cache_security_groups.iter_all().map(|(s, id, _)| record(s, id)).collect::<Vec<_>>(),
        "snapshots": snapshots.map(|(s, id, _)| record(s, id)).collect::<Vec<_>>(),
        "serverless_caches": serverless.collect::<Vec<_>>(),
        "serverless_snapshots": serverless_snapshots.collect::<Vec<_>>(),
        "global_replication_groups": tables.global_replication_groups.iter_all().map(|(s, id, _)| record(s, id)).collect::<Vec<_>>(),
        "reserved_cache_nodes": tables.reserved_cache_nodes.iter_all().map(|(s, id, _)| record(s, id)).collect::<Vec<_>>(),
        "users": tables.users.iter_all().map(|(s, id, _)| record(s, id)).collect::<Vec<_>>(),
        "user_groups": tables.user_groups.iter_all().map(|(s, id, _)| record(s, id)).collect::<Vec<_>>(),
    }))
}

/// Removes every record and every engine of this instance, and answers when they are gone.
pub(super) async fn reset(State(admin): State<Arc<Admin>>) -> Response {
    match admin.reset.run().await {
        Ok(()) => {
            admin.metrics.clear();
            Json(json!({"status": "reset"})).into_response()
        }
        Err(error) => problem(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

/// By how much to move the clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// In seconds; fractions are fine.
    seconds: f64,
}

/// Moves the clock forward.
pub(super) async fn advance_clock(State(admin): State<Arc<Admin>>, body: axum::body::Bytes) -> Response {
    let step = serde_json::from_slice::<Advance>(&body)
        .ok()
        .and_then(|advance| Duration::try_from_secs_f64(advance.seconds).ok());
    match step.and_then(|step| admin.clock.advance(step)) {
        Some(now) => Json(json!({"time": now})).into_response(),
        None => problem(
            StatusCode::BAD_REQUEST,
            "Send a JSON object such as {\"seconds\": 3600}: a positive number, and not beyond the year 2100.",
        ),
    }
}

pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"error": message}))).into_response()
}
