//! Automatic snapshots: takes one of each cache that wants it whenever its snapshot window opens, and deletes those that
//! are too old or whose cache is gone. One that failed is taken again as long as the window is open.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};

use super::super::{Shared, failure::UNWRITTEN_WAIT};
use crate::{
    model::{
        CacheCluster, GroupPhase, Phase, ReplicationGroup, Scope, Snapshot, SnapshotSource, SnapshotState,
        SnapshotWindow, TagSet, Taking,
    },
    store::{Draft, StorageError, Tables},
};

/// The wait before a snapshot that failed is taken again.
const TRY_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(10);

/// Looks after every change in the store, and when the clock says that something is due.
pub(in crate::reconcile) async fn follow(shared: &Shared) {
    let mut version = shared.store.version();
    // When this server first saw that automatic snapshots are wanted of a cache. Windows before that are not made up for.
    let mut seen = HashMap::new();
    loop {
        version.borrow_and_update();
        let now = shared.clock.now();
        let due = Due::at(&shared.store.tables(), &mut seen, now);
        let mut next = due.next;
        if !due.caches.is_empty() || !due.over.is_empty() {
            let carried_out = shared.store.write(move |draft| {
                carry_out(draft, due, now);
                Ok::<_, StorageError>(())
            });
            if let Err(error) = carried_out.await {
                tracing::error!(%error, "automatic snapshots could not be looked after");
                let again = now + UNWRITTEN_WAIT;
                next = Some(next.map_or(again, |next| next.min(again)));
            }
        }
        let sleep = async {
            match next {
                Some(next) => shared.clock.sleep_until(next).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = version.changed() => if changed.is_err() { return },
            () = sleep => {}
        }
    }
}

/// A cache that automatic snapshots are taken of as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cache {
    Cluster(String),
    Group(String),
}

/// What has to be done now, and when there will be more.
#[derive(Debug, Default)]
struct Due {
    /// The caches that a snapshot is to be taken of.
    caches: Vec<(Scope, Cache)>,
    /// The snapshots that are to go.
    over: Vec<(Scope, String)>,
    /// When to look again, if nothing changes before.
    next: Option<DateTime<Utc>>,
}

/// A cache's wish for automatic snapshots.
struct Wish<'a> {
    scope: &'a Scope,
    cache: Cache,
    uid: &'a str,
    created: DateTime<Utc>,
    window: SnapshotWindow,
    days: u32,
    /// Whether one could be taken now.
    is_available: bool,
}

impl Due {
    fn at(tables: &Tables, seen: &mut HashMap<String, DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let wishes = wishes(tables);
        seen.retain(|uid, _| wishes.iter().any(|wish| wish.uid == uid));
        let mut due = Self::default();
        for wish in &wishes {
            let since = *seen.entry(wish.uid.to_owned()).or_insert(now);
            let last = Last::of(tables, wish);
            let time = wish.due(last, since, now);
            if time > now {
                due.wake_at(time);
            } else if wish.is_available {
                due.caches.push((wish.scope.clone(), wish.cache.clone()));
            }
        }
        let automatic = tables
            .snapshots
            .iter_all()
            .filter(|(_, _, snapshot)| snapshot.source == SnapshotSource::Automated && snapshot.deleted.is_none());
        for (scope, name, snapshot) in automatic {
            let wish = wishes.iter().find(|wish| wish.uid == snapshot.cache_uid);
            let days = wish.map_or(snapshot.settings.snapshot_retention_limit, |wish| wish.days);
            let end = snapshot.requested + TimeDelta::days(days.into());
            if end <= now || !has_cache(tables, scope, &snapshot.cache_uid) {
                due.over.push((scope.clone(), name.clone()));
            } else {
                due.wake_at(end);
            }
        }
        due
    }

    fn wake_at(&mut self, time: DateTime<Utc>) {
        self.next = Some(self.next.map_or(time, |next| next.min(time)));
    }
}

impl Wish<'_> {
    /// When the next snapshot is to be taken: when the window opens, or at once in one that is open and has none yet.
    fn due(&self, last: Last, since: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        let taken = last.taken.unwrap_or(self.created);
        let next = self.window.next_start(taken.max(last.failed.unwrap_or(taken)).max(since));
        if !self.window.contains(now) {
            return next;
        }
        let opened = self.window.next_start(now - TimeDelta::minutes(self.window.minutes().into()));
        if taken >= opened {
            return next;
        }
        match last.failed.filter(|failed| *failed >= opened).map(|failed| failed + TRY_AGAIN_AFTER) {
            None => now,
            Some(again) if self.window.contains(again) => again.max(now),
            Some(_) => next,
        }
    }
}

/// Every cache that wants automatic snapshots.
fn wishes(tables: &Tables) -> Vec<Wish<'_>> {
    let clusters = tables.cache_clusters.iter_all().filter_map(|(scope, id, cluster)| {
        let wants = cluster.membership.is_none() && cluster.deleted.is_none() && cluster.snapshot_retention_limit > 0;
        Some(Wish {
            scope,
            cache: Cache::Cluster(id.clone()),
            uid: &cluster.uid,
            created: cluster.created?,
            window: cluster.snapshot_window.filter(|_| wants)?,
            days: cluster.snapshot_retention_limit,
            is_available: cluster.phase() == Phase::Available,
        })
    });
    let groups = tables.replication_groups.iter_all().filter_map(|(scope, id, group)| {
        let wants = group.deleted.is_none() && group.snapshot_retention_limit > 0;
        let member = |id: &str| tables.cache_clusters.get(scope, id).map(Arc::as_ref);
        Some(Wish {
            scope,
            cache: Cache::Group(id.clone()),
            uid: &group.uid,
            created: group.created?,
            window: group.snapshot_window.filter(|_| wants)?,
            days: group.snapshot_retention_limit,
            is_available: group.phase(member) == GroupPhase::Available,
        })
    });
    clusters.chain(groups).collect()
}

/// When the last automatic snapshots of a cache were asked for.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    /// One that was taken, or is being taken.
    taken: Option<DateTime<Utc>>,
    /// One that failed.
    failed: Option<DateTime<Utc>>,
}

impl Last {
    fn of(tables: &Tables, wish: &Wish<'_>) -> Self {
        let mut last = Self::default();
        let all = tables.snapshots.iter(wish.scope).map(|(_, snapshot)| snapshot);
        for snapshot in all.filter(|it| it.source == SnapshotSource::Automated && it.cache_uid == wish.uid) {
            let has_failed = matches!(snapshot.state, SnapshotState::Failed(_));
            let latest = if has_failed { &mut last.failed } else { &mut last.taken };
            *latest = (*latest).max(Some(snapshot.requested));
        }
        last
    }
}

fn has_cache(tables: &Tables, scope: &Scope, uid: &str) -> bool {
    tables.cache_clusters.iter(scope).any(|(_, cluster)| cluster.uid == uid)
        || tables.replication_groups.iter(scope).any(|(_, group)| group.uid == uid)
}

fn carry_out(draft: &mut Draft, due: Due, now: DateTime<Utc>) {
    for (scope, name) in due.over {
        if let Some(snapshot) = draft.get::<Snapshot>(&scope, &name) {
            draft.put(&scope, &name, Snapshot { deleted: Some(now), ..Arc::unwrap_or_clone(snapshot) });
        }
    }
    for (scope, cache) in due.caches {
        let begun = match &cache {
            Cache::Cluster(id) => begin_of_cluster(draft, &scope, id, now),
            Cache::Group(id) => begin_of_group(draft, &scope, id, now),
        };
        if begun.is_some() {
            tracing::info!(?cache, %scope, "an automatic snapshot is due");
        }
    }
}

fn begin_of_cluster(draft: &mut Draft, scope: &Scope, id: &str, now: DateTime<Utc>) -> Option<()> {
    let cluster = draft.get::<CacheCluster>(scope, id).filter(|cluster| cluster.phase() == Phase::Available)?;
    let snapshot = Snapshot::of_cluster(&cluster, None, taking(&cluster.id, now));
    begin(draft, scope, snapshot, std::slice::from_ref(&cluster.id))
}

/// In cluster mode the group is taken as a whole, else the member that was appointed for it.
fn begin_of_group(draft: &mut Draft, scope: &Scope, id: &str, now: DateTime<Utc>) -> Option<()> {
    let group = draft.get::<ReplicationGroup>(scope, id)?;
    let tables = draft.tables();
    let member = |id: &str| tables.cache_clusters.get(scope, id).map(Arc::as_ref);
    if group.phase(member) != GroupPhase::Available {
        return None;
    }
    let members: Vec<String> = group.member_ids().cloned().collect();
    if group.cluster_mode.is_clustered() {
        let snapshot = Snapshot::of_group(&group, member(members.first()?)?, taking(&group.id, now));
        return begin(draft, scope, snapshot, &members);
    }
    let appointed = group.snapshotting_cluster_id.as_ref().or(members.first())?;
    let cluster = member(appointed).filter(|cluster| cluster.phase() == Phase::Available)?;
    let snapshot = Snapshot::of_cluster(cluster, Some(&group), taking(appointed, now));
    let appointed = appointed.clone();
    begin(draft, scope, snapshot, &[appointed])
}

fn taking(id: &str, now: DateTime<Utc>) -> Taking {
    Taking {
        name: format!("automatic.{id}-{}", now.format("%Y-%m-%d-%H-%M")),
        uid: uuid::Uuid::new_v4().simple().to_string()[..8].to_owned(),
        source: SnapshotSource::Automated,
        is_final: false,
        requested: now,
        kms_key_id: None,
        tags: TagSet::default(),
    }
}

fn begin(draft: &mut Draft, scope: &Scope, snapshot: Snapshot, of: &[String]) -> Option<()> {
    if draft.get::<Snapshot>(scope, &snapshot.name).is_some() {
        return None;
    }
    for id in of {
        if let Some(cluster) = draft.get::<CacheCluster>(scope, id) {
            let snapshotting = Some(snapshot.name.clone());
            draft.put(scope, id, CacheCluster { snapshotting, ..Arc::unwrap_or_clone(cluster) });
        }
    }
    let name = snapshot.name.clone();
    draft.put(scope, &name, snapshot);
    Some(())
}
