//! The commands that `ElastiCache` keeps from clients ("Supported and restricted commands" in its user guide).
//!
//! A command as a whole is renamed, which gives the very answer that clients of `ElastiCache` get, `ERR unknown
//! command`, and is denied by ACL as well, because the new name shows in the slow log. Subcommands can only be denied by
//! ACL. PSYNC and SYNC cannot be renamed either, as replicas send them.

use super::launch::EngineSettings;

/// Commands that get another name.
pub(super) const RENAMED: [&str; 10] =
    ["bgrewriteaof", "bgsave", "config", "debug", "migrate", "module", "replicaof", "save", "shutdown", "slaveof"];

/// Commands that are denied by ACL alone.
const DENIED: [&str; 2] = ["psync", "sync"];

/// Subcommands that are denied, for engines whose ACL can deny one (7.0 on).
const DENIED_SUBCOMMANDS: [&str; 16] = [
    "acl|deluser",
    "acl|load",
    "acl|save",
    "acl|setuser",
    "cluster|addslots",
    "cluster|addslotsrange",
    "cluster|bumpepoch",
    "cluster|delslots",
    "cluster|delslotsrange",
    "cluster|failover",
    "cluster|flushslots",
    "cluster|forget",
    "cluster|links",
    "cluster|meet",
    "cluster|reset",
    "cluster|setslot",
];

/// Subcommands that stay allowed, for engines whose ACL can only allow single ones (6.x).
const ALLOWED_SUBCOMMANDS: [&str; 14] = [
    "acl|cat",
    "acl|genpass",
    "acl|getuser",
    "acl|help",
    "acl|list",
    "acl|log",
    "acl|users",
    "acl|whoami",
    "cluster|countkeysinslot",
    "cluster|info",
    "cluster|keyslot",
    "cluster|myid",
    "cluster|nodes",
    "cluster|slots",
];

/// Whether the engine knows users.
pub(super) fn has_acl(settings: &EngineSettings) -> bool {
    settings.version.major() >= 6
}

/// Whether the engine has rules for publish and subscribe channels.
pub(super) fn has_channel_rules(settings: &EngineSettings) -> bool {
    (settings.version.major(), settings.version.minor()) >= (6, 2)
}

/// What a client that is not a user of its own may do.
pub(super) fn default_user_rules(settings: &EngineSettings) -> Vec<String> {
    let mut rules = vec!["~*".to_owned(), "+@all".to_owned()];
    if has_channel_rules(settings) {
        rules.push("&*".into());
    }
    rules.extend(RENAMED.iter().chain(&DENIED).map(|command| format!("-{command}")));
    if settings.version.major() >= 7 {
        rules.extend(DENIED_SUBCOMMANDS.iter().map(|subcommand| format!("-{subcommand}")));
    } else {
        rules.extend(["-acl".to_owned(), "-cluster".to_owned()]);
        rules.extend(ALLOWED_SUBCOMMANDS.iter().map(|subcommand| format!("+{subcommand}")));
    }
    rules
}
