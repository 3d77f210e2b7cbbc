//! Puts lines of logs into `CloudWatch` Logs and Kinesis Data Firehose. Neither a log group nor a delivery stream is ever
//! made here: they are their owner's.

use aws_sdk_cloudwatchlogs::{
    error::{DisplayErrorContext, ProvideErrorMetadata, SdkError},
    types::InputLogEvent,
};
use aws_sdk_firehose::{primitives::Blob, types::Record};
use chrono::{DateTime, Utc};

use super::services::{Service, Services};
use crate::model::{LogDestination, Scope};

/// How often records that a delivery stream did not take are sent again at once.
const RESENDS: usize = 3;

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When it was written.
    pub time: DateTime<Utc>,
    /// The line, without its end.
    pub text: String,
}

/// Why lines did not arrive, in words for the user, who owns the destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// There is nowhere to send them.
    #[error("{service} is not configured. Set {variable} to where it is.")]
    NotConfigured {
        /// The service.
        service: &'static str,
        /// The variable that says where it is.
        variable: &'static str,
    },
    /// The destination is not there.
    #[error("The {kind} {name} does not exist.")]
    NotFound {
        /// What it is.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// The service does not answer.
    #[error("{0} does not answer.")]
    Unreachable(&'static str),
    /// The service does not take them.
    #[error("{service} does not take logs: {reason}")]
    Refused {
        /// The service.
        service: &'static str,
        /// What it said.
        reason: String,
    },
}

/// What a destination is called.
struct Names {
    service: Service,
    service_name: &'static str,
    kind: &'static str,
    name: String,
}

impl Names {
    fn of(destination: &LogDestination) -> Self {
        match destination {
            LogDestination::CloudwatchLogs(name) => Self {
                service: Service::CloudWatchLogs,
                service_name: "CloudWatch Logs",
                kind: "log group",
                name: name.clone(),
            },
            LogDestination::KinesisFirehose(name) => Self {
                service: Service::Firehose,
                service_name: "Kinesis Data Firehose",
                kind: "delivery stream",
                name: name.clone(),
            },
        }
    }

    /// What a failed call means.
    fn error<E>(&self, error: SdkError<E>) -> LogError
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let meant = match error.as_service_error() {
            None if matches!(error, SdkError::ResponseError(_)) => {
                let reason = "its answer cannot be understood".to_owned();
                LogError::Refused { service: self.service_name, reason }
            }
            None => LogError::Unreachable(self.service_name),
            Some(refused) if refused.code() == Some("ResourceNotFoundException") => {
                LogError::NotFound { kind: self.kind, name: self.name.clone() }
            }
            Some(refused) => {
                let reason = refused.message().or(refused.code()).unwrap_or("for no reason that it told");
                LogError::Refused { service: self.service_name, reason: reason.to_owned() }
            }
        };
        tracing::debug!(error = %DisplayErrorContext(error), "a call of {} failed", self.service_name);
        meant
    }
}

impl Services {
    /// Whether the service of a destination can be reached at all.
    #[must_use]
    pub fn has_logs(&self, destination: &LogDestination) -> bool {
        self.has(Names::of(destination).service)
    }

    /// Looks whether a destination is there.
    ///
    /// # Errors
    /// When it is not, or nobody can tell.
    pub async fn find_log(&self, scope: &Scope, destination: &LogDestination) -> Result<(), LogError> {
        let (names, config) = self.logs(scope, destination)?;
        match destination {
            LogDestination::CloudwatchLogs(group) => {
                let client = aws_sdk_cloudwatchlogs::Client::new(&config);
                let streams = client.describe_log_streams().log_group_name(group).limit(1);
                streams.send().await.map_err(|error| names.error(error))?;
            }
            LogDestination::KinesisFirehose(stream) => {
                let client = aws_sdk_firehose::Client::new(&config);
                match client.describe_delivery_stream().delivery_stream_name(stream).send().await {
                    // What stands in for AWS describes streams with members missing that AWS always has. Whatever is said
                    // of it, it is there.
                    Err(SdkError::ResponseError(answer)) if answer.raw().status().is_success() => {}
                    found => drop(found.map_err(|error| names.error(error))?),
                }
            }
        }
        Ok(())
    }

    /// Puts lines, which are in order of time and no more than 500, into a destination. In a log group they go to the
    /// stream of this name, which is made if need be. When it fails, some of them may have arrived.
    ///
    /// # Errors
    /// Why not all of them arrived.
    pub async fn put_log(
        &self,
        scope: &Scope,
        destination: &LogDestination,
        stream: &str,
        lines: &[LogLine],
    ) -> Result<(), LogError> {
        let (names, config) = self.logs(scope, destination)?;
        match destination {
            LogDestination::CloudwatchLogs(_) => {
                let client = aws_sdk_cloudwatchlogs::Client::new(&config);
                put_log_events(&client, &names, stream, lines).await
            }
            LogDestination::KinesisFirehose(_) => {
                let client = aws_sdk_firehose::Client::new(&config);
                put_records(&client, &names, lines).await
            }
        }
    }

    fn logs(&self, scope: &Scope, destination: &LogDestination) -> Result<(Names, aws_types::SdkConfig), LogError> {
        let names = Names::of(destination);
        let Some(config) = self.config(names.service, scope) else {
            return Err(LogError::NotConfigured { service: names.service_name, variable: names.service.variable() });
        };
        Ok((names, config))
    }
}

async fn put_log_events(
    client: &aws_sdk_cloudwatchlogs::Client,
    names: &Names,
    stream: &str,
    lines: &[LogLine],
) -> Result<(), LogError> {
    // A call takes no more than a day's worth.
    let mut rest = lines;
    while let Some(first) = rest.first() {
        let is_same_day = |line: &LogLine| line.time - first.time < chrono::TimeDelta::hours(24);
        let (day, later) = rest.split_at(rest.iter().take_while(|line| is_same_day(line)).count());
        rest = later;
        let event = |line: &LogLine| {
            let event = InputLogEvent::builder().timestamp(line.time.timestamp_millis()).message(&line.text).build();
            event.map_err(|error| LogError::Refused { service: names.service_name, reason: error.to_string() })
        };
        let events: Vec<_> = day.iter().map(event).collect::<Result<_, _>>()?;
        let put = || {
            let put = client.put_log_events().log_group_name(&names.name).log_stream_name(stream);
            put.set_log_events(Some(events.clone())).send()
        };
        let answer = match put().await {
            // Either the group or the stream is missing. To make the stream tells which.
            Err(error) if error.code() == Some("ResourceNotFoundException") => {
                let made = client.create_log_stream().log_group_name(&names.name).log_stream_name(stream).send().await;
                match made {
                    Err(error) if error.code() != Some("ResourceAlreadyExistsException") => {
                        return Err(names.error(error));
                    }
                    _ => put().await,
                }
            }
            answer => answer,
        };
        let answer = answer.map_err(|error| names.error(error))?;
        if let Some(rejected) = answer.rejected_log_events_info() {
            tracing::warn!(group = names.name, stream, ?rejected, "lines of a log are lost: their time is not taken");
        }
    }
    Ok(())
}

async fn put_records(client: &aws_sdk_firehose::Client, names: &Names, lines: &[LogLine]) -> Result<(), LogError> {
    let record = |line: &LogLine| {
        let record = Record::builder().data(Blob::new(format!("{}\n", line.text))).build();
        record.map_err(|error| LogError::Refused { service: names.service_name, reason: error.to_string() })
    };
    let mut records: Vec<_> = lines.iter().map(record).collect::<Result<_, _>>()?;
    let mut reason = String::new();
    for _ in 0..RESENDS {
        let put = client.put_record_batch().delivery_stream_name(&names.name).set_records(Some(records.clone()));
        let answer = put.send().await.map_err(|error| names.error(error))?;
        let outcomes = answer.request_responses();
        reason = outcomes.iter().find_map(|outcome| outcome.error_message.clone()).unwrap_or_default();
        let mut failed = outcomes.iter().map(|outcome| outcome.error_code().is_some());
        records.retain(|_| failed.next().unwrap_or(false));
        if records.is_empty() {
            return Ok(());
        }
    }
    Err(LogError::Refused { service: names.service_name, reason })
}
