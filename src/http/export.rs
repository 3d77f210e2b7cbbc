//! What there is, as a file that makes the same again.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    admin::{Admin, problem},
    caller::DEFAULT_REGION,
};
use crate::{export::Export, model::Scope, protocol::sigv4::DEFAULT_ACCOUNT};

/// What is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// `yaml` or `json`.
    format: Option<String>,
    /// One region only.
    region: Option<String>,
}

/// Writes the file.
pub(super) async fn export(
    State(admin): State<Arc<Admin>>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(Asked { format, region })) = asked else {
        return problem(StatusCode::BAD_REQUEST, "Ask for format and region, or for neither.");
    };
    let here = Scope::new(DEFAULT_ACCOUNT, DEFAULT_REGION);
    let export = Export::of(&admin.store.tables(), region.as_deref());
    let (kind, text) = match format.as_deref() {
        None | Some("yaml") => ("application/yaml", export.to_yaml(&here)),
        Some("json") => ("application/json", export.to_json(&here)),
        Some(_) => return problem(StatusCode::BAD_REQUEST, "The format is yaml or json."),
    };
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
