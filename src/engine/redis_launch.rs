//! How a redis or valkey server is started.

use super::{
    acl::DEFAULT_USER,
    cluster, directives,
    launch::{EngineSettings, Launch},
    restricted,
};
use crate::model::hex::hex;

/// The name of the user by which the server administers engines.
pub(super) const ADMIN_USER: &str = "cachette-admin";

/// Memory beyond the data that the engine may need: its code, client and replication buffers, fragmentation, and the
/// copies that a snapshot makes.
const OVERHEAD_BYTES: u64 = 128 << 20;

pub(super) fn launch(settings: &EngineSettings) -> Launch {
    let directives = boot_directives(settings);
    let arguments = directives
        .iter()
        .flat_map(|words| std::iter::once(format!("--{}", words[0])).chain(words[1..].iter().cloned()))
        .collect();
    let config = directives.iter().map(|words| line(words)).collect();
    let data = directives::max_memory(settings).unwrap_or(0);
    Launch { arguments, config: Some(config), memory_limit: data + data / 2 + OVERHEAD_BYTES }
}

/// The directives that an engine has to start with: where it listens, who may do what, and what cannot be changed
/// while it runs.
fn boot_directives(settings: &EngineSettings) -> Vec<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut all = vec![
        words(&["bind", "{address}"]),
        words(&["port", &settings.port.to_string()]),
        // Images of the engines' makers have it off, Debian's programs have it on: never rely on either.
        words(&["protected-mode", "no"]),
        words(&["daemonize", "no"]),
        words(&["save", ""]),
        words(&["appendonly", "no"]),
        // Otherwise a replica waits five seconds for others that might want the same copy.
        words(&["repl-diskless-sync-delay", "0"]),
    ];
    if (settings.version.major(), settings.version.minor()) >= (6, 2) {
        // A replica is known by the address that it calls from.
        all.push(words(&["bind-source-addr", "{address}"]));
    }
    if settings.version.major() >= 6 {
        // A copy that was made for a replica, or for a snapshot, does not stay behind on the disk.
        all.push(words(&["rdb-del-sync-files", "yes"]));
    }
    if settings.replicates {
        // Sent straight to replicas, a copy comes sooner, but what is written after it may come a second later: the engine
        // waits for a second sign of life when the first one comes before its child has ended. By way of a file, which
        // all replicas that wait share, what is written follows at once.
        all.push(words(&["repl-diskless-sync", "no"]));
        // That often a second the engine looks whether the file is there. It is calmed down when all have their copy.
        all.push(words(&["hz", "100"]));
    }
    all.extend(cluster::boot_directives(settings));
    for parameter in ["databases", "maxclients"] {
        if let Some(value) = settings.parameters.get(parameter) {
            all.push(words(&[parameter, value]));
        }
    }
    if let Some(bytes) = directives::max_memory(settings) {
        all.push(words(&["maxmemory", &bytes.to_string()]));
    }
    for (command, name) in directives::renamed_commands(settings) {
        all.push(words(&["rename-command", &command, &name]));
    }
    for command in restricted::RENAMED {
        all.push(words(&["rename-command", command, &settings.admin.command(command)]));
    }
    if restricted::has_acl(settings) {
        // Whoever else may come in is told later, see `users`.
        all.push(words(&["user", DEFAULT_USER, "off"]));
        let hash = format!("#{}", settings.admin.password_hash());
        let mut admin = words(&["user", ADMIN_USER, "on", &hash, "~*", "+@all"]);
        if let Some(cluster) = &settings.cluster {
            admin.push(format!("#{}", cluster.secret.password_hash()));
        }
        if restricted::has_channel_rules(settings) {
            admin.push("&*".into());
        }
        all.push(admin);
    }
    all
}

/// One directive as a line of a configuration file. Whatever a word holds, it stays one word of this one line.
fn line(words: &[String]) -> String {
    let plain =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'\\#".contains(&byte));
    let quoted = words.iter().map(|word| if plain(word) { word.clone() } else { quote(word) });
    let mut line = quoted.collect::<Vec<_>>().join(" ");
    line.push('\n');
    line
}

/// A word in the quotes that engines read: every byte that is not plain as `\xHH`.
fn quote(word: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in word.bytes() {
        if byte == b' ' || (byte.is_ascii_graphic() && byte != b'"' && byte != b'\\') {
            quoted.push(char::from(byte));
        } else {
            quoted.push_str("\\x");
            quoted.push_str(&hex(&[byte]));
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{ClusterSettings, InstanceSecret},
        model::{Access, PasswordHash},
    };

    fn settings(version: &str, parameters: &[(&str, &str)]) -> EngineSettings {
        EngineSettings {
            engine: crate::model::Engine::Redis,
            version: version.parse().expect("a version"),
            port: 6379,
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            open_files: None,
            access: Access::Tokens { tokens: vec![PasswordHash::of("secret")], optional: false },
            iam_passwords: std::collections::BTreeMap::new(),
            admin: InstanceSecret::new([0; 32]).of_engine("e"),
            replicates: false,
            is_serverless: false,
            cluster: None,
        }
    }

    fn config(settings: &EngineSettings) -> String {
        launch(settings).config.expect("a configuration")
    }

    #[test]
    fn a_word_cannot_break_out_of_its_line() {
        let words = ["requirepass", "a b\nmasterauth \"x\" \\", "", "é"].map(str::to_owned);
        assert_eq!(line(&words), "requirepass \"a b\\x0amasterauth \\x22x\\x22 \\x5c\" \"\" \"\\xc3\\xa9\"\n");
    }

    #[test]
    fn secrets_are_hashed_and_names_of_commands_are_hidden() {
        let settings = settings("7.0", &[("rename-commands", "KEYS blocked FLUSHALL wipe")]);
        let config = config(&settings);
        assert!(!config.contains(settings.admin.password()));
        assert!(config.contains("user default off\n") && !config.contains(PasswordHash::of("secret").as_str()));
        assert!(config.contains("rename-command flushall wipe\nrename-command keys \"\"\n"));
        assert!(config.contains("rename-command config config-"));
    }

    #[test]
    fn older_engines_are_told_what_they_understand() {
        assert!(!config(&settings("6.0", &[])).contains("&*"));
        assert!(!config(&settings("5.0.6", &[])).contains("user default"));
    }

    #[test]
    fn nodes_of_a_cluster_are_told_so() {
        let group = InstanceSecret::new([0; 32]).of_engine("group");
        let node = |version, port| {
            let cluster = Some(ClusterSettings { secret: group.clone() });
            config(&EngineSettings { port, cluster, ..settings(version, &[]) })
        };
        let newer = node("7.0", 6379);
        assert!(newer.contains("cluster-enabled yes\n") && newer.contains("cluster-allow-replica-migration no\n"));
        assert!(newer.contains(&format!(" \"#{}\"", group.password_hash())) && !newer.contains(group.password()));
        assert!(!newer.contains("cluster-port"));
        assert!(node("7.0", 60_000).contains("cluster-port 50000\n"));
        let older = node("6.0", 6379);
        assert!(older.contains("cluster-replica-no-failover yes\n") && !older.contains("allow-replica-migration"));
        assert!(!older.contains("bind-source-addr"));
        assert!(!config(&settings("7.0", &[])).contains("cluster-enabled"), "it is no node");
    }

    #[test]
    fn what_is_reserved_is_taken_off_the_memory() {
        let memory = [("maxmemory", "1000000000"), ("reserved-memory-percent", "25")];
        assert!(config(&settings("7.0", &memory)).contains("maxmemory 750000000\n"));
    }
}
