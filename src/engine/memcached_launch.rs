//! How a memcached server is started. Nearly everything about it is decided there.

use super::launch::{EngineSettings, Launch};

/// Memory beyond the items that the engine may need: its code, hash table, connections and threads.
const OVERHEAD_BYTES: u64 = 128 << 20;

pub(super) fn launch(settings: &EngineSettings) -> Launch {
    let items = item_megabytes(settings);
    let mut arguments: Vec<String> = ["-l", "{address}", "-p"].map(Into::into).into();
    arguments.extend([settings.port.to_string(), "-U".into(), "0".into(), "-m".into(), items.to_string()]);
    for (parameter, flag) in VALUES {
        if let Some(value) = settings.parameters.get(parameter) {
            arguments.extend([flag.to_owned(), value.clone()]);
        }
    }
    if let Some(connections) = connections(settings) {
        arguments.extend(["-c".to_owned(), connections.to_string()]);
    }
    arguments
        .extend(SWITCHES.iter().filter(|(parameter, _)| settings.is_on(parameter)).map(|(_, flag)| (*flag).into()));
    let options = options(settings);
    if !options.is_empty() {
        arguments.extend(["-o".to_owned(), options.join(",")]);
    }
    Launch { arguments, config: None, memory_limit: (items << 20) + OVERHEAD_BYTES }
}

/// How many mebibytes of items fit: the node's memory less what `ElastiCache` keeps for connections.
pub(super) fn item_megabytes(settings: &EngineSettings) -> u64 {
    let total = settings.number("max_cache_memory").unwrap_or(64);
    let overhead = settings.number("memcached_connections_overhead").unwrap_or(0);
    total.saturating_sub(overhead).max(8)
}

/// Parameters whose value follows a flag.
const VALUES: [(&str, &str); 6] = [
    ("backlog_queue_limit", "-b"),
    ("binding_protocol", "-B"),
    ("chunk_size", "-n"),
    ("chunk_size_growth_factor", "-f"),
    ("max_item_size", "-I"),
    ("num_threads", "-t"),
];

/// Files that the engine needs open beside its connections.
const OWN_FILES: u64 = 100;

/// How many connections the engine takes: as many as the parameter says, unless that is more than it can have. Asked
/// for more than that, it would not start.
fn connections(settings: &EngineSettings) -> Option<u64> {
    let wanted = settings.number("max_simultaneous_connections")?;
    Some(settings.open_files.map_or(wanted, |most| wanted.min(most.saturating_sub(OWN_FILES))))
}

/// Parameters that are a flag when they are on.
const SWITCHES: [(&str, &str); 3] =
    [("cas_disabled", "-C"), ("disable_flush_all", "-F"), ("error_on_memory_exhausted", "-M")];

/// What goes into the list of extended options.
fn options(settings: &EngineSettings) -> Vec<String> {
    let mut options = Vec::new();
    // Older programs know few of them, and fail over one they do not know.
    if (settings.version.major(), settings.version.minor()) < (1, 5) {
        return options;
    }
    for switch in ["no_modern", "maxconns_fast", "slab_reassign", "lru_crawler", "lru_maintainer", "track_sizes"] {
        if settings.is_on(switch) {
            options.push(switch.to_owned());
        }
    }
    if let Some(algorithm) = settings.parameters.get("hash_algorithm") {
        options.push(format!("hash_algorithm={algorithm}"));
    }
    for (parameter, option) in [("idle_timeout", "idle_timeout"), ("slab_automove", "slab_automove")] {
        if let Some(value) = settings.number(parameter).filter(|value| *value > 0) {
            options.push(format!("{option}={value}"));
        }
    }
    // The program counts in kibibytes, the parameter in bytes.
    if let Some(bytes) = settings.number("slab_chunk_max") {
        options.push(format!("slab_chunk_max={}", (bytes >> 10).max(1)));
    }
    options
}
