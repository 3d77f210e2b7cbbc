//! Port forwards, through the admin API. There are no engines here; that bytes arrive is tested with real ones.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::app::{ACCOUNT, App, REGION};

fn arn(kind: &str, id: &str) -> String {
    format!("arn:aws:elasticache:{REGION}:{ACCOUNT}:{kind}:{id}")
}

impl App {
    /// Asks for a forward; answers the status and what was said.
    async fn forward(&self, wish: &Value) -> (u16, Value) {
        let answer = self.post("/_cachette/port-forwards", wish.to_string()).await;
        (answer.status, serde_json::from_str(&answer.body).expect("JSON"))
    }

    async fn forwards(&self) -> Vec<Value> {
        let mut told: Value = serde_json::from_str(&self.get("/_cachette/port-forwards").await.body).expect("JSON");
        serde_json::from_value(told["portForwards"].take()).expect("a list")
    }

    async fn end_forward(&self, id: &str) -> u16 {
        let uri = self.uri(&format!("/_cachette/port-forwards{id}"));
        self.send(Request::delete(uri).body(Body::empty()).expect("a request")).await.status
    }
}

async fn is_open(forward: &Value) -> bool {
    let port = forward["localPort"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
    TcpStream::connect(("127.0.0.1", port)).await.is_ok()
}

#[tokio::test]
async fn a_forward_is_open_until_it_is_ended() {
    let app = App::start().await;
    let endpoint = app.redis("mine").await.cache_nodes.expect("nodes").remove(0).endpoint.expect("an endpoint");
    let (status, forward) = app.forward(&json!({"targetArn": arn("cluster", "mine")})).await;
    assert_eq!(status, 201, "{forward}");
    assert_eq!(forward["targetArn"], arn("cluster", "mine"));
    assert_eq!(forward["targetPort"].as_i64().and_then(|port| i32::try_from(port).ok()), endpoint.port);
    assert_ne!(forward["localPort"], forward["targetPort"]);
    assert!(is_open(&forward).await);
    // What was asked for is understood as well as what came of it, and 0 is any port.
    let also = json!({"targetArn": arn("cluster", "mine"), "targetPort": 6379, "localPort": 0});
    let (status, also) = app.forward(&also).await;
    assert_eq!((status, &also["targetPort"]), (201, &forward["targetPort"]));
    assert_eq!(app.forwards().await.len(), 2);
    assert_eq!(app.end_forward(&format!("/{}", also["id"].as_str().expect("an id"))).await, 204);
    assert_eq!(app.forwards().await, std::slice::from_ref(&forward));
    assert!(!is_open(&also).await && is_open(&forward).await);
    assert_eq!(app.end_forward(&format!("/{}", also["id"].as_str().expect("an id"))).await, 404);
    assert_eq!(app.end_forward("").await, 204);
    assert_eq!(app.forwards().await, [] as [Value; 0]);
    assert!(!is_open(&forward).await);
}

#[tokio::test]
async fn a_forward_ends_with_what_it_leads_to() {
    let app = App::start().await;
    app.redis("mine").await;
    let (_, forward) = app.forward(&json!({"targetArn": arn("cluster", "mine")})).await;
    app.done("DeleteCacheCluster", &[("CacheClusterId", "mine")]).await;
    app.gone("mine").await;
    assert_eq!(app.forwards().await, [] as [Value; 0]);
    assert!(!is_open(&forward).await);
}

#[tokio::test]
async fn a_forward_that_cannot_be_is_refused_with_the_reason() {
    let app = App::start().await;
    app.memcached("mine", 2).await;
    let mine = arn("cluster", "mine");
    for (wish, status, reason) in [
        (json!({"targetArn": "mine"}), 400, "ARN mine is invalid."),
        (json!({"targetArn": arn("user", "mine")}), 400, "has no endpoints: name a cluster"),
        (json!({"targetArn": arn("cluster", "other")}), 404, "there is no arn:"),
        (json!({"targetArn": arn("replicationgroup", "mine")}), 404, "there is no arn:"),
        (json!({"targetArn": mine, "targetPort": 1}), 400, "has no endpoint of port 1, only "),
        (json!({"targetArn": mine, "localPort": 1 << 16}), 400, "This is no port forward: "),
        (json!({"targetArn": mine, "port": 1}), 400, "unknown field `port`"),
        (json!({"targetPort": 1}), 400, "missing field `targetArn`"),
    ] {
        let (answered, said) = app.forward(&wish).await;
        let said = said["error"].as_str().expect("a reason");
        assert_eq!(answered, status, "{wish}: {said}");
        assert!(said.contains(reason), "{wish}: {said}");
    }
    let (status, forward) = app.forward(&json!({"targetArn": mine})).await;
    assert_eq!(status, 201);
    let again = json!({"targetArn": mine, "localPort": forward["localPort"]});
    let (status, said) = app.forward(&again).await;
    let said = said["error"].as_str().expect("a reason");
    assert_eq!(status, 409, "{said}");
    assert!(said.contains("is in use by another program or endpoint; leave out localPort"), "{said}");
}
