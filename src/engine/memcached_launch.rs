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
const VALUES: [(&str, &str); 7] = [
    ("backlog_queue_limit", "-b"),
    ("binding_protocol", "-B"),
    ("chunk_size", "-n"),
    ("chunk_size_growth_factor", "-f"),
    ("max_item_size", "-I"),
    ("num_threads", "-t"),
    ("requests_per_event", "-R"),
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

/// Parameters that are an extended option of the same name when they are on.
const OPTION_SWITCHES: [&str; 7] = [
    "no_modern",
    "inline_ascii_resp",
    "maxconns_fast",
    "slab_reassign",
    "lru_crawler",
    "lru_maintainer",
    "track_sizes",
];

/// Parameters whose value follows the name of an extended option. Zero switches each of them off.
const OPTION_VALUES: [(&str, &str); 6] = [
    ("hash_algorithm", "hash_algorithm"),
    ("hashpower_init", "hashpower"),
    ("idle_timeout", "idle_timeout"),
    ("slab_automove", "slab_automove"),
    ("watcher_logbuf_size", "watcher_logbuf_size"),
    ("worker_logbuf_size", "worker_logbuf_size"),
];

/// What goes into the list of extended options.
fn options(settings: &EngineSettings) -> Vec<String> {
    let mut options = Vec::new();
    // Older programs know few of them, and fail over one they do not know.
    if (settings.version.major(), settings.version.minor()) < (1, 5) {
        return options;
    }
    options.extend(OPTION_SWITCHES.iter().filter(|name| settings.is_on(name)).map(|name| (*name).to_owned()));
    for (parameter, option) in OPTION_VALUES {
        if let Some(value) = settings.parameters.get(parameter).filter(|value| *value != "0") {
            options.push(format!("{option}={value}"));
        }
    }
    // The program counts in kibibytes, the parameter in bytes.
    if let Some(bytes) = settings.number("slab_chunk_max") {
        options.push(format!("slab_chunk_max={}", (bytes >> 10).max(1)));
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::InstanceSecret;

    fn arguments(parameters: &[(&str, &str)], open_files: Option<u64>) -> String {
        let settings = EngineSettings {
            engine: crate::model::Engine::Memcached,
            version: "1.6.22".parse().expect("a version"),
            port: 11211,
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            open_files,
            access: crate::model::Access::Open,
            iam_passwords: std::collections::BTreeMap::new(),
            admin: InstanceSecret::new([0; 32]).of_engine("e"),
            replicates: false,
            is_serverless: false,
            cluster: None,
        };
        launch(&settings).arguments.join(" ")
    }

    #[test]
    fn parameters_become_flags_and_options() {
        let parameters = [
            ("max_cache_memory", "1300"),
            ("memcached_connections_overhead", "100"),
            ("cas_disabled", "1"),
            ("disable_flush_all", "0"),
            ("no_modern", "1"),
            ("idle_timeout", "0"),
            ("hash_algorithm", "murmur3"),
            ("slab_chunk_max", "524288"),
        ];
        assert_eq!(
            arguments(&parameters, None),
            "-l {address} -p 11211 -U 0 -m 1200 -C -o no_modern,hash_algorithm=murmur3,slab_chunk_max=512"
        );
    }

    #[test]
    fn no_more_connections_are_asked_for_than_files_can_be_open() {
        let parameters = [("max_simultaneous_connections", "65000")];
        assert!(arguments(&parameters, None).contains("-c 65000"));
        assert!(arguments(&parameters, Some(1_048_576)).contains("-c 65000"));
        assert!(arguments(&parameters, Some(20_000)).contains("-c 19900"));
    }
}
