//! Service updates that apply themselves: to what nobody has applied them to by the recommended date, in the next
//! maintenance window. Only begins them; from there on they are as those that users ask for.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::planned::{News, news, planned_at};
use crate::{
    model::{
        CacheCluster, GroupPhase, MaintenanceWindow, Phase, Scope, UpdateAction, UpdateInitiator, UpdateState,
        UpdateTarget,
        catalogue::service_updates::{ServiceUpdate, service_updates},
    },
    store::{Draft, Tables},
};

/// The longest time between two looks, so that an update that comes with the calendar is seen long before its date.
const LONGEST_REST: TimeDelta = TimeDelta::days(1);

/// What has to be begun now, and when there may be more.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// The update, and what it is to be applied to.
    begin: Vec<(String, Scope, UpdateTarget)>,
    /// The clusters whose owners think otherwise of when their nodes are replaced.
    news: Vec<News>,
    /// When to look again, if nothing changes before.
    pub next: Option<DateTime<Utc>>,
}

impl Due {
    pub(super) fn at(tables: &Tables, now: DateTime<Utc>) -> Self {
        let updates: Vec<_> = service_updates(now).into_iter().filter(ServiceUpdate::applies_itself).collect();
        let mut due = Self::default();
        for candidate in candidates(tables) {
            due.wake_at(now + LONGEST_REST);
            let mut planned = None;
            for update in &updates {
                if !update.is_scheduled_for(candidate.representative, candidate.created, now) {
                    if now <= update.recommended_apply_by {
                        due.wake_at(update.recommended_apply_by + TimeDelta::seconds(1));
                    }
                    continue;
                }
                let action = candidate.name.action_id(&update.name);
                if tables.update_actions.get(candidate.scope, &action).is_some() {
                    continue;
                }
                let window: MaintenanceWindow = candidate.representative.maintenance_window;
                due.wake_at(window.next_start(now));
                if window.contains(now) && is_available(tables, candidate.scope, &candidate.name) {
                    due.begin.push((update.name.clone(), candidate.scope.clone(), candidate.name.clone()));
                } else {
                    let plan = planned_at(window, now);
                    due.wake_at(plan.end);
                    planned = Some(plan);
                }
            }
            due.news.extend(news(tables, candidate.scope, &candidate.name, planned));
        }
        due
    }

    pub(super) fn is_empty(&self) -> bool {
        self.begin.is_empty() && self.news.is_empty()
    }

    /// Writes down that the updates are to be applied. One at a time to each: the next one finds it not available.
    pub(super) fn begin(self, draft: &mut Draft, now: DateTime<Utc>) {
        for (update, scope, target) in self.begin {
            if is_available(draft.tables(), &scope, &target) {
                begin(draft, update, &scope, target, now);
            }
        }
        for news in self.news {
            news.tell(draft, now);
        }
    }

    fn wake_at(&mut self, time: DateTime<Utc>) {
        self.next = Some(self.next.map_or(time, |next| next.min(time)));
    }
}

/// A group, or a cluster that is in none.
struct Candidate<'a> {
    scope: &'a Scope,
    name: UpdateTarget,
    /// The cluster, or the first member of the group: all have the same engine, version and window.
    representative: &'a CacheCluster,
    created: DateTime<Utc>,
}

/// Whatever updates may be applied to. Caches without servers have no updates that users see.
fn candidates(tables: &Tables) -> impl Iterator<Item = Candidate<'_>> {
    let clusters = tables.cache_clusters.iter_all().filter_map(|(scope, id, cluster)| {
        let is_alone = cluster.membership.is_none() && cluster.deleted.is_none();
        let created = cluster.created.filter(|_| is_alone)?;
        Some(Candidate { scope, name: UpdateTarget::CacheCluster(id.clone()), representative: cluster, created })
    });
    let groups = tables.replication_groups.iter_all().filter_map(|(scope, id, group)| {
        let created = group.created.filter(|_| group.deleted.is_none())?;
        let representative = group.member_ids().find_map(|id| tables.cache_clusters.get(scope, id))?;
        Some(Candidate { scope, name: UpdateTarget::ReplicationGroup(id.clone()), representative, created })
    });
    clusters.chain(groups).filter(|candidate| !candidate.scope.is_behind_serverless())
}

fn is_available(tables: &Tables, scope: &Scope, target: &UpdateTarget) -> bool {
    let member = |id: &str| tables.cache_clusters.get(scope, id).map(Arc::as_ref);
    match target {
        UpdateTarget::CacheCluster(id) => {
            member(id).is_some_and(|cluster: &CacheCluster| cluster.phase() == Phase::Available)
        }
        UpdateTarget::ReplicationGroup(id) => {
            let group = tables.replication_groups.get(scope, id);
            group.is_some_and(|group| group.phase(member) == GroupPhase::Available)
        }
    }
}

fn begin(draft: &mut Draft, update: String, scope: &Scope, target: UpdateTarget, now: DateTime<Utc>) {
    let (target_uid, clusters) = match &target {
        UpdateTarget::CacheCluster(id) => {
            let Some(cluster) = draft.get::<CacheCluster>(scope, id) else { return };
            (cluster.uid.clone(), vec![cluster])
        }
        UpdateTarget::ReplicationGroup(id) => {
            let tables = draft.tables();
            let Some(group) = tables.replication_groups.get(scope, id) else { return };
            let members = group.member_ids().filter_map(|id| tables.cache_clusters.get(scope, id));
            (group.uid.clone(), members.cloned().collect())
        }
    };
    let id = target.action_id(&update);
    tracing::info!(update_action = id, "a service update applies itself");
    for cluster in clusters.into_iter().filter(|cluster| cluster.deleted.is_none()) {
        let cluster = Arc::unwrap_or_clone(cluster);
        let marked = CacheCluster { update_action: Some(id.clone()), replacement: None, ..cluster };
        draft.put(scope, &marked.id.clone(), marked);
    }
    let action = UpdateAction {
        scope: scope.clone(),
        id: id.clone(),
        service_update: update,
        target,
        target_uid,
        initiated_by: UpdateInitiator::System,
        requested: now,
        state: UpdateState::Applying,
        modified: now,
        nodes: Vec::new(),
    };
    draft.put(scope, &id, action);
}
