//! `PutScheduledAction`, `DeleteScheduledAction` and `DescribeScheduledActions`, and what happens when one is due.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Autoscaling, AutoscalingError, activities,
    call::{
        DeleteScheduledAction, DescribeScheduledActions, PutScheduledAction, ScalableTargetAction, ServiceNamespace,
    },
    pages::Page,
    schedule::Schedule,
    targets::{capacity, find},
    view,
};
use crate::{
    model::{
        Bounds, ScalableDimension, ScalableTarget, ScalingActivity, ScalingOutcome, ScalingProgress, ScheduledAction,
        Scope,
    },
    store::Draft,
};

/// The most actions on a page.
const MOST_ON_A_PAGE: i32 = 50;

/// The most actions of a target: the service's quota.
const MOST_OF_A_TARGET: usize = 200;

/// The longest name, characters.
const LONGEST_NAME: usize = 256;

impl Autoscaling {
    pub(super) async fn put_scheduled_action(
        &self,
        scope: &Scope,
        input: PutScheduledAction,
    ) -> Result<Value, AutoscalingError> {
        check_name(&input.scheduled_action_name)?;
        let (scope, now) = (scope.clone(), self.clock.now());
        self.write(move |draft| {
            let found = find(draft, &scope, &input.resource_id, input.scalable_dimension)?;
            let mut target = ScalableTarget::clone(&found);
            let name = input.scheduled_action_name.clone();
            let existing = target.scheduled_actions.get(&name);
            if existing.is_none() && target.scheduled_actions.len() >= MOST_OF_A_TARGET {
                return Err(AutoscalingError::Limit(format!(
                    "A scalable target has {MOST_OF_A_TARGET} scheduled actions at most."
                )));
            }
            let action = action(existing, input, now)?;
            target.scheduled_actions.insert(name, action);
            draft.put(&scope, &target.own_key(), target);
            Ok(json!({}))
        })
        .await
    }

    pub(super) async fn delete_scheduled_action(
        &self,
        scope: &Scope,
        input: DeleteScheduledAction,
    ) -> Result<Value, AutoscalingError> {
        let DeleteScheduledAction {
            service_namespace: ServiceNamespace::ElastiCache,
            scheduled_action_name: name,
            resource_id,
            scalable_dimension: dimension,
        } = input;
        let scope = scope.clone();
        self.write(move |draft| {
            let mut target = ScalableTarget::clone(&*find(draft, &scope, &resource_id, dimension)?);
            if target.scheduled_actions.remove(&name).is_none() {
                let resource_id = resource_id.to_string();
                return Err(AutoscalingError::NotOnTarget { what: "scheduled action", name, resource_id, dimension });
            }
            draft.put(&scope, &target.own_key(), target);
            Ok(json!({}))
        })
        .await
    }

    pub(super) fn describe_scheduled_actions(
        &self,
        scope: &Scope,
        input: DescribeScheduledActions,
    ) -> Result<Value, AutoscalingError> {
        let DescribeScheduledActions {
            service_namespace: ServiceNamespace::ElastiCache,
            scheduled_action_names,
            resource_id,
            scalable_dimension,
            max_results,
            next_token,
        } = input;
        let page = Page::new(max_results, MOST_ON_A_PAGE, next_token.as_deref())?;
        let asked = scheduled_action_names.filter(|asked| !asked.is_empty());
        let tables = self.store.tables();
        let targets = tables.scalable_targets.iter(scope).filter(|(_, target)| {
            resource_id.as_ref().is_none_or(|id| id.group() == target.replication_group_id)
                && scalable_dimension.is_none_or(|dimension| dimension == target.dimension)
        });
        let actions = targets.flat_map(|(key, target)| {
            target.scheduled_actions.iter().map(move |(name, action)| (format!("{key} {name}"), (target, name, action)))
        });
        let named = actions
            .filter(|(_, (_, name, _))| asked.as_ref().is_none_or(|asked| asked.contains(name)))
            .map(|(key, (target, name, action))| (key, view::scheduled_action(target, name, action)));
        let (actions, token) = page.take(named, false);
        Ok(view::page("ScheduledActions", actions, token))
    }
}

/// A name that can be part of an ARN.
fn check_name(name: &str) -> Result<(), AutoscalingError> {
    let is_plain = |letter: char| !letter.is_control() && ![':', '/', '|'].contains(&letter);
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    if fits && name.chars().all(is_plain) && name.trim() == name {
        return Ok(());
    }
    Err(AutoscalingError::invalid(format_args!(
        "ScheduledActionName must have between 1 and {LONGEST_NAME} characters, none of them one of \":/|\" or a control \
         character, and no spaces around them."
    )))
}

/// The action that is asked for. What is not given stays as it was, but for the start and the end.
fn action(
    existing: Option<&ScheduledAction>,
    input: PutScheduledAction,
    now: DateTime<Utc>,
) -> Result<ScheduledAction, AutoscalingError> {
    let PutScheduledAction {
        service_namespace: ServiceNamespace::ElastiCache,
        scheduled_action_name: _,
        resource_id: _,
        scalable_dimension: dimension,
        schedule,
        timezone,
        start_time,
        end_time,
        scalable_target_action,
    } = input;
    let schedule = schedule.or_else(|| existing.map(|action| action.schedule.clone()));
    let schedule = schedule.ok_or_else(|| AutoscalingError::invalid("Schedule has to be given."))?;
    let timezone = timezone.or_else(|| existing?.timezone.clone());
    let (min_capacity, max_capacity) = match (scalable_target_action, existing) {
        (Some(asked), _) => capacities(dimension, asked)?,
        (None, Some(existing)) => (existing.min_capacity, existing.max_capacity),
        (None, None) => return Err(AutoscalingError::invalid("ScalableTargetAction has to be given.")),
    };
    let (start, end) = (time("StartTime", start_time)?, time("EndTime", end_time)?);
    if start.zip(end).is_some_and(|(start, end)| start >= end) {
        return Err(AutoscalingError::invalid("EndTime must be later than StartTime."));
    }
    let created = existing.map_or(now, |action| action.created);
    let uid = existing.map_or_else(|| Uuid::new_v4().to_string(), |action| action.uid.clone());
    let mut action =
        ScheduledAction { uid, schedule, timezone, start, end, min_capacity, max_capacity, created, due: None };
    action.due = due_after(&action, now)?;
    if action.due.is_none() {
        return Err(AutoscalingError::invalid("The schedule has no time that is still to come."));
    }
    Ok(action)
}

/// The bounds that an action sets.
fn capacities(
    dimension: ScalableDimension,
    asked: ScalableTargetAction,
) -> Result<(Option<u32>, Option<u32>), AutoscalingError> {
    let read = |name: &str, asked: Option<i32>| asked.map(|asked| capacity(dimension, name, asked)).transpose();
    let (min, max) = (read("MinCapacity", asked.min_capacity)?, read("MaxCapacity", asked.max_capacity)?);
    match (min, max) {
        (None, None) => Err(AutoscalingError::invalid("MinCapacity or MaxCapacity has to be given.")),
        (Some(min), Some(max)) if min > max => {
            Err(AutoscalingError::invalid("MaxCapacity cannot be less than MinCapacity."))
        }
        bounds => Ok(bounds),
    }
}

/// A time in seconds since 1970.
fn time(name: &str, seconds: Option<f64>) -> Result<Option<DateTime<Utc>>, AutoscalingError> {
    let read = |seconds: f64| {
        let seconds = seconds.is_finite().then_some(seconds)?;
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and a date has its bounds")]
        let milliseconds = (seconds * 1000.0) as i64;
        DateTime::from_timestamp_millis(milliseconds)
    };
    let wrong = || AutoscalingError::invalid(format_args!("{name} is no time."));
    seconds.map(|seconds| read(seconds).ok_or_else(wrong)).transpose()
}

/// When an action is due for the first time after `after`.
fn due_after(action: &ScheduledAction, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, AutoscalingError> {
    let schedule = Schedule::read(&action.schedule, action.timezone.as_deref())?;
    // What is due at the very start counts.
    let from = action.start.filter(|start| *start > after).map(|start| start - TimeDelta::seconds(1));
    let after = from.unwrap_or(after);
    let next = schedule.next(after, action.start.unwrap_or(action.created));
    Ok(next.filter(|next| action.end.is_none_or(|end| *next <= end)))
}

/// When the next of a target's actions is due.
pub(super) fn next_due(target: &ScalableTarget) -> Option<DateTime<Utc>> {
    target.scheduled_actions.values().filter_map(|action| action.due).min()
}

/// The target with no action due later than its schedule says at this time. What was missed stays due.
pub(super) fn set_right(target: &ScalableTarget, now: DateTime<Utc>) -> ScalableTarget {
    let mut target = target.clone();
    for action in target.scheduled_actions.values_mut() {
        // One that is over has no next time, even if that is to come once more.
        if let (Some(due), Ok(Some(next))) = (action.due, due_after(action, now)) {
            action.due = Some(due.min(next));
        }
    }
    target
}

/// Sets the bounds as the actions say that are due, in order of time. One that is due several times by now, since the
/// server did not run, is done once.
pub(super) fn carry_out(draft: &mut Draft, mut target: ScalableTarget, now: DateTime<Utc>) {
    let mut due: Vec<_> = target
        .scheduled_actions
        .iter()
        .filter_map(|(name, action)| Some((action.due.filter(|due| *due <= now)?, name.clone())))
        .collect();
    due.sort();
    for (_, name) in due {
        let Some(action) = target.scheduled_actions.get_mut(&name) else { continue };
        // What was understood once is understood again.
        action.due = due_after(action, now).ok().flatten();
        if target.suspended.scheduled_scaling {
            continue;
        }
        let bounds = Bounds {
            min: action.min_capacity.unwrap_or(target.bounds.min),
            max: action.max_capacity.unwrap_or(target.bounds.max),
        };
        tracing::info!(
            replication_group_id = target.replication_group_id,
            action = name,
            ?bounds,
            "a scheduled action is due"
        );
        if bounds.min > bounds.max {
            let activity = ScalingActivity {
                id: Uuid::new_v4().to_string(),
                replication_group_id: target.replication_group_id.clone(),
                dimension: target.dimension,
                description: format!("Setting the bounds of {}.", target.dimension.noun()),
                cause: format!("scheduled action name {name} was triggered"),
                started: now,
                progress: ScalingProgress::Ended {
                    at: now,
                    outcome: ScalingOutcome::Failed,
                    message: format!(
                        "Maximum capacity {} cannot be less than minimum capacity {}.",
                        bounds.max, bounds.min
                    ),
                },
            };
            activities::begin(draft, &target.scope, activity);
            continue;
        }
        target.bounds = bounds;
        target.out_of_bounds = Some(format!("scheduled action name {name} was triggered"));
    }
    let (scope, key) = (target.scope.clone(), target.own_key());
    draft.put(&scope, &key, target);
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::model::{SuspendedState, TagSet};

    fn target(schedule: &str, due: DateTime<Utc>) -> ScalableTarget {
        let created = "2026-01-01T00:00:00Z".parse().expect("a time");
        let action = ScheduledAction {
            uid: "a".into(),
            schedule: schedule.into(),
            timezone: None,
            start: None,
            end: None,
            min_capacity: Some(1),
            max_capacity: None,
            created,
            due: Some(due),
        };
        ScalableTarget {
            scope: Scope::new("000000000000", "us-east-1"),
            uid: "t".into(),
            replication_group_id: "g".into(),
            replication_group_uid: "u".into(),
            dimension: ScalableDimension::Replicas,
            bounds: Bounds { min: 1, max: 2 },
            suspended: SuspendedState::default(),
            created,
            tags: TagSet::default(),
            policies: std::collections::BTreeMap::new(),
            scheduled_actions: [("daily".to_owned(), action)].into(),
            out_of_bounds: None,
            under_way: None,
            scaled_out: None,
            scaled_in: None,
            failed: None,
        }
    }

    #[test]
    fn a_clock_that_goes_back_makes_no_action_late_and_what_was_missed_stays_due() {
        let now: DateTime<Utc> = "2026-03-04T12:00:00Z".parse().expect("a time");
        let evening = now + TimeDelta::hours(6);
        for (due, right) in [
            (evening, evening),
            (evening + TimeDelta::days(7), evening),
            (evening - TimeDelta::days(7), evening - TimeDelta::days(7)),
        ] {
            assert_eq!(next_due(&set_right(&target("cron(0 18 * * ? *)", due), now)), Some(right), "{due}");
        }
    }
}
