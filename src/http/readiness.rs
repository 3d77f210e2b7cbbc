//! Whether the server is up, and whether all that is to be there is.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    admin::{Admin, problem},
    guard::MayAdminister,
};
use crate::init::{self, Missing, State as InitState};

/// How many resources the one line names.
const NAMED: usize = 3;

/// What is asked.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// What has to be there for the answer to be a good one.
    ready: Option<String>,
}

/// Says that the server is up; with `?ready=resources`, whether everything that was asked for is there as well. What is
/// not, by name, is told only to those who may see all resources.
pub(super) async fn health(
    State(admin): State<Arc<Admin>>,
    Query(Asked { ready }): Query<Asked>,
    may_administer: Option<Extension<MayAdminister>>,
) -> Response {
    let mut answer = json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "backend": admin.backend,
        "time": admin.clock.now(),
    });
    match ready.as_deref() {
        None => return Json(answer).into_response(),
        Some("resources") => {}
        Some(_) => return problem(StatusCode::BAD_REQUEST, "Ask for ready=resources, or leave it out."),
    }
    // The other way round, what an entry has just made might be in neither.
    let init = admin.init.state();
    let missing = init::missing(&admin.store.tables());
    let is_ready = init.is_done() && missing.is_empty();
    answer["ready"] = json!(is_ready);
    if !is_ready {
        answer["status"] = json!(if init.failed.is_some() { "failed" } else { "waiting" });
        answer["error"] =
            json!(if may_administer.is_some() { in_one_line(&init, &missing) } else { counted(&init, &missing) });
    }
    if may_administer.is_some() {
        answer["init"] = json!(init);
        answer["missing"] = json!(missing);
    }
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(answer)).into_response()
}

/// What is still missing, without names.
fn counted(init: &InitState, missing: &[Missing]) -> String {
    let failed = if init.failed.is_some() { "the init has failed; " } else { "" };
    format!(
        "{failed}{} of {} init entries are done, {} resources are not ready",
        init.done,
        init.entries,
        missing.len()
    )
}

/// What is still missing, in the order in which it matters.
fn in_one_line(init: &InitState, missing: &[Missing]) -> String {
    let mut parts = Vec::new();
    if let Some(failed) = &init.failed {
        parts.push(format!("the init has failed at {failed}"));
    } else if !init.is_done() {
        let waiting = init.waiting.as_ref().map(|entry| format!(", waiting at {entry}")).unwrap_or_default();
        parts.push(format!("{} of {} init entries are done{waiting}", init.done, init.entries));
    }
    parts.extend(missing.iter().take(NAMED).map(|resource| {
        let reason = resource.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        format!("{} {} is {}{reason}", resource.kind, resource.id, resource.status)
    }));
    if missing.len() > NAMED {
        parts.push(format!("{} more resources are not ready", missing.len() - NAMED));
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(id: &str, reason: Option<&str>) -> Missing {
        Missing {
            kind: "replication group",
            account: "000000000000".to_owned(),
            region: "us-east-1".to_owned(),
            id: id.to_owned(),
            status: "creating",
            reason: reason.map(str::to_owned),
        }
    }

    #[test]
    fn one_line_tells_what_is_missing() {
        let mut init = InitState { entries: 3, done: 1, ..InitState::default() };
        assert_eq!(in_one_line(&init, &[]), "1 of 3 init entries are done");
        init.waiting = Some("a.yaml:4: CreateSnapshot: it is creating".to_owned());
        let missing = [group("a", Some("no engine")), group("b", None), group("c", None), group("d", None)];
        assert_eq!(
            in_one_line(&init, &missing),
            "1 of 3 init entries are done, waiting at a.yaml:4: CreateSnapshot: it is creating; replication group a is \
             creating (no engine); replication group b is creating; replication group c is creating; 1 more resources are \
             not ready"
        );
        init.failed = Some("a.yaml:4: CreateSnapshot: no".to_owned());
        assert_eq!(in_one_line(&init, &[]), "the init has failed at a.yaml:4: CreateSnapshot: no");
        assert_eq!(
            counted(&init, &missing),
            "the init has failed; 1 of 3 init entries are done, 4 resources are not ready"
        );
    }
}
