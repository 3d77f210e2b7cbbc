//! What becomes of a serverless cache along with what runs behind it: its owner, who cannot see that, is told of the
//! cache instead, and its record goes when nothing is left.

use chrono::{DateTime, Utc};

use super::{change::RecordChange, group::GroupChange};
use crate::{
    faults,
    model::{
        CacheCluster, CacheParameterGroup, Event, Observed, Scope, ServerlessCache, Snapshot, SnapshotState, SourceType,
    },
    store::Draft,
};

/// What is to be told of a cache.
pub(super) enum News {
    /// It serves for the first time. Its engine may be one that was not asked for.
    Created { substitute: Option<String> },
    /// Nothing is left of it.
    Deleted,
    /// The snapshot that it was to be made of could not be loaded.
    NotRestored { reason: String },
    /// An engine of it was lost.
    Recovering,
    /// All that were lost are replaced.
    Recovered,
    /// Something could not be done and is tried again.
    Waits { reason: String },
}

impl News {
    /// What a change of a replication group means for the cache before it.
    pub fn of_group<'a>(change: &GroupChange, mut members: impl Iterator<Item = &'a CacheCluster>) -> Option<Self> {
        match change {
            GroupChange::Created => Some(Self::Created { substitute: members.find_map(substitute) }),
            GroupChange::Vanished => Some(Self::Deleted),
            GroupChange::Failed { reason } => Some(Self::Waits { reason: reason.clone() }),
            _ => None,
        }
    }

    /// What a change of a cache cluster means for the cache before it. Most of what befalls a member of a group is the
    /// group's to tell.
    pub fn of_cluster(change: &RecordChange, cluster: &CacheCluster) -> Option<Self> {
        match change {
            RecordChange::Created if cluster.membership.is_none() => {
                Some(Self::Created { substitute: substitute(cluster) })
            }
            RecordChange::Vanished if cluster.membership.is_none() => Some(Self::Deleted),
            RecordChange::Lost { .. } | RecordChange::TakenDown { .. } => Some(Self::Recovering),
            RecordChange::RestoreFailed { reason, .. } => Some(Self::NotRestored { reason: reason.clone() }),
            RecordChange::Failed { reason, .. } => Some(Self::Waits { reason: reason.clone() }),
            _ => None,
        }
    }

    /// What it means for the cache that engines were being replaced before, or are now.
    pub fn of_recovery<'a>(
        mut before: impl Iterator<Item = &'a CacheCluster>,
        mut now: impl Iterator<Item = &'a CacheCluster>,
    ) -> Option<Self> {
        let is_recovering = |cluster: &CacheCluster| cluster.nodes.values().any(|node| node.recovering);
        (before.any(is_recovering) && !now.any(is_recovering)).then_some(Self::Recovered)
    }

    /// Tells the owner of the cache `name`, which has its engines in the scope `behind`.
    pub fn tell(self, draft: &mut Draft, behind: &Scope, name: &str, now: DateTime<Utc>) {
        let Some(scope) = behind.before_serverless() else { return };
        let messages = match self {
            Self::Created { substitute } => {
                let is_restored = draft.get::<ServerlessCache>(&scope, name).is_some_and(|cache| cache.is_restored);
                let created = if is_restored {
                    format!("Cache {name} is created and data was restored from snapshot. Your cache is ready to use.")
                } else {
                    format!("Cache {name} is created and ready to use.")
                };
                std::iter::once(created).chain(substitute.map(|what| format!("Cache {name} runs {what}."))).collect()
            }
            Self::Deleted => {
                draft.remove::<CacheParameterGroup>(behind, name);
                draft.remove::<ServerlessCache>(&scope, name);
                vec![format!("Cache {name} was deleted.")]
            }
            Self::NotRestored { reason } => {
                vec![format!("Failed to create cache {name}. Data restoration from snapshot failed because {reason}.")]
            }
            Self::Recovering => vec![faults::recovering(name)],
            Self::Recovered => vec![format!("Cache {name} has recovered.")],
            Self::Waits { reason } => vec![format!("Cache {name} waits for a step that is tried again: {reason}")],
        };
        for message in messages {
            tell(draft, &scope, name, message, now);
        }
    }
}

/// Tells the owner of a cache what happened to it.
pub(super) fn tell(draft: &mut Draft, scope: &Scope, cache: &str, message: String, now: DateTime<Utc>) {
    emit(draft, scope, SourceType::ServerlessCache, cache, message, now);
}

fn emit(draft: &mut Draft, scope: &Scope, source_type: SourceType, source: &str, message: String, now: DateTime<Utc>) {
    tracing::info!(source, message, "event");
    draft.emit(scope, Event { source_identifier: source.to_owned(), source_type, message, date: now });
}

/// Tells how the making of a snapshot went. A cache that was to be deleted afterwards stays when it failed, as what is
/// behind it does.
pub(super) fn tell_of_snapshot(draft: &mut Draft, snapshot: &Snapshot, now: DateTime<Utc>) {
    let Some(scope) = snapshot.scope.before_serverless() else { return };
    let (name, cache) = (&snapshot.name, snapshot.cache_id());
    let message = match &snapshot.state {
        SnapshotState::Creating => return,
        SnapshotState::Available => format!("Snapshot {name} created for cache {cache}."),
        SnapshotState::Failed(reason) => {
            if snapshot.is_final
                && let Some(spared) = draft.get::<ServerlessCache>(&scope, cache)
            {
                draft.put(&scope, cache, ServerlessCache { deleted: None, ..ServerlessCache::clone(&spared) });
                let message = format!("Cache {cache} is not deleted, because its final snapshot failed.");
                emit(draft, &scope, SourceType::ServerlessCache, cache, message, now);
            }
            format!("Failed to create snapshot for cache {cache}. Snapshot {name} creation failed because {reason}.")
        }
    };
    emit(draft, &scope, SourceType::ServerlessCacheSnapshot, name, message, now);
}

/// What a cluster runs in place of what was asked for.
fn substitute(cluster: &CacheCluster) -> Option<String> {
    let mut engines = cluster.nodes.values().flat_map(|node| node.engines.values()).filter_map(Observed::running);
    let version = engines.find_map(|running| running.substitute_version.as_ref())?;
    let (engine, wanted) = (cluster.engine, cluster.program_version());
    Some(format!("{engine} {version}: {engine} {wanted} is not available here"))
}
