//! What the reconciler writes into the records of a group and its members, and the events that tell of it. Each change
//! is applied to the newest records, which may have moved on since the plan was made.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use crate::model::{
    CacheCluster, CustomerNode, EndpointRole, EngineRef, EngineRole, Event, Failure, Migration, MigrationEnding,
    NodeGroupId, NodeId, Observed, REPLICAS_THERE, ReplicationGroup, Restore, Running, SlotSet, SnapshotFile,
    SourceType, Succession,
};

/// Something that came about.
#[derive(Clone, Debug)]
pub(in crate::reconcile) enum GroupChange {
    /// An endpoint is open at this port.
    Opened { role: EndpointRole, port: u16 },
    /// An endpoint that this kind of group does not have is closed.
    Closed { role: EndpointRole },
    /// Nothing is left of these members.
    MembersDropped(Vec<String>),
    /// Nothing is left of these shards.
    ShardsDropped(Vec<NodeGroupId>),
    /// Engines have found their places.
    Seated(Vec<Seat>),
    /// The engines of a shard have become a cluster, with this one as the primary.
    Converted { shard: NodeGroupId, to: EngineRef, seats: Vec<Seat> },
    /// The data of these shards are in files, as far as there are any, for new engines to start with.
    DataTaken(Vec<(NodeGroupId, Option<SnapshotFile>)>),
    /// New engines have become a cluster of the group's own, with these as primaries.
    Departed { primaries: BTreeMap<NodeGroupId, EngineRef>, seats: Vec<Seat> },
    /// An engine does not do any more what its record says.
    Unseated { engine: EngineRef, role: Option<EngineRole> },
    /// Another engine takes writes in a shard.
    Promoted { shard: NodeGroupId, to: EngineRef, cluster_node_id: Option<String> },
    /// Another engine is the primary of a shard that takes no writes, once it has found its place.
    Appointed { shard: NodeGroupId, to: EngineRef },
    /// Another engine is in a primary's place, and has yet to be told what to copy.
    Replaced { shard: NodeGroupId, to: EngineRef },
    /// The source of a migration has been copied and is followed.
    SourceHeard,
    /// Nothing comes from the source of a migration.
    SourceSilent { reason: String },
    /// The source of a migration cannot be copied.
    SourceUnfit { reason: String },
    /// A source was tried.
    SourceTested { source: CustomerNode, failure: Option<String> },
    /// A migration that is to be completed can be, or lacks something.
    CompletionDecided { lacks: Option<String> },
    /// The group takes writes again after a migration.
    Migrated,
    /// A promotion that was asked for is not going to happen, or has happened.
    PromotionDropped { shard: NodeGroupId },
    /// They have been told to forget these.
    Forgotten(Vec<String>),
    /// Slots have moved from one shard to another.
    Moved { from: NodeGroupId, to: NodeGroupId, slots: SlotSet },
    /// The members of these shards are to go.
    Emptied(Vec<NodeGroupId>),
    /// All slots are where they were to go.
    Resharded,
    /// There are as many replicas as were asked for.
    ReplicaCountReached,
    /// The first members are there.
    Created,
    /// There is nothing left to do.
    Settled,
    /// An engine could not be given its place.
    Failed { reason: String },
    /// Nothing of the group is left.
    Vanished,
}

/// The place of an engine in its group.
#[derive(Clone, Debug)]
pub(in crate::reconcile) struct Seat {
    pub engine: EngineRef,
    pub role: EngineRole,
    /// The id by which the other engines of a cluster know it.
    pub cluster_node_id: Option<String>,
}

/// A group and its members, as a transaction sees and changes them.
pub(in crate::reconcile) struct GroupRecords {
    pub group: ReplicationGroup,
    pub members: BTreeMap<String, Arc<CacheCluster>>,
}

impl GroupRecords {
    fn member(&mut self, id: &str) -> Option<&mut CacheCluster> {
        self.members.get_mut(id).map(Arc::make_mut)
    }

    fn engine(&mut self, name: &EngineRef) -> Option<&mut Running> {
        let node = self.member(&name.cache_cluster_id)?.nodes.get_mut(&NodeId::FIRST)?;
        match node.engines.get_mut(&name.generation)? {
            Observed::Running(running) => Some(running),
            Observed::Unknown => None,
        }
    }
}

/// Events in the making.
struct Events<'a> {
    group: &'a str,
    now: DateTime<Utc>,
    all: Vec<Event>,
}

impl Events<'_> {
    fn of_group(&mut self, message: String) {
        self.push(SourceType::ReplicationGroup, self.group.to_owned(), message);
    }

    fn of_member(&mut self, id: &str, message: String) {
        self.push(SourceType::CacheCluster, id.to_owned(), message);
    }

    fn push(&mut self, source_type: SourceType, source_identifier: String, message: String) {
        self.all.push(Event { source_identifier, source_type, message, date: self.now });
    }
}

impl GroupChange {
    /// Changes the records, and answers the events that tell of it.
    pub fn apply(&self, records: &mut GroupRecords, now: DateTime<Utc>) -> Vec<Event> {
        let id = records.group.id.clone();
        let mut events = Events { group: &id, now, all: Vec::new() };
        if !matches!(self, Self::Failed { .. }) {
            records.group.failure = None;
        }
        match self {
            Self::Opened { role, port } => set_port(&mut records.group, *role, Some(*port)),
            Self::Closed { role } => set_port(&mut records.group, *role, None),
            Self::MembersDropped(ids) => {
                for shard in records.group.node_groups.values_mut() {
                    shard.members.retain(|member| !ids.contains(member));
                }
            }
            Self::ShardsDropped(ids) => records.group.node_groups.retain(|id, _| !ids.contains(id)),
            Self::Seated(seats) => seats.iter().for_each(|seat| seated(records, seat, &mut events)),
            Self::Converted { shard, to, seats } => {
                promoted(records, shard, to, Some(&EngineRole::Primary), None, &mut events);
                for seat in seats {
                    seated(records, seat, &mut events);
                }
            }
            Self::DataTaken(files) => data_taken(records, files),
            Self::Departed { primaries, seats } => {
                records.group.departure = None;
                records.group.cluster_node_ids.clear();
                for (shard, to) in primaries {
                    promoted(records, shard, to, Some(&EngineRole::Primary), None, &mut events);
                }
                for seat in seats {
                    seated(records, seat, &mut events);
                }
            }
            Self::Unseated { engine, role } => {
                if let Some(engine) = records.engine(engine).filter(|engine| engine.role == *role) {
                    engine.role = None;
                }
            }
            Self::Promoted { shard, to, cluster_node_id } => {
                promoted(records, shard, to, Some(&EngineRole::Primary), cluster_node_id.as_ref(), &mut events);
            }
            Self::Appointed { shard, to } => {
                let role = role_abroad(records, to);
                promoted(records, shard, to, role.as_ref(), None, &mut events);
            }
            Self::Replaced { shard, to } => replaced(records, shard, to, &mut events),
            Self::SourceHeard
            | Self::SourceSilent { .. }
            | Self::SourceUnfit { .. }
            | Self::SourceTested { .. }
            | Self::CompletionDecided { .. }
            | Self::Migrated => self.apply_to_migration(&mut records.group, &mut events),
            Self::PromotionDropped { shard } => {
                if let Some(shard) = records.group.node_groups.get_mut(shard) {
                    shard.promotion = None;
                }
            }
            Self::Forgotten(ids) => records.group.cluster_node_ids.retain(|id| !ids.contains(id)),
            Self::Moved { from, to, slots } => {
                if let Some(giver) = records.group.node_groups.get_mut(from) {
                    giver.slots = giver.slots.difference(slots);
                }
                if let Some(receiver) = records.group.node_groups.get_mut(to) {
                    receiver.slots = receiver.slots.union(slots);
                }
            }
            Self::Emptied(shards) => {
                let shards = records.group.node_groups.iter().filter(|(id, _)| shards.contains(id));
                let ids: Vec<_> = shards.flat_map(|(_, shard)| shard.members.clone()).collect();
                for id in ids {
                    if let Some(member) = records.member(&id) {
                        member.deleted.get_or_insert(now);
                    }
                }
            }
            Self::Resharded => {
                records.group.resharding = None;
                replicas_there(&mut records.group, &mut events);
            }
            Self::ReplicaCountReached => replicas_there(&mut records.group, &mut events),
            Self::Created => {
                records.group.created = Some(now);
                events.of_group(format!("Replication group {id} created"));
                if records.group.automatic_failover {
                    events.of_group(format!("Automatic failover has been turned on for replication group {id}"));
                }
            }
            // What failed before is forgotten above.
            Self::Settled => {}
            Self::Failed { reason } => {
                if records.group.failure.as_ref().is_none_or(|failure| failure.reason != *reason) {
                    records.group.failure = Some(Failure { reason: reason.clone(), since: now });
                    events.of_group(format!("Replication group {id} waits for a step that is tried again: {reason}"));
                }
            }
            Self::Vanished => events.of_group(format!("Replication group {id} deleted")),
        }
        events.all
    }

    fn apply_to_migration(&self, group: &mut ReplicationGroup, events: &mut Events<'_>) {
        let id = &group.id;
        if let Self::SourceTested { source, failure } = self {
            if let Some(index) = group.migration_tests.iter().position(|asked| asked == source) {
                group.migration_tests.remove(index);
                events.of_group(match failure {
                    None => format!("Test Migration successful for {id}: {source} can be copied"),
                    Some(reason) => format!("Test Migration failed for {id}: {reason}"),
                });
            }
            return;
        }
        if matches!(self, Self::Migrated) {
            let ended = group.migration.take_if(|migration| migration.ending.is_some());
            if let Some(message) = ended.and_then(|migration| farewell(id, &migration)) {
                events.of_group(message);
            }
            return;
        }
        let Some(migration) = group.migration.as_mut().filter(|migration| migration.ending.is_none()) else { return };
        match self {
            Self::SourceHeard => migration.note_contact(),
            Self::SourceSilent { reason } => migration.note_silence(events.now, reason),
            Self::SourceUnfit { reason } => migration.fail(reason.clone()),
            Self::CompletionDecided { lacks: None } => {
                migration.completion = None;
                migration.ending = Some(MigrationEnding::Completed);
            }
            Self::CompletionDecided { lacks: Some(reason) } => refuse_completion(migration, id, reason, events),
            _ => {}
        }
    }
}

/// A migration cannot be completed yet. It may have been forced meanwhile, which is another matter.
fn refuse_completion(migration: &mut Migration, id: &str, reason: &str, events: &mut Events<'_>) {
    if migration.completion.take_if(|completion| !completion.force).is_some() {
        events.of_group(format!("Complete Migration failed for {id}, which goes on migrating: {reason}"));
    }
}

/// What is told of how a migration has ended.
fn farewell(id: &str, migration: &Migration) -> Option<String> {
    Some(match migration.ending.as_ref()? {
        MigrationEnding::Completed => format!("Complete Migration successful for {id}"),
        MigrationEnding::Failed { reason } => format!("Migration from {} to {id} failed: {reason}", migration.source),
    })
}

/// An engine takes a primary's place that takes no writes. What it is to copy it has yet to be told.
fn replaced(records: &mut GroupRecords, shard: &NodeGroupId, to: &EngineRef, events: &mut Events<'_>) {
    let Some(record) = records.group.node_groups.get_mut(shard) else { return };
    let from = std::mem::replace(&mut record.primary, to.clone());
    let was_lost = records.engine(&from).is_none();
    if let Some(migration) = records.group.migration.as_mut().filter(|_| was_lost) {
        migration.note_loss();
    }
    for engine in [&from, to] {
        if let Some(engine) = records.engine(engine) {
            engine.role = None;
        }
    }
    tell_of_failover(&from, to, events);
}

/// New engines are to take the place of all that there are, of each shard one that starts with its data.
fn data_taken(records: &mut GroupRecords, files: &[(NodeGroupId, Option<SnapshotFile>)]) {
    let is_first = records.group.departure.is_none();
    let mut departure = records.group.departure.take().unwrap_or_default();
    for member in records.members.values_mut().filter(|_| is_first).map(Arc::make_mut) {
        member.nodes.values_mut().for_each(|node| node.renew(Succession::Handover));
    }
    for (id, file) in files {
        let Some(shard) = records.group.node_groups.get(id) else { continue };
        let (slots, primary) = (shard.slots.clone(), shard.primary.cache_cluster_id.clone());
        let Some(member) = records.member(&primary) else { continue };
        member.restore = file.as_ref().map(|file| Restore {
            snapshots: Vec::new(),
            files: vec![file.clone()],
            objects: Vec::new(),
            slots: Some(slots),
            failure: None,
        });
        let Some(node) = member.nodes.get_mut(&NodeId::FIRST) else { continue };
        if !is_first {
            node.renew(Succession::Handover);
        }
        departure.filled.insert(id.clone(), EngineRef { cache_cluster_id: primary, generation: node.generation });
    }
    records.group.departure = Some(departure);
}

fn set_port(group: &mut ReplicationGroup, role: EndpointRole, port: Option<u16>) {
    match role {
        EndpointRole::Primary => group.ports.primary = port,
        EndpointRole::Reader => group.ports.reader = port,
        EndpointRole::GroupConfiguration => group.ports.configuration = port,
        EndpointRole::Node(_) | EndpointRole::Configuration => {}
    }
}

fn seated(records: &mut GroupRecords, seat: &Seat, events: &mut Events<'_>) {
    let Some(engine) = records.engine(&seat.engine) else { return };
    engine.role = Some(seat.role.clone());
    if seat.cluster_node_id.is_some() {
        engine.cluster_node_id.clone_from(&seat.cluster_node_id);
    }
    records.group.cluster_node_ids.extend(seat.cluster_node_id.clone());
    recovered(records, &seat.engine, events);
}

/// A lost engine's member has recovered once its next engine has found its place.
fn recovered(records: &mut GroupRecords, engine: &EngineRef, events: &mut Events<'_>) {
    let Some(member) = records.member(&engine.cache_cluster_id) else { return };
    let Some(node) = member.nodes.get_mut(&NodeId::FIRST) else { return };
    if node.recovering && node.generation == engine.generation {
        node.recovering = false;
        events.of_member(&engine.cache_cluster_id, format!("Finished recovery for cache nodes {}", NodeId::FIRST));
    }
}

/// Tells that another member is in the primary's place, if it is another one.
fn tell_of_failover(from: &EngineRef, to: &EngineRef, events: &mut Events<'_>) -> bool {
    let (old, new) = (&from.cache_cluster_id, &to.cache_cluster_id);
    if old != new {
        let message = format!("Failover from primary node {old} to replica node {new} completed");
        events.of_member(new, message.clone());
        events.of_group(message);
    }
    old != new
}

/// The role of an engine that copies another region already, as all do in cluster mode: it can take over from it at any
/// moment.
fn role_abroad(records: &mut GroupRecords, engine: &EngineRef) -> Option<EngineRole> {
    let role = records.engine(engine)?.role.clone();
    role.filter(|role| matches!(role, EngineRole::Secondary { .. }))
}

/// Notes that each shard has the replicas that were asked for.
fn replicas_there(group: &mut ReplicationGroup, events: &mut Events<'_>) {
    group.replica_count_changing = false;
    if group.replicas_coming.take().is_some() {
        events.of_group(REPLICAS_THERE.to_owned());
    }
}

fn promoted(
    records: &mut GroupRecords,
    shard: &NodeGroupId,
    to: &EngineRef,
    role: Option<&EngineRole>,
    cluster_node_id: Option<&String>,
    events: &mut Events<'_>,
) {
    let Some(record) = records.group.node_groups.get_mut(shard) else { return };
    let from = std::mem::replace(&mut record.primary, to.clone());
    let promotion =
        record.promotion.take_if(|promotion| promotion.to.as_ref().is_none_or(|wanted| *wanted == to.cache_cluster_id));
    // One that was a copy of the new primary long ago may have been told of another one since, unnoted.
    let members = record.members.clone();
    for id in members {
        let Some(member) = records.member(&id) else { continue };
        for engine in member.nodes.values_mut().flat_map(|node| node.engines.values_mut()) {
            if let Observed::Running(running) = engine {
                running.role.take_if(|role| role.follows(to));
            }
        }
    }
    records.group.cluster_node_ids.extend(cluster_node_id.cloned());
    if let Some(engine) = records.engine(&from).filter(|_| from != *to) {
        engine.role = None;
    }
    if let Some(engine) = records.engine(to) {
        engine.role = role.cloned();
        if cluster_node_id.is_some() {
            engine.cluster_node_id = cluster_node_id.cloned();
        }
    }
    let old = &from.cache_cluster_id;
    if tell_of_failover(&from, to, events)
        && promotion.is_some_and(|promotion| promotion.replaces_primary)
        && let Some(node) = records.member(old).and_then(|member| member.nodes.get_mut(&NodeId::FIRST))
    {
        node.renew(Succession::Replace);
        node.recovering = true;
        events.of_member(old, format!("Recovering cache nodes {}", NodeId::FIRST));
    }
    if role.is_some() {
        recovered(records, to, events);
    }
}
