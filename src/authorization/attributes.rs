//! The condition keys whose values come from the parameters of a request, by the descriptions in the service
//! authorization reference of `ElastiCache`.
//!
//! Values are those that the request has, in its own letters. Nothing secret is among them: of a token only whether
//! there is one.

use std::collections::BTreeSet;

use super::context::{Context, REQUEST_TAG, TAG_KEYS};
use crate::protocol::{Operation, Sensitive, WireEnum, types};

/// Adds what the parameters of `operation` say.
pub(super) fn add(context: &mut Context, operation: &Operation) {
    add_tags(context, operation);
    match operation {
        Operation::CreateCacheCluster(input) => add_new_cluster(context, input),
        Operation::ModifyCacheCluster(input) => {
            add_token(context, input.auth_token.as_ref());
            context.add_some("elasticache:CacheNodeType", input.cache_node_type.as_ref());
            context.add_some("elasticache:CacheParameterGroupName", input.cache_parameter_group_name.as_ref());
            context.add_some("elasticache:EngineType", input.engine.as_ref());
            context.add_some("elasticache:EngineVersion", input.engine_version.as_ref());
            context.add_some("elasticache:SnapshotRetentionLimit", input.snapshot_retention_limit);
            let crosses = input.az_mode.map(|mode| mode == types::AZMode::CrossAz);
            context.add_some("elasticache:MultiAZEnabled", crosses.or(spans(input.new_availability_zones.as_ref())));
        }
        Operation::CreateReplicationGroup(input) => add_new_group(context, input),
        Operation::ModifyReplicationGroup(input) => {
            add_token(context, input.auth_token.as_ref());
            context.add_some("elasticache:AutomaticFailoverEnabled", input.automatic_failover_enabled);
            context.add_some("elasticache:CacheNodeType", input.cache_node_type.as_ref());
            context.add_some("elasticache:CacheParameterGroupName", input.cache_parameter_group_name.as_ref());
            context.add_some("elasticache:ClusterModeEnabled", input.cluster_mode.map(turns_cluster_mode_on));
            context.add_some("elasticache:Durability", input.durability.map(WireEnum::as_str));
            context.add_some("elasticache:EngineType", input.engine.as_ref());
            context.add_some("elasticache:EngineVersion", input.engine_version.as_ref());
            context.add_some("elasticache:MultiAZEnabled", input.multi_az_enabled);
            context.add_some("elasticache:SnapshotRetentionLimit", input.snapshot_retention_limit);
            context.add_some("elasticache:TransitEncryptionEnabled", input.transit_encryption_enabled);
        }
        Operation::ModifyReplicationGroupShardConfiguration(input) => {
            context.add_some("elasticache:NumNodeGroups", Some(input.node_group_count));
        }
        Operation::IncreaseReplicaCount(input) => {
            add_replicas(context, input.new_replica_count, input.replica_configuration.as_ref());
        }
        Operation::DecreaseReplicaCount(input) => {
            add_replicas(context, input.new_replica_count, input.replica_configuration.as_ref());
        }
        Operation::ModifyGlobalReplicationGroup(input) => {
            context.add_some("elasticache:AutomaticFailoverEnabled", input.automatic_failover_enabled);
            context.add_some("elasticache:CacheNodeType", input.cache_node_type.as_ref());
            context.add_some("elasticache:CacheParameterGroupName", input.cache_parameter_group_name.as_ref());
            context.add_some("elasticache:EngineType", input.engine.as_ref());
            context.add_some("elasticache:EngineVersion", input.engine_version.as_ref());
        }
        Operation::IncreaseNodeGroupsInGlobalReplicationGroup(input) => {
            context.add_some("elasticache:NumNodeGroups", Some(input.node_group_count));
        }
        Operation::DecreaseNodeGroupsInGlobalReplicationGroup(input) => {
            context.add_some("elasticache:NumNodeGroups", Some(input.node_group_count));
        }
        Operation::CreateServerlessCache(input) => {
            add_limits(context, input.cache_usage_limits.as_ref());
            context.add("elasticache:EngineType", &input.engine);
            context.add_some("elasticache:EngineVersion", input.major_engine_version.as_ref());
            context.add_some("elasticache:KmsKeyId", input.kms_key_id.as_ref());
            context.add_some("elasticache:SnapshotRetentionLimit", input.snapshot_retention_limit);
        }
        Operation::ModifyServerlessCache(input) => {
            add_limits(context, input.cache_usage_limits.as_ref());
            context.add_some("elasticache:EngineType", input.engine.as_ref());
            context.add_some("elasticache:EngineVersion", input.major_engine_version.as_ref());
            context.add_some("elasticache:SnapshotRetentionLimit", input.snapshot_retention_limit);
        }
        Operation::CreateSnapshot(input) => context.add_some("elasticache:KmsKeyId", input.kms_key_id.as_ref()),
        Operation::CopySnapshot(input) => context.add_some("elasticache:KmsKeyId", input.kms_key_id.as_ref()),
        Operation::CreateServerlessCacheSnapshot(input) => {
            context.add_some("elasticache:KmsKeyId", input.kms_key_id.as_ref());
        }
        Operation::CopyServerlessCacheSnapshot(input) => {
            context.add_some("elasticache:KmsKeyId", input.kms_key_id.as_ref());
        }
        Operation::CreateUser(input) => {
            let mode = input.authentication_mode.as_ref();
            add_authentication(context, mode, input.passwords.as_ref(), input.no_password_required);
        }
        Operation::ModifyUser(input) => {
            let mode = input.authentication_mode.as_ref();
            add_authentication(context, mode, input.passwords.as_ref(), input.no_password_required);
        }
        Operation::CreateCacheParameterGroup(input) => add_group_name(context, &input.cache_parameter_group_name),
        Operation::ModifyCacheParameterGroup(input) => add_group_name(context, &input.cache_parameter_group_name),
        Operation::ResetCacheParameterGroup(input) => add_group_name(context, &input.cache_parameter_group_name),
        Operation::DeleteCacheParameterGroup(input) => add_group_name(context, &input.cache_parameter_group_name),
        Operation::DescribeCacheParameters(input) => add_group_name(context, &input.cache_parameter_group_name),
        Operation::DescribeCacheParameterGroups(input) => {
            context.add_some("elasticache:CacheParameterGroupName", input.cache_parameter_group_name.as_ref());
        }
        // The others have no parameter that a condition key is about.
        _ => {}
    }
}

/// Whether a new replication group is in cluster mode, as far as its request tells.
pub(super) fn is_clustered(input: &types::CreateReplicationGroupMessage) -> bool {
    let shards = node_groups(input).unwrap_or(1);
    let by_group = || input.cache_parameter_group_name.as_ref().is_some_and(|name| name.ends_with(".cluster.on"));
    input.cluster_mode.map_or_else(|| shards > 1 || by_group(), turns_cluster_mode_on)
}

fn turns_cluster_mode_on(mode: types::ClusterMode) -> bool {
    mode != types::ClusterMode::Disabled
}

fn node_groups(input: &types::CreateReplicationGroupMessage) -> Option<i32> {
    let configured = || input.node_group_configuration.as_ref().and_then(|groups| i32::try_from(groups.len()).ok());
    input.num_node_groups.or_else(configured)
}

/// Whether nodes are spread over several of the named zones, if there are any.
fn spans(zones: Option<&Vec<String>>) -> Option<bool> {
    let zones: BTreeSet<_> = zones?.iter().collect();
    (!zones.is_empty()).then_some(zones.len() > 1)
}

fn add_new_cluster(context: &mut Context, input: &types::CreateCacheClusterMessage) {
    add_token(context, input.auth_token.as_ref());
    context.add_some("elasticache:CacheNodeType", input.cache_node_type.as_ref());
    context.add_some("elasticache:CacheParameterGroupName", input.cache_parameter_group_name.as_ref());
    context.add_some("elasticache:EngineType", input.engine.as_ref());
    context.add_some("elasticache:EngineVersion", input.engine_version.as_ref());
    context.add_some("elasticache:SnapshotRetentionLimit", input.snapshot_retention_limit);
    let crosses = input.az_mode.map(|mode| mode == types::AZMode::CrossAz);
    context.add_some("elasticache:MultiAZEnabled", crosses.or(spans(input.preferred_availability_zones.as_ref())));
}

fn add_new_group(context: &mut Context, input: &types::CreateReplicationGroupMessage) {
    let is_on = |asked: Option<bool>| Some(asked.unwrap_or(false));
    add_token(context, input.auth_token.as_ref());
    context.add_some("elasticache:AtRestEncryptionEnabled", is_on(input.at_rest_encryption_enabled));
    context.add_some("elasticache:AutomaticFailoverEnabled", input.automatic_failover_enabled);
    context.add_some("elasticache:CacheNodeType", input.cache_node_type.as_ref());
    context.add_some("elasticache:CacheParameterGroupName", input.cache_parameter_group_name.as_ref());
    context.add_some("elasticache:ClusterModeEnabled", Some(is_clustered(input)));
    context.add_some("elasticache:Durability", input.durability.map(WireEnum::as_str));
    context.add("elasticache:EngineType", input.engine.as_deref().unwrap_or("redis"));
    context.add_some("elasticache:EngineVersion", input.engine_version.as_ref());
    context.add_some("elasticache:KmsKeyId", input.kms_key_id.as_ref());
    let spans = spans(input.preferred_cache_cluster_azs.as_ref());
    context.add_some("elasticache:MultiAZEnabled", input.multi_az_enabled.or(spans));
    context.add_some("elasticache:NumNodeGroups", node_groups(input));
    let configured = || input.node_group_configuration.iter().flatten().filter_map(|group| group.replica_count).max();
    let replicas = input
        .replicas_per_node_group
        .or_else(|| input.num_cache_clusters.map(|members| members.saturating_sub(1)))
        .or_else(configured);
    context.add_some("elasticache:ReplicasPerNodeGroup", replicas);
    context.add_some("elasticache:SnapshotRetentionLimit", input.snapshot_retention_limit);
    context.add_some("elasticache:TransitEncryptionEnabled", is_on(input.transit_encryption_enabled));
}

/// Where shards get different numbers of replicas, the highest counts.
fn add_replicas(context: &mut Context, count: Option<i32>, shards: Option<&Vec<types::ConfigureShard>>) {
    let highest = || shards.into_iter().flatten().map(|shard| shard.new_replica_count).max();
    context.add_some("elasticache:ReplicasPerNodeGroup", count.or_else(highest));
}

fn add_token(context: &mut Context, token: Option<&Sensitive<String>>) {
    let given = token.is_some_and(|token| !token.expose().is_empty());
    context.add_some("elasticache:AuthTokenEnabled", Some(given));
}

fn add_limits(context: &mut Context, limits: Option<&types::CacheUsageLimits>) {
    let storage = limits.and_then(|limits| limits.data_storage.as_ref());
    context.add_some("elasticache:DataStorageUnit", storage.map(|storage| storage.unit.as_str()));
    context.add_some("elasticache:MaximumDataStorage", storage.and_then(|storage| storage.maximum));
    context.add_some("elasticache:MinimumDataStorage", storage.and_then(|storage| storage.minimum));
    let speed = limits.and_then(|limits| limits.ecpu_per_second.as_ref());
    context.add_some("elasticache:MaximumECPUPerSecond", speed.and_then(|speed| speed.maximum));
    context.add_some("elasticache:MinimumECPUPerSecond", speed.and_then(|speed| speed.minimum));
}

/// How a user is to prove who it is: said by its own parameter, or by the older ones that mean the same.
fn add_authentication(
    context: &mut Context,
    mode: Option<&types::AuthenticationMode>,
    passwords: Option<&Vec<Sensitive<String>>>,
    no_password_required: Option<bool>,
) {
    use types::InputAuthenticationType::{NoPasswordRequired, Password};
    let without = || (no_password_required == Some(true)).then_some(NoPasswordRequired);
    let with = || passwords.is_some_and(|passwords| !passwords.is_empty()).then_some(Password);
    let mode = mode.and_then(|mode| mode.r#type).or_else(without).or_else(with);
    context.add_some("elasticache:UserAuthenticationMode", mode.map(WireEnum::as_str));
}

fn add_group_name(context: &mut Context, name: &str) {
    context.add("elasticache:CacheParameterGroupName", name);
}

fn add_tags(context: &mut Context, operation: &Operation) {
    if let Operation::RemoveTagsFromResource(input) = operation {
        for key in &input.tag_keys {
            context.add(TAG_KEYS, key);
        }
    }
    for tag in tags(operation).into_iter().flatten() {
        let key = tag.key.as_deref().unwrap_or_default();
        context.add(TAG_KEYS, key);
        context.add(&format!("{REQUEST_TAG}{key}"), tag.value.clone().unwrap_or_default());
    }
}

/// The tags that a request gives to something.
fn tags(operation: &Operation) -> Option<&Vec<types::Tag>> {
    match operation {
        Operation::AddTagsToResource(input) => Some(&input.tags),
        Operation::CopyServerlessCacheSnapshot(input) => input.tags.as_ref(),
        Operation::CopySnapshot(input) => input.tags.as_ref(),
        Operation::CreateCacheCluster(input) => input.tags.as_ref(),
        Operation::CreateCacheParameterGroup(input) => input.tags.as_ref(),
        Operation::CreateCacheSecurityGroup(input) => input.tags.as_ref(),
        Operation::CreateCacheSubnetGroup(input) => input.tags.as_ref(),
        Operation::CreateGlobalReplicationGroup(input) => input.tags.as_ref(),
        Operation::CreateReplicationGroup(input) => input.tags.as_ref(),
        Operation::CreateServerlessCache(input) => input.tags.as_ref(),
        Operation::CreateServerlessCacheSnapshot(input) => input.tags.as_ref(),
        Operation::CreateSnapshot(input) => input.tags.as_ref(),
        Operation::CreateUser(input) => input.tags.as_ref(),
        Operation::CreateUserGroup(input) => input.tags.as_ref(),
        Operation::PurchaseReservedCacheNodesOffering(input) => input.tags.as_ref(),
        // The others give no tags.
        _ => None,
    }
}
