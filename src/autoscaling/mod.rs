//! Application Auto Scaling for replication groups: shards and replicas come and go by themselves, so that a metric
//! stays near a value or the clock is followed.
//!
//! It is another service of AWS than `ElastiCache`, with an API of its own ([`Call`]), and stands beside the users: what
//! it does to a group it does by the same operations as they, and what these refuse is refused to it too. What metrics
//! are like it asks [`Metrics`].
//!
//! The API only writes records ([`targets`], [`policies`], [`scheduled`]). One task ([`run`]) looks at them, at the groups and at the
//! clock, and takes the next step ([`plan`]). What it has begun stands in the target's record, so a server that is
//! started again goes on with it.

mod activities;
mod call;
mod error;
mod metrics;
mod names;
mod pages;
mod plan;
mod policies;
mod scaler;
mod schedule;
mod scheduled;
mod tags;
mod targets;
mod view;

use std::sync::Arc;

use serde_json::Value;

pub use call::Call;
pub use error::AutoscalingError;
pub use metrics::{GroupMetrics, Metrics};
pub use scaler::run;

use call::Subject;

use crate::{
    clock::Clock,
    model::Scope,
    operations::Operations,
    store::{Draft, Store},
};

/// What the name of an operation begins with in the header that names it.
pub const TARGET_PREFIX: &str = "AnyScaleFrontendService.";

/// The service's name in signatures and in the actions of policies.
pub const SERVICE: &str = "application-autoscaling";

/// Application Auto Scaling, on the records of a store.
pub struct Autoscaling {
    store: Arc<Store>,
    clock: Arc<Clock>,
    operations: Operations,
    /// Only what `ElastiCache` scales is scaled.
    strict: bool,
}

impl Autoscaling {
    /// The service on the groups that `operations` work on, by which it changes them.
    #[must_use]
    pub fn new(operations: Operations) -> Self {
        let (store, clock) = (Arc::clone(operations.store()), Arc::clone(operations.clock()));
        Self { store, clock, strict: operations.options().strict, operations }
    }

    /// Answers a call of somebody in `scope`.
    ///
    /// # Errors
    /// What Application Auto Scaling would refuse.
    pub async fn answer(&self, scope: &Scope, call: Call) -> Result<Value, AutoscalingError> {
        match call {
            Call::RegisterScalableTarget(input) => self.register_scalable_target(scope, input).await,
            Call::DeregisterScalableTarget(input) => self.deregister_scalable_target(scope, input).await,
            Call::DescribeScalableTargets(input) => self.describe_scalable_targets(scope, input),
            Call::PutScalingPolicy(input) => self.put_scaling_policy(scope, input).await,
            Call::DeleteScalingPolicy(input) => self.delete_scaling_policy(scope, input).await,
            Call::DescribeScalingPolicies(input) => self.describe_scaling_policies(scope, input),
            Call::PutScheduledAction(input) => self.put_scheduled_action(scope, input).await,
            Call::DeleteScheduledAction(input) => self.delete_scheduled_action(scope, input).await,
            Call::DescribeScheduledActions(input) => self.describe_scheduled_actions(scope, input),
            Call::DescribeScalingActivities(input) => self.describe_scaling_activities(scope, input),
            Call::TagResource(input) => self.tag_resource(scope, input).await,
            Call::UntagResource(input) => self.untag_resource(scope, input).await,
            Call::ListTagsForResource(input) => self.list_tags_for_resource(scope, &input),
        }
    }

    /// The ARN that a policy about callers has to allow a call on: that of the scalable target, of any where there is none
    /// yet, and `*` for calls that only tell of several.
    #[must_use]
    pub fn resource_of(&self, scope: &Scope, call: &Call) -> String {
        match call.subject() {
            Subject::Target(key) => {
                let tables = self.store.tables();
                let uid = tables.scalable_targets.get(scope, &key).map(|target| target.uid.clone());
                names::target_arn(scope, uid.as_deref().unwrap_or("*"))
            }
            Subject::Arn(arn) => arn.to_owned(),
            Subject::All => "*".to_owned(),
        }
    }

    /// Changes the records, in one transaction.
    async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Draft) -> Result<T, AutoscalingError> + Send + 'static,
    ) -> Result<T, AutoscalingError> {
        self.store.write(change).await
    }
}
