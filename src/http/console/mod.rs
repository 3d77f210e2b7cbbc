//! The console: pages that show what there is and change it, for people. The pages call the API like any other client;
//! what is served here are their files, and the list of caches that they begin with. Nothing is changed here.

mod caches;
mod files;

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use super::Admin;
use files::{CONTENT_SECURITY_POLICY, File};

/// The routes below `/_cachette`; whoever may call the admin API may call them.
pub(super) fn routes() -> Router<Arc<Admin>> {
    Router::new()
        .route("/console", get(redirect))
        .route("/console/", get(index))
        .route("/console/{*path}", get(file))
        .route("/console/api/caches", get(caches::caches))
}

/// Where links of the pages start from: with a slash at the end.
async fn redirect() -> Redirect {
    Redirect::permanent("/_cachette/console/")
}

/// The page itself.
async fn index(headers: HeaderMap) -> Response {
    answer("index.html", &headers)
}

/// What the page loads.
async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    answer(&path, &headers)
}

fn answer(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = File::find(path) else { return StatusCode::NOT_FOUND.into_response() };
    // A server of another version may answer at the same address tomorrow, so browsers ask every time.
    let common = [
        (header::CACHE_CONTROL, "no-cache"),
        (header::ETAG, file.tag.as_str()),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == file.tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, file.content_type)], file.content).into_response()
}
