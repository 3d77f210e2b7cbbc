//! `CreateReplicationGroup`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{
    at_rest::AtRest,
    availability::Availability,
    basis::{Basis, MemberSettings},
    in_transit::{Ground, InTransit},
    quota,
    roster::{self, Roster},
    shape::{Asked, Shape, Surroundings},
};
use crate::{
    model::{
        CacheCluster, ClusterMode, GroupPorts, ReplicationGroup, SnapshotWindow,
        catalogue::{engine_versions::EngineFeature, limits},
        identifier::IdentifierKind,
    },
    operations::{
        Operations,
        cache_cluster::{self, settings},
        errors,
        global_replication_group::Secondary,
        log_delivery, new_uid, parameter_groups,
        request::Request,
        snapshot::{
            bucket,
            restore::{self, Seed},
        },
        tags,
    },
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// Makes a real engine for each member and joins them, by replication or as a cluster. A group can have up to 500
    /// nodes, or 90 with `--strict`. In cluster mode automatic failover need not be asked for, but cannot be turned
    /// off. Encryption at rest and its key are recorded and shown only: nobody can tell from outside whether it is
    /// there. The members that a `PrimaryClusterId` gets are like it, so nothing else can be asked for in the same
    /// request. An AUTH token needs Redis 6.0 or later, or Valkey, as for `CreateCacheCluster`; with `--strict` a
    /// `CacheSubnetGroupName` has to come with it. With a `GlobalReplicationGroupId` it makes a secondary of a global
    /// datastore; an `AuthToken` has to be that of the primary, and automatic failover is off for a secondary of one
    /// node. With a `SnapshotName` each shard starts with its share of the data, whatever the number of shards was.
    /// `SnapshotArns` needs object storage to be set up; keys of all files are put where they belong. With a
    /// `ServerlessCacheSnapshotName` the engine and its version follow from the snapshot and nothing else, so
    /// `CacheNodeType` has to be given; cluster mode may be on or off. Logs: as for `CreateCacheCluster`; a cluster
    /// that becomes the primary hands its log delivery to the group.
    pub(in crate::operations) async fn create_replication_group(
        &self,
        request: &Request,
        mut input: types::CreateReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        let readable = bucket::check_readable(&self.object_storage, input.snapshot_arns.as_deref()).await;
        self.store
            .write(move |draft| {
                let secondary = Secondary::of_request(draft, &request.scope, &mut input, strict)?;
                let (mut group, mut members) = new_group(draft, &request, input, readable, strict, now)?;
                if let Some(secondary) = secondary {
                    secondary.join(draft, &mut group, &mut members);
                }
                for member in members {
                    let had = draft
                        .get::<CacheCluster>(&request.scope, &member.id)
                        .map(|member| member.log_deliveries.clone());
                    log_delivery::begin_now(draft, &member, &had.unwrap_or_default(), &group.log_deliveries);
                    let id = member.id.clone();
                    draft.put(&request.scope, &id, member);
                }
                let replication_group = Some(super::put(draft, &request, group));
                Ok(Output::CreateReplicationGroup(types::CreateReplicationGroupResult { replication_group }))
            })
            .await
    }
}

/// The group that `input` asks for, and its members.
#[expect(clippy::too_many_lines, reason = "a field after the other, each handed to those who know its rules")]
pub(in crate::operations) fn new_group(
    draft: &Draft,
    request: &Request,
    mut input: types::CreateReplicationGroupMessage,
    readable: Result<(), AwsError>,
    strict: bool,
    now: DateTime<Utc>,
) -> Result<(ReplicationGroup, Vec<CacheCluster>), AwsError> {
    let snapshot = restore::of_group(draft, request, &mut input)?;
    let types::CreateReplicationGroupMessage {
        replication_group_id,
        replication_group_description: description,
        // Dealt with before.
        global_replication_group_id: _,
        primary_cluster_id,
        automatic_failover_enabled,
        multi_az_enabled,
        num_cache_clusters,
        preferred_cache_cluster_azs,
        num_node_groups,
        replicas_per_node_group,
        node_group_configuration,
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
        serverless_cache_snapshot_name: _,
        preferred_maintenance_window,
        port,
        notification_topic_arn,
        auto_minor_version_upgrade,
        snapshot_retention_limit,
        snapshot_window,
        auth_token,
        transit_encryption_enabled,
        at_rest_encryption_enabled,
        kms_key_id,
        user_group_ids,
        log_delivery_configurations,
        data_tiering_enabled,
        network_type,
        ip_discovery,
        transit_encryption_mode,
        cluster_mode,
        durability,
    } = input;
    let scope = &request.scope;
    let id = IdentifierKind::ReplicationGroup.canonical(&replication_group_id).map_err(errors::invalid_value)?;
    if draft.get::<ReplicationGroup>(scope, &id).is_some() {
        return Err(errors::replication_group_already_exists(&id));
    }
    check_description(&description)?;
    let asked = Asked {
        cluster_mode,
        num_cache_clusters,
        num_node_groups,
        replicas_per_node_group,
        configurations: node_group_configuration.unwrap_or_default(),
        preferred_zones: preferred_cache_cluster_azs.unwrap_or_default(),
    };
    let outposts = asked.configurations.iter().any(names_outpost);
    let has_slots = asked.configurations.iter().any(|shard| shard.slots.is_some());
    let settings = MemberSettings {
        engine,
        engine_version,
        cache_node_type,
        cache_parameter_group_name,
        cache_subnet_group_name,
        cache_security_group_names,
        security_group_ids,
        preferred_maintenance_window,
        port,
        notification_topic_arn,
        auto_minor_version_upgrade,
        snapshot_window,
        data_tiering_enabled,
        network_type,
        ip_discovery,
    };
    let basis = match &primary_cluster_id {
        Some(primary) => Basis::of_primary(draft, request, primary, &settings, strict)?,
        None => Basis::of_request(draft, request, &settings, strict)?,
    };
    let version = cache_cluster::full_version(basis.version);
    restore::check_version(snapshot.as_ref(), basis.engine, &version)?;
    let shape = asked.shape(&Surroundings {
        id: &id,
        region: &scope.region,
        parameter_group_is_clustered: basis
            .parameter_group
            .as_deref()
            .map(|name| parameter_groups::is_cluster_enabled(draft.tables(), scope, name)),
        most_nodes: quota::most_nodes(&version, strict),
        primary_zone: basis.primary_zone(),
    })?;
    check_cluster_mode(&basis, &shape)?;
    let availability = Availability::new(
        automatic_failover_enabled,
        multi_az_enabled,
        num_cache_clusters,
        &shape,
        basis.version,
        basis.node_type,
    )?;
    let in_subnet_group = settings.cache_subnet_group_name.is_some();
    let at_rest = AtRest { enabled: at_rest_encryption_enabled, kms_key_id };
    let retention = snapshot_retention_limit;
    let mut first = match basis.primary.clone() {
        None => {
            let encrypted = at_rest.is_on(scope, basis.engine, basis.version, basis.node_type)?;
            let first = basis.first_member(draft, request, &id, &shape, settings, now)?;
            CacheCluster { at_rest_encryption: encrypted, ..first }
        }
        Some(primary) => {
            at_rest.check_primary(scope, &primary)?;
            let snapshot_window = match &settings.snapshot_window {
                None => primary.snapshot_window,
                Some(text) => Some(text.parse::<SnapshotWindow>().map_err(errors::invalid_value)?),
            };
            settings::check_windows(primary.maintenance_window, snapshot_window)?;
            CacheCluster { snapshot_window, ..primary }
        }
    };
    let retention = match retention {
        None => first.snapshot_retention_limit,
        asked => settings::snapshot_retention_limit(basis.engine, asked)?,
    };
    let tags = restore::tags(tags::from_request(tags)?, snapshot.as_ref());
    if basis.primary.is_none() || !tags.is_empty() {
        first.tags = tags;
    }
    // What the primary had is the group's from now on.
    let mut log_deliveries = std::mem::take(&mut first.log_deliveries);
    log_delivery::Asked::of_request(log_delivery_configurations)?.apply(&mut log_deliveries, basis.engine, &version)?;
    let in_transit = InTransit {
        enabled: transit_encryption_enabled,
        mode: transit_encryption_mode,
        auth_token,
        user_group_ids: user_group_ids.unwrap_or_default(),
        in_subnet_group,
    };
    let first = match &basis.primary {
        None => {
            let (version, node_type) = (basis.version, basis.node_type);
            in_transit.apply(first, &Ground { tables: draft.tables(), version, node_type, strict }, now)?
        }
        Some(primary) => in_transit.check_primary(primary).map(|()| first)?,
    };
    if snapshot_arns.as_ref().is_some_and(|arns| !arns.is_empty()) && shape.cluster_mode.is_clustered() && !has_slots {
        return Err(errors::invalid_combination(
            "Slots must be provided when restoring from snapshot ARNs with cluster mode enabled",
        ));
    }
    let objects = bucket::objects(basis.engine, snapshot_arns.as_deref(), readable)?;
    let durable = |durability| !matches!(durability, types::Durability::Default | types::Durability::Disabled);
    for (given, feature) in [(outposts, "outposts"), (durability.is_some_and(durable), "durability")] {
        if given {
            return Err(errors::feature_not_supported_yet(feature));
        }
    }
    let existing = basis.primary.as_ref().map(|primary| primary.id.as_str());
    let names = roster::names(&id, &shape, existing);
    let new: Vec<_> = names.iter().flatten().filter(|name| Some(name.as_str()) != existing).collect();
    if let Some(taken) = new.iter().find(|name| draft.get::<CacheCluster>(scope, name).is_some()) {
        return Err(errors::cache_cluster_already_exists(taken));
    }
    if strict {
        settings::check_node_quota(draft, request, new.len())?;
    }
    let Roster { node_groups, mut members } = Roster::new(&id, &shape, names, first, retention, now);
    let first = &members[0];
    let group = ReplicationGroup {
        scope: scope.clone(),
        uid: new_uid(),
        description,
        requested: now,
        created: None,
        deleted: None,
        cluster_mode: shape.cluster_mode,
        port: first.port,
        automatic_failover: availability.automatic_failover,
        multi_az: availability.multi_az,
        node_groups,
        ports: GroupPorts::default(),
        resharding: None,
        cluster_node_ids: BTreeSet::new(),
        test_failovers: Vec::new(),
        snapshotting_cluster_id: members
            .iter()
            .find(|member| member.snapshot_retention_limit > 0 && !shape.cluster_mode.is_clustered())
            .map(|member| member.id.clone()),
        snapshot_retention_limit: retention,
        snapshot_window: first.snapshot_window,
        tags: first.tags.clone(),
        replica_count_changing: false,
        replicas_coming: None,
        former_user_group_id: None,
        migration: None,
        migration_tests: Vec::new(),
        failure: None,
        kms_key_id: at_rest.kms_key_id,
        global_replication_group_id: None,
        shared_cluster: None,
        departure: None,
        log_deliveries,
        id,
    };
    if let Some(seed) = Seed::new(snapshot, objects) {
        seed.share_out(&group, &mut members)?;
    }
    Ok((group, members))
}

pub(super) fn check_description(description: &str) -> Result<(), AwsError> {
    if limits::DESCRIPTION_LENGTH.contains(&description.chars().count()) {
        return Ok(());
    }
    Err(errors::invalid_value("The parameter ReplicationGroupDescription must not be longer than 255 characters."))
}

fn names_outpost(shard: &types::NodeGroupConfiguration) -> bool {
    shard.primary_outpost_arn.is_some() || shard.replica_outpost_arns.as_ref().is_some_and(|arns| !arns.is_empty())
}

/// Whether the engine has the cluster mode that is asked for.
fn check_cluster_mode(basis: &Basis, shape: &Shape) -> Result<(), AwsError> {
    let needed = match shape.cluster_mode {
        ClusterMode::Disabled => return Ok(()),
        ClusterMode::Enabled => EngineFeature::ClusterMode,
        ClusterMode::Compatible => EngineFeature::ClusterModeMigration,
    };
    if basis.version.supports(needed) {
        return Ok(());
    }
    Err(errors::invalid_combination(format_args!(
        "The cluster mode {} is not supported for {}.",
        shape.cluster_mode.as_str(),
        basis.version.description
    )))
}
