//! `BatchApplyUpdateAction` and `BatchStopUpdateAction`: what is wanted for several groups and clusters at a time. What
//! cannot be done for one of them does not keep the others from it.

use chrono::{DateTime, Utc};

use super::{find, target::Target};
use crate::{
    model::{
        CacheCluster, GroupPhase, Phase, UpdateAction, UpdateInitiator, UpdateState, UpdateTarget,
        catalogue::{
            limits,
            service_updates::{ServiceUpdate, ServiceUpdateStatus},
        },
    },
    operations::{Operations, errors, replication_group, request::Request},
    protocol::{AwsError, Output, types},
    store::{Draft, Tables},
};

impl Operations {
    /// # Compatibility
    /// Every node gets a new engine, one after the other, which takes over its data; in a shard the primary comes last.
    /// No write that was answered is lost. What Memcached holds is lost, as on `ElastiCache`. The engine's version
    /// stays as it is. Groups and clusters have to be available, and are `modifying` until the update is complete or
    /// stopped. `ElastiCache`'s names for the errors of single resources are not known; here they are the codes of the
    /// API.
    pub(in crate::operations) async fn batch_apply_update_action(
        &self,
        request: &Request,
        input: types::BatchApplyUpdateActionMessage,
    ) -> Result<Output, AwsError> {
        let types::BatchApplyUpdateActionMessage { replication_group_ids, cache_cluster_ids, service_update_name } =
            input;
        let now = self.clock.now();
        let update = find(&service_update_name, now)?;
        let asked = asked(replication_group_ids, cache_cluster_ids)?;
        if update.status(now) != ServiceUpdateStatus::Available {
            return Err(errors::invalid_value(format_args!(
                "Service update {} is not available any more, so it cannot be applied.",
                update.name
            )));
        }
        let batch = self.each(request, asked, update, move |draft, request, target, update| {
            apply(draft, request, target, update, now)
        });
        batch.await.map(Output::BatchApplyUpdateAction)
    }

    /// # Compatibility
    /// The node in work is finished. What is left can be applied later.
    pub(in crate::operations) async fn batch_stop_update_action(
        &self,
        request: &Request,
        input: types::BatchStopUpdateActionMessage,
    ) -> Result<Output, AwsError> {
        let types::BatchStopUpdateActionMessage { replication_group_ids, cache_cluster_ids, service_update_name } =
            input;
        let now = self.clock.now();
        let update = find(&service_update_name, now)?;
        let asked = asked(replication_group_ids, cache_cluster_ids)?;
        let batch = self.each(request, asked, update, move |draft, request, target, update| {
            stop(draft, request, target, update, now)
        });
        batch.await.map(Output::BatchStopUpdateAction)
    }

    /// Does the same for each of `asked`, and tells which of them it was done for.
    async fn each(
        &self,
        request: &Request,
        asked: Vec<UpdateTarget>,
        update: ServiceUpdate,
        act: impl Fn(&mut Draft, &Request, &UpdateTarget, &ServiceUpdate) -> Result<types::UpdateActionStatus, AwsError>
        + Send
        + 'static,
    ) -> Result<types::UpdateActionResultsMessage, AwsError> {
        let request = request.clone();
        self.store
            .write(move |draft| {
                let (mut processed, mut unprocessed) = (Vec::new(), Vec::new());
                for target in asked {
                    match act(draft, &request, &target, &update) {
                        Ok(status) => processed.push(show_processed(target, &update, status)),
                        Err(error) => unprocessed.push(show_unprocessed(target, &update, &error)),
                    }
                }
                Ok(types::UpdateActionResultsMessage {
                    processed_update_actions: Some(processed),
                    unprocessed_update_actions: Some(unprocessed),
                })
            })
            .await
    }
}

/// What is asked for, each once.
fn asked(groups: Option<Vec<String>>, clusters: Option<Vec<String>>) -> Result<Vec<UpdateTarget>, AwsError> {
    let (groups, clusters) = (groups.unwrap_or_default(), clusters.unwrap_or_default());
    for (ids, name) in [(&groups, "ReplicationGroupIds"), (&clusters, "CacheClusterIds")] {
        if ids.len() > limits::UPDATE_ACTIONS_PER_CALL {
            return Err(errors::invalid_value(format_args!(
                "The parameter {name} has more than {} entries.",
                limits::UPDATE_ACTIONS_PER_CALL
            )));
        }
    }
    let groups = groups.iter().map(|id| UpdateTarget::ReplicationGroup(id.to_ascii_lowercase()));
    let clusters = clusters.iter().map(|id| UpdateTarget::CacheCluster(id.to_ascii_lowercase()));
    let mut asked = Vec::new();
    for target in groups.chain(clusters) {
        if !asked.contains(&target) {
            asked.push(target);
        }
    }
    if asked.is_empty() {
        return Err(errors::invalid_combination("Either ReplicationGroupIds or CacheClusterIds must be provided."));
    }
    Ok(asked)
}

/// Writes down that an update is to be applied to `name`.
fn apply(
    draft: &mut Draft,
    request: &Request,
    name: &UpdateTarget,
    update: &ServiceUpdate,
    now: DateTime<Utc>,
) -> Result<types::UpdateActionStatus, AwsError> {
    let target = find_target(draft.tables(), request, name)?;
    if !target.is_concerned(update) {
        return Err(errors::invalid_value(format_args!(
            "Service update {} does not apply to {}.",
            update.name,
            id(name)
        )));
    }
    let before = target.action(draft.tables(), &update.name);
    let mut nodes = Vec::new();
    match before.map(|action| action.state) {
        None => {}
        Some(UpdateState::Stopped) => nodes = before.map(|action| action.nodes.clone()).unwrap_or_default(),
        Some(UpdateState::Complete) => {
            return Err(errors::invalid_value(format_args!(
                "Service update {} has been applied to {} already.",
                update.name,
                id(name)
            )));
        }
        Some(UpdateState::Applying | UpdateState::Stopping) => {
            return Err(errors::invalid_value(format_args!(
                "Service update {} is being applied to {} already.",
                update.name,
                id(name)
            )));
        }
    }
    check_available(draft.tables(), request, &target)?;
    let action = UpdateAction {
        scope: request.scope.clone(),
        id: name.action_id(&update.name),
        service_update: update.name.clone(),
        target: name.clone(),
        target_uid: target.uid().to_owned(),
        initiated_by: UpdateInitiator::Customer,
        requested: now,
        state: UpdateState::Applying,
        modified: now,
        nodes,
    };
    let clusters: Vec<_> = target.clusters(draft.tables()).into_iter().cloned().collect();
    for cluster in clusters {
        let marked = CacheCluster { update_action: Some(action.id.clone()), ..CacheCluster::clone(&cluster) };
        draft.put(&request.scope, &cluster.id, marked);
    }
    let id = action.id.clone();
    draft.put(&request.scope, &id, action);
    Ok(types::UpdateActionStatus::WaitingToStart)
}

/// Writes down that no more nodes of `name` are to get an update.
fn stop(
    draft: &mut Draft,
    request: &Request,
    name: &UpdateTarget,
    update: &ServiceUpdate,
    now: DateTime<Utc>,
) -> Result<types::UpdateActionStatus, AwsError> {
    let target = find_target(draft.tables(), request, name)?;
    let action = target.action(draft.tables(), &update.name).filter(|action| action.state == UpdateState::Applying);
    let action = action.ok_or_else(|| {
        errors::invalid_value(format_args!("Service update {} is not being applied to {}.", update.name, id(name)))
    })?;
    let action = UpdateAction { state: UpdateState::Stopping, modified: now, ..action.clone() };
    let id = action.id.clone();
    draft.put(&request.scope, &id, action);
    Ok(types::UpdateActionStatus::Stopping)
}

fn find_target<'a>(tables: &'a Tables, request: &Request, name: &UpdateTarget) -> Result<Target<'a>, AwsError> {
    let scope = &request.scope;
    match name {
        UpdateTarget::ReplicationGroup(id) => {
            Target::group(tables, scope, id).ok_or_else(|| errors::replication_group_not_found(id))
        }
        UpdateTarget::CacheCluster(id) => match Target::cluster(tables, scope, id) {
            Some(Target::CacheCluster(cluster)) if cluster.membership.is_some() => {
                Err(errors::invalid_value(format_args!(
                    "Cache cluster {id} is a member of replication group {}, to which updates are applied as a whole.",
                    cluster.cache_id()
                )))
            }
            found => found.ok_or_else(|| errors::cache_cluster_not_found(id)),
        },
    }
}

fn check_available(tables: &Tables, request: &Request, target: &Target<'_>) -> Result<(), AwsError> {
    match target {
        Target::CacheCluster(cluster) => match cluster.phase() {
            Phase::Available => Ok(()),
            other => Err(errors::cache_cluster_not_available(&cluster.id, other.as_str())),
        },
        Target::ReplicationGroup(group, _) => match group.phase(replication_group::members(tables, &request.scope)) {
            GroupPhase::Available => Ok(()),
            _ => Err(errors::replication_group_not_available()),
        },
    }
}

fn id(target: &UpdateTarget) -> &str {
    match target {
        UpdateTarget::CacheCluster(id) | UpdateTarget::ReplicationGroup(id) => id,
    }
}

/// The identifiers of a group and of a cluster, of which there is one.
fn ids(target: UpdateTarget) -> (Option<String>, Option<String>) {
    match target {
        UpdateTarget::ReplicationGroup(id) => (Some(id), None),
        UpdateTarget::CacheCluster(id) => (None, Some(id)),
    }
}

fn show_processed(
    target: UpdateTarget,
    update: &ServiceUpdate,
    status: types::UpdateActionStatus,
) -> types::ProcessedUpdateAction {
    let (replication_group_id, cache_cluster_id) = ids(target);
    types::ProcessedUpdateAction {
        replication_group_id,
        cache_cluster_id,
        service_update_name: Some(update.name.clone()),
        update_action_status: Some(status),
    }
}

fn show_unprocessed(target: UpdateTarget, update: &ServiceUpdate, error: &AwsError) -> types::UnprocessedUpdateAction {
    let (replication_group_id, cache_cluster_id) = ids(target);
    types::UnprocessedUpdateAction {
        replication_group_id,
        cache_cluster_id,
        service_update_name: Some(update.name.clone()),
        error_type: Some(error.code.as_str().to_owned()),
        error_message: Some(error.message.clone()),
    }
}
