// Written from `elasticache-2015-02-02.json` by the test `wire::generated`. Do not edit.

//! How each structure of an answer is written, its members in the model's order.

use super::types;
use crate::protocol::xml::{Encode, XmlWriter, tag};

impl Encode for types::AllowedNodeTypeModificationsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list(tag!("ScaleUpModifications"), tag!("member"), self.scale_up_modifications.as_deref());
        writer.list(tag!("ScaleDownModifications"), tag!("member"), self.scale_down_modifications.as_deref());
    }
}

impl Encode for types::Authentication {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Type"), self.r#type.as_ref());
        writer.optional(tag!("PasswordCount"), self.password_count.as_ref());
    }
}

impl Encode for types::AuthorizeCacheSecurityGroupIngressResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheSecurityGroup"), self.cache_security_group.as_ref());
    }
}

impl Encode for types::AvailabilityZone {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Name"), self.name.as_ref());
    }
}

impl Encode for types::CacheCluster {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheClusterId"), self.cache_cluster_id.as_ref());
        writer.optional(tag!("ConfigurationEndpoint"), self.configuration_endpoint.as_ref());
        writer.optional(tag!("ClientDownloadLandingPage"), self.client_download_landing_page.as_ref());
        writer.optional(tag!("CacheNodeType"), self.cache_node_type.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.optional(tag!("EngineVersion"), self.engine_version.as_ref());
        writer.optional(tag!("CacheClusterStatus"), self.cache_cluster_status.as_ref());
        writer.optional(tag!("NumCacheNodes"), self.num_cache_nodes.as_ref());
        writer.optional(tag!("PreferredAvailabilityZone"), self.preferred_availability_zone.as_ref());
        writer.optional(tag!("PreferredOutpostArn"), self.preferred_outpost_arn.as_ref());
        writer.optional(tag!("CacheClusterCreateTime"), self.cache_cluster_create_time.as_ref());
        writer.optional(tag!("PreferredMaintenanceWindow"), self.preferred_maintenance_window.as_ref());
        writer.optional(tag!("PendingModifiedValues"), self.pending_modified_values.as_ref());
        writer.optional(tag!("NotificationConfiguration"), self.notification_configuration.as_ref());
        writer.list(tag!("CacheSecurityGroups"), tag!("CacheSecurityGroup"), self.cache_security_groups.as_deref());
        writer.optional(tag!("CacheParameterGroup"), self.cache_parameter_group.as_ref());
        writer.optional(tag!("CacheSubnetGroupName"), self.cache_subnet_group_name.as_ref());
        writer.list(tag!("CacheNodes"), tag!("CacheNode"), self.cache_nodes.as_deref());
        writer.optional(tag!("AutoMinorVersionUpgrade"), self.auto_minor_version_upgrade.as_ref());
        writer.list(tag!("SecurityGroups"), tag!("member"), self.security_groups.as_deref());
        writer.optional(tag!("ReplicationGroupId"), self.replication_group_id.as_ref());
        writer.optional(tag!("SnapshotRetentionLimit"), self.snapshot_retention_limit.as_ref());
        writer.optional(tag!("SnapshotWindow"), self.snapshot_window.as_ref());
        writer.optional(tag!("AuthTokenEnabled"), self.auth_token_enabled.as_ref());
        writer.optional(tag!("AuthTokenLastModifiedDate"), self.auth_token_last_modified_date.as_ref());
        writer.optional(tag!("TransitEncryptionEnabled"), self.transit_encryption_enabled.as_ref());
        writer.optional(tag!("AtRestEncryptionEnabled"), self.at_rest_encryption_enabled.as_ref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
        writer
            .optional(tag!("ReplicationGroupLogDeliveryEnabled"), self.replication_group_log_delivery_enabled.as_ref());
        writer.list(
            tag!("LogDeliveryConfigurations"),
            tag!("LogDeliveryConfiguration"),
            self.log_delivery_configurations.as_deref(),
        );
        writer.optional(tag!("NetworkType"), self.network_type.as_ref());
        writer.optional(tag!("IpDiscovery"), self.ip_discovery.as_ref());
        writer.optional(tag!("TransitEncryptionMode"), self.transit_encryption_mode.as_ref());
    }
}

impl Encode for types::CacheClusterMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("CacheClusters"), tag!("CacheCluster"), self.cache_clusters.as_deref());
    }
}

impl Encode for types::CacheEngineVersion {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.optional(tag!("EngineVersion"), self.engine_version.as_ref());
        writer.optional(tag!("CacheParameterGroupFamily"), self.cache_parameter_group_family.as_ref());
        writer.optional(tag!("CacheEngineDescription"), self.cache_engine_description.as_ref());
        writer.optional(tag!("CacheEngineVersionDescription"), self.cache_engine_version_description.as_ref());
    }
}

impl Encode for types::CacheEngineVersionMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("CacheEngineVersions"), tag!("CacheEngineVersion"), self.cache_engine_versions.as_deref());
    }
}

impl Encode for types::CacheNode {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheNodeId"), self.cache_node_id.as_ref());
        writer.optional(tag!("CacheNodeStatus"), self.cache_node_status.as_ref());
        writer.optional(tag!("CacheNodeCreateTime"), self.cache_node_create_time.as_ref());
        writer.optional(tag!("Endpoint"), self.endpoint.as_ref());
        writer.optional(tag!("ParameterGroupStatus"), self.parameter_group_status.as_ref());
        writer.optional(tag!("SourceCacheNodeId"), self.source_cache_node_id.as_ref());
        writer.optional(tag!("CustomerAvailabilityZone"), self.customer_availability_zone.as_ref());
        writer.optional(tag!("CustomerOutpostArn"), self.customer_outpost_arn.as_ref());
    }
}

impl Encode for types::CacheNodeTypeSpecificParameter {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ParameterName"), self.parameter_name.as_ref());
        writer.optional(tag!("Description"), self.description.as_ref());
        writer.optional(tag!("Source"), self.source.as_ref());
        writer.optional(tag!("DataType"), self.data_type.as_ref());
        writer.optional(tag!("AllowedValues"), self.allowed_values.as_ref());
        writer.optional(tag!("IsModifiable"), self.is_modifiable.as_ref());
        writer.optional(tag!("MinimumEngineVersion"), self.minimum_engine_version.as_ref());
        writer.list(
            tag!("CacheNodeTypeSpecificValues"),
            tag!("CacheNodeTypeSpecificValue"),
            self.cache_node_type_specific_values.as_deref(),
        );
        writer.optional(tag!("ChangeType"), self.change_type.as_ref());
    }
}

impl Encode for types::CacheNodeTypeSpecificValue {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheNodeType"), self.cache_node_type.as_ref());
        writer.optional(tag!("Value"), self.value.as_ref());
    }
}

impl Encode for types::CacheNodeUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheNodeId"), self.cache_node_id.as_ref());
        writer.optional(tag!("NodeUpdateStatus"), self.node_update_status.as_ref());
        writer.optional(tag!("NodeDeletionDate"), self.node_deletion_date.as_ref());
        writer.optional(tag!("NodeUpdateStartDate"), self.node_update_start_date.as_ref());
        writer.optional(tag!("NodeUpdateEndDate"), self.node_update_end_date.as_ref());
        writer.optional(tag!("NodeUpdateInitiatedBy"), self.node_update_initiated_by.as_ref());
        writer.optional(tag!("NodeUpdateInitiatedDate"), self.node_update_initiated_date.as_ref());
        writer.optional(tag!("NodeUpdateStatusModifiedDate"), self.node_update_status_modified_date.as_ref());
    }
}

impl Encode for types::CacheParameterGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheParameterGroupName"), self.cache_parameter_group_name.as_ref());
        writer.optional(tag!("CacheParameterGroupFamily"), self.cache_parameter_group_family.as_ref());
        writer.optional(tag!("Description"), self.description.as_ref());
        writer.optional(tag!("IsGlobal"), self.is_global.as_ref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
    }
}

impl Encode for types::CacheParameterGroupDetails {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("Parameters"), tag!("Parameter"), self.parameters.as_deref());
        writer.list(
            tag!("CacheNodeTypeSpecificParameters"),
            tag!("CacheNodeTypeSpecificParameter"),
            self.cache_node_type_specific_parameters.as_deref(),
        );
    }
}

impl Encode for types::CacheParameterGroupNameMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheParameterGroupName"), self.cache_parameter_group_name.as_ref());
    }
}

impl Encode for types::CacheParameterGroupStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheParameterGroupName"), self.cache_parameter_group_name.as_ref());
        writer.optional(tag!("ParameterApplyStatus"), self.parameter_apply_status.as_ref());
        writer.list(tag!("CacheNodeIdsToReboot"), tag!("CacheNodeId"), self.cache_node_ids_to_reboot.as_deref());
    }
}

impl Encode for types::CacheParameterGroupsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("CacheParameterGroups"), tag!("CacheParameterGroup"), self.cache_parameter_groups.as_deref());
    }
}

impl Encode for types::CacheSecurityGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("OwnerId"), self.owner_id.as_ref());
        writer.optional(tag!("CacheSecurityGroupName"), self.cache_security_group_name.as_ref());
        writer.optional(tag!("Description"), self.description.as_ref());
        writer.list(tag!("EC2SecurityGroups"), tag!("EC2SecurityGroup"), self.ec2_security_groups.as_deref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
    }
}

impl Encode for types::CacheSecurityGroupMembership {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheSecurityGroupName"), self.cache_security_group_name.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
    }
}

impl Encode for types::CacheSecurityGroupMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("CacheSecurityGroups"), tag!("CacheSecurityGroup"), self.cache_security_groups.as_deref());
    }
}

impl Encode for types::CacheSubnetGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheSubnetGroupName"), self.cache_subnet_group_name.as_ref());
        writer.optional(tag!("CacheSubnetGroupDescription"), self.cache_subnet_group_description.as_ref());
        writer.optional(tag!("VpcId"), self.vpc_id.as_ref());
        writer.list(tag!("Subnets"), tag!("Subnet"), self.subnets.as_deref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
        writer.list(tag!("SupportedNetworkTypes"), tag!("member"), self.supported_network_types.as_deref());
    }
}

impl Encode for types::CacheSubnetGroupMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("CacheSubnetGroups"), tag!("CacheSubnetGroup"), self.cache_subnet_groups.as_deref());
    }
}

impl Encode for types::CacheUsageLimits {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("DataStorage"), self.data_storage.as_ref());
        writer.optional(tag!("ECPUPerSecond"), self.ecpu_per_second.as_ref());
    }
}

impl Encode for types::CloudWatchLogsDestinationDetails {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("LogGroup"), self.log_group.as_ref());
    }
}

impl Encode for types::CompleteMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
        writer.optional(tag!("ServerlessCache"), self.serverless_cache.as_ref());
    }
}

impl Encode for types::CopyServerlessCacheSnapshotResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCacheSnapshot"), self.serverless_cache_snapshot.as_ref());
    }
}

impl Encode for types::CopySnapshotResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Snapshot"), self.snapshot.as_ref());
    }
}

impl Encode for types::CreateCacheClusterResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheCluster"), self.cache_cluster.as_ref());
    }
}

impl Encode for types::CreateCacheParameterGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheParameterGroup"), self.cache_parameter_group.as_ref());
    }
}

impl Encode for types::CreateCacheSecurityGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheSecurityGroup"), self.cache_security_group.as_ref());
    }
}

impl Encode for types::CreateCacheSubnetGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheSubnetGroup"), self.cache_subnet_group.as_ref());
    }
}

impl Encode for types::CreateGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroup"), self.global_replication_group.as_ref());
    }
}

impl Encode for types::CreateReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
    }
}

impl Encode for types::CreateServerlessCacheResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCache"), self.serverless_cache.as_ref());
    }
}

impl Encode for types::CreateServerlessCacheSnapshotResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCacheSnapshot"), self.serverless_cache_snapshot.as_ref());
    }
}

impl Encode for types::CreateSnapshotResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Snapshot"), self.snapshot.as_ref());
    }
}

impl Encode for types::DataStorage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Maximum"), self.maximum.as_ref());
        writer.optional(tag!("Minimum"), self.minimum.as_ref());
        writer.element(tag!("Unit"), &self.unit);
    }
}

impl Encode for types::DecreaseNodeGroupsInGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroup"), self.global_replication_group.as_ref());
    }
}

impl Encode for types::DecreaseReplicaCountResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
    }
}

impl Encode for types::DeleteCacheClusterResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheCluster"), self.cache_cluster.as_ref());
    }
}

impl Encode for types::DeleteGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroup"), self.global_replication_group.as_ref());
    }
}

impl Encode for types::DeleteReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
    }
}

impl Encode for types::DeleteServerlessCacheResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCache"), self.serverless_cache.as_ref());
    }
}

impl Encode for types::DeleteServerlessCacheSnapshotResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCacheSnapshot"), self.serverless_cache_snapshot.as_ref());
    }
}

impl Encode for types::DeleteSnapshotResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Snapshot"), self.snapshot.as_ref());
    }
}

impl Encode for types::DescribeEngineDefaultParametersResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("EngineDefaults"), self.engine_defaults.as_ref());
    }
}

impl Encode for types::DescribeGlobalReplicationGroupsResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(
            tag!("GlobalReplicationGroups"),
            tag!("GlobalReplicationGroup"),
            self.global_replication_groups.as_deref(),
        );
    }
}

impl Encode for types::DescribeServerlessCacheSnapshotsResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("NextToken"), self.next_token.as_ref());
        writer.list(
            tag!("ServerlessCacheSnapshots"),
            tag!("ServerlessCacheSnapshot"),
            self.serverless_cache_snapshots.as_deref(),
        );
    }
}

impl Encode for types::DescribeServerlessCachesResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("NextToken"), self.next_token.as_ref());
        writer.list(tag!("ServerlessCaches"), tag!("member"), self.serverless_caches.as_deref());
    }
}

impl Encode for types::DescribeSnapshotsListMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("Snapshots"), tag!("Snapshot"), self.snapshots.as_deref());
    }
}

impl Encode for types::DescribeUserGroupsResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list(tag!("UserGroups"), tag!("member"), self.user_groups.as_deref());
        writer.optional(tag!("Marker"), self.marker.as_ref());
    }
}

impl Encode for types::DescribeUsersResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list(tag!("Users"), tag!("member"), self.users.as_deref());
        writer.optional(tag!("Marker"), self.marker.as_ref());
    }
}

impl Encode for types::DestinationDetails {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CloudWatchLogsDetails"), self.cloud_watch_logs_details.as_ref());
        writer.optional(tag!("KinesisFirehoseDetails"), self.kinesis_firehose_details.as_ref());
    }
}

impl Encode for types::DisassociateGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroup"), self.global_replication_group.as_ref());
    }
}

impl Encode for types::EC2SecurityGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("EC2SecurityGroupName"), self.ec2_security_group_name.as_ref());
        writer.optional(tag!("EC2SecurityGroupOwnerId"), self.ec2_security_group_owner_id.as_ref());
    }
}

impl Encode for types::ECPUPerSecond {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Maximum"), self.maximum.as_ref());
        writer.optional(tag!("Minimum"), self.minimum.as_ref());
    }
}

impl Encode for types::Endpoint {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Address"), self.address.as_ref());
        writer.optional(tag!("Port"), self.port.as_ref());
    }
}

impl Encode for types::EngineDefaults {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheParameterGroupFamily"), self.cache_parameter_group_family.as_ref());
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("Parameters"), tag!("Parameter"), self.parameters.as_deref());
        writer.list(
            tag!("CacheNodeTypeSpecificParameters"),
            tag!("CacheNodeTypeSpecificParameter"),
            self.cache_node_type_specific_parameters.as_deref(),
        );
    }
}

impl Encode for types::Event {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("SourceIdentifier"), self.source_identifier.as_ref());
        writer.optional(tag!("SourceType"), self.source_type.as_ref());
        writer.optional(tag!("Message"), self.message.as_ref());
        writer.optional(tag!("Date"), self.date.as_ref());
    }
}

impl Encode for types::EventsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("Events"), tag!("Event"), self.events.as_deref());
    }
}

impl Encode for types::ExportServerlessCacheSnapshotResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCacheSnapshot"), self.serverless_cache_snapshot.as_ref());
    }
}

impl Encode for types::FailoverGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroup"), self.global_replication_group.as_ref());
    }
}

impl Encode for types::GlobalNodeGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalNodeGroupId"), self.global_node_group_id.as_ref());
        writer.optional(tag!("Slots"), self.slots.as_ref());
    }
}

impl Encode for types::GlobalReplicationGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroupId"), self.global_replication_group_id.as_ref());
        writer.optional(tag!("GlobalReplicationGroupDescription"), self.global_replication_group_description.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("CacheNodeType"), self.cache_node_type.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.optional(tag!("EngineVersion"), self.engine_version.as_ref());
        writer.list(tag!("Members"), tag!("GlobalReplicationGroupMember"), self.members.as_deref());
        writer.optional(tag!("ClusterEnabled"), self.cluster_enabled.as_ref());
        writer.list(tag!("GlobalNodeGroups"), tag!("GlobalNodeGroup"), self.global_node_groups.as_deref());
        writer.optional(tag!("AuthTokenEnabled"), self.auth_token_enabled.as_ref());
        writer.optional(tag!("TransitEncryptionEnabled"), self.transit_encryption_enabled.as_ref());
        writer.optional(tag!("AtRestEncryptionEnabled"), self.at_rest_encryption_enabled.as_ref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
    }
}

impl Encode for types::GlobalReplicationGroupInfo {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroupId"), self.global_replication_group_id.as_ref());
        writer.optional(tag!("GlobalReplicationGroupMemberRole"), self.global_replication_group_member_role.as_ref());
    }
}

impl Encode for types::GlobalReplicationGroupMember {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroupId"), self.replication_group_id.as_ref());
        writer.optional(tag!("ReplicationGroupRegion"), self.replication_group_region.as_ref());
        writer.optional(tag!("Role"), self.role.as_ref());
        writer.optional(tag!("AutomaticFailover"), self.automatic_failover.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
    }
}

impl Encode for types::IncreaseNodeGroupsInGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroup"), self.global_replication_group.as_ref());
    }
}

impl Encode for types::IncreaseReplicaCountResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
    }
}

impl Encode for types::Integration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("IntegrationType"), self.integration_type.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
    }
}

impl Encode for types::KinesisFirehoseDestinationDetails {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("DeliveryStream"), self.delivery_stream.as_ref());
    }
}

impl Encode for types::LogDeliveryConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("LogType"), self.log_type.as_ref());
        writer.optional(tag!("DestinationType"), self.destination_type.as_ref());
        writer.optional(tag!("DestinationDetails"), self.destination_details.as_ref());
        writer.optional(tag!("LogFormat"), self.log_format.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("Message"), self.message.as_ref());
    }
}

impl Encode for types::MigrationSummary {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("MigrationEndpoint"), self.migration_endpoint.as_ref());
        writer.optional(tag!("CutoverMode"), self.cutover_mode.as_ref());
    }
}

impl Encode for types::ModifyCacheClusterResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheCluster"), self.cache_cluster.as_ref());
    }
}

impl Encode for types::ModifyCacheSubnetGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheSubnetGroup"), self.cache_subnet_group.as_ref());
    }
}

impl Encode for types::ModifyGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroup"), self.global_replication_group.as_ref());
    }
}

impl Encode for types::ModifyReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
    }
}

impl Encode for types::ModifyReplicationGroupShardConfigurationResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
    }
}

impl Encode for types::ModifyServerlessCacheResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCache"), self.serverless_cache.as_ref());
    }
}

impl Encode for types::NodeGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("NodeGroupId"), self.node_group_id.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("PrimaryEndpoint"), self.primary_endpoint.as_ref());
        writer.optional(tag!("ReaderEndpoint"), self.reader_endpoint.as_ref());
        writer.optional(tag!("Slots"), self.slots.as_ref());
        writer.list(tag!("NodeGroupMembers"), tag!("NodeGroupMember"), self.node_group_members.as_deref());
    }
}

impl Encode for types::NodeGroupConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("NodeGroupId"), self.node_group_id.as_ref());
        writer.optional(tag!("Slots"), self.slots.as_ref());
        writer.optional(tag!("ReplicaCount"), self.replica_count.as_ref());
        writer.optional(tag!("PrimaryAvailabilityZone"), self.primary_availability_zone.as_ref());
        writer.list(
            tag!("ReplicaAvailabilityZones"),
            tag!("AvailabilityZone"),
            self.replica_availability_zones.as_deref(),
        );
        writer.optional(tag!("PrimaryOutpostArn"), self.primary_outpost_arn.as_ref());
        writer.list(tag!("ReplicaOutpostArns"), tag!("OutpostArn"), self.replica_outpost_arns.as_deref());
    }
}

impl Encode for types::NodeGroupMember {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheClusterId"), self.cache_cluster_id.as_ref());
        writer.optional(tag!("CacheNodeId"), self.cache_node_id.as_ref());
        writer.optional(tag!("ReadEndpoint"), self.read_endpoint.as_ref());
        writer.optional(tag!("PreferredAvailabilityZone"), self.preferred_availability_zone.as_ref());
        writer.optional(tag!("PreferredOutpostArn"), self.preferred_outpost_arn.as_ref());
        writer.optional(tag!("CurrentRole"), self.current_role.as_ref());
    }
}

impl Encode for types::NodeGroupMemberUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheClusterId"), self.cache_cluster_id.as_ref());
        writer.optional(tag!("CacheNodeId"), self.cache_node_id.as_ref());
        writer.optional(tag!("NodeUpdateStatus"), self.node_update_status.as_ref());
        writer.optional(tag!("NodeDeletionDate"), self.node_deletion_date.as_ref());
        writer.optional(tag!("NodeUpdateStartDate"), self.node_update_start_date.as_ref());
        writer.optional(tag!("NodeUpdateEndDate"), self.node_update_end_date.as_ref());
        writer.optional(tag!("NodeUpdateInitiatedBy"), self.node_update_initiated_by.as_ref());
        writer.optional(tag!("NodeUpdateInitiatedDate"), self.node_update_initiated_date.as_ref());
        writer.optional(tag!("NodeUpdateStatusModifiedDate"), self.node_update_status_modified_date.as_ref());
    }
}

impl Encode for types::NodeGroupUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("NodeGroupId"), self.node_group_id.as_ref());
        writer.list(
            tag!("NodeGroupMemberUpdateStatus"),
            tag!("NodeGroupMemberUpdateStatus"),
            self.node_group_member_update_status.as_deref(),
        );
    }
}

impl Encode for types::NodeSnapshot {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheClusterId"), self.cache_cluster_id.as_ref());
        writer.optional(tag!("NodeGroupId"), self.node_group_id.as_ref());
        writer.optional(tag!("CacheNodeId"), self.cache_node_id.as_ref());
        writer.optional(tag!("NodeGroupConfiguration"), self.node_group_configuration.as_ref());
        writer.optional(tag!("CacheSize"), self.cache_size.as_ref());
        writer.optional(tag!("CacheNodeCreateTime"), self.cache_node_create_time.as_ref());
        writer.optional(tag!("SnapshotCreateTime"), self.snapshot_create_time.as_ref());
    }
}

impl Encode for types::NotificationConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("TopicArn"), self.topic_arn.as_ref());
        writer.optional(tag!("TopicStatus"), self.topic_status.as_ref());
    }
}

impl Encode for types::Parameter {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ParameterName"), self.parameter_name.as_ref());
        writer.optional(tag!("ParameterValue"), self.parameter_value.as_ref());
        writer.optional(tag!("Description"), self.description.as_ref());
        writer.optional(tag!("Source"), self.source.as_ref());
        writer.optional(tag!("DataType"), self.data_type.as_ref());
        writer.optional(tag!("AllowedValues"), self.allowed_values.as_ref());
        writer.optional(tag!("IsModifiable"), self.is_modifiable.as_ref());
        writer.optional(tag!("MinimumEngineVersion"), self.minimum_engine_version.as_ref());
        writer.optional(tag!("ChangeType"), self.change_type.as_ref());
    }
}

impl Encode for types::PendingLogDeliveryConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("LogType"), self.log_type.as_ref());
        writer.optional(tag!("DestinationType"), self.destination_type.as_ref());
        writer.optional(tag!("DestinationDetails"), self.destination_details.as_ref());
        writer.optional(tag!("LogFormat"), self.log_format.as_ref());
    }
}

impl Encode for types::PendingModifiedValues {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("NumCacheNodes"), self.num_cache_nodes.as_ref());
        writer.list(tag!("CacheNodeIdsToRemove"), tag!("CacheNodeId"), self.cache_node_ids_to_remove.as_deref());
        writer.optional(tag!("EngineVersion"), self.engine_version.as_ref());
        writer.optional(tag!("CacheNodeType"), self.cache_node_type.as_ref());
        writer.optional(tag!("AuthTokenStatus"), self.auth_token_status.as_ref());
        writer.list(tag!("LogDeliveryConfigurations"), tag!("member"), self.log_delivery_configurations.as_deref());
        writer.list(
            tag!("PendingLogDeliveryConfiguration"),
            tag!("member"),
            self.log_delivery_configurations.as_deref(),
        );
        writer.optional(tag!("TransitEncryptionEnabled"), self.transit_encryption_enabled.as_ref());
        writer.optional(tag!("TransitEncryptionMode"), self.transit_encryption_mode.as_ref());
        writer.optional(tag!("ScaleConfig"), self.scale_config.as_ref());
    }
}

impl Encode for types::PrepareMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCache"), self.serverless_cache.as_ref());
    }
}

impl Encode for types::ProcessedUpdateAction {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroupId"), self.replication_group_id.as_ref());
        writer.optional(tag!("CacheClusterId"), self.cache_cluster_id.as_ref());
        writer.optional(tag!("ServiceUpdateName"), self.service_update_name.as_ref());
        writer.optional(tag!("UpdateActionStatus"), self.update_action_status.as_ref());
    }
}

impl Encode for types::PurchaseReservedCacheNodesOfferingResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReservedCacheNode"), self.reserved_cache_node.as_ref());
    }
}

impl Encode for types::RebalanceSlotsInGlobalReplicationGroupResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("GlobalReplicationGroup"), self.global_replication_group.as_ref());
    }
}

impl Encode for types::RebootCacheClusterResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheCluster"), self.cache_cluster.as_ref());
    }
}

impl Encode for types::RecurringCharge {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("RecurringChargeAmount"), self.recurring_charge_amount.as_ref());
        writer.optional(tag!("RecurringChargeFrequency"), self.recurring_charge_frequency.as_ref());
    }
}

impl Encode for types::ReplicationGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroupId"), self.replication_group_id.as_ref());
        writer.optional(tag!("Description"), self.description.as_ref());
        writer.optional(tag!("GlobalReplicationGroupInfo"), self.global_replication_group_info.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("PendingModifiedValues"), self.pending_modified_values.as_ref());
        writer.list(tag!("MemberClusters"), tag!("ClusterId"), self.member_clusters.as_deref());
        writer.list(tag!("NodeGroups"), tag!("NodeGroup"), self.node_groups.as_deref());
        writer.optional(tag!("SnapshottingClusterId"), self.snapshotting_cluster_id.as_ref());
        writer.optional(tag!("AutomaticFailover"), self.automatic_failover.as_ref());
        writer.optional(tag!("MultiAZ"), self.multi_az.as_ref());
        writer.optional(tag!("ConfigurationEndpoint"), self.configuration_endpoint.as_ref());
        writer.optional(tag!("SnapshotRetentionLimit"), self.snapshot_retention_limit.as_ref());
        writer.optional(tag!("SnapshotWindow"), self.snapshot_window.as_ref());
        writer.optional(tag!("ClusterEnabled"), self.cluster_enabled.as_ref());
        writer.optional(tag!("CacheNodeType"), self.cache_node_type.as_ref());
        writer.optional(tag!("AuthTokenEnabled"), self.auth_token_enabled.as_ref());
        writer.optional(tag!("AuthTokenLastModifiedDate"), self.auth_token_last_modified_date.as_ref());
        writer.optional(tag!("TransitEncryptionEnabled"), self.transit_encryption_enabled.as_ref());
        writer.optional(tag!("AtRestEncryptionEnabled"), self.at_rest_encryption_enabled.as_ref());
        writer.list(
            tag!("MemberClustersOutpostArns"),
            tag!("ReplicationGroupOutpostArn"),
            self.member_clusters_outpost_arns.as_deref(),
        );
        writer.optional(tag!("KmsKeyId"), self.kms_key_id.as_ref());
        writer.optional(tag!("StorageEncryptionType"), self.storage_encryption_type.as_ref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
        writer.list(tag!("UserGroupIds"), tag!("member"), self.user_group_ids.as_deref());
        writer.list(
            tag!("LogDeliveryConfigurations"),
            tag!("LogDeliveryConfiguration"),
            self.log_delivery_configurations.as_deref(),
        );
        writer.optional(tag!("ReplicationGroupCreateTime"), self.replication_group_create_time.as_ref());
        writer.optional(tag!("DataTiering"), self.data_tiering.as_ref());
        writer.optional(tag!("AutoMinorVersionUpgrade"), self.auto_minor_version_upgrade.as_ref());
        writer.optional(tag!("NetworkType"), self.network_type.as_ref());
        writer.optional(tag!("IpDiscovery"), self.ip_discovery.as_ref());
        writer.optional(tag!("TransitEncryptionMode"), self.transit_encryption_mode.as_ref());
        writer.optional(tag!("ClusterMode"), self.cluster_mode.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.optional(tag!("Durability"), self.durability.as_ref());
        writer.optional(tag!("EffectiveDurability"), self.effective_durability.as_ref());
    }
}

impl Encode for types::ReplicationGroupMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("ReplicationGroups"), tag!("ReplicationGroup"), self.replication_groups.as_deref());
    }
}

impl Encode for types::ReplicationGroupPendingModifiedValues {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("PrimaryClusterId"), self.primary_cluster_id.as_ref());
        writer.optional(tag!("AutomaticFailoverStatus"), self.automatic_failover_status.as_ref());
        writer.optional(tag!("Resharding"), self.resharding.as_ref());
        writer.optional(tag!("AuthTokenStatus"), self.auth_token_status.as_ref());
        writer.optional(tag!("UserGroups"), self.user_groups.as_ref());
        writer.list(tag!("LogDeliveryConfigurations"), tag!("member"), self.log_delivery_configurations.as_deref());
        writer.list(
            tag!("PendingLogDeliveryConfiguration"),
            tag!("member"),
            self.log_delivery_configurations.as_deref(),
        );
        writer.optional(tag!("TransitEncryptionEnabled"), self.transit_encryption_enabled.as_ref());
        writer.optional(tag!("TransitEncryptionMode"), self.transit_encryption_mode.as_ref());
        writer.optional(tag!("ClusterMode"), self.cluster_mode.as_ref());
    }
}

impl Encode for types::ReservedCacheNode {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReservedCacheNodeId"), self.reserved_cache_node_id.as_ref());
        writer.optional(tag!("ReservedCacheNodesOfferingId"), self.reserved_cache_nodes_offering_id.as_ref());
        writer.optional(tag!("CacheNodeType"), self.cache_node_type.as_ref());
        writer.optional(tag!("StartTime"), self.start_time.as_ref());
        writer.optional(tag!("Duration"), self.duration.as_ref());
        writer.optional(tag!("FixedPrice"), self.fixed_price.as_ref());
        writer.optional(tag!("UsagePrice"), self.usage_price.as_ref());
        writer.optional(tag!("CacheNodeCount"), self.cache_node_count.as_ref());
        writer.optional(tag!("ProductDescription"), self.product_description.as_ref());
        writer.optional(tag!("OfferingType"), self.offering_type.as_ref());
        writer.optional(tag!("State"), self.state.as_ref());
        writer.list(tag!("RecurringCharges"), tag!("RecurringCharge"), self.recurring_charges.as_deref());
        writer.optional(tag!("ReservationARN"), self.reservation_arn.as_ref());
    }
}

impl Encode for types::ReservedCacheNodeMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("ReservedCacheNodes"), tag!("ReservedCacheNode"), self.reserved_cache_nodes.as_deref());
    }
}

impl Encode for types::ReservedCacheNodesOffering {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReservedCacheNodesOfferingId"), self.reserved_cache_nodes_offering_id.as_ref());
        writer.optional(tag!("CacheNodeType"), self.cache_node_type.as_ref());
        writer.optional(tag!("Duration"), self.duration.as_ref());
        writer.optional(tag!("FixedPrice"), self.fixed_price.as_ref());
        writer.optional(tag!("UsagePrice"), self.usage_price.as_ref());
        writer.optional(tag!("ProductDescription"), self.product_description.as_ref());
        writer.optional(tag!("OfferingType"), self.offering_type.as_ref());
        writer.list(tag!("RecurringCharges"), tag!("RecurringCharge"), self.recurring_charges.as_deref());
    }
}

impl Encode for types::ReservedCacheNodesOfferingMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(
            tag!("ReservedCacheNodesOfferings"),
            tag!("ReservedCacheNodesOffering"),
            self.reserved_cache_nodes_offerings.as_deref(),
        );
    }
}

impl Encode for types::ReshardingStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("SlotMigration"), self.slot_migration.as_ref());
    }
}

impl Encode for types::RevokeCacheSecurityGroupIngressResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("CacheSecurityGroup"), self.cache_security_group.as_ref());
    }
}

impl Encode for types::ScaleConfig {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ScalePercentage"), self.scale_percentage.as_ref());
        writer.optional(tag!("ScaleIntervalMinutes"), self.scale_interval_minutes.as_ref());
    }
}

impl Encode for types::SecurityGroupMembership {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("SecurityGroupId"), self.security_group_id.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
    }
}

impl Encode for types::ServerlessCache {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCacheName"), self.serverless_cache_name.as_ref());
        writer.optional(tag!("Description"), self.description.as_ref());
        writer.optional(tag!("CreateTime"), self.create_time.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.optional(tag!("MajorEngineVersion"), self.major_engine_version.as_ref());
        writer.optional(tag!("FullEngineVersion"), self.full_engine_version.as_ref());
        writer.optional(tag!("CacheUsageLimits"), self.cache_usage_limits.as_ref());
        writer.optional(tag!("KmsKeyId"), self.kms_key_id.as_ref());
        writer.optional(tag!("StorageEncryptionType"), self.storage_encryption_type.as_ref());
        writer.list(tag!("SecurityGroupIds"), tag!("SecurityGroupId"), self.security_group_ids.as_deref());
        writer.optional(tag!("Endpoint"), self.endpoint.as_ref());
        writer.optional(tag!("ReaderEndpoint"), self.reader_endpoint.as_ref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
        writer.optional(tag!("UserGroupId"), self.user_group_id.as_ref());
        writer.list(tag!("SubnetIds"), tag!("SubnetId"), self.subnet_ids.as_deref());
        writer.optional(tag!("SnapshotRetentionLimit"), self.snapshot_retention_limit.as_ref());
        writer.optional(tag!("DailySnapshotTime"), self.daily_snapshot_time.as_ref());
        writer.optional(tag!("NetworkType"), self.network_type.as_ref());
        writer.optional(tag!("ConnectionType"), self.connection_type.as_ref());
        writer.optional(tag!("Migration"), self.migration.as_ref());
        writer.list(tag!("Integrations"), tag!("Integration"), self.integrations.as_deref());
    }
}

impl Encode for types::ServerlessCacheConfiguration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCacheName"), self.serverless_cache_name.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.optional(tag!("MajorEngineVersion"), self.major_engine_version.as_ref());
    }
}

impl Encode for types::ServerlessCacheSnapshot {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCacheSnapshotName"), self.serverless_cache_snapshot_name.as_ref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
        writer.optional(tag!("KmsKeyId"), self.kms_key_id.as_ref());
        writer.optional(tag!("SnapshotType"), self.snapshot_type.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("CreateTime"), self.create_time.as_ref());
        writer.optional(tag!("ExpiryTime"), self.expiry_time.as_ref());
        writer.optional(tag!("BytesUsedForCache"), self.bytes_used_for_cache.as_ref());
        writer.optional(tag!("ServerlessCacheConfiguration"), self.serverless_cache_configuration.as_ref());
    }
}

impl Encode for types::ServiceUpdate {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServiceUpdateName"), self.service_update_name.as_ref());
        writer.optional(tag!("ServiceUpdateReleaseDate"), self.service_update_release_date.as_ref());
        writer.optional(tag!("ServiceUpdateEndDate"), self.service_update_end_date.as_ref());
        writer.optional(tag!("ServiceUpdateSeverity"), self.service_update_severity.as_ref());
        writer.optional(
            tag!("ServiceUpdateRecommendedApplyByDate"),
            self.service_update_recommended_apply_by_date.as_ref(),
        );
        writer.optional(tag!("ServiceUpdateStatus"), self.service_update_status.as_ref());
        writer.optional(tag!("ServiceUpdateDescription"), self.service_update_description.as_ref());
        writer.optional(tag!("ServiceUpdateType"), self.service_update_type.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.optional(tag!("EngineVersion"), self.engine_version.as_ref());
        writer.optional(
            tag!("AutoUpdateAfterRecommendedApplyByDate"),
            self.auto_update_after_recommended_apply_by_date.as_ref(),
        );
        writer.optional(tag!("EstimatedUpdateTime"), self.estimated_update_time.as_ref());
    }
}

impl Encode for types::ServiceUpdatesMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("ServiceUpdates"), tag!("ServiceUpdate"), self.service_updates.as_deref());
    }
}

impl Encode for types::SlotMigration {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ProgressPercentage"), self.progress_percentage.as_ref());
    }
}

impl Encode for types::Snapshot {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("SnapshotName"), self.snapshot_name.as_ref());
        writer.optional(tag!("ReplicationGroupId"), self.replication_group_id.as_ref());
        writer.optional(tag!("ReplicationGroupDescription"), self.replication_group_description.as_ref());
        writer.optional(tag!("CacheClusterId"), self.cache_cluster_id.as_ref());
        writer.optional(tag!("SnapshotStatus"), self.snapshot_status.as_ref());
        writer.optional(tag!("SnapshotSource"), self.snapshot_source.as_ref());
        writer.optional(tag!("CacheNodeType"), self.cache_node_type.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.optional(tag!("EngineVersion"), self.engine_version.as_ref());
        writer.optional(tag!("NumCacheNodes"), self.num_cache_nodes.as_ref());
        writer.optional(tag!("PreferredAvailabilityZone"), self.preferred_availability_zone.as_ref());
        writer.optional(tag!("PreferredOutpostArn"), self.preferred_outpost_arn.as_ref());
        writer.optional(tag!("CacheClusterCreateTime"), self.cache_cluster_create_time.as_ref());
        writer.optional(tag!("PreferredMaintenanceWindow"), self.preferred_maintenance_window.as_ref());
        writer.optional(tag!("TopicArn"), self.topic_arn.as_ref());
        writer.optional(tag!("Port"), self.port.as_ref());
        writer.optional(tag!("CacheParameterGroupName"), self.cache_parameter_group_name.as_ref());
        writer.optional(tag!("CacheSubnetGroupName"), self.cache_subnet_group_name.as_ref());
        writer.optional(tag!("VpcId"), self.vpc_id.as_ref());
        writer.optional(tag!("AutoMinorVersionUpgrade"), self.auto_minor_version_upgrade.as_ref());
        writer.optional(tag!("SnapshotRetentionLimit"), self.snapshot_retention_limit.as_ref());
        writer.optional(tag!("SnapshotWindow"), self.snapshot_window.as_ref());
        writer.optional(tag!("NumNodeGroups"), self.num_node_groups.as_ref());
        writer.optional(tag!("AutomaticFailover"), self.automatic_failover.as_ref());
        writer.list(tag!("NodeSnapshots"), tag!("NodeSnapshot"), self.node_snapshots.as_deref());
        writer.optional(tag!("KmsKeyId"), self.kms_key_id.as_ref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
        writer.optional(tag!("DataTiering"), self.data_tiering.as_ref());
        writer.optional(tag!("Durability"), self.durability.as_ref());
    }
}

impl Encode for types::StartMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
        writer.optional(tag!("ServerlessCache"), self.serverless_cache.as_ref());
    }
}

impl Encode for types::StopMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ServerlessCache"), self.serverless_cache.as_ref());
    }
}

impl Encode for types::Subnet {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("SubnetIdentifier"), self.subnet_identifier.as_ref());
        writer.optional(tag!("SubnetAvailabilityZone"), self.subnet_availability_zone.as_ref());
        writer.optional(tag!("SubnetOutpost"), self.subnet_outpost.as_ref());
        writer.list(tag!("SupportedNetworkTypes"), tag!("member"), self.supported_network_types.as_deref());
    }
}

impl Encode for types::SubnetOutpost {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("SubnetOutpostArn"), self.subnet_outpost_arn.as_ref());
    }
}

impl Encode for types::Tag {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Key"), self.key.as_ref());
        writer.optional(tag!("Value"), self.value.as_ref());
    }
}

impl Encode for types::TagListMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list(tag!("TagList"), tag!("Tag"), self.tag_list.as_deref());
    }
}

impl Encode for types::TestFailoverResult {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
    }
}

impl Encode for types::TestMigrationResponse {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroup"), self.replication_group.as_ref());
    }
}

impl Encode for types::UnprocessedUpdateAction {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroupId"), self.replication_group_id.as_ref());
        writer.optional(tag!("CacheClusterId"), self.cache_cluster_id.as_ref());
        writer.optional(tag!("ServiceUpdateName"), self.service_update_name.as_ref());
        writer.optional(tag!("ErrorType"), self.error_type.as_ref());
        writer.optional(tag!("ErrorMessage"), self.error_message.as_ref());
    }
}

impl Encode for types::UpdateAction {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("ReplicationGroupId"), self.replication_group_id.as_ref());
        writer.optional(tag!("CacheClusterId"), self.cache_cluster_id.as_ref());
        writer.optional(tag!("ServiceUpdateName"), self.service_update_name.as_ref());
        writer.optional(tag!("ServiceUpdateReleaseDate"), self.service_update_release_date.as_ref());
        writer.optional(tag!("ServiceUpdateSeverity"), self.service_update_severity.as_ref());
        writer.optional(tag!("ServiceUpdateStatus"), self.service_update_status.as_ref());
        writer.optional(
            tag!("ServiceUpdateRecommendedApplyByDate"),
            self.service_update_recommended_apply_by_date.as_ref(),
        );
        writer.optional(tag!("ServiceUpdateType"), self.service_update_type.as_ref());
        writer.optional(tag!("UpdateActionAvailableDate"), self.update_action_available_date.as_ref());
        writer.optional(tag!("UpdateActionStatus"), self.update_action_status.as_ref());
        writer.optional(tag!("NodesUpdated"), self.nodes_updated.as_ref());
        writer.optional(tag!("UpdateActionStatusModifiedDate"), self.update_action_status_modified_date.as_ref());
        writer.optional(tag!("SlaMet"), self.sla_met.as_ref());
        writer.list(
            tag!("NodeGroupUpdateStatus"),
            tag!("NodeGroupUpdateStatus"),
            self.node_group_update_status.as_deref(),
        );
        writer.list(
            tag!("CacheNodeUpdateStatus"),
            tag!("CacheNodeUpdateStatus"),
            self.cache_node_update_status.as_deref(),
        );
        writer.optional(tag!("EstimatedUpdateTime"), self.estimated_update_time.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
    }
}

impl Encode for types::UpdateActionResultsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list(
            tag!("ProcessedUpdateActions"),
            tag!("ProcessedUpdateAction"),
            self.processed_update_actions.as_deref(),
        );
        writer.list(
            tag!("UnprocessedUpdateActions"),
            tag!("UnprocessedUpdateAction"),
            self.unprocessed_update_actions.as_deref(),
        );
    }
}

impl Encode for types::UpdateActionsMessage {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("Marker"), self.marker.as_ref());
        writer.list(tag!("UpdateActions"), tag!("UpdateAction"), self.update_actions.as_deref());
    }
}

impl Encode for types::User {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("UserId"), self.user_id.as_ref());
        writer.optional(tag!("UserName"), self.user_name.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.optional(tag!("MinimumEngineVersion"), self.minimum_engine_version.as_ref());
        writer.optional(tag!("AccessString"), self.access_string.as_ref());
        writer.list(tag!("UserGroupIds"), tag!("member"), self.user_group_ids.as_deref());
        writer.optional(tag!("Authentication"), self.authentication.as_ref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
    }
}

impl Encode for types::UserGroup {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.optional(tag!("UserGroupId"), self.user_group_id.as_ref());
        writer.optional(tag!("Status"), self.status.as_ref());
        writer.optional(tag!("Engine"), self.engine.as_ref());
        writer.list(tag!("UserIds"), tag!("member"), self.user_ids.as_deref());
        writer.optional(tag!("MinimumEngineVersion"), self.minimum_engine_version.as_ref());
        writer.optional(tag!("PendingChanges"), self.pending_changes.as_ref());
        writer.list(tag!("ReplicationGroups"), tag!("member"), self.replication_groups.as_deref());
        writer.list(tag!("ServerlessCaches"), tag!("member"), self.serverless_caches.as_deref());
        writer.optional(tag!("ARN"), self.arn.as_ref());
    }
}

impl Encode for types::UserGroupPendingChanges {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list(tag!("UserIdsToRemove"), tag!("member"), self.user_ids_to_remove.as_deref());
        writer.list(tag!("UserIdsToAdd"), tag!("member"), self.user_ids_to_add.as_deref());
    }
}

impl Encode for types::UserGroupsUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        writer.list(tag!("UserGroupIdsToAdd"), tag!("member"), self.user_group_ids_to_add.as_deref());
        writer.list(tag!("UserGroupIdsToRemove"), tag!("member"), self.user_group_ids_to_remove.as_deref());
    }
}
