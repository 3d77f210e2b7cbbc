//! The node types: their size, and what can run on them.

use super::generated::node_types::NODE_TYPES;
use crate::model::{Engine, EngineVersion};

/// A node type, such as `cache.r7g.large`.
#[derive(Debug)]
pub struct NodeType {
    /// The whole name, with `cache.`.
    pub name: &'static str,
    /// The part between the dots: `r7g`.
    pub family: &'static str,
    /// Whether it is of the current generation.
    pub generation: Generation,
    /// Virtual CPUs.
    pub vcpu: u16,
    /// Memory, GiB, as the price list states it.
    pub memory_gib: f64,
    /// The parameter `maxmemory` of redis and valkey, bytes.
    pub maxmemory_bytes: u64,
    /// Hard limit of a replica's output buffer, bytes.
    pub replica_hard_limit_bytes: u64,
    /// Soft limit of a replica's output buffer, bytes.
    pub replica_soft_limit_bytes: u64,
    /// How many clients a node of redis or valkey really admits.
    pub maxclients: u32,
    /// What memcached gets, where it is offered.
    pub memcached: Option<MemcachedSize>,
    /// The engines it serves, each with the oldest version.
    pub minimum_versions: &'static [(Engine, &'static str)],
    /// What `ElastiCache` offers on it.
    pub features: &'static [NodeFeature],
}

/// What memcached gets of a node type.
#[derive(Debug)]
pub struct MemcachedSize {
    /// The parameter `max_cache_memory`, MiB.
    pub max_cache_memory_mb: u32,
    /// The parameter `num_threads`.
    pub num_threads: u16,
}

/// Whether `ElastiCache` still recommends a node type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// Of the current generation.
    Current,
    /// Of a previous generation.
    Previous,
}

/// Something that some node types offer and others do not; the user guide's table of node types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeFeature {
    /// Encryption at rest.
    AtRestEncryption,
    /// Data tiering: it must be asked for here and cannot be elsewhere.
    DataTiering,
    /// `Durability` of valkey 9.
    Durability,
    /// Membership in a global datastore.
    GlobalDatastore,
    /// Encryption in transit for redis and valkey.
    InTransitEncryption,
    /// Encryption in transit for memcached.
    MemcachedInTransitEncryption,
    /// Automatic failover and Multi-AZ.
    MultiAz,
    /// Backup and restore.
    Snapshots,
}

/// The families from before Nitro.
const BEFORE_NITRO: [&str; 9] = ["c1", "m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2"];

/// A name that is no node type. AWS code: `InvalidParameterValue`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid Cache Node Type: {0}.")]
pub struct UnknownNodeType(pub String);

impl NodeType {
    /// Whether the type offers `feature`.
    #[must_use]
    pub fn supports(&self, feature: NodeFeature) -> bool {
        self.features.contains(&feature)
    }

    /// The oldest version of `engine` that runs on the type, or none when the engine is not offered on it.
    #[must_use]
    pub fn minimum_version(&self, engine: Engine) -> Option<&'static str> {
        self.minimum_versions.iter().find(|(served, _)| *served == engine).map(|(_, version)| *version)
    }

    /// Whether the type is built on Nitro, which `NetworkType` `ipv6` and `dual_stack` ask for.
    #[must_use]
    pub fn is_nitro(&self) -> bool {
        !BEFORE_NITRO.contains(&self.family)
    }

    /// Whether `ElastiCache` offers `version` of `engine` on the type.
    #[must_use]
    pub fn serves(&self, engine: Engine, version: &EngineVersion) -> bool {
        self.minimum_version(engine)
            .is_some_and(|minimum| minimum.parse::<EngineVersion>().is_ok_and(|minimum| *version >= minimum))
    }
}

/// Every node type, in the order of the user guide.
#[must_use]
pub fn node_types() -> &'static [NodeType] {
    NODE_TYPES
}

/// The node type of that name.
///
/// # Errors
///
/// [`UnknownNodeType`], when there is none.
pub fn node_type(name: &str) -> Result<&'static NodeType, UnknownNodeType> {
    NODE_TYPES.iter().find(|node_type| node_type.name == name).ok_or_else(|| UnknownNodeType(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_name() {
        assert_eq!(node_types().len(), 112);
        for entry in node_types() {
            assert!(std::ptr::eq(node_type(entry.name).expect("known"), entry), "{}", entry.name);
            assert_eq!(entry.memcached.is_some(), entry.minimum_version(Engine::Memcached).is_some(), "{}", entry.name);
            assert!(entry.name.starts_with(&format!("cache.{}.", entry.family)), "{}", entry.name);
        }
        assert_eq!(
            node_type("cache.r6g.medium").expect_err("unknown").to_string(),
            "Invalid Cache Node Type: cache.r6g.medium."
        );
    }

    #[test]
    fn engines_and_versions_are_limited_by_the_type() {
        let version = |text: &str| text.parse::<EngineVersion>().expect("a version");
        let tiered = node_type("cache.r6gd.xlarge").expect("known");
        assert!(tiered.supports(NodeFeature::DataTiering));
        assert!(tiered.serves(Engine::Redis, &version("6.2")));
        assert!(!tiered.serves(Engine::Redis, &version("6.0")));
        assert!(!tiered.serves(Engine::Memcached, &version("1.6.22")));
        assert!(tiered.is_nitro() && !node_type("cache.m4.large").expect("known").is_nitro());
        let newest = node_type("cache.m8g.large").expect("known");
        assert!(!newest.serves(Engine::Redis, &version("7.1")));
        assert!(newest.serves(Engine::Valkey, &version("8.2")));
    }
}
