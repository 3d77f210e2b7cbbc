//! Finds out whether engines still are what their records say, and were not told something else. One that was loses its
//! role in the record, and is given it anew. A replica whose link is down is let be: it tries again by itself, and what it
//! has may be all that is left of the data.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use tokio::time::timeout;

use super::{Engine, GroupActor, GroupChange, find, place::Place};
use crate::{
    engine::{ReplicationRole, answers},
    model::{EngineRef, EngineRole, NodeId},
    reconcile::{Key, Shared},
};

/// How long an engine may take to tell what it is.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many engines of a group are asked at the same time.
const AT_ONCE: usize = 16;

/// Looks once at all engines of all groups.
pub(in crate::reconcile) async fn inspect_all(shared: &Arc<Shared>) {
    let tables = shared.store.tables();
    let keys: Vec<_> = tables.replication_groups.iter_all().map(|(scope, id, _)| Key::of_group(scope, id)).collect();
    for key in keys {
        GroupActor::new(Arc::clone(shared), key, 0).inspect().await;
    }
}

impl GroupActor {
    async fn inspect(&self) {
        let Some((group, members)) = self.records() else { return };
        let tables = self.shared.store.tables();
        let engines = members.values().filter(|member| member.deleted.is_none()).filter_map(|member| {
            let generation = member.nodes.get(&NodeId::FIRST)?.generation;
            find(&members, &EngineRef { cache_cluster_id: member.id.clone(), generation })
        });
        let place = Place::of(&group, &tables);
        // While writes are being handed to another region, only the run that does it knows what the primaries are.
        let is_on_its_way = |engine: &Engine, role: &EngineRole| match role {
            EngineRole::Primary => place.heirs.values().any(|heir| heir.follows.as_ref() == Some(&engine.name)),
            EngineRole::Secondary { .. } => place.is_failing_over,
            EngineRole::Replica { .. } | EngineRole::Migrating { .. } => false,
        };
        let placed = engines.filter(|engine| {
            engine.running.is_real() && engine.running.role.as_ref().is_some_and(|role| !is_on_its_way(engine, role))
        });
        stream::iter(placed)
            .for_each_concurrent(AT_ONCE, |engine| {
                let (group, members) = (&group, &members);
                async move {
                    let change = match &engine.running.role {
                        Some(EngineRole::Migrating { from }) => self.look_at_source(group, &engine, from).await,
                        Some(EngineRole::Replica { of }) => self.stray(&engine, find(members, of).as_ref()).await,
                        Some(EngineRole::Secondary { of }) => self.stray(&engine, self.find_abroad(of).as_ref()).await,
                        _ => self.stray(&engine, None).await,
                    };
                    if let Some(change) = change
                        && let Err(error) = self.change(change).await
                    {
                        tracing::error!(%error, "what an engine does could not be noted");
                    }
                }
            })
            .await;
    }

    /// What has to be noted of an engine that does something else than its record says.
    async fn stray(&self, engine: &Engine, primary: Option<&Engine>) -> Option<GroupChange> {
        if !self.has_strayed(engine, primary).await {
            return None;
        }
        tracing::warn!(engine = ?engine.name, role = ?engine.running.role, "an engine is not what it was");
        Some(GroupChange::Unseated { engine: engine.name.clone(), role: engine.running.role.clone() })
    }

    /// Whether an engine does something else than its record says. One that does not answer is a matter of its own, and so
    /// is a replica whose primary is lost: it has what is left of the data.
    async fn has_strayed(&self, engine: &Engine, primary: Option<&Engine>) -> bool {
        let asked = timeout(PATIENCE, async {
            let mut client = self.client(engine).await?;
            client.replication().await
        });
        let Ok(Ok(state)) = asked.await else { return false };
        match (&engine.running.role, state.role, primary) {
            (Some(EngineRole::Primary), role, _) => role != ReplicationRole::Primary,
            (Some(EngineRole::Replica { .. } | EngineRole::Secondary { .. }), role, Some(primary)) => {
                let is_right = matches!(role, ReplicationRole::Replica { of, .. } if of == Some(primary.running.peer));
                !is_right && answers(primary.running.address, PATIENCE).await
            }
            _ => false,
        }
    }
}
