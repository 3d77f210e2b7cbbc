//! Faults on demand: users test what their programs do when a cache fails by having it fail.
//!
//! Every change of a fault's record is made here, in one transaction with what it does to the nodes: they are down from
//! the moment at which somebody can see the fault. Ending their engines, and not starting any while a fault lasts, is the
//! reconciler's work; carrying nothing, or later, the gateway's. Both look at the records for that, and know nothing of
//! this module.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::{
    clock::Clock,
    model::{
        CacheCluster, CacheNode, Event, Fault, FaultKind, FaultTarget, NodeId, ReplicationGroup, Scope, SourceType,
        catalogue::regions,
    },
    store::{Draft, Record, StorageError, Store},
};

/// How long to wait after records could not be written.
const AGAIN: Duration = Duration::from_secs(1);

/// Why a fault could not be had or healed.
#[derive(Debug, thiserror::Error)]
pub enum FaultError {
    /// There is nothing of this name.
    #[error("there is no {what} {name:?} in account {} in {}", scope.account, scope.region)]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Under which name.
        name: String,
        /// Whose, and where.
        scope: Scope,
    },
    /// The region has no such availability zone.
    #[error("{region} has no availability zone {zone:?}, only {}", regions::availability_zones(region).join(", "))]
    NoSuchZone {
        /// The name that was given.
        zone: String,
        /// The region.
        region: String,
    },
    /// There is no engine to kill.
    #[error("no engine runs there that could be killed")]
    NothingRuns,
    /// The records could not be changed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The faults of all accounts and regions.
pub struct Faults {
    store: Arc<Store>,
    clock: Arc<Clock>,
}

impl Faults {
    /// The faults among the records of `store`.
    #[must_use]
    pub fn new(store: Arc<Store>, clock: Arc<Clock>) -> Self {
        Self { store, clock }
    }

    /// Lets a fault begin, and last for a time or until it is healed.
    ///
    /// # Errors
    /// When there is no such target, or the records cannot be changed.
    pub async fn begin(
        &self,
        scope: &Scope,
        kind: FaultKind,
        target: FaultTarget,
        lasts: Option<TimeDelta>,
    ) -> Result<Fault, FaultError> {
        let (scope, since) = (target.scope(scope), self.clock.now());
        let until = lasts.and_then(|lasts| since.checked_add_signed(lasts));
        let noticed = kind == FaultKind::Outage;
        let fault = Fault { id: Uuid::new_v4().to_string(), kind, target, since, until, noticed };
        let written = self.store.write(move |draft| {
            check(draft, &scope, &fault.target)?;
            if fault.noticed {
                take_down(draft, &scope, &fault.target, since);
            }
            draft.put(&scope, &fault.id, fault.clone());
            Ok(fault)
        });
        written.await
    }

    /// Lets engines end as if their machines had failed. They are replaced at once. Answers the nodes that they were of.
    ///
    /// # Errors
    /// When there is no such target or nothing runs there, or the records cannot be changed.
    pub async fn kill(&self, scope: &Scope, target: FaultTarget) -> Result<Vec<(String, NodeId)>, FaultError> {
        let (scope, now) = (target.scope(scope), self.clock.now());
        let written = self.store.write(move |draft| {
            check(draft, &scope, &target)?;
            let runs = |cluster: &CacheCluster, node| cluster.nodes.get(&node).is_some_and(CacheNode::is_running);
            let killed =
                strike(draft, &scope, now, |cluster, node| target.covers(cluster, node) && runs(cluster, node));
            if killed.is_empty() { Err(FaultError::NothingRuns) } else { Ok(killed) }
        });
        written.await
    }

    /// The faults in effect.
    #[must_use]
    pub fn in_effect(&self, scope: &Scope) -> Vec<Arc<Fault>> {
        let (tables, now) = (self.store.tables(), self.clock.now());
        let scopes = scope.with_serverless();
        let faults = scopes.iter().flat_map(|scope| tables.faults.iter(scope));
        let mut faults: Vec<_> = faults.map(|(_, fault)| Arc::clone(fault)).collect();
        faults.retain(|fault| !fault.is_over(now));
        faults.sort_by_key(|fault| fault.since);
        faults
    }

    /// Ends a fault.
    ///
    /// # Errors
    /// When there is no such fault, or the records cannot be changed.
    pub async fn heal(&self, scope: &Scope, id: &str) -> Result<Arc<Fault>, FaultError> {
        let (scope, id) = (scope.clone(), id.to_owned());
        let written = self.store.write(move |draft| {
            let mut healed = None;
            for scope in scope.with_serverless() {
                healed = healed.or(draft.get::<Fault>(&scope, &id));
                draft.remove::<Fault>(&scope, &id);
            }
            healed.ok_or(FaultError::NotFound { what: "fault", name: id, scope })
        });
        written.await
    }

    /// Ends every fault of an account in a region, and answers which these were.
    ///
    /// # Errors
    /// When the records cannot be changed.
    pub async fn heal_all(&self, scope: &Scope) -> Result<Vec<Arc<Fault>>, FaultError> {
        let scope = scope.clone();
        let written = self.store.write(move |draft| {
            let mut healed = Vec::new();
            for scope in scope.with_serverless() {
                let of_scope: Vec<_> = draft.tables().faults.iter(&scope).map(|(_, fault)| Arc::clone(fault)).collect();
                for fault in &of_scope {
                    draft.remove::<Fault>(&scope, &fault.id);
                }
                healed.extend(of_scope);
            }
            Ok(healed)
        });
        written.await
    }
}

/// Ends faults when their time is up, and notices those that take a while to be noticed. Works until the returned future
/// is dropped.
pub async fn follow_clock(store: &Store, clock: &Clock) {
    let mut version = store.version();
    loop {
        // Marked as seen before looking: a change in between is found below.
        version.borrow_and_update();
        let due = store.tables().faults.iter_all().filter_map(|(_, _, fault)| fault.due()).min();
        let changed = match due {
            None => version.changed().await,
            Some(due) => tokio::select! {
                () = clock.sleep_until(due) => Ok(()),
                changed = version.changed() => changed,
            },
        };
        if changed.is_err() {
            return;
        }
        let now = clock.now();
        if due.is_none_or(|due| due > now) {
            continue;
        }
        let written = store.write(move |draft| {
            catch_up(draft, now);
            Ok::<_, StorageError>(())
        });
        if let Err(error) = written.await {
            tracing::error!(%error, "what became due of faults could not be noted");
            tokio::time::sleep(AGAIN).await;
        }
    }
}

/// Does with every fault what has become due by `now`.
fn catch_up(draft: &mut Draft, now: DateTime<Utc>) {
    for (scope, id) in keys::<Fault>(draft) {
        let Some(fault) = draft.get::<Fault>(&scope, &id) else { continue };
        if fault.is_over(now) {
            draft.remove::<Fault>(&scope, &id);
        } else if fault.noticed_at().is_some_and(|at| at <= now) {
            take_down(draft, &scope, &fault.target, now);
            draft.put(&scope, &id, Fault { noticed: true, ..Fault::clone(&fault) });
        }
    }
}

/// Ends the faults of nodes and groups that are not there any more. To be called in the transaction that removes them:
/// what comes later under the same name has nothing to do with them.
pub fn end_without_target(draft: &mut Draft, scope: &Scope) {
    let gone: Vec<_> = draft
        .tables()
        .faults
        .iter(scope)
        .filter(|(_, fault)| check(draft, scope, &fault.target).is_err())
        .map(|(id, _)| id.clone())
        .collect();
    for id in gone {
        draft.remove::<Fault>(scope, &id);
    }
}

/// Whether there is such a target.
fn check(draft: &Draft, scope: &Scope, target: &FaultTarget) -> Result<(), FaultError> {
    let not_found = |what, name: &str| {
        let scope = scope.before_serverless().unwrap_or_else(|| scope.clone());
        FaultError::NotFound { what, name: name.to_owned(), scope }
    };
    match target {
        FaultTarget::Node { cache_cluster_id, cache_node_id } => {
            let cluster = draft.get::<CacheCluster>(scope, cache_cluster_id);
            let cluster = cluster.ok_or_else(|| not_found("cache cluster", cache_cluster_id))?;
            let has_node = cluster.nodes.contains_key(cache_node_id);
            has_node
                .then_some(())
                .ok_or_else(|| not_found("cache node", &format!("{cache_cluster_id}/{cache_node_id}")))
        }
        FaultTarget::Zone { availability_zone } => {
            let exists = regions::availability_zones(&scope.region).contains(availability_zone);
            let no_such_zone =
                || FaultError::NoSuchZone { zone: availability_zone.clone(), region: scope.region.clone() };
            exists.then_some(()).ok_or_else(no_such_zone)
        }
        FaultTarget::Group { replication_group_id } => {
            let group = draft.get::<ReplicationGroup>(scope, replication_group_id);
            group.map(|_| ()).ok_or_else(|| not_found("replication group", replication_group_id))
        }
        // What is behind a cache comes and goes with it.
        FaultTarget::ServerlessCache { serverless_cache_name: name } => {
            let group = draft.get::<ReplicationGroup>(scope, name).is_some();
            let exists = group || draft.get::<CacheCluster>(scope, name).is_some();
            exists.then_some(()).ok_or_else(|| not_found("serverless cache", name))
        }
    }
}

/// Takes down every node that a fault covers and that no other fault keeps down already.
fn take_down(draft: &mut Draft, scope: &Scope, target: &FaultTarget, now: DateTime<Utc>) {
    let others: Vec<_> = draft.tables().faults.iter(scope).map(|(_, fault)| Arc::clone(fault)).collect();
    let is_down = |cluster: &CacheCluster, node| others.iter().any(|fault| fault.keeps_down(cluster, node));
    strike(draft, scope, now, |cluster, node| target.covers(cluster, node) && !is_down(cluster, node));
}

/// Takes down the nodes that are chosen; answers which of them there were.
fn strike(
    draft: &mut Draft,
    scope: &Scope,
    now: DateTime<Utc>,
    is_chosen: impl Fn(&CacheCluster, NodeId) -> bool,
) -> Vec<(String, NodeId)> {
    let clusters: Vec<_> = draft.tables().cache_clusters.iter(scope).map(|(_, cluster)| Arc::clone(cluster)).collect();
    let mut struck = Vec::new();
    for before in clusters {
        let mut cluster = CacheCluster::clone(&before);
        for node in before.nodes.keys().filter(|node| is_chosen(&before, **node)) {
            if let Some(message) = cluster.take_down(*node) {
                let (scope, source_type, source_identifier, message) = match scope.before_serverless() {
                    None => (scope.clone(), SourceType::CacheCluster, cluster.id.clone(), message),
                    Some(scope) => {
                        let name = cluster.cache_id().to_owned();
                        (scope, SourceType::ServerlessCache, name.clone(), recovering(&name))
                    }
                };
                draft.emit(&scope, Event { source_identifier, source_type, message, date: now });
                struck.push((cluster.id.clone(), *node));
            }
        }
        if cluster != *before {
            draft.put(scope, &before.id, cluster);
        }
    }
    struck
}

/// What the owner of a serverless cache is told when an engine of it is lost.
#[must_use]
pub fn recovering(cache: &str) -> String {
    format!("Cache {cache} lost an engine, which is being replaced.")
}

fn keys<R: Record>(draft: &Draft) -> Vec<(Scope, String)> {
    R::table(draft.tables()).iter_all().map(|(scope, id, _)| (scope.clone(), id.clone())).collect()
}
