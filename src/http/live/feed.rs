//! The stream of a page: each event, and which records have changed.
//!
//! Nothing is kept for a reader but how far it has come, so one that is slow, or does not read at all, costs no memory:
//! the events are in the records, and are read there when the reader takes more. Of changes it is only told which there
//! were, a few times a second at most, and when it has missed some, to look at everything again.

use std::{
    collections::{BTreeSet, VecDeque},
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use axum::response::sse;
use futures_util::{Stream, stream};
use serde::Serialize;
use serde_json::json;
use tokio::{
    sync::broadcast::{self, error::RecvError, error::TryRecvError},
    time::{Instant, sleep_until},
};

use super::{
    events::{Told, number},
    position::Position,
};
use crate::{
    model::Scope,
    store::{Change, Kind, Store, Tables},
};

/// The least time between two messages about changes.
const BETWEEN_CHANGES: Duration = Duration::from_millis(250);

/// The most records that one message names.
const MOST_NAMED: usize = 100;

/// The most events that wait to be taken.
const AT_ONCE: usize = 100;

/// A record that has changed.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Changed {
    kind: &'static str,
    account: String,
    region: String,
    id: String,
}

impl Changed {
    /// The record that users know; `None` when they know none.
    fn of(tables: &Tables, change: &Change) -> Option<Self> {
        let (kind, scope, id) = match (change.kind, change.scope.before_serverless()) {
            // They change with what happens, or are nobody's concern.
            (Kind::Event | Kind::Delivery | Kind::LogCursor | Kind::InitNote, _) => return None,
            (kind, None) => (kind.table_name(), change.scope.clone(), change.id.clone()),
            (Kind::Snapshot, Some(scope)) => ("serverless_snapshots", scope, change.id.clone()),
            (Kind::ReplicationGroup, Some(scope)) => (Kind::ServerlessCache.table_name(), scope, change.id.clone()),
            (Kind::CacheCluster, Some(scope)) => {
                let id = tables.cache_clusters.get(&change.scope, &change.id)?.cache_id().to_owned();
                (Kind::ServerlessCache.table_name(), scope, id)
            }
            (_, Some(_)) => return None,
        };
        Some(Self { kind, account: scope.account, region: scope.region, id })
    }
}

/// Where a reader begins.
#[derive(Debug)]
pub(super) enum Start {
    /// With what happens from now on.
    Now,
    /// With what has happened since it was here.
    After(Position),
    /// Where nobody has been: it is told to look at everything again.
    Unknown,
}

impl Start {
    /// Where a reader begins that says that it was at `last`.
    pub fn at(last: Option<&str>) -> Self {
        last.map_or(Self::Now, |last| Position::read(last).map_or(Self::Unknown, Self::After))
    }
}

/// What a reader is still to be told.
pub(super) struct Feed {
    store: Arc<Store>,
    changes: broadcast::Receiver<Arc<[Change]>>,
    position: Position,
    /// Messages that wait to be taken.
    waiting: VecDeque<sse::Event>,
    /// Where there may be events that were not told.
    news: BTreeSet<Scope>,
    changed: BTreeSet<Changed>,
    /// There were more than are named.
    more: bool,
    /// Not before then it is told what has changed.
    not_before: Instant,
}

impl Feed {
    /// What a reader is to be told that begins there.
    pub fn new(store: Arc<Store>, start: Start) -> Self {
        // Before the records are looked at, so that nothing is missed in between.
        let changes = store.recent_changes();
        let tables = store.tables();
        let is_lost = matches!(start, Start::Unknown);
        let mut feed = Self {
            changes,
            position: Position::default(),
            waiting: VecDeque::new(),
            news: BTreeSet::new(),
            changed: BTreeSet::new(),
            more: false,
            not_before: Instant::now(),
            store,
        };
        if let Start::After(position) = start {
            feed.position = position;
            feed.news.extend(tables.events.scopes().cloned());
        } else {
            for scope in tables.events.scopes() {
                feed.position.set(scope, newest(&tables, scope));
            }
        }
        feed.say("ready", &json!({}));
        if is_lost {
            feed.say("reload", &json!({}));
        }
        feed
    }

    /// The messages, one after the other, as fast as they are taken.
    pub fn into_stream(self) -> Pin<Box<dyn Stream<Item = Result<sse::Event, Infallible>> + Send>> {
        Box::pin(stream::unfold(self, async |mut feed| Some((Ok(feed.next().await?), feed))))
    }

    /// The next message; `None` when there will be none.
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                return Some(message);
            }
            self.catch_up();
            self.tell_events();
            self.tell_changes();
            if self.waiting.is_empty() {
                let has_changed = self.has_changed();
                tokio::select! {
                    received = self.changes.recv() => match received {
                        Ok(changes) => self.note(&changes),
                        Err(RecvError::Lagged(_)) => self.lose_track(),
                        Err(RecvError::Closed) => return None,
                    },
                    () = sleep_until(self.not_before), if has_changed => {}
                }
            }
        }
    }

    /// Takes in all changes that there are.
    fn catch_up(&mut self) {
        loop {
            match self.changes.try_recv() {
                Ok(changes) => self.note(&changes),
                Err(TryRecvError::Lagged(_)) => self.lose_track(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn note(&mut self, changes: &[Change]) {
        let tables = self.store.tables();
        for change in changes {
            if change.kind == Kind::Event {
                self.news.insert(change.scope.clone());
            } else if let Some(changed) = Changed::of(&tables, change) {
                if self.changed.len() < MOST_NAMED {
                    self.changed.insert(changed);
                } else {
                    self.more |= !self.changed.contains(&changed);
                }
            }
        }
    }

    /// Nobody knows what has changed meanwhile. Events are still in the records.
    fn lose_track(&mut self) {
        self.changed.clear();
        self.more = false;
        let tables = self.store.tables();
        self.news.extend(tables.events.scopes().cloned());
        self.say("reload", &json!({}));
    }

    fn tell_events(&mut self) {
        let tables = self.store.tables();
        while self.waiting.len() < AT_ONCE
            && let Some(scope) = self.news.pop_first()
        {
            let last = self.position.of(&scope);
            // Gone after a reset, or because it is too old: then nobody knows what there was after it.
            if last > 0 && tables.events.get(&scope, &id(last)).is_none() {
                self.position.set(&scope, newest(&tables, &scope));
                self.say("reload", &json!({}));
                continue;
            }
            let mut events = tables.events.iter_after(&scope, &id(last));
            let room = AT_ONCE - self.waiting.len();
            for (id, event) in events.by_ref().take(room) {
                self.position.set(&scope, number(id));
                self.say("event", &Told::new(&scope, number(id), event));
            }
            if events.next().is_some() {
                self.news.insert(scope);
            }
        }
    }

    fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    fn tell_changes(&mut self) {
        let now = Instant::now();
        if !self.has_changed() || now < self.not_before {
            return;
        }
        self.not_before = now + BETWEEN_CHANGES;
        let changes = std::mem::take(&mut self.changed);
        let more = std::mem::take(&mut self.more);
        self.say("change", &json!({ "changes": changes, "more": more }));
    }

    /// Has a message wait to be taken, which says where the reader will be after it.
    fn say(&mut self, name: &str, data: &impl Serialize) {
        let Ok(message) = sse::Event::default().event(name).json_data(data) else { return };
        self.waiting.push_back(match self.position.told() {
            Some(position) => message.id(position),
            None => message,
        });
    }
}

/// The identifier of an event by its number.
fn id(number: u64) -> String {
    format!("{number:020}")
}

/// The number of the newest event; 0 when there is none.
fn newest(tables: &Tables, scope: &Scope) -> u64 {
    tables.events.iter(scope).next_back().map_or(0, |(id, _)| number(id))
}

#[cfg(test)]
mod tests {
    use axum::{
        body::to_bytes,
        response::{IntoResponse, Sse},
    };
    use chrono::Utc;

    use super::*;
    use crate::{
        model::{CacheSubnetGroup, Event, SourceType, TagSet},
        store::StorageError,
    };

    fn scope() -> Scope {
        Scope::new("000000000000", "eu-west-1")
    }

    fn open() -> (tempfile::TempDir, Arc<Store>) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("store")).expect("a store");
        (folder, Arc::new(store))
    }

    /// Changes a record, and tells of an event if there is a message.
    async fn happens(store: &Store, id: String, message: Option<String>) {
        let written = store.write(move |draft| {
            let group = CacheSubnetGroup {
                name: id.clone(),
                description: String::new(),
                subnet_ids: Vec::new(),
                tags: TagSet::default(),
            };
            draft.put(&scope(), &id, group);
            if let Some(message) = message {
                let source_type = SourceType::CacheSubnetGroup;
                draft.emit(&scope(), Event { source_identifier: id, source_type, message, date: Utc::now() });
            }
            Ok::<_, StorageError>(())
        });
        written.await.expect("written");
    }

    /// The next message as it goes to the reader.
    async fn next(feed: &mut Feed) -> String {
        let message = tokio::time::timeout(Duration::from_secs(10), feed.next()).await.expect("in time");
        let stream = stream::iter([Ok::<_, Infallible>(message.expect("a message"))]);
        let body = Sse::new(stream).into_response().into_body();
        String::from_utf8(to_bytes(body, 1 << 20).await.expect("a body").to_vec()).expect("text")
    }

    #[tokio::test]
    async fn a_reader_that_does_not_read_costs_nothing_and_misses_no_event() {
        let (_folder, store) = open();
        let mut feed = Feed::new(Arc::clone(&store), Start::Now);
        // More commits than the store keeps for those who are slow.
        let count = 260;
        for number in 0..count {
            happens(&store, format!("group{number}"), Some(format!("event {number}."))).await;
        }
        assert_eq!((feed.waiting.len(), feed.changed.len()), (1, 0), "nothing but its beginning waits for it");
        assert!(next(&mut feed).await.contains("event: ready"));
        assert!(next(&mut feed).await.contains("event: reload"), "it has missed changes");
        for number in 0..count {
            let message = loop {
                let message = next(&mut feed).await;
                assert!(feed.waiting.len() <= AT_ONCE + 1 && feed.changed.len() <= MOST_NAMED);
                if !message.contains("event: change") {
                    break message;
                }
            };
            assert!(message.contains(&format!("event {number}.")), "{number}: {message}");
        }
    }

    #[tokio::test]
    async fn changes_are_told_a_few_times_a_second_and_once_each() {
        let (_folder, store) = open();
        let mut feed = Feed::new(Arc::clone(&store), Start::Now);
        assert!(next(&mut feed).await.contains("event: ready"));
        happens(&store, "first".into(), None).await;
        let message = next(&mut feed).await;
        let told = Instant::now();
        assert!(message.contains(r#""id":"first","kind":"cache_subnet_groups","region":"eu-west-1"}"#), "{message}");
        for _ in 0..3 {
            for id in ["a", "b"] {
                happens(&store, id.into(), None).await;
            }
        }
        let message = next(&mut feed).await;
        assert!(told.elapsed() + Duration::from_millis(20) >= BETWEEN_CHANGES, "not at once");
        assert_eq!(message.matches(r#""id":"#).count(), 2, "{message}");
        for number in 0..=MOST_NAMED {
            happens(&store, format!("group{number}"), None).await;
        }
        let message = next(&mut feed).await;
        assert_eq!(message.matches(r#""id":"#).count(), MOST_NAMED, "{message}");
        assert!(message.contains(r#""more":true"#), "{message}");
    }

    #[tokio::test]
    async fn a_reader_from_a_place_that_is_no_more_is_told_to_look_again() {
        let (_folder, store) = open();
        happens(&store, "a".into(), Some("one".into())).await;
        let mut gone = Position::default();
        gone.set(&scope(), 9);
        for (last, follows) in [(gone, "reload"), (Position::default(), "one")] {
            let mut feed = Feed::new(Arc::clone(&store), Start::After(last));
            assert!(next(&mut feed).await.contains("event: ready"));
            assert!(next(&mut feed).await.contains(follows), "{follows}");
        }
        let mut feed = Feed::new(store, Start::at(Some("7")));
        next(&mut feed).await;
        assert!(next(&mut feed).await.contains("event: reload"), "what cannot be read is a place that is no more");
    }
}
