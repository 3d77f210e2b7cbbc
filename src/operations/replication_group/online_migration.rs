//! `TestMigration`, `StartMigration` and `CompleteMigration`, for replication groups: a group copies an engine outside of
//! it, and takes its place later. What a group has to be like for that is told in the user guide.
//!
//! Whether the source can be reached and copied is found out by the reconciler, and told in events.

use std::sync::Arc;

use crate::{
    model::{
        CacheCluster, ClusterMode, Completion, CustomerNode, Event, GroupPhase, Migration, Phase, ReplicationGroup,
        SourceType, catalogue::node_types,
    },
    operations::{
        Operations, errors, global_replication_group::membership::check_no_member, request::Request, serverless_cache,
    },
    protocol::{AwsError, Output, types},
    store::Draft,
};

/// The first version that can be migrated to.
const FIRST_VERSION: (u32, u32, u32) = (5, 0, 6);

/// The longest name of a host.
const LONGEST_ADDRESS: usize = 253;

impl Operations {
    /// # Compatibility
    /// Asks the source all that `StartMigration` would, with a handshake as replicas make it, and tells in an event.
    /// Sources before 7.0 begin a background save for it.
    pub(in crate::operations) async fn test_migration(
        &self,
        request: &Request,
        input: types::TestMigrationMessage,
    ) -> Result<Output, AwsError> {
        let types::TestMigrationMessage { replication_group_id, customer_node_endpoint_list } = input;
        let request = request.clone();
        self.store
            .write(move |draft| {
                let (mut group, source) =
                    target(draft, &request, &replication_group_id, Some(customer_node_endpoint_list))?;
                group.migration_tests.push(source);
                let replication_group = Some(super::put(draft, &request, group));
                Ok(Output::TestMigration(types::TestMigrationResponse { replication_group }))
            })
            .await
    }

    /// # Compatibility
    /// For a replication group the primary really copies the source. A source that cannot be copied (a password,
    /// cluster mode, keys in a database that the group does not have, data in a format that its engine does not read)
    /// is refused by an event before anything is touched. A source that is silent for a minute ends the migration, and
    /// the group takes writes again. `AutoCutover` and `ClearTargetCacheData` are for serverless caches. Those copy key
    /// by key and follow what changes, as engines in cluster mode cannot be replicas of others; when that is
    /// interrupted it begins from the start, by itself and for as long as it takes. Data that the cache has are dropped
    /// with `ClearTargetCacheData` only.
    pub(in crate::operations) async fn start_migration(
        &self,
        request: &Request,
        input: types::StartMigrationMessage,
    ) -> Result<Output, AwsError> {
        let types::StartMigrationMessage {
            serverless_cache_name,
            replication_group_id,
            customer_node_endpoint_list,
            auto_cutover,
            clear_target_cache_data,
        } = input;
        let id = match target_of(replication_group_id, serverless_cache_name)? {
            Target::Group(id) => id,
            Target::ServerlessCache(name) => {
                let asked = serverless_cache::Start {
                    name,
                    customer_node_endpoint_list,
                    auto_cutover,
                    clear_target_cache_data,
                };
                return self.start_serverless_migration(request, asked).await;
            }
        };
        if auto_cutover == Some(true) || clear_target_cache_data == Some(true) {
            return Err(errors::invalid_combination(
                "AutoCutover and ClearTargetCacheData are for migrations to serverless caches only.",
            ));
        }
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let (mut group, source) = target(draft, &request, &id, customer_node_endpoint_list)?;
                let message = format!("Migration from {source} to replication group {} started", group.id);
                emit(draft, &group, message, now);
                group.migration = Some(Migration::new(source, now));
                let replication_group = Some(super::put(draft, &request, group));
                let serverless_cache = None;
                Ok(Output::StartMigration(types::StartMigrationResponse { replication_group, serverless_cache }))
            })
            .await
    }

    /// # Compatibility
    /// Without `Force` a replication group completes when it has everything that the source had when it was asked,
    /// within five seconds; else an event tells what is missing, and the migration goes on. A serverless cache has its
    /// clients wait for the moment that it takes to copy what is missing, functions included, so that no write that was
    /// answered through its endpoint is lost; unless it is in sync it answers `MigrationHealthFault`. With `Force` it
    /// takes what is there; after `PrepareMigration` alone that is the cache's own data, which is how a migration that
    /// nobody wants any more ends.
    pub(in crate::operations) async fn complete_migration(
        &self,
        request: &Request,
        input: types::CompleteMigrationMessage,
    ) -> Result<Output, AwsError> {
        let types::CompleteMigrationMessage { replication_group_id, serverless_cache_name, force } = input;
        let force = force == Some(true);
        let id = match target_of(replication_group_id, serverless_cache_name)? {
            Target::Group(id) => id,
            Target::ServerlessCache(name) => return self.complete_serverless_migration(request, name, force).await,
        };
        let request = request.clone();
        self.store
            .write(move |draft| {
                let mut group = ReplicationGroup::clone(&*super::find(draft, &request, &id)?);
                if group.deleted.is_some() {
                    return Err(errors::replication_group_not_available());
                }
                let going_on = group.migration.as_mut().filter(|migration| migration.ending.is_none());
                let Some(migration) = going_on else { return Err(errors::not_under_migration(&group.id)) };
                // Once forced it stays so: the caller was told that it is going to happen.
                let force = force || migration.completion.is_some_and(|asked| asked.force);
                migration.completion = Some(Completion { force });
                let replication_group = Some(super::put(draft, &request, group));
                let serverless_cache = None;
                Ok(Output::CompleteMigration(types::CompleteMigrationResponse { replication_group, serverless_cache }))
            })
            .await
    }
}

/// What is migrated to.
enum Target {
    Group(String),
    ServerlessCache(String),
}

/// The one of the two that is named.
fn target_of(group: Option<String>, serverless_cache: Option<String>) -> Result<Target, AwsError> {
    match (group, serverless_cache) {
        (Some(id), None) => Ok(Target::Group(id)),
        (None, Some(name)) => Ok(Target::ServerlessCache(name)),
        (None, None) | (Some(_), Some(_)) => Err(errors::invalid_combination(
            "Exactly one of ReplicationGroupId and ServerlessCacheName must be specified.",
        )),
    }
}

/// The group that is to be migrated to, which has to be fit for it, and what it is to copy.
fn target(
    draft: &Draft,
    request: &Request,
    id: &str,
    endpoints: Option<Vec<types::CustomerNodeEndpoint>>,
) -> Result<(ReplicationGroup, CustomerNode), AwsError> {
    let group = super::find(draft, request, id)?;
    if group.migration.is_some() && group.deleted.is_none() {
        return Err(errors::already_under_migration(&group.id));
    }
    check_no_member(&group)?;
    let source = source(endpoints.unwrap_or_default())?;
    let members: Vec<_> = group.member_ids().filter_map(|id| draft.get::<CacheCluster>(&group.scope, id)).collect();
    if group.phase(super::members(draft.tables(), &request.scope)) != GroupPhase::Available {
        return Err(errors::invalid_group_state("Replication group must be in available state to migrate to it."));
    }
    check_settings(&group, &members)?;
    check_rest(&group, &members)?;
    Ok((ReplicationGroup::clone(&group), source))
}

/// The only endpoint of the list.
pub(in crate::operations) fn source(endpoints: Vec<types::CustomerNodeEndpoint>) -> Result<CustomerNode, AwsError> {
    let Ok([types::CustomerNodeEndpoint { address, port }]) = <[_; 1]>::try_from(endpoints) else {
        return Err(errors::invalid_value("CustomerNodeEndpointList must have exactly one endpoint."));
    };
    let address = address.ok_or_else(|| errors::missing_parameter("Address"))?;
    // Engines resolve it, and show it in a line of text.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    if address.is_empty() || address.len() > LONGEST_ADDRESS || !address.bytes().all(is_plain) {
        return Err(errors::invalid_value("Address must be a host name or an IP address."));
    }
    let port = port.ok_or_else(|| errors::missing_parameter("Port"))?;
    let port = u16::try_from(port).ok().filter(|port| *port > 0);
    let port = port.ok_or_else(|| errors::invalid_value("Port must be between 1 and 65535."))?;
    Ok(CustomerNode { address, port })
}

/// What a group has to be set up like. Every reason is told by its own sentence.
fn check_settings(group: &ReplicationGroup, members: &[Arc<CacheCluster>]) -> Result<(), AwsError> {
    let member = members.first().ok_or_else(errors::replication_group_not_available)?;
    let node_type = node_types::node_type(&member.cache_node_type).map_err(errors::invalid_value)?;
    let version = &member.engine_version;
    let is_old = (version.major(), version.minor(), version.patch()) < FIRST_VERSION;
    for (is_wrong, rule) in [
        (group.cluster_mode != ClusterMode::Disabled, "cluster mode must be disabled"),
        (is_old, "the engine version must be 5.0.6 or later"),
        (member.transit_encryption.is_enabled(), "encryption in transit must be disabled"),
        (member.at_rest_encryption, "encryption at rest must be disabled"),
        (!group.multi_az, "Multi-AZ must be enabled"),
        (node_type.family == "r6gd", "the node type must not be of the family r6gd"),
    ] {
        if is_wrong {
            return Err(errors::invalid_value(format_args!(
                "Replication group {} cannot be the target of a migration: {rule}.",
                group.id
            )));
        }
    }
    Ok(())
}

/// Nothing that would move engines may be under way or wait: it could meet the group half way.
fn check_rest(group: &ReplicationGroup, members: &[Arc<CacheCluster>]) -> Result<(), AwsError> {
    if group.node_groups.values().any(|shard| shard.promotion.is_some()) {
        return Err(errors::failover_in_progress(&group.id));
    }
    if let Some(member) = members.iter().find(|member| member.phase() != Phase::Available) {
        return Err(errors::invalid_group_state(format_args!(
            "Cache cluster {} must be in available state to migrate to its replication group.",
            member.id
        )));
    }
    if members.iter().any(|member| !member.pending.is_empty()) {
        return Err(errors::invalid_group_state(
            "A replication group cannot be migrated to while changes wait for the maintenance window.",
        ));
    }
    Ok(())
}

fn emit(draft: &mut Draft, group: &ReplicationGroup, message: String, date: chrono::DateTime<chrono::Utc>) {
    let (source_identifier, source_type) = (group.id.clone(), SourceType::ReplicationGroup);
    draft.emit(&group.scope, Event { source_identifier, source_type, message, date });
}
