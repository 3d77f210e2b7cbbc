// Written from `elasticache-2015-02-02.json` by the test `wire::generated`. Do not edit.

//! The structures of the API, inputs and outputs, under the names of the model.
//!
//! Required members have their plain type. A list is `None` where it is absent and empty where it was given
//! as empty; in an answer the first is left out, the second an empty element.

#![expect(missing_docs, reason = "the names are the API's, whose reference documents them")]

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use super::enums::*;
use crate::protocol::Sensitive;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct AddTagsToResourceMessage {
    pub resource_name: String,
    pub tags: Vec<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct AllowedNodeTypeModificationsMessage {
    pub scale_up_modifications: Option<Vec<String>>,
    pub scale_down_modifications: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct Authentication {
    pub r#type: Option<AuthenticationType>,
    pub password_count: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct AuthenticationMode {
    pub r#type: Option<InputAuthenticationType>,
    pub passwords: Option<Vec<Sensitive<String>>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct AuthorizeCacheSecurityGroupIngressMessage {
    pub cache_security_group_name: String,
    #[serde(rename = "EC2SecurityGroupName")]
    pub ec2_security_group_name: String,
    #[serde(rename = "EC2SecurityGroupOwnerId")]
    pub ec2_security_group_owner_id: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct AuthorizeCacheSecurityGroupIngressResult {
    pub cache_security_group: Option<CacheSecurityGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct AvailabilityZone {
    pub name: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct BatchApplyUpdateActionMessage {
    pub replication_group_ids: Option<Vec<String>>,
    pub cache_cluster_ids: Option<Vec<String>>,
    pub service_update_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct BatchStopUpdateActionMessage {
    pub replication_group_ids: Option<Vec<String>>,
    pub cache_cluster_ids: Option<Vec<String>>,
    pub service_update_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheCluster {
    pub cache_cluster_id: Option<String>,
    pub configuration_endpoint: Option<Endpoint>,
    pub client_download_landing_page: Option<String>,
    pub cache_node_type: Option<String>,
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub cache_cluster_status: Option<String>,
    pub num_cache_nodes: Option<i32>,
    pub preferred_availability_zone: Option<String>,
    pub preferred_outpost_arn: Option<String>,
    pub cache_cluster_create_time: Option<DateTime<Utc>>,
    pub preferred_maintenance_window: Option<String>,
    pub pending_modified_values: Option<PendingModifiedValues>,
    pub notification_configuration: Option<NotificationConfiguration>,
    pub cache_security_groups: Option<Vec<CacheSecurityGroupMembership>>,
    pub cache_parameter_group: Option<CacheParameterGroupStatus>,
    pub cache_subnet_group_name: Option<String>,
    pub cache_nodes: Option<Vec<CacheNode>>,
    pub auto_minor_version_upgrade: Option<bool>,
    pub security_groups: Option<Vec<SecurityGroupMembership>>,
    pub replication_group_id: Option<String>,
    pub snapshot_retention_limit: Option<i32>,
    pub snapshot_window: Option<String>,
    pub auth_token_enabled: Option<bool>,
    pub auth_token_last_modified_date: Option<DateTime<Utc>>,
    pub transit_encryption_enabled: Option<bool>,
    pub at_rest_encryption_enabled: Option<bool>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    pub replication_group_log_delivery_enabled: Option<bool>,
    pub log_delivery_configurations: Option<Vec<LogDeliveryConfiguration>>,
    pub network_type: Option<NetworkType>,
    pub ip_discovery: Option<IpDiscovery>,
    pub transit_encryption_mode: Option<TransitEncryptionMode>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheClusterMessage {
    pub marker: Option<String>,
    pub cache_clusters: Option<Vec<CacheCluster>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheEngineVersion {
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub cache_parameter_group_family: Option<String>,
    pub cache_engine_description: Option<String>,
    pub cache_engine_version_description: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheEngineVersionMessage {
    pub marker: Option<String>,
    pub cache_engine_versions: Option<Vec<CacheEngineVersion>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheNode {
    pub cache_node_id: Option<String>,
    pub cache_node_status: Option<String>,
    pub cache_node_create_time: Option<DateTime<Utc>>,
    pub endpoint: Option<Endpoint>,
    pub parameter_group_status: Option<String>,
    pub source_cache_node_id: Option<String>,
    pub customer_availability_zone: Option<String>,
    pub customer_outpost_arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheNodeTypeSpecificParameter {
    pub parameter_name: Option<String>,
    pub description: Option<String>,
    pub source: Option<String>,
    pub data_type: Option<String>,
    pub allowed_values: Option<String>,
    pub is_modifiable: Option<bool>,
    pub minimum_engine_version: Option<String>,
    pub cache_node_type_specific_values: Option<Vec<CacheNodeTypeSpecificValue>>,
    pub change_type: Option<ChangeType>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheNodeTypeSpecificValue {
    pub cache_node_type: Option<String>,
    pub value: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheNodeUpdateStatus {
    pub cache_node_id: Option<String>,
    pub node_update_status: Option<NodeUpdateStatus>,
    pub node_deletion_date: Option<DateTime<Utc>>,
    pub node_update_start_date: Option<DateTime<Utc>>,
    pub node_update_end_date: Option<DateTime<Utc>>,
    pub node_update_initiated_by: Option<NodeUpdateInitiatedBy>,
    pub node_update_initiated_date: Option<DateTime<Utc>>,
    pub node_update_status_modified_date: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheParameterGroup {
    pub cache_parameter_group_name: Option<String>,
    pub cache_parameter_group_family: Option<String>,
    pub description: Option<String>,
    pub is_global: Option<bool>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheParameterGroupDetails {
    pub marker: Option<String>,
    pub parameters: Option<Vec<Parameter>>,
    pub cache_node_type_specific_parameters: Option<Vec<CacheNodeTypeSpecificParameter>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheParameterGroupNameMessage {
    pub cache_parameter_group_name: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheParameterGroupStatus {
    pub cache_parameter_group_name: Option<String>,
    pub parameter_apply_status: Option<String>,
    pub cache_node_ids_to_reboot: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheParameterGroupsMessage {
    pub marker: Option<String>,
    pub cache_parameter_groups: Option<Vec<CacheParameterGroup>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheSecurityGroup {
    pub owner_id: Option<String>,
    pub cache_security_group_name: Option<String>,
    pub description: Option<String>,
    #[serde(rename = "EC2SecurityGroups")]
    pub ec2_security_groups: Option<Vec<EC2SecurityGroup>>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheSecurityGroupMembership {
    pub cache_security_group_name: Option<String>,
    pub status: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheSecurityGroupMessage {
    pub marker: Option<String>,
    pub cache_security_groups: Option<Vec<CacheSecurityGroup>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheSubnetGroup {
    pub cache_subnet_group_name: Option<String>,
    pub cache_subnet_group_description: Option<String>,
    pub vpc_id: Option<String>,
    pub subnets: Option<Vec<Subnet>>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    pub supported_network_types: Option<Vec<NetworkType>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheSubnetGroupMessage {
    pub marker: Option<String>,
    pub cache_subnet_groups: Option<Vec<CacheSubnetGroup>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CacheUsageLimits {
    pub data_storage: Option<DataStorage>,
    #[serde(rename = "ECPUPerSecond")]
    pub ecpu_per_second: Option<ECPUPerSecond>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CloudWatchLogsDestinationDetails {
    pub log_group: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CompleteMigrationMessage {
    pub replication_group_id: Option<String>,
    pub serverless_cache_name: Option<String>,
    pub force: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CompleteMigrationResponse {
    pub replication_group: Option<ReplicationGroup>,
    pub serverless_cache: Option<ServerlessCache>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ConfigureShard {
    pub node_group_id: String,
    pub new_replica_count: i32,
    pub preferred_availability_zones: Option<Vec<String>>,
    pub preferred_outpost_arns: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CopyServerlessCacheSnapshotRequest {
    pub source_serverless_cache_snapshot_name: String,
    pub target_serverless_cache_snapshot_name: String,
    pub kms_key_id: Option<String>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CopyServerlessCacheSnapshotResponse {
    pub serverless_cache_snapshot: Option<ServerlessCacheSnapshot>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CopySnapshotMessage {
    pub source_snapshot_name: String,
    pub target_snapshot_name: String,
    pub target_bucket: Option<String>,
    pub kms_key_id: Option<String>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CopySnapshotResult {
    pub snapshot: Option<Snapshot>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateCacheClusterMessage {
    pub cache_cluster_id: String,
    pub replication_group_id: Option<String>,
    #[serde(rename = "AZMode")]
    pub az_mode: Option<AZMode>,
    pub preferred_availability_zone: Option<String>,
    pub preferred_availability_zones: Option<Vec<String>>,
    pub num_cache_nodes: Option<i32>,
    pub cache_node_type: Option<String>,
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub cache_parameter_group_name: Option<String>,
    pub cache_subnet_group_name: Option<String>,
    pub cache_security_group_names: Option<Vec<String>>,
    pub security_group_ids: Option<Vec<String>>,
    pub tags: Option<Vec<Tag>>,
    pub snapshot_arns: Option<Vec<String>>,
    pub snapshot_name: Option<String>,
    pub preferred_maintenance_window: Option<String>,
    pub port: Option<i32>,
    pub notification_topic_arn: Option<String>,
    pub auto_minor_version_upgrade: Option<bool>,
    pub snapshot_retention_limit: Option<i32>,
    pub snapshot_window: Option<String>,
    pub auth_token: Option<Sensitive<String>>,
    pub outpost_mode: Option<OutpostMode>,
    pub preferred_outpost_arn: Option<String>,
    pub preferred_outpost_arns: Option<Vec<String>>,
    pub log_delivery_configurations: Option<Vec<LogDeliveryConfigurationRequest>>,
    pub transit_encryption_enabled: Option<bool>,
    pub network_type: Option<NetworkType>,
    pub ip_discovery: Option<IpDiscovery>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateCacheClusterResult {
    pub cache_cluster: Option<CacheCluster>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateCacheParameterGroupMessage {
    pub cache_parameter_group_name: String,
    pub cache_parameter_group_family: String,
    pub description: String,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateCacheParameterGroupResult {
    pub cache_parameter_group: Option<CacheParameterGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateCacheSecurityGroupMessage {
    pub cache_security_group_name: String,
    pub description: String,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateCacheSecurityGroupResult {
    pub cache_security_group: Option<CacheSecurityGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateCacheSubnetGroupMessage {
    pub cache_subnet_group_name: String,
    pub cache_subnet_group_description: String,
    pub subnet_ids: Vec<String>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateCacheSubnetGroupResult {
    pub cache_subnet_group: Option<CacheSubnetGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateGlobalReplicationGroupMessage {
    pub global_replication_group_id_suffix: String,
    pub global_replication_group_description: Option<String>,
    pub primary_replication_group_id: String,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateGlobalReplicationGroupResult {
    pub global_replication_group: Option<GlobalReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateReplicationGroupMessage {
    pub replication_group_id: String,
    pub replication_group_description: String,
    pub global_replication_group_id: Option<String>,
    pub primary_cluster_id: Option<String>,
    pub automatic_failover_enabled: Option<bool>,
    #[serde(rename = "MultiAZEnabled")]
    pub multi_az_enabled: Option<bool>,
    pub num_cache_clusters: Option<i32>,
    #[serde(rename = "PreferredCacheClusterAZs")]
    pub preferred_cache_cluster_azs: Option<Vec<String>>,
    pub num_node_groups: Option<i32>,
    pub replicas_per_node_group: Option<i32>,
    pub node_group_configuration: Option<Vec<NodeGroupConfiguration>>,
    pub cache_node_type: Option<String>,
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub cache_parameter_group_name: Option<String>,
    pub cache_subnet_group_name: Option<String>,
    pub cache_security_group_names: Option<Vec<String>>,
    pub security_group_ids: Option<Vec<String>>,
    pub tags: Option<Vec<Tag>>,
    pub snapshot_arns: Option<Vec<String>>,
    pub snapshot_name: Option<String>,
    pub preferred_maintenance_window: Option<String>,
    pub port: Option<i32>,
    pub notification_topic_arn: Option<String>,
    pub auto_minor_version_upgrade: Option<bool>,
    pub snapshot_retention_limit: Option<i32>,
    pub snapshot_window: Option<String>,
    pub auth_token: Option<Sensitive<String>>,
    pub transit_encryption_enabled: Option<bool>,
    pub at_rest_encryption_enabled: Option<bool>,
    pub kms_key_id: Option<String>,
    pub user_group_ids: Option<Vec<String>>,
    pub log_delivery_configurations: Option<Vec<LogDeliveryConfigurationRequest>>,
    pub data_tiering_enabled: Option<bool>,
    pub network_type: Option<NetworkType>,
    pub ip_discovery: Option<IpDiscovery>,
    pub transit_encryption_mode: Option<TransitEncryptionMode>,
    pub cluster_mode: Option<ClusterMode>,
    pub serverless_cache_snapshot_name: Option<String>,
    pub durability: Option<Durability>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateReplicationGroupResult {
    pub replication_group: Option<ReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateServerlessCacheRequest {
    pub serverless_cache_name: String,
    pub description: Option<String>,
    pub engine: String,
    pub major_engine_version: Option<String>,
    pub cache_usage_limits: Option<CacheUsageLimits>,
    pub kms_key_id: Option<String>,
    pub security_group_ids: Option<Vec<String>>,
    pub snapshot_arns_to_restore: Option<Vec<String>>,
    pub tags: Option<Vec<Tag>>,
    pub user_group_id: Option<String>,
    pub subnet_ids: Option<Vec<String>>,
    pub snapshot_retention_limit: Option<i32>,
    pub daily_snapshot_time: Option<String>,
    pub network_type: Option<NetworkType>,
    pub connection_type: Option<ConnectionType>,
    pub integrations: Option<Vec<IntegrationRequest>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateServerlessCacheResponse {
    pub serverless_cache: Option<ServerlessCache>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateServerlessCacheSnapshotRequest {
    pub serverless_cache_snapshot_name: String,
    pub serverless_cache_name: String,
    pub kms_key_id: Option<String>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateServerlessCacheSnapshotResponse {
    pub serverless_cache_snapshot: Option<ServerlessCacheSnapshot>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateSnapshotMessage {
    pub replication_group_id: Option<String>,
    pub cache_cluster_id: Option<String>,
    pub snapshot_name: String,
    pub kms_key_id: Option<String>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateSnapshotResult {
    pub snapshot: Option<Snapshot>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateUserGroupMessage {
    pub user_group_id: String,
    pub engine: String,
    pub user_ids: Option<Vec<String>>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CreateUserMessage {
    pub user_id: String,
    pub user_name: String,
    pub engine: String,
    pub passwords: Option<Vec<Sensitive<String>>>,
    pub access_string: Sensitive<String>,
    pub no_password_required: Option<bool>,
    pub tags: Option<Vec<Tag>>,
    pub authentication_mode: Option<AuthenticationMode>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct CustomerNodeEndpoint {
    pub address: Option<String>,
    pub port: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DataStorage {
    pub maximum: Option<i32>,
    pub minimum: Option<i32>,
    pub unit: DataStorageUnit,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DecreaseNodeGroupsInGlobalReplicationGroupMessage {
    pub global_replication_group_id: String,
    pub node_group_count: i32,
    pub global_node_groups_to_remove: Option<Vec<String>>,
    pub global_node_groups_to_retain: Option<Vec<String>>,
    pub apply_immediately: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DecreaseNodeGroupsInGlobalReplicationGroupResult {
    pub global_replication_group: Option<GlobalReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DecreaseReplicaCountMessage {
    pub replication_group_id: String,
    pub new_replica_count: Option<i32>,
    pub replica_configuration: Option<Vec<ConfigureShard>>,
    pub replicas_to_remove: Option<Vec<String>>,
    pub apply_immediately: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DecreaseReplicaCountResult {
    pub replication_group: Option<ReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteCacheClusterMessage {
    pub cache_cluster_id: String,
    pub final_snapshot_identifier: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteCacheClusterResult {
    pub cache_cluster: Option<CacheCluster>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteCacheParameterGroupMessage {
    pub cache_parameter_group_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteCacheSecurityGroupMessage {
    pub cache_security_group_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteCacheSubnetGroupMessage {
    pub cache_subnet_group_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteGlobalReplicationGroupMessage {
    pub global_replication_group_id: String,
    pub retain_primary_replication_group: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteGlobalReplicationGroupResult {
    pub global_replication_group: Option<GlobalReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteReplicationGroupMessage {
    pub replication_group_id: String,
    pub retain_primary_cluster: Option<bool>,
    pub final_snapshot_identifier: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteReplicationGroupResult {
    pub replication_group: Option<ReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteServerlessCacheRequest {
    pub serverless_cache_name: String,
    pub final_snapshot_name: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteServerlessCacheResponse {
    pub serverless_cache: Option<ServerlessCache>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteServerlessCacheSnapshotRequest {
    pub serverless_cache_snapshot_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteServerlessCacheSnapshotResponse {
    pub serverless_cache_snapshot: Option<ServerlessCacheSnapshot>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteSnapshotMessage {
    pub snapshot_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteSnapshotResult {
    pub snapshot: Option<Snapshot>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteUserGroupMessage {
    pub user_group_id: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DeleteUserMessage {
    pub user_id: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeCacheClustersMessage {
    pub cache_cluster_id: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
    pub show_cache_node_info: Option<bool>,
    pub show_cache_clusters_not_in_replication_groups: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeCacheEngineVersionsMessage {
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub cache_parameter_group_family: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
    pub default_only: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeCacheParameterGroupsMessage {
    pub cache_parameter_group_name: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeCacheParametersMessage {
    pub cache_parameter_group_name: String,
    pub source: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeCacheSecurityGroupsMessage {
    pub cache_security_group_name: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeCacheSubnetGroupsMessage {
    pub cache_subnet_group_name: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeEngineDefaultParametersMessage {
    pub cache_parameter_group_family: String,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeEngineDefaultParametersResult {
    pub engine_defaults: Option<EngineDefaults>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeEventsMessage {
    pub source_identifier: Option<String>,
    pub source_type: Option<SourceType>,
    pub start_time: Option<DateTime<Utc>>,
    pub end_time: Option<DateTime<Utc>>,
    pub duration: Option<i32>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeGlobalReplicationGroupsMessage {
    pub global_replication_group_id: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
    pub show_member_info: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeGlobalReplicationGroupsResult {
    pub marker: Option<String>,
    pub global_replication_groups: Option<Vec<GlobalReplicationGroup>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeReplicationGroupsMessage {
    pub replication_group_id: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeReservedCacheNodesMessage {
    pub reserved_cache_node_id: Option<String>,
    pub reserved_cache_nodes_offering_id: Option<String>,
    pub cache_node_type: Option<String>,
    pub duration: Option<String>,
    pub product_description: Option<String>,
    pub offering_type: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeReservedCacheNodesOfferingsMessage {
    pub reserved_cache_nodes_offering_id: Option<String>,
    pub cache_node_type: Option<String>,
    pub duration: Option<String>,
    pub product_description: Option<String>,
    pub offering_type: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeServerlessCacheSnapshotsRequest {
    pub serverless_cache_name: Option<String>,
    pub serverless_cache_snapshot_name: Option<String>,
    pub snapshot_type: Option<String>,
    pub next_token: Option<String>,
    pub max_results: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeServerlessCacheSnapshotsResponse {
    pub next_token: Option<String>,
    pub serverless_cache_snapshots: Option<Vec<ServerlessCacheSnapshot>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeServerlessCachesRequest {
    pub serverless_cache_name: Option<String>,
    pub max_results: Option<i32>,
    pub next_token: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeServerlessCachesResponse {
    pub next_token: Option<String>,
    pub serverless_caches: Option<Vec<ServerlessCache>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeServiceUpdatesMessage {
    pub service_update_name: Option<String>,
    pub service_update_status: Option<Vec<ServiceUpdateStatus>>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSnapshotsListMessage {
    pub marker: Option<String>,
    pub snapshots: Option<Vec<Snapshot>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSnapshotsMessage {
    pub replication_group_id: Option<String>,
    pub cache_cluster_id: Option<String>,
    pub snapshot_name: Option<String>,
    pub snapshot_source: Option<String>,
    pub marker: Option<String>,
    pub max_records: Option<i32>,
    pub show_node_group_config: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeUpdateActionsMessage {
    pub service_update_name: Option<String>,
    pub replication_group_ids: Option<Vec<String>>,
    pub cache_cluster_ids: Option<Vec<String>>,
    pub engine: Option<String>,
    pub service_update_status: Option<Vec<ServiceUpdateStatus>>,
    pub service_update_time_range: Option<TimeRangeFilter>,
    pub update_action_status: Option<Vec<UpdateActionStatus>>,
    pub show_node_level_update_status: Option<bool>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeUserGroupsMessage {
    pub user_group_id: Option<String>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeUserGroupsResult {
    pub user_groups: Option<Vec<UserGroup>>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeUsersMessage {
    pub engine: Option<String>,
    pub user_id: Option<String>,
    pub filters: Option<Vec<Filter>>,
    pub max_records: Option<i32>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DescribeUsersResult {
    pub users: Option<Vec<User>>,
    pub marker: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DestinationDetails {
    pub cloud_watch_logs_details: Option<CloudWatchLogsDestinationDetails>,
    pub kinesis_firehose_details: Option<KinesisFirehoseDestinationDetails>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DisassociateGlobalReplicationGroupMessage {
    pub global_replication_group_id: String,
    pub replication_group_id: String,
    pub replication_group_region: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct DisassociateGlobalReplicationGroupResult {
    pub global_replication_group: Option<GlobalReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct EC2SecurityGroup {
    pub status: Option<String>,
    #[serde(rename = "EC2SecurityGroupName")]
    pub ec2_security_group_name: Option<String>,
    #[serde(rename = "EC2SecurityGroupOwnerId")]
    pub ec2_security_group_owner_id: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ECPUPerSecond {
    pub maximum: Option<i32>,
    pub minimum: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct Endpoint {
    pub address: Option<String>,
    pub port: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct EngineDefaults {
    pub cache_parameter_group_family: Option<String>,
    pub marker: Option<String>,
    pub parameters: Option<Vec<Parameter>>,
    pub cache_node_type_specific_parameters: Option<Vec<CacheNodeTypeSpecificParameter>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct Event {
    pub source_identifier: Option<String>,
    pub source_type: Option<SourceType>,
    pub message: Option<String>,
    pub date: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct EventsMessage {
    pub marker: Option<String>,
    pub events: Option<Vec<Event>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ExportServerlessCacheSnapshotRequest {
    pub serverless_cache_snapshot_name: String,
    pub s3_bucket_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ExportServerlessCacheSnapshotResponse {
    pub serverless_cache_snapshot: Option<ServerlessCacheSnapshot>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct FailoverGlobalReplicationGroupMessage {
    pub global_replication_group_id: String,
    pub primary_region: String,
    pub primary_replication_group_id: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct FailoverGlobalReplicationGroupResult {
    pub global_replication_group: Option<GlobalReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    pub name: String,
    pub values: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct GlobalNodeGroup {
    pub global_node_group_id: Option<String>,
    pub slots: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct GlobalReplicationGroup {
    pub global_replication_group_id: Option<String>,
    pub global_replication_group_description: Option<String>,
    pub status: Option<String>,
    pub cache_node_type: Option<String>,
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub members: Option<Vec<GlobalReplicationGroupMember>>,
    pub cluster_enabled: Option<bool>,
    pub global_node_groups: Option<Vec<GlobalNodeGroup>>,
    pub auth_token_enabled: Option<bool>,
    pub transit_encryption_enabled: Option<bool>,
    pub at_rest_encryption_enabled: Option<bool>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct GlobalReplicationGroupInfo {
    pub global_replication_group_id: Option<String>,
    pub global_replication_group_member_role: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct GlobalReplicationGroupMember {
    pub replication_group_id: Option<String>,
    pub replication_group_region: Option<String>,
    pub role: Option<String>,
    pub automatic_failover: Option<AutomaticFailoverStatus>,
    pub status: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct IncreaseNodeGroupsInGlobalReplicationGroupMessage {
    pub global_replication_group_id: String,
    pub node_group_count: i32,
    pub regional_configurations: Option<Vec<RegionalConfiguration>>,
    pub apply_immediately: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct IncreaseNodeGroupsInGlobalReplicationGroupResult {
    pub global_replication_group: Option<GlobalReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct IncreaseReplicaCountMessage {
    pub replication_group_id: String,
    pub new_replica_count: Option<i32>,
    pub replica_configuration: Option<Vec<ConfigureShard>>,
    pub apply_immediately: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct IncreaseReplicaCountResult {
    pub replication_group: Option<ReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct Integration {
    pub integration_type: Option<IntegrationType>,
    pub status: Option<IntegrationStatus>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct IntegrationRequest {
    pub integration_type: Option<IntegrationType>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct KinesisFirehoseDestinationDetails {
    pub delivery_stream: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ListAllowedNodeTypeModificationsMessage {
    pub cache_cluster_id: Option<String>,
    pub replication_group_id: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ListTagsForResourceMessage {
    pub resource_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct LogDeliveryConfiguration {
    pub log_type: Option<LogType>,
    pub destination_type: Option<DestinationType>,
    pub destination_details: Option<DestinationDetails>,
    pub log_format: Option<LogFormat>,
    pub status: Option<LogDeliveryConfigurationStatus>,
    pub message: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct LogDeliveryConfigurationRequest {
    pub log_type: Option<LogType>,
    pub destination_type: Option<DestinationType>,
    pub destination_details: Option<DestinationDetails>,
    pub log_format: Option<LogFormat>,
    pub enabled: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct MigrationSummary {
    pub status: Option<String>,
    pub migration_endpoint: Option<Endpoint>,
    pub cutover_mode: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyCacheClusterMessage {
    pub cache_cluster_id: String,
    pub num_cache_nodes: Option<i32>,
    pub cache_node_ids_to_remove: Option<Vec<String>>,
    #[serde(rename = "AZMode")]
    pub az_mode: Option<AZMode>,
    pub new_availability_zones: Option<Vec<String>>,
    pub cache_security_group_names: Option<Vec<String>>,
    pub security_group_ids: Option<Vec<String>>,
    pub preferred_maintenance_window: Option<String>,
    pub notification_topic_arn: Option<String>,
    pub cache_parameter_group_name: Option<String>,
    pub notification_topic_status: Option<String>,
    pub apply_immediately: Option<bool>,
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub auto_minor_version_upgrade: Option<bool>,
    pub snapshot_retention_limit: Option<i32>,
    pub snapshot_window: Option<String>,
    pub cache_node_type: Option<String>,
    pub auth_token: Option<Sensitive<String>>,
    pub auth_token_update_strategy: Option<AuthTokenUpdateStrategyType>,
    pub log_delivery_configurations: Option<Vec<LogDeliveryConfigurationRequest>>,
    pub ip_discovery: Option<IpDiscovery>,
    pub scale_config: Option<ScaleConfig>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyCacheClusterResult {
    pub cache_cluster: Option<CacheCluster>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyCacheParameterGroupMessage {
    pub cache_parameter_group_name: String,
    pub parameter_name_values: Vec<ParameterNameValue>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyCacheSubnetGroupMessage {
    pub cache_subnet_group_name: String,
    pub cache_subnet_group_description: Option<String>,
    pub subnet_ids: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyCacheSubnetGroupResult {
    pub cache_subnet_group: Option<CacheSubnetGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyGlobalReplicationGroupMessage {
    pub global_replication_group_id: String,
    pub apply_immediately: bool,
    pub cache_node_type: Option<String>,
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub cache_parameter_group_name: Option<String>,
    pub global_replication_group_description: Option<String>,
    pub automatic_failover_enabled: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyGlobalReplicationGroupResult {
    pub global_replication_group: Option<GlobalReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyReplicationGroupMessage {
    pub replication_group_id: String,
    pub replication_group_description: Option<String>,
    pub primary_cluster_id: Option<String>,
    pub snapshotting_cluster_id: Option<String>,
    pub automatic_failover_enabled: Option<bool>,
    #[serde(rename = "MultiAZEnabled")]
    pub multi_az_enabled: Option<bool>,
    pub node_group_id: Option<String>,
    pub cache_security_group_names: Option<Vec<String>>,
    pub security_group_ids: Option<Vec<String>>,
    pub preferred_maintenance_window: Option<String>,
    pub notification_topic_arn: Option<String>,
    pub cache_parameter_group_name: Option<String>,
    pub notification_topic_status: Option<String>,
    pub apply_immediately: Option<bool>,
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub auto_minor_version_upgrade: Option<bool>,
    pub snapshot_retention_limit: Option<i32>,
    pub snapshot_window: Option<String>,
    pub cache_node_type: Option<String>,
    pub auth_token: Option<Sensitive<String>>,
    pub auth_token_update_strategy: Option<AuthTokenUpdateStrategyType>,
    pub user_group_ids_to_add: Option<Vec<String>>,
    pub user_group_ids_to_remove: Option<Vec<String>>,
    pub remove_user_groups: Option<bool>,
    pub log_delivery_configurations: Option<Vec<LogDeliveryConfigurationRequest>>,
    pub ip_discovery: Option<IpDiscovery>,
    pub transit_encryption_enabled: Option<bool>,
    pub transit_encryption_mode: Option<TransitEncryptionMode>,
    pub cluster_mode: Option<ClusterMode>,
    pub durability: Option<Durability>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyReplicationGroupResult {
    pub replication_group: Option<ReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyReplicationGroupShardConfigurationMessage {
    pub replication_group_id: String,
    pub node_group_count: i32,
    pub apply_immediately: bool,
    pub resharding_configuration: Option<Vec<ReshardingConfiguration>>,
    pub node_groups_to_remove: Option<Vec<String>>,
    pub node_groups_to_retain: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyReplicationGroupShardConfigurationResult {
    pub replication_group: Option<ReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyServerlessCacheRequest {
    pub serverless_cache_name: String,
    pub description: Option<String>,
    pub cache_usage_limits: Option<CacheUsageLimits>,
    pub remove_user_group: Option<bool>,
    pub user_group_id: Option<String>,
    pub security_group_ids: Option<Vec<String>>,
    pub snapshot_retention_limit: Option<i32>,
    pub daily_snapshot_time: Option<String>,
    pub engine: Option<String>,
    pub major_engine_version: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyServerlessCacheResponse {
    pub serverless_cache: Option<ServerlessCache>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyUserGroupMessage {
    pub user_group_id: String,
    pub user_ids_to_add: Option<Vec<String>>,
    pub user_ids_to_remove: Option<Vec<String>>,
    pub engine: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ModifyUserMessage {
    pub user_id: String,
    pub access_string: Option<Sensitive<String>>,
    pub append_access_string: Option<Sensitive<String>>,
    pub passwords: Option<Vec<Sensitive<String>>>,
    pub no_password_required: Option<bool>,
    pub authentication_mode: Option<AuthenticationMode>,
    pub engine: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct NodeGroup {
    pub node_group_id: Option<String>,
    pub status: Option<String>,
    pub primary_endpoint: Option<Endpoint>,
    pub reader_endpoint: Option<Endpoint>,
    pub slots: Option<String>,
    pub node_group_members: Option<Vec<NodeGroupMember>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct NodeGroupConfiguration {
    pub node_group_id: Option<String>,
    pub slots: Option<String>,
    pub replica_count: Option<i32>,
    pub primary_availability_zone: Option<String>,
    pub replica_availability_zones: Option<Vec<String>>,
    pub primary_outpost_arn: Option<String>,
    pub replica_outpost_arns: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct NodeGroupMember {
    pub cache_cluster_id: Option<String>,
    pub cache_node_id: Option<String>,
    pub read_endpoint: Option<Endpoint>,
    pub preferred_availability_zone: Option<String>,
    pub preferred_outpost_arn: Option<String>,
    pub current_role: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct NodeGroupMemberUpdateStatus {
    pub cache_cluster_id: Option<String>,
    pub cache_node_id: Option<String>,
    pub node_update_status: Option<NodeUpdateStatus>,
    pub node_deletion_date: Option<DateTime<Utc>>,
    pub node_update_start_date: Option<DateTime<Utc>>,
    pub node_update_end_date: Option<DateTime<Utc>>,
    pub node_update_initiated_by: Option<NodeUpdateInitiatedBy>,
    pub node_update_initiated_date: Option<DateTime<Utc>>,
    pub node_update_status_modified_date: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct NodeGroupUpdateStatus {
    pub node_group_id: Option<String>,
    pub node_group_member_update_status: Option<Vec<NodeGroupMemberUpdateStatus>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct NodeSnapshot {
    pub cache_cluster_id: Option<String>,
    pub node_group_id: Option<String>,
    pub cache_node_id: Option<String>,
    pub node_group_configuration: Option<NodeGroupConfiguration>,
    pub cache_size: Option<String>,
    pub cache_node_create_time: Option<DateTime<Utc>>,
    pub snapshot_create_time: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct NotificationConfiguration {
    pub topic_arn: Option<String>,
    pub topic_status: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct Parameter {
    pub parameter_name: Option<String>,
    pub parameter_value: Option<String>,
    pub description: Option<String>,
    pub source: Option<String>,
    pub data_type: Option<String>,
    pub allowed_values: Option<String>,
    pub is_modifiable: Option<bool>,
    pub minimum_engine_version: Option<String>,
    pub change_type: Option<ChangeType>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ParameterNameValue {
    pub parameter_name: Option<String>,
    pub parameter_value: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct PendingLogDeliveryConfiguration {
    pub log_type: Option<LogType>,
    pub destination_type: Option<DestinationType>,
    pub destination_details: Option<DestinationDetails>,
    pub log_format: Option<LogFormat>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct PendingModifiedValues {
    pub num_cache_nodes: Option<i32>,
    pub cache_node_ids_to_remove: Option<Vec<String>>,
    pub engine_version: Option<String>,
    pub cache_node_type: Option<String>,
    pub auth_token_status: Option<AuthTokenUpdateStatus>,
    pub log_delivery_configurations: Option<Vec<PendingLogDeliveryConfiguration>>,
    pub transit_encryption_enabled: Option<bool>,
    pub transit_encryption_mode: Option<TransitEncryptionMode>,
    pub scale_config: Option<ScaleConfig>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct PrepareMigrationRequest {
    pub serverless_cache_name: String,
    pub customer_node_endpoint_list: Vec<CustomerNodeEndpoint>,
    pub source_authentication_configuration: Option<SourceAuthenticationConfiguration>,
    pub source_tls_configuration: Option<SourceTlsConfiguration>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct PrepareMigrationResponse {
    pub serverless_cache: Option<ServerlessCache>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ProcessedUpdateAction {
    pub replication_group_id: Option<String>,
    pub cache_cluster_id: Option<String>,
    pub service_update_name: Option<String>,
    pub update_action_status: Option<UpdateActionStatus>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct PurchaseReservedCacheNodesOfferingMessage {
    pub reserved_cache_nodes_offering_id: String,
    pub reserved_cache_node_id: Option<String>,
    pub cache_node_count: Option<i32>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct PurchaseReservedCacheNodesOfferingResult {
    pub reserved_cache_node: Option<ReservedCacheNode>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct RebalanceSlotsInGlobalReplicationGroupMessage {
    pub global_replication_group_id: String,
    pub apply_immediately: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct RebalanceSlotsInGlobalReplicationGroupResult {
    pub global_replication_group: Option<GlobalReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct RebootCacheClusterMessage {
    pub cache_cluster_id: String,
    pub cache_node_ids_to_reboot: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct RebootCacheClusterResult {
    pub cache_cluster: Option<CacheCluster>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct RecurringCharge {
    pub recurring_charge_amount: Option<f64>,
    pub recurring_charge_frequency: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct RegionalConfiguration {
    pub replication_group_id: String,
    pub replication_group_region: String,
    pub resharding_configuration: Vec<ReshardingConfiguration>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct RemoveTagsFromResourceMessage {
    pub resource_name: String,
    pub tag_keys: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ReplicationGroup {
    pub replication_group_id: Option<String>,
    pub description: Option<String>,
    pub global_replication_group_info: Option<GlobalReplicationGroupInfo>,
    pub status: Option<String>,
    pub pending_modified_values: Option<ReplicationGroupPendingModifiedValues>,
    pub member_clusters: Option<Vec<String>>,
    pub node_groups: Option<Vec<NodeGroup>>,
    pub snapshotting_cluster_id: Option<String>,
    pub automatic_failover: Option<AutomaticFailoverStatus>,
    #[serde(rename = "MultiAZ")]
    pub multi_az: Option<MultiAZStatus>,
    pub configuration_endpoint: Option<Endpoint>,
    pub snapshot_retention_limit: Option<i32>,
    pub snapshot_window: Option<String>,
    pub cluster_enabled: Option<bool>,
    pub cache_node_type: Option<String>,
    pub auth_token_enabled: Option<bool>,
    pub auth_token_last_modified_date: Option<DateTime<Utc>>,
    pub transit_encryption_enabled: Option<bool>,
    pub at_rest_encryption_enabled: Option<bool>,
    pub member_clusters_outpost_arns: Option<Vec<String>>,
    pub kms_key_id: Option<String>,
    pub storage_encryption_type: Option<StorageEncryptionType>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    pub user_group_ids: Option<Vec<String>>,
    pub log_delivery_configurations: Option<Vec<LogDeliveryConfiguration>>,
    pub replication_group_create_time: Option<DateTime<Utc>>,
    pub data_tiering: Option<DataTieringStatus>,
    pub auto_minor_version_upgrade: Option<bool>,
    pub network_type: Option<NetworkType>,
    pub ip_discovery: Option<IpDiscovery>,
    pub transit_encryption_mode: Option<TransitEncryptionMode>,
    pub cluster_mode: Option<ClusterMode>,
    pub engine: Option<String>,
    pub durability: Option<Durability>,
    pub effective_durability: Option<EffectiveDurability>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ReplicationGroupMessage {
    pub marker: Option<String>,
    pub replication_groups: Option<Vec<ReplicationGroup>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ReplicationGroupPendingModifiedValues {
    pub primary_cluster_id: Option<String>,
    pub automatic_failover_status: Option<PendingAutomaticFailoverStatus>,
    pub resharding: Option<ReshardingStatus>,
    pub auth_token_status: Option<AuthTokenUpdateStatus>,
    pub user_groups: Option<UserGroupsUpdateStatus>,
    pub log_delivery_configurations: Option<Vec<PendingLogDeliveryConfiguration>>,
    pub transit_encryption_enabled: Option<bool>,
    pub transit_encryption_mode: Option<TransitEncryptionMode>,
    pub cluster_mode: Option<ClusterMode>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ReservedCacheNode {
    pub reserved_cache_node_id: Option<String>,
    pub reserved_cache_nodes_offering_id: Option<String>,
    pub cache_node_type: Option<String>,
    pub start_time: Option<DateTime<Utc>>,
    pub duration: Option<i32>,
    pub fixed_price: Option<f64>,
    pub usage_price: Option<f64>,
    pub cache_node_count: Option<i32>,
    pub product_description: Option<String>,
    pub offering_type: Option<String>,
    pub state: Option<String>,
    pub recurring_charges: Option<Vec<RecurringCharge>>,
    #[serde(rename = "ReservationARN")]
    pub reservation_arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ReservedCacheNodeMessage {
    pub marker: Option<String>,
    pub reserved_cache_nodes: Option<Vec<ReservedCacheNode>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ReservedCacheNodesOffering {
    pub reserved_cache_nodes_offering_id: Option<String>,
    pub cache_node_type: Option<String>,
    pub duration: Option<i32>,
    pub fixed_price: Option<f64>,
    pub usage_price: Option<f64>,
    pub product_description: Option<String>,
    pub offering_type: Option<String>,
    pub recurring_charges: Option<Vec<RecurringCharge>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ReservedCacheNodesOfferingMessage {
    pub marker: Option<String>,
    pub reserved_cache_nodes_offerings: Option<Vec<ReservedCacheNodesOffering>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ResetCacheParameterGroupMessage {
    pub cache_parameter_group_name: String,
    pub reset_all_parameters: Option<bool>,
    pub parameter_name_values: Option<Vec<ParameterNameValue>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ReshardingConfiguration {
    pub node_group_id: Option<String>,
    pub preferred_availability_zones: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ReshardingStatus {
    pub slot_migration: Option<SlotMigration>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct RevokeCacheSecurityGroupIngressMessage {
    pub cache_security_group_name: String,
    #[serde(rename = "EC2SecurityGroupName")]
    pub ec2_security_group_name: String,
    #[serde(rename = "EC2SecurityGroupOwnerId")]
    pub ec2_security_group_owner_id: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct RevokeCacheSecurityGroupIngressResult {
    pub cache_security_group: Option<CacheSecurityGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ScaleConfig {
    pub scale_percentage: Option<i32>,
    pub scale_interval_minutes: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct SecretManagerAuthConfig {
    pub secret_arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct SecurityGroupMembership {
    pub security_group_id: Option<String>,
    pub status: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ServerlessCache {
    pub serverless_cache_name: Option<String>,
    pub description: Option<String>,
    pub create_time: Option<DateTime<Utc>>,
    pub status: Option<String>,
    pub engine: Option<String>,
    pub major_engine_version: Option<String>,
    pub full_engine_version: Option<String>,
    pub cache_usage_limits: Option<CacheUsageLimits>,
    pub kms_key_id: Option<String>,
    pub storage_encryption_type: Option<StorageEncryptionType>,
    pub security_group_ids: Option<Vec<String>>,
    pub endpoint: Option<Endpoint>,
    pub reader_endpoint: Option<Endpoint>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    pub user_group_id: Option<String>,
    pub subnet_ids: Option<Vec<String>>,
    pub snapshot_retention_limit: Option<i32>,
    pub daily_snapshot_time: Option<String>,
    pub network_type: Option<NetworkType>,
    pub connection_type: Option<ConnectionType>,
    pub migration: Option<MigrationSummary>,
    pub integrations: Option<Vec<Integration>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ServerlessCacheConfiguration {
    pub serverless_cache_name: Option<String>,
    pub engine: Option<String>,
    pub major_engine_version: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ServerlessCacheSnapshot {
    pub serverless_cache_snapshot_name: Option<String>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    pub kms_key_id: Option<String>,
    pub snapshot_type: Option<String>,
    pub status: Option<String>,
    pub create_time: Option<DateTime<Utc>>,
    pub expiry_time: Option<DateTime<Utc>>,
    pub bytes_used_for_cache: Option<String>,
    pub serverless_cache_configuration: Option<ServerlessCacheConfiguration>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ServiceUpdate {
    pub service_update_name: Option<String>,
    pub service_update_release_date: Option<DateTime<Utc>>,
    pub service_update_end_date: Option<DateTime<Utc>>,
    pub service_update_severity: Option<ServiceUpdateSeverity>,
    pub service_update_recommended_apply_by_date: Option<DateTime<Utc>>,
    pub service_update_status: Option<ServiceUpdateStatus>,
    pub service_update_description: Option<String>,
    pub service_update_type: Option<ServiceUpdateType>,
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub auto_update_after_recommended_apply_by_date: Option<bool>,
    pub estimated_update_time: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct ServiceUpdatesMessage {
    pub marker: Option<String>,
    pub service_updates: Option<Vec<ServiceUpdate>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct SlotMigration {
    pub progress_percentage: Option<f64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct Snapshot {
    pub snapshot_name: Option<String>,
    pub replication_group_id: Option<String>,
    pub replication_group_description: Option<String>,
    pub cache_cluster_id: Option<String>,
    pub snapshot_status: Option<String>,
    pub snapshot_source: Option<String>,
    pub cache_node_type: Option<String>,
    pub engine: Option<String>,
    pub engine_version: Option<String>,
    pub num_cache_nodes: Option<i32>,
    pub preferred_availability_zone: Option<String>,
    pub preferred_outpost_arn: Option<String>,
    pub cache_cluster_create_time: Option<DateTime<Utc>>,
    pub preferred_maintenance_window: Option<String>,
    pub topic_arn: Option<String>,
    pub port: Option<i32>,
    pub cache_parameter_group_name: Option<String>,
    pub cache_subnet_group_name: Option<String>,
    pub vpc_id: Option<String>,
    pub auto_minor_version_upgrade: Option<bool>,
    pub snapshot_retention_limit: Option<i32>,
    pub snapshot_window: Option<String>,
    pub num_node_groups: Option<i32>,
    pub automatic_failover: Option<AutomaticFailoverStatus>,
    pub node_snapshots: Option<Vec<NodeSnapshot>>,
    pub kms_key_id: Option<String>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
    pub data_tiering: Option<DataTieringStatus>,
    pub durability: Option<Durability>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct SourceAuthenticationConfiguration {
    pub secret_manager_config: Option<SecretManagerAuthConfig>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct SourceTlsConfiguration {
    pub source_tls_mode: Option<TlsMode>,
    pub source_tls_certificate: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct StartMigrationMessage {
    pub serverless_cache_name: Option<String>,
    pub replication_group_id: Option<String>,
    pub customer_node_endpoint_list: Option<Vec<CustomerNodeEndpoint>>,
    pub auto_cutover: Option<bool>,
    pub clear_target_cache_data: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct StartMigrationResponse {
    pub replication_group: Option<ReplicationGroup>,
    pub serverless_cache: Option<ServerlessCache>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct StopMigrationRequest {
    pub serverless_cache_name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct StopMigrationResponse {
    pub serverless_cache: Option<ServerlessCache>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct Subnet {
    pub subnet_identifier: Option<String>,
    pub subnet_availability_zone: Option<AvailabilityZone>,
    pub subnet_outpost: Option<SubnetOutpost>,
    pub supported_network_types: Option<Vec<NetworkType>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct SubnetOutpost {
    pub subnet_outpost_arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    pub key: Option<String>,
    pub value: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct TagListMessage {
    pub tag_list: Option<Vec<Tag>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct TestFailoverMessage {
    pub replication_group_id: String,
    pub node_group_id: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct TestFailoverResult {
    pub replication_group: Option<ReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct TestMigrationMessage {
    pub replication_group_id: String,
    pub customer_node_endpoint_list: Vec<CustomerNodeEndpoint>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct TestMigrationResponse {
    pub replication_group: Option<ReplicationGroup>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct TimeRangeFilter {
    pub start_time: Option<DateTime<Utc>>,
    pub end_time: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct UnprocessedUpdateAction {
    pub replication_group_id: Option<String>,
    pub cache_cluster_id: Option<String>,
    pub service_update_name: Option<String>,
    pub error_type: Option<String>,
    pub error_message: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct UpdateAction {
    pub replication_group_id: Option<String>,
    pub cache_cluster_id: Option<String>,
    pub service_update_name: Option<String>,
    pub service_update_release_date: Option<DateTime<Utc>>,
    pub service_update_severity: Option<ServiceUpdateSeverity>,
    pub service_update_status: Option<ServiceUpdateStatus>,
    pub service_update_recommended_apply_by_date: Option<DateTime<Utc>>,
    pub service_update_type: Option<ServiceUpdateType>,
    pub update_action_available_date: Option<DateTime<Utc>>,
    pub update_action_status: Option<UpdateActionStatus>,
    pub nodes_updated: Option<String>,
    pub update_action_status_modified_date: Option<DateTime<Utc>>,
    pub sla_met: Option<SlaMet>,
    pub node_group_update_status: Option<Vec<NodeGroupUpdateStatus>>,
    pub cache_node_update_status: Option<Vec<CacheNodeUpdateStatus>>,
    pub estimated_update_time: Option<String>,
    pub engine: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct UpdateActionResultsMessage {
    pub processed_update_actions: Option<Vec<ProcessedUpdateAction>>,
    pub unprocessed_update_actions: Option<Vec<UnprocessedUpdateAction>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct UpdateActionsMessage {
    pub marker: Option<String>,
    pub update_actions: Option<Vec<UpdateAction>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct User {
    pub user_id: Option<String>,
    pub user_name: Option<String>,
    pub status: Option<String>,
    pub engine: Option<String>,
    pub minimum_engine_version: Option<String>,
    pub access_string: Option<Sensitive<String>>,
    pub user_group_ids: Option<Vec<String>>,
    pub authentication: Option<Authentication>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct UserGroup {
    pub user_group_id: Option<String>,
    pub status: Option<String>,
    pub engine: Option<String>,
    pub user_ids: Option<Vec<String>>,
    pub minimum_engine_version: Option<String>,
    pub pending_changes: Option<UserGroupPendingChanges>,
    pub replication_groups: Option<Vec<String>>,
    pub serverless_caches: Option<Vec<String>>,
    #[serde(rename = "ARN")]
    pub arn: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct UserGroupPendingChanges {
    pub user_ids_to_remove: Option<Vec<String>>,
    pub user_ids_to_add: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "PascalCase")]
pub struct UserGroupsUpdateStatus {
    pub user_group_ids_to_add: Option<Vec<String>>,
    pub user_group_ids_to_remove: Option<Vec<String>>,
}
