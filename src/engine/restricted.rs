//! The commands that `ElastiCache` keeps from clients ("Supported and restricted commands" in its user guide), and those
//! that would undo what the server does.
//!
//! A command as a whole is renamed, which gives the very answer that clients of `ElastiCache` get, `ERR unknown
//! command`, and is denied by ACL as well, because the new name shows in the slow log. Subcommands can only be denied by
//! ACL. PSYNC and SYNC cannot be renamed either, as replicas send them.

use std::collections::BTreeSet;

use super::launch::EngineSettings;
use crate::model::catalogue::commands::{DENIED_SERVERLESS, RENAMED_SERVERLESS};

/// Commands that get another name.
pub(super) const RENAMED: [&str; 10] =
    ["bgrewriteaof", "bgsave", "config", "debug", "migrate", "module", "replicaof", "save", "shutdown", "slaveof"];

/// Commands that are denied by ACL alone. FAILOVER is not in the guide's list: it makes a primary a replica behind the
/// server's back.
const DENIED: [&str; 3] = ["failover", "psync", "sync"];

/// Subcommands that are denied, for engines whose ACL can deny one (7.0 on). `ElastiCache` allows ACL LIST and leaves out
/// hashes of passwords; the engines show them, so the two commands that do are denied.
const DENIED_SUBCOMMANDS: [&str; 24] = [
    "acl|deluser",
    "acl|getuser",
    "acl|list",
    "acl|load",
    "acl|save",
    "acl|setuser",
    "cluster|addslots",
    "cluster|addslotsrange",
    "cluster|bumpepoch",
    "cluster|cancelslotmigrations",
    "cluster|delslots",
    "cluster|delslotsrange",
    "cluster|failover",
    "cluster|flushslots",
    "cluster|forget",
    "cluster|links",
    "cluster|meet",
    "cluster|migrateslots",
    "cluster|replicate",
    "cluster|reset",
    "cluster|saveconfig",
    "cluster|set-config-epoch",
    "cluster|setslot",
    "cluster|syncslots",
];

/// Subcommands that stay allowed, for engines whose ACL can only allow single ones (6.x).
const ALLOWED_SUBCOMMANDS: [&str; 15] = [
    "acl|cat",
    "acl|genpass",
    "acl|help",
    "acl|log",
    "acl|users",
    "acl|whoami",
    "cluster|countkeysinslot",
    "cluster|getkeysinslot",
    "cluster|info",
    "cluster|keyslot",
    "cluster|myid",
    "cluster|nodes",
    "cluster|replicas",
    "cluster|slaves",
    "cluster|slots",
];

/// The categories that ACL and CLUSTER are in as a whole, for engines whose ACL does not know subcommands.
const CATEGORIES: [&str; 4] = ["@admin", "@all", "@dangerous", "@slow"];

/// Whether the engine knows users.
pub(super) fn has_acl(settings: &EngineSettings) -> bool {
    settings.version.major() >= 6
}

/// Whether the engine has rules for publish and subscribe channels.
pub(super) fn has_channel_rules(settings: &EngineSettings) -> bool {
    (settings.version.major(), settings.version.minor()) >= (6, 2)
}

/// The commands that a running engine knows and that something here may be about: all that it counts as slow. A rule about
/// a command that it does not know it would refuse, and it may be of another version than the one that was asked for.
pub(super) struct Vocabulary {
    known: BTreeSet<String>,
    is_serverless: bool,
}

impl Vocabulary {
    /// From the answer to `ACL CAT slow`.
    pub(super) fn new(slow: impl IntoIterator<Item = String>) -> Self {
        Self { known: slow.into_iter().collect(), is_serverless: false }
    }

    /// The same for an engine behind a serverless cache, if it is one.
    pub(super) fn of_serverless(self, is_serverless: bool) -> Self {
        Self { is_serverless, ..self }
    }

    /// Whether there are rules for publish and subscribe channels. They came with FAILOVER, in 6.2.
    pub(super) fn has_channel_rules(&self) -> bool {
        self.known.contains("failover")
    }

    /// The rules that take away what is restricted from whoever has `rules`, and nothing else. They have to come last.
    pub(super) fn restrictions(&self, rules: &[&str]) -> Vec<String> {
        let of_serverless = RENAMED_SERVERLESS.iter().chain(&DENIED_SERVERLESS).filter(|_| self.is_serverless);
        let denied = RENAMED.iter().chain(&DENIED).chain(&DENIED_SUBCOMMANDS).chain(of_serverless);
        let denied = denied.filter(|name| self.known.contains(**name));
        let mut restrictions: Vec<_> = denied.map(|name| format!("-{name}")).collect();
        if !self.known.contains("acl|setuser") {
            for command in ["acl", "cluster"] {
                restrictions.push(format!("-{command}"));
                let of_command = |name: &&&str| name.split_once('|').is_some_and(|(container, _)| container == command);
                let allowed = ALLOWED_SUBCOMMANDS.iter().filter(of_command).filter(|name| allows(rules, command, name));
                restrictions.extend(allowed.map(|name| format!("+{name}")));
            }
        }
        restrictions
    }
}

/// Whether `rules` allow a subcommand, in the way of engines that only know commands: the last rule about it decides.
fn allows(rules: &[&str], command: &str, subcommand: &str) -> bool {
    rules.iter().fold(false, |allowed, rule| {
        let rule = rule.to_ascii_lowercase();
        match (rule.as_str(), rule.split_at_checked(1)) {
            ("allcommands", _) => true,
            ("nocommands", _) => false,
            (_, Some(("+", name))) if name == subcommand => true,
            (_, Some((sign @ ("+" | "-"), name))) if name == command || CATEGORIES.contains(&name) => sign == "+",
            _ => allowed,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Redis 6.0 lists, as far as it matters.
    fn older() -> Vocabulary {
        Vocabulary::new(["acl", "cluster", "config", "sync"].map(str::to_owned))
    }

    #[test]
    fn an_engine_hears_only_of_commands_that_it_knows() {
        let newer = Vocabulary::new(["acl|setuser", "cluster|meet", "failover", "config"].map(str::to_owned));
        assert_eq!(newer.restrictions(&["+@all"]), ["-config", "-failover", "-acl|setuser", "-cluster|meet"]);
        assert!(newer.has_channel_rules() && !older().has_channel_rules());
    }

    #[test]
    fn engines_behind_serverless_caches_have_fewer() {
        let known = || Vocabulary::new(["client|list", "client|setname", "config", "keys"].map(str::to_owned));
        assert_eq!(known().of_serverless(false).restrictions(&["+@all"])[..1], ["-config"]);
        let restrictions = known().of_serverless(true).restrictions(&["+@all"]);
        assert_eq!(restrictions[..3], ["-config", "-keys", "-client|list"]);
        let mut all: Vec<_> =
            RENAMED.iter().chain(&DENIED).chain(&RENAMED_SERVERLESS).chain(&DENIED_SERVERLESS).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "each is listed once");
    }

    #[test]
    fn engines_without_subcommands_allow_no_more_than_the_rules_did() {
        let of = |rules: &[&str]| older().restrictions(rules).join(" ");
        assert_eq!(of(&["+get"]), "-config -sync -acl -cluster");
        assert!(of(&["-@all", "+@admin"]).contains("-acl +acl|cat +acl|genpass"));
        assert!(!of(&["+@all"]).contains("+acl|list") && !of(&["+acl|setuser"]).contains("+acl"));
        assert_eq!(of(&["+ACL|whoami"]), "-config -sync -acl +acl|whoami -cluster");
        assert_eq!(of(&["+@all", "-@admin"]), of(&[]));
        assert_eq!(of(&["+acl|whoami", "-acl"]), of(&[]));
    }
}
