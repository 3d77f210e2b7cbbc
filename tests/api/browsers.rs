//! What a stranger's web page can make a browser send, and what the server says to it.

use axum::{body::Body, http::Request};

use crate::{answer::Answer, app::App};

const DELETE: &str = "Action=DeleteCacheCluster&Version=2015-02-02&CacheClusterId=mine";

impl App {
    /// Posts a form with these headers.
    async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &'static str) -> Answer {
        self.with_headers(Request::post(self.uri(path)), headers, body).await
    }

    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.with_headers(Request::get(self.uri(path)), headers, "").await
    }

    async fn with_headers(
        &self,
        mut request: axum::http::request::Builder,
        headers: &[(&str, &str)],
        body: &'static str,
    ) -> Answer {
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body)).expect("a request")).await
    }
}

#[tokio::test]
async fn a_cross_site_form_deletes_no_cache() {
    let app = App::start().await;
    app.redis("mine").await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    for mark in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        let answer = app.post_with("/", &[form, mark], DELETE).await;
        assert_eq!((answer.status, answer.text("Code").as_deref()), (403, Some("AccessDenied")), "{mark:?}");
        assert_eq!(answer.headers["content-type"], "text/xml");
        assert_eq!(answer.text("RequestId").expect("an id"), answer.headers["x-amzn-requestid"]);
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    let image = [("accept-language", "en"), ("user-agent", "Mozilla/5.0 (X11)"), ("sec-fetch-site", "cross-site")];
    for headers in [&image[..], &image[..2]] {
        assert_eq!(app.get_with(&format!("/?{DELETE}"), headers).await.status, 403);
    }
    assert_eq!(app.described("mine").await.cache_cluster_status(), Some("available"));
}

#[tokio::test]
async fn a_rebound_name_gets_no_answers() {
    let app = App::start().await;
    app.redis("mine").await;
    for mark in [("origin", "http://rebound.evil.example"), ("accept-language", "*")] {
        let answer = app.post_with("/", &[("host", "rebound.evil.example"), mark], DELETE).await;
        assert_eq!((answer.status, answer.text("Code").as_deref()), (403, Some("AccessDenied")), "{mark:?}");
    }
    let told = app.get_with("/_cachette/resources", &[("host", "rebound.evil.example")]).await;
    assert_eq!(told.status, 403);
    assert!(!told.body.contains("mine"), "{}", told.body);
    app.described("mine").await;
}

#[tokio::test]
async fn a_cross_site_page_cannot_use_the_admin_api() {
    let app = App::start().await;
    app.redis("mine").await;
    let text = ("content-type", "text/plain");
    for mark in [("origin", "http://localhost:3000"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")]
    {
        for path in ["/_cachette/reset", "/_cachette/clock/advance", "/_cachette/faults"] {
            let answer = app.post_with(path, &[text, mark], "{\"seconds\": 1}").await;
            assert_eq!(answer.status, 403, "{path} {mark:?}: {}", answer.body);
            assert!(answer.body.starts_with("{\"error\":"), "{}", answer.body);
        }
        for path in ["/_cachette/resources", "/_cachette/faults"] {
            assert_eq!(app.get_with(path, &[mark]).await.status, 403, "{path} {mark:?}");
        }
        assert_eq!(app.get_with("/_cachette/health", &[mark]).await.status, 200);
    }
    app.described("mine").await;
}

#[tokio::test]
async fn containers_may_use_the_api_by_any_name_and_browsers_by_those_that_are_allowed() {
    let app = App::with(&["--allowed-hosts", "cache.example.com", "--endpoint-host", "caches.example.com"]).await;
    let list = "Action=DescribeCacheClusters&Version=2015-02-02";
    let sdk = [("host", "cachette.internal:4598"), ("user-agent", "Boto3/1.34")];
    assert_eq!(app.post_with("/", &sdk, list).await.status, 200);
    for host in ["cache.example.com", "caches.example.com", "CACHE.example.com:4598"] {
        assert_eq!(app.get_with("/_cachette/resources", &[("host", host)]).await.status, 200, "{host}");
        let own = [("host", host), ("origin", &format!("http://{host}"))];
        assert_eq!(app.post_with("/", &own, list).await.status, 200, "{host}");
    }
    assert_eq!(app.get_with("/_cachette/resources", &[("host", "other.example.com")]).await.status, 403);
    assert_eq!(app.get_with("/_cachette/health", &[("host", "other.example.com")]).await.status, 200);
}

#[tokio::test]
async fn curl_needs_no_content_type() {
    let app = App::start().await;
    let plain = ("content-type", "application/x-www-form-urlencoded");
    assert_eq!(app.post_with("/_cachette/clock/advance", &[plain], "{\"seconds\": 1}").await.status, 200);
    assert_eq!(app.post_with("/_cachette/reset", &[plain], "{}").await.status, 200);
}
