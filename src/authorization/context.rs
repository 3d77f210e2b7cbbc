//! What is known of a request: the condition keys that policies can ask for, and their values.

use std::collections::HashMap;

use crate::model::arn::ResourceType;

/// What the key of a resource's tag begins with.
pub(super) const RESOURCE_TAG: &str = "aws:ResourceTag/";

/// What the key of a tag in the request begins with.
pub(super) const REQUEST_TAG: &str = "aws:RequestTag/";

/// The key that has several values: the keys of the tags in the request.
pub(super) const TAG_KEYS: &str = "aws:TagKeys";

/// The keys of every request.
const GLOBAL: [&str; 8] = [
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:RequestedRegion",
    "aws:SecureTransport",
    "aws:SourceIp",
    "aws:username",
];

/// The keys of a cluster.
const OF_CLUSTER: &[&str] = &[
    "elasticache:AuthTokenEnabled",
    "elasticache:CacheNodeType",
    "elasticache:CacheParameterGroupName",
    "elasticache:EngineType",
    "elasticache:EngineVersion",
    "elasticache:MultiAZEnabled",
    "elasticache:SnapshotRetentionLimit",
];

/// The keys of a replication group.
const OF_REPLICATION_GROUP: &[&str] = &[
    "elasticache:AtRestEncryptionEnabled",
    "elasticache:AuthTokenEnabled",
    "elasticache:AutomaticFailoverEnabled",
    "elasticache:CacheNodeType",
    "elasticache:CacheParameterGroupName",
    "elasticache:ClusterModeEnabled",
    "elasticache:Durability",
    "elasticache:EngineType",
    "elasticache:EngineVersion",
    "elasticache:KmsKeyId",
    "elasticache:MultiAZEnabled",
    "elasticache:NumNodeGroups",
    "elasticache:ReplicasPerNodeGroup",
    "elasticache:SnapshotRetentionLimit",
    "elasticache:TransitEncryptionEnabled",
];

/// The keys of a serverless cache.
const OF_SERVERLESS_CACHE: &[&str] = &[
    "elasticache:DataStorageUnit",
    "elasticache:EngineType",
    "elasticache:EngineVersion",
    "elasticache:KmsKeyId",
    "elasticache:MaximumDataStorage",
    "elasticache:MaximumECPUPerSecond",
    "elasticache:MinimumDataStorage",
    "elasticache:MinimumECPUPerSecond",
    "elasticache:SnapshotRetentionLimit",
];

/// The service's keys that a request has when it is about a resource of this type. From the service authorization
/// reference of `ElastiCache`.
pub(super) fn keys_of(resource_type: ResourceType) -> &'static [&'static str] {
    match resource_type {
        ResourceType::Cluster => OF_CLUSTER,
        ResourceType::ReplicationGroup | ResourceType::GlobalReplicationGroup => OF_REPLICATION_GROUP,
        ResourceType::ServerlessCache => OF_SERVERLESS_CACHE,
        ResourceType::Snapshot | ResourceType::ServerlessCacheSnapshot => &["elasticache:KmsKeyId"],
        ResourceType::ParameterGroup => &["elasticache:CacheParameterGroupName"],
        ResourceType::User => &["elasticache:UserAuthenticationMode"],
        ResourceType::SubnetGroup
        | ResourceType::SecurityGroup
        | ResourceType::ReservedInstance
        | ResourceType::UserGroup => &[],
    }
}

/// A condition key that is known here. Its letter case does not matter, that of a tag's key in it included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(String);

impl Key {
    /// The key with this name.
    pub fn of(name: &str) -> Self {
        Self(name.to_ascii_lowercase())
    }

    /// The key that a policy names.
    ///
    /// # Errors
    /// When requests never have it. IAM would take it for absent, and a condition such as `StringNotEquals` for met.
    pub fn known(name: &str) -> Result<Self, String> {
        let key = Self::of(name);
        let is = |known: &str| key == Self::of(known);
        let is_tag = |prefix: &str| key.0.strip_prefix(&prefix.to_ascii_lowercase()).is_some_and(|tag| !tag.is_empty());
        let of_service =
            || ResourceType::ALL.into_iter().any(|resource_type| keys_of(resource_type).iter().any(|known| is(known)));
        let is_global = is(TAG_KEYS) || GLOBAL.iter().any(|known| is(known));
        if is_tag(RESOURCE_TAG) || is_tag(REQUEST_TAG) || is_global || of_service() {
            Ok(key)
        } else {
            Err(format!("{name}: this condition key is not supported"))
        }
    }

    /// Whether requests can have several values of it.
    pub fn has_many_values(&self) -> bool {
        *self == Self::of(TAG_KEYS)
    }
}

/// The values of the keys that a request has.
#[derive(Clone, Debug, Default)]
pub(super) struct Context(HashMap<Key, Vec<String>>);

impl Context {
    /// Adds a value of a key.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.entry(Key::of(name)).or_default().push(value.into());
    }

    /// Adds a value of a key, if there is one.
    pub fn add_some(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.add(name, value.to_string());
        }
    }

    /// The values of a key; none when the request does not have it.
    pub fn values(&self, key: &Key) -> &[String] {
        self.0.get(key).map_or(&[], Vec::as_slice)
    }

    /// What a request about a resource of this type has of these values: a parameter of the request counts for the
    /// types of resources only that the key belongs to.
    pub fn about(&self, resource_type: Option<ResourceType>) -> Self {
        let keys = resource_type.map_or(&[] as &[&str], keys_of);
        let has = |key: &Key| !key.0.starts_with("elasticache:") || keys.iter().any(|known| *key == Key::of(known));
        Self(self.0.iter().filter(|(key, _)| has(key)).map(|(key, values)| (key.clone(), values.clone())).collect())
    }
}
