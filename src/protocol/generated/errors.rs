// Written from `elasticache-2015-02-02.json` by the test `wire::generated`. Do not edit.

//! The codes of the API's errors, each with its HTTP status.

/// The code of an error: the API's own, then the ones common to AWS services.
///
/// A variant is called as the API's model calls the error, without `Fault` or `Exception`; the code on the
/// wire is often spelled otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// `APICallRateForCustomerExceeded`, status 400.
    APICallRateForCustomerExceeded,
    /// `AuthorizationAlreadyExists`, status 400.
    AuthorizationAlreadyExists,
    /// `AuthorizationNotFound`, status 404.
    AuthorizationNotFound,
    /// `CacheClusterAlreadyExists`, status 400.
    CacheClusterAlreadyExists,
    /// `CacheClusterNotFound`, status 404.
    CacheClusterNotFound,
    /// `CacheParameterGroupAlreadyExists`, status 400.
    CacheParameterGroupAlreadyExists,
    /// `CacheParameterGroupNotFound`, status 404.
    CacheParameterGroupNotFound,
    /// `CacheParameterGroupQuotaExceeded`, status 400.
    CacheParameterGroupQuotaExceeded,
    /// `CacheSecurityGroupAlreadyExists`, status 400.
    CacheSecurityGroupAlreadyExists,
    /// `CacheSecurityGroupNotFound`, status 404.
    CacheSecurityGroupNotFound,
    /// `QuotaExceeded.CacheSecurityGroup`, status 400.
    CacheSecurityGroupQuotaExceeded,
    /// `CacheSubnetGroupAlreadyExists`, status 400.
    CacheSubnetGroupAlreadyExists,
    /// `CacheSubnetGroupInUse`, status 400.
    CacheSubnetGroupInUse,
    /// `CacheSubnetGroupNotFoundFault`, status 400.
    CacheSubnetGroupNotFound,
    /// `CacheSubnetGroupQuotaExceeded`, status 400.
    CacheSubnetGroupQuotaExceeded,
    /// `CacheSubnetQuotaExceededFault`, status 400.
    CacheSubnetQuotaExceeded,
    /// `ClusterQuotaForCustomerExceeded`, status 400.
    ClusterQuotaForCustomerExceeded,
    /// `DefaultUserAssociatedToUserGroup`, status 400.
    DefaultUserAssociatedToUserGroup,
    /// `DefaultUserRequired`, status 400.
    DefaultUserRequired,
    /// `DuplicateUserName`, status 400.
    DuplicateUserName,
    /// `GlobalReplicationGroupAlreadyExistsFault`, status 400.
    GlobalReplicationGroupAlreadyExists,
    /// `GlobalReplicationGroupNotFoundFault`, status 404.
    GlobalReplicationGroupNotFound,
    /// `InsufficientCacheClusterCapacity`, status 400.
    InsufficientCacheClusterCapacity,
    /// `InvalidARN`, status 400.
    InvalidARN,
    /// `InvalidCacheClusterState`, status 400.
    InvalidCacheClusterState,
    /// `InvalidCacheParameterGroupState`, status 400.
    InvalidCacheParameterGroupState,
    /// `InvalidCacheSecurityGroupState`, status 400.
    InvalidCacheSecurityGroupState,
    /// `InvalidCredentialsException`, status 408.
    InvalidCredentials,
    /// `InvalidGlobalReplicationGroupState`, status 400.
    InvalidGlobalReplicationGroupState,
    /// `InvalidKMSKeyFault`, status 400.
    InvalidKMSKey,
    /// `InvalidParameterCombination`, status 400.
    InvalidParameterCombination,
    /// `InvalidParameterValue`, status 400.
    InvalidParameterValue,
    /// `InvalidReplicationGroupState`, status 400.
    InvalidReplicationGroupState,
    /// `InvalidServerlessCacheSnapshotStateFault`, status 400.
    InvalidServerlessCacheSnapshotState,
    /// `InvalidServerlessCacheStateFault`, status 400.
    InvalidServerlessCacheState,
    /// `InvalidSnapshotState`, status 400.
    InvalidSnapshotState,
    /// `InvalidSubnet`, status 400.
    InvalidSubnet,
    /// `InvalidUserGroupState`, status 400.
    InvalidUserGroupState,
    /// `InvalidUserState`, status 400.
    InvalidUserState,
    /// `InvalidVPCNetworkStateFault`, status 400.
    InvalidVPCNetworkState,
    /// `MigrationHealthFault`, status 400.
    MigrationHealth,
    /// `NoOperationFault`, status 400.
    NoOperation,
    /// `NodeGroupNotFoundFault`, status 404.
    NodeGroupNotFound,
    /// `NodeGroupsPerReplicationGroupQuotaExceeded`, status 400.
    NodeGroupsPerReplicationGroupQuotaExceeded,
    /// `NodeQuotaForClusterExceeded`, status 400.
    NodeQuotaForClusterExceeded,
    /// `NodeQuotaForCustomerExceeded`, status 400.
    NodeQuotaForCustomerExceeded,
    /// `ReplicationGroupAlreadyExists`, status 400.
    ReplicationGroupAlreadyExists,
    /// `ReplicationGroupAlreadyUnderMigrationFault`, status 400.
    ReplicationGroupAlreadyUnderMigration,
    /// `ReplicationGroupNotFoundFault`, status 404.
    ReplicationGroupNotFound,
    /// `ReplicationGroupNotUnderMigrationFault`, status 400.
    ReplicationGroupNotUnderMigration,
    /// `ReservedCacheNodeAlreadyExists`, status 404.
    ReservedCacheNodeAlreadyExists,
    /// `ReservedCacheNodeNotFound`, status 404.
    ReservedCacheNodeNotFound,
    /// `ReservedCacheNodeQuotaExceeded`, status 400.
    ReservedCacheNodeQuotaExceeded,
    /// `ReservedCacheNodesOfferingNotFound`, status 404.
    ReservedCacheNodesOfferingNotFound,
    /// `ServerlessCacheAlreadyExistsFault`, status 400.
    ServerlessCacheAlreadyExists,
    /// `ServerlessCacheAlreadyUnderMigrationFault`, status 400.
    ServerlessCacheAlreadyUnderMigration,
    /// `ServerlessCacheNotFoundFault`, status 404.
    ServerlessCacheNotFound,
    /// `ServerlessCacheNotUnderMigrationFault`, status 400.
    ServerlessCacheNotUnderMigration,
    /// `ServerlessCacheQuotaForCustomerExceededFault`, status 400.
    ServerlessCacheQuotaForCustomerExceeded,
    /// `ServerlessCacheSnapshotAlreadyExistsFault`, status 400.
    ServerlessCacheSnapshotAlreadyExists,
    /// `ServerlessCacheSnapshotNotFoundFault`, status 404.
    ServerlessCacheSnapshotNotFound,
    /// `ServerlessCacheSnapshotQuotaExceededFault`, status 400.
    ServerlessCacheSnapshotQuotaExceeded,
    /// `ServiceLinkedRoleNotFoundFault`, status 400.
    ServiceLinkedRoleNotFound,
    /// `ServiceUpdateNotFoundFault`, status 404.
    ServiceUpdateNotFound,
    /// `SnapshotAlreadyExistsFault`, status 400.
    SnapshotAlreadyExists,
    /// `SnapshotFeatureNotSupportedFault`, status 400.
    SnapshotFeatureNotSupported,
    /// `SnapshotNotFoundFault`, status 404.
    SnapshotNotFound,
    /// `SnapshotQuotaExceededFault`, status 400.
    SnapshotQuotaExceeded,
    /// `SubnetInUse`, status 400.
    SubnetInUse,
    /// `SubnetNotAllowedFault`, status 400.
    SubnetNotAllowed,
    /// `TagNotFound`, status 404.
    TagNotFound,
    /// `TagQuotaPerResourceExceeded`, status 400.
    TagQuotaPerResourceExceeded,
    /// `TestFailoverNotAvailableFault`, status 400.
    TestFailoverNotAvailable,
    /// `UserAlreadyExists`, status 400.
    UserAlreadyExists,
    /// `UserGroupAlreadyExists`, status 400.
    UserGroupAlreadyExists,
    /// `UserGroupNotFound`, status 404.
    UserGroupNotFound,
    /// `UserGroupQuotaExceeded`, status 400.
    UserGroupQuotaExceeded,
    /// `UserNotFound`, status 404.
    UserNotFound,
    /// `UserQuotaExceeded`, status 400.
    UserQuotaExceeded,
    /// `AccessDenied`, status 403.
    AccessDenied,
    /// `ExpiredToken`, status 403.
    ExpiredToken,
    /// `IncompleteSignature`, status 400.
    IncompleteSignature,
    /// `InternalFailure`, status 500.
    InternalFailure,
    /// `InvalidAction`, status 400.
    InvalidAction,
    /// `InvalidClientTokenId`, status 403.
    InvalidClientTokenId,
    /// `InvalidQueryParameter`, status 400.
    InvalidQueryParameter,
    /// `MalformedQueryString`, status 404.
    MalformedQueryString,
    /// `MissingAction`, status 400.
    MissingAction,
    /// `MissingAuthenticationToken`, status 403.
    MissingAuthenticationToken,
    /// `MissingParameter`, status 400.
    MissingParameter,
    /// `NotImplemented`, status 501.
    NotImplemented,
    /// `OptInRequired`, status 403.
    OptInRequired,
    /// `RequestEntityTooLarge`, status 413.
    RequestEntityTooLarge,
    /// `RequestExpired`, status 400.
    RequestExpired,
    /// `ServiceUnavailable`, status 503.
    ServiceUnavailable,
    /// `SignatureDoesNotMatch`, status 403.
    SignatureDoesNotMatch,
    /// `Throttling`, status 400.
    Throttling,
    /// `ValidationError`, status 400.
    ValidationError,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::APICallRateForCustomerExceeded,
        Self::AuthorizationAlreadyExists,
        Self::AuthorizationNotFound,
        Self::CacheClusterAlreadyExists,
        Self::CacheClusterNotFound,
        Self::CacheParameterGroupAlreadyExists,
        Self::CacheParameterGroupNotFound,
        Self::CacheParameterGroupQuotaExceeded,
        Self::CacheSecurityGroupAlreadyExists,
        Self::CacheSecurityGroupNotFound,
        Self::CacheSecurityGroupQuotaExceeded,
        Self::CacheSubnetGroupAlreadyExists,
        Self::CacheSubnetGroupInUse,
        Self::CacheSubnetGroupNotFound,
        Self::CacheSubnetGroupQuotaExceeded,
        Self::CacheSubnetQuotaExceeded,
        Self::ClusterQuotaForCustomerExceeded,
        Self::DefaultUserAssociatedToUserGroup,
        Self::DefaultUserRequired,
        Self::DuplicateUserName,
        Self::GlobalReplicationGroupAlreadyExists,
        Self::GlobalReplicationGroupNotFound,
        Self::InsufficientCacheClusterCapacity,
        Self::InvalidARN,
        Self::InvalidCacheClusterState,
        Self::InvalidCacheParameterGroupState,
        Self::InvalidCacheSecurityGroupState,
        Self::InvalidCredentials,
        Self::InvalidGlobalReplicationGroupState,
        Self::InvalidKMSKey,
        Self::InvalidParameterCombination,
        Self::InvalidParameterValue,
        Self::InvalidReplicationGroupState,
        Self::InvalidServerlessCacheSnapshotState,
        Self::InvalidServerlessCacheState,
        Self::InvalidSnapshotState,
        Self::InvalidSubnet,
        Self::InvalidUserGroupState,
        Self::InvalidUserState,
        Self::InvalidVPCNetworkState,
        Self::MigrationHealth,
        Self::NoOperation,
        Self::NodeGroupNotFound,
        Self::NodeGroupsPerReplicationGroupQuotaExceeded,
        Self::NodeQuotaForClusterExceeded,
        Self::NodeQuotaForCustomerExceeded,
        Self::ReplicationGroupAlreadyExists,
        Self::ReplicationGroupAlreadyUnderMigration,
        Self::ReplicationGroupNotFound,
        Self::ReplicationGroupNotUnderMigration,
        Self::ReservedCacheNodeAlreadyExists,
        Self::ReservedCacheNodeNotFound,
        Self::ReservedCacheNodeQuotaExceeded,
        Self::ReservedCacheNodesOfferingNotFound,
        Self::ServerlessCacheAlreadyExists,
        Self::ServerlessCacheAlreadyUnderMigration,
        Self::ServerlessCacheNotFound,
        Self::ServerlessCacheNotUnderMigration,
        Self::ServerlessCacheQuotaForCustomerExceeded,
        Self::ServerlessCacheSnapshotAlreadyExists,
        Self::ServerlessCacheSnapshotNotFound,
        Self::ServerlessCacheSnapshotQuotaExceeded,
        Self::ServiceLinkedRoleNotFound,
        Self::ServiceUpdateNotFound,
        Self::SnapshotAlreadyExists,
        Self::SnapshotFeatureNotSupported,
        Self::SnapshotNotFound,
        Self::SnapshotQuotaExceeded,
        Self::SubnetInUse,
        Self::SubnetNotAllowed,
        Self::TagNotFound,
        Self::TagQuotaPerResourceExceeded,
        Self::TestFailoverNotAvailable,
        Self::UserAlreadyExists,
        Self::UserGroupAlreadyExists,
        Self::UserGroupNotFound,
        Self::UserGroupQuotaExceeded,
        Self::UserNotFound,
        Self::UserQuotaExceeded,
        Self::AccessDenied,
        Self::ExpiredToken,
        Self::IncompleteSignature,
        Self::InternalFailure,
        Self::InvalidAction,
        Self::InvalidClientTokenId,
        Self::InvalidQueryParameter,
        Self::MalformedQueryString,
        Self::MissingAction,
        Self::MissingAuthenticationToken,
        Self::MissingParameter,
        Self::NotImplemented,
        Self::OptInRequired,
        Self::RequestEntityTooLarge,
        Self::RequestExpired,
        Self::ServiceUnavailable,
        Self::SignatureDoesNotMatch,
        Self::Throttling,
        Self::ValidationError,
    ];

    /// The code on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::APICallRateForCustomerExceeded => "APICallRateForCustomerExceeded",
            Self::AuthorizationAlreadyExists => "AuthorizationAlreadyExists",
            Self::AuthorizationNotFound => "AuthorizationNotFound",
            Self::CacheClusterAlreadyExists => "CacheClusterAlreadyExists",
            Self::CacheClusterNotFound => "CacheClusterNotFound",
            Self::CacheParameterGroupAlreadyExists => "CacheParameterGroupAlreadyExists",
            Self::CacheParameterGroupNotFound => "CacheParameterGroupNotFound",
            Self::CacheParameterGroupQuotaExceeded => "CacheParameterGroupQuotaExceeded",
            Self::CacheSecurityGroupAlreadyExists => "CacheSecurityGroupAlreadyExists",
            Self::CacheSecurityGroupNotFound => "CacheSecurityGroupNotFound",
            Self::CacheSecurityGroupQuotaExceeded => "QuotaExceeded.CacheSecurityGroup",
            Self::CacheSubnetGroupAlreadyExists => "CacheSubnetGroupAlreadyExists",
            Self::CacheSubnetGroupInUse => "CacheSubnetGroupInUse",
            Self::CacheSubnetGroupNotFound => "CacheSubnetGroupNotFoundFault",
            Self::CacheSubnetGroupQuotaExceeded => "CacheSubnetGroupQuotaExceeded",
            Self::CacheSubnetQuotaExceeded => "CacheSubnetQuotaExceededFault",
            Self::ClusterQuotaForCustomerExceeded => "ClusterQuotaForCustomerExceeded",
            Self::DefaultUserAssociatedToUserGroup => "DefaultUserAssociatedToUserGroup",
            Self::DefaultUserRequired => "DefaultUserRequired",
            Self::DuplicateUserName => "DuplicateUserName",
            Self::GlobalReplicationGroupAlreadyExists => "GlobalReplicationGroupAlreadyExistsFault",
            Self::GlobalReplicationGroupNotFound => "GlobalReplicationGroupNotFoundFault",
            Self::InsufficientCacheClusterCapacity => "InsufficientCacheClusterCapacity",
            Self::InvalidARN => "InvalidARN",
            Self::InvalidCacheClusterState => "InvalidCacheClusterState",
            Self::InvalidCacheParameterGroupState => "InvalidCacheParameterGroupState",
            Self::InvalidCacheSecurityGroupState => "InvalidCacheSecurityGroupState",
            Self::InvalidCredentials => "InvalidCredentialsException",
            Self::InvalidGlobalReplicationGroupState => "InvalidGlobalReplicationGroupState",
            Self::InvalidKMSKey => "InvalidKMSKeyFault",
            Self::InvalidParameterCombination => "InvalidParameterCombination",
            Self::InvalidParameterValue => "InvalidParameterValue",
            Self::InvalidReplicationGroupState => "InvalidReplicationGroupState",
            Self::InvalidServerlessCacheSnapshotState => "InvalidServerlessCacheSnapshotStateFault",
            Self::InvalidServerlessCacheState => "InvalidServerlessCacheStateFault",
            Self::InvalidSnapshotState => "InvalidSnapshotState",
            Self::InvalidSubnet => "InvalidSubnet",
            Self::InvalidUserGroupState => "InvalidUserGroupState",
            Self::InvalidUserState => "InvalidUserState",
            Self::InvalidVPCNetworkState => "InvalidVPCNetworkStateFault",
            Self::MigrationHealth => "MigrationHealthFault",
            Self::NoOperation => "NoOperationFault",
            Self::NodeGroupNotFound => "NodeGroupNotFoundFault",
            Self::NodeGroupsPerReplicationGroupQuotaExceeded => "NodeGroupsPerReplicationGroupQuotaExceeded",
            Self::NodeQuotaForClusterExceeded => "NodeQuotaForClusterExceeded",
            Self::NodeQuotaForCustomerExceeded => "NodeQuotaForCustomerExceeded",
            Self::ReplicationGroupAlreadyExists => "ReplicationGroupAlreadyExists",
            Self::ReplicationGroupAlreadyUnderMigration => "ReplicationGroupAlreadyUnderMigrationFault",
            Self::ReplicationGroupNotFound => "ReplicationGroupNotFoundFault",
            Self::ReplicationGroupNotUnderMigration => "ReplicationGroupNotUnderMigrationFault",
            Self::ReservedCacheNodeAlreadyExists => "ReservedCacheNodeAlreadyExists",
            Self::ReservedCacheNodeNotFound => "ReservedCacheNodeNotFound",
            Self::ReservedCacheNodeQuotaExceeded => "ReservedCacheNodeQuotaExceeded",
            Self::ReservedCacheNodesOfferingNotFound => "ReservedCacheNodesOfferingNotFound",
            Self::ServerlessCacheAlreadyExists => "ServerlessCacheAlreadyExistsFault",
            Self::ServerlessCacheAlreadyUnderMigration => "ServerlessCacheAlreadyUnderMigrationFault",
            Self::ServerlessCacheNotFound => "ServerlessCacheNotFoundFault",
            Self::ServerlessCacheNotUnderMigration => "ServerlessCacheNotUnderMigrationFault",
            Self::ServerlessCacheQuotaForCustomerExceeded => "ServerlessCacheQuotaForCustomerExceededFault",
            Self::ServerlessCacheSnapshotAlreadyExists => "ServerlessCacheSnapshotAlreadyExistsFault",
            Self::ServerlessCacheSnapshotNotFound => "ServerlessCacheSnapshotNotFoundFault",
            Self::ServerlessCacheSnapshotQuotaExceeded => "ServerlessCacheSnapshotQuotaExceededFault",
            Self::ServiceLinkedRoleNotFound => "ServiceLinkedRoleNotFoundFault",
            Self::ServiceUpdateNotFound => "ServiceUpdateNotFoundFault",
            Self::SnapshotAlreadyExists => "SnapshotAlreadyExistsFault",
            Self::SnapshotFeatureNotSupported => "SnapshotFeatureNotSupportedFault",
            Self::SnapshotNotFound => "SnapshotNotFoundFault",
            Self::SnapshotQuotaExceeded => "SnapshotQuotaExceededFault",
            Self::SubnetInUse => "SubnetInUse",
            Self::SubnetNotAllowed => "SubnetNotAllowedFault",
            Self::TagNotFound => "TagNotFound",
            Self::TagQuotaPerResourceExceeded => "TagQuotaPerResourceExceeded",
            Self::TestFailoverNotAvailable => "TestFailoverNotAvailableFault",
            Self::UserAlreadyExists => "UserAlreadyExists",
            Self::UserGroupAlreadyExists => "UserGroupAlreadyExists",
            Self::UserGroupNotFound => "UserGroupNotFound",
            Self::UserGroupQuotaExceeded => "UserGroupQuotaExceeded",
            Self::UserNotFound => "UserNotFound",
            Self::UserQuotaExceeded => "UserQuotaExceeded",
            Self::AccessDenied => "AccessDenied",
            Self::ExpiredToken => "ExpiredToken",
            Self::IncompleteSignature => "IncompleteSignature",
            Self::InternalFailure => "InternalFailure",
            Self::InvalidAction => "InvalidAction",
            Self::InvalidClientTokenId => "InvalidClientTokenId",
            Self::InvalidQueryParameter => "InvalidQueryParameter",
            Self::MalformedQueryString => "MalformedQueryString",
            Self::MissingAction => "MissingAction",
            Self::MissingAuthenticationToken => "MissingAuthenticationToken",
            Self::MissingParameter => "MissingParameter",
            Self::NotImplemented => "NotImplemented",
            Self::OptInRequired => "OptInRequired",
            Self::RequestEntityTooLarge => "RequestEntityTooLarge",
            Self::RequestExpired => "RequestExpired",
            Self::ServiceUnavailable => "ServiceUnavailable",
            Self::SignatureDoesNotMatch => "SignatureDoesNotMatch",
            Self::Throttling => "Throttling",
            Self::ValidationError => "ValidationError",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::AccessDenied
            | Self::ExpiredToken
            | Self::InvalidClientTokenId
            | Self::MissingAuthenticationToken
            | Self::OptInRequired
            | Self::SignatureDoesNotMatch => 403,
            Self::AuthorizationNotFound
            | Self::CacheClusterNotFound
            | Self::CacheParameterGroupNotFound
            | Self::CacheSecurityGroupNotFound
            | Self::GlobalReplicationGroupNotFound
            | Self::NodeGroupNotFound
            | Self::ReplicationGroupNotFound
            | Self::ReservedCacheNodeAlreadyExists
            | Self::ReservedCacheNodeNotFound
            | Self::ReservedCacheNodesOfferingNotFound
            | Self::ServerlessCacheNotFound
            | Self::ServerlessCacheSnapshotNotFound
            | Self::ServiceUpdateNotFound
            | Self::SnapshotNotFound
            | Self::TagNotFound
            | Self::UserGroupNotFound
            | Self::UserNotFound
            | Self::MalformedQueryString => 404,
            Self::InvalidCredentials => 408,
            Self::RequestEntityTooLarge => 413,
            Self::InternalFailure => 500,
            Self::NotImplemented => 501,
            Self::ServiceUnavailable => 503,
            _ => 400,
        }
    }
}
