//! Faults on demand, as JSON under `/_cachette/faults`: it reads requests and writes answers, and leaves what a fault
//! means to [`crate::faults`].

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    admin::{Admin, problem},
    caller::DEFAULT_REGION,
};
use crate::{
    faults::FaultError,
    model::{Fault, FaultKind, FaultTarget, NodeId, Scope},
    protocol::sigv4::DEFAULT_ACCOUNT,
};

/// The longest delay, in milliseconds, and the longest that a fault lasts by itself, in seconds.
const LONGEST: (u64, f64) = (60_000, 366.0 * 86_400.0);

/// Whose faults are meant, and where.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Whose {
    account: String,
    region: String,
}

impl Default for Whose {
    fn default() -> Self {
        Self { account: DEFAULT_ACCOUNT.to_owned(), region: DEFAULT_REGION.to_owned() }
    }
}

impl From<Whose> for Scope {
    fn from(whose: Whose) -> Self {
        Self::new(whose.account, whose.region)
    }
}

/// A fault as it is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    kind: Kind,
    target: Target,
    /// The delay.
    milliseconds: Option<u64>,
    /// For how long; fractions are fine.
    seconds: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Kill,
    Cut,
    Refuse,
    Delay,
    Outage,
}

/// Read field by field: of an enum without tags serde can only say that nothing fits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    cache_cluster_id: Option<String>,
    cache_node_id: Option<NodeId>,
    availability_zone: Option<String>,
    replication_group_id: Option<String>,
    serverless_cache_name: Option<String>,
}

/// What a wish comes to.
enum Order {
    Kill,
    Begin { kind: FaultKind, lasts: Option<TimeDelta> },
}

/// Lets a fault begin.
pub(super) async fn begin(State(admin): State<Arc<Admin>>, Query(whose): Query<Whose>, body: Bytes) -> Response {
    let scope = Scope::from(whose);
    let read = serde_json::from_slice::<Wish>(&body).map_err(|error| format!("This is no fault: {error}."));
    let asked = read.and_then(|wish| Ok((wish.order()?, wish.target.read()?)));
    let (order, target) = match asked {
        Ok(asked) => asked,
        Err(message) => return problem(StatusCode::BAD_REQUEST, &message),
    };
    let begun = match order {
        Order::Begin { kind, lasts } => {
            admin.faults.begin(&scope, kind, target, lasts).await.map(|fault| shown(&scope, &fault))
        }
        Order::Kill => admin.faults.kill(&scope, target.clone()).await.map(|killed| {
            let killed: Vec<_> = killed
                .into_iter()
                .map(|(cluster, node)| json!({"cache_cluster_id": cluster, "cache_node_id": node}))
                .collect();
            json!({
                "account": scope.account,
                "region": scope.region,
                "kind": "kill",
                "target": target,
                "killed": killed,
            })
        }),
    };
    match begun {
        Ok(fault) => (StatusCode::CREATED, Json(fault)).into_response(),
        Err(error) => refusal(&error),
    }
}

/// The faults in effect.
pub(super) async fn list(State(admin): State<Arc<Admin>>, Query(whose): Query<Whose>) -> Json<Value> {
    let scope = Scope::from(whose);
    all(&scope, &admin.faults.in_effect(&scope))
}

/// Ends a fault.
pub(super) async fn heal(
    State(admin): State<Arc<Admin>>,
    Path(id): Path<String>,
    Query(whose): Query<Whose>,
) -> Response {
    let scope = Scope::from(whose);
    match admin.faults.heal(&scope, &id).await {
        Ok(fault) => Json(shown(&scope, &fault)).into_response(),
        Err(error) => refusal(&error),
    }
}

/// Ends every fault.
pub(super) async fn heal_all(State(admin): State<Arc<Admin>>, Query(whose): Query<Whose>) -> Response {
    let scope = Scope::from(whose);
    match admin.faults.heal_all(&scope).await {
        Ok(healed) => all(&scope, &healed).into_response(),
        Err(error) => refusal(&error),
    }
}

impl Wish {
    fn order(&self) -> Result<Order, String> {
        let kind = match (self.kind, self.milliseconds) {
            (Kind::Delay, Some(milliseconds)) if (1..=LONGEST.0).contains(&milliseconds) => {
                FaultKind::Delay { milliseconds }
            }
            (Kind::Delay, _) => return Err(format!("A delay needs milliseconds, from 1 to {}.", LONGEST.0)),
            (_, Some(_)) => return Err("Only a delay has milliseconds.".to_owned()),
            (Kind::Kill, None) if self.seconds.is_some() => {
                return Err("A kill has no seconds: the node is replaced at once. An outage lasts.".to_owned());
            }
            (Kind::Kill, None) => return Ok(Order::Kill),
            (Kind::Cut, None) => FaultKind::Cut,
            (Kind::Refuse, None) => FaultKind::Refuse,
            (Kind::Outage, None) => FaultKind::Outage,
        };
        let lasts = self.seconds.map(duration).transpose()?;
        Ok(Order::Begin { kind, lasts })
    }
}

fn duration(seconds: f64) -> Result<TimeDelta, String> {
    let fits = seconds > 0.0 && seconds <= LONGEST.1;
    let lasts = std::time::Duration::try_from_secs_f64(seconds).ok().filter(|_| fits);
    let lasts = lasts.and_then(|lasts| TimeDelta::from_std(lasts).ok());
    lasts.ok_or_else(|| format!("The seconds are a positive number, at most {}.", LONGEST.1))
}

impl Target {
    fn read(self) -> Result<FaultTarget, String> {
        let Self { cache_cluster_id, cache_node_id, availability_zone, replication_group_id, serverless_cache_name } =
            self;
        let node = (cache_cluster_id, cache_node_id);
        match (node, availability_zone, replication_group_id, serverless_cache_name) {
            ((Some(cache_cluster_id), Some(cache_node_id)), None, None, None) => {
                Ok(FaultTarget::Node { cache_cluster_id: cache_cluster_id.to_ascii_lowercase(), cache_node_id })
            }
            ((None, None), Some(availability_zone), None, None) => Ok(FaultTarget::Zone { availability_zone }),
            ((None, None), None, Some(id), None) => {
                Ok(FaultTarget::Group { replication_group_id: id.to_ascii_lowercase() })
            }
            ((None, None), None, None, Some(name)) => {
                Ok(FaultTarget::ServerlessCache { serverless_cache_name: name.to_ascii_lowercase() })
            }
            _ => Err("The target is one of {\"cache_cluster_id\": .., \"cache_node_id\": \"0001\"}, \
                {\"availability_zone\": ..}, {\"replication_group_id\": ..} and {\"serverless_cache_name\": ..}."
                .to_owned()),
        }
    }
}

fn shown(scope: &Scope, fault: &Fault) -> Value {
    let mut shown = json!(fault);
    shown["account"] = json!(scope.account);
    shown["region"] = json!(scope.region);
    shown
}

fn all(scope: &Scope, faults: &[Arc<Fault>]) -> Json<Value> {
    Json(json!({"faults": faults.iter().map(|fault| shown(scope, fault)).collect::<Vec<_>>()}))
}

fn refusal(error: &FaultError) -> Response {
    let status = match error {
        FaultError::NotFound { .. } => StatusCode::NOT_FOUND,
        FaultError::NoSuchZone { .. } => StatusCode::BAD_REQUEST,
        FaultError::NothingRuns => StatusCode::CONFLICT,
        FaultError::Storage(error) => {
            tracing::error!(%error, "a fault could not be noted");
            return problem(StatusCode::SERVICE_UNAVAILABLE, "The records could not be changed; see the server's log.");
        }
    };
    problem(status, &error.to_string())
}
