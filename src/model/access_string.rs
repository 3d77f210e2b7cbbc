//! Access strings: what a user may do, in the rules of the engines' ACL, and without a word about passwords.
//!
//! What is accepted here has to be accepted by an engine later, when nobody is there any more who could be told. So every
//! rule is checked as the engines check it, and beyond that by the rules of `ElastiCache`. Nothing here decides which
//! user has which access string.

mod rule;
#[cfg(test)]
mod tests;

use rule::{Commands, Patterns, Rule, rule};

use super::{Engine, EngineVersion};

/// An access string that cannot be. AWS code: `InvalidParameterValue`. The text never shows the string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAccessString {
    /// It speaks of passwords.
    #[error(
        "Password rules are not supported in Elasticache access string. Please use Passwords parameter to set/modify user \
         password."
    )]
    Password,
    /// It has the rule `reset`.
    #[error("reset rule is not supported in Elasticache user api")]
    Reset,
    /// It names a category that does not exist.
    #[error("Access string contains invalid category(s)")]
    Category,
    /// It names a command that the engine does not have. The text is ours.
    #[error("Access string contains invalid command(s)")]
    Command,
    /// It names a command that `ElastiCache` keeps from clients. The text is ours.
    #[error("Access string contains restricted command(s)")]
    Restricted,
    /// It has something that is no rule, or that no engine would take in its place.
    #[error("The access-string is invalid.")]
    Invalid,
}

/// The form in which `ElastiCache` keeps and shows an access string: it says whether the user is on, and starts from no
/// command unless it says otherwise.
///
/// # Errors
/// [`InvalidAccessString`], when `ElastiCache` or the engine would refuse it.
pub fn canonical(text: &str, engine: Engine) -> Result<String, InvalidAccessString> {
    let parsed = Parsed::new(text, engine)?;
    let mut words: Vec<&str> = Vec::new();
    if !parsed.of(|rule| matches!(rule, Rule::State)) {
        words.push("off");
    }
    let position = parsed.missing_no_commands();
    for (index, (word, _)) in parsed.rules.iter().enumerate() {
        words.extend((position == Some(index)).then_some("-@all"));
        words.push(word);
    }
    words.extend((position == Some(parsed.rules.len())).then_some("-@all"));
    Ok(words.join(" "))
}

/// The oldest version of the engine that takes an access string. `text` has been accepted before.
#[must_use]
pub fn minimum_version(text: &str, engine: Engine) -> EngineVersion {
    let since = Parsed::new(text, engine).map_or(first_version(engine), |parsed| parsed.since);
    EngineVersion::of(since.0.into(), since.1.into())
}

/// The first version of an engine on `ElastiCache` that knows users.
fn first_version(engine: Engine) -> (u8, u8) {
    match engine {
        Engine::Valkey => (7, 2),
        Engine::Redis | Engine::Memcached => (6, 0),
    }
}

/// An access string, taken apart.
struct Parsed {
    /// Each rule as it is written, but for the spaces inside of selectors.
    rules: Vec<(String, Rule)>,
    /// The version that brought the newest of them.
    since: (u8, u8),
}

impl Parsed {
    fn new(text: &str, engine: Engine) -> Result<Self, InvalidAccessString> {
        let mut parsed = Self { rules: Vec::new(), since: first_version(engine) };
        let mut reach = Reach::default();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            if word.contains(char::is_control) {
                return Err(InvalidAccessString::Invalid);
            }
            if let Some(first) = word.strip_prefix('(') {
                let (selector, since) = selector(first, &mut words, engine)?;
                parsed.rules.push((selector, Rule::Selector));
                parsed.since = parsed.since.max(since);
                continue;
            }
            let (rule, since) = rule(word, engine)?;
            reach.take(rule)?;
            parsed.rules.push((word.to_owned(), rule));
            parsed.since = parsed.since.max(since);
        }
        if parsed.rules.is_empty() { Err(InvalidAccessString::Invalid) } else { Ok(parsed) }
    }

    fn of(&self, wanted: impl Fn(&Rule) -> bool) -> bool {
        self.rules.iter().any(|(_, rule)| wanted(rule))
    }

    /// Where a rule is missing that takes all commands away: before the first rule about commands when that one adds
    /// some, and after everything about the user itself when there is none.
    fn missing_no_commands(&self) -> Option<usize> {
        if self.of(|rule| *rule == Rule::Commands(Commands::None)) {
            return None;
        }
        let first = self.rules.iter().position(|(_, rule)| matches!(rule, Rule::Commands(_)));
        if let Some(index) = first {
            return (self.rules[index].1 == Rule::Commands(Commands::More)).then_some(index);
        }
        let selector = self.rules.iter().position(|(_, rule)| *rule == Rule::Selector);
        Some(selector.unwrap_or(self.rules.len()))
    }
}

/// What a list of rules reaches already. An engine refuses a pattern that adds nothing because everything matches.
#[derive(Default)]
struct Reach {
    all_keys: bool,
    all_channels: bool,
}

impl Reach {
    fn take(&mut self, rule: Rule) -> Result<(), InvalidAccessString> {
        let (all, patterns) = match rule {
            Rule::Keys(patterns) => (&mut self.all_keys, patterns),
            Rule::Channels(patterns) => (&mut self.all_channels, patterns),
            _ => return Ok(()),
        };
        match patterns {
            Patterns::One if *all => return Err(InvalidAccessString::Invalid),
            Patterns::One => {}
            Patterns::All => *all = true,
            Patterns::None => *all = false,
        }
        Ok(())
    }
}

/// A selector, the first word of which lacks its parenthesis here. It ends with the first word that ends with one: that is
/// where engines end it.
fn selector<'a>(
    first: &'a str,
    rest: &mut impl Iterator<Item = &'a str>,
    engine: Engine,
) -> Result<(String, (u8, u8)), InvalidAccessString> {
    let mut words = Vec::new();
    let mut next = Some(first);
    loop {
        let word = next.ok_or(InvalidAccessString::Invalid)?;
        if let Some(last) = word.strip_suffix(')') {
            words.push(last);
            break;
        }
        words.push(word);
        next = rest.next();
    }
    words.retain(|word| !word.is_empty());
    let mut reach = Reach::default();
    let mut since = (7, 0);
    for word in &words {
        // Engines take quotes and backslashes for quoting here, and only here.
        if word.contains(['"', '\'', '\\']) || word.contains(char::is_control) {
            return Err(InvalidAccessString::Invalid);
        }
        let (rule, version) = rule(word, engine)?;
        if matches!(rule, Rule::State | Rule::ClearSelectors | Rule::Selector) {
            return Err(InvalidAccessString::Invalid);
        }
        reach.take(rule)?;
        since = since.max(version);
    }
    Ok((format!("({})", words.join(" ")), since))
}
