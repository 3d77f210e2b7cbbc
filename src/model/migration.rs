//! Online migration: a replication group copies an engine outside of it, and later takes its place.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How many primaries in a row a migration may lose before it has copied everything. Engines that end while they load
/// what they copy would do so for ever.
pub const MOST_LOSSES: u32 = 3;

/// How long nothing may come from a source before the migration is given up.
pub const PATIENCE: TimeDelta = TimeDelta::seconds(60);

/// Where an engine outside of this server is: `CustomerNodeEndpoint`, which engines are told as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerNode {
    /// A host name or an IP address.
    pub address: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for CustomerNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.address, self.port)
    }
}

/// A migration to a replication group, from its start until the group takes writes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// What is copied.
    pub source: CustomerNode,
    /// When it was asked for.
    pub started: DateTime<Utc>,
    /// Since when nothing comes from the source, as far as that is known.
    pub silent_since: Option<DateTime<Utc>>,
    /// How many primaries in a row were lost before one had copied everything.
    pub losses: u32,
    /// The completion that was asked for and is not decided yet.
    pub completion: Option<Completion>,
    /// How it is to end. From then on the primary is to be one of its own again.
    pub ending: Option<MigrationEnding>,
}

/// A completion that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// Whether what is there is enough, even when it is not all that the source has.
    pub force: bool,
}

/// How a migration ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationEnding {
    /// As its owner asked for.
    Completed,
    /// By giving up.
    Failed {
        /// Why, in words for the user.
        reason: String,
    },
}

impl Migration {
    /// A migration that is about to begin.
    #[must_use]
    pub fn new(source: CustomerNode, started: DateTime<Utc>) -> Self {
        Self { source, started, silent_since: None, losses: 0, completion: None, ending: None }
    }

    /// Gives up, unless it is ending already.
    pub fn fail(&mut self, reason: String) {
        self.completion = None;
        self.ending.get_or_insert(MigrationEnding::Failed { reason });
    }

    /// Notes that the source could not be copied at this time, and gives up when that has been so for too long.
    pub fn note_silence(&mut self, now: DateTime<Utc>, reason: &str) {
        let since = *self.silent_since.get_or_insert(now);
        if now - since >= PATIENCE {
            self.fail(format!("tried for {} seconds: {reason}", PATIENCE.num_seconds()));
        }
    }

    /// Notes that a primary has copied everything and hears from the source.
    pub fn note_contact(&mut self) {
        self.silent_since = None;
        self.losses = 0;
    }

    /// Notes that a primary was lost, and gives up when that is no coincidence any more.
    pub fn note_loss(&mut self) {
        self.losses += 1;
        if self.losses >= MOST_LOSSES {
            self.fail(format!("{} engines in a row ended before they had copied the source", self.losses));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn migration() -> (Migration, DateTime<Utc>) {
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        (Migration::new(CustomerNode { address: "source".into(), port: 6379 }, now), now)
    }

    #[test]
    fn a_source_that_is_silent_for_long_is_given_up() {
        let (mut migration, now) = migration();
        migration.note_silence(now, "refused");
        migration.note_silence(now + TimeDelta::seconds(59), "refused");
        migration.note_contact();
        migration.note_silence(now + TimeDelta::seconds(61), "refused");
        assert_eq!(migration.ending, None);
        migration.note_silence(now + TimeDelta::seconds(121), "refused");
        let reason = "tried for 60 seconds: refused".to_owned();
        assert_eq!(migration.ending, Some(MigrationEnding::Failed { reason }));
    }

    #[test]
    fn engines_that_end_one_after_the_other_are_not_replaced_for_ever() {
        let (mut migration, _) = migration();
        migration.note_loss();
        migration.note_loss();
        migration.note_contact();
        migration.note_loss();
        migration.note_loss();
        assert_eq!(migration.ending, None);
        migration.note_loss();
        assert!(matches!(migration.ending, Some(MigrationEnding::Failed { .. })));
    }
}
