//! Does what comes next for the scalable targets, as long as the server runs.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    Autoscaling, AutoscalingError, activities,
    metrics::Metrics,
    plan::{self, Step, Values, group_of, is_available},
    scheduled,
    targets::forget,
};
use crate::{
    model::{
        MINUTES_KEPT, ScalableTarget, ScalingActivity, ScalingOutcome, ScalingPolicy, ScalingProgress, Scope,
        TrackedMetric, UnderWay,
    },
    operations::Request,
    protocol::{AwsError, ErrorCode, Operation},
    store::{Draft, Tables},
};

/// How often policies look at their metrics, by the server's clock.
const PERIOD: TimeDelta = TimeDelta::minutes(1);

/// How long to wait after records could not be written.
const AGAIN: Duration = Duration::from_secs(1);

/// Scales what is to be scaled, by `metrics`, until the returned future is dropped. Looks after every change in the store,
/// and at the metrics once a minute.
pub async fn run(autoscaling: Arc<Autoscaling>, metrics: Arc<dyn Metrics>) {
    if let Err(error) = autoscaling.set_schedules_right().await {
        tracing::error!(%error, "scheduled actions may come too late");
    }
    let mut version = autoscaling.store.version();
    let mut history = History::default();
    loop {
        version.borrow_and_update();
        let now = autoscaling.clock.now();
        let tables = autoscaling.store.tables();
        history.note(&tables, metrics.as_ref(), now);
        let targets = tables.scalable_targets.iter_all();
        let steps: Vec<_> = targets
            .filter_map(|(_, _, target)| Some((Arc::clone(target), plan::next(&tables, target, &history, now)?)))
            .collect();
        let due = tables.scalable_targets.iter_all().filter_map(|(_, _, target)| scheduled::next_due(target)).min();
        let next = history.next().into_iter().chain(due).min();
        drop(tables);
        let mut failed = false;
        for (target, step) in steps {
            if let Err(error) = autoscaling.take(&target, step, now).await {
                tracing::error!(%error, target = target.own_key(), "what comes next for it could not be written down");
                failed = true;
            }
        }
        let clock = async {
            match next {
                Some(next) => autoscaling.clock.sleep_until(next).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = version.changed() => if changed.is_err() { return },
            () = clock, if !failed => {}
            () = tokio::time::sleep(AGAIN), if failed => {}
        }
    }
}

/// What metrics were in the last minutes. Nobody else keeps it: after a start policies wait until they know enough.
#[derive(Default)]
struct History {
    /// The minute of the last look, while there is something to look at.
    last: Option<DateTime<Utc>>,
    values: HashMap<(String, TrackedMetric), Vec<f64>>,
}

impl History {
    /// Looks at the metrics, if a minute has begun since the last time.
    fn note(&mut self, tables: &Tables, metrics: &dyn Metrics, now: DateTime<Utc>) {
        let minute = now.duration_trunc(PERIOD).unwrap_or(now);
        if tables.scalable_targets.iter_all().all(|(_, _, target)| target.policies.is_empty()) {
            *self = Self::default();
            return;
        }
        if self.last.is_some_and(|last| last >= minute) {
            return;
        }
        self.last = Some(minute);
        let mut seen = HashSet::new();
        for (scope, _, target) in tables.scalable_targets.iter_all() {
            for policy in target.policies.values() {
                let key = key(policy);
                let values = self.values.entry(key.clone()).or_default();
                match metrics.value(scope, &target.replication_group_id, policy.metric) {
                    Some(value) => values.push(value),
                    // What is not known is neither high nor low, and ends every row of minutes.
                    None => values.clear(),
                }
                let superfluous = values.len().saturating_sub(MINUTES_KEPT);
                values.drain(..superfluous);
                seen.insert(key);
            }
        }
        self.values.retain(|key, _| seen.contains(key));
    }

    /// When to look again.
    fn next(&self) -> Option<DateTime<Utc>> {
        self.last.map(|last| last + PERIOD)
    }
}

/// A policy that is told to track another metric begins anew.
fn key(policy: &ScalingPolicy) -> (String, TrackedMetric) {
    (policy.uid.clone(), policy.metric)
}

impl Values for History {
    fn of(&self, policy: &ScalingPolicy) -> &[f64] {
        self.values.get(&key(policy)).map_or(&[], Vec::as_slice)
    }
}

impl Autoscaling {
    async fn take(&self, target: &ScalableTarget, step: Step, now: DateTime<Utc>) -> Result<(), AutoscalingError> {
        match step {
            Step::Forget => self.change(target, move |draft, target| forget(draft, &target, now)).await,
            Step::Schedule => self.change(target, move |draft, target| scheduled::carry_out(draft, target, now)).await,
            Step::Settle => {
                self.change(target, |draft, target| put(draft, ScalableTarget { out_of_bounds: None, ..target })).await
            }
            Step::Begin { from, to, cause } => {
                self.change(target, move |draft, target| begin(draft, target, from, to, cause, now)).await
            }
            Step::Carry(operation) => self.carry(target, *operation, now).await,
            Step::Finish => self.change(target, move |draft, target| finish(draft, target, now)).await,
        }
    }

    /// Looks anew when scheduled actions are due. The clock that they were last looked at by may have been moved forward by
    /// users, and is right again.
    async fn set_schedules_right(&self) -> Result<(), AutoscalingError> {
        let now = self.clock.now();
        self.write(move |draft| {
            let targets: Vec<_> = draft.tables().scalable_targets.iter_all().map(|(.., it)| Arc::clone(it)).collect();
            for target in targets {
                let right = scheduled::set_right(&target, now);
                if right != *target {
                    put(draft, right);
                }
            }
            Ok(())
        })
        .await
    }

    /// Has the group changed as any user could. When that is refused, the activity has failed, unless the group became
    /// busy meanwhile: then it is asked again later.
    async fn carry(
        &self,
        target: &ScalableTarget,
        operation: Operation,
        now: DateTime<Utc>,
    ) -> Result<(), AutoscalingError> {
        // Nobody sees the endpoints in the answer.
        let request = Request { scope: target.scope.clone(), endpoint_host: "localhost".into() };
        let Err(refused) = self.operations.execute(&request, operation).await else { return Ok(()) };
        if refused.code.status() >= 500 {
            return Err(AutoscalingError::NotNow(refused));
        }
        // It was busy a moment ago, or is now: when that changes the change is asked for again.
        let is_busy = refused.code == ErrorCode::InvalidReplicationGroupState;
        let tables = self.store.tables();
        if is_busy || !group_of(&tables, target).is_some_and(|group| is_available(&tables, group)) {
            return Ok(());
        }
        self.change(target, move |draft, target| fail(draft, target, &refused, now)).await
    }

    /// Changes a target that is still there, and still where it was.
    async fn change(
        &self,
        seen: &ScalableTarget,
        change: impl FnOnce(&mut Draft, ScalableTarget) + Send + 'static,
    ) -> Result<(), AutoscalingError> {
        let (scope, key, seen) = (seen.scope.clone(), seen.own_key(), seen.clone());
        self.write(move |draft| {
            if let Some(target) = draft.get::<ScalableTarget>(&scope, &key).filter(|target| **target == seen) {
                change(draft, ScalableTarget::clone(&target));
            }
            Ok(())
        })
        .await
    }
}

fn put(draft: &mut Draft, target: ScalableTarget) {
    let (scope, key): (Scope, String) = (target.scope.clone(), target.own_key());
    draft.put(&scope, &key, target);
}

fn begin(draft: &mut Draft, target: ScalableTarget, from: u32, to: u32, cause: String, now: DateTime<Utc>) {
    let noun = target.dimension.noun();
    tracing::info!(replication_group_id = target.replication_group_id, noun, from, to, cause, "scaling");
    let activity = ScalingActivity {
        id: Uuid::new_v4().to_string(),
        replication_group_id: target.replication_group_id.clone(),
        dimension: target.dimension,
        description: format!("Setting {noun} to {to}."),
        cause,
        started: now,
        progress: ScalingProgress::InProgress,
    };
    let activity = activities::begin(draft, &target.scope, activity);
    put(draft, ScalableTarget { out_of_bounds: None, under_way: Some(UnderWay { activity, from, to }), ..target });
}

fn finish(draft: &mut Draft, mut target: ScalableTarget, now: DateTime<Utc>) {
    let Some(UnderWay { activity, from, to }) = target.under_way.take() else { return };
    let noun = target.dimension.noun();
    let message = format!("Successfully set {noun} to {to}. Change successfully fulfilled by elasticache.");
    activities::end(draft, &target.scope, &activity, ScalingOutcome::Successful, message, now);
    let last = if to > from { &mut target.scaled_out } else { &mut target.scaled_in };
    *last = Some(now);
    put(draft, target);
}

fn fail(draft: &mut Draft, mut target: ScalableTarget, refused: &AwsError, now: DateTime<Utc>) {
    let Some(UnderWay { activity, to, .. }) = target.under_way.take() else { return };
    let noun = target.dimension.noun();
    let message = format!("Failed to set {noun} to {to}. Reason: {}", refused.message);
    activities::end(draft, &target.scope, &activity, ScalingOutcome::Failed, message, now);
    target.failed = Some(now);
    put(draft, target);
}
