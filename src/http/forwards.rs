//! Port forwards, as JSON under `/_cachette/port-forwards`: it reads requests and writes answers, and leaves the rest to
//! [`crate::forwards`]. The names of the fields are those that users of Simfra know.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::admin::{Admin, problem};
use crate::{
    forwards::{Forward, ForwardError, OpenError},
    model::arn::Arn,
};

/// A forward as it is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wish {
    target_arn: String,
    /// A port of one of the target's endpoints.
    target_port: Option<u16>,
    /// 0 is any.
    local_port: Option<u16>,
}

/// Opens a forward.
pub(super) async fn begin(State(admin): State<Arc<Admin>>, body: Bytes) -> Response {
    let wish = match serde_json::from_slice::<Wish>(&body) {
        Ok(wish) => wish,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &format!("This is no port forward: {error}.")),
    };
    match admin.forwards.begin(&wish.target_arn, wish.target_port, wish.local_port) {
        Ok((arn, forward)) => (StatusCode::CREATED, Json(shown(&arn, &forward))).into_response(),
        Err(error) => problem(status(&error), &error.to_string()),
    }
}

/// The forwards that are open.
pub(super) async fn list(State(admin): State<Arc<Admin>>) -> Json<Value> {
    let all = admin.forwards.all();
    Json(json!({"portForwards": all.iter().map(|(arn, forward)| shown(arn, forward)).collect::<Vec<_>>()}))
}

/// Ends a forward.
pub(super) async fn end(State(admin): State<Arc<Admin>>, Path(id): Path<String>) -> Response {
    if admin.forwards.end(&id).await {
        StatusCode::NO_CONTENT.into_response()
    } else {
        problem(StatusCode::NOT_FOUND, &format!("there is no port forward {id:?}"))
    }
}

/// Ends every forward.
pub(super) async fn end_all(State(admin): State<Arc<Admin>>) -> StatusCode {
    admin.forwards.end_all().await;
    StatusCode::NO_CONTENT
}

fn shown(arn: &Arn, forward: &Forward) -> Value {
    let Forward { id, endpoint: _, target_port, local_port } = forward;
    json!({"id": id, "targetArn": arn.to_string(), "targetPort": target_port, "localPort": local_port})
}

fn status(error: &ForwardError) -> StatusCode {
    match error {
        // A port that cannot be listened on is one that only root may have, say.
        ForwardError::NoArn(_)
        | ForwardError::Kind(_)
        | ForwardError::WrongPort { .. }
        | ForwardError::Port(OpenError::Listen { .. }) => StatusCode::BAD_REQUEST,
        ForwardError::NotFound(_) => StatusCode::NOT_FOUND,
        ForwardError::NotReady(_) | ForwardError::LocalPort(_) | ForwardError::Port(_) => StatusCode::CONFLICT,
    }
}
