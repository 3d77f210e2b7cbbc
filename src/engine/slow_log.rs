//! The slow log of a redis or valkey server, without what must not leave it: arguments of commands, and the server's own
//! doings.

use std::collections::HashSet;

use redis::Value;

use super::{EngineError, RedisClient, redis_client::OWN_NAME};

/// The most entries that are asked for at once. An engine keeps 128 unless a parameter group says otherwise.
const MOST: u64 = 65_536;

/// The most characters of a client's name, which may be as long as the client likes.
const LONGEST_NAME: usize = 1024;

/// An engine cuts off a command's arguments here, and says in the last one how many more there are.
const MOST_ARGUMENTS: usize = 32;

/// An entry of the slow log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlowLogEntry {
    /// Its number, counted by the engine.
    pub id: u64,
    /// When the command was run, in seconds since 1970.
    pub timestamp: i64,
    /// How long it took, in microseconds.
    pub duration: u64,
    /// The command, with the number of its arguments in their place.
    pub command: String,
    /// Where the client was, as the engine saw it.
    pub client_address: String,
    /// The name that the client gave itself.
    pub client_name: String,
}

/// What there is of a slow log from some entry on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlowLog {
    /// The entries, the oldest first, without the server's own.
    pub entries: Vec<SlowLogEntry>,
    /// The id that the next entry will have.
    pub next: u64,
    /// How many entries the engine has let go of already, or was told to.
    pub missing: u64,
}

impl RedisClient {
    /// The entries of the slow log from the id `from` on.
    ///
    /// # Errors
    /// When the engine does not answer, or not with a slow log.
    pub async fn slow_log(&mut self, from: u64) -> Result<SlowLog, EngineError> {
        // Mostly there is nothing new, which one entry tells.
        let newest = self.slow_log_entries(1).await?;
        let Some(newest) = newest.first().filter(|newest| newest.id >= from) else {
            return Ok(SlowLog { next: from, ..SlowLog::default() });
        };
        // Those that come meanwhile come with them.
        let mut entries = self.slow_log_entries((newest.id - from + 128).min(MOST)).await?;
        entries.retain(|entry| entry.id >= from);
        entries.sort_unstable_by_key(|entry| entry.id);
        let missing = entries.first().map_or(0, |first| first.id - from);
        let next = entries.last().map_or(from, |last| last.id + 1);
        leave_out_own(&mut entries);
        Ok(SlowLog { entries, next, missing })
    }

    async fn slow_log_entries(&mut self, most: u64) -> Result<Vec<SlowLogEntry>, EngineError> {
        let mut command = self.command("slowlog");
        let answer: Value = command.arg("GET").arg(most).query_async(&mut self.connection).await?;
        let unintelligible = || EngineError::Unintelligible("to SLOWLOG GET".into());
        let Value::Array(entries) = answer else { return Err(unintelligible()) };
        entries.iter().map(entry).collect::<Option<_>>().ok_or_else(unintelligible)
    }
}

/// Leaves out what the server itself said: on connections that have its name, and on them before they got it. The names
/// that hidden commands have are among that, since nobody else knows them.
fn leave_out_own(entries: &mut Vec<SlowLogEntry>) {
    let own: HashSet<_> = entries.iter().filter(|entry| entry.client_name == OWN_NAME).map(address).collect();
    entries.retain(|entry| {
        entry.client_name != OWN_NAME && !(entry.client_name.is_empty() && own.contains(&address(entry)))
    });
}

fn address(entry: &SlowLogEntry) -> String {
    entry.client_address.clone()
}

/// An entry as the engine writes it.
fn entry(value: &Value) -> Option<SlowLogEntry> {
    let Value::Array(fields) = value else { return None };
    let [Value::Int(id), Value::Int(timestamp), Value::Int(duration), Value::Array(words), rest @ ..] = &fields[..]
    else {
        return None;
    };
    Some(SlowLogEntry {
        id: u64::try_from(*id).ok()?,
        timestamp: *timestamp,
        duration: u64::try_from(*duration).ok()?,
        command: masked(&words.iter().map(text).collect::<Vec<_>>()),
        client_address: rest.first().map(text).unwrap_or_default(),
        client_name: rest.get(1).map(text).unwrap_or_default().chars().take(LONGEST_NAME).collect(),
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::SimpleString(text) => text.clone(),
        _ => String::new(),
    }
}

/// A command with the number of its arguments in their place.
fn masked(words: &[String]) -> String {
    let Some((command, arguments)) = words.split_first() else { return String::new() };
    let more = arguments.last().filter(|_| words.len() == MOST_ARGUMENTS);
    let more =
        more.and_then(|last| last.strip_prefix("... (")?.strip_suffix(" more arguments)")?.parse::<usize>().ok());
    let count = more.map_or(arguments.len(), |more| arguments.len() - 1 + more);
    if count == 0 { command.clone() } else { format!("{command} ... ({count} more arguments)") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn arguments_are_counted_and_not_shown() {
        assert_eq!(masked(&words(&["PING"])), "PING");
        assert_eq!(masked(&words(&["set", "key", "secret"])), "set ... (2 more arguments)");
        let mut long = words(&["MSET"]);
        long.extend((0..30).map(|number| number.to_string()));
        long.push("... (170 more arguments)".into());
        assert_eq!(masked(&long), "MSET ... (200 more arguments)");
    }

    #[test]
    fn what_the_server_says_is_left_out_from_its_login_on() {
        let entry = |id, address: &str, name: &str| SlowLogEntry {
            id,
            timestamp: 0,
            duration: 0,
            command: "PING".into(),
            client_address: address.into(),
            client_name: name.into(),
        };
        let mut entries =
            vec![entry(1, "a:1", ""), entry(2, "a:2", ""), entry(3, "a:1", OWN_NAME), entry(4, "a:2", "me")];
        leave_out_own(&mut entries);
        assert_eq!(entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn entries_of_any_age_are_read() {
        let bulk = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        let mut fields =
            vec![Value::Int(7), Value::Int(1_605_631_822), Value::Int(30), Value::Array(vec![bulk("PING")])];
        let short = entry(&Value::Array(fields.clone())).expect("an entry");
        assert_eq!((short.id, short.duration, short.client_name.as_str()), (7, 30, ""));
        fields.extend([bulk("127.0.0.1:5000"), bulk("me")]);
        let long = entry(&Value::Array(fields)).expect("an entry");
        assert_eq!((long.client_address.as_str(), long.client_name.as_str()), ("127.0.0.1:5000", "me"));
        assert_eq!(entry(&Value::Int(1)), None);
    }
}
