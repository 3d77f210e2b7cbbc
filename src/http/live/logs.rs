//! The ends of the engines' logs, for the console.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::asked;
use crate::{
    http::{Admin, admin::problem, caller::DEFAULT_REGION},
    log_delivery::TailError,
    model::{LogType, NodeId, Scope},
    protocol::sigv4::DEFAULT_ACCOUNT,
};

/// Which log, and where the last look at it ended.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    account: Option<String>,
    region: Option<String>,
    cluster: String,
    node: Option<NodeId>,
    kind: LogType,
    after: Option<String>,
}

/// The last lines of a log, or those that are new.
pub(super) async fn logs(State(admin): State<Arc<Admin>>, uri: Uri) -> Response {
    let Wanted { account, region, cluster, node, kind, after } = match asked(&uri) {
        Ok(wanted) => wanted,
        Err(reason) => return problem(StatusCode::BAD_REQUEST, &reason),
    };
    let scope = Scope::new(
        account.unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned()),
        region.unwrap_or_else(|| DEFAULT_REGION.to_owned()),
    );
    let node = node.unwrap_or(NodeId::FIRST);
    match admin.tails.read(&scope, &cluster.to_ascii_lowercase(), node, kind, after.as_deref()).await {
        Ok(tail) => Json(json!({ "lines": tail.lines, "next": tail.next, "follows": tail.follows })).into_response(),
        Err(error) => {
            let status = match &error {
                TailError::NoSuchNode { .. } => StatusCode::NOT_FOUND,
                TailError::NoSlowLog => StatusCode::BAD_REQUEST,
                TailError::NoEngine => StatusCode::CONFLICT,
                TailError::Engine(_) | TailError::Backend(_) => {
                    tracing::warn!(%error, cluster, %node, "a log could not be read");
                    return problem(StatusCode::BAD_GATEWAY, "The engine or what runs it did not answer.");
                }
            };
            problem(status, &error.to_string())
        }
    }
}
