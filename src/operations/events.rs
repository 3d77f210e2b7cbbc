//! `DescribeEvents`.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::{Operations, errors, pagination::Page, request::Request};
use crate::{
    model::{EVENT_RETENTION_DAYS, Event, SourceType},
    protocol::{AwsError, Output, types},
};

/// How far back events are told unless asked otherwise, in minutes.
const DEFAULT_MINUTES: i64 = 60;

impl Operations {
    /// # Compatibility
    /// Messages are those of `ElastiCache` where they are known. An event of its own tells when an engine has another
    /// version than the one asked for, or could not be started.
    pub(super) fn describe_events(
        &self,
        request: &Request,
        input: &types::DescribeEventsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeEventsMessage {
            source_identifier,
            source_type,
            start_time,
            end_time,
            duration,
            max_records,
            marker,
        } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        if source_identifier.is_some() && source_type.is_none() {
            return Err(errors::invalid_combination(
                "The parameter SourceType must be provided when SourceIdentifier is given.",
            ));
        }
        let identifier = source_identifier.as_ref().map(|identifier| identifier.to_ascii_lowercase());
        let (start, end) = period(self.clock.now(), *start_time, *end_time, *duration)?;
        let tables = self.store.tables();
        let wanted = |event: &Event| {
            identifier.as_ref().is_none_or(|identifier| event.source_identifier == *identifier)
                && source_type.as_ref().is_none_or(|asked| *asked == shown_type(event.source_type))
                // Clients know dates to the millisecond, and ask with those that they were told.
                && (start..=end).contains(&event.date.trunc_subsecs(3))
        };
        // Newest first, so the next page goes on with what is older than the last event of this one.
        let newest_first = tables.events.iter(&request.scope).rev();
        let rest = newest_first.filter(|(id, _)| page.after().is_none_or(|after| id.as_str() < after));
        let (events, marker) = page.take(rest.filter(|(_, event)| wanted(event)), |(id, _)| id.as_str());
        Ok(Output::DescribeEvents(types::EventsMessage {
            marker,
            events: Some(events.into_iter().map(|(_, event)| show(event)).collect()),
        }))
    }
}

/// From when to when events are asked for.
fn period(
    now: DateTime<Utc>,
    start: Option<DateTime<Utc>>,
    end: Option<DateTime<Utc>>,
    minutes: Option<i32>,
) -> Result<(DateTime<Utc>, DateTime<Utc>), AwsError> {
    let oldest = now - TimeDelta::days(EVENT_RETENTION_DAYS);
    if minutes.is_some() && (start.is_some() || end.is_some()) {
        return Err(errors::invalid_combination("Duration cannot be combined with StartTime or EndTime."));
    }
    let minutes = match minutes {
        None => DEFAULT_MINUTES,
        Some(minutes) if minutes > 0 && i64::from(minutes) <= EVENT_RETENTION_DAYS * 24 * 60 => i64::from(minutes),
        Some(minutes) => {
            return Err(errors::invalid_value(format_args!(
                "Invalid value {minutes} for Duration. Must be between 1 and {} minutes.",
                EVENT_RETENTION_DAYS * 24 * 60
            )));
        }
    };
    let end = end.unwrap_or(now);
    let start = start.unwrap_or_else(|| end - TimeDelta::minutes(minutes));
    if start > end {
        return Err(errors::invalid_combination("StartTime must not be later than EndTime."));
    }
    Ok((start.max(oldest), end))
}

fn shown_type(source_type: SourceType) -> types::SourceType {
    match source_type {
        SourceType::CacheCluster => types::SourceType::CacheCluster,
        SourceType::CacheParameterGroup => types::SourceType::CacheParameterGroup,
        SourceType::CacheSecurityGroup => types::SourceType::CacheSecurityGroup,
        SourceType::CacheSubnetGroup => types::SourceType::CacheSubnetGroup,
        SourceType::ReplicationGroup => types::SourceType::ReplicationGroup,
        SourceType::ServerlessCache => types::SourceType::ServerlessCache,
        SourceType::ServerlessCacheSnapshot => types::SourceType::ServerlessCacheSnapshot,
    }
}

fn show(event: &Event) -> types::Event {
    types::Event {
        source_identifier: Some(event.source_identifier.clone()),
        source_type: Some(shown_type(event.source_type)),
        message: Some(event.message.clone()),
        date: Some(event.date),
    }
}
