//! The engine version of a serverless cache: its owner chooses a major version, and gets the newest of that.

use crate::{
    model::{
        Engine,
        catalogue::engine_versions::{
            EngineFeature, EngineVersionFacts, VersionError, engine_facts, engine_version, engine_versions,
        },
    },
    operations::errors,
    protocol::AwsError,
};

/// The engine of this name.
pub(super) fn engine(name: &str) -> Result<Engine, AwsError> {
    name.to_ascii_lowercase().parse().map_err(|_| errors::invalid_value(format_args!("Invalid engine: {name}.")))
}

/// The version that a cache of `engine` gets which is to be of the major version `asked`.
pub(super) fn newest(engine: Engine, asked: Option<&str>) -> Result<&'static EngineVersionFacts, AwsError> {
    let usual = engine_version(engine, engine_facts(engine).default_version);
    let major = match (asked.filter(|text| !text.is_empty()), usual) {
        (None, Some(usual)) => major(engine, usual.version),
        (asked, _) => asked.unwrap_or_default(),
    };
    let offered = engine_versions().iter().filter(|facts| facts.engine == engine && facts.listed);
    let offered = offered.filter(|facts| facts.supports(EngineFeature::Serverless));
    let of_major = offered.filter(|facts| self::major(engine, facts.version) == major);
    of_major
        .max_by_key(|facts| super::super::cache_cluster::full_version(facts))
        .ok_or_else(|| errors::refused_version(VersionError::Unknown { engine, requested: major.to_owned() }))
}

/// `MajorEngineVersion` of a version: its first number, or of Memcached its first two.
pub(in crate::operations) fn major(engine: Engine, version: &str) -> &str {
    let numbers = if engine == Engine::Memcached { 2 } else { 1 };
    version.match_indices('.').nth(numbers - 1).map_or(version, |(end, _)| &version[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(engine: Engine, asked: Option<&str>) -> Result<&'static str, String> {
        newest(engine, asked).map(|facts| facts.version).map_err(|error| error.message)
    }

    #[test]
    fn a_major_version_means_the_newest_of_it() {
        assert_eq!(version(Engine::Redis, Some("7")), Ok("7.1"));
        assert_eq!(version(Engine::Valkey, Some("7")), Ok("7.2"));
        assert_eq!(version(Engine::Memcached, Some("1.6")), Ok("1.6.22"));
        assert_eq!(version(Engine::Redis, None), Ok("7.1"));
        assert_eq!(version(Engine::Valkey, Some("")), version(Engine::Valkey, Some("8")));
    }

    #[test]
    fn what_is_no_major_version_is_refused() {
        for (engine, asked) in [
            (Engine::Redis, "6"),
            (Engine::Redis, "7.1"),
            (Engine::Redis, "8"),
            (Engine::Valkey, "10"),
            (Engine::Memcached, "1"),
            (Engine::Memcached, "1.6.22"),
            (Engine::Memcached, "1.5"),
        ] {
            assert!(version(engine, Some(asked)).is_err(), "{engine} {asked}");
        }
    }
}
