// Written from `elasticache-2015-02-02.json` by the test `wire::generated`. Do not edit.

//! How each structure of a request is read from the parameters.

use super::types;
use crate::protocol::AwsError;
use crate::protocol::query::{Decode, Node};

impl Decode for types::AddTagsToResourceMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { resource_name: node.required("ResourceName")?, tags: node.required_list("Tags", "Tag")? })
    }
}

impl Decode for types::AuthenticationMode {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { r#type: node.optional("Type")?, passwords: node.list("Passwords", "member")? })
    }
}

impl Decode for types::AuthorizeCacheSecurityGroupIngressMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_security_group_name: node.required("CacheSecurityGroupName")?,
            ec2_security_group_name: node.required("EC2SecurityGroupName")?,
            ec2_security_group_owner_id: node.required("EC2SecurityGroupOwnerId")?,
        })
    }
}

impl Decode for types::BatchApplyUpdateActionMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_ids: node.list("ReplicationGroupIds", "member")?,
            cache_cluster_ids: node.list("CacheClusterIds", "member")?,
            service_update_name: node.required("ServiceUpdateName")?,
        })
    }
}

impl Decode for types::BatchStopUpdateActionMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_ids: node.list("ReplicationGroupIds", "member")?,
            cache_cluster_ids: node.list("CacheClusterIds", "member")?,
            service_update_name: node.required("ServiceUpdateName")?,
        })
    }
}

impl Decode for types::CacheUsageLimits {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { data_storage: node.optional("DataStorage")?, ecpu_per_second: node.optional("ECPUPerSecond")? })
    }
}

impl Decode for types::CloudWatchLogsDestinationDetails {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { log_group: node.optional("LogGroup")? })
    }
}

impl Decode for types::CompleteMigrationMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.optional("ReplicationGroupId")?,
            serverless_cache_name: node.optional("ServerlessCacheName")?,
            force: node.optional("Force")?,
        })
    }
}

impl Decode for types::ConfigureShard {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            node_group_id: node.required("NodeGroupId")?,
            new_replica_count: node.required("NewReplicaCount")?,
            preferred_availability_zones: node.list("PreferredAvailabilityZones", "PreferredAvailabilityZone")?,
            preferred_outpost_arns: node.list("PreferredOutpostArns", "PreferredOutpostArn")?,
        })
    }
}

impl Decode for types::CopyServerlessCacheSnapshotRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            source_serverless_cache_snapshot_name: node.required("SourceServerlessCacheSnapshotName")?,
            target_serverless_cache_snapshot_name: node.required("TargetServerlessCacheSnapshotName")?,
            kms_key_id: node.optional("KmsKeyId")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::CopySnapshotMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            source_snapshot_name: node.required("SourceSnapshotName")?,
            target_snapshot_name: node.required("TargetSnapshotName")?,
            target_bucket: node.optional("TargetBucket")?,
            kms_key_id: node.optional("KmsKeyId")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::CreateCacheClusterMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_cluster_id: node.required("CacheClusterId")?,
            replication_group_id: node.optional("ReplicationGroupId")?,
            az_mode: node.optional("AZMode")?,
            preferred_availability_zone: node.optional("PreferredAvailabilityZone")?,
            preferred_availability_zones: node.list("PreferredAvailabilityZones", "PreferredAvailabilityZone")?,
            num_cache_nodes: node.optional("NumCacheNodes")?,
            cache_node_type: node.optional("CacheNodeType")?,
            engine: node.optional("Engine")?,
            engine_version: node.optional("EngineVersion")?,
            cache_parameter_group_name: node.optional("CacheParameterGroupName")?,
            cache_subnet_group_name: node.optional("CacheSubnetGroupName")?,
            cache_security_group_names: node.list("CacheSecurityGroupNames", "CacheSecurityGroupName")?,
            security_group_ids: node.list("SecurityGroupIds", "SecurityGroupId")?,
            tags: node.list("Tags", "Tag")?,
            snapshot_arns: node.list("SnapshotArns", "SnapshotArn")?,
            snapshot_name: node.optional("SnapshotName")?,
            preferred_maintenance_window: node.optional("PreferredMaintenanceWindow")?,
            port: node.optional("Port")?,
            notification_topic_arn: node.optional("NotificationTopicArn")?,
            auto_minor_version_upgrade: node.optional("AutoMinorVersionUpgrade")?,
            snapshot_retention_limit: node.optional("SnapshotRetentionLimit")?,
            snapshot_window: node.optional("SnapshotWindow")?,
            auth_token: node.optional("AuthToken")?,
            outpost_mode: node.optional("OutpostMode")?,
            preferred_outpost_arn: node.optional("PreferredOutpostArn")?,
            preferred_outpost_arns: node.list("PreferredOutpostArns", "PreferredOutpostArn")?,
            log_delivery_configurations: node.list("LogDeliveryConfigurations", "LogDeliveryConfigurationRequest")?,
            transit_encryption_enabled: node.optional("TransitEncryptionEnabled")?,
            network_type: node.optional("NetworkType")?,
            ip_discovery: node.optional("IpDiscovery")?,
        })
    }
}

impl Decode for types::CreateCacheParameterGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_parameter_group_name: node.required("CacheParameterGroupName")?,
            cache_parameter_group_family: node.required("CacheParameterGroupFamily")?,
            description: node.required("Description")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::CreateCacheSecurityGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_security_group_name: node.required("CacheSecurityGroupName")?,
            description: node.required("Description")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::CreateCacheSubnetGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_subnet_group_name: node.required("CacheSubnetGroupName")?,
            cache_subnet_group_description: node.required("CacheSubnetGroupDescription")?,
            subnet_ids: node.required_list("SubnetIds", "SubnetIdentifier")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::CreateGlobalReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            global_replication_group_id_suffix: node.required("GlobalReplicationGroupIdSuffix")?,
            global_replication_group_description: node.optional("GlobalReplicationGroupDescription")?,
            primary_replication_group_id: node.required("PrimaryReplicationGroupId")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::CreateReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.required("ReplicationGroupId")?,
            replication_group_description: node.required("ReplicationGroupDescription")?,
            global_replication_group_id: node.optional("GlobalReplicationGroupId")?,
            primary_cluster_id: node.optional("PrimaryClusterId")?,
            automatic_failover_enabled: node.optional("AutomaticFailoverEnabled")?,
            multi_az_enabled: node.optional("MultiAZEnabled")?,
            num_cache_clusters: node.optional("NumCacheClusters")?,
            preferred_cache_cluster_azs: node.list("PreferredCacheClusterAZs", "AvailabilityZone")?,
            num_node_groups: node.optional("NumNodeGroups")?,
            replicas_per_node_group: node.optional("ReplicasPerNodeGroup")?,
            node_group_configuration: node.list("NodeGroupConfiguration", "NodeGroupConfiguration")?,
            cache_node_type: node.optional("CacheNodeType")?,
            engine: node.optional("Engine")?,
            engine_version: node.optional("EngineVersion")?,
            cache_parameter_group_name: node.optional("CacheParameterGroupName")?,
            cache_subnet_group_name: node.optional("CacheSubnetGroupName")?,
            cache_security_group_names: node.list("CacheSecurityGroupNames", "CacheSecurityGroupName")?,
            security_group_ids: node.list("SecurityGroupIds", "SecurityGroupId")?,
            tags: node.list("Tags", "Tag")?,
            snapshot_arns: node.list("SnapshotArns", "SnapshotArn")?,
            snapshot_name: node.optional("SnapshotName")?,
            preferred_maintenance_window: node.optional("PreferredMaintenanceWindow")?,
            port: node.optional("Port")?,
            notification_topic_arn: node.optional("NotificationTopicArn")?,
            auto_minor_version_upgrade: node.optional("AutoMinorVersionUpgrade")?,
            snapshot_retention_limit: node.optional("SnapshotRetentionLimit")?,
            snapshot_window: node.optional("SnapshotWindow")?,
            auth_token: node.optional("AuthToken")?,
            transit_encryption_enabled: node.optional("TransitEncryptionEnabled")?,
            at_rest_encryption_enabled: node.optional("AtRestEncryptionEnabled")?,
            kms_key_id: node.optional("KmsKeyId")?,
            user_group_ids: node.list("UserGroupIds", "member")?,
            log_delivery_configurations: node.list("LogDeliveryConfigurations", "LogDeliveryConfigurationRequest")?,
            data_tiering_enabled: node.optional("DataTieringEnabled")?,
            network_type: node.optional("NetworkType")?,
            ip_discovery: node.optional("IpDiscovery")?,
            transit_encryption_mode: node.optional("TransitEncryptionMode")?,
            cluster_mode: node.optional("ClusterMode")?,
            serverless_cache_snapshot_name: node.optional("ServerlessCacheSnapshotName")?,
            durability: node.optional("Durability")?,
        })
    }
}

impl Decode for types::CreateServerlessCacheRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            serverless_cache_name: node.required("ServerlessCacheName")?,
            description: node.optional_or_empty("Description")?,
            engine: node.required("Engine")?,
            major_engine_version: node.optional("MajorEngineVersion")?,
            cache_usage_limits: node.optional("CacheUsageLimits")?,
            kms_key_id: node.optional("KmsKeyId")?,
            security_group_ids: node.list("SecurityGroupIds", "SecurityGroupId")?,
            snapshot_arns_to_restore: node.list("SnapshotArnsToRestore", "SnapshotArn")?,
            tags: node.list("Tags", "Tag")?,
            user_group_id: node.optional("UserGroupId")?,
            subnet_ids: node.list("SubnetIds", "SubnetId")?,
            snapshot_retention_limit: node.optional("SnapshotRetentionLimit")?,
            daily_snapshot_time: node.optional("DailySnapshotTime")?,
            network_type: node.optional("NetworkType")?,
            connection_type: node.optional("ConnectionType")?,
            integrations: node.list("Integrations", "IntegrationRequest")?,
        })
    }
}

impl Decode for types::CreateServerlessCacheSnapshotRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            serverless_cache_snapshot_name: node.required("ServerlessCacheSnapshotName")?,
            serverless_cache_name: node.required("ServerlessCacheName")?,
            kms_key_id: node.optional("KmsKeyId")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::CreateSnapshotMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.optional("ReplicationGroupId")?,
            cache_cluster_id: node.optional("CacheClusterId")?,
            snapshot_name: node.required("SnapshotName")?,
            kms_key_id: node.optional("KmsKeyId")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::CreateUserGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            user_group_id: node.required("UserGroupId")?,
            engine: node.required("Engine")?,
            user_ids: node.list("UserIds", "member")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::CreateUserMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            user_id: node.required("UserId")?,
            user_name: node.required("UserName")?,
            engine: node.required("Engine")?,
            passwords: node.list("Passwords", "member")?,
            access_string: node.required("AccessString")?,
            no_password_required: node.optional("NoPasswordRequired")?,
            tags: node.list("Tags", "Tag")?,
            authentication_mode: node.optional("AuthenticationMode")?,
        })
    }
}

impl Decode for types::CustomerNodeEndpoint {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { address: node.optional("Address")?, port: node.optional("Port")? })
    }
}

impl Decode for types::DataStorage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            maximum: node.optional("Maximum")?,
            minimum: node.optional("Minimum")?,
            unit: node.required("Unit")?,
        })
    }
}

impl Decode for types::DecreaseNodeGroupsInGlobalReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            global_replication_group_id: node.required("GlobalReplicationGroupId")?,
            node_group_count: node.required("NodeGroupCount")?,
            global_node_groups_to_remove: node.list("GlobalNodeGroupsToRemove", "GlobalNodeGroupId")?,
            global_node_groups_to_retain: node.list("GlobalNodeGroupsToRetain", "GlobalNodeGroupId")?,
            apply_immediately: node.required("ApplyImmediately")?,
        })
    }
}

impl Decode for types::DecreaseReplicaCountMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.required("ReplicationGroupId")?,
            new_replica_count: node.optional("NewReplicaCount")?,
            replica_configuration: node.list("ReplicaConfiguration", "ConfigureShard")?,
            replicas_to_remove: node.list("ReplicasToRemove", "member")?,
            apply_immediately: node.required("ApplyImmediately")?,
        })
    }
}

impl Decode for types::DeleteCacheClusterMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_cluster_id: node.required("CacheClusterId")?,
            final_snapshot_identifier: node.optional("FinalSnapshotIdentifier")?,
        })
    }
}

impl Decode for types::DeleteCacheParameterGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { cache_parameter_group_name: node.required("CacheParameterGroupName")? })
    }
}

impl Decode for types::DeleteCacheSecurityGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { cache_security_group_name: node.required("CacheSecurityGroupName")? })
    }
}

impl Decode for types::DeleteCacheSubnetGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { cache_subnet_group_name: node.required("CacheSubnetGroupName")? })
    }
}

impl Decode for types::DeleteGlobalReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            global_replication_group_id: node.required("GlobalReplicationGroupId")?,
            retain_primary_replication_group: node.required("RetainPrimaryReplicationGroup")?,
        })
    }
}

impl Decode for types::DeleteReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.required("ReplicationGroupId")?,
            retain_primary_cluster: node.optional("RetainPrimaryCluster")?,
            final_snapshot_identifier: node.optional("FinalSnapshotIdentifier")?,
        })
    }
}

impl Decode for types::DeleteServerlessCacheRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            serverless_cache_name: node.required("ServerlessCacheName")?,
            final_snapshot_name: node.optional("FinalSnapshotName")?,
        })
    }
}

impl Decode for types::DeleteServerlessCacheSnapshotRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { serverless_cache_snapshot_name: node.required("ServerlessCacheSnapshotName")? })
    }
}

impl Decode for types::DeleteSnapshotMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { snapshot_name: node.required("SnapshotName")? })
    }
}

impl Decode for types::DeleteUserGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { user_group_id: node.required("UserGroupId")? })
    }
}

impl Decode for types::DeleteUserMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { user_id: node.required("UserId")? })
    }
}

impl Decode for types::DescribeCacheClustersMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_cluster_id: node.optional("CacheClusterId")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
            show_cache_node_info: node.optional("ShowCacheNodeInfo")?,
            show_cache_clusters_not_in_replication_groups: node.optional("ShowCacheClustersNotInReplicationGroups")?,
        })
    }
}

impl Decode for types::DescribeCacheEngineVersionsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            engine: node.optional("Engine")?,
            engine_version: node.optional("EngineVersion")?,
            cache_parameter_group_family: node.optional("CacheParameterGroupFamily")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
            default_only: node.optional("DefaultOnly")?,
        })
    }
}

impl Decode for types::DescribeCacheParameterGroupsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_parameter_group_name: node.optional("CacheParameterGroupName")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeCacheParametersMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_parameter_group_name: node.required("CacheParameterGroupName")?,
            source: node.optional("Source")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeCacheSecurityGroupsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_security_group_name: node.optional("CacheSecurityGroupName")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeCacheSubnetGroupsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_subnet_group_name: node.optional("CacheSubnetGroupName")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeEngineDefaultParametersMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_parameter_group_family: node.required("CacheParameterGroupFamily")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeEventsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            source_identifier: node.optional("SourceIdentifier")?,
            source_type: node.optional("SourceType")?,
            start_time: node.optional("StartTime")?,
            end_time: node.optional("EndTime")?,
            duration: node.optional("Duration")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeGlobalReplicationGroupsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            global_replication_group_id: node.optional("GlobalReplicationGroupId")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
            show_member_info: node.optional("ShowMemberInfo")?,
        })
    }
}

impl Decode for types::DescribeReplicationGroupsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.optional("ReplicationGroupId")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeReservedCacheNodesMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            reserved_cache_node_id: node.optional("ReservedCacheNodeId")?,
            reserved_cache_nodes_offering_id: node.optional("ReservedCacheNodesOfferingId")?,
            cache_node_type: node.optional("CacheNodeType")?,
            duration: node.optional("Duration")?,
            product_description: node.optional("ProductDescription")?,
            offering_type: node.optional("OfferingType")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeReservedCacheNodesOfferingsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            reserved_cache_nodes_offering_id: node.optional("ReservedCacheNodesOfferingId")?,
            cache_node_type: node.optional("CacheNodeType")?,
            duration: node.optional("Duration")?,
            product_description: node.optional("ProductDescription")?,
            offering_type: node.optional("OfferingType")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeServerlessCacheSnapshotsRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            serverless_cache_name: node.optional("ServerlessCacheName")?,
            serverless_cache_snapshot_name: node.optional("ServerlessCacheSnapshotName")?,
            snapshot_type: node.optional("SnapshotType")?,
            next_token: node.optional("NextToken")?,
            max_results: node.optional("MaxResults")?,
        })
    }
}

impl Decode for types::DescribeServerlessCachesRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            serverless_cache_name: node.optional("ServerlessCacheName")?,
            max_results: node.optional("MaxResults")?,
            next_token: node.optional("NextToken")?,
        })
    }
}

impl Decode for types::DescribeServiceUpdatesMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            service_update_name: node.optional("ServiceUpdateName")?,
            service_update_status: node.list("ServiceUpdateStatus", "member")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeSnapshotsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.optional("ReplicationGroupId")?,
            cache_cluster_id: node.optional("CacheClusterId")?,
            snapshot_name: node.optional("SnapshotName")?,
            snapshot_source: node.optional("SnapshotSource")?,
            marker: node.optional("Marker")?,
            max_records: node.optional("MaxRecords")?,
            show_node_group_config: node.optional("ShowNodeGroupConfig")?,
        })
    }
}

impl Decode for types::DescribeUpdateActionsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            service_update_name: node.optional("ServiceUpdateName")?,
            replication_group_ids: node.list("ReplicationGroupIds", "member")?,
            cache_cluster_ids: node.list("CacheClusterIds", "member")?,
            engine: node.optional("Engine")?,
            service_update_status: node.list("ServiceUpdateStatus", "member")?,
            service_update_time_range: node.optional("ServiceUpdateTimeRange")?,
            update_action_status: node.list("UpdateActionStatus", "member")?,
            show_node_level_update_status: node.optional("ShowNodeLevelUpdateStatus")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeUserGroupsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            user_group_id: node.optional("UserGroupId")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DescribeUsersMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            engine: node.optional("Engine")?,
            user_id: node.optional("UserId")?,
            filters: node.list("Filters", "member")?,
            max_records: node.optional("MaxRecords")?,
            marker: node.optional("Marker")?,
        })
    }
}

impl Decode for types::DestinationDetails {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cloud_watch_logs_details: node.optional("CloudWatchLogsDetails")?,
            kinesis_firehose_details: node.optional("KinesisFirehoseDetails")?,
        })
    }
}

impl Decode for types::DisassociateGlobalReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            global_replication_group_id: node.required("GlobalReplicationGroupId")?,
            replication_group_id: node.required("ReplicationGroupId")?,
            replication_group_region: node.required("ReplicationGroupRegion")?,
        })
    }
}

impl Decode for types::ECPUPerSecond {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { maximum: node.optional("Maximum")?, minimum: node.optional("Minimum")? })
    }
}

impl Decode for types::ExportServerlessCacheSnapshotRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            serverless_cache_snapshot_name: node.required("ServerlessCacheSnapshotName")?,
            s3_bucket_name: node.required("S3BucketName")?,
        })
    }
}

impl Decode for types::FailoverGlobalReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            global_replication_group_id: node.required("GlobalReplicationGroupId")?,
            primary_region: node.required("PrimaryRegion")?,
            primary_replication_group_id: node.required("PrimaryReplicationGroupId")?,
        })
    }
}

impl Decode for types::Filter {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { name: node.required("Name")?, values: node.required_list("Values", "member")? })
    }
}

impl Decode for types::IncreaseNodeGroupsInGlobalReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            global_replication_group_id: node.required("GlobalReplicationGroupId")?,
            node_group_count: node.required("NodeGroupCount")?,
            regional_configurations: node.list("RegionalConfigurations", "RegionalConfiguration")?,
            apply_immediately: node.required("ApplyImmediately")?,
        })
    }
}

impl Decode for types::IncreaseReplicaCountMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.required("ReplicationGroupId")?,
            new_replica_count: node.optional("NewReplicaCount")?,
            replica_configuration: node.list("ReplicaConfiguration", "ConfigureShard")?,
            apply_immediately: node.required("ApplyImmediately")?,
        })
    }
}

impl Decode for types::IntegrationRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { integration_type: node.optional("IntegrationType")? })
    }
}

impl Decode for types::KinesisFirehoseDestinationDetails {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { delivery_stream: node.optional("DeliveryStream")? })
    }
}

impl Decode for types::ListAllowedNodeTypeModificationsMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_cluster_id: node.optional("CacheClusterId")?,
            replication_group_id: node.optional("ReplicationGroupId")?,
        })
    }
}

impl Decode for types::ListTagsForResourceMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { resource_name: node.required("ResourceName")? })
    }
}

impl Decode for types::LogDeliveryConfigurationRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            log_type: node.optional("LogType")?,
            destination_type: node.optional("DestinationType")?,
            destination_details: node.optional("DestinationDetails")?,
            log_format: node.optional("LogFormat")?,
            enabled: node.optional("Enabled")?,
        })
    }
}

impl Decode for types::ModifyCacheClusterMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_cluster_id: node.required("CacheClusterId")?,
            num_cache_nodes: node.optional("NumCacheNodes")?,
            cache_node_ids_to_remove: node.list("CacheNodeIdsToRemove", "CacheNodeId")?,
            az_mode: node.optional("AZMode")?,
            new_availability_zones: node.list("NewAvailabilityZones", "PreferredAvailabilityZone")?,
            cache_security_group_names: node.list("CacheSecurityGroupNames", "CacheSecurityGroupName")?,
            security_group_ids: node.list("SecurityGroupIds", "SecurityGroupId")?,
            preferred_maintenance_window: node.optional("PreferredMaintenanceWindow")?,
            notification_topic_arn: node.optional_or_empty("NotificationTopicArn")?,
            cache_parameter_group_name: node.optional("CacheParameterGroupName")?,
            notification_topic_status: node.optional("NotificationTopicStatus")?,
            apply_immediately: node.optional("ApplyImmediately")?,
            engine: node.optional("Engine")?,
            engine_version: node.optional("EngineVersion")?,
            auto_minor_version_upgrade: node.optional("AutoMinorVersionUpgrade")?,
            snapshot_retention_limit: node.optional("SnapshotRetentionLimit")?,
            snapshot_window: node.optional("SnapshotWindow")?,
            cache_node_type: node.optional("CacheNodeType")?,
            auth_token: node.optional("AuthToken")?,
            auth_token_update_strategy: node.optional("AuthTokenUpdateStrategy")?,
            log_delivery_configurations: node.list("LogDeliveryConfigurations", "LogDeliveryConfigurationRequest")?,
            ip_discovery: node.optional("IpDiscovery")?,
            scale_config: node.optional("ScaleConfig")?,
        })
    }
}

impl Decode for types::ModifyCacheParameterGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_parameter_group_name: node.required("CacheParameterGroupName")?,
            parameter_name_values: node.required_list("ParameterNameValues", "ParameterNameValue")?,
        })
    }
}

impl Decode for types::ModifyCacheSubnetGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_subnet_group_name: node.required("CacheSubnetGroupName")?,
            cache_subnet_group_description: node.optional("CacheSubnetGroupDescription")?,
            subnet_ids: node.list("SubnetIds", "SubnetIdentifier")?,
        })
    }
}

impl Decode for types::ModifyGlobalReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            global_replication_group_id: node.required("GlobalReplicationGroupId")?,
            apply_immediately: node.required("ApplyImmediately")?,
            cache_node_type: node.optional("CacheNodeType")?,
            engine: node.optional("Engine")?,
            engine_version: node.optional("EngineVersion")?,
            cache_parameter_group_name: node.optional("CacheParameterGroupName")?,
            global_replication_group_description: node.optional("GlobalReplicationGroupDescription")?,
            automatic_failover_enabled: node.optional("AutomaticFailoverEnabled")?,
        })
    }
}

impl Decode for types::ModifyReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.required("ReplicationGroupId")?,
            replication_group_description: node.optional("ReplicationGroupDescription")?,
            primary_cluster_id: node.optional("PrimaryClusterId")?,
            snapshotting_cluster_id: node.optional("SnapshottingClusterId")?,
            automatic_failover_enabled: node.optional("AutomaticFailoverEnabled")?,
            multi_az_enabled: node.optional("MultiAZEnabled")?,
            node_group_id: node.optional("NodeGroupId")?,
            cache_security_group_names: node.list("CacheSecurityGroupNames", "CacheSecurityGroupName")?,
            security_group_ids: node.list("SecurityGroupIds", "SecurityGroupId")?,
            preferred_maintenance_window: node.optional("PreferredMaintenanceWindow")?,
            notification_topic_arn: node.optional_or_empty("NotificationTopicArn")?,
            cache_parameter_group_name: node.optional("CacheParameterGroupName")?,
            notification_topic_status: node.optional("NotificationTopicStatus")?,
            apply_immediately: node.optional("ApplyImmediately")?,
            engine: node.optional("Engine")?,
            engine_version: node.optional("EngineVersion")?,
            auto_minor_version_upgrade: node.optional("AutoMinorVersionUpgrade")?,
            snapshot_retention_limit: node.optional("SnapshotRetentionLimit")?,
            snapshot_window: node.optional("SnapshotWindow")?,
            cache_node_type: node.optional("CacheNodeType")?,
            auth_token: node.optional("AuthToken")?,
            auth_token_update_strategy: node.optional("AuthTokenUpdateStrategy")?,
            user_group_ids_to_add: node.list("UserGroupIdsToAdd", "member")?,
            user_group_ids_to_remove: node.list("UserGroupIdsToRemove", "member")?,
            remove_user_groups: node.optional("RemoveUserGroups")?,
            log_delivery_configurations: node.list("LogDeliveryConfigurations", "LogDeliveryConfigurationRequest")?,
            ip_discovery: node.optional("IpDiscovery")?,
            transit_encryption_enabled: node.optional("TransitEncryptionEnabled")?,
            transit_encryption_mode: node.optional("TransitEncryptionMode")?,
            cluster_mode: node.optional("ClusterMode")?,
            durability: node.optional("Durability")?,
        })
    }
}

impl Decode for types::ModifyReplicationGroupShardConfigurationMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.required("ReplicationGroupId")?,
            node_group_count: node.required("NodeGroupCount")?,
            apply_immediately: node.required("ApplyImmediately")?,
            resharding_configuration: node.list("ReshardingConfiguration", "ReshardingConfiguration")?,
            node_groups_to_remove: node.list("NodeGroupsToRemove", "NodeGroupToRemove")?,
            node_groups_to_retain: node.list("NodeGroupsToRetain", "NodeGroupToRetain")?,
        })
    }
}

impl Decode for types::ModifyServerlessCacheRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            serverless_cache_name: node.required("ServerlessCacheName")?,
            description: node.optional_or_empty("Description")?,
            cache_usage_limits: node.optional("CacheUsageLimits")?,
            remove_user_group: node.optional("RemoveUserGroup")?,
            user_group_id: node.optional("UserGroupId")?,
            security_group_ids: node.list("SecurityGroupIds", "SecurityGroupId")?,
            snapshot_retention_limit: node.optional("SnapshotRetentionLimit")?,
            daily_snapshot_time: node.optional("DailySnapshotTime")?,
            engine: node.optional("Engine")?,
            major_engine_version: node.optional("MajorEngineVersion")?,
        })
    }
}

impl Decode for types::ModifyUserGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            user_group_id: node.required("UserGroupId")?,
            user_ids_to_add: node.list("UserIdsToAdd", "member")?,
            user_ids_to_remove: node.list("UserIdsToRemove", "member")?,
            engine: node.optional("Engine")?,
        })
    }
}

impl Decode for types::ModifyUserMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            user_id: node.required("UserId")?,
            access_string: node.optional("AccessString")?,
            append_access_string: node.optional("AppendAccessString")?,
            passwords: node.list("Passwords", "member")?,
            no_password_required: node.optional("NoPasswordRequired")?,
            authentication_mode: node.optional("AuthenticationMode")?,
            engine: node.optional("Engine")?,
        })
    }
}

impl Decode for types::NodeGroupConfiguration {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            node_group_id: node.optional("NodeGroupId")?,
            slots: node.optional("Slots")?,
            replica_count: node.optional("ReplicaCount")?,
            primary_availability_zone: node.optional("PrimaryAvailabilityZone")?,
            replica_availability_zones: node.list("ReplicaAvailabilityZones", "AvailabilityZone")?,
            primary_outpost_arn: node.optional("PrimaryOutpostArn")?,
            replica_outpost_arns: node.list("ReplicaOutpostArns", "OutpostArn")?,
        })
    }
}

impl Decode for types::ParameterNameValue {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { parameter_name: node.optional("ParameterName")?, parameter_value: node.optional("ParameterValue")? })
    }
}

impl Decode for types::PrepareMigrationRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            serverless_cache_name: node.required("ServerlessCacheName")?,
            customer_node_endpoint_list: node.required_list("CustomerNodeEndpointList", "member")?,
            source_authentication_configuration: node.optional("SourceAuthenticationConfiguration")?,
            source_tls_configuration: node.optional("SourceTlsConfiguration")?,
        })
    }
}

impl Decode for types::PurchaseReservedCacheNodesOfferingMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            reserved_cache_nodes_offering_id: node.required("ReservedCacheNodesOfferingId")?,
            reserved_cache_node_id: node.optional("ReservedCacheNodeId")?,
            cache_node_count: node.optional("CacheNodeCount")?,
            tags: node.list("Tags", "Tag")?,
        })
    }
}

impl Decode for types::RebalanceSlotsInGlobalReplicationGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            global_replication_group_id: node.required("GlobalReplicationGroupId")?,
            apply_immediately: node.required("ApplyImmediately")?,
        })
    }
}

impl Decode for types::RebootCacheClusterMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_cluster_id: node.required("CacheClusterId")?,
            cache_node_ids_to_reboot: node.required_list("CacheNodeIdsToReboot", "CacheNodeId")?,
        })
    }
}

impl Decode for types::RegionalConfiguration {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.required("ReplicationGroupId")?,
            replication_group_region: node.required("ReplicationGroupRegion")?,
            resharding_configuration: node.required_list("ReshardingConfiguration", "ReshardingConfiguration")?,
        })
    }
}

impl Decode for types::RemoveTagsFromResourceMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { resource_name: node.required("ResourceName")?, tag_keys: node.required_list("TagKeys", "member")? })
    }
}

impl Decode for types::ResetCacheParameterGroupMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_parameter_group_name: node.required("CacheParameterGroupName")?,
            reset_all_parameters: node.optional("ResetAllParameters")?,
            parameter_name_values: node.list("ParameterNameValues", "ParameterNameValue")?,
        })
    }
}

impl Decode for types::ReshardingConfiguration {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            node_group_id: node.optional("NodeGroupId")?,
            preferred_availability_zones: node.list("PreferredAvailabilityZones", "AvailabilityZone")?,
        })
    }
}

impl Decode for types::RevokeCacheSecurityGroupIngressMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            cache_security_group_name: node.required("CacheSecurityGroupName")?,
            ec2_security_group_name: node.required("EC2SecurityGroupName")?,
            ec2_security_group_owner_id: node.required("EC2SecurityGroupOwnerId")?,
        })
    }
}

impl Decode for types::ScaleConfig {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            scale_percentage: node.optional("ScalePercentage")?,
            scale_interval_minutes: node.optional("ScaleIntervalMinutes")?,
        })
    }
}

impl Decode for types::SecretManagerAuthConfig {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { secret_arn: node.optional("SecretArn")? })
    }
}

impl Decode for types::SourceAuthenticationConfiguration {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { secret_manager_config: node.optional("SecretManagerConfig")? })
    }
}

impl Decode for types::SourceTlsConfiguration {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            source_tls_mode: node.optional("SourceTlsMode")?,
            source_tls_certificate: node.optional("SourceTlsCertificate")?,
        })
    }
}

impl Decode for types::StartMigrationMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            serverless_cache_name: node.optional("ServerlessCacheName")?,
            replication_group_id: node.optional("ReplicationGroupId")?,
            customer_node_endpoint_list: node.list("CustomerNodeEndpointList", "member")?,
            auto_cutover: node.optional("AutoCutover")?,
            clear_target_cache_data: node.optional("ClearTargetCacheData")?,
        })
    }
}

impl Decode for types::StopMigrationRequest {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { serverless_cache_name: node.required("ServerlessCacheName")? })
    }
}

impl Decode for types::Tag {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { key: node.optional("Key")?, value: node.optional_or_empty("Value")? })
    }
}

impl Decode for types::TestFailoverMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.required("ReplicationGroupId")?,
            node_group_id: node.required("NodeGroupId")?,
        })
    }
}

impl Decode for types::TestMigrationMessage {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            replication_group_id: node.required("ReplicationGroupId")?,
            customer_node_endpoint_list: node.required_list("CustomerNodeEndpointList", "member")?,
        })
    }
}

impl Decode for types::TimeRangeFilter {
    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        Ok(Self { start_time: node.optional("StartTime")?, end_time: node.optional("EndTime")? })
    }
}
