//! Where the logs of caches go: `LogDeliveryConfigurations`, as requests ask for them and as answers show them. Whether a
//! destination is there is not looked at here; the status tells later.

use std::collections::BTreeMap;

use super::errors;
use crate::{
    model::{
        CacheCluster, Engine, EngineVersion, LogConfiguration, LogCursor, LogDeliveries, LogDelivery,
        LogDeliveryStatus, LogDestination, LogFormat, LogSink, LogType, Observed,
        catalogue::{
            engine_versions::{EngineFeature, version_reported_as},
            limits,
        },
    },
    protocol::{AwsError, WireEnum, enums, types},
    store::Draft,
};

/// The longest names that the services allow: 512 characters for a log group, 64 for a delivery stream.
const LOG_GROUP_LENGTH: usize = 512;
const DELIVERY_STREAM_LENGTH: usize = 64;

/// What a request wants to become of each type of log that it names; `None` to end its delivery.
#[derive(Debug, Default)]
pub(super) struct Asked(BTreeMap<LogType, Option<LogConfiguration>>);

impl Asked {
    /// What these configurations of a request say.
    pub fn of_request(requests: Option<Vec<types::LogDeliveryConfigurationRequest>>) -> Result<Self, AwsError> {
        let requests = requests.unwrap_or_default();
        let most = limits::LOG_DELIVERY_CONFIGURATIONS;
        if requests.len() > most {
            return Err(errors::invalid_combination(format_args!(
                "No more than {most} LogDeliveryConfigurations can be specified."
            )));
        }
        let mut asked = BTreeMap::new();
        for request in requests {
            let named = request.log_type.ok_or_else(|| errors::missing_parameter("LogType"))?;
            let log_type = log_type(named);
            let wanted = if request.enabled == Some(false) { None } else { Some(configuration(request)?) };
            if asked.insert(log_type, wanted).is_some() {
                return Err(errors::invalid_combination(format_args!(
                    "Only one LogDeliveryConfiguration can be specified for the log type {log_type}."
                )));
            }
        }
        Ok(Self(asked))
    }

    /// Refuses a change that would wait: log delivery is always changed at once, and has to be asked for so.
    pub fn check_immediate(&self, apply_immediately: Option<bool>) -> Result<(), AwsError> {
        if self.0.is_empty() || apply_immediately == Some(true) {
            return Ok(());
        }
        Err(errors::invalid_combination("ApplyImmediately must be true to modify LogDeliveryConfigurations."))
    }

    /// Has an engine's deliveries be as asked.
    pub fn apply(
        self,
        deliveries: &mut LogDeliveries,
        engine: Engine,
        version: &EngineVersion,
    ) -> Result<(), AwsError> {
        for (log_type, wanted) in self.0 {
            match (wanted, deliveries.get_mut(&log_type)) {
                (Some(wanted), delivery) => {
                    check_engine(log_type, engine, version)?;
                    match delivery {
                        Some(delivery) if delivery.wanted.as_ref() == Some(&wanted) => {}
                        Some(delivery) => {
                            *delivery = LogDelivery { wanted: Some(wanted), failure: None, ..delivery.clone() }
                        }
                        None => drop(deliveries.insert(log_type, LogDelivery::new(wanted))),
                    }
                }
                (None, Some(delivery)) => delivery.wanted = None,
                (None, None) => {}
            }
        }
        Ok(())
    }
}

/// What one configuration of a request says that does not end a delivery.
fn configuration(request: types::LogDeliveryConfigurationRequest) -> Result<LogConfiguration, AwsError> {
    let types::LogDeliveryConfigurationRequest {
        log_type: _,
        destination_type,
        destination_details,
        log_format,
        enabled: _,
    } = request;
    let destination_type = destination_type.ok_or_else(|| errors::missing_parameter("DestinationType"))?;
    let details = destination_details.ok_or_else(|| errors::missing_parameter("DestinationDetails"))?;
    let log_group = details.cloud_watch_logs_details.and_then(|details| details.log_group);
    let delivery_stream = details.kinesis_firehose_details.and_then(|details| details.delivery_stream);
    let destination = match (destination_type, log_group, delivery_stream) {
        (types::DestinationType::CloudwatchLogs, Some(name), None) => {
            check_name("LogGroup", &name, LOG_GROUP_LENGTH, "._-/#")?;
            LogDestination::CloudwatchLogs(name)
        }
        (types::DestinationType::KinesisFirehose, None, Some(name)) => {
            check_name("DeliveryStream", &name, DELIVERY_STREAM_LENGTH, "._-")?;
            LogDestination::KinesisFirehose(name)
        }
        (destination_type, ..) => {
            return Err(errors::invalid_combination(format_args!(
                "DestinationDetails must name the destination of the type {}, and no other.",
                destination_type.as_str()
            )));
        }
    };
    let format = match log_format.ok_or_else(|| errors::missing_parameter("LogFormat"))? {
        types::LogFormat::Text => LogFormat::Text,
        types::LogFormat::Json => LogFormat::Json,
    };
    Ok(LogConfiguration { destination, format })
}

/// Checks a name by the rule of the service that it is for: letters, digits and these `marks`.
fn check_name(parameter: &str, name: &str, longest: usize, marks: &str) -> Result<(), AwsError> {
    let fits = |character: char| character.is_ascii_alphanumeric() || marks.contains(character);
    if !name.is_empty() && name.len() <= longest && name.chars().all(fits) {
        return Ok(());
    }
    Err(errors::invalid_value(format_args!("Invalid {parameter}: {name}.")))
}

fn check_engine(log_type: LogType, engine: Engine, version: &EngineVersion) -> Result<(), AwsError> {
    let feature = match log_type {
        LogType::SlowLog => EngineFeature::SlowLogDelivery,
        LogType::EngineLog => EngineFeature::EngineLogDelivery,
    };
    if version_reported_as(engine, version.as_str()).is_some_and(|facts| facts.supports(feature)) {
        return Ok(());
    }
    Err(errors::invalid_combination(format_args!(
        "Log delivery of the type {log_type} is not supported for {engine} {version}."
    )))
}

/// Has deliveries that were just asked for begin with what engines that run already log next. `had` is what there was
/// before; the others of `deliveries` are new.
pub(super) fn begin_now(draft: &mut Draft, cluster: &CacheCluster, had: &LogDeliveries, deliveries: &LogDeliveries) {
    for log_type in deliveries.keys().filter(|log_type| !had.contains_key(log_type)) {
        for (node, cache_node) in &cluster.nodes {
            for (generation, observed) in &cache_node.engines {
                let Some(running) = Observed::running(observed) else { continue };
                for sink in [LogSink::Service, LogSink::File] {
                    let id = LogCursor::id(&cluster.engine_name(*node, *generation), *log_type, sink);
                    draft.put(&cluster.scope, &id, LogCursor { run: running.run.clone(), position: None });
                }
            }
        }
    }
}

/// `LogDeliveryConfigurations` of an answer.
pub(super) fn configurations(deliveries: &LogDeliveries) -> Vec<types::LogDeliveryConfiguration> {
    let shown = deliveries.iter().filter_map(|(log_type, delivery)| {
        let configuration = delivery.in_effect.as_ref().or(delivery.wanted.as_ref())?;
        let (destination_type, destination_details) = destination(&configuration.destination);
        Some(types::LogDeliveryConfiguration {
            log_type: wire_type(*log_type),
            destination_type: Some(destination_type),
            destination_details: Some(destination_details),
            log_format: Some(wire_format(configuration.format)),
            status: Some(match delivery.status() {
                LogDeliveryStatus::Enabling => enums::LogDeliveryConfigurationStatus::Enabling,
                LogDeliveryStatus::Active => enums::LogDeliveryConfigurationStatus::Active,
                LogDeliveryStatus::Modifying => enums::LogDeliveryConfigurationStatus::Modifying,
                LogDeliveryStatus::Disabling => enums::LogDeliveryConfigurationStatus::Disabling,
                LogDeliveryStatus::Error => enums::LogDeliveryConfigurationStatus::Error,
            }),
            message: delivery.failure.clone().filter(|_| delivery.status() == LogDeliveryStatus::Error),
        })
    });
    shown.collect()
}

/// `PendingModifiedValues.LogDeliveryConfigurations`: what is being changed, `None` when nothing is.
pub(super) fn pending(deliveries: &LogDeliveries) -> Option<Vec<types::PendingLogDeliveryConfiguration>> {
    let changing = deliveries.iter().filter_map(|(log_type, delivery)| {
        let configuration = delivery.pending()?;
        let (destination_type, destination_details) = destination(&configuration.destination);
        Some(types::PendingLogDeliveryConfiguration {
            log_type: wire_type(*log_type),
            destination_type: Some(destination_type),
            destination_details: Some(destination_details),
            log_format: Some(wire_format(configuration.format)),
        })
    });
    Some(changing.collect()).filter(|changing: &Vec<_>| !changing.is_empty())
}

fn destination(destination: &LogDestination) -> (types::DestinationType, types::DestinationDetails) {
    match destination {
        LogDestination::CloudwatchLogs(name) => {
            let details = types::CloudWatchLogsDestinationDetails { log_group: Some(name.clone()) };
            let details = types::DestinationDetails { cloud_watch_logs_details: Some(details), ..Default::default() };
            (types::DestinationType::CloudwatchLogs, details)
        }
        LogDestination::KinesisFirehose(name) => {
            let details = types::KinesisFirehoseDestinationDetails { delivery_stream: Some(name.clone()) };
            let details = types::DestinationDetails { kinesis_firehose_details: Some(details), ..Default::default() };
            (types::DestinationType::KinesisFirehose, details)
        }
    }
}

fn log_type(named: types::LogType) -> LogType {
    match named {
        types::LogType::SlowLog => LogType::SlowLog,
        types::LogType::EngineLog => LogType::EngineLog,
    }
}

fn wire_type(log_type: LogType) -> Option<types::LogType> {
    types::LogType::from_wire(log_type.as_str())
}

fn wire_format(format: LogFormat) -> types::LogFormat {
    match format {
        LogFormat::Text => types::LogFormat::Text,
        LogFormat::Json => types::LogFormat::Json,
    }
}
