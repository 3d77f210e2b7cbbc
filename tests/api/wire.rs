//! Requests that no SDK would send, and the documents that come back.

use axum::{body::Body, http::Request};

use crate::{answer::Refusal, app::App};

#[tokio::test]
async fn an_answer_is_a_document_with_a_request_id() {
    let app = App::start().await;
    let answer = app.done("DescribeCacheClusters", &[]).await;
    assert_eq!(answer.headers["content-type"], "text/xml");
    let id = answer.text("RequestId").expect("an id");
    assert_eq!(answer.headers["x-amzn-requestid"], id);
    let start = "<DescribeCacheClustersResponse xmlns=\"http://elasticache.amazonaws.com/doc/2015-02-02/\">";
    assert!(answer.body.contains(start), "{}", answer.body);
    assert!(answer.body.contains("<CacheClusters"), "an empty list is there: {}", answer.body);
    assert_eq!(answer.text("Marker"), None);
}

#[tokio::test]
async fn a_refusal_is_a_document_with_a_request_id() {
    let app = App::start().await;
    let answer = app.call("DescribeCacheClusters", &[("CacheClusterId", "<absent> & gone")]).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.headers["content-type"], "text/xml");
    assert_eq!(answer.text("Type").as_deref(), Some("Sender"));
    assert_eq!(answer.text("RequestId").expect("an id"), answer.headers["x-amzn-requestid"]);
    let refusal = answer.refusal().expect("a refusal");
    assert_eq!(refusal, Refusal::new(404, "CacheClusterNotFound", "CacheCluster not found: <absent> & gone"));
}

#[tokio::test]
async fn requests_may_come_in_the_query_string() {
    let app = App::start().await;
    app.redis("cache").await;
    let answer = app.get("/?Action=DescribeCacheClusters&Version=2015-02-02&CacheClusterId=CACHE").await;
    assert_eq!((answer.status, answer.text("CacheClusterId").as_deref()), (200, Some("cache")));
    let half = app.post("/?Action=DescribeCacheClusters&Version=2015-02-02", "CacheClusterId=absent").await;
    assert_eq!(half.status, 404);
}

#[tokio::test]
async fn malformed_requests_are_refused() {
    let app = App::start().await;
    for (body, status, code) in [
        ("", 400, "MissingAction"),
        ("Version=2015-02-02", 400, "MissingAction"),
        ("Action=Explode&Version=2015-02-02", 400, "InvalidAction"),
        ("Action=DescribeCacheClusters", 400, "InvalidAction"),
        ("Action=DescribeCacheClusters&Version=2014-01-01", 400, "InvalidAction"),
        ("Action=DescribeCacheClusters&Version=2015-02-02&Marker=%zz", 404, "MalformedQueryString"),
        ("Action=DescribeCacheClusters&Version=2015-02-02&Marker=%ff", 404, "MalformedQueryString"),
        ("Action=DescribeCacheClusters&Version=2015-02-02&Marker=&Marker=", 400, "InvalidQueryParameter"),
        (
            "Action=RebootCacheCluster&Version=2015-02-02&CacheClusterId=a&CacheNodeIdsToReboot=x",
            400,
            "InvalidParameterValue",
        ),
        ("{\"Action\": \"DescribeCacheClusters\"}", 400, "MissingAction"),
    ] {
        let answer = app.post("/", body).await;
        assert_eq!((answer.status, answer.text("Code").as_deref()), (status, Some(code)), "{body}: {}", answer.body);
    }
    let large = app.post("/", format!("Action=DescribeCacheClusters&Padding={}", "x".repeat(300 << 10))).await;
    assert_eq!((large.status, large.text("Code").as_deref()), (413, Some("RequestEntityTooLarge")));
}

#[tokio::test]
async fn other_paths_and_methods_are_not_the_api() {
    let app = App::start().await;
    assert_eq!(app.get("/nowhere").await.status, 404);
    let put = Request::put(app.uri("/")).body(Body::empty()).expect("a request");
    assert_eq!(app.send(put).await.status, 405);
    assert_eq!(app.get("/_cachette/health").await.status, 200);
}

#[tokio::test]
async fn endpoints_have_the_host_name_of_the_request() {
    let app = App::start().await;
    app.redis("cache").await;
    let ask = |host: &'static str| {
        Request::post(app.uri("/"))
            .header("host", host)
            .body(Body::from("Action=DescribeCacheClusters&Version=2015-02-02&ShowCacheNodeInfo=true"))
            .expect("a request")
    };
    for (host, address) in [("cachette:4598", "cachette"), ("cache.example", "cache.example"), ("[::1]:4598", "::1")] {
        assert_eq!(app.send(ask(host)).await.text("Address").as_deref(), Some(address));
    }
}
