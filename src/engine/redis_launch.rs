//! How a redis or valkey server is started.

use super::{
    directives,
    launch::{EngineSettings, Launch},
    restricted,
};

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
        let mut default = words(&["user", "default", "on"]);
        match &settings.auth_token_hash {
            Some(hash) => default.push(format!("#{hash}")),
            None => default.push("nopass".into()),
        }
        default.extend(restricted::default_user_rules(settings));
        all.push(default);
        let hash = format!("#{}", settings.admin.password_hash());
        let mut admin = words(&["user", ADMIN_USER, "on", &hash, "~*", "+@all"]);
        if restricted::has_channel_rules(settings) {
            admin.push("&*".into());
        }
        all.push(admin);
    }
    all
}

/// One directive as a line of a configuration file.
fn line(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        if word.is_empty() || word.contains(|c: char| c.is_whitespace() || "\"'\\#".contains(c)) {
            format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""))
        } else {
            word.clone()
        }
    });
    let mut line = quoted.collect::<Vec<_>>().join(" ");
    line.push('\n');
    line
}
