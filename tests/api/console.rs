//! The console's files and its list of caches. What its pages do is tested in a browser.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::{answer::Answer, app::App};

impl App {
    async fn console(&self, path: &str, header: (&str, &str)) -> Answer {
        let request = Request::get(self.uri(&format!("/_cachette/console/{path}"))).header(header.0, header.1);
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    async fn caches(&self, query: &str) -> Value {
        let answer = self.get(&format!("/_cachette/console/api/caches{query}")).await;
        serde_json::from_str(&answer.body).expect("JSON")
    }
}

#[tokio::test]
async fn pages_run_nothing_but_what_this_server_sends() {
    let app = App::start().await;
    let page = app.get("/_cachette/console/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    let policy = page.headers["content-security-policy"].to_str().expect("a text");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers["x-content-type-options"], "nosniff");
    let script = app.get("/_cachette/console/main.js").await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    for missing in ["nothing.js", "../admin", "pages/", "%2e%2e/Cargo.toml"] {
        assert_eq!(app.get(&format!("/_cachette/console/{missing}")).await.status, 404, "{missing}");
    }
    let without_slash = app.get("/_cachette/console").await;
    assert_eq!((without_slash.status, &without_slash.headers["location"]), (308, &page_address()));
}

fn page_address() -> axum::http::HeaderValue {
    axum::http::HeaderValue::from_static("/_cachette/console/")
}

#[tokio::test]
async fn browsers_keep_files_until_they_change() {
    let app = App::start().await;
    let first = app.get("/_cachette/console/main.js").await;
    assert_eq!(first.headers["cache-control"], "no-cache");
    let tag = first.headers["etag"].to_str().expect("a text");
    let again = app.console("main.js", ("if-none-match", tag)).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(app.console("main.js", ("if-none-match", "\"another\"")).await.body, first.body);
}

#[tokio::test]
async fn pages_of_strangers_see_nothing() {
    let app = App::start().await;
    for path in ["", "main.js", "api/caches"] {
        for mark in [("host", "rebound.evil.example"), ("sec-fetch-site", "cross-site")] {
            assert_eq!(app.console(path, mark).await.status, 403, "{path} {mark:?}");
        }
    }
}

#[tokio::test]
async fn caches_are_listed_with_the_role_of_each_node() {
    let app = App::start().await;
    app.redis("single").await;
    let group = [
        ("ReplicationGroupId", "group"),
        ("ReplicationGroupDescription", "of the shop"),
        ("CacheNodeType", "cache.t3.micro"),
        ("Engine", "valkey"),
        ("NumNodeGroups", "2"),
        ("ReplicasPerNodeGroup", "1"),
    ];
    app.done("CreateReplicationGroup", &group).await;
    let caches = app.caches("").await;
    assert_eq!(caches["accounts"], json!(["000000000000"]));
    assert_eq!(caches["cache_clusters"][0]["id"], "single");
    assert_eq!(caches["cache_clusters"].as_array().map(Vec::len), Some(1), "members are in their group");
    let group = &caches["replication_groups"][0];
    assert_eq!((&group["id"], &group["cluster_mode"]), (&json!("group"), &json!("enabled")));
    for shard in group["shards"].as_array().expect("shards") {
        let roles: Vec<_> = shard["nodes"].as_array().expect("nodes").iter().map(|node| &node["role"]).collect();
        assert_eq!(roles, ["primary", "replica"]);
    }
    let elsewhere = app.caches("?account=111122223333&region=eu-west-1").await;
    assert_eq!(elsewhere["cache_clusters"], json!([]));
    assert_eq!(app.get("/_cachette/console/api/caches?regoin=eu-west-1").await.status, 400);
}
