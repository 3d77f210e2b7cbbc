//! `RegisterScalableTarget`, `DeregisterScalableTarget` and `DescribeScalableTargets`.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Autoscaling, AutoscalingError, activities,
    call::{DeregisterScalableTarget, DescribeScalableTargets, RegisterScalableTarget, ServiceNamespace, Suspended},
    names::{ResourceId, target_arn},
    pages::Page,
    view,
};
use crate::{
    model::{
        Bounds, CacheCluster, ClusterMode, Engine, EngineVersion, ReplicationGroup, ScalableDimension, ScalableTarget,
        ScalingOutcome, Scope, SuspendedState, TagSet,
    },
    store::Draft,
};

/// The most targets on a page.
const MOST_ON_A_PAGE: i32 = 50;

/// The most node groups that there can be; what a group may have is for its own operations to say.
const MOST_NODE_GROUPS: i32 = 500;

/// The most replicas of a shard.
const MOST_REPLICAS: i32 = 5;

/// The sizes of node types that `ElastiCache` scales, and their families.
const SCALED_SIZES: [&str; 3] = ["large", "xlarge", "2xlarge"];
const SCALED_FAMILIES: [&str; 8] = ["r7g", "r6g", "r6gd", "r5", "m7g", "m6g", "m5", "c7gn"];

impl Autoscaling {
    pub(super) async fn register_scalable_target(
        &self,
        scope: &Scope,
        input: RegisterScalableTarget,
    ) -> Result<Value, AutoscalingError> {
        let RegisterScalableTarget {
            service_namespace: ServiceNamespace::ElastiCache,
            resource_id,
            scalable_dimension: dimension,
            min_capacity,
            max_capacity,
            role_arn: _,
            suspended_state,
            tags,
        } = input;
        let (scope, now, strict) = (scope.clone(), self.clock.now(), self.strict);
        let uid = self
            .write(move |draft| {
                let group = scalable_group(draft, &scope, &resource_id, dimension, strict)?;
                let key = ScalableTarget::key(&group.id, dimension);
                let found = draft.get::<ScalableTarget>(&scope, &key);
                if let Some(former) = found.as_ref().filter(|it| it.replication_group_uid != group.uid) {
                    forget(draft, former, now);
                }
                let existing = found.filter(|it| it.replication_group_uid == group.uid);
                if existing.is_some() && tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
                    return Err(AutoscalingError::invalid(
                        "Tags can be given to a new scalable target only. Use TagResource for one that exists.",
                    ));
                }
                let bounds = bounds(existing.as_deref(), dimension, min_capacity, max_capacity)?;
                let mut target = match existing {
                    Some(existing) => ScalableTarget::clone(&existing),
                    None => new_target(&group, dimension, bounds, TagSet::new(tags.unwrap_or_default())?, now),
                };
                target.bounds = bounds;
                target.out_of_bounds = Some(cause(&target, min_capacity, max_capacity));
                if let Some(suspended) = suspended_state {
                    target.suspended = changed(target.suspended, suspended);
                }
                let uid = target.uid.clone();
                draft.put(&scope, &key, target);
                Ok(target_arn(&scope, &uid))
            })
            .await?;
        Ok(json!({ "ScalableTargetARN": uid }))
    }

    pub(super) async fn deregister_scalable_target(
        &self,
        scope: &Scope,
        input: DeregisterScalableTarget,
    ) -> Result<Value, AutoscalingError> {
        let DeregisterScalableTarget {
            service_namespace: ServiceNamespace::ElastiCache,
            resource_id,
            scalable_dimension,
        } = input;
        let (scope, now) = (scope.clone(), self.clock.now());
        self.write(move |draft| {
            let target = find(draft, &scope, &resource_id, scalable_dimension)?;
            forget(draft, &target, now);
            Ok(json!({}))
        })
        .await
    }

    pub(super) fn describe_scalable_targets(
        &self,
        scope: &Scope,
        input: DescribeScalableTargets,
    ) -> Result<Value, AutoscalingError> {
        let DescribeScalableTargets {
            service_namespace: ServiceNamespace::ElastiCache,
            resource_ids,
            scalable_dimension,
            max_results,
            next_token,
        } = input;
        let page = Page::new(max_results, MOST_ON_A_PAGE, next_token.as_deref())?;
        let resource_ids = resource_ids.filter(|ids| !ids.is_empty());
        let tables = self.store.tables();
        let is_asked_for = |target: &ScalableTarget| {
            let is_named = |ids: &Vec<ResourceId>| ids.iter().any(|id| id.group() == target.replication_group_id);
            resource_ids.as_ref().is_none_or(is_named)
                && scalable_dimension.is_none_or(|dimension| dimension == target.dimension)
        };
        let found = tables.scalable_targets.iter(scope).filter(|(_, target)| is_asked_for(target));
        let (targets, token) = page.take(found.map(|(key, target)| (key.clone(), view::target(target))), false);
        Ok(view::page("ScalableTargets", targets, token))
    }
}

/// The target of a resource, which has to be there.
pub(super) fn find(
    draft: &Draft,
    scope: &Scope,
    resource_id: &ResourceId,
    dimension: ScalableDimension,
) -> Result<Arc<ScalableTarget>, AutoscalingError> {
    let found = draft.get(scope, &ScalableTarget::key(resource_id.group(), dimension));
    found.ok_or_else(|| AutoscalingError::NoTarget { resource_id: resource_id.to_string(), dimension })
}

/// Removes a target, with all that hangs on it; what it was doing is nobody's business any more.
pub(super) fn forget(draft: &mut Draft, target: &ScalableTarget, now: DateTime<Utc>) {
    if let Some(under_way) = &target.under_way {
        let message = "The scalable target is not registered any more.".to_owned();
        activities::end(draft, &target.scope, &under_way.activity, ScalingOutcome::Overridden, message, now);
    }
    draft.remove::<ScalableTarget>(&target.scope, &target.own_key());
}

/// The group, which has to be one that can be scaled so.
fn scalable_group(
    draft: &Draft,
    scope: &Scope,
    resource_id: &ResourceId,
    dimension: ScalableDimension,
    strict: bool,
) -> Result<Arc<ReplicationGroup>, AutoscalingError> {
    let refused = |why: &str| Err(AutoscalingError::invalid(format_args!("{dimension} of {resource_id}: {why}")));
    let group = draft.get::<ReplicationGroup>(scope, resource_id.group()).filter(|group| group.deleted.is_none());
    let Some(group) = group else { return refused("there is no such replication group.") };
    if group.cluster_mode != ClusterMode::Enabled {
        return refused("only replication groups with cluster mode enabled are scaled.");
    }
    if group.global_replication_group_id.is_some() {
        return refused("members of global datastores are not scaled.");
    }
    let member = group.member_ids().find_map(|id| draft.get::<CacheCluster>(scope, id));
    if strict && member.is_some_and(|member| !is_scaled(&member)) {
        return refused("its engine version or node type is not scaled.");
    }
    Ok(group)
}

/// Whether `ElastiCache` scales groups with such members.
fn is_scaled(member: &CacheCluster) -> bool {
    let mut name = member.cache_node_type.split('.').skip(1);
    let (family, size) = (name.next().unwrap_or_default(), name.next().unwrap_or_default());
    let is_recent = member.engine != Engine::Redis || member.engine_version >= EngineVersion::of(6, 0);
    is_recent && SCALED_FAMILIES.contains(&family) && SCALED_SIZES.contains(&size)
}

/// A capacity that a group can have at all.
pub(super) fn capacity(dimension: ScalableDimension, name: &str, asked: i32) -> Result<u32, AutoscalingError> {
    let most = match dimension {
        ScalableDimension::Replicas => MOST_REPLICAS,
        ScalableDimension::NodeGroups => MOST_NODE_GROUPS,
    };
    if (1..=most).contains(&asked) {
        return Ok(asked.unsigned_abs());
    }
    Err(AutoscalingError::invalid(format_args!("{name} must be between 1 and {most} for {dimension}, and is {asked}.")))
}

/// The bounds that are asked for; those that are not named stay.
fn bounds(
    existing: Option<&ScalableTarget>,
    dimension: ScalableDimension,
    min: Option<i32>,
    max: Option<i32>,
) -> Result<Bounds, AutoscalingError> {
    let read = |name: &str, asked: Option<i32>, before: Option<u32>| match (asked, before) {
        (Some(asked), _) => capacity(dimension, name, asked),
        (None, Some(before)) => Ok(before),
        (None, None) => {
            Err(AutoscalingError::invalid(format_args!("{name} has to be given for a new scalable target.")))
        }
    };
    let min = read("MinCapacity", min, existing.map(|target| target.bounds.min))?;
    let max = read("MaxCapacity", max, existing.map(|target| target.bounds.max))?;
    if min > max {
        return Err(AutoscalingError::invalid("MaxCapacity cannot be less than MinCapacity."));
    }
    Ok(Bounds { min, max })
}

fn new_target(
    group: &ReplicationGroup,
    dimension: ScalableDimension,
    bounds: Bounds,
    tags: TagSet,
    now: DateTime<Utc>,
) -> ScalableTarget {
    ScalableTarget {
        scope: group.scope.clone(),
        uid: Uuid::new_v4().simple().to_string(),
        replication_group_id: group.id.clone(),
        replication_group_uid: group.uid.clone(),
        dimension,
        bounds,
        suspended: SuspendedState::default(),
        created: now,
        tags,
        policies: BTreeMap::new(),
        scheduled_actions: BTreeMap::new(),
        out_of_bounds: None,
        under_way: None,
        scaled_out: None,
        scaled_in: None,
        failed: None,
    }
}

/// Why the capacity may have to change, in the service's words.
fn cause(target: &ScalableTarget, min: Option<i32>, max: Option<i32>) -> String {
    let Bounds { min: least, max: most } = target.bounds;
    match (min, max) {
        (Some(_), None) => format!("minimum capacity was set to {least}"),
        (None, Some(_)) => format!("maximum capacity was set to {most}"),
        _ => format!("minimum capacity was set to {least} and maximum capacity was set to {most}"),
    }
}

fn changed(before: SuspendedState, asked: Suspended) -> SuspendedState {
    let Suspended { dynamic_scaling_in, dynamic_scaling_out, scheduled_scaling } = asked;
    SuspendedState {
        dynamic_scaling_in: dynamic_scaling_in.unwrap_or(before.dynamic_scaling_in),
        dynamic_scaling_out: dynamic_scaling_out.unwrap_or(before.dynamic_scaling_out),
        scheduled_scaling: scheduled_scaling.unwrap_or(before.scheduled_scaling),
    }
}
