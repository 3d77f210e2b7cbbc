//! Events for the console: the newest ones, and a stream of those that come.

use std::{cmp::Reverse, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response, Sse, sse::KeepAlive},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    asked,
    feed::{Feed, Start},
};
use crate::{
    http::{Admin, admin::problem},
    model::{Event, Scope, SourceType},
};

/// How often a stream says something when nothing happens, so that nobody in between takes it for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How many events are told unless asked otherwise, and how many at most.
const USUAL: usize = 200;
const MOST: usize = 1000;

/// An event as the console is told of it.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    account: &'a str,
    region: &'a str,
    /// Tells it from all others of its account and region.
    number: u64,
    #[serde(flatten)]
    event: &'a Event,
}

impl<'a> Told<'a> {
    pub fn new(scope: &'a Scope, number: u64, event: &'a Event) -> Self {
        Self { account: &scope.account, region: &scope.region, number, event }
    }
}

/// The number of an event by its identifier.
pub(super) fn number(id: &str) -> u64 {
    id.parse().unwrap_or_default()
}

/// Where a stream is to go on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resume {
    /// As the header `Last-Event-ID`, for pages that connect again by themselves.
    #[serde(default, rename = "last-event-id")]
    last_event_id: Option<String>,
}

/// Events and changes as they happen, as a stream for an `EventSource`.
pub(super) async fn stream(State(admin): State<Arc<Admin>>, uri: Uri, headers: HeaderMap) -> Response {
    let resume: Resume = match asked(&uri) {
        Ok(resume) => resume,
        Err(reason) => return problem(StatusCode::BAD_REQUEST, &reason),
    };
    let header = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let last = header.or(resume.last_event_id).filter(|id| !id.is_empty());
    let feed = Feed::new(Arc::clone(&admin.store), Start::at(last.as_deref()));
    Sse::new(feed.into_stream()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// Which events are asked for.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Wanted {
    limit: Option<usize>,
    source: Option<String>,
    source_type: Option<SourceType>,
    account: Option<String>,
    region: Option<String>,
}

impl Wanted {
    fn wants_of(&self, scope: &Scope) -> bool {
        self.account.as_ref().is_none_or(|account| scope.account == *account)
            && self.region.as_ref().is_none_or(|region| scope.region == *region)
    }

    fn wants(&self, event: &Event) -> bool {
        self.source.as_ref().is_none_or(|source| event.source_identifier.eq_ignore_ascii_case(source))
            && self.source_type.is_none_or(|source_type| event.source_type == source_type)
    }
}

/// The newest events, of all accounts and regions unless one is asked for, the newest first.
pub(super) async fn latest(State(admin): State<Arc<Admin>>, uri: Uri) -> Response {
    let wanted: Wanted = match asked(&uri) {
        Ok(wanted) => wanted,
        Err(reason) => return problem(StatusCode::BAD_REQUEST, &reason),
    };
    let limit = wanted.limit.unwrap_or(USUAL).min(MOST);
    let tables = admin.store.tables();
    let of_scope = |scope| {
        let newest_first = tables.events.iter(scope).rev().filter(|(_, event)| wanted.wants(event)).take(limit);
        newest_first.map(move |(id, event)| Told::new(scope, number(id), event))
    };
    let mut events: Vec<_> = tables.events.scopes().filter(|scope| wanted.wants_of(scope)).flat_map(of_scope).collect();
    events.sort_by_key(|told| Reverse((told.event.date, told.number)));
    events.truncate(limit);
    Json(json!({ "events": events })).into_response()
}
