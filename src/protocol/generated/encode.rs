// Written from `elasticache-2015-02-02.json` by the test `wire::generated`. Do not edit.

//! How each structure of an answer is written, its members in the model's order.

use super::types;
use crate::protocol::xml::{Encode, XmlWriter};

impl Encode for types::AllowedNodeTypeModificationsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list("ScaleUpModifications", "member", self.scale_up_modifications.as_deref());
        writer.list("ScaleDownModifications", "member", self.scale_down_modifications.as_deref());
    }
}

impl Encode for types::Authentication {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Type", self.r#type.as_ref());
        writer.optional("PasswordCount", self.password_count.as_ref());
    }
}

impl Encode for types::AuthorizeCacheSecurityGroupIngressResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheSecurityGroup", self.cache_security_group.as_ref());
    }
}

impl Encode for types::AvailabilityZone {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Name", self.name.as_ref());
    }
}

impl Encode for types::CacheCluster {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheClusterId", self.cache_cluster_id.as_ref());
        writer.optional("ConfigurationEndpoint", self.configuration_endpoint.as_ref());
        writer.optional("ClientDownloadLandingPage", self.client_download_landing_page.as_ref());
        writer.optional("CacheNodeType", self.cache_node_type.as_ref());
        writer.optional("Engine", self.engine.as_ref());
        writer.optional("EngineVersion", self.engine_version.as_ref());
        writer.optional("CacheClusterStatus", self.cache_cluster_status.as_ref());
        writer.optional("NumCacheNodes", self.num_cache_nodes.as_ref());
        writer.optional("PreferredAvailabilityZone", self.preferred_availability_zone.as_ref());
        writer.optional("PreferredOutpostArn", self.preferred_outpost_arn.as_ref());
        writer.optional("CacheClusterCreateTime", self.cache_cluster_create_time.as_ref());
        writer.optional("PreferredMaintenanceWindow", self.preferred_maintenance_window.as_ref());
        writer.optional("PendingModifiedValues", self.pending_modified_values.as_ref());
        writer.optional("NotificationConfiguration", self.notification_configuration.as_ref());
        writer.list("CacheSecurityGroups", "CacheSecurityGroup", self.cache_security_groups.as_deref());
        writer.optional("CacheParameterGroup", self.cache_parameter_group.as_ref());
        writer.optional("CacheSubnetGroupName", self.cache_subnet_group_name.as_ref());
        writer.list("CacheNodes", "CacheNode", self.cache_nodes.as_deref());
        writer.optional("AutoMinorVersionUpgrade", self.auto_minor_version_upgrade.as_ref());
        writer.list("SecurityGroups", "member", self.security_groups.as_deref());
        writer.optional("ReplicationGroupId", self.replication_group_id.as_ref());
        writer.optional("SnapshotRetentionLimit", self.snapshot_retention_limit.as_ref());
        writer.optional("SnapshotWindow", self.snapshot_window.as_ref());
        writer.optional("AuthTokenEnabled", self.auth_token_enabled.as_ref());
        writer.optional("AuthTokenLastModifiedDate", self.auth_token_last_modified_date.as_ref());
        writer.optional("TransitEncryptionEnabled", self.transit_encryption_enabled.as_ref());
        writer.optional("AtRestEncryptionEnabled", self.at_rest_encryption_enabled.as_ref());
        writer.optional("ARN", self.arn.as_ref());
        writer.optional("ReplicationGroupLogDeliveryEnabled", self.replication_group_log_delivery_enabled.as_ref());
        writer.list(
            "LogDeliveryConfigurations",
            "LogDeliveryConfiguration",
            self.log_delivery_configurations.as_deref(),
        );
        writer.optional("NetworkType", self.network_type.as_ref());
        writer.optional("IpDiscovery", self.ip_discovery.as_ref());
        writer.optional("TransitEncryptionMode", self.transit_encryption_mode.as_ref());
    }
}

impl Encode for types::CacheClusterMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("CacheClusters", "CacheCluster", self.cache_clusters.as_deref());
    }
}

impl Encode for types::CacheEngineVersion {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Engine", self.engine.as_ref());
        writer.optional("EngineVersion", self.engine_version.as_ref());
        writer.optional("CacheParameterGroupFamily", self.cache_parameter_group_family.as_ref());
        writer.optional("CacheEngineDescription", self.cache_engine_description.as_ref());
        writer.optional("CacheEngineVersionDescription", self.cache_engine_version_description.as_ref());
    }
}

impl Encode for types::CacheEngineVersionMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("CacheEngineVersions", "CacheEngineVersion", self.cache_engine_versions.as_deref());
    }
}

impl Encode for types::CacheNode {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheNodeId", self.cache_node_id.as_ref());
        writer.optional("CacheNodeStatus", self.cache_node_status.as_ref());
        writer.optional("CacheNodeCreateTime", self.cache_node_create_time.as_ref());
        writer.optional("Endpoint", self.endpoint.as_ref());
        writer.optional("ParameterGroupStatus", self.parameter_group_status.as_ref());
        writer.optional("SourceCacheNodeId", self.source_cache_node_id.as_ref());
        writer.optional("CustomerAvailabilityZone", self.customer_availability_zone.as_ref());
        writer.optional("CustomerOutpostArn", self.customer_outpost_arn.as_ref());
    }
}

impl Encode for types::CacheNodeTypeSpecificParameter {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ParameterName", self.parameter_name.as_ref());
        writer.optional("Description", self.description.as_ref());
        writer.optional("Source", self.source.as_ref());
        writer.optional("DataType", self.data_type.as_ref());
        writer.optional("AllowedValues", self.allowed_values.as_ref());
        writer.optional("IsModifiable", self.is_modifiable.as_ref());
        writer.optional("MinimumEngineVersion", self.minimum_engine_version.as_ref());
        writer.list(
            "CacheNodeTypeSpecificValues",
            "CacheNodeTypeSpecificValue",
            self.cache_node_type_specific_values.as_deref(),
        );
        writer.optional("ChangeType", self.change_type.as_ref());
    }
}

impl Encode for types::CacheNodeTypeSpecificValue {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheNodeType", self.cache_node_type.as_ref());
        writer.optional("Value", self.value.as_ref());
    }
}

impl Encode for types::CacheNodeUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheNodeId", self.cache_node_id.as_ref());
        writer.optional("NodeUpdateStatus", self.node_update_status.as_ref());
        writer.optional("NodeDeletionDate", self.node_deletion_date.as_ref());
        writer.optional("NodeUpdateStartDate", self.node_update_start_date.as_ref());
        writer.optional("NodeUpdateEndDate", self.node_update_end_date.as_ref());
        writer.optional("NodeUpdateInitiatedBy", self.node_update_initiated_by.as_ref());
        writer.optional("NodeUpdateInitiatedDate", self.node_update_initiated_date.as_ref());
        writer.optional("NodeUpdateStatusModifiedDate", self.node_update_status_modified_date.as_ref());
    }
}

impl Encode for types::CacheParameterGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheParameterGroupName", self.cache_parameter_group_name.as_ref());
        writer.optional("CacheParameterGroupFamily", self.cache_parameter_group_family.as_ref());
        writer.optional("Description", self.description.as_ref());
        writer.optional("IsGlobal", self.is_global.as_ref());
        writer.optional("ARN", self.arn.as_ref());
    }
}

impl Encode for types::CacheParameterGroupDetails {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("Parameters", "Parameter", self.parameters.as_deref());
        writer.list(
            "CacheNodeTypeSpecificParameters",
            "CacheNodeTypeSpecificParameter",
            self.cache_node_type_specific_parameters.as_deref(),
        );
    }
}

impl Encode for types::CacheParameterGroupNameMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheParameterGroupName", self.cache_parameter_group_name.as_ref());
    }
}

impl Encode for types::CacheParameterGroupStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheParameterGroupName", self.cache_parameter_group_name.as_ref());
        writer.optional("ParameterApplyStatus", self.parameter_apply_status.as_ref());
        writer.list("CacheNodeIdsToReboot", "CacheNodeId", self.cache_node_ids_to_reboot.as_deref());
    }
}

impl Encode for types::CacheParameterGroupsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("CacheParameterGroups", "CacheParameterGroup", self.cache_parameter_groups.as_deref());
    }
}

impl Encode for types::CacheSecurityGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("OwnerId", self.owner_id.as_ref());
        writer.optional("CacheSecurityGroupName", self.cache_security_group_name.as_ref());
        writer.optional("Description", self.description.as_ref());
        writer.list("EC2SecurityGroups", "EC2SecurityGroup", self.ec2_security_groups.as_deref());
        writer.optional("ARN", self.arn.as_ref());
    }
}

impl Encode for types::CacheSecurityGroupMembership {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheSecurityGroupName", self.cache_security_group_name.as_ref());
        writer.optional("Status", self.status.as_ref());
    }
}

impl Encode for types::CacheSecurityGroupMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("CacheSecurityGroups", "CacheSecurityGroup", self.cache_security_groups.as_deref());
    }
}

impl Encode for types::CacheSubnetGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheSubnetGroupName", self.cache_subnet_group_name.as_ref());
        writer.optional("CacheSubnetGroupDescription", self.cache_subnet_group_description.as_ref());
        writer.optional("VpcId", self.vpc_id.as_ref());
        writer.list("Subnets", "Subnet", self.subnets.as_deref());
        writer.optional("ARN", self.arn.as_ref());
        writer.list("SupportedNetworkTypes", "member", self.supported_network_types.as_deref());
    }
}

impl Encode for types::CacheSubnetGroupMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("CacheSubnetGroups", "CacheSubnetGroup", self.cache_subnet_groups.as_deref());
    }
}

impl Encode for types::CacheUsageLimits {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("DataStorage", self.data_storage.as_ref());
        writer.optional("ECPUPerSecond", self.ecpu_per_second.as_ref());
    }
}

impl Encode for types::CloudWatchLogsDestinationDetails {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("LogGroup", self.log_group.as_ref());
    }
}

impl Encode for types::CompleteMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
        writer.optional("ServerlessCache", self.serverless_cache.as_ref());
    }
}

impl Encode for types::CopyServerlessCacheSnapshotResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCacheSnapshot", self.serverless_cache_snapshot.as_ref());
    }
}

impl Encode for types::CopySnapshotResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Snapshot", self.snapshot.as_ref());
    }
}

impl Encode for types::CreateCacheClusterResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheCluster", self.cache_cluster.as_ref());
    }
}

impl Encode for types::CreateCacheParameterGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheParameterGroup", self.cache_parameter_group.as_ref());
    }
}

impl Encode for types::CreateCacheSecurityGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheSecurityGroup", self.cache_security_group.as_ref());
    }
}

impl Encode for types::CreateCacheSubnetGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheSubnetGroup", self.cache_subnet_group.as_ref());
    }
}

impl Encode for types::CreateGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroup", self.global_replication_group.as_ref());
    }
}

impl Encode for types::CreateReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
    }
}

impl Encode for types::CreateServerlessCacheResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCache", self.serverless_cache.as_ref());
    }
}

impl Encode for types::CreateServerlessCacheSnapshotResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCacheSnapshot", self.serverless_cache_snapshot.as_ref());
    }
}

impl Encode for types::CreateSnapshotResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Snapshot", self.snapshot.as_ref());
    }
}

impl Encode for types::DataStorage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Maximum", self.maximum.as_ref());
        writer.optional("Minimum", self.minimum.as_ref());
        writer.element("Unit", &self.unit);
    }
}

impl Encode for types::DecreaseNodeGroupsInGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroup", self.global_replication_group.as_ref());
    }
}

impl Encode for types::DecreaseReplicaCountResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
    }
}

impl Encode for types::DeleteCacheClusterResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheCluster", self.cache_cluster.as_ref());
    }
}

impl Encode for types::DeleteGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroup", self.global_replication_group.as_ref());
    }
}

impl Encode for types::DeleteReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
    }
}

impl Encode for types::DeleteServerlessCacheResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCache", self.serverless_cache.as_ref());
    }
}

impl Encode for types::DeleteServerlessCacheSnapshotResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCacheSnapshot", self.serverless_cache_snapshot.as_ref());
    }
}

impl Encode for types::DeleteSnapshotResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Snapshot", self.snapshot.as_ref());
    }
}

impl Encode for types::DescribeEngineDefaultParametersResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("EngineDefaults", self.engine_defaults.as_ref());
    }
}

impl Encode for types::DescribeGlobalReplicationGroupsResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("GlobalReplicationGroups", "GlobalReplicationGroup", self.global_replication_groups.as_deref());
    }
}

impl Encode for types::DescribeServerlessCacheSnapshotsResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("NextToken", self.next_token.as_ref());
        writer.list("ServerlessCacheSnapshots", "ServerlessCacheSnapshot", self.serverless_cache_snapshots.as_deref());
    }
}

impl Encode for types::DescribeServerlessCachesResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("NextToken", self.next_token.as_ref());
        writer.list("ServerlessCaches", "member", self.serverless_caches.as_deref());
    }
}

impl Encode for types::DescribeSnapshotsListMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("Snapshots", "Snapshot", self.snapshots.as_deref());
    }
}

impl Encode for types::DescribeUserGroupsResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list("UserGroups", "member", self.user_groups.as_deref());
        writer.optional("Marker", self.marker.as_ref());
    }
}

impl Encode for types::DescribeUsersResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list("Users", "member", self.users.as_deref());
        writer.optional("Marker", self.marker.as_ref());
    }
}

impl Encode for types::DestinationDetails {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CloudWatchLogsDetails", self.cloud_watch_logs_details.as_ref());
        writer.optional("KinesisFirehoseDetails", self.kinesis_firehose_details.as_ref());
    }
}

impl Encode for types::DisassociateGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroup", self.global_replication_group.as_ref());
    }
}

impl Encode for types::EC2SecurityGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Status", self.status.as_ref());
        writer.optional("EC2SecurityGroupName", self.ec2_security_group_name.as_ref());
        writer.optional("EC2SecurityGroupOwnerId", self.ec2_security_group_owner_id.as_ref());
    }
}

impl Encode for types::ECPUPerSecond {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Maximum", self.maximum.as_ref());
        writer.optional("Minimum", self.minimum.as_ref());
    }
}

impl Encode for types::Endpoint {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Address", self.address.as_ref());
        writer.optional("Port", self.port.as_ref());
    }
}

impl Encode for types::EngineDefaults {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheParameterGroupFamily", self.cache_parameter_group_family.as_ref());
        writer.optional("Marker", self.marker.as_ref());
        writer.list("Parameters", "Parameter", self.parameters.as_deref());
        writer.list(
            "CacheNodeTypeSpecificParameters",
            "CacheNodeTypeSpecificParameter",
            self.cache_node_type_specific_parameters.as_deref(),
        );
    }
}

impl Encode for types::Event {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("SourceIdentifier", self.source_identifier.as_ref());
        writer.optional("SourceType", self.source_type.as_ref());
        writer.optional("Message", self.message.as_ref());
        writer.optional("Date", self.date.as_ref());
    }
}

impl Encode for types::EventsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("Events", "Event", self.events.as_deref());
    }
}

impl Encode for types::ExportServerlessCacheSnapshotResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCacheSnapshot", self.serverless_cache_snapshot.as_ref());
    }
}

impl Encode for types::FailoverGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroup", self.global_replication_group.as_ref());
    }
}

impl Encode for types::GlobalNodeGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalNodeGroupId", self.global_node_group_id.as_ref());
        writer.optional("Slots", self.slots.as_ref());
    }
}

impl Encode for types::GlobalReplicationGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroupId", self.global_replication_group_id.as_ref());
        writer.optional("GlobalReplicationGroupDescription", self.global_replication_group_description.as_ref());
        writer.optional("Status", self.status.as_ref());
        writer.optional("CacheNodeType", self.cache_node_type.as_ref());
        writer.optional("Engine", self.engine.as_ref());
        writer.optional("EngineVersion", self.engine_version.as_ref());
        writer.list("Members", "GlobalReplicationGroupMember", self.members.as_deref());
        writer.optional("ClusterEnabled", self.cluster_enabled.as_ref());
        writer.list("GlobalNodeGroups", "GlobalNodeGroup", self.global_node_groups.as_deref());
        writer.optional("AuthTokenEnabled", self.auth_token_enabled.as_ref());
        writer.optional("TransitEncryptionEnabled", self.transit_encryption_enabled.as_ref());
        writer.optional("AtRestEncryptionEnabled", self.at_rest_encryption_enabled.as_ref());
        writer.optional("ARN", self.arn.as_ref());
    }
}

impl Encode for types::GlobalReplicationGroupInfo {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroupId", self.global_replication_group_id.as_ref());
        writer.optional("GlobalReplicationGroupMemberRole", self.global_replication_group_member_role.as_ref());
    }
}

impl Encode for types::GlobalReplicationGroupMember {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroupId", self.replication_group_id.as_ref());
        writer.optional("ReplicationGroupRegion", self.replication_group_region.as_ref());
        writer.optional("Role", self.role.as_ref());
        writer.optional("AutomaticFailover", self.automatic_failover.as_ref());
        writer.optional("Status", self.status.as_ref());
    }
}

impl Encode for types::IncreaseNodeGroupsInGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroup", self.global_replication_group.as_ref());
    }
}

impl Encode for types::IncreaseReplicaCountResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
    }
}

impl Encode for types::Integration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("IntegrationType", self.integration_type.as_ref());
        writer.optional("Status", self.status.as_ref());
    }
}

impl Encode for types::KinesisFirehoseDestinationDetails {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("DeliveryStream", self.delivery_stream.as_ref());
    }
}

impl Encode for types::LogDeliveryConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("LogType", self.log_type.as_ref());
        writer.optional("DestinationType", self.destination_type.as_ref());
        writer.optional("DestinationDetails", self.destination_details.as_ref());
        writer.optional("LogFormat", self.log_format.as_ref());
        writer.optional("Status", self.status.as_ref());
        writer.optional("Message", self.message.as_ref());
    }
}

impl Encode for types::MigrationSummary {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Status", self.status.as_ref());
        writer.optional("MigrationEndpoint", self.migration_endpoint.as_ref());
        writer.optional("CutoverMode", self.cutover_mode.as_ref());
    }
}

impl Encode for types::ModifyCacheClusterResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheCluster", self.cache_cluster.as_ref());
    }
}

impl Encode for types::ModifyCacheSubnetGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheSubnetGroup", self.cache_subnet_group.as_ref());
    }
}

impl Encode for types::ModifyGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroup", self.global_replication_group.as_ref());
    }
}

impl Encode for types::ModifyReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
    }
}

impl Encode for types::ModifyReplicationGroupShardConfigurationResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
    }
}

impl Encode for types::ModifyServerlessCacheResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCache", self.serverless_cache.as_ref());
    }
}

impl Encode for types::NodeGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("NodeGroupId", self.node_group_id.as_ref());
        writer.optional("Status", self.status.as_ref());
        writer.optional("PrimaryEndpoint", self.primary_endpoint.as_ref());
        writer.optional("ReaderEndpoint", self.reader_endpoint.as_ref());
        writer.optional("Slots", self.slots.as_ref());
        writer.list("NodeGroupMembers", "NodeGroupMember", self.node_group_members.as_deref());
    }
}

impl Encode for types::NodeGroupConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("NodeGroupId", self.node_group_id.as_ref());
        writer.optional("Slots", self.slots.as_ref());
        writer.optional("ReplicaCount", self.replica_count.as_ref());
        writer.optional("PrimaryAvailabilityZone", self.primary_availability_zone.as_ref());
        writer.list("ReplicaAvailabilityZones", "AvailabilityZone", self.replica_availability_zones.as_deref());
        writer.optional("PrimaryOutpostArn", self.primary_outpost_arn.as_ref());
        writer.list("ReplicaOutpostArns", "OutpostArn", self.replica_outpost_arns.as_deref());
    }
}

impl Encode for types::NodeGroupMember {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheClusterId", self.cache_cluster_id.as_ref());
        writer.optional("CacheNodeId", self.cache_node_id.as_ref());
        writer.optional("ReadEndpoint", self.read_endpoint.as_ref());
        writer.optional("PreferredAvailabilityZone", self.preferred_availability_zone.as_ref());
        writer.optional("PreferredOutpostArn", self.preferred_outpost_arn.as_ref());
        writer.optional("CurrentRole", self.current_role.as_ref());
    }
}

impl Encode for types::NodeGroupMemberUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheClusterId", self.cache_cluster_id.as_ref());
        writer.optional("CacheNodeId", self.cache_node_id.as_ref());
        writer.optional("NodeUpdateStatus", self.node_update_status.as_ref());
        writer.optional("NodeDeletionDate", self.node_deletion_date.as_ref());
        writer.optional("NodeUpdateStartDate", self.node_update_start_date.as_ref());
        writer.optional("NodeUpdateEndDate", self.node_update_end_date.as_ref());
        writer.optional("NodeUpdateInitiatedBy", self.node_update_initiated_by.as_ref());
        writer.optional("NodeUpdateInitiatedDate", self.node_update_initiated_date.as_ref());
        writer.optional("NodeUpdateStatusModifiedDate", self.node_update_status_modified_date.as_ref());
    }
}

impl Encode for types::NodeGroupUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("NodeGroupId", self.node_group_id.as_ref());
        writer.list(
            "NodeGroupMemberUpdateStatus",
            "NodeGroupMemberUpdateStatus",
            self.node_group_member_update_status.as_deref(),
        );
    }
}

impl Encode for types::NodeSnapshot {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheClusterId", self.cache_cluster_id.as_ref());
        writer.optional("NodeGroupId", self.node_group_id.as_ref());
        writer.optional("CacheNodeId", self.cache_node_id.as_ref());
        writer.optional("NodeGroupConfiguration", self.node_group_configuration.as_ref());
        writer.optional("CacheSize", self.cache_size.as_ref());
        writer.optional("CacheNodeCreateTime", self.cache_node_create_time.as_ref());
        writer.optional("SnapshotCreateTime", self.snapshot_create_time.as_ref());
    }
}

impl Encode for types::NotificationConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("TopicArn", self.topic_arn.as_ref());
        writer.optional("TopicStatus", self.topic_status.as_ref());
    }
}

impl Encode for types::Parameter {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ParameterName", self.parameter_name.as_ref());
        writer.optional("ParameterValue", self.parameter_value.as_ref());
        writer.optional("Description", self.description.as_ref());
        writer.optional("Source", self.source.as_ref());
        writer.optional("DataType", self.data_type.as_ref());
        writer.optional("AllowedValues", self.allowed_values.as_ref());
        writer.optional("IsModifiable", self.is_modifiable.as_ref());
        writer.optional("MinimumEngineVersion", self.minimum_engine_version.as_ref());
        writer.optional("ChangeType", self.change_type.as_ref());
    }
}

impl Encode for types::PendingLogDeliveryConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("LogType", self.log_type.as_ref());
        writer.optional("DestinationType", self.destination_type.as_ref());
        writer.optional("DestinationDetails", self.destination_details.as_ref());
        writer.optional("LogFormat", self.log_format.as_ref());
    }
}

impl Encode for types::PendingModifiedValues {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("NumCacheNodes", self.num_cache_nodes.as_ref());
        writer.list("CacheNodeIdsToRemove", "CacheNodeId", self.cache_node_ids_to_remove.as_deref());
        writer.optional("EngineVersion", self.engine_version.as_ref());
        writer.optional("CacheNodeType", self.cache_node_type.as_ref());
        writer.optional("AuthTokenStatus", self.auth_token_status.as_ref());
        writer.list("LogDeliveryConfigurations", "member", self.log_delivery_configurations.as_deref());
        writer.list("PendingLogDeliveryConfiguration", "member", self.log_delivery_configurations.as_deref());
        writer.optional("TransitEncryptionEnabled", self.transit_encryption_enabled.as_ref());
        writer.optional("TransitEncryptionMode", self.transit_encryption_mode.as_ref());
        writer.optional("ScaleConfig", self.scale_config.as_ref());
    }
}

impl Encode for types::PrepareMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCache", self.serverless_cache.as_ref());
    }
}

impl Encode for types::ProcessedUpdateAction {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroupId", self.replication_group_id.as_ref());
        writer.optional("CacheClusterId", self.cache_cluster_id.as_ref());
        writer.optional("ServiceUpdateName", self.service_update_name.as_ref());
        writer.optional("UpdateActionStatus", self.update_action_status.as_ref());
    }
}

impl Encode for types::PurchaseReservedCacheNodesOfferingResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReservedCacheNode", self.reserved_cache_node.as_ref());
    }
}

impl Encode for types::RebalanceSlotsInGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("GlobalReplicationGroup", self.global_replication_group.as_ref());
    }
}

impl Encode for types::RebootCacheClusterResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheCluster", self.cache_cluster.as_ref());
    }
}

impl Encode for types::RecurringCharge {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("RecurringChargeAmount", self.recurring_charge_amount.as_ref());
        writer.optional("RecurringChargeFrequency", self.recurring_charge_frequency.as_ref());
    }
}

impl Encode for types::ReplicationGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroupId", self.replication_group_id.as_ref());
        writer.optional("Description", self.description.as_ref());
        writer.optional("GlobalReplicationGroupInfo", self.global_replication_group_info.as_ref());
        writer.optional("Status", self.status.as_ref());
        writer.optional("PendingModifiedValues", self.pending_modified_values.as_ref());
        writer.list("MemberClusters", "ClusterId", self.member_clusters.as_deref());
        writer.list("NodeGroups", "NodeGroup", self.node_groups.as_deref());
        writer.optional("SnapshottingClusterId", self.snapshotting_cluster_id.as_ref());
        writer.optional("AutomaticFailover", self.automatic_failover.as_ref());
        writer.optional("MultiAZ", self.multi_az.as_ref());
        writer.optional("ConfigurationEndpoint", self.configuration_endpoint.as_ref());
        writer.optional("SnapshotRetentionLimit", self.snapshot_retention_limit.as_ref());
        writer.optional("SnapshotWindow", self.snapshot_window.as_ref());
        writer.optional("ClusterEnabled", self.cluster_enabled.as_ref());
        writer.optional("CacheNodeType", self.cache_node_type.as_ref());
        writer.optional("AuthTokenEnabled", self.auth_token_enabled.as_ref());
        writer.optional("AuthTokenLastModifiedDate", self.auth_token_last_modified_date.as_ref());
        writer.optional("TransitEncryptionEnabled", self.transit_encryption_enabled.as_ref());
        writer.optional("AtRestEncryptionEnabled", self.at_rest_encryption_enabled.as_ref());
        writer.list(
            "MemberClustersOutpostArns",
            "ReplicationGroupOutpostArn",
            self.member_clusters_outpost_arns.as_deref(),
        );
        writer.optional("KmsKeyId", self.kms_key_id.as_ref());
        writer.optional("StorageEncryptionType", self.storage_encryption_type.as_ref());
        writer.optional("ARN", self.arn.as_ref());
        writer.list("UserGroupIds", "member", self.user_group_ids.as_deref());
        writer.list(
            "LogDeliveryConfigurations",
            "LogDeliveryConfiguration",
            self.log_delivery_configurations.as_deref(),
        );
        writer.optional("ReplicationGroupCreateTime", self.replication_group_create_time.as_ref());
        writer.optional("DataTiering", self.data_tiering.as_ref());
        writer.optional("AutoMinorVersionUpgrade", self.auto_minor_version_upgrade.as_ref());
        writer.optional("NetworkType", self.network_type.as_ref());
        writer.optional("IpDiscovery", self.ip_discovery.as_ref());
        writer.optional("TransitEncryptionMode", self.transit_encryption_mode.as_ref());
        writer.optional("ClusterMode", self.cluster_mode.as_ref());
        writer.optional("Engine", self.engine.as_ref());
        writer.optional("Durability", self.durability.as_ref());
        writer.optional("EffectiveDurability", self.effective_durability.as_ref());
    }
}

impl Encode for types::ReplicationGroupMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("ReplicationGroups", "ReplicationGroup", self.replication_groups.as_deref());
    }
}

impl Encode for types::ReplicationGroupPendingModifiedValues {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("PrimaryClusterId", self.primary_cluster_id.as_ref());
        writer.optional("AutomaticFailoverStatus", self.automatic_failover_status.as_ref());
        writer.optional("Resharding", self.resharding.as_ref());
        writer.optional("AuthTokenStatus", self.auth_token_status.as_ref());
        writer.optional("UserGroups", self.user_groups.as_ref());
        writer.list("LogDeliveryConfigurations", "member", self.log_delivery_configurations.as_deref());
        writer.list("PendingLogDeliveryConfiguration", "member", self.log_delivery_configurations.as_deref());
        writer.optional("TransitEncryptionEnabled", self.transit_encryption_enabled.as_ref());
        writer.optional("TransitEncryptionMode", self.transit_encryption_mode.as_ref());
        writer.optional("ClusterMode", self.cluster_mode.as_ref());
    }
}

impl Encode for types::ReservedCacheNode {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReservedCacheNodeId", self.reserved_cache_node_id.as_ref());
        writer.optional("ReservedCacheNodesOfferingId", self.reserved_cache_nodes_offering_id.as_ref());
        writer.optional("CacheNodeType", self.cache_node_type.as_ref());
        writer.optional("StartTime", self.start_time.as_ref());
        writer.optional("Duration", self.duration.as_ref());
        writer.optional("FixedPrice", self.fixed_price.as_ref());
        writer.optional("UsagePrice", self.usage_price.as_ref());
        writer.optional("CacheNodeCount", self.cache_node_count.as_ref());
        writer.optional("ProductDescription", self.product_description.as_ref());
        writer.optional("OfferingType", self.offering_type.as_ref());
        writer.optional("State", self.state.as_ref());
        writer.list("RecurringCharges", "RecurringCharge", self.recurring_charges.as_deref());
        writer.optional("ReservationARN", self.reservation_arn.as_ref());
    }
}

impl Encode for types::ReservedCacheNodeMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("ReservedCacheNodes", "ReservedCacheNode", self.reserved_cache_nodes.as_deref());
    }
}

impl Encode for types::ReservedCacheNodesOffering {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReservedCacheNodesOfferingId", self.reserved_cache_nodes_offering_id.as_ref());
        writer.optional("CacheNodeType", self.cache_node_type.as_ref());
        writer.optional("Duration", self.duration.as_ref());
        writer.optional("FixedPrice", self.fixed_price.as_ref());
        writer.optional("UsagePrice", self.usage_price.as_ref());
        writer.optional("ProductDescription", self.product_description.as_ref());
        writer.optional("OfferingType", self.offering_type.as_ref());
        writer.list("RecurringCharges", "RecurringCharge", self.recurring_charges.as_deref());
    }
}

impl Encode for types::ReservedCacheNodesOfferingMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list(
            "ReservedCacheNodesOfferings",
            "ReservedCacheNodesOffering",
            self.reserved_cache_nodes_offerings.as_deref(),
        );
    }
}

impl Encode for types::ReshardingStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("SlotMigration", self.slot_migration.as_ref());
    }
}

impl Encode for types::RevokeCacheSecurityGroupIngressResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("CacheSecurityGroup", self.cache_security_group.as_ref());
    }
}

impl Encode for types::ScaleConfig {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ScalePercentage", self.scale_percentage.as_ref());
        writer.optional("ScaleIntervalMinutes", self.scale_interval_minutes.as_ref());
    }
}

impl Encode for types::SecurityGroupMembership {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("SecurityGroupId", self.security_group_id.as_ref());
        writer.optional("Status", self.status.as_ref());
    }
}

impl Encode for types::ServerlessCache {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCacheName", self.serverless_cache_name.as_ref());
        writer.optional("Description", self.description.as_ref());
        writer.optional("CreateTime", self.create_time.as_ref());
        writer.optional("Status", self.status.as_ref());
        writer.optional("Engine", self.engine.as_ref());
        writer.optional("MajorEngineVersion", self.major_engine_version.as_ref());
        writer.optional("FullEngineVersion", self.full_engine_version.as_ref());
        writer.optional("CacheUsageLimits", self.cache_usage_limits.as_ref());
        writer.optional("KmsKeyId", self.kms_key_id.as_ref());
        writer.optional("StorageEncryptionType", self.storage_encryption_type.as_ref());
        writer.list("SecurityGroupIds", "SecurityGroupId", self.security_group_ids.as_deref());
        writer.optional("Endpoint", self.endpoint.as_ref());
        writer.optional("ReaderEndpoint", self.reader_endpoint.as_ref());
        writer.optional("ARN", self.arn.as_ref());
        writer.optional("UserGroupId", self.user_group_id.as_ref());
        writer.list("SubnetIds", "SubnetId", self.subnet_ids.as_deref());
        writer.optional("SnapshotRetentionLimit", self.snapshot_retention_limit.as_ref());
        writer.optional("DailySnapshotTime", self.daily_snapshot_time.as_ref());
        writer.optional("NetworkType", self.network_type.as_ref());
        writer.optional("ConnectionType", self.connection_type.as_ref());
        writer.optional("Migration", self.migration.as_ref());
        writer.list("Integrations", "Integration", self.integrations.as_deref());
    }
}

impl Encode for types::ServerlessCacheConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCacheName", self.serverless_cache_name.as_ref());
        writer.optional("Engine", self.engine.as_ref());
        writer.optional("MajorEngineVersion", self.major_engine_version.as_ref());
    }
}

impl Encode for types::ServerlessCacheSnapshot {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCacheSnapshotName", self.serverless_cache_snapshot_name.as_ref());
        writer.optional("ARN", self.arn.as_ref());
        writer.optional("KmsKeyId", self.kms_key_id.as_ref());
        writer.optional("SnapshotType", self.snapshot_type.as_ref());
        writer.optional("Status", self.status.as_ref());
        writer.optional("CreateTime", self.create_time.as_ref());
        writer.optional("ExpiryTime", self.expiry_time.as_ref());
        writer.optional("BytesUsedForCache", self.bytes_used_for_cache.as_ref());
        writer.optional("ServerlessCacheConfiguration", self.serverless_cache_configuration.as_ref());
    }
}

impl Encode for types::ServiceUpdate {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServiceUpdateName", self.service_update_name.as_ref());
        writer.optional("ServiceUpdateReleaseDate", self.service_update_release_date.as_ref());
        writer.optional("ServiceUpdateEndDate", self.service_update_end_date.as_ref());
        writer.optional("ServiceUpdateSeverity", self.service_update_severity.as_ref());
        writer.optional("ServiceUpdateRecommendedApplyByDate", self.service_update_recommended_apply_by_date.as_ref());
        writer.optional("ServiceUpdateStatus", self.service_update_status.as_ref());
        writer.optional("ServiceUpdateDescription", self.service_update_description.as_ref());
        writer.optional("ServiceUpdateType", self.service_update_type.as_ref());
        writer.optional("Engine", self.engine.as_ref());
        writer.optional("EngineVersion", self.engine_version.as_ref());
        writer.optional(
            "AutoUpdateAfterRecommendedApplyByDate",
            self.auto_update_after_recommended_apply_by_date.as_ref(),
        );
        writer.optional("EstimatedUpdateTime", self.estimated_update_time.as_ref());
    }
}

impl Encode for types::ServiceUpdatesMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("ServiceUpdates", "ServiceUpdate", self.service_updates.as_deref());
    }
}

impl Encode for types::SlotMigration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ProgressPercentage", self.progress_percentage.as_ref());
    }
}

impl Encode for types::Snapshot {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("SnapshotName", self.snapshot_name.as_ref());
        writer.optional("ReplicationGroupId", self.replication_group_id.as_ref());
        writer.optional("ReplicationGroupDescription", self.replication_group_description.as_ref());
        writer.optional("CacheClusterId", self.cache_cluster_id.as_ref());
        writer.optional("SnapshotStatus", self.snapshot_status.as_ref());
        writer.optional("SnapshotSource", self.snapshot_source.as_ref());
        writer.optional("CacheNodeType", self.cache_node_type.as_ref());
        writer.optional("Engine", self.engine.as_ref());
        writer.optional("EngineVersion", self.engine_version.as_ref());
        writer.optional("NumCacheNodes", self.num_cache_nodes.as_ref());
        writer.optional("PreferredAvailabilityZone", self.preferred_availability_zone.as_ref());
        writer.optional("PreferredOutpostArn", self.preferred_outpost_arn.as_ref());
        writer.optional("CacheClusterCreateTime", self.cache_cluster_create_time.as_ref());
        writer.optional("PreferredMaintenanceWindow", self.preferred_maintenance_window.as_ref());
        writer.optional("TopicArn", self.topic_arn.as_ref());
        writer.optional("Port", self.port.as_ref());
        writer.optional("CacheParameterGroupName", self.cache_parameter_group_name.as_ref());
        writer.optional("CacheSubnetGroupName", self.cache_subnet_group_name.as_ref());
        writer.optional("VpcId", self.vpc_id.as_ref());
        writer.optional("AutoMinorVersionUpgrade", self.auto_minor_version_upgrade.as_ref());
        writer.optional("SnapshotRetentionLimit", self.snapshot_retention_limit.as_ref());
        writer.optional("SnapshotWindow", self.snapshot_window.as_ref());
        writer.optional("NumNodeGroups", self.num_node_groups.as_ref());
        writer.optional("AutomaticFailover", self.automatic_failover.as_ref());
        writer.list("NodeSnapshots", "NodeSnapshot", self.node_snapshots.as_deref());
        writer.optional("KmsKeyId", self.kms_key_id.as_ref());
        writer.optional("ARN", self.arn.as_ref());
        writer.optional("DataTiering", self.data_tiering.as_ref());
        writer.optional("Durability", self.durability.as_ref());
    }
}

impl Encode for types::StartMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
        writer.optional("ServerlessCache", self.serverless_cache.as_ref());
    }
}

impl Encode for types::StopMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ServerlessCache", self.serverless_cache.as_ref());
    }
}

impl Encode for types::Subnet {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("SubnetIdentifier", self.subnet_identifier.as_ref());
        writer.optional("SubnetAvailabilityZone", self.subnet_availability_zone.as_ref());
        writer.optional("SubnetOutpost", self.subnet_outpost.as_ref());
        writer.list("SupportedNetworkTypes", "member", self.supported_network_types.as_deref());
    }
}

impl Encode for types::SubnetOutpost {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("SubnetOutpostArn", self.subnet_outpost_arn.as_ref());
    }
}

impl Encode for types::Tag {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Key", self.key.as_ref());
        writer.optional("Value", self.value.as_ref());
    }
}

impl Encode for types::TagListMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list("TagList", "Tag", self.tag_list.as_deref());
    }
}

impl Encode for types::TestFailoverResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
    }
}

impl Encode for types::TestMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroup", self.replication_group.as_ref());
    }
}

impl Encode for types::UnprocessedUpdateAction {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroupId", self.replication_group_id.as_ref());
        writer.optional("CacheClusterId", self.cache_cluster_id.as_ref());
        writer.optional("ServiceUpdateName", self.service_update_name.as_ref());
        writer.optional("ErrorType", self.error_type.as_ref());
        writer.optional("ErrorMessage", self.error_message.as_ref());
    }
}

impl Encode for types::UpdateAction {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("ReplicationGroupId", self.replication_group_id.as_ref());
        writer.optional("CacheClusterId", self.cache_cluster_id.as_ref());
        writer.optional("ServiceUpdateName", self.service_update_name.as_ref());
        writer.optional("ServiceUpdateReleaseDate", self.service_update_release_date.as_ref());
        writer.optional("ServiceUpdateSeverity", self.service_update_severity.as_ref());
        writer.optional("ServiceUpdateStatus", self.service_update_status.as_ref());
        writer.optional("ServiceUpdateRecommendedApplyByDate", self.service_update_recommended_apply_by_date.as_ref());
        writer.optional("ServiceUpdateType", self.service_update_type.as_ref());
        writer.optional("UpdateActionAvailableDate", self.update_action_available_date.as_ref());
        writer.optional("UpdateActionStatus", self.update_action_status.as_ref());
        writer.optional("NodesUpdated", self.nodes_updated.as_ref());
        writer.optional("UpdateActionStatusModifiedDate", self.update_action_status_modified_date.as_ref());
        writer.optional("SlaMet", self.sla_met.as_ref());
        writer.list("NodeGroupUpdateStatus", "NodeGroupUpdateStatus", self.node_group_update_status.as_deref());
        writer.list("CacheNodeUpdateStatus", "CacheNodeUpdateStatus", self.cache_node_update_status.as_deref());
        writer.optional("EstimatedUpdateTime", self.estimated_update_time.as_ref());
        writer.optional("Engine", self.engine.as_ref());
    }
}

impl Encode for types::UpdateActionResultsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list("ProcessedUpdateActions", "ProcessedUpdateAction", self.processed_update_actions.as_deref());
        writer.list("UnprocessedUpdateActions", "UnprocessedUpdateAction", self.unprocessed_update_actions.as_deref());
    }
}

impl Encode for types::UpdateActionsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("Marker", self.marker.as_ref());
        writer.list("UpdateActions", "UpdateAction", self.update_actions.as_deref());
    }
}

impl Encode for types::User {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("UserId", self.user_id.as_ref());
        writer.optional("UserName", self.user_name.as_ref());
        writer.optional("Status", self.status.as_ref());
        writer.optional("Engine", self.engine.as_ref());
        writer.optional("MinimumEngineVersion", self.minimum_engine_version.as_ref());
        writer.optional("AccessString", self.access_string.as_ref());
        writer.list("UserGroupIds", "member", self.user_group_ids.as_deref());
        writer.optional("Authentication", self.authentication.as_ref());
        writer.optional("ARN", self.arn.as_ref());
    }
}

impl Encode for types::UserGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional("UserGroupId", self.user_group_id.as_ref());
        writer.optional("Status", self.status.as_ref());
        writer.optional("Engine", self.engine.as_ref());
        writer.list("UserIds", "member", self.user_ids.as_deref());
        writer.optional("MinimumEngineVersion", self.minimum_engine_version.as_ref());
        writer.optional("PendingChanges", self.pending_changes.as_ref());
        writer.list("ReplicationGroups", "member", self.replication_groups.as_deref());
        writer.list("ServerlessCaches", "member", self.serverless_caches.as_deref());
        writer.optional("ARN", self.arn.as_ref());
    }
}

impl Encode for types::UserGroupPendingChanges {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list("UserIdsToRemove", "member", self.user_ids_to_remove.as_deref());
        writer.list("UserIdsToAdd", "member", self.user_ids_to_add.as_deref());
    }
}

impl Encode for types::UserGroupsUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list("UserGroupIdsToAdd", "member", self.user_group_ids_to_add.as_deref());
        writer.list("UserGroupIdsToRemove", "member", self.user_group_ids_to_remove.as_deref());
    }
}
