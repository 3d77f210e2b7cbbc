//! The metrics of a serverless cache, put together from those of the engines behind it, which nobody sees.

use std::collections::BTreeMap;

use super::{catalogue::is_of_serverless, reading::About};
use crate::model::Engine;

/// What each copy of the data has, or is told again by the primary, and counts once.
const OF_DATA: [&str; 6] =
    ["BytesUsedForCache", "CurrItems", "CurrVolatileItems", "NetworkBytesIn", "SetTypeCmds", "TotalCmdsCount"];

/// What takes as long as it takes wherever it is asked.
const LATENCIES: [&str; 2] = ["SuccessfulReadRequestLatency", "SuccessfulWriteRequestLatency"];

/// Memcached's counts of commands, which together are all of them but for touches, of which it tells all there ever were.
const COMMANDS: [&str; 9] =
    ["CmdFlush", "CmdGet", "CmdSet", "DecrHits", "DecrMisses", "DeleteHits", "DeleteMisses", "IncrHits", "IncrMisses"];

/// What the engines behind a cache have had.
#[derive(Debug, Default)]
pub(super) struct Parts {
    engine: Option<Engine>,
    sums: BTreeMap<&'static str, f64>,
}

impl Parts {
    /// Adds what one engine has.
    pub(super) fn add(&mut self, engine: Engine, about: &About<'_>, metrics: Vec<(&'static str, f64)>) {
        self.engine = Some(engine);
        let is_copy = about.is_primary == Some(false);
        for (name, value) in metrics {
            let name = match name {
                "BytesUsedForCacheItems" => "BytesUsedForCache",
                "ProcessedCommands" => "TotalCmdsCount",
                other => other,
            };
            if LATENCIES.contains(&name) {
                let longest = self.sums.entry(name).or_insert(value);
                *longest = longest.max(value);
            } else if !(is_copy && OF_DATA.contains(&name)) {
                *self.sums.entry(name).or_default() += value;
            }
        }
    }

    /// The metrics of the cache.
    pub(super) fn together(mut self) -> Vec<(&'static str, f64)> {
        let Some(engine) = self.engine else { return Vec::new() };
        let sum = |name: &str| self.sums.get(name).copied().unwrap_or_default();
        if engine == Engine::Memcached {
            let all = COMMANDS.into_iter().map(sum).sum();
            self.sums.insert("TotalCmdsCount", all);
        } else {
            let (hits, misses) = (sum("CacheHits"), sum("CacheMisses"));
            self.sums.remove("CacheHitRate");
            if hits + misses > 0.0 {
                self.sums.insert("CacheHitRate", 100.0 * hits / (hits + misses));
            }
        }
        self.sums.into_iter().filter(|(name, _)| is_of_serverless(engine, name)).collect()
    }
}
