//! A single rule of an access string: one word, but for selectors, which are made of others.

use super::InvalidAccessString;
use crate::model::{
    Engine,
    catalogue::commands::{command, has_subcommands, is_restricted},
};

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Whether the user is on.
    State,
    /// Keys.
    Keys(Patterns),
    /// Publish and subscribe channels.
    Channels(Patterns),
    /// Commands.
    Commands(Commands),
    /// Another set of rules beside the user's own.
    Selector,
    /// An end to all selectors before it.
    ClearSelectors,
}

/// What a rule about keys or channels does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patterns {
    /// It adds one pattern.
    One,
    /// Everything matches.
    All,
    /// Nothing matches.
    None,
}

/// What a rule about commands does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Commands {
    /// It allows some.
    More,
    /// It forbids some.
    Fewer,
    /// It allows all.
    All,
    /// It forbids all.
    None,
}

/// The categories that the engines list, and the one of all commands.
const CATEGORIES: [&str; 22] = [
    "admin",
    "all",
    "bitmap",
    "blocking",
    "connection",
    "dangerous",
    "fast",
    "geo",
    "hash",
    "hyperloglog",
    "keyspace",
    "list",
    "pubsub",
    "read",
    "scripting",
    "set",
    "slow",
    "sortedset",
    "stream",
    "string",
    "transaction",
    "write",
];

/// The version that brought rules for users.
const USERS: (u8, u8) = (6, 0);

/// The version that brought rules for channels.
const CHANNELS: (u8, u8) = (6, 2);

/// The version that brought selectors, keys by read and write, and the denial of subcommands.
const SELECTORS: (u8, u8) = (7, 0);

/// The last version of Redis on `ElastiCache`.
const LAST_REDIS: (u8, u8) = (7, 1);

type Checked = Result<(Rule, (u8, u8)), InvalidAccessString>;

/// The rule that a word is, and the version that brought it.
pub(super) fn rule(word: &str, engine: Engine) -> Checked {
    if word.starts_with(['>', '<', '#', '!']) {
        return Err(InvalidAccessString::Password);
    }
    if let Some(pattern) = word.strip_prefix('~') {
        return Ok((Rule::Keys(patterns(pattern)), USERS));
    }
    if let Some(pattern) = word.strip_prefix('&') {
        return Ok((Rule::Channels(patterns(pattern)), CHANNELS));
    }
    if let Some(pattern) = word.strip_prefix('%') {
        return keys_by_permission(pattern);
    }
    if let Some(what) = word.strip_prefix('+') {
        return commands(what, true, engine);
    }
    if let Some(what) = word.strip_prefix('-') {
        return commands(what, false, engine);
    }
    let known = match word.to_ascii_lowercase().as_str() {
        "on" | "off" => (Rule::State, USERS),
        "allkeys" => (Rule::Keys(Patterns::All), USERS),
        "resetkeys" => (Rule::Keys(Patterns::None), USERS),
        "allchannels" => (Rule::Channels(Patterns::All), CHANNELS),
        "resetchannels" => (Rule::Channels(Patterns::None), CHANNELS),
        "allcommands" => (Rule::Commands(Commands::All), USERS),
        "nocommands" => (Rule::Commands(Commands::None), USERS),
        "clearselectors" => (Rule::ClearSelectors, SELECTORS),
        "nopass" | "resetpass" => return Err(InvalidAccessString::Password),
        "reset" => return Err(InvalidAccessString::Reset),
        _ => return Err(InvalidAccessString::Invalid),
    };
    Ok(known)
}

fn patterns(pattern: &str) -> Patterns {
    if pattern == "*" { Patterns::All } else { Patterns::One }
}

/// `R~..`, `W~..` or `RW~..`, each letter once.
fn keys_by_permission(rest: &str) -> Checked {
    let (letters, _) = rest.split_once('~').ok_or(InvalidAccessString::Invalid)?;
    match letters.to_ascii_uppercase().as_str() {
        // Whatever the pattern is, engines do not take it for all keys.
        "R" | "W" | "RW" | "WR" => Ok((Rule::Keys(Patterns::One), SELECTORS)),
        _ => Err(InvalidAccessString::Invalid),
    }
}

/// What follows the sign of a rule about commands.
fn commands(what: &str, allow: bool, engine: Engine) -> Checked {
    let what = what.to_ascii_lowercase();
    let some = if allow { Commands::More } else { Commands::Fewer };
    if let Some(category) = what.strip_prefix('@') {
        if !CATEGORIES.contains(&category) {
            return Err(InvalidAccessString::Category);
        }
        let all = if allow { Commands::All } else { Commands::None };
        return Ok((Rule::Commands(if category == "all" { all } else { some }), USERS));
    }
    let since = match what.split_once('|') {
        None => since(&what)?,
        // A first argument can be allowed where there are no subcommands, and not be forbidden.
        Some((name, argument)) if !has_subcommands(name) => {
            if !allow || argument.is_empty() || argument.contains('|') {
                return Err(InvalidAccessString::Command);
            }
            since(name)?
        }
        Some(_) if allow => since(&what)?,
        Some(_) => since(&what)?.max(SELECTORS),
    };
    if is_restricted(&what) {
        return Err(InvalidAccessString::Restricted);
    }
    if engine != Engine::Valkey && since > LAST_REDIS {
        return Err(InvalidAccessString::Command);
    }
    Ok((Rule::Commands(some), since))
}

fn since(name: &str) -> Result<(u8, u8), InvalidAccessString> {
    command(name).map(|command| command.since).ok_or(InvalidAccessString::Command)
}
