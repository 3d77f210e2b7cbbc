//! `ElastiCache`'s refusals, each made in one place with the text that clients match on.

use std::fmt::Display;

use crate::{
    model::{ClusterMode, GlobalPhase, NodeGroupId, catalogue::engine_versions::VersionError},
    protocol::{AwsError, ErrorCode},
    store::StorageError,
};

/// An error with the code `InvalidParameterValue`.
pub(super) fn invalid_value(message: impl Display) -> AwsError {
    AwsError::new(ErrorCode::InvalidParameterValue, message.to_string())
}

/// An error with the code `InvalidParameterCombination`.
pub(super) fn invalid_combination(message: impl Display) -> AwsError {
    AwsError::new(ErrorCode::InvalidParameterCombination, message.to_string())
}

/// A required parameter is missing.
pub(super) fn missing_parameter(name: &str) -> AwsError {
    invalid_value(format_args!("The parameter {name} must be provided and must not be null."))
}

/// Nothing that was asked for is different from what is there. Terraform takes just this text for success.
pub(super) fn no_modifications() -> AwsError {
    invalid_combination("No modifications were requested")
}

/// A feature that is known but not built yet.
pub(super) fn feature_not_supported_yet(feature: &str) -> AwsError {
    invalid_value(format_args!(
        "Cachette does not support {feature} yet. See docs/compatibility.md for what it does support."
    ))
}

pub(super) fn cache_cluster_not_found(id: &str) -> AwsError {
    AwsError::new(ErrorCode::CacheClusterNotFound, format!("CacheCluster not found: {id}"))
}

pub(super) fn cache_cluster_already_exists(id: &str) -> AwsError {
    AwsError::new(ErrorCode::CacheClusterAlreadyExists, format!("Cache cluster {id} already exists."))
}

pub(super) fn cache_cluster_not_available(id: &str, status: &str) -> AwsError {
    let message = format!("Cache cluster {id} is not in a valid state to perform this operation: it is {status}.");
    AwsError::new(ErrorCode::InvalidCacheClusterState, message)
}

/// As cluster operations word it; other operations have other words.
pub(super) fn cache_parameter_group_not_found(name: &str) -> AwsError {
    AwsError::new(ErrorCode::CacheParameterGroupNotFound, format!("CacheParameterGroup not found: {name}"))
}

/// As cluster operations and `DeleteCacheSubnetGroup` word it.
pub(super) fn cache_subnet_group_does_not_exist(name: &str) -> AwsError {
    AwsError::new(ErrorCode::CacheSubnetGroupNotFound, format!("Cache Subnet Group {name} does not exist."))
}

pub(super) fn replication_group_not_found(id: &str) -> AwsError {
    AwsError::new(ErrorCode::ReplicationGroupNotFound, format!("ReplicationGroup {id} not found."))
}

pub(super) fn replication_group_not_available() -> AwsError {
    let message = "Replication group must be in available state to modify.";
    AwsError::new(ErrorCode::InvalidReplicationGroupState, message)
}

impl From<StorageError> for AwsError {
    fn from(error: StorageError) -> Self {
        // What failed is in the log; the caller gets what AWS says when something of its own fails.
        tracing::error!(%error, "the store failed");
        internal_failure()
    }
}

/// As the describing operations word it.
pub(super) fn described_parameter_group_not_found(name: &str) -> AwsError {
    AwsError::new(ErrorCode::CacheParameterGroupNotFound, format!("CacheParameterGroup {name} not found."))
}

/// As `DeleteCacheParameterGroup` words it, missing space and all.
pub(super) fn deleted_parameter_group_not_found(name: &str) -> AwsError {
    AwsError::new(ErrorCode::CacheParameterGroupNotFound, format!("CacheParameterGroupnot found: {name}"))
}

pub(super) fn wrong_parameter_group_family(expected: &str, found: &str) -> AwsError {
    invalid_combination(format_args!("Expected a parameter group of family {expected} but found one of family {found}"))
}

/// A parameter group turns cluster mode on or off where its replication group does not.
pub(super) fn unsuitable_cluster_enabled(mode: ClusterMode) -> AwsError {
    let mode = mode.as_str();
    invalid_combination(format_args!(
        "The parameter cluster-enabled of the parameter group does not suit the cluster mode {mode}."
    ))
}

pub(super) fn cache_security_groups_not_permitted() -> AwsError {
    invalid_value("Use of cache security groups is not permitted in this API version for your account.")
}

pub(super) fn node_quota_for_customer_exceeded(most: usize) -> AwsError {
    let message = format!("Customer node quota exceeded. You can have at most {most} nodes in this region");
    AwsError::new(ErrorCode::NodeQuotaForCustomerExceeded, message)
}

/// An account has as many of something as it can have.
pub(super) fn quota_exceeded(code: ErrorCode, what: &str, most: usize) -> AwsError {
    AwsError::new(code, format!("You have already reached your quota of {most} {what} in this region."))
}

pub(super) fn cache_security_group_not_found(name: &str) -> AwsError {
    AwsError::new(ErrorCode::CacheSecurityGroupNotFound, format!("CacheSecurityGroup {name} not found."))
}

/// An engine version that cannot be had.
pub(super) fn refused_version(error: VersionError) -> AwsError {
    match error {
        VersionError::PatchNotAllowed { .. } => invalid_value(error),
        VersionError::Unknown { .. } => invalid_combination(error),
    }
}

pub(super) fn node_quota_for_cluster_exceeded(most: usize) -> AwsError {
    let message = format!("Cluster node quota exceeded. Each cluster can have at most {most} nodes in this region.");
    AwsError::new(ErrorCode::NodeQuotaForClusterExceeded, message)
}

pub(super) fn replication_group_already_exists(id: &str) -> AwsError {
    AwsError::new(ErrorCode::ReplicationGroupAlreadyExists, format!("Replication group {id} already exists."))
}

/// As `DeleteReplicationGroup` words it.
pub(super) fn replication_group_not_deletable(id: &str, status: &str) -> AwsError {
    let message = format!("Replication group {id} has status {status} which is not valid for deletion.");
    AwsError::new(ErrorCode::InvalidReplicationGroupState, message)
}

/// As `DeleteReplicationGroup` words it when a member is busy.
pub(super) fn member_not_deletable(id: &str) -> AwsError {
    let message = format!("Cache cluster {id} is not in a valid state to be deleted");
    AwsError::new(ErrorCode::InvalidReplicationGroupState, message)
}

pub(super) fn engine_without_replication() -> AwsError {
    invalid_value("Specified engine does not support replication.")
}

/// What AWS says when something of its own fails.
pub(super) fn internal_failure() -> AwsError {
    AwsError::new(
        ErrorCode::InternalFailure,
        "An internal error has occurred. Please try your query again at a later time.",
    )
}

pub(super) fn node_group_not_found(id: &NodeGroupId) -> AwsError {
    AwsError::new(ErrorCode::NodeGroupNotFound, format!("Node group {id} not found."))
}

/// A group is not in a state that allows something.
pub(super) fn invalid_group_state(message: impl Display) -> AwsError {
    AwsError::new(ErrorCode::InvalidReplicationGroupState, message.to_string())
}

pub(super) fn already_under_migration(id: &str) -> AwsError {
    let message = format!("Replication group {id} is already under migration.");
    AwsError::new(ErrorCode::ReplicationGroupAlreadyUnderMigration, message)
}

pub(super) fn not_under_migration(id: &str) -> AwsError {
    let message = format!("Replication group {id} is not under migration.");
    AwsError::new(ErrorCode::ReplicationGroupNotUnderMigration, message)
}

pub(super) fn failover_in_progress(replication_group_id: &str) -> AwsError {
    invalid_group_state(format_args!("A failover is already in progress for replication group {replication_group_id}."))
}

/// A cluster is named that is in no group, or in another one.
pub(super) fn not_a_member(id: &str, replication_group_id: &str) -> AwsError {
    invalid_value(format_args!("Cache cluster {id} is not a member of replication group {replication_group_id}."))
}

pub(super) fn too_many_test_failovers(most: usize) -> AwsError {
    let message = format!("TestFailover can be called for at most {most} node groups within 24 hours.");
    AwsError::new(ErrorCode::APICallRateForCustomerExceeded, message)
}

pub(super) fn user_not_found(id: &str) -> AwsError {
    AwsError::new(ErrorCode::UserNotFound, format!("User {id} not found."))
}

pub(super) fn user_already_exists(id: &str) -> AwsError {
    AwsError::new(ErrorCode::UserAlreadyExists, format!("User {id} already exists."))
}

/// A user is not in a state that allows something.
pub(super) fn invalid_user_state(message: impl Display) -> AwsError {
    AwsError::new(ErrorCode::InvalidUserState, message.to_string())
}

/// The tags of a user that is being changed or deleted cannot be looked at.
pub(super) fn user_not_available_for_tagging(id: &str) -> AwsError {
    AwsError::new(ErrorCode::UserNotFound, format!("User {id} is not available for tagging."))
}

pub(super) fn default_user_associated(id: &str, user_group_id: &str) -> AwsError {
    let message = format!("User {id} is the default user of user group {user_group_id}.");
    AwsError::new(ErrorCode::DefaultUserAssociatedToUserGroup, message)
}

pub(super) fn user_group_not_found(id: &str) -> AwsError {
    AwsError::new(ErrorCode::UserGroupNotFound, format!("User group {id} not found."))
}

pub(super) fn user_group_already_exists(id: &str) -> AwsError {
    AwsError::new(ErrorCode::UserGroupAlreadyExists, format!("User group {id} already exists."))
}

/// A user group is not in a state that allows something.
pub(super) fn invalid_user_group_state(message: impl Display) -> AwsError {
    AwsError::new(ErrorCode::InvalidUserGroupState, message.to_string())
}

/// The tags of a user group that is being changed or deleted cannot be looked at, as those of users.
pub(super) fn user_group_not_available_for_tagging(id: &str) -> AwsError {
    AwsError::new(ErrorCode::UserGroupNotFound, format!("User group {id} is not available for tagging."))
}

pub(super) fn serverless_cache_not_found(name: &str) -> AwsError {
    AwsError::new(ErrorCode::ServerlessCacheNotFound, format!("Serverless Cache {name} not found."))
}

pub(super) fn serverless_snapshot_not_found(name: &str) -> AwsError {
    let message = format!("Serverless Cache Snapshot {name} not found.");
    AwsError::new(ErrorCode::ServerlessCacheSnapshotNotFound, message)
}

pub(super) fn default_user_required() -> AwsError {
    let message = "Redis user group needs to contain a user with the user name default.";
    AwsError::new(ErrorCode::DefaultUserRequired, message)
}

/// Two users of one group would log in by the same name.
pub(super) fn duplicate_user_name(name: &str) -> AwsError {
    let message = format!("A user group cannot have two users with the user name {name}.");
    AwsError::new(ErrorCode::DuplicateUserName, message)
}

pub(super) fn reserved_cache_node_not_found(id: &str) -> AwsError {
    AwsError::new(ErrorCode::ReservedCacheNodeNotFound, format!("ReservedCacheNode {id} not found."))
}

pub(super) fn reserved_cache_node_already_exists(id: &str) -> AwsError {
    AwsError::new(ErrorCode::ReservedCacheNodeAlreadyExists, format!("ReservedCacheNode {id} already exists."))
}

pub(super) fn reserved_offering_not_found(id: &str) -> AwsError {
    let message = format!("ReservedCacheNodesOffering {id} not found.");
    AwsError::new(ErrorCode::ReservedCacheNodesOfferingNotFound, message)
}

pub(super) fn service_update_not_found(name: &str) -> AwsError {
    AwsError::new(ErrorCode::ServiceUpdateNotFound, format!("Service update {name} not found."))
}

pub(super) fn global_replication_group_not_found(id: &str) -> AwsError {
    AwsError::new(ErrorCode::GlobalReplicationGroupNotFound, format!("Global Replication Group {id} not found."))
}

pub(super) fn global_replication_group_already_exists(id: &str) -> AwsError {
    let message = format!("Global Replication Group {id} already exists.");
    AwsError::new(ErrorCode::GlobalReplicationGroupAlreadyExists, message)
}

/// A global datastore is not in a state that allows something.
pub(super) fn invalid_global_state(message: impl Display) -> AwsError {
    AwsError::new(ErrorCode::InvalidGlobalReplicationGroupState, message.to_string())
}

/// Something is under way in a global datastore that has to come to its end first.
pub(super) fn global_replication_group_not_steady(phase: GlobalPhase) -> AwsError {
    invalid_global_state(format_args!(
        "Global Replication Group must be in available or primary-only state: it is {}.",
        phase.as_str()
    ))
}

/// Clients take part of this text for success when they disassociate.
pub(super) fn not_associated(id: &str, region: &str, datastore: &str) -> AwsError {
    invalid_value(format_args!(
        "Replication group {id} in region {region} is not associated with Global Replication Group {datastore}."
    ))
}

/// What is asked for can only be done to all members of a global datastore together.
pub(super) fn part_of_global_cluster(id: &str, datastore: &str) -> AwsError {
    invalid_value(format_args!("Cluster [{id}] is part of a global cluster [{datastore}]. Request rejected."))
}

pub(super) fn snapshot_not_found(name: &str) -> AwsError {
    AwsError::new(ErrorCode::SnapshotNotFound, format!("Snapshot not found: {name}"))
}

pub(super) fn snapshot_already_exists() -> AwsError {
    AwsError::new(ErrorCode::SnapshotAlreadyExists, "Snapshot with specified name already exists.")
}

pub(super) fn snapshot_not_available(name: &str, status: &str) -> AwsError {
    let message = format!("Snapshot {name} is not in a valid state to perform this operation: it is {status}.");
    AwsError::new(ErrorCode::InvalidSnapshotState, message)
}

/// What goes to a bucket cannot be encrypted with a key of the user's.
pub(super) fn exported_with_a_key() -> AwsError {
    invalid_combination(
        "AWS Key Management Service Customer Managed CMK cannot be used for encrypting exported snapshots in S3. Please \
         encrypt the exported snapshot file in S3 if necessary.",
    )
}

pub(super) fn snapshots_not_supported(what: &str) -> AwsError {
    AwsError::new(ErrorCode::SnapshotFeatureNotSupported, format!("Snapshots are not supported for {what}."))
}

pub(super) fn snapshot_quota_exceeded(most: usize) -> AwsError {
    let message = format!(
        "The maximum number of manual snapshots for this node taken within 24 hours has been reached its quota of {most}"
    );
    AwsError::new(ErrorCode::SnapshotQuotaExceeded, message)
}

/// A Memcached cluster is to be made of a snapshot.
pub(super) fn restore_not_supported() -> AwsError {
    invalid_combination("Restoring a snapshot is not supported for this engine type")
}

/// A group is not in a state that allows a snapshot.
pub(super) fn group_not_in_state(id: &str, status: &str) -> AwsError {
    invalid_group_state(format_args!(
        "Replication group {id} is not in a valid state to perform this operation: it is {status}."
    ))
}
