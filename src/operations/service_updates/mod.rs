//! The operations on service updates: which there are, and what is done about them.

mod batch;
mod describe;
mod describe_actions;
mod target;
mod view;

use chrono::{DateTime, Utc};

use super::errors;
use crate::{
    model::catalogue::service_updates::{self, ServiceUpdate, service_updates},
    protocol::{AwsError, types},
};

/// The update of that name.
fn find(name: &str, now: DateTime<Utc>) -> Result<ServiceUpdate, AwsError> {
    let mut updates = service_updates(now).into_iter();
    updates.find(|update| update.name.eq_ignore_ascii_case(name)).ok_or_else(|| errors::service_update_not_found(name))
}

/// The updates that are asked for, sorted by name.
fn asked_for(
    name: Option<&str>,
    statuses: Option<&[types::ServiceUpdateStatus]>,
    now: DateTime<Utc>,
) -> Result<Vec<ServiceUpdate>, AwsError> {
    let mut updates = match name {
        Some(name) => vec![find(name, now)?],
        None => service_updates(now),
    };
    if let Some(statuses) = statuses.filter(|statuses| !statuses.is_empty()) {
        updates.retain(|update| statuses.contains(&status(update, now)));
    }
    Ok(updates)
}

fn status(update: &ServiceUpdate, now: DateTime<Utc>) -> types::ServiceUpdateStatus {
    match update.status(now) {
        service_updates::ServiceUpdateStatus::Available => types::ServiceUpdateStatus::Available,
        service_updates::ServiceUpdateStatus::Cancelled => types::ServiceUpdateStatus::Cancelled,
        service_updates::ServiceUpdateStatus::Expired => types::ServiceUpdateStatus::Expired,
    }
}

fn severity(update: &ServiceUpdate) -> types::ServiceUpdateSeverity {
    match update.severity() {
        service_updates::Severity::Important => types::ServiceUpdateSeverity::Important,
        service_updates::Severity::Medium => types::ServiceUpdateSeverity::Medium,
        service_updates::Severity::Low => types::ServiceUpdateSeverity::Low,
    }
}

fn estimated_time(update: &ServiceUpdate) -> String {
    format!("{} minutes per node", update.minutes_per_node())
}
