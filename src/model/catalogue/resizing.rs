//! To which node types a cache may be changed: `ListAllowedNodeTypeModifications`.
//!
//! AWS publishes no rule, only one answer, for a `cache.r5.xlarge` of redis 5. The rule below gives that answer and
//! agrees with what the user guide says: larger types are of the Nitro generations only, smaller ones may be older,
//! data tiering is neither entered nor left, and memcached cannot be resized. A type of equal memory (`m5` to `m6g`)
//! counts as larger, since the guide recommends that change.

use super::engine_versions::EngineVersionFacts;
use super::families::{Family, family};
use super::node_types::{NodeFeature, NodeType};
use crate::model::Engine;

/// The types that a cache may be changed to, each list sorted by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedModifications {
    /// `ScaleUpModifications`.
    pub scale_up: Vec<&'static str>,
    /// `ScaleDownModifications`.
    pub scale_down: Vec<&'static str>,
}

impl AllowedModifications {
    /// Whether `name` is in either list.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.scale_up.contains(&name) || self.scale_down.contains(&name)
    }
}

/// Families older than the ones that serve as a smaller type.
const NEVER_OFFERED: [&str; 4] = ["c1", "m1", "m2", "t1"];

/// The node types that a cache of `version` on `current` may be changed to.
#[must_use]
pub fn allowed_modifications(version: &EngineVersionFacts, current: &NodeType) -> AllowedModifications {
    let mut allowed = AllowedModifications::default();
    let (Ok(family), true) = (family(version.family), version.engine != Engine::Memcached) else {
        return allowed;
    };
    for candidate in family.listed_node_types().filter(|candidate| is_candidate(family, version, current, candidate)) {
        if candidate.maxmemory_bytes < current.maxmemory_bytes {
            allowed.scale_down.push(candidate.name);
        } else if candidate.is_nitro() {
            allowed.scale_up.push(candidate.name);
        }
    }
    allowed.scale_up.sort_unstable();
    allowed.scale_down.sort_unstable();
    allowed
}

fn is_candidate(family: &Family, version: &EngineVersionFacts, current: &NodeType, candidate: &NodeType) -> bool {
    let general = candidate.family.starts_with(['m', 'r', 't']) || candidate.family == current.family;
    let runs = version.full_version.parse().is_ok_and(|version| candidate.serves(family.engine, &version));
    general
        && runs
        && candidate.name != current.name
        && !NEVER_OFFERED.contains(&candidate.family)
        && candidate.supports(NodeFeature::DataTiering) == current.supports(NodeFeature::DataTiering)
}

#[cfg(test)]
mod tests {
    use super::super::engine_versions::resolve_version;
    use super::super::node_types::node_type;
    use super::*;

    fn modifications(engine: Engine, version: &str, current: &str) -> AllowedModifications {
        let version = resolve_version(engine, Some(version)).expect("a version");
        allowed_modifications(version, node_type(current).expect("a type"))
    }

    #[test]
    fn the_published_answer_comes_out() {
        let allowed = modifications(Engine::Redis, "5.0.6", "cache.r5.xlarge");
        // Graviton came after the answer was published.
        let of_its_time = |names: Vec<&'static str>| {
            names.into_iter().filter(|name| !name.contains("g.") && !name.contains("gd.")).collect::<Vec<_>>()
        };
        assert_eq!(
            of_its_time(allowed.scale_up),
            [
                "cache.m5.12xlarge",
                "cache.m5.24xlarge",
                "cache.m5.4xlarge",
                "cache.r5.12xlarge",
                "cache.r5.24xlarge",
                "cache.r5.2xlarge",
                "cache.r5.4xlarge"
            ]
        );
        assert_eq!(
            of_its_time(allowed.scale_down),
            [
                "cache.m3.large",
                "cache.m3.medium",
                "cache.m3.xlarge",
                "cache.m4.large",
                "cache.m4.xlarge",
                "cache.m5.2xlarge",
                "cache.m5.large",
                "cache.m5.xlarge",
                "cache.r3.large",
                "cache.r4.large",
                "cache.r4.xlarge",
                "cache.r5.large",
                "cache.t2.medium",
                "cache.t2.micro",
                "cache.t2.small",
                "cache.t3.medium",
                "cache.t3.micro",
                "cache.t3.small"
            ]
        );
    }

    #[test]
    fn data_tiering_is_neither_entered_nor_left() {
        let tiered = modifications(Engine::Valkey, "8.2", "cache.r6gd.2xlarge");
        assert_eq!(tiered.scale_down, ["cache.r6gd.xlarge"]);
        assert!(tiered.scale_up.iter().all(|name| name.starts_with("cache.r6gd.")));
        let plain = modifications(Engine::Redis, "7.1", "cache.t3.micro");
        assert!(!plain.scale_up.iter().any(|name| name.contains("gd.")));
        assert!(plain.contains("cache.t4g.micro"));
        assert!(!plain.contains("cache.t3.micro"));
        assert!(!plain.contains("cache.m8g.large"), "redis is not offered on it");
        assert!(plain.contains("cache.r7g.large"));
        let older = modifications(Engine::Redis, "6.0", "cache.t3.micro");
        assert!(!older.contains("cache.r7g.large"), "it needs redis 6.2");
    }

    #[test]
    fn memcached_cannot_be_resized() {
        assert_eq!(modifications(Engine::Memcached, "1.6.22", "cache.m5.large"), AllowedModifications::default());
    }
}
