//! `CreateCacheCluster`.

use super::{
    encryption::InTransit,
    member,
    settings::{self, Zones},
};
use crate::{
    model::{
        CacheCluster, CacheNode, Engine, LogDeliveries, NodeId, Notification, Pending,
        catalogue::{families, node_types},
        endpoint_port::endpoint_port,
        identifier::IdentifierKind,
    },
    operations::{
        Operations, errors, log_delivery, new_uid, parameter_groups,
        request::Request,
        snapshot::{
            bucket,
            restore::{self, Seed},
        },
        subnet_groups, tags,
    },
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// Makes a real engine for each node. Valkey, encryption in transit of Redis and Valkey, an AUTH token without
    /// encryption and versions past their end of life are taken unless `--strict` is given. An AUTH token needs Redis
    /// 6.0 or later, or Valkey: only its hash is kept, and older engines cannot check that. With a `ReplicationGroupId`
    /// it adds a replica. With a `SnapshotName` the engine starts with the data of the snapshot, and what the request
    /// leaves open is taken from it. `SnapshotArns` needs object storage to be set up. Destinations of logs are looked
    /// for after the answer: [Logs](watching.md#logs). Account quotas are held with `--strict` only.
    pub(in crate::operations) async fn create_cache_cluster(
        &self,
        request: &Request,
        input: types::CreateCacheClusterMessage,
    ) -> Result<Output, AwsError> {
        let now = self.clock.now();
        let strict = self.options.strict;
        let requested = request.clone();
        let zone_was_asked_for = input.preferred_availability_zone.is_some()
            || input.preferred_availability_zones.as_ref().is_some_and(|zones| !zones.is_empty())
            || input.az_mode == Some(types::AZMode::CrossAz);
        let readable = bucket::check_readable(&self.object_storage, input.snapshot_arns.as_deref()).await;
        self.store
            .write(move |draft| {
                let cluster = match input.replication_group_id.clone() {
                    Some(group) => member::join(draft, &requested, input, &group, strict, now)?,
                    None => new_cluster(draft, &requested, input, readable, strict, now)?,
                };
                let mut shown = super::put(draft, &requested, cluster);
                // ElastiCache tells a zone that it chose itself only when it has put nodes there.
                shown.preferred_availability_zone.take_if(|_| !zone_was_asked_for);
                let cache_cluster = Some(shown);
                Ok(Output::CreateCacheCluster(types::CreateCacheClusterResult { cache_cluster }))
            })
            .await
    }
}

/// The cluster that `input` asks for.
#[expect(clippy::too_many_lines, reason = "a field after the other, each checked in a line of its own")]
pub(in crate::operations) fn new_cluster(
    draft: &Draft,
    request: &Request,
    mut input: types::CreateCacheClusterMessage,
    readable: Result<(), AwsError>,
    strict: bool,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<CacheCluster, AwsError> {
    let snapshot = restore::of_cluster(draft, request, &mut input)?;
    let types::CreateCacheClusterMessage {
        cache_cluster_id,
        // Replicas are not made here.
        replication_group_id: _,
        az_mode,
        preferred_availability_zone,
        preferred_availability_zones,
        num_cache_nodes,
        cache_node_type,
        engine,
        engine_version,
        cache_parameter_group_name,
        cache_subnet_group_name,
        cache_security_group_names,
        security_group_ids,
        tags,
        snapshot_arns,
        // Found above.
        snapshot_name: _,
        preferred_maintenance_window,
        port,
        notification_topic_arn,
        auto_minor_version_upgrade,
        snapshot_retention_limit,
        snapshot_window,
        auth_token,
        outpost_mode,
        preferred_outpost_arn,
        preferred_outpost_arns,
        log_delivery_configurations,
        transit_encryption_enabled,
        network_type,
        ip_discovery,
    } = input;
    let scope = &request.scope;
    let id = IdentifierKind::CacheCluster.canonical(&cache_cluster_id).map_err(errors::invalid_value)?;
    if draft.get::<CacheCluster>(scope, &id).is_some() {
        return Err(errors::cache_cluster_already_exists(&id));
    }
    for (given, feature) in [
        (outpost_mode.is_some() || preferred_outpost_arn.is_some(), "outposts"),
        (preferred_outpost_arns.is_some_and(|arns| !arns.is_empty()), "outposts"),
    ] {
        if given {
            return Err(errors::feature_not_supported_yet(feature));
        }
    }
    let engine: Engine = match engine {
        None => Engine::Memcached,
        Some(name) => name.parse().map_err(|_| errors::invalid_value(format_args!("Invalid engine: {name}.")))?,
    };
    let objects = bucket::objects(engine, snapshot_arns.as_deref(), readable)?;
    let version = settings::version(engine, engine_version.as_deref(), strict)?;
    let full_version = super::full_version(version);
    restore::check_version(snapshot.as_ref(), engine, &full_version)?;
    let family = families::family(version.family).map_err(errors::invalid_value)?;
    let parameter_group =
        parameter_groups::for_cluster(draft.tables(), scope, family, cache_parameter_group_name.as_deref())?;
    if engine == Engine::Valkey && strict {
        return Err(errors::invalid_value(
            "This API doesn't support Valkey engine. Please use CreateReplicationGroup API for Valkey cluster creation.",
        ));
    }
    let cache_node_type = cache_node_type.ok_or_else(|| errors::missing_parameter("CacheNodeType"))?;
    let node_type = node_types::node_type(&cache_node_type).map_err(errors::invalid_value)?;
    settings::check_node_type(node_type, engine, &full_version)?;
    let values = parameter_groups::values(draft.tables(), scope, &parameter_group);
    parameter_groups::check_rules(family, &values, node_type)?;
    let node_count = node_count(engine, num_cache_nodes)?;
    let in_transit = InTransit { enabled: transit_encryption_enabled, auth_token: auth_token.as_ref() };
    let (transit_encryption, access) = in_transit.check(engine, version, node_type, strict)?;
    let windows = settings::Windows::new(
        engine,
        scope,
        &id,
        preferred_maintenance_window.as_deref(),
        snapshot_window.as_deref(),
    )?;
    let zones = Zones {
        region: &scope.region,
        mode: az_mode,
        single: preferred_availability_zone.as_deref(),
        each: preferred_availability_zones.as_deref(),
    }
    .choose(engine, node_count, &id)?;
    let subnet_group = subnet_groups::for_cluster(draft.tables(), scope, cache_subnet_group_name.as_deref())?;
    settings::check_security_groups(
        cache_security_group_names.as_deref(),
        cache_subnet_group_name.is_some() || security_group_ids.is_some(),
    )?;
    let mut log_deliveries = LogDeliveries::new();
    log_delivery::Asked::of_request(log_delivery_configurations)?.apply(&mut log_deliveries, engine, &full_version)?;
    if strict {
        settings::check_node_quota(draft, request, node_count)?;
    }
    Ok(CacheCluster {
        scope: scope.clone(),
        uid: new_uid(),
        membership: None,
        engine,
        engine_version: full_version,
        cache_node_type: node_type.name.to_owned(),
        port: match port {
            None => engine.default_port(),
            Some(port) => endpoint_port(port).map_err(errors::invalid_value)?,
        },
        requested: now,
        created: None,
        deleted: None,
        nodes: (1..).filter_map(NodeId::new).zip(zones.nodes.into_iter().map(CacheNode::new)).collect(),
        configuration_port: None,
        membership_version: 1,
        resizing_from: None,
        cross_az: zones.cross_az,
        parameter_group,
        subnet_group,
        security_group_ids: security_group_ids.unwrap_or_default(),
        cache_security_groups: Vec::new(),
        maintenance_window: windows.maintenance,
        snapshot_window: windows.snapshot,
        snapshot_retention_limit: settings::snapshot_retention_limit(engine, snapshot_retention_limit)?,
        auto_minor_version_upgrade: auto_minor_version_upgrade.unwrap_or(true),
        notification: notification_topic_arn
            .filter(|arn| !arn.is_empty())
            .map(|topic_arn| Notification { topic_arn, active: true }),
        network_type: settings::network_type(network_type)?,
        ip_discovery: settings::ip_discovery(ip_discovery)?,
        tags: restore::tags(tags::from_request(tags)?, snapshot.as_ref()),
        pending: Pending::default(),
        transit_encryption,
        access,
        user_group_id: None,
        auth_token_modified: auth_token.map(|_| now),
        at_rest_encryption: false,
        restore: Seed::new(snapshot, objects).map(|seed| seed.whole()).transpose()?,
        snapshotting: None,
        update_action: None,
        replacement: None,
        log_deliveries,
        id,
    })
}

/// How many nodes are asked for, within what the engine can have.
fn node_count(engine: Engine, asked: Option<i32>) -> Result<usize, AwsError> {
    let asked = asked.unwrap_or(1);
    if engine != Engine::Memcached {
        return if asked == 1 {
            Ok(1)
        } else {
            Err(errors::invalid_value(format_args!("NumCacheNodes should be 1 if engine is {engine}")))
        };
    }
    settings::memcached_node_count(asked)
}
