//! A server in this process, without engines, and the clients to call it with.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use aws_sdk_elasticache::{
    Client,
    config::{BehaviorVersion, Credentials, Region, SharedHttpClient, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    types::CacheCluster,
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use axum::{
    body::{Body, to_bytes},
    http::{Request, Response},
};
use cachette::{
    cli::{Cli, Command, Serve},
    server::Server,
};
use chrono::{DateTime, Timelike, Utc};
use clap::Parser;
use hyper_util::{
    client::legacy::{Client as HttpClient, connect::HttpConnector as Connector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle, time::timeout};

use crate::answer::{Answer, Refusal};

/// The longest that anything here may take.
pub const LIMIT: Duration = Duration::from_secs(30);

/// The account of callers who name none.
pub const ACCOUNT: &str = "000000000000";

/// The region of callers who name none.
pub const REGION: &str = "us-east-1";

/// A running server. Each test has its own, with records of its own.
pub struct App {
    address: SocketAddr,
    http: HttpClient<Connector, Body>,
    data: TempDir,
    _stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

/// How a server without engines is started on this folder.
fn serve(data_dir: &str, flags: &[&str]) -> Serve {
    let fixed = ["cachette", "serve", "--listen", "127.0.0.1:0", "--backend", "none", "--data-dir", data_dir];
    let Command::Serve(options) = Cli::parse_from(fixed.iter().chain(flags)).command else { panic!("serve is asked") };
    *options
}

impl App {
    /// A server with the default options.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server that refuses what `ElastiCache` refuses.
    pub async fn strict() -> Self {
        Self::with(&["--strict"]).await
    }

    /// A server with these options.
    pub async fn with(flags: &[&str]) -> Self {
        let data = TempDir::new().expect("a folder");
        let data_dir = data.path().to_str().expect("a path in UTF-8");
        let server = Server::start(serve(data_dir, flags)).await.expect("the server starts");
        let address = server.address().expect("an address");
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        let http = HttpClient::builder(TokioExecutor::new()).build_http();
        let app = Self { address, http, data, _stop: stop, running };
        app.advance_to_noon().await;
        app
    }

    /// Why a server does not start with these options.
    pub async fn refused_start(flags: &[&str]) -> String {
        let data = TempDir::new().expect("a folder");
        let data_dir = data.path().to_str().expect("a path in UTF-8");
        Server::start(serve(data_dir, flags)).await.err().expect("a reason").to_string()
    }

    /// What the server keeps in this file of its data directory.
    pub fn kept(&self, file: &str) -> Option<String> {
        std::fs::read_to_string(self.data.path().join(file)).ok()
    }

    /// The names of the files that the server keeps in this folder of its data directory.
    pub fn listed(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.data.path().join(folder)).expect("a folder");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    /// Moves the clock to a time of day at which no maintenance window is open that the default region gives, so that
    /// tests find the same at every hour.
    async fn advance_to_noon(&self) {
        let health: Value = serde_json::from_str(&self.get("/_cachette/health").await.body).expect("JSON");
        let now: DateTime<Utc> = health["time"].as_str().and_then(|time| time.parse().ok()).expect("a time");
        let since_noon = (i64::from(now.num_seconds_from_midnight()) - 12 * 3600).rem_euclid(86_400);
        let wait = u64::try_from(86_400 - since_noon).expect("within a day");
        self.advance(Duration::from_secs(wait)).await;
    }

    /// The official SDK, for the default account and region.
    pub fn client(&self) -> Client {
        self.client_of(ACCOUNT, REGION)
    }

    /// The official SDK for an account and region.
    pub fn client_of(&self, account: &str, region: &str) -> Client {
        let config = aws_sdk_elasticache::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(format!("http://{}", self.address))
            .region(Region::new(region.to_owned()))
            .credentials_provider(Credentials::new(account, "any", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .http_client(plain_http(self.http.clone()))
            .build();
        Client::from_conf(config)
    }

    /// Sends an operation as a form, the way every client does, with just these parameters.
    pub async fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let mut form = format!("Action={action}&Version=2015-02-02");
        for (name, value) in parameters {
            let value: String =
                percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).collect();
            form.extend(["&", name, "=", &value]);
        }
        self.post("/", form).await
    }

    /// Sends an operation that has to be carried out.
    pub async fn done(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.call(action, parameters).await;
        assert_eq!(answer.status, 200, "{action} {parameters:?}: {}", answer.body);
        answer
    }

    /// Sends an operation that has to be refused.
    pub async fn refused(&self, action: &str, parameters: &[(&str, &str)]) -> Refusal {
        let answer = self.call(action, parameters).await;
        answer.refusal().unwrap_or_else(|| panic!("{action} {parameters:?} was not refused: {}", answer.body))
    }

    /// Sends a body as it is.
    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(Request::post(self.uri(path)).body(body.into()).expect("a request")).await
    }

    /// Fetches a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(self.uri(path)).body(Body::empty()).expect("a request")).await
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The whole address of a path.
    pub fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = timeout(LIMIT, self.http.request(request)).await.expect("an answer in time").expect("an answer");
        let (parts, body) = answer.map(Body::new).into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).expect("a body in UTF-8"),
        }
    }

    /// Every resource, as the server's own API tells it.
    pub async fn resources(&self) -> Value {
        serde_json::from_str(&self.get("/_cachette/resources").await.body).expect("JSON")
    }

    /// Moves the server's clock forward.
    pub async fn advance(&self, by: Duration) {
        let body = json!({"seconds": by.as_secs_f64()}).to_string();
        let answer = self.post("/_cachette/clock/advance", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Makes a Redis cluster and waits for it.
    pub async fn redis(&self, id: &str) -> CacheCluster {
        self.created(id, &[("Engine", "redis"), ("CacheNodeType", "cache.t3.micro"), ("NumCacheNodes", "1")]).await
    }

    /// Makes a Memcached cluster of `nodes` nodes and waits for it.
    pub async fn memcached(&self, id: &str, nodes: usize) -> CacheCluster {
        let nodes = nodes.to_string();
        self.created(id, &[("Engine", "memcached"), ("CacheNodeType", "cache.t3.micro"), ("NumCacheNodes", &nodes)])
            .await
    }

    /// Makes a cluster and waits for it.
    pub async fn created(&self, id: &str, parameters: &[(&str, &str)]) -> CacheCluster {
        self.done("CreateCacheCluster", &[&[("CacheClusterId", id)], parameters].concat()).await;
        self.available(id).await
    }

    /// Waits until a cluster is available.
    pub async fn available(&self, id: &str) -> CacheCluster {
        self.until(id, |cluster| cluster.cache_cluster_status() == Some("available")).await
    }

    /// Waits until every cluster of the default account is available or gone.
    pub async fn at_rest(&self) {
        let waited = timeout(LIMIT, async {
            loop {
                let statuses = self.done("DescribeCacheClusters", &[]).await.texts("CacheClusterStatus");
                if statuses.iter().all(|status| status == "available") {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        waited.await.expect("the clusters come to rest");
    }

    /// Waits until a cluster is as `condition` wants it.
    pub async fn until(&self, id: &str, condition: impl Fn(&CacheCluster) -> bool) -> CacheCluster {
        let waited = timeout(LIMIT, async {
            loop {
                let cluster = self.described(id).await;
                if condition(&cluster) {
                    return cluster;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        if let Ok(cluster) = waited.await {
            return cluster;
        }
        panic!("not in time: {:#?}", self.described(id).await)
    }

    /// Waits until a cluster is gone.
    pub async fn gone(&self, id: &str) {
        let waited = timeout(LIMIT, async {
            while self.call("DescribeCacheClusters", &[("CacheClusterId", id)]).await.status == 200 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("{id} is still there"));
    }

    /// A cluster as it is described now, with its nodes.
    pub async fn described(&self, id: &str) -> CacheCluster {
        let request = self.client().describe_cache_clusters().cache_cluster_id(id).show_cache_node_info(true);
        let clusters = request.send().await.expect("a description").cache_clusters.unwrap_or_default();
        assert_eq!(clusters.len(), 1, "a description by identifier has one cluster");
        clusters.into_iter().next().expect("one cluster")
    }

    /// The messages of the events of a source, oldest first.
    pub async fn messages(&self, source_type: &str, source: &str) -> Vec<String> {
        let source_type = source_type.into();
        let request = self.client().describe_events().source_identifier(source).source_type(source_type);
        let events = request.send().await.expect("events").events.unwrap_or_default();
        events.into_iter().rev().filter_map(|event| event.message).collect()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// What the SDK made of a refusal.
pub fn refusal<T: std::fmt::Debug, E: ProvideErrorMetadata>(answer: Result<T, SdkError<E, HttpResponse>>) -> Refusal {
    let error = answer.expect_err("the call is refused");
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    Refusal::new(status, error.code().unwrap_or_default(), error.message().unwrap_or_default())
}

/// Lets the SDK speak plain HTTP through `client`, so that no TLS library has to be built.
fn plain_http(client: HttpClient<Connector, Body>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(PlainHttp { client: Arc::new(client) });
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct PlainHttp {
    client: Arc<HttpClient<Connector, Body>>,
}

impl HttpConnector for PlainHttp {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = Arc::clone(&self.client);
        HttpConnectorFuture::new(async move {
            let mut plain = Request::builder().method(request.method()).uri(request.uri());
            for (name, value) in request.headers() {
                plain = plain.header(name, value);
            }
            let body = Body::from(request.body().bytes().unwrap_or_default().to_vec());
            let plain = plain.body(body).map_err(|error| ConnectorError::user(error.into()))?;
            let answer: Response<_> = client.request(plain).await.map_err(|error| ConnectorError::io(error.into()))?;
            let (parts, body) = answer.map(Body::new).into_parts();
            let body = to_bytes(body, usize::MAX).await.map_err(|error| ConnectorError::io(error.into()))?;
            let status = StatusCode::try_from(parts.status.as_u16()).expect("the status of an answer");
            Ok(HttpResponse::new(status, SdkBody::from(body)))
        })
    }
}
