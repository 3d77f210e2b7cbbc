//! Asks a running server about itself, for the commands of the command line that do. It speaks plain HTTP to one server,
//! within limits, and knows nothing of what the answers mean.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Deserialize;
use tokio::time::timeout;

/// Where a server is that was started without flags.
pub const USUAL_URL: &str = "http://localhost:4598";

/// How long a question may take, from the connection to the end of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most bytes of an answer. Thousands of resources are a few MiB.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The URL is none, or not one that a server can be asked at.
    #[error("{url:?} is not the URL of a server; write {USUAL_URL}, say")]
    BadUrl {
        /// What was given.
        url: String,
    },
    /// Nobody answers there.
    #[error("no server answers at {url} ({reason}); start one with `cachette serve`, or say where it is with --url")]
    Silent {
        /// Where it was looked for.
        url: String,
        /// What the system said.
        reason: String,
    },
    /// Somebody answers, but not with what was asked for.
    #[error("{url} answers {status}{}", reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    Refused {
        /// What was asked for.
        url: String,
        /// The status of the answer.
        status: StatusCode,
        /// What a Cachette said.
        reason: Option<String>,
    },
}

/// What a server says when it refuses.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The URL to ask at: the one that was asked for, else where the environment tells a server to listen, as in a container,
/// else the one that it gives the tools of AWS, else the usual one.
#[must_use]
pub fn url_or_usual(asked: Option<String>) -> String {
    let from = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let listening = || from("CACHETTE_LISTEN").and_then(|listen| Some(url_of(listen.parse().ok()?)));
    let known = || from("AWS_ENDPOINT_URL_ELASTICACHE");
    asked.filter(|url| !url.is_empty()).or_else(listening).or_else(known).unwrap_or_else(|| USUAL_URL.to_owned())
}

/// Where a server is found from its own machine that listens on `listen`.
fn url_of(listen: SocketAddr) -> String {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, listen.port()))
}

/// What the server at `url` answers to a GET of `path`, which begins with a slash.
///
/// # Errors
/// When the URL is none, nobody answers within ten seconds, or the answer is a refusal.
pub async fn get(url: &str, path: &str) -> Result<Bytes, ClientError> {
    let bad_url = || ClientError::BadUrl { url: url.to_owned() };
    let target: Uri = format!("{}{path}", url.trim_end_matches('/')).parse().map_err(|_| bad_url())?;
    if target.scheme_str() != Some("http") || target.host().is_none() {
        return Err(bad_url());
    }
    let request = Request::get(&target).body(Empty::<Bytes>::new()).map_err(|_| bad_url())?;
    let silent = |reason: String| ClientError::Silent { url: url.to_owned(), reason };
    let asked = async {
        let mut tcp = HttpConnector::new();
        tcp.set_nodelay(true);
        let http = HttpClient::builder(TokioExecutor::new()).build(tcp);
        let answer = http.request(request).await.map_err(|error| silent(cause(&error)))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        let body = body.map_err(|error| silent(error.to_string()))?.to_bytes();
        if status.is_success() {
            return Ok(body);
        }
        let reason = serde_json::from_slice(&body).ok().map(|Refusal { error }| error);
        Err(ClientError::Refused { url: target.to_string(), status, reason })
    };
    timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(silent(format!("nothing came within {PATIENCE:?}"))))
}

/// What lies at the bottom of an error: what is above it says little more than that the request failed.
fn cause(error: &hyper_util::client::legacy::Error) -> String {
    let mut deepest: &dyn std::error::Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    // "Connection refused (os error 111)"
    let text = deepest.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use axum::{Json, Router, routing::get};
    use tokio::net::TcpListener;

    use super::*;

    async fn server() -> String {
        let router = Router::new()
            .route("/_cachette/health", get(async || "fine"))
            .route("/refused", get(async || (StatusCode::FORBIDDEN, Json(serde_json::json!({"error": "not you"})))));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async { axum::serve(listener, router).await });
        url
    }

    #[test]
    fn a_server_that_listens_everywhere_is_asked_by_loopback() {
        for (listen, url) in [
            ("0.0.0.0:4598", "http://127.0.0.1:4598"),
            ("[::]:80", "http://[::1]:80"),
            ("192.0.2.1:5", "http://192.0.2.1:5"),
        ] {
            assert_eq!(url_of(listen.parse().expect("an address")), url);
        }
    }

    #[tokio::test]
    async fn a_server_is_asked() {
        let url = server().await;
        assert_eq!(super::get(&format!("{url}/"), "/_cachette/health").await.expect("an answer"), "fine");
        let refused = super::get(&url, "/refused").await.expect_err("a refusal").to_string();
        assert_eq!(refused, format!("{url}/refused answers 403 Forbidden: not you"));
        let unknown = super::get(&url, "/other").await.expect_err("nothing there").to_string();
        assert_eq!(unknown, format!("{url}/other answers 404 Not Found"));
    }

    #[tokio::test]
    async fn who_cannot_be_asked_is_told() {
        let closed = {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            format!("http://{}", listener.local_addr().expect("an address"))
        };
        let silent = super::get(&closed, "/").await.expect_err("nobody").to_string();
        assert!(silent.starts_with(&format!("no server answers at {closed} (connection refused); ")), "{silent}");
        for url in ["", "localhost:4598", "ftp://localhost", "http://", "https://localhost", "http://a b"] {
            assert!(matches!(super::get(url, "/").await, Err(ClientError::BadUrl { .. })), "{url}");
        }
    }
}
