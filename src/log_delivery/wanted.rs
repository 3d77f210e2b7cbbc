//! What there is to do, by the records.

use std::collections::HashSet;

use super::{Tools, course::Course, keeper::Keeper};
use crate::{
    model::{
        CacheCluster, CacheNode, LogConfiguration, LogCursor, LogDeliveries, LogDelivery, LogSink, LogType, NodeId,
        Observed, ReplicationGroup, Scope,
    },
    store::{Draft, Tables},
};

/// A delivery: that of a type of log of a cache cluster, or of a replication group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DeliveryKey {
    pub scope: Scope,
    pub owner: Owner,
    pub log_type: LogType,
}

/// Whose record holds a delivery, by its id and what tells it from others that had that id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Owner {
    CacheCluster { id: String, uid: String },
    ReplicationGroup { id: String, uid: String },
}

impl DeliveryKey {
    /// The delivery as it is now.
    pub fn delivery<'a>(&self, tables: &'a Tables) -> Option<&'a LogDelivery> {
        let deliveries = match &self.owner {
            Owner::CacheCluster { id, uid } => {
                let cluster = tables.cache_clusters.get(&self.scope, id).filter(|cluster| cluster.uid == *uid);
                &cluster?.log_deliveries
            }
            Owner::ReplicationGroup { id, uid } => {
                let group = tables.replication_groups.get(&self.scope, id).filter(|group| group.uid == *uid);
                &group?.log_deliveries
            }
        };
        deliveries.get(&self.log_type)
    }

    /// Whether it is known of every engine where delivery begins.
    pub fn has_begun(&self, tools: &Tools) -> bool {
        let tables = tools.store.tables();
        let sinks = sinks(tools, None);
        let is_concerned = |cluster: &CacheCluster| match &self.owner {
            Owner::CacheCluster { id, .. } => cluster.id == *id,
            Owner::ReplicationGroup { id, .. } => {
                cluster.membership.as_ref().is_some_and(|membership| membership.replication_group_id == *id)
            }
        };
        let clusters = tables.cache_clusters.iter(&self.scope).filter(|(_, cluster)| is_concerned(cluster));
        let engines = clusters.flat_map(|(_, cluster)| {
            let generations = |(node, record): (&NodeId, &CacheNode)| {
                record.engines.keys().map(|generation| cluster.engine_name(*node, *generation)).collect::<Vec<_>>()
            };
            cluster.nodes.iter().flat_map(generations)
        });
        let mut cursors = engines.flat_map(|engine| {
            sinks.iter().map(|sink| LogCursor::id(&engine, self.log_type, *sink)).collect::<Vec<_>>()
        });
        let has_begun =
            |id: String| tables.log_cursors.get(&self.scope, &id).is_none_or(|cursor| cursor.position.is_some());
        cursors.all(has_begun)
    }

    /// Changes the deliveries of the owner, if it is still there.
    pub fn change(&self, draft: &mut Draft, change: impl FnOnce(&mut LogDeliveries)) {
        match &self.owner {
            Owner::CacheCluster { id, uid } => {
                if let Some(cluster) = draft.get::<CacheCluster>(&self.scope, id).filter(|cluster| cluster.uid == *uid)
                {
                    let mut cluster = CacheCluster::clone(&cluster);
                    change(&mut cluster.log_deliveries);
                    draft.put(&self.scope, id, cluster);
                }
            }
            Owner::ReplicationGroup { id, uid } => {
                if let Some(group) = draft.get::<ReplicationGroup>(&self.scope, id).filter(|group| group.uid == *uid) {
                    let mut group = ReplicationGroup::clone(&group);
                    change(&mut group.log_deliveries);
                    draft.put(&self.scope, id, group);
                }
            }
        }
    }
}

/// Something that goes on until it is not wanted any more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Task {
    Keeper(Keeper),
    Course(Course),
}

impl Task {
    /// The delivery that it is part of.
    pub fn delivery(&self) -> &DeliveryKey {
        match self {
            Self::Keeper(keeper) => &keeper.delivery,
            Self::Course(course) => &course.delivery,
        }
    }
}

/// What there is to do.
#[derive(Default)]
pub(super) struct Wanted {
    pub tasks: HashSet<Task>,
    /// Deliveries that are to be no more.
    pub ended: Vec<DeliveryKey>,
    /// Cursors of engines that are gone, or whose log is not delivered any more.
    pub stale_cursors: Vec<(Scope, String)>,
}

impl Wanted {
    /// By the records as they are now.
    pub fn of(tools: &Tools) -> Self {
        let tables = tools.store.tables();
        let mut wanted = Self::default();
        let mut cursors = HashSet::new();
        for (scope, id, group) in tables.replication_groups.iter_all() {
            wanted.keep(scope, &group.log_deliveries, || Owner::ReplicationGroup {
                id: id.clone(),
                uid: group.uid.clone(),
            });
        }
        for (scope, id, cluster) in tables.cache_clusters.iter_all() {
            wanted.keep(scope, &cluster.log_deliveries, || Owner::CacheCluster {
                id: id.clone(),
                uid: cluster.uid.clone(),
            });
            let group = cluster.membership.as_ref().map(|membership| &membership.replication_group_id);
            let group = group.and_then(|id| tables.replication_groups.get(scope, id));
            let deliveries = group.map_or(&cluster.log_deliveries, |group| &group.log_deliveries);
            for (log_type, delivery) in deliveries.iter().filter(|(_, delivery)| delivery.wanted.is_some()) {
                let owner = match group {
                    Some(group) => Owner::ReplicationGroup { id: group.id.clone(), uid: group.uid.clone() },
                    None => Owner::CacheCluster { id: id.clone(), uid: cluster.uid.clone() },
                };
                let key = DeliveryKey { scope: scope.clone(), owner, log_type: *log_type };
                wanted.deliver(tools, cluster, &key, delivery.in_effect.as_ref(), &mut cursors);
            }
        }
        let known = tables.log_cursors.iter_all().map(|(scope, id, _)| (scope.clone(), id.clone()));
        wanted.stale_cursors = known.filter(|cursor| !cursors.contains(cursor)).collect();
        wanted
    }

    /// Has deliveries looked after.
    fn keep(&mut self, scope: &Scope, deliveries: &LogDeliveries, owner: impl Fn() -> Owner) {
        for (log_type, delivery) in deliveries {
            let key = DeliveryKey { scope: scope.clone(), owner: owner(), log_type: *log_type };
            match &delivery.wanted {
                None => self.ended.push(key),
                Some(wanted) => {
                    self.tasks.insert(Task::Keeper(Keeper { delivery: key, configuration: wanted.clone() }));
                }
            }
        }
    }

    /// Has the log of each engine of a cluster delivered.
    fn deliver(
        &mut self,
        tools: &Tools,
        cluster: &CacheCluster,
        delivery: &DeliveryKey,
        in_effect: Option<&LogConfiguration>,
        cursors: &mut HashSet<(Scope, String)>,
    ) {
        for (node, cache_node) in &cluster.nodes {
            for (generation, observed) in &cache_node.engines {
                let engine = cluster.engine_name(*node, *generation);
                for sink in [LogSink::Service, LogSink::File] {
                    // As long as the engine may run, somebody may have to know how far its log was delivered.
                    cursors.insert((cluster.scope.clone(), LogCursor::id(&engine, delivery.log_type, sink)));
                }
                let Some(running) = Observed::running(observed).filter(|running| running.is_real()) else { continue };
                for sink in sinks(tools, in_effect) {
                    self.tasks.insert(Task::Course(Course {
                        delivery: delivery.clone(),
                        configuration: in_effect.cloned(),
                        cluster: cluster.id.clone(),
                        node: *node,
                        engine: engine.clone(),
                        kind: running.settings.engine,
                        run: running.run.clone(),
                        address: running.address,
                        sink,
                    }));
                }
            }
        }
    }
}

/// Who gets lines. When nobody can, the service does all the same, so that somebody finds out.
fn sinks(tools: &Tools, configuration: Option<&LogConfiguration>) -> Vec<LogSink> {
    let has_service = configuration.is_none_or(|configuration| tools.services.has_logs(&configuration.destination));
    match (&tools.files, has_service) {
        (None, _) => vec![LogSink::Service],
        (Some(_), false) => vec![LogSink::File],
        (Some(_), true) => vec![LogSink::Service, LogSink::File],
    }
}
