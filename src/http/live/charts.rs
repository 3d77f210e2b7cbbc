//! What charts show: many metrics in one answer, whoever has signed for `CloudWatch` or not.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    cloudwatch::SeriesQuery,
    http::{Admin, admin::problem},
};

/// The most charts of a request, as `GetMetricData` has it.
const MOST: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    series: Vec<SeriesQuery>,
}

/// The series that are asked for, in that order. One with which something is wrong says so in its place.
pub(super) async fn charts(State(admin): State<Arc<Admin>>, body: Bytes) -> Response {
    let wanted = match serde_json::from_slice::<Wanted>(&body) {
        Ok(wanted) if wanted.series.len() <= MOST => wanted,
        Ok(_) => return problem(StatusCode::BAD_REQUEST, "A request may have at most 500 series."),
        Err(error) => return problem(StatusCode::BAD_REQUEST, &format!("The body cannot be read: {error}")),
    };
    let now = admin.clock.now();
    let find = |query: &SeriesQuery| -> Value {
        match query.find(&admin.metrics, now) {
            Ok(series) => json!(series),
            Err(error) => json!({ "error": error.message }),
        }
    };
    Json(json!({ "now": now.timestamp(), "series": wanted.series.iter().map(find).collect::<Vec<_>>() }))
        .into_response()
}
