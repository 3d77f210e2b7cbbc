//! `DescribeCacheEngineVersions`.

use super::{Operations, pagination::Page};
use crate::{
    model::catalogue::engine_versions::{EngineVersionFacts, engine_facts, engine_versions},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Versions past their end of life are not listed.
    pub(super) fn describe_cache_engine_versions(
        input: &types::DescribeCacheEngineVersionsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeCacheEngineVersionsMessage {
            engine,
            engine_version,
            cache_parameter_group_family,
            max_records,
            marker,
            default_only,
        } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let asks_for =
            |asked: &Option<String>, value: &str| asked.as_ref().is_none_or(|asked| asked.eq_ignore_ascii_case(value));
        let default_only = default_only.unwrap_or(false);
        let found = engine_versions().iter().filter(|facts| {
            facts.listed
                && asks_for(engine, facts.engine.name())
                && asks_for(engine_version, facts.version)
                && asks_for(cache_parameter_group_family, facts.family)
                && (!default_only || is_default(facts))
        });
        // The list is sorted by engine and then by version as text, which is what the key of a page follows.
        let keyed = found.map(|facts| (format!("{} {}", facts.engine, facts.version), facts));
        let rest = keyed.filter(|(key, _)| page.after().is_none_or(|after| key.as_str() > after));
        let (versions, marker) = page.take(rest, |(key, _)| key.as_str());
        Ok(Output::DescribeCacheEngineVersions(types::CacheEngineVersionMessage {
            marker,
            cache_engine_versions: Some(versions.into_iter().map(|(_, facts)| show(facts)).collect()),
        }))
    }
}

fn is_default(facts: &EngineVersionFacts) -> bool {
    engine_facts(facts.engine).default_version == facts.version
}

fn show(facts: &EngineVersionFacts) -> types::CacheEngineVersion {
    types::CacheEngineVersion {
        engine: Some(facts.engine.name().to_owned()),
        engine_version: Some(facts.version.to_owned()),
        cache_parameter_group_family: Some(facts.family.to_owned()),
        cache_engine_description: Some(engine_facts(facts.engine).description.to_owned()),
        cache_engine_version_description: Some(facts.description.to_owned()),
    }
}
