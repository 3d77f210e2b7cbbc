//! What the console shows as it happens: events and changes in a stream, metrics for charts, the ends of logs, and the
//! modules in JavaScript that show them. It reads, and changes nothing.
//!
//! A page has one stream, whatever it shows ([`feed`]). All else is asked for when it is to be seen.

mod charts;
mod events;
mod feed;
mod files;
mod logs;
mod position;

use std::sync::Arc;

use axum::{Router, extract::Query, http::Uri, routing::get, routing::post};
use serde::de::DeserializeOwned;

use super::Admin;

/// The routes below `/_cachette/console`; whoever may call the admin API may call them.
pub(super) fn routes() -> Router<Arc<Admin>> {
    Router::new()
        .route("/console/api/events", get(events::stream))
        .route("/console/api/events/latest", get(events::latest))
        .route("/console/api/metrics", post(charts::charts))
        .route("/console/api/logs", get(logs::logs))
        .route("/console/live/{file}", get(files::file))
}

/// What the query of a request asks for.
///
/// # Errors
/// What is wrong with it, in words.
fn asked<T: DeserializeOwned>(uri: &Uri) -> Result<T, String> {
    let query = Query::try_from_uri(uri);
    query.map(|Query(asked)| asked).map_err(|error| error.body_text())
}
