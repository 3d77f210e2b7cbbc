//! What comes next for a scalable target: from records to a step, without doing anything.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::scheduled;
use crate::{
    model::{
        GroupPhase, NodeGroupId, ReplicationGroup, ScalableDimension, ScalableTarget, ScalingPolicy, TrackedMetric,
        Verdict,
    },
    protocol::{Operation, types},
    store::Tables,
};

/// How long policies leave a target alone on which a change has failed.
const REST: TimeDelta = TimeDelta::minutes(1);

/// The next thing to be done about a target.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Its group is gone, and so is the target.
    Forget,
    /// Scheduled actions are due.
    Schedule,
    /// The capacity is within the bounds.
    Settle,
    /// The capacity is to change.
    Begin {
        /// From what it is.
        from: u32,
        /// To what it is to be.
        to: u32,
        /// Why, in words.
        cause: String,
    },
    /// The group is to be told of the change that has begun.
    Carry(Box<Operation>),
    /// The change has come about.
    Finish,
}

/// The values that a metric of the target's group had in the last minutes.
pub(super) trait Values {
    /// Those that a policy looks at, the latest last.
    fn of(&self, policy: &ScalingPolicy) -> &[f64];
}

/// The group of a target, unless it is gone or is to go.
pub(super) fn group_of<'t>(tables: &'t Tables, target: &ScalableTarget) -> Option<&'t ReplicationGroup> {
    let group = tables.replication_groups.get(&target.scope, &target.replication_group_id)?;
    (group.uid == target.replication_group_uid && group.deleted.is_none()).then_some(group)
}

/// Whether the group of a target can be changed now.
pub(super) fn is_available(tables: &Tables, group: &ReplicationGroup) -> bool {
    group.phase(|id: &str| tables.cache_clusters.get(&group.scope, id).map(Arc::as_ref)) == GroupPhase::Available
}

/// The next step for a target; none while it waits for its group or for the clock.
pub(super) fn next(tables: &Tables, target: &ScalableTarget, values: &impl Values, now: DateTime<Utc>) -> Option<Step> {
    let Some(group) = group_of(tables, target) else { return Some(Step::Forget) };
    if scheduled::next_due(target).is_some_and(|due| due <= now) {
        return Some(Step::Schedule);
    }
    if !is_available(tables, group) {
        return None;
    }
    let capacity = target.dimension.capacity(group);
    if let Some(under_way) = &target.under_way {
        let to = under_way.to;
        return Some(if capacity == to { Step::Finish } else { Step::Carry(Box::new(change(group, target, to))) });
    }
    if let Some(cause) = &target.out_of_bounds {
        let to = target.bounds.nearest(capacity);
        let begin = || Step::Begin { from: capacity, to, cause: cause.clone() };
        return Some(if to == capacity { Step::Settle } else { begin() });
    }
    if target.failed.is_some_and(|failed| lasts(failed, REST, now)) {
        return None;
    }
    let (to, cause) = wanted(target, capacity, values, now)?;
    Some(Step::Begin { from: capacity, to, cause })
}

/// Whether a pause still goes on. One that begins in the future does not: users have moved the clock, and a restart has set
/// it right again.
fn lasts(since: DateTime<Utc>, pause: TimeDelta, now: DateTime<Utc>) -> bool {
    since <= now && now < since + pause
}

/// The capacity that the policies want, within the bounds and once the pauses are over, and why. It grows when one of them
/// wants that, and shrinks when all do that may take capacity away.
fn wanted(target: &ScalableTarget, capacity: u32, values: &impl Values, now: DateTime<Utc>) -> Option<(u32, String)> {
    let verdicts: Vec<_> = target
        .policies
        .iter()
        .map(|(name, policy)| (name, policy, policy.verdict(capacity, values.of(policy))))
        .collect();
    let rests = |since: Option<DateTime<Utc>>, pause| since.is_some_and(|since| lasts(since, pause, now));
    let outs = verdicts.iter().filter_map(|(name, policy, verdict)| match verdict {
        Verdict::Out(to) => Some((*to, *name, *policy)),
        Verdict::In(_) | Verdict::Stay => None,
    });
    if let Some((to, name, policy)) = outs.max_by_key(|(to, ..)| *to) {
        let to = target.bounds.nearest(to);
        let may = to > capacity && !target.suspended.dynamic_scaling_out;
        let cause = || cause(name, policy, values);
        return (may && !rests(target.scaled_out, policy.out_pause())).then(|| (to, cause()));
    }
    let mut most: Option<(u32, &String, &ScalingPolicy)> = None;
    for (name, policy, verdict) in verdicts.iter().filter(|(_, policy, _)| policy.scales_in()) {
        let Verdict::In(to) = verdict else { return None };
        if most.is_none_or(|(other, ..)| *to > other) {
            most = Some((*to, *name, *policy));
        }
    }
    let (to, name, policy) = most?;
    let to = target.bounds.nearest(to);
    let rests = rests(target.scaled_in, policy.in_pause()) || rests(target.scaled_out, policy.out_pause());
    let may = to < capacity && !target.suspended.dynamic_scaling_in && !rests;
    may.then(|| (to, cause(name, policy, values)))
}

fn cause(name: &str, policy: &ScalingPolicy, values: &impl Values) -> String {
    let metric: TrackedMetric = policy.metric;
    let value = values.of(policy).last().copied().unwrap_or_default();
    format!("policy {name} was triggered: {} was {value:.2}, its target is {}", metric.as_str(), policy.target_value)
}

/// The operation that brings a group nearer to a capacity.
fn change(group: &ReplicationGroup, target: &ScalableTarget, to: u32) -> Operation {
    let (replication_group_id, wanted) = (group.id.clone(), i32::try_from(to).unwrap_or(i32::MAX));
    match target.dimension {
        ScalableDimension::NodeGroups => {
            let staying = group.node_groups.iter().filter(|(_, shard)| !shard.leaving).map(|(id, _)| id);
            let superfluous = staying.clone().count().saturating_sub(usize::try_from(to).unwrap_or(usize::MAX));
            let going: Vec<_> = staying.rev().take(superfluous).map(ToString::to_string).collect();
            Operation::ModifyReplicationGroupShardConfiguration(Box::new(
                types::ModifyReplicationGroupShardConfigurationMessage {
                    replication_group_id,
                    node_group_count: wanted,
                    apply_immediately: true,
                    resharding_configuration: None,
                    node_groups_to_remove: Some(going).filter(|going| !going.is_empty()),
                    node_groups_to_retain: None,
                },
            ))
        }
        ScalableDimension::Replicas => {
            let replicas = |members: usize| u32::try_from(members.saturating_sub(1)).unwrap_or(u32::MAX);
            let shards = |differs: &dyn Fn(u32) -> bool| -> Vec<types::ConfigureShard> {
                let shards = group.node_groups.iter().filter(|(_, shard)| differs(replicas(shard.members.len())));
                shards.map(|(id, _)| shard(id, wanted)).collect()
            };
            // What is missing comes first: a group whose shards differ is not to lose what it has.
            let short = shards(&|present| present < to);
            if short.is_empty() {
                Operation::DecreaseReplicaCount(Box::new(types::DecreaseReplicaCountMessage {
                    replication_group_id,
                    new_replica_count: None,
                    replica_configuration: Some(shards(&|present| present > to)),
                    replicas_to_remove: None,
                    apply_immediately: true,
                }))
            } else {
                Operation::IncreaseReplicaCount(Box::new(types::IncreaseReplicaCountMessage {
                    replication_group_id,
                    new_replica_count: None,
                    replica_configuration: Some(short),
                    apply_immediately: true,
                }))
            }
        }
    }
}

fn shard(id: &NodeGroupId, new_replica_count: i32) -> types::ConfigureShard {
    types::ConfigureShard { node_group_id: id.to_string(), new_replica_count, ..types::ConfigureShard::default() }
}
