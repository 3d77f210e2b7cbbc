//! The operations with what they are given, read from JSON.
//!
//! A member that is not listed here is refused by name: some of the service's have no meaning for replication groups, and
//! a member that is misspelled is not to be passed over.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};

use super::{AutoscalingError, names::ResourceId};
use crate::model::{ScalableDimension, ScalableTarget, TrackedMetric};

/// A call of Application Auto Scaling.
#[derive(Clone, Debug)]
pub enum Call {
    /// Registers a scalable target, or changes one.
    RegisterScalableTarget(RegisterScalableTarget),
    /// Forgets a scalable target, with all that hangs on it.
    DeregisterScalableTarget(DeregisterScalableTarget),
    /// Tells the scalable targets.
    DescribeScalableTargets(DescribeScalableTargets),
    /// Makes a policy, or changes one.
    PutScalingPolicy(PutScalingPolicy),
    /// Deletes a policy.
    DeleteScalingPolicy(DeleteScalingPolicy),
    /// Tells the policies.
    DescribeScalingPolicies(DescribeScalingPolicies),
    /// Makes a scheduled action, or changes one.
    PutScheduledAction(PutScheduledAction),
    /// Deletes a scheduled action.
    DeleteScheduledAction(DeleteScheduledAction),
    /// Tells the scheduled actions.
    DescribeScheduledActions(DescribeScheduledActions),
    /// Tells what was done.
    DescribeScalingActivities(DescribeScalingActivities),
    /// Adds tags to a scalable target.
    TagResource(TagResource),
    /// Takes tags away.
    UntagResource(UntagResource),
    /// Tells the tags.
    ListTagsForResource(ListTagsForResource),
}

/// The names of the operations.
const NAMES: [&str; 14] = [
    "RegisterScalableTarget",
    "DeregisterScalableTarget",
    "DescribeScalableTargets",
    "PutScalingPolicy",
    "DeleteScalingPolicy",
    "DescribeScalingPolicies",
    "PutScheduledAction",
    "DeleteScheduledAction",
    "DescribeScheduledActions",
    "DescribeScalingActivities",
    "GetPredictiveScalingForecast",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
];

impl Call {
    /// The name of an operation, if there is one of that name.
    #[must_use]
    pub fn name_of(operation: &str) -> Option<&'static str> {
        NAMES.into_iter().find(|name| *name == operation)
    }

    /// The call of the operation `name` with this body.
    ///
    /// # Errors
    /// When there is no such operation, or the body is no input of it.
    pub fn read(name: &str, body: &[u8]) -> Result<Self, AutoscalingError> {
        fn input<T: DeserializeOwned>(body: &[u8]) -> Result<T, AutoscalingError> {
            Ok(serde_json::from_slice(body)?)
        }
        Ok(match name {
            "RegisterScalableTarget" => Self::RegisterScalableTarget(input(body)?),
            "DeregisterScalableTarget" => Self::DeregisterScalableTarget(input(body)?),
            "DescribeScalableTargets" => Self::DescribeScalableTargets(input(body)?),
            "PutScalingPolicy" => Self::PutScalingPolicy(input(body)?),
            "DeleteScalingPolicy" => Self::DeleteScalingPolicy(input(body)?),
            "DescribeScalingPolicies" => Self::DescribeScalingPolicies(input(body)?),
            "DescribeScalingActivities" => Self::DescribeScalingActivities(input(body)?),
            "TagResource" => Self::TagResource(input(body)?),
            "UntagResource" => Self::UntagResource(input(body)?),
            "ListTagsForResource" => Self::ListTagsForResource(input(body)?),
            "PutScheduledAction" => Self::PutScheduledAction(input(body)?),
            "DeleteScheduledAction" => Self::DeleteScheduledAction(input(body)?),
            "DescribeScheduledActions" => Self::DescribeScheduledActions(input(body)?),
            "GetPredictiveScalingForecast" => {
                return Err(AutoscalingError::invalid("Predictive scaling is not supported for ElastiCache."));
            }
            _ => return Err(AutoscalingError::UnknownOperation(name.to_owned())),
        })
    }

    /// What it is about.
    pub(super) fn subject(&self) -> Subject<'_> {
        let key = |group: &ResourceId, dimension| Subject::Target(ScalableTarget::key(group.group(), dimension));
        match self {
            Self::RegisterScalableTarget(input) => key(&input.resource_id, input.scalable_dimension),
            Self::DeregisterScalableTarget(input) => key(&input.resource_id, input.scalable_dimension),
            Self::PutScalingPolicy(input) => key(&input.resource_id, input.scalable_dimension),
            Self::DeleteScalingPolicy(input) => key(&input.resource_id, input.scalable_dimension),
            Self::PutScheduledAction(input) => key(&input.resource_id, input.scalable_dimension),
            Self::DeleteScheduledAction(input) => key(&input.resource_id, input.scalable_dimension),
            Self::TagResource(input) => Subject::Arn(&input.resource_arn),
            Self::UntagResource(input) => Subject::Arn(&input.resource_arn),
            Self::ListTagsForResource(input) => Subject::Arn(&input.resource_arn),
            Self::DescribeScalableTargets(_)
            | Self::DescribeScalingPolicies(_)
            | Self::DescribeScheduledActions(_)
            | Self::DescribeScalingActivities(_) => Subject::All,
        }
    }
}

/// What a call is about.
pub(super) enum Subject<'c> {
    /// The target under this name, which may not be there.
    Target(String),
    /// The target of this ARN.
    Arn(&'c str),
    /// All there are.
    All,
}

/// Whose capacity is scaled.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) enum ServiceNamespace {
    /// Of the services that Application Auto Scaling knows, the one that there is here.
    #[serde(rename = "elasticache")]
    ElastiCache,
}

/// The input of `RegisterScalableTarget`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RegisterScalableTarget {
    pub(super) service_namespace: ServiceNamespace,
    pub(super) resource_id: ResourceId,
    pub(super) scalable_dimension: ScalableDimension,
    pub(super) min_capacity: Option<i32>,
    pub(super) max_capacity: Option<i32>,
    #[expect(dead_code, reason = "the service has a role of its own for ElastiCache, whatever it is given")]
    #[serde(rename = "RoleARN")]
    pub(super) role_arn: Option<String>,
    pub(super) suspended_state: Option<Suspended>,
    pub(super) tags: Option<BTreeMap<String, String>>,
}

/// Which kinds of scaling are to stop or to go on; those that are not named stay as they are.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Suspended {
    #[serde(rename = "DynamicScalingInSuspended")]
    pub dynamic_scaling_in: Option<bool>,
    #[serde(rename = "DynamicScalingOutSuspended")]
    pub dynamic_scaling_out: Option<bool>,
    #[serde(rename = "ScheduledScalingSuspended")]
    pub scheduled_scaling: Option<bool>,
}

/// The input of `DeregisterScalableTarget`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeregisterScalableTarget {
    pub(super) service_namespace: ServiceNamespace,
    pub(super) resource_id: ResourceId,
    pub(super) scalable_dimension: ScalableDimension,
}

/// The input of `DescribeScalableTargets`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeScalableTargets {
    pub(super) service_namespace: ServiceNamespace,
    pub(super) resource_ids: Option<Vec<ResourceId>>,
    pub(super) scalable_dimension: Option<ScalableDimension>,
    pub(super) max_results: Option<i32>,
    pub(super) next_token: Option<String>,
}

/// The input of `PutScalingPolicy`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PutScalingPolicy {
    pub(super) policy_name: String,
    pub(super) service_namespace: ServiceNamespace,
    pub(super) resource_id: ResourceId,
    pub(super) scalable_dimension: ScalableDimension,
    pub(super) policy_type: Option<PolicyType>,
    pub(super) target_tracking_scaling_policy_configuration: Option<TargetTracking>,
}

/// The kinds of policies that `ElastiCache` has.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) enum PolicyType {
    /// The only one.
    TargetTrackingScaling,
}

/// What a target tracking policy is to do.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct TargetTracking {
    pub target_value: f64,
    pub predefined_metric_specification: PredefinedMetric,
    pub scale_out_cooldown: Option<i32>,
    pub scale_in_cooldown: Option<i32>,
    pub disable_scale_in: Option<bool>,
}

/// Which metric is tracked.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct PredefinedMetric {
    pub predefined_metric_type: TrackedMetric,
}

/// The input of `DeleteScalingPolicy`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteScalingPolicy {
    pub(super) policy_name: String,
    pub(super) service_namespace: ServiceNamespace,
    pub(super) resource_id: ResourceId,
    pub(super) scalable_dimension: ScalableDimension,
}

/// The input of `DescribeScalingPolicies`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeScalingPolicies {
    pub(super) service_namespace: ServiceNamespace,
    pub(super) policy_names: Option<Vec<String>>,
    pub(super) resource_id: Option<ResourceId>,
    pub(super) scalable_dimension: Option<ScalableDimension>,
    pub(super) max_results: Option<i32>,
    pub(super) next_token: Option<String>,
}

/// The input of `PutScheduledAction`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PutScheduledAction {
    pub(super) service_namespace: ServiceNamespace,
    pub(super) scheduled_action_name: String,
    pub(super) resource_id: ResourceId,
    pub(super) scalable_dimension: ScalableDimension,
    pub(super) schedule: Option<String>,
    pub(super) timezone: Option<String>,
    pub(super) start_time: Option<f64>,
    pub(super) end_time: Option<f64>,
    pub(super) scalable_target_action: Option<ScalableTargetAction>,
}

/// The bounds that a scheduled action sets.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct ScalableTargetAction {
    pub min_capacity: Option<i32>,
    pub max_capacity: Option<i32>,
}

/// The input of `DeleteScheduledAction`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteScheduledAction {
    pub(super) service_namespace: ServiceNamespace,
    pub(super) scheduled_action_name: String,
    pub(super) resource_id: ResourceId,
    pub(super) scalable_dimension: ScalableDimension,
}

/// The input of `DescribeScheduledActions`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeScheduledActions {
    pub(super) service_namespace: ServiceNamespace,
    pub(super) scheduled_action_names: Option<Vec<String>>,
    pub(super) resource_id: Option<ResourceId>,
    pub(super) scalable_dimension: Option<ScalableDimension>,
    pub(super) max_results: Option<i32>,
    pub(super) next_token: Option<String>,
}

/// The input of `DescribeScalingActivities`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeScalingActivities {
    pub(super) service_namespace: ServiceNamespace,
    pub(super) resource_id: Option<ResourceId>,
    pub(super) scalable_dimension: Option<ScalableDimension>,
    pub(super) max_results: Option<i32>,
    pub(super) next_token: Option<String>,
    pub(super) include_not_scaled_activities: Option<bool>,
}

/// The input of `TagResource`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TagResource {
    #[serde(rename = "ResourceARN")]
    pub(super) resource_arn: String,
    pub(super) tags: BTreeMap<String, String>,
}

/// The input of `UntagResource`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UntagResource {
    #[serde(rename = "ResourceARN")]
    pub(super) resource_arn: String,
    pub(super) tag_keys: Vec<String>,
}

/// The input of `ListTagsForResource`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListTagsForResource {
    #[serde(rename = "ResourceARN")]
    pub(super) resource_arn: String,
}
