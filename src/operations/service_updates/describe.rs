//! `DescribeServiceUpdates`.

use chrono::{DateTime, Utc};

use super::{asked_for, estimated_time, severity, status};
use crate::{
    model::catalogue::service_updates::ServiceUpdate,
    operations::{Operations, pagination::Page},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Updates follow the calendar: three at the beginning of each quarter, of which one is withdrawn after two weeks;
    /// those of a year are told. All are security updates. Those numbered 001, for Redis and Valkey, apply themselves
    /// in the first maintenance window after the recommended date, to what is older than that date.
    pub(in crate::operations) fn describe_service_updates(
        &self,
        input: &types::DescribeServiceUpdatesMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeServiceUpdatesMessage { service_update_name, service_update_status, max_records, marker } =
            input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let now = self.clock.now();
        let updates = asked_for(service_update_name.as_deref(), service_update_status.as_deref(), now)?;
        let rest = updates.iter().filter(|update| page.after().is_none_or(|after| update.name.as_str() > after));
        let (updates, marker) = page.take(rest, |update| update.name.as_str());
        Ok(Output::DescribeServiceUpdates(types::ServiceUpdatesMessage {
            marker,
            service_updates: Some(updates.into_iter().map(|update| show(update, now)).collect()),
        }))
    }
}

fn show(update: &ServiceUpdate, now: DateTime<Utc>) -> types::ServiceUpdate {
    let versions = update.engines().map(|(engine, oldest)| format!("{engine} {oldest} and onwards"));
    types::ServiceUpdate {
        service_update_name: Some(update.name.clone()),
        service_update_release_date: Some(update.released),
        service_update_end_date: Some(update.end),
        service_update_severity: Some(severity(update)),
        service_update_recommended_apply_by_date: Some(update.recommended_apply_by),
        service_update_status: Some(status(update, now)),
        service_update_description: Some(update.description().to_owned()),
        service_update_type: Some(types::ServiceUpdateType::SecurityUpdate),
        engine: Some(update.engines().map(|(engine, _)| engine.name()).collect::<Vec<_>>().join(", ")),
        engine_version: Some(versions.collect::<Vec<_>>().join(", ")),
        auto_update_after_recommended_apply_by_date: Some(update.applies_itself()),
        estimated_update_time: Some(estimated_time(update)),
    }
}
