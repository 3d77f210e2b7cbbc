//! Tells owners of nodes when these are to be replaced: by a service update that nobody has applied in time, in the next
//! maintenance window. They are told once, again when the time is another one, and when nothing comes of it. What they
//! were told stands in the record of the cluster.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::tell;
use crate::{
    model::{CacheCluster, MaintenanceWindow, PlannedReplacement, Scope, UpdateTarget},
    store::{Draft, Tables},
};

/// What the owner of a cluster has to be told.
#[derive(Debug)]
pub(super) struct News {
    scope: Scope,
    cluster: String,
    planned: Option<PlannedReplacement>,
}

/// The window in which a node is replaced: the one that is open, or the next one.
pub(super) fn planned_at(window: MaintenanceWindow, now: DateTime<Utc>) -> PlannedReplacement {
    let length = TimeDelta::minutes(i64::from(window.minutes()));
    let start = window.next_start(now - length);
    PlannedReplacement { start, end: start + length }
}

/// What is to be told of the clusters of a target.
pub(super) fn news(
    tables: &Tables,
    scope: &Scope,
    target: &UpdateTarget,
    planned: Option<PlannedReplacement>,
) -> Vec<News> {
    let clusters: Vec<&Arc<CacheCluster>> = match target {
        UpdateTarget::CacheCluster(id) => tables.cache_clusters.get(scope, id).into_iter().collect(),
        UpdateTarget::ReplicationGroup(id) => {
            let group = tables.replication_groups.get(scope, id);
            let members = group.into_iter().flat_map(|group| group.member_ids());
            members.filter_map(|id| tables.cache_clusters.get(scope, id)).collect()
        }
    };
    let others = clusters.into_iter().filter(|cluster| cluster.replacement != planned && cluster.deleted.is_none());
    others.map(|cluster| News { scope: scope.clone(), cluster: cluster.id.clone(), planned }).collect()
}

impl News {
    /// Tells it, and notes that it was told.
    pub(super) fn tell(self, draft: &mut Draft, now: DateTime<Utc>) {
        let Self { scope, cluster: id, planned } = self;
        let Some(cluster) = draft.get::<CacheCluster>(&scope, &id).filter(|cluster| cluster.replacement != planned)
        else {
            return;
        };
        for node in cluster.nodes.keys() {
            let message = match (cluster.replacement, planned) {
                (None, Some(new)) => format!(
                    "The node with Cache Cluster ID: {id}, Node ID: {node} is scheduled for replacement during the \
                     maintenance window from Start Time: {}, End Time: {}",
                    time(new.start),
                    time(new.end)
                ),
                (Some(old), Some(new)) => format!(
                    "The replacement in maintenance window for node with Cache Cluster ID: {id}, Node ID: {node} has \
                     re-scheduled from Previous Start Time: {}, Previous End Time: {} to New Start Time: {}, New End \
                     Time: {}",
                    time(old.start),
                    time(old.end),
                    time(new.start),
                    time(new.end)
                ),
                (Some(old), None) => format!(
                    "The replacement for Cache Cluster ID: {id}, Node ID: {node} scheduled during the maintenance \
                     window from Start Time: {}, End Time: {} has been canceled",
                    time(old.start),
                    time(old.end)
                ),
                (None, None) => return,
            };
            tell(draft, &scope, &id, message, now);
        }
        draft.put(&scope, &id, CacheCluster { replacement: planned, ..CacheCluster::clone(&cluster) });
    }
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
