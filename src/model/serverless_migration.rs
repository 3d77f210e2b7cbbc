//! Migration to a serverless cache: the cache's endpoint leads to an engine outside, whose data are copied meanwhile, and
//! then to the cache's own engines.
//!
//! What is written here is all that a server needs to go on with it. Whoever changes it changes the stage, from which
//! follows where clients are led; so no client is ever led to two places.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Completion, CustomerNode};

/// A migration to a serverless cache, from its preparation on. One that is completed stays, to be seen, until the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerlessMigration {
    /// What the cache is to replace.
    pub source: CustomerNode,
    /// The ARN of the secret by which one logs in there. The secret itself is looked up each time.
    pub secret_arn: Option<String>,
    /// The certificates, in PEM, of those who may sign that of the source; `None` for a source without TLS.
    pub certificate: Option<String>,
    /// When it was asked for. Tells it from others to the same cache.
    pub requested: DateTime<Utc>,
    /// How far it is.
    pub stage: MigrationStage,
    /// Whether the cache has data of its own, or a part of a copy, which the next copy is to replace.
    pub has_data: bool,
    /// Since when it cannot go on, as far as that is known.
    pub troubled_since: Option<DateTime<Utc>>,
}

/// How far a migration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MigrationStage {
    /// It is being found out whether the source can be copied. Clients still find the cache.
    Preparing,
    /// Clients are led to the source.
    Prepared,
    /// The source is copied. Clients are led there.
    Syncing(Syncing),
    /// The last writes are copied. Clients wait. A server that dies here goes back to syncing.
    CuttingOver(Syncing),
    /// Clients find the cache again, which has the source's data.
    Completed,
}

/// What is known of a copy that is being made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Syncing {
    /// Whether to cut over as soon as everything is copied.
    pub auto_cutover: bool,
    /// Whether data that the cache has may be dropped.
    pub clear: bool,
    /// How much is copied.
    pub copied: Copied,
    /// The completion that was asked for.
    pub completion: Option<Completion>,
}

/// How much of a source is copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Copied {
    /// Nothing: what the cache has is its own.
    #[default]
    Nothing,
    /// Not known to be all. What the cache has is part of the copy, and may always be dropped.
    Part,
    /// Everything, and every write follows.
    All,
}

/// Where the endpoints of a serverless cache lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// To the cache's own engines.
    Engines,
    /// To the engine that the cache is to replace.
    Source(CustomerNode),
    /// Nowhere, for a moment.
    Held,
}

impl ServerlessMigration {
    /// A migration that is about to be prepared.
    #[must_use]
    pub fn new(
        source: CustomerNode,
        secret_arn: Option<String>,
        certificate: Option<String>,
        requested: DateTime<Utc>,
    ) -> Self {
        let stage = MigrationStage::Preparing;
        Self { source, secret_arn, certificate, requested, stage, has_data: false, troubled_since: None }
    }

    /// Whether it is still to be completed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.stage != MigrationStage::Completed
    }

    /// Whether something is under way that a user waits for.
    #[must_use]
    pub fn is_moving(&self) -> bool {
        !matches!(self.stage, MigrationStage::Prepared | MigrationStage::Completed)
    }

    /// Where clients are led.
    #[must_use]
    pub fn lead(&self) -> Lead {
        match self.stage {
            MigrationStage::Preparing | MigrationStage::Completed => Lead::Engines,
            MigrationStage::Prepared | MigrationStage::Syncing(_) => Lead::Source(self.source.clone()),
            MigrationStage::CuttingOver(_) => Lead::Held,
        }
    }

    /// `Status` on the wire. The API's model names no values.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self.stage {
            MigrationStage::Preparing => "preparing",
            MigrationStage::Prepared => "prepared",
            MigrationStage::Syncing(Syncing { completion: None, .. }) => "syncing",
            MigrationStage::Syncing(_) | MigrationStage::CuttingOver(_) => "cutover",
            MigrationStage::Completed => "completed",
        }
    }

    /// `CutoverMode` on the wire, as long as there is a cutover to come.
    #[must_use]
    pub fn cutover_mode(&self) -> &'static str {
        match self.stage {
            MigrationStage::Syncing(syncing) | MigrationStage::CuttingOver(syncing) if syncing.auto_cutover => "auto",
            _ => "manual",
        }
    }

    /// The copy that is being made.
    #[must_use]
    pub fn syncing(&self) -> Option<Syncing> {
        match self.stage {
            MigrationStage::Syncing(syncing) | MigrationStage::CuttingOver(syncing) => Some(syncing),
            _ => None,
        }
    }
}

impl Syncing {
    /// Whether it is time to cut over: everything is copied, and that is wanted.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.copied == Copied::All && (self.auto_cutover || self.completion.is_some())
    }

    /// The same copy, of which it is not known any more whether it is all.
    #[must_use]
    pub fn interrupted(self) -> Self {
        let copied = if self.copied == Copied::All { Copied::Part } else { self.copied };
        Self { copied, ..self }
    }

    /// Whether what is there is to be enough.
    #[must_use]
    pub fn is_forced(&self) -> bool {
        self.completion.is_some_and(|completion| completion.force)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_led_to_one_place_at_a_time() {
        let source = CustomerNode { address: "source".into(), port: 6379 };
        let now = "2026-01-01T00:00:00Z".parse().expect("a time");
        let at = |stage| ServerlessMigration { stage, ..ServerlessMigration::new(source.clone(), None, None, now) };
        let syncing = Syncing { completion: Some(Completion { force: false }), ..Syncing::default() };
        for (stage, lead, status) in [
            (MigrationStage::Preparing, Lead::Engines, "preparing"),
            (MigrationStage::Prepared, Lead::Source(source.clone()), "prepared"),
            (MigrationStage::Syncing(Syncing::default()), Lead::Source(source.clone()), "syncing"),
            (MigrationStage::Syncing(syncing), Lead::Source(source.clone()), "cutover"),
            (MigrationStage::CuttingOver(syncing), Lead::Held, "cutover"),
            (MigrationStage::Completed, Lead::Engines, "completed"),
        ] {
            assert_eq!((at(stage).lead(), at(stage).status()), (lead, status), "{stage:?}");
        }
    }

    #[test]
    fn nobody_cuts_over_what_is_not_copied() {
        let wanted = [
            Syncing { auto_cutover: true, ..Syncing::default() },
            Syncing { completion: Some(Completion { force: true }), ..Syncing::default() },
        ];
        for syncing in wanted {
            assert!(!syncing.is_due() && Syncing { copied: Copied::All, ..syncing }.is_due());
        }
        assert!(!Syncing { copied: Copied::All, ..Syncing::default() }.is_due());
    }
}
