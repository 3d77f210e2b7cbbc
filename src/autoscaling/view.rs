//! Records as the API shows them.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::names::{ResourceId, arn_on, role_arn, target_arn};
use crate::model::{ScalableTarget, ScalingActivity, ScalingPolicy, ScalingProgress, ScheduledAction, SuspendedState};

/// Whose capacity is scaled.
const NAMESPACE: &str = "elasticache";

/// A page of records, and the token of the next one.
pub(super) fn page(name: &str, items: Vec<Value>, token: Option<String>) -> Value {
    let mut page = Value::Object(Map::from_iter([(name.to_owned(), Value::Array(items))]));
    if let Some(token) = token {
        page["NextToken"] = json!(token);
    }
    page
}

/// A time as this protocol writes it: seconds since 1970.
fn time(time: DateTime<Utc>) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "a double holds milliseconds for many thousand years")]
    let seconds = time.timestamp_millis() as f64 / 1000.0;
    json!(seconds)
}

pub(super) fn target(target: &ScalableTarget) -> Value {
    let SuspendedState { dynamic_scaling_in, dynamic_scaling_out, scheduled_scaling } = target.suspended;
    json!({
        "ServiceNamespace": NAMESPACE,
        "ResourceId": ResourceId::of(&target.replication_group_id).to_string(),
        "ScalableDimension": target.dimension,
        "MinCapacity": target.bounds.min,
        "MaxCapacity": target.bounds.max,
        "RoleARN": role_arn(&target.scope),
        "CreationTime": time(target.created),
        "SuspendedState": {
            "DynamicScalingInSuspended": dynamic_scaling_in,
            "DynamicScalingOutSuspended": dynamic_scaling_out,
            "ScheduledScalingSuspended": scheduled_scaling,
        },
        "ScalableTargetARN": target_arn(&target.scope, &target.uid),
    })
}

pub(super) fn policy_arn(target: &ScalableTarget, name: &str, policy: &ScalingPolicy) -> String {
    arn_on(target, "scalingPolicy", &policy.uid, "policyName", name)
}

pub(super) fn policy(target: &ScalableTarget, name: &str, policy: &ScalingPolicy) -> Value {
    let mut configuration = json!({
        "TargetValue": policy.target_value,
        "PredefinedMetricSpecification": { "PredefinedMetricType": policy.metric },
    });
    // What was not said is not shown.
    let said = [
        ("ScaleOutCooldown", policy.scale_out_cooldown.map(Value::from)),
        ("ScaleInCooldown", policy.scale_in_cooldown.map(Value::from)),
        ("DisableScaleIn", policy.disable_scale_in.map(Value::from)),
    ];
    for (name, value) in said {
        if let Some(value) = value {
            configuration[name] = value;
        }
    }
    json!({
        "PolicyARN": policy_arn(target, name, policy),
        "PolicyName": name,
        "ServiceNamespace": NAMESPACE,
        "ResourceId": ResourceId::of(&target.replication_group_id).to_string(),
        "ScalableDimension": target.dimension,
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": configuration,
        "Alarms": [],
        "CreationTime": time(policy.created),
    })
}

pub(super) fn scheduled_action(target: &ScalableTarget, name: &str, action: &ScheduledAction) -> Value {
    let mut shown = json!({
        "ScheduledActionName": name,
        "ScheduledActionARN": arn_on(target, "scheduledAction", &action.uid, "scheduledActionName", name),
        "ServiceNamespace": NAMESPACE,
        "Schedule": action.schedule,
        "ResourceId": ResourceId::of(&target.replication_group_id).to_string(),
        "ScalableDimension": target.dimension,
        "CreationTime": time(action.created),
        "ScalableTargetAction": {},
    });
    let said = [
        ("Timezone", action.timezone.clone().map(Value::from)),
        ("StartTime", action.start.map(time)),
        ("EndTime", action.end.map(time)),
    ];
    for (name, value) in said {
        if let Some(value) = value {
            shown[name] = value;
        }
    }
    for (name, capacity) in [("MinCapacity", action.min_capacity), ("MaxCapacity", action.max_capacity)] {
        if let Some(capacity) = capacity {
            shown["ScalableTargetAction"][name] = json!(capacity);
        }
    }
    shown
}

pub(super) fn activity(activity: &ScalingActivity) -> Value {
    let mut shown = json!({
        "ActivityId": activity.id,
        "ServiceNamespace": NAMESPACE,
        "ResourceId": ResourceId::of(&activity.replication_group_id).to_string(),
        "ScalableDimension": activity.dimension,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": time(activity.started),
        "StatusCode": activity.progress.status_code(),
    });
    if let ScalingProgress::Ended { at, outcome: _, message } = &activity.progress {
        shown["EndTime"] = time(*at);
        shown["StatusMessage"] = json!(message);
    }
    shown
}
