//! A transaction in the making.

use std::sync::Arc;

use chrono::TimeDelta;

use super::{
    disk::Edit,
    tables::{Change, Record, Tables},
};
use crate::model::{Delivery, EVENT_RETENTION_DAYS, EVENTS_PER_SCOPE, Event, Outlet, Outlets, Scope, SourceType};

/// The records as a transaction sees and changes them.
pub struct Draft {
    tables: Tables,
    edits: Vec<Edit>,
    outlets: Outlets,
}

impl Draft {
    pub(super) fn new(tables: Tables, outlets: Outlets) -> Self {
        Self { tables, edits: Vec::new(), outlets }
    }

    pub(super) fn into_parts(self) -> (Tables, Vec<Edit>) {
        (self.tables, self.edits)
    }

    pub(super) fn savepoint(&self) -> Savepoint {
        Savepoint { tables: self.tables.clone(), edits: self.edits.len() }
    }

    pub(super) fn roll_back(&mut self, savepoint: Savepoint) {
        self.tables = savepoint.tables;
        self.edits.truncate(savepoint.edits);
    }

    /// The records, with what this transaction changed so far.
    #[must_use]
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The record `id` of `scope`.
    #[must_use]
    pub fn get<R: Record>(&self, scope: &Scope, id: &str) -> Option<Arc<R>> {
        R::table(&self.tables).get(scope, id).cloned()
    }

    /// Writes a record, new or changed.
    ///
    /// # Panics
    /// When the record cannot be turned into JSON, which no record type here can bring about.
    pub fn put<R: Record>(&mut self, scope: &Scope, id: &str, record: R) {
        let bytes = serde_json::to_vec(&record).expect("records are plain data");
        R::table_mut(&mut self.tables).insert(scope, id, Arc::new(record));
        self.edits.push(Edit { change: change::<R>(scope, id), bytes: Some(bytes) });
    }

    /// Removes a record; tells whether there was one.
    pub fn remove<R: Record>(&mut self, scope: &Scope, id: &str) -> bool {
        let existed = R::table_mut(&mut self.tables).remove(scope, id);
        if existed {
            self.edits.push(Edit { change: change::<R>(scope, id), bytes: None });
        }
        existed
    }

    /// Adds an event, with its delivery to whoever is to be told of it, and lets go of events that are too old or too
    /// many. What is for topics only becomes no event. The record that the event is about has to be there still.
    pub fn emit(&mut self, scope: &Scope, event: Event) {
        let oldest_kept = event.date - TimeDelta::days(EVENT_RETENTION_DAYS);
        // Deliveries are in the order of events, also those that are no events.
        let events = self.tables.events.iter(scope).next_back().map(|(id, _)| id);
        let deliveries = self.tables.deliveries.iter(scope).next_back().map(|(id, _)| id);
        let last: u64 = events.max(deliveries).and_then(|id| id.parse().ok()).unwrap_or(0);
        let id = format!("{:020}", last + 1);
        if let Some(outlet) = self.outlet(scope, &event) {
            self.put(scope, &id, Delivery { event: event.clone(), outlet });
        }
        if event.is_for_topics_only() {
            return;
        }
        self.put(scope, &id, event);
        // Two at most for each that is added: the number falls without any one transaction paying for it all.
        for _ in 0..2 {
            let full = self.tables.events.len(scope) > EVENTS_PER_SCOPE;
            let first = self.tables.events.iter(scope).next();
            let Some(id) = first.filter(|(_, event)| full || event.date < oldest_kept).map(|(id, _)| id.clone()) else {
                break;
            };
            self.remove::<Event>(scope, &id);
        }
    }
}

impl Draft {
    /// Who is to be told of an event.
    fn outlet(&self, scope: &Scope, event: &Event) -> Option<Outlet> {
        if self.outlets.bus && event.bus_name().is_some() {
            return Some(Outlet::Bus);
        }
        if !self.outlets.topics || event.topic_name().is_none() {
            return None;
        }
        let topic = |id: &str| {
            let cluster = self.tables.cache_clusters.get(scope, id)?;
            let notification = cluster.notification.as_ref().filter(|notification| notification.active)?;
            Some(Outlet::Topic(notification.topic_arn.clone()))
        };
        match event.source_type {
            SourceType::CacheCluster => topic(&event.source_identifier),
            // A group has no topic of its own: its members were given the one that it was made with.
            SourceType::ReplicationGroup => {
                let group = self.tables.replication_groups.get(scope, &event.source_identifier)?;
                group.node_groups.values().flat_map(|shard| &shard.members).find_map(|member| topic(member))
            }
            _ => None,
        }
    }
}

/// A state of the draft to go back to.
pub(super) struct Savepoint {
    tables: Tables,
    edits: usize,
}

fn change<R: Record>(scope: &Scope, id: &str) -> Change {
    Change { kind: R::KIND, scope: scope.clone(), id: id.to_owned() }
}
