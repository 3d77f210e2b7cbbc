//! Faults on demand, through the admin API. There are no engines here; what clients see is tested with real ones.

use std::time::Duration;

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::app::App;

impl App {
    /// Asks for a fault; answers the status and what was said.
    async fn fault(&self, wish: &Value) -> (u16, Value) {
        let answer = self.post("/_cachette/faults", wish.to_string()).await;
        (answer.status, serde_json::from_str(&answer.body).expect("JSON"))
    }

    /// Asks for a fault that begins.
    async fn begun(&self, wish: &Value) -> Value {
        let (status, fault) = self.fault(wish).await;
        assert_eq!(status, 201, "{fault}");
        fault
    }

    async fn faults_of(&self, query: &str) -> Vec<Value> {
        let answer = self.get(&format!("/_cachette/faults{query}")).await;
        let mut told: Value = serde_json::from_str(&answer.body).expect("JSON");
        serde_json::from_value(told["faults"].take()).expect("a list")
    }

    async fn heal(&self, id: &str) -> u16 {
        let path = self.uri(&format!("/_cachette/faults{id}"));
        self.send(Request::delete(path).body(Body::empty()).expect("a request")).await.status
    }
}

fn node(cluster: &str) -> Value {
    json!({"cache_cluster_id": cluster, "cache_node_id": "0001"})
}

#[tokio::test]
async fn an_outage_lasts_until_it_is_healed() {
    let app = App::start().await;
    app.redis("there").await;
    let fault = app.begun(&json!({"kind": "outage", "target": node("there")})).await;
    assert_eq!(fault["kind"], "outage");
    assert_eq!(fault["target"], node("there"));
    assert_eq!(fault["until"], Value::Null);
    assert_eq!(app.faults_of("").await, std::slice::from_ref(&fault));
    assert_eq!(app.described("there").await.cache_cluster_status(), Some("modifying"));
    assert_eq!(app.messages("cache-cluster", "there").await.pop().as_deref(), Some("Recovering cache nodes 0001"));
    let id = fault["id"].as_str().expect("an id");
    assert_eq!(app.heal(&format!("/{id}")).await, 200);
    app.available("there").await;
    assert_eq!(app.faults_of("").await, [] as [Value; 0]);
    let messages = app.messages("cache-cluster", "there").await;
    assert_eq!(
        messages[messages.len() - 2..],
        ["Recovering cache nodes 0001", "Finished recovery for cache nodes 0001"]
    );
    assert_eq!(app.heal(&format!("/{id}")).await, 404);
}

#[tokio::test]
async fn an_outage_ends_by_the_server_s_clock() {
    let app = App::start().await;
    app.redis("there").await;
    app.begun(&json!({"kind": "outage", "target": node("there"), "seconds": 3600})).await;
    app.advance(Duration::from_secs(3599 / 2)).await;
    assert_eq!(app.described("there").await.cache_cluster_status(), Some("modifying"));
    app.advance(Duration::from_hours(1)).await;
    assert_eq!(app.faults_of("").await, [] as [Value; 0]);
    app.available("there").await;
}

#[tokio::test]
async fn what_is_in_a_zone_that_is_out_comes_up_when_that_is_healed() {
    let app = App::start().await;
    app.redis("before").await;
    let zone = app.described("before").await.preferred_availability_zone.expect("a zone");
    app.begun(&json!({"kind": "outage", "target": {"availability_zone": zone}})).await;
    app.done(
        "CreateCacheCluster",
        &[
            ("CacheClusterId", "later"),
            ("Engine", "redis"),
            ("CacheNodeType", "cache.t3.micro"),
            ("NumCacheNodes", "1"),
            ("PreferredAvailabilityZone", &zone),
        ],
    )
    .await;
    let elsewhere = if zone == "us-east-1a" { "us-east-1b" } else { "us-east-1a" };
    app.created(
        "elsewhere",
        &[
            ("Engine", "redis"),
            ("CacheNodeType", "cache.t3.micro"),
            ("NumCacheNodes", "1"),
            ("PreferredAvailabilityZone", elsewhere),
        ],
    )
    .await;
    assert_eq!(app.described("later").await.cache_cluster_status(), Some("creating"));
    assert_eq!(app.described("before").await.cache_cluster_status(), Some("modifying"));
    assert_eq!(app.heal("").await, 200);
    app.available("before").await;
    app.available("later").await;
}

#[tokio::test]
async fn a_killed_node_recovers_at_once_and_nothing_is_kept_of_it() {
    let app = App::start().await;
    app.memcached("many", 3).await;
    let target = json!({"cache_cluster_id": "many", "cache_node_id": "0002"});
    let killed = app.begun(&json!({"kind": "kill", "target": target})).await;
    assert_eq!(killed["killed"], json!([target]));
    app.available("many").await;
    assert_eq!(app.faults_of("").await, [] as [Value; 0]);
    let messages = app.messages("cache-cluster", "many").await;
    assert_eq!(
        messages[messages.len() - 2..],
        ["Recovering cache nodes 0002", "Finished recovery for cache nodes 0002"]
    );
}

#[tokio::test]
async fn a_cut_is_noticed_after_two_seconds_and_a_delay_never() {
    let app = App::start().await;
    app.redis("slow").await;
    app.redis("cut").await;
    app.begun(&json!({"kind": "delay", "milliseconds": 50, "target": node("slow")})).await;
    app.begun(&json!({"kind": "refuse", "target": node("slow")})).await;
    app.begun(&json!({"kind": "cut", "target": node("cut")})).await;
    assert_eq!(app.described("cut").await.cache_cluster_status(), Some("available"));
    app.advance(Duration::from_secs(2)).await;
    app.until("cut", |cluster| cluster.cache_cluster_status() == Some("modifying")).await;
    assert_eq!(app.described("slow").await.cache_cluster_status(), Some("available"));
    assert_eq!(app.heal("").await, 200);
    app.available("cut").await;
    assert!(!app.messages("cache-cluster", "slow").await.iter().any(|message| message.starts_with("Recovering")));
}

#[tokio::test]
async fn a_cut_that_is_short_goes_unnoticed() {
    let app = App::start().await;
    app.redis("cut").await;
    app.begun(&json!({"kind": "cut", "target": node("cut"), "seconds": 0.05})).await;
    let gone = async {
        while !app.faults_of("").await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::app::LIMIT, gone).await.expect("it ends by itself");
    app.advance(Duration::from_secs(10)).await;
    assert_eq!(app.described("cut").await.cache_cluster_status(), Some("available"));
    assert!(!app.messages("cache-cluster", "cut").await.iter().any(|message| message.starts_with("Recovering")));
}

#[tokio::test]
async fn a_fault_ends_with_its_target_and_with_a_reset() {
    let app = App::start().await;
    app.redis("brief").await;
    app.begun(&json!({"kind": "outage", "target": node("brief")})).await;
    app.done("DeleteCacheCluster", &[("CacheClusterId", "brief")]).await;
    app.gone("brief").await;
    assert_eq!(app.faults_of("").await, [] as [Value; 0]);
    app.redis("brief").await;
    app.begun(&json!({"kind": "outage", "target": {"availability_zone": "us-east-1c"}})).await;
    assert_eq!(app.post("/_cachette/reset", "").await.status, 200);
    assert_eq!(app.faults_of("").await, [] as [Value; 0]);
}

#[tokio::test]
async fn every_account_and_region_has_faults_of_its_own() {
    let app = App::start().await;
    app.redis("there").await;
    let wish = json!({"kind": "refuse", "target": {"availability_zone": "eu-west-1a"}});
    let there = "?account=111122223333&region=eu-west-1";
    assert_eq!(app.post(&format!("/_cachette/faults{there}"), wish.to_string()).await.status, 201);
    assert_eq!(app.faults_of("").await, [] as [Value; 0]);
    assert_eq!(app.faults_of(there).await.len(), 1);
    assert_eq!(app.heal("").await, 200);
    assert_eq!(app.faults_of(there).await.len(), 1);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_a_reason() {
    let app = App::start().await;
    app.redis("there").await;
    let refused = [
        (404, json!({"kind": "cut", "target": node("not-there")}), "no cache cluster \"not-there\""),
        (404, json!({"kind": "kill", "target": node("not-there")}), "no cache cluster \"not-there\""),
        (
            404,
            json!({"kind": "cut", "target": {"cache_cluster_id": "there", "cache_node_id": "0002"}}),
            "no cache node \"there/0002\"",
        ),
        (404, json!({"kind": "cut", "target": {"replication_group_id": "g"}}), "no replication group \"g\""),
        (400, json!({"kind": "cut", "target": {"availability_zone": "us-east-1z"}}), "no availability zone"),
        (400, json!({"kind": "cut", "target": {"availability_zone": "eu-west-1a"}}), "no availability zone"),
        (400, json!({"kind": "cut", "target": {}}), "The target is one of"),
        (400, json!({"kind": "cut", "target": {"cache_cluster_id": "there"}}), "The target is one of"),
        (400, json!({"kind": "cut", "target": {"zone": "us-east-1a"}}), "unknown field `zone`"),
        (400, json!({"kind": "fire", "target": node("there")}), "unknown variant `fire`"),
        (400, json!({"kind": "delay", "target": node("there")}), "A delay needs milliseconds"),
        (400, json!({"kind": "delay", "milliseconds": 0, "target": node("there")}), "A delay needs milliseconds"),
        (400, json!({"kind": "cut", "milliseconds": 5, "target": node("there")}), "Only a delay"),
        (400, json!({"kind": "kill", "seconds": 5, "target": node("there")}), "A kill has no seconds"),
        (400, json!({"kind": "cut", "seconds": 0, "target": node("there")}), "The seconds are a positive number"),
        (400, json!({"kind": "cut", "seconds": -1e300, "target": node("there")}), "The seconds are a positive number"),
        (409, json!({"kind": "kill", "target": {"availability_zone": "us-east-1f"}}), "no engine runs there"),
        (400, json!("cut"), "This is no fault"),
    ];
    for (status, wish, reason) in refused {
        let (answered, told) = app.fault(&wish).await;
        let told = told["error"].as_str().expect("a reason");
        assert!(answered == status && told.contains(reason), "{wish}: {answered} {told}");
    }
    assert_eq!(app.faults_of("").await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_serverless_cache_fails_by_its_name() {
    let app = App::start().await;
    for engine in ["valkey", "memcached"] {
        app.done("CreateServerlessCache", &[("ServerlessCacheName", engine), ("Engine", engine)]).await;
        let status = async || {
            let answer = app.done("DescribeServerlessCaches", &[("ServerlessCacheName", engine)]).await;
            answer.texts("Status").remove(0)
        };
        let until = async |wanted: &str| {
            let waited = tokio::time::timeout(crate::app::LIMIT, async {
                while status().await != wanted {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            });
            assert!(waited.await.is_ok(), "{engine} is {}, not {wanted}", status().await);
        };
        until("available").await;
        let target = json!({"serverless_cache_name": engine.to_uppercase()});
        let fault = app.begun(&json!({"kind": "outage", "target": target})).await;
        assert_eq!(fault["account"], "000000000000");
        assert_eq!(fault["target"], json!({"serverless_cache_name": engine}));
        assert_eq!(status().await, "modifying");
        assert_eq!(app.faults_of("").await, std::slice::from_ref(&fault));
        assert_eq!(app.faults_of("?account=111111111111").await, [] as [Value; 0]);
        let id = fault["id"].as_str().expect("an id");
        assert_eq!(app.heal(&format!("/{id}")).await, 200);
        until("available").await;
        let lost = format!("Cache {engine} lost an engine, which is being replaced.");
        let recovered = format!("Cache {engine} has recovered.");
        // It is available again as soon as it takes writes.
        let waited = tokio::time::timeout(crate::app::LIMIT, async {
            loop {
                let told = app.messages("serverless-cache", engine).await;
                if told.contains(&lost) && told.last() == Some(&recovered) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        waited.await.expect("both are told");
        app.begun(&json!({"kind": "kill", "target": target})).await;
        until("available").await;
        // It ends with its cache, or with all others.
        app.begun(&json!({"kind": "refuse", "target": target})).await;
        app.done("DeleteServerlessCache", &[("ServerlessCacheName", engine)]).await;
        let gone = tokio::time::timeout(crate::app::LIMIT, async {
            while !app.faults_of("").await.is_empty() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        gone.await.expect("the fault ends");
    }
    let (status, told) = app.fault(&json!({"kind": "cut", "target": {"serverless_cache_name": "none"}})).await;
    assert_eq!(status, 404, "{told}");
    assert!(told["error"].as_str().is_some_and(|told| told.contains("no serverless cache \"none\" in account 0000")));
}
