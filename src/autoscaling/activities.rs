//! What was done: its records, and `DescribeScalingActivities`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::{
    Autoscaling, AutoscalingError,
    call::{DescribeScalingActivities, ServiceNamespace},
    pages::Page,
    view,
};
use crate::{
    model::{ACTIVITIES_PER_SCOPE, ACTIVITY_RETENTION_DAYS, ScalingActivity, ScalingOutcome, ScalingProgress, Scope},
    store::Draft,
};

/// The most activities on a page.
const MOST_ON_A_PAGE: i32 = 50;

impl Autoscaling {
    pub(super) fn describe_scaling_activities(
        &self,
        scope: &Scope,
        input: DescribeScalingActivities,
    ) -> Result<Value, AutoscalingError> {
        let DescribeScalingActivities {
            service_namespace: ServiceNamespace::ElastiCache,
            resource_id,
            scalable_dimension,
            max_results,
            next_token,
            include_not_scaled_activities,
        } = input;
        if include_not_scaled_activities == Some(true) {
            return Err(AutoscalingError::invalid("IncludeNotScaledActivities is not supported."));
        }
        let page = Page::new(max_results, MOST_ON_A_PAGE, next_token.as_deref())?;
        let oldest = self.clock.now() - TimeDelta::days(ACTIVITY_RETENTION_DAYS);
        let tables = self.store.tables();
        let newest_first = tables.scaling_activities.iter(scope).rev();
        let found = newest_first.filter(|(_, activity)| {
            activity.started >= oldest
                && resource_id.as_ref().is_none_or(|id| id.group() == activity.replication_group_id)
                && scalable_dimension.is_none_or(|dimension| dimension == activity.dimension)
        });
        let (activities, token) = page.take(found.map(|(key, activity)| (key.clone(), view::activity(activity))), true);
        Ok(view::page("ScalingActivities", activities, token))
    }
}

/// Writes down an activity that begins, and lets go of those that are too old or too many. Answers its number.
pub(super) fn begin(draft: &mut Draft, scope: &Scope, activity: ScalingActivity) -> String {
    let oldest_kept = activity.started - TimeDelta::days(ACTIVITY_RETENTION_DAYS);
    let last = draft.tables().scaling_activities.iter(scope).next_back().and_then(|(id, _)| id.parse::<u64>().ok());
    let id = format!("{:020}", last.unwrap_or(0) + 1);
    draft.put(scope, &id, activity);
    for _ in 0..2 {
        let full = draft.tables().scaling_activities.len(scope) > ACTIVITIES_PER_SCOPE;
        let first = draft.tables().scaling_activities.iter(scope).next();
        let Some(id) = first.filter(|(_, it)| full || it.started < oldest_kept).map(|(id, _)| id.clone()) else {
            break;
        };
        draft.remove::<ScalingActivity>(scope, &id);
    }
    id
}

/// Notes what came of an activity.
pub(super) fn end(
    draft: &mut Draft,
    scope: &Scope,
    id: &str,
    outcome: ScalingOutcome,
    message: String,
    at: DateTime<Utc>,
) {
    if let Some(activity) = draft.get::<ScalingActivity>(scope, id) {
        tracing::info!(
            replication_group_id = activity.replication_group_id,
            dimension = %activity.dimension,
            ?outcome,
            message,
            "scaling ended"
        );
        let progress = ScalingProgress::Ended { at, outcome, message };
        draft.put(scope, id, ScalingActivity { progress, ..ScalingActivity::clone(&activity) });
    }
}
