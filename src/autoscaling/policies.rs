//! `PutScalingPolicy`, `DeleteScalingPolicy` and `DescribeScalingPolicies`.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Autoscaling, AutoscalingError,
    call::{
        DeleteScalingPolicy, DescribeScalingPolicies, PolicyType, PredefinedMetric, PutScalingPolicy, ServiceNamespace,
        TargetTracking,
    },
    pages::Page,
    targets::find,
    view,
};
use crate::model::{ScalableDimension, ScalableTarget, ScalingPolicy, Scope};

/// The most policies on a page.
const MOST_ON_A_PAGE: i32 = 10;

/// The longest name, characters.
const LONGEST_NAME: usize = 256;

impl Autoscaling {
    pub(super) async fn put_scaling_policy(
        &self,
        scope: &Scope,
        input: PutScalingPolicy,
    ) -> Result<Value, AutoscalingError> {
        let PutScalingPolicy {
            policy_name: name,
            service_namespace: ServiceNamespace::ElastiCache,
            resource_id,
            scalable_dimension: dimension,
            policy_type,
            target_tracking_scaling_policy_configuration: configuration,
        } = input;
        let length = name.chars().count();
        if length == 0 || length > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(AutoscalingError::invalid(format_args!(
                "PolicyName must have between 1 and {LONGEST_NAME} characters that can be printed."
            )));
        }
        let (scope, now) = (scope.clone(), self.clock.now());
        self.write(move |draft| {
            let mut target = ScalableTarget::clone(&*find(draft, &scope, &resource_id, dimension)?);
            let existing = target.policies.get(&name);
            if existing.is_none() && policy_type.is_none() {
                return Err(AutoscalingError::invalid("PolicyType has to be TargetTrackingScaling for ElastiCache."));
            }
            let (Some(PolicyType::TargetTrackingScaling) | None, Some(configuration)) = (policy_type, configuration)
            else {
                return Err(AutoscalingError::invalid("TargetTrackingScalingPolicyConfiguration has to be given."));
            };
            let mut policy = policy(dimension, &configuration, now)?;
            let is_taken = |(other, it): (&String, &ScalingPolicy)| *other != name && it.metric == policy.metric;
            if target.policies.iter().any(is_taken) {
                return Err(AutoscalingError::invalid(
                    "Only one TargetTrackingScaling policy for a given metric specification is allowed.",
                ));
            }
            if let Some(existing) = existing {
                policy.uid.clone_from(&existing.uid);
                policy.created = existing.created;
            }
            let arn = view::policy_arn(&target, &name, &policy);
            target.policies.insert(name, policy);
            draft.put(&scope, &target.own_key(), target);
            Ok(json!({ "PolicyARN": arn, "Alarms": [] }))
        })
        .await
    }

    pub(super) async fn delete_scaling_policy(
        &self,
        scope: &Scope,
        input: DeleteScalingPolicy,
    ) -> Result<Value, AutoscalingError> {
        let DeleteScalingPolicy {
            policy_name: name,
            service_namespace: ServiceNamespace::ElastiCache,
            resource_id,
            scalable_dimension: dimension,
        } = input;
        let scope = scope.clone();
        self.write(move |draft| {
            let mut target = ScalableTarget::clone(&*find(draft, &scope, &resource_id, dimension)?);
            if target.policies.remove(&name).is_none() {
                let resource_id = resource_id.to_string();
                return Err(AutoscalingError::NotOnTarget { what: "scaling policy", name, resource_id, dimension });
            }
            draft.put(&scope, &target.own_key(), target);
            Ok(json!({}))
        })
        .await
    }

    pub(super) fn describe_scaling_policies(
        &self,
        scope: &Scope,
        input: DescribeScalingPolicies,
    ) -> Result<Value, AutoscalingError> {
        let DescribeScalingPolicies {
            service_namespace: ServiceNamespace::ElastiCache,
            policy_names,
            resource_id,
            scalable_dimension,
            max_results,
            next_token,
        } = input;
        let page = Page::new(max_results, MOST_ON_A_PAGE, next_token.as_deref())?;
        let asked = policy_names.filter(|asked| !asked.is_empty());
        let tables = self.store.tables();
        let targets = tables.scalable_targets.iter(scope).filter(|(_, target)| {
            resource_id.as_ref().is_none_or(|id| id.group() == target.replication_group_id)
                && scalable_dimension.is_none_or(|dimension| dimension == target.dimension)
        });
        let policies = targets.flat_map(|(key, target)| {
            // No key of a target has a space in it: the order is that of the targets, and then of the names.
            target.policies.iter().map(move |(name, policy)| (format!("{key} {name}"), (target, name, policy)))
        });
        let named = policies
            .filter(|(_, (_, name, _))| asked.as_ref().is_none_or(|asked| asked.contains(name)))
            .map(|(key, (target, name, policy))| (key, view::policy(target, name, policy)));
        let (policies, token) = page.take(named, false);
        Ok(view::page("ScalingPolicies", policies, token))
    }
}

/// The policy that is asked for, as a new one.
fn policy(
    dimension: ScalableDimension,
    configuration: &TargetTracking,
    now: DateTime<Utc>,
) -> Result<ScalingPolicy, AutoscalingError> {
    let TargetTracking {
        target_value,
        predefined_metric_specification: PredefinedMetric { predefined_metric_type: metric },
        scale_out_cooldown,
        scale_in_cooldown,
        disable_scale_in,
    } = *configuration;
    if metric.dimension() != dimension {
        return Err(AutoscalingError::invalid(format_args!("{} cannot be tracked for {dimension}.", metric.as_str())));
    }
    if !(target_value.is_finite() && target_value > 0.0) {
        return Err(AutoscalingError::invalid("TargetValue must be a number above 0."));
    }
    let cooldown = |name: &str, seconds: Option<i32>| match seconds.map(u32::try_from) {
        None => Ok(None),
        Some(Ok(seconds)) => Ok(Some(seconds)),
        Some(Err(_)) => Err(AutoscalingError::invalid(format_args!("{name} must not be negative."))),
    };
    Ok(ScalingPolicy {
        uid: Uuid::new_v4().to_string(),
        metric,
        target_value,
        scale_out_cooldown: cooldown("ScaleOutCooldown", scale_out_cooldown)?,
        scale_in_cooldown: cooldown("ScaleInCooldown", scale_in_cooldown)?,
        disable_scale_in,
        created: now,
    })
}
