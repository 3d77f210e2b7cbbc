//! The engine versions that `ElastiCache` offers, and which of them a request means.

use super::generated::engine_versions::{ENGINES, VERSIONS};
use crate::model::Engine;

/// An engine, with what `ElastiCache` says about it as a whole.
#[derive(Debug)]
pub struct EngineFacts {
    /// The engine.
    pub engine: Engine,
    /// The text of `CacheEngineDescription`.
    pub description: &'static str,
    /// The version that a request without `EngineVersion` gets.
    pub default_version: &'static str,
}

/// A version of an engine as `DescribeCacheEngineVersions` shows it, with what it can do.
#[derive(Debug)]
pub struct EngineVersionFacts {
    /// The engine.
    pub engine: Engine,
    /// The version as requests name it: `7.1`, `5.0.6`, `1.6.22`.
    pub version: &'static str,
    /// The name of its parameter group family.
    pub family: &'static str,
    /// The text of `CacheEngineVersionDescription`.
    pub description: &'static str,
    /// The version that a running cluster reports, with its patch number.
    pub full_version: &'static str,
    /// Whether `ElastiCache` still offers the version. The others are past their end of life: they can be resolved,
    /// so that engines of that age can be run on purpose, and `DescribeCacheEngineVersions` leaves them out.
    pub listed: bool,
    /// What `ElastiCache` offers with this version.
    pub features: &'static [EngineFeature],
}

/// Something that some engine versions offer and others do not; the user guide's feature tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EngineFeature {
    /// The append-only file, given up with redis 2.8.22.
    AppendOnlyFile,
    /// Encryption at rest.
    AtRestEncryption,
    /// `AuthToken`.
    AuthToken,
    /// The memcached configuration endpoint.
    AutoDiscovery,
    /// `AutoMinorVersionUpgrade` has an effect.
    AutoMinorVersionUpgrade,
    /// Bloom filters.
    BloomFilter,
    /// More than one database in cluster mode.
    ClusterDatabases,
    /// Cluster mode enabled.
    ClusterMode,
    /// Changing `ClusterMode` of an existing group, through `compatible`.
    ClusterModeMigration,
    /// `COMMANDLOG`.
    CommandLog,
    /// Data tiering, on r6gd nodes.
    DataTiering,
    /// `Durability`.
    Durability,
    /// Delivery of the engine log.
    EngineLogDelivery,
    /// Functions.
    Functions,
    /// Global datastores.
    GlobalDatastore,
    /// Users that authenticate with IAM.
    IamAuth,
    /// Encryption in transit.
    InTransitEncryption,
    /// `NetworkType` `ipv6` and `dual_stack`.
    Ipv6,
    /// JSON values.
    Json,
    /// Changing `AuthToken` of an existing group.
    ModifyAuthToken,
    /// Adding and removing shards while the group serves.
    OnlineResharding,
    /// Automatic failover and Multi-AZ.
    MultiAz,
    /// Users and user groups.
    Rbac,
    /// The parameter `rename-commands`.
    RenameCommands,
    /// Serverless caches of this version's major version.
    Serverless,
    /// Sharded publish and subscribe.
    ShardedPubsub,
    /// Delivery of the slow log.
    SlowLogDelivery,
    /// Snapshots of node-based caches.
    Snapshots,
    /// Streams.
    Streams,
    /// Turning encryption in transit on and off for an existing group.
    ToggleInTransitEncryption,
    /// Vector search.
    VectorSearch,
}

/// A version that `ElastiCache` does not accept in a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// A patch number where only `major.minor` may be chosen. AWS code: `InvalidParameterValue`.
    #[error("Specific version selection is not allowed for '{requested}', please use '{offered}'")]
    PatchNotAllowed {
        /// The version of the request.
        requested: String,
        /// Its `major.minor`.
        offered: String,
    },
    /// A version that the engine does not have. AWS code: `InvalidParameterCombination`.
    #[error("Cannot find version {requested} for {engine}")]
    Unknown {
        /// The engine of the request.
        engine: Engine,
        /// The version of the request.
        requested: String,
    },
}

impl EngineVersionFacts {
    /// Whether the version offers `feature`.
    #[must_use]
    pub fn supports(&self, feature: EngineFeature) -> bool {
        self.features.contains(&feature)
    }
}

/// Every known version, sorted as `DescribeCacheEngineVersions` lists them: by engine, then by the version's text, so
/// that `1.4.14` comes before `1.4.5`.
#[must_use]
pub fn engine_versions() -> &'static [EngineVersionFacts] {
    VERSIONS
}

/// What is known of `engine` as a whole.
///
/// # Panics
///
/// Never: the tables hold every engine, which a test holds true.
#[must_use]
pub fn engine_facts(engine: Engine) -> &'static EngineFacts {
    ENGINES.iter().find(|facts| facts.engine == engine).expect("every engine is in the catalogue")
}

/// The version of `engine` that is called exactly `version`.
#[must_use]
pub fn engine_version(engine: Engine, version: &str) -> Option<&'static EngineVersionFacts> {
    VERSIONS.iter().find(|facts| facts.engine == engine && facts.version == version)
}

/// The version that a request for `engine` means: the default when `requested` is absent or empty, the newest 6 for
/// `6.x` of redis, else the one of that name.
///
/// # Errors
///
/// [`VersionError::PatchNotAllowed`] for a patch number of redis 6 and later or of valkey, and
/// [`VersionError::Unknown`] for a version the engine does not have.
pub fn resolve_version(engine: Engine, requested: Option<&str>) -> Result<&'static EngineVersionFacts, VersionError> {
    let wanted = match requested.filter(|text| !text.is_empty()) {
        None => engine_facts(engine).default_version,
        Some("6.x") if engine == Engine::Redis => newest_redis_6(),
        Some(text) => text,
    };
    engine_version(engine, wanted).ok_or_else(|| match offered_instead(engine, wanted) {
        Some(offered) => VersionError::PatchNotAllowed { requested: wanted.to_owned(), offered: offered.to_owned() },
        None => VersionError::Unknown { engine, requested: wanted.to_owned() },
    })
}

/// The version of `engine` whose clusters report `full_version`, such as `7.0` for `7.0.7`.
#[must_use]
pub fn version_reported_as(engine: Engine, full_version: &str) -> Option<&'static EngineVersionFacts> {
    VERSIONS.iter().find(|facts| facts.engine == engine && facts.full_version == full_version)
}

/// The `major.minor` of a version with a patch number, for the engines whose requests leave that number out.
fn offered_instead(engine: Engine, requested: &str) -> Option<&str> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    let (minor_version, patch) = requested.rsplit_once('.')?;
    let (major, minor) = minor_version.split_once('.')?;
    let (major, _, _) = (number(major)?, number(minor)?, number(patch)?);
    let patch_is_hidden = match engine {
        Engine::Memcached => false,
        Engine::Redis => major >= 6,
        Engine::Valkey => true,
    };
    patch_is_hidden.then_some(minor_version)
}

fn newest_redis_6() -> &'static str {
    VERSIONS
        .iter()
        .rfind(|facts| facts.engine == Engine::Redis && facts.version.starts_with("6."))
        .map_or("6.x", |facts| facts.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(engine: Engine, requested: &str) -> Result<&'static str, String> {
        resolve_version(engine, Some(requested)).map(|facts| facts.full_version).map_err(|error| error.to_string())
    }

    #[test]
    fn a_request_gets_the_version_it_means() {
        assert_eq!(resolved(Engine::Redis, "6.x"), Ok("6.2.6"));
        assert_eq!(resolved(Engine::Redis, "6.2"), Ok("6.2.6"));
        assert_eq!(resolved(Engine::Redis, "7.0"), Ok("7.0.7"));
        assert_eq!(resolved(Engine::Redis, "7.1"), Ok("7.1.0"));
        assert_eq!(resolved(Engine::Redis, "5.0.6"), Ok("5.0.6"));
        assert_eq!(resolved(Engine::Memcached, "1.6.22"), Ok("1.6.22"));
        for engine in Engine::ALL {
            let default = resolve_version(engine, None).expect("a default version");
            assert_eq!(default.version, engine_facts(engine).default_version);
            assert_eq!(resolve_version(engine, Some("")).expect("a default version").version, default.version);
        }
    }

    #[test]
    fn a_patch_number_is_refused_where_elasticache_chooses_it() {
        let text = "Specific version selection is not allowed for '7.0.7', please use '7.0'";
        assert_eq!(resolved(Engine::Redis, "7.0.7"), Err(text.to_owned()));
        assert!(matches!(
            resolve_version(Engine::Valkey, Some("8.0.1")),
            Err(VersionError::PatchNotAllowed { offered, .. }) if offered == "8.0"
        ));
    }

    #[test]
    fn an_unknown_version_is_refused() {
        assert_eq!(resolved(Engine::Redis, "4.0.13"), Err("Cannot find version 4.0.13 for redis".to_owned()));
        for (engine, version) in [
            (Engine::Redis, "7"),
            (Engine::Redis, "7.2"),
            (Engine::Redis, "5.0"),
            (Engine::Redis, "7.x"),
            (Engine::Valkey, "6.x"),
            (Engine::Memcached, "1.6"),
            (Engine::Memcached, "1.6.99"),
            (Engine::Redis, "7.0.x"),
            (Engine::Redis, "latest"),
        ] {
            assert!(matches!(resolve_version(engine, Some(version)), Err(VersionError::Unknown { .. })), "{version}");
        }
    }

    #[test]
    fn versions_are_sorted_by_engine_and_text() {
        assert!(engine_versions().is_sorted_by_key(|facts| (facts.engine, facts.version)));
        assert!(engine_versions().iter().all(|facts| facts.full_version.starts_with(facts.version)));
    }

    #[test]
    fn features_follow_the_version() {
        let supports = |engine, version, feature| engine_version(engine, version).expect("known").supports(feature);
        assert!(supports(Engine::Memcached, "1.6.12", EngineFeature::InTransitEncryption));
        assert!(!supports(Engine::Memcached, "1.6.6", EngineFeature::InTransitEncryption));
        assert!(supports(Engine::Redis, "3.2.6", EngineFeature::InTransitEncryption));
        assert!(!supports(Engine::Redis, "3.2.10", EngineFeature::InTransitEncryption));
        assert!(supports(Engine::Redis, "6.2", EngineFeature::EngineLogDelivery));
        assert!(!supports(Engine::Redis, "6.0", EngineFeature::EngineLogDelivery));
        assert_eq!(version_reported_as(Engine::Redis, "7.0.7").map(|facts| facts.version), Some("7.0"));
    }
}
