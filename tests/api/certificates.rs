//! The certificate that clients are given to trust, and the hosts that certificates are made for.

use axum::{body::Body, http::Request};

use crate::app::App;

#[tokio::test]
async fn the_authority_is_given_out_and_its_key_is_not() {
    let app = App::start().await;
    let answer = app.get("/_cachette/ca.pem").await;
    assert_eq!(answer.status, 200);
    assert_eq!(Some(&answer.body), app.kept("ca.pem").as_ref());
    assert!(answer.body.starts_with("-----BEGIN CERTIFICATE-----"), "{}", answer.body);
    assert!(!answer.body.contains("KEY"), "{}", answer.body);
}

#[tokio::test]
async fn only_hosts_under_which_the_api_was_called_are_noted() {
    let app = App::start().await;
    let call = async |host: &str, path: &str| {
        let request = Request::get(app.uri(path)).header("host", host).body(Body::empty());
        app.send(request.expect("a request")).await.status
    };
    let describe = "/?Action=DescribeCacheClusters&Version=2015-02-02";
    assert_eq!(call("health.example.com:4598", "/_cachette/health").await, 200);
    assert_eq!(call("localhost:4598", describe).await, 200);
    assert_eq!(app.kept("tls-names.json"), None);
    assert_eq!(call("Cache.example.com:4598", describe).await, 200);
    assert_eq!(call("no_name_/..:4598", describe).await, 200);
    assert_eq!(app.kept("tls-names.json").as_deref(), Some(r#"["cache.example.com"]"#));
}
