//! From `ElastiCache`'s parameters to the directives of redis and valkey. Most have the same name.

use std::collections::BTreeMap;

use super::launch::EngineSettings;
use crate::model::catalogue::commands::RENAMED_SERVERLESS;

/// Parameters that only `ElastiCache`'s own engines know, that the server sees to by itself, or that an engine can only
/// be started with. None of them is sent to a running engine as it is.
const NOT_DIRECTIVES: [&str; 22] = [
    "appendfsync",
    "appendonly",
    "close-on-replica-write",
    "close-on-slave-write",
    "cluster-databases",
    "cluster-enabled",
    "cluster-node-timeout",
    "cluster-preferred-endpoint-type",
    "cluster-require-full-coverage",
    "databases",
    "lua-replicate-commands",
    "maxclients",
    "maxmemory",
    "rename-commands",
    "replica-allow-chaining",
    "replicas-per-node-group",
    "reserved-memory",
    "reserved-memory-percent",
    "search-default-timeout-ms",
    "search-enable-partial-results",
    "search-fanout-target-mode",
    "slave-allow-chaining",
];

/// Commands that the server itself sends. One that is blocked gets a name that only the server knows.
const NEEDED: [&str; 6] = ["acl", "client", "cluster", "info", "ping", "slowlog"];

/// The commands that a parameter group gives another name, with that name, which is empty for a command that is
/// blocked. The parameter is a list of pairs with blanks between: `KEYS blocked FLUSHALL wipe`. Those that a serverless
/// cache does not have are among them.
pub(super) fn renamed_commands(settings: &EngineSettings) -> BTreeMap<String, String> {
    let value = settings.parameters.get(RENAME_COMMANDS).map(String::as_str).unwrap_or_default();
    let words: Vec<&str> = value.split_whitespace().collect();
    let name = |command: &str, name: &str| match name {
        "blocked" if NEEDED.contains(&command) => settings.admin.command(command),
        "blocked" => String::new(),
        name => name.to_owned(),
    };
    let pairs = words.chunks_exact(2).map(|pair| (pair[0].to_ascii_lowercase(), pair[1]));
    let of_serverless = RENAMED_SERVERLESS.into_iter().filter(|_| settings.is_serverless);
    let hidden = of_serverless.map(|command| (command.to_owned(), settings.admin.command(command)));
    pairs.map(|(command, new)| (command.clone(), name(&command, new))).chain(hidden).collect()
}

/// How much data the engine may hold in bytes: what the node type has, less what the parameter group keeps back.
pub(super) fn max_memory(settings: &EngineSettings) -> Option<u64> {
    let total = settings.number("maxmemory")?;
    let percent = settings.number("reserved-memory-percent").unwrap_or(0).min(100);
    let reserved = settings.number("reserved-memory").unwrap_or(0);
    Some((total - total / 100 * percent).saturating_sub(reserved))
}

/// The parameter that gives commands other names.
const RENAME_COMMANDS: &str = "rename-commands";

/// The directives that can be set on a running engine, with their values.
pub(super) fn live(settings: &EngineSettings) -> BTreeMap<String, String> {
    let mut live: BTreeMap<_, _> = settings
        .parameters
        .iter()
        .filter(|(name, _)| !NOT_DIRECTIVES.contains(&name.as_str()) && !name.starts_with("client-output-buffer-limit"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(bytes) = max_memory(settings) {
        live.insert("maxmemory".into(), bytes.to_string());
    }
    let limits = output_buffer_limits(settings);
    if !limits.is_empty() {
        live.insert("client-output-buffer-limit".into(), limits);
    }
    live
}

/// `ElastiCache` has a parameter for each number of what is one directive in the engine.
fn output_buffer_limits(settings: &EngineSettings) -> String {
    let classes =
        [("normal", ["normal", "normal"]), ("replica", ["replica", "slave"]), ("pubsub", ["pubsub", "pubsub"])];
    let limits = classes.into_iter().filter_map(|(class, names)| {
        let part = |part: &str| {
            names.iter().find_map(|name| settings.parameters.get(&format!("client-output-buffer-limit-{name}-{part}")))
        };
        Some(format!("{class} {} {} {}", part("hard-limit")?, part("soft-limit")?, part("soft-seconds")?))
    });
    limits.collect::<Vec<_>>().join(" ")
}
