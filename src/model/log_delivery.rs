//! The delivery of a cache's logs to another service: what was asked for, what is in effect, and how far each node's
//! logs have been delivered. The status that clients see is computed from it.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// The deliveries of a cache: one at most for each type of log.
pub type LogDeliveries = BTreeMap<LogType, LogDelivery>;

/// A log that engines keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogType {
    /// Commands that took long.
    SlowLog,
    /// What the engine says about itself.
    EngineLog,
}

impl LogType {
    /// `LogType` on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SlowLog => "slow-log",
            Self::EngineLog => "engine-log",
        }
    }
}

impl fmt::Display for LogType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How an entry of a log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One line of plain text.
    Text,
    /// One JSON object.
    Json,
}

/// Where logs go.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogDestination {
    /// To `CloudWatch` Logs, to the log group of this name.
    CloudwatchLogs(String),
    /// To Kinesis Data Firehose, to the delivery stream of this name.
    KinesisFirehose(String),
}

/// Where a log goes, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogConfiguration {
    /// Where it goes.
    pub destination: LogDestination,
    /// How it is written.
    pub format: LogFormat,
}

/// The delivery of one type of log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDelivery {
    /// What is wanted; `None` when it is to end.
    pub wanted: Option<LogConfiguration>,
    /// What is in effect: the last one that was wanted and whose destination was there.
    pub in_effect: Option<LogConfiguration>,
    /// Why logs do not arrive, in words for the user. The server keeps trying.
    pub failure: Option<String>,
}

/// `LogDeliveryConfigurationStatus` of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogDeliveryStatus {
    /// Its destination has not been seen yet.
    Enabling,
    /// Logs arrive.
    Active,
    /// They still go where they went before.
    Modifying,
    /// It is about to end.
    Disabling,
    /// They do not arrive.
    Error,
}

impl LogDelivery {
    /// A delivery that was just asked for.
    #[must_use]
    pub fn new(wanted: LogConfiguration) -> Self {
        Self { wanted: Some(wanted), in_effect: None, failure: None }
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> LogDeliveryStatus {
        match (&self.wanted, &self.in_effect, &self.failure) {
            (None, ..) => LogDeliveryStatus::Disabling,
            (Some(_), _, Some(_)) => LogDeliveryStatus::Error,
            (Some(_), None, None) => LogDeliveryStatus::Enabling,
            (Some(wanted), Some(in_effect), None) if wanted == in_effect => LogDeliveryStatus::Active,
            (Some(_), Some(_), None) => LogDeliveryStatus::Modifying,
        }
    }

    /// What is to be in effect and is not yet. Of one that is to end, what is still in effect.
    #[must_use]
    pub fn pending(&self) -> Option<&LogConfiguration> {
        match &self.wanted {
            Some(wanted) => Some(wanted).filter(|wanted| self.in_effect.as_ref() != Some(wanted)),
            None => self.in_effect.as_ref(),
        }
    }
}

/// Who gets the lines of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogSink {
    /// The service that the configuration names.
    Service,
    /// A file of the server's own.
    File,
}

/// How far the log of one engine has been delivered to one of those who get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogCursor {
    /// The run of the engine. Another run counts from the beginning.
    pub run: String,
    /// Everything up to here has arrived: the id of a slow log's entry, or a place in what an engine printed. `None` when
    /// delivery was asked for while the engine ran: it is to begin with what comes next.
    pub position: Option<u64>,
}

impl LogCursor {
    /// The id of the cursor's record: by the name of the engine, which never comes again.
    #[must_use]
    pub fn id(engine_name: &str, log_type: LogType, sink: LogSink) -> String {
        let sink = match sink {
            LogSink::Service => "service",
            LogSink::File => "file",
        };
        format!("{engine_name}/{log_type}/{sink}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(log_group: &str) -> LogConfiguration {
        LogConfiguration { destination: LogDestination::CloudwatchLogs(log_group.into()), format: LogFormat::Json }
    }

    #[test]
    fn the_status_follows_from_what_is_wanted_and_what_is_in_effect() {
        let mut delivery = LogDelivery::new(to("a"));
        assert_eq!((delivery.status(), delivery.pending()), (LogDeliveryStatus::Enabling, Some(&to("a"))));
        delivery.in_effect = Some(to("a"));
        assert_eq!((delivery.status(), delivery.pending()), (LogDeliveryStatus::Active, None));
        delivery.failure = Some("gone".into());
        assert_eq!((delivery.status(), delivery.pending()), (LogDeliveryStatus::Error, None));
        delivery = LogDelivery { wanted: Some(to("b")), failure: None, ..delivery };
        assert_eq!((delivery.status(), delivery.pending()), (LogDeliveryStatus::Modifying, Some(&to("b"))));
        delivery.wanted = None;
        assert_eq!((delivery.status(), delivery.pending()), (LogDeliveryStatus::Disabling, Some(&to("a"))));
    }

    #[test]
    fn deliveries_are_kept_by_type() {
        let deliveries = LogDeliveries::from([(LogType::SlowLog, LogDelivery::new(to("a")))]);
        let text = serde_json::to_string(&deliveries).expect("JSON");
        assert!(text.starts_with(r#"{"slow-log":"#), "{text}");
        assert_eq!(serde_json::from_str::<LogDeliveries>(&text).expect("the same"), deliveries);
    }
}
