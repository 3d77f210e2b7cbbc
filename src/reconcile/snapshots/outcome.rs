//! What is written down when a snapshot was made, or could not be: its own record, those of the caches that waited for
//! it, and the events. All of it in one transaction.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    model::{
        CacheCluster, Event, NodeId, NodeSnapshot, ReplicationGroup, Scope, Snapshot, SnapshotFile, SnapshotState,
        SourceType,
    },
    reconcile::serverless,
    snapshot_files::Fresh,
    store::Draft,
};

/// The data of one part, whole and in no record yet.
pub(super) struct Part {
    /// The cluster that they were taken of; `None` for a copy.
    pub cache_cluster_id: Option<String>,
    /// When its node was created.
    pub created: Option<DateTime<Utc>>,
    /// When they were taken; `None` for a copy.
    pub taken: Option<DateTime<Utc>>,
    /// The file.
    pub file: Fresh,
}

/// What the record of a snapshot is told of one part.
pub(super) struct Told {
    cache_cluster_id: Option<String>,
    created: Option<DateTime<Utc>>,
    taken: Option<DateTime<Utc>>,
    file: SnapshotFile,
}

impl Part {
    pub(super) fn told(&self) -> Told {
        Told {
            cache_cluster_id: self.cache_cluster_id.clone(),
            created: self.created,
            taken: self.taken,
            file: self.file.file().clone(),
        }
    }
}

/// Writes down how the making of a snapshot went, unless it is gone by now.
pub(super) fn write(
    draft: &mut Draft,
    scope: &Scope,
    name: &str,
    uid: &str,
    outcome: Result<Vec<Told>, String>,
    now: DateTime<Utc>,
) {
    let Some(before) = draft.get::<Snapshot>(scope, name) else { return };
    if before.uid != uid || before.state != SnapshotState::Creating {
        return;
    }
    let mut snapshot = Snapshot::clone(&before);
    let messages = match outcome {
        Ok(parts) => {
            succeed(&mut snapshot, parts);
            vec![success(&snapshot)]
        }
        Err(reason) => {
            snapshot.state = SnapshotState::Failed(reason.clone());
            failure(&snapshot, &reason)
        }
    };
    let is_copy = snapshot.copy_of.take().is_some();
    let source = source_of_events(draft, scope, &snapshot);
    release(draft, scope, &snapshot);
    draft.put(scope, name, snapshot.clone());
    if is_copy {
        // Nothing happened to the cache.
        return;
    }
    if scope.is_behind_serverless() {
        serverless::tell_of_snapshot(draft, &snapshot, now);
        return;
    }
    for message in messages {
        tracing::info!(source, message, "event");
        let (source_identifier, source_type) = (source.clone(), SourceType::CacheCluster);
        draft.emit(scope, Event { source_identifier, source_type, message, date: now });
    }
}

fn succeed(snapshot: &mut Snapshot, parts: Vec<Told>) {
    for (node, part) in snapshot.nodes.iter_mut().zip(parts) {
        let Told { cache_cluster_id, created, taken, file } = part;
        if cache_cluster_id.is_some() {
            *node = NodeSnapshot {
                cache_cluster_id,
                cache_node_id: Some(NodeId::FIRST),
                cache_node_created: created,
                taken,
                ..node.clone()
            };
        }
        node.file = Some(file);
    }
    snapshot.state = SnapshotState::Available;
}

/// The member that events are about, for a group's snapshot too.
pub(super) fn source_of_events(draft: &Draft, scope: &Scope, snapshot: &Snapshot) -> String {
    let settings = &snapshot.settings;
    let taken_of = || snapshot.nodes.iter().find_map(|node| node.cache_cluster_id.clone());
    let any_member = || {
        let group = draft.get::<ReplicationGroup>(scope, settings.replication_group_id.as_ref()?)?;
        group.node_groups.values().next().map(|shard| shard.primary.cache_cluster_id.clone())
    };
    settings.cache_cluster_id.clone().or_else(taken_of).or_else(any_member).unwrap_or_default()
}

fn success(snapshot: &Snapshot) -> String {
    let name = &snapshot.name;
    let settings = &snapshot.settings;
    match (&settings.cache_cluster_id, &settings.replication_group_id) {
        (Some(id), _) => format!("Snapshot succeeded for snapshot with ID '{name}' of cache cluster with ID '{id}'"),
        (None, id) => {
            let id = id.as_deref().unwrap_or_default();
            format!("Snapshot succeeded for snapshot with ID '{name}' of replication group with ID '{id}'")
        }
    }
}

fn failure(snapshot: &Snapshot, reason: &str) -> Vec<String> {
    let settings = &snapshot.settings;
    let id = settings.cache_cluster_id.as_ref().or(settings.replication_group_id.as_ref());
    let id = id.map_or("", String::as_str);
    let (name, kind) =
        (&snapshot.name, if settings.cache_cluster_id.is_some() { "cache cluster" } else { "replication group" });
    let mut messages = vec![
        format!("Snapshot failed for snapshot with ID '{name}' of {kind} with ID '{id}'"),
        format!("The data for snapshot {name} could not be taken: {reason}"),
    ];
    if snapshot.is_final {
        messages.push(format!("The {kind} {id} is not deleted, because its final snapshot failed"));
    }
    messages
}

/// Lets go of the caches that the snapshot was being taken of. Those that were to be deleted afterwards are, unless it
/// failed: then nobody shall lose data for it.
fn release(draft: &mut Draft, scope: &Scope, snapshot: &Snapshot) {
    let spared = snapshot.is_final && snapshot.state != SnapshotState::Available;
    let held = draft
        .tables()
        .cache_clusters
        .iter(scope)
        .filter(|(_, cluster)| cluster.snapshotting.as_ref() == Some(&snapshot.name));
    let held: Vec<_> = held.map(|(id, cluster)| (id.clone(), CacheCluster::clone(cluster))).collect();
    for (id, mut cluster) in held {
        cluster.snapshotting = None;
        if spared {
            cluster.deleted = None;
        }
        draft.put(scope, &id, cluster);
    }
    let of_whole_group = snapshot.settings.cache_cluster_id.is_none();
    if spared
        && of_whole_group
        && let Some(id) = &snapshot.settings.replication_group_id
        && let Some(group) = draft.get::<ReplicationGroup>(scope, id)
        && group.uid == snapshot.cache_uid
    {
        draft.put(scope, id, ReplicationGroup { deleted: None, ..Arc::unwrap_or_clone(group) });
    }
}
