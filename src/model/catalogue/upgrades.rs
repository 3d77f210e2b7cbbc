//! From which engine version a cache may go to which.
//!
//! Only the versions themselves are judged. Whether the cache uses something that the newer version lacks, and which
//! parameter group comes along, is the operation's to decide.

use super::engine_versions::{EngineVersionFacts, engine_versions};
use crate::model::{Engine, EngineVersion};

/// A change of version that `ElastiCache` does not offer. AWS code: `InvalidParameterCombination`; the texts are ours,
/// since the ones of AWS are not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpgradeError {
    /// The version is older than the present one.
    #[error("Cannot downgrade engine {engine} from version {from} to {to}.")]
    Downgrade {
        /// The engine, the same before and after.
        engine: Engine,
        /// The present version.
        from: &'static str,
        /// The version asked for.
        to: &'static str,
    },
    /// Only redis may become valkey, and valkey 7.2 redis 7.1 again.
    #[error("Cannot change the engine from {from_engine} {from} to {to_engine} {to}.")]
    Engine {
        /// The present engine.
        from_engine: Engine,
        /// The present version.
        from: &'static str,
        /// The engine asked for.
        to_engine: Engine,
        /// The version asked for.
        to: &'static str,
    },
}

/// Whether a cache of version `from` may be changed to version `to`: to any later one of its engine, from redis to any
/// valkey, and from valkey 7.2 back to redis 7.1. Staying is allowed.
///
/// # Errors
///
/// [`UpgradeError`], when it may not.
pub fn check_upgrade(from: &EngineVersionFacts, to: &EngineVersionFacts) -> Result<(), UpgradeError> {
    if from.engine == to.engine {
        return if number(to) >= number(from) {
            Ok(())
        } else {
            Err(UpgradeError::Downgrade { engine: from.engine, from: from.version, to: to.version })
        };
    }
    match (from.engine, to.engine) {
        (Engine::Redis, Engine::Valkey) => Ok(()),
        (Engine::Valkey, Engine::Redis) if from.version == "7.2" && to.version == "7.1" => Ok(()),
        (from_engine, to_engine) => {
            Err(UpgradeError::Engine { from_engine, from: from.version, to_engine, to: to.version })
        }
    }
}

/// The versions that `ElastiCache` offers as targets for a cache of version `from`, itself left out.
pub fn upgrade_targets(from: &EngineVersionFacts) -> impl Iterator<Item = &'static EngineVersionFacts> {
    engine_versions().iter().filter(move |to| {
        to.listed && (to.engine, to.version) != (from.engine, from.version) && check_upgrade(from, to).is_ok()
    })
}

fn number(facts: &EngineVersionFacts) -> EngineVersion {
    facts.version.parse().expect("the catalogue holds versions")
}

#[cfg(test)]
mod tests {
    use super::super::engine_versions::engine_version;
    use super::*;

    fn targets(engine: Engine, version: &str) -> Vec<String> {
        let from = engine_version(engine, version).expect("known");
        upgrade_targets(from).map(|to| format!("{} {}", to.engine, to.version)).collect()
    }

    #[test]
    fn newer_versions_and_valkey_are_offered() {
        assert_eq!(
            targets(Engine::Redis, "6.2"),
            [
                "redis 7.0",
                "redis 7.1",
                "valkey 7.2",
                "valkey 8.0",
                "valkey 8.1",
                "valkey 8.2",
                "valkey 9.0",
                "valkey 9.1"
            ]
        );
        let from_oldest = targets(Engine::Redis, "2.6.13");
        assert_eq!(from_oldest[..3], ["redis 4.0.10", "redis 5.0.6", "redis 6.0"], "past versions are not offered");
        assert_eq!(targets(Engine::Valkey, "9.1"), Vec::<String>::new());
        assert_eq!(targets(Engine::Valkey, "7.2")[0], "redis 7.1");
        assert_eq!(targets(Engine::Memcached, "1.6.6"), ["memcached 1.6.12", "memcached 1.6.17", "memcached 1.6.22"]);
    }

    #[test]
    fn older_versions_and_other_engines_are_refused() {
        let version = |engine, version| engine_version(engine, version).expect("known");
        let refused = |from, to| check_upgrade(from, to).expect_err("refused");
        let (redis_6, redis_7) = (version(Engine::Redis, "6.2"), version(Engine::Redis, "7.1"));
        assert!(matches!(refused(redis_7, redis_6), UpgradeError::Downgrade { from: "7.1", to: "6.2", .. }));
        let valkey_8 = version(Engine::Valkey, "8.0");
        assert!(matches!(refused(valkey_8, redis_7), UpgradeError::Engine { .. }));
        assert!(matches!(refused(version(Engine::Memcached, "1.6.6"), valkey_8), UpgradeError::Engine { .. }));
        assert_eq!(check_upgrade(redis_7, redis_7), Ok(()));
    }
}
