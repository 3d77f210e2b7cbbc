//! The commands of Redis and Valkey, as far as access strings name them: an engine refuses a rule about a command that it
//! does not know.
//!
//! The names are those that Redis 7.0 and Valkey 8.0 themselves list, and what later versions of Valkey added.

use super::generated::commands::COMMANDS;

/// A command, or a subcommand with its command's name before it: `get`, `config|get`.
#[derive(Debug)]
pub struct Command {
    /// Its name, in lower case.
    pub name: &'static str,
    /// The version of Redis or Valkey that brought it.
    pub since: (u8, u8),
}

/// What access strings cannot name, from the user guide's list of restricted commands: these commands with all that is
/// below them, and these subcommands.
const RESTRICTED: [&str; 28] = [
    "acl|deluser",
    "acl|load",
    "acl|save",
    "acl|setuser",
    "bgrewriteaof",
    "bgsave",
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
    "config",
    "debug",
    "migrate",
    "module",
    "psync",
    "replicaof",
    "save",
    "shutdown",
    "slaveof",
    "sync",
];

/// Commands that serverless caches do not have beside what is restricted everywhere, as whole commands. They get another name, so all engines that
/// serverless caches run have to know them.
pub const RENAMED_SERVERLESS: [&str; 14] = [
    "keys",
    "lastsave",
    "latency",
    "memory",
    "monitor",
    "move",
    "object",
    "pfdebug",
    "pfselftest",
    "psubscribe",
    "punsubscribe",
    "slowlog",
    "swapdb",
    "wait",
];

/// What serverless caches do not have beside those and is denied by ACL alone: subcommands, and commands that came with
/// versions that not all of their engines have.
pub const DENIED_SERVERLESS: [&str; 21] = [
    "acl|dryrun",
    "acl|log",
    "client|caching",
    "client|getredir",
    "client|id",
    "client|info",
    "client|kill",
    "client|list",
    "client|no-evict",
    "client|pause",
    "client|tracking",
    "client|trackinginfo",
    "client|unblock",
    "client|unpause",
    "cluster|count-failure-reports",
    "commandlog|get",
    "commandlog|len",
    "commandlog|reset",
    "pubsub|numpat",
    "script|kill",
    "waitaof",
];

/// The command of this name, which is in lower case.
#[must_use]
pub fn command(name: &str) -> Option<&'static Command> {
    COMMANDS.binary_search_by(|command| command.name.cmp(name)).ok().map(|index| &COMMANDS[index])
}

/// Whether a command is a name for subcommands, as `config` is and `select` is not.
#[must_use]
pub fn has_subcommands(name: &str) -> bool {
    let prefix = format!("{name}|");
    let first = COMMANDS.partition_point(|command| command.name < prefix.as_str());
    COMMANDS.get(first).is_some_and(|command| command.name.starts_with(&prefix))
}

/// Whether `ElastiCache` keeps a command or subcommand from clients, so that access strings cannot name it.
#[must_use]
pub fn is_restricted(name: &str) -> bool {
    let whole = name.split('|').next().unwrap_or(name);
    RESTRICTED.contains(&name) || RESTRICTED.contains(&whole)
}

/// Whether a serverless cache keeps a command or subcommand from clients.
#[must_use]
pub fn is_kept_from_serverless(name: &str) -> bool {
    is_restricted(name) || RENAMED_SERVERLESS.contains(&name) || DENIED_SERVERLESS.contains(&name)
}

/// Whether a serverless cache keeps something of a command from clients: the command, or some of what is below it.
#[must_use]
pub fn is_touched_by_serverless(name: &str) -> bool {
    let is_below = |listed: &&str| listed.split_once('|').is_some_and(|(container, _)| container == name);
    is_kept_from_serverless(name) || RESTRICTED.iter().chain(&DENIED_SERVERLESS).any(is_below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found() {
        assert!(COMMANDS.is_sorted_by_key(|command| command.name));
        assert_eq!(command("get").map(|command| command.since), Some((1, 0)));
        assert_eq!(command("client|no-touch").map(|command| command.since), Some((7, 2)));
        assert!(command("gets").is_none() && command("GET").is_none());
        assert!(has_subcommands("config") && has_subcommands("xinfo"));
        assert!(!has_subcommands("select") && !has_subcommands("zzz"));
    }

    #[test]
    fn what_is_restricted_is_restricted_with_all_below_it() {
        for name in ["config", "config|get", "debug|jmap", "acl|setuser", "cluster|meet"] {
            assert!(is_restricted(name), "{name}");
        }
        for name in ["acl", "acl|whoami", "cluster", "cluster|info", "get"] {
            assert!(!is_restricted(name), "{name}");
        }
        assert!(RESTRICTED.iter().all(|name| command(name).is_some()));
    }
}
