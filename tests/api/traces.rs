//! Traces of the whole program, as a collector of this test's own receives them by OTLP.

use std::{
    collections::BTreeMap,
    io,
    process::{Output, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Request},
    routing::post,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use prost::Message;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    net::TcpListener,
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::app::LIMIT;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// What came to the collector.
#[derive(Default)]
struct Received {
    headers: Vec<HeaderMap>,
    batches: Vec<ExportTraceServiceRequest>,
}

impl Received {
    fn spans(&self) -> impl Iterator<Item = &Span> {
        let resources = self.batches.iter().flat_map(|batch| &batch.resource_spans);
        resources.flat_map(|resource| &resource.scope_spans).flat_map(|scope| &scope.spans)
    }

    fn span(&self, name: &str) -> &Span {
        self.spans().find(|span| span.name == name).unwrap_or_else(|| {
            panic!("no span {name} among {:?}", self.spans().map(|span| &span.name).collect::<Vec<_>>())
        })
    }
}

/// Receives traces for as long as the future is polled that comes with it.
fn collector(listener: TcpListener) -> (Arc<Mutex<Received>>, tokio::task::JoinHandle<()>) {
    async fn receive(State(received): State<Arc<Mutex<Received>>>, headers: HeaderMap, body: Bytes) {
        let batch = ExportTraceServiceRequest::decode(body).expect("a batch of spans");
        let mut received = received.lock().expect("not poisoned");
        received.headers.push(headers);
        received.batches.push(batch);
    }
    let received = Arc::<Mutex<Received>>::default();
    let router = Router::new().route("/v1/traces", post(receive)).with_state(Arc::clone(&received));
    let serving = tokio::spawn(cachette::http::serve(listener, router, cachette::http::Limits::default()));
    (received, serving)
}

/// The program, with a data directory of its own and these variables.
struct Program {
    child: Child,
    /// Where it listens.
    address: String,
    _stdout: Lines<BufReader<ChildStdout>>,
    _data: TempDir,
}

impl Program {
    async fn start(variables: &[(&str, &str)]) -> Self {
        let data = TempDir::new().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_cachette"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--backend", "none", "--data-dir"]).arg(data.path());
        // Nothing of what the machine's environment says.
        command.env_clear().envs(variables.iter().copied());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("piped")).lines();
        let first = timeout(LIMIT, stdout.next_line()).await.expect("in time").expect("readable").expect("a line");
        let address = first.split([' ', ',']).find(|word| word.starts_with("127.0.0.1:")).expect("an address");
        Self { child, address: address.to_owned(), _stdout: stdout, _data: data }
    }

    /// Calls an operation as part of a trace, and answers the status.
    async fn call(&self, query: &str, traceparent: Option<&str>) -> u16 {
        let client: Client<HttpConnector, axum::body::Body> = Client::builder(TokioExecutor::new()).build_http();
        let mut request = Request::get(format!("http://{}/?Version=2015-02-02&Action={query}", self.address));
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent);
        }
        let request = request.body(axum::body::Body::empty()).expect("a request");
        let answer = timeout(LIMIT, client.request(request)).await.expect("in time").expect("an answer");
        answer.status().as_u16()
    }

    /// Waits until a line of the log has this text.
    async fn logs(&mut self, text: &str) {
        let stderr = self.child.stderr.as_mut().expect("piped");
        let mut log = Vec::new();
        let found = timeout(LIMIT, async {
            while !String::from_utf8_lossy(&log).contains(text) {
                assert!(stderr.read_buf(&mut log).await.expect("readable") > 0, "the program ended");
            }
        });
        found.await.unwrap_or_else(|_| panic!("the log has no {text:?}: {}", String::from_utf8_lossy(&log)));
    }

    /// Asks it to end, and waits until it has.
    async fn end(self) -> Output {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw).expect("it runs");
        kill_process(id, Signal::TERM).expect("a signal");
        timeout(LIMIT, self.child.wait_with_output()).await.expect("it ends in time").expect("an end")
    }
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<&str, String> {
    let text = |value: &Option<AnyValue>| match value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        _ => String::new(),
    };
    attributes.iter().map(|attribute| (attribute.key.as_str(), text(&attribute.value))).collect()
}

fn hex(bytes: &[u8]) -> String {
    cachette::model::hex::hex(bytes)
}

#[tokio::test]
async fn requests_and_what_follows_them_are_traced() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let (received, _serving) = collector(listener);
    let program = Program::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20token"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
        // Long enough that the end has to see to what is last.
        ("OTEL_BSP_SCHEDULE_DELAY", "1000"),
        // What is logged is another matter.
        ("CACHETTE_LOG", "off"),
    ])
    .await;
    let sampled = format!("00-{TRACE}-{CALLER}-01");
    let create = "CreateCacheCluster&CacheClusterId=traced&Engine=redis&CacheNodeType=cache.t3.micro&NumCacheNodes=1";
    assert_eq!(program.call(create, Some(&sampled)).await, 200);
    assert_eq!(program.call("DescribeCacheClusters&CacheClusterId=nobody", None).await, 404);
    let unsampled = sampled.replace("-01", "-00");
    assert_eq!(program.call("DescribeCacheEngineVersions", Some(&unsampled)).await, 200);
    timeout(LIMIT, async {
        while received.lock().expect("not poisoned").spans().all(|span| span.name != "reconcile") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("a run is traced");
    let described = "DescribeEvents&SourceType=cache-cluster&SourceIdentifier=traced";
    assert_eq!(program.call(described, Some("no traceparent")).await, 200);
    let ended = program.end().await;
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");

    let received = received.lock().expect("not poisoned");
    assert_eq!(received.headers[0]["authorization"], "Bearer token");
    let resource = texts(&received.batches[0].resource_spans[0].resource.as_ref().expect("a resource").attributes);
    assert_eq!(resource["service.name"], "cachette");
    assert_eq!(resource["service.version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(resource["deployment.environment.name"], "test");

    let created = received.span("CreateCacheCluster");
    assert_eq!((hex(&created.trace_id).as_str(), hex(&created.parent_span_id).as_str()), (TRACE, CALLER));
    assert_eq!(created.kind(), SpanKind::Server);
    let known = texts(&created.attributes);
    assert_eq!((known["rpc.system"].as_str(), known["rpc.method"].as_str()), ("aws-api", "CreateCacheCluster"));
    assert_eq!((known["cloud.account.id"].as_str(), known["cloud.region"].as_str()), ("000000000000", "us-east-1"));
    assert_eq!(known["http.response.status_code"], "200");

    let refused = received.span("DescribeCacheClusters");
    assert!(refused.parent_span_id.is_empty() && refused.trace_id != created.trace_id);
    assert_eq!(texts(&refused.attributes)["error.type"], "CacheClusterNotFound");
    assert!(refused.status.as_ref().is_none_or(|status| status.code() != StatusCode::Error), "the caller's mistake");
    assert!(received.span("DescribeEvents").parent_span_id.is_empty());
    assert!(
        received.spans().all(|span| span.name != "DescribeCacheEngineVersions"),
        "the caller wanted no trace of it"
    );

    let step = received.span("OpenEndpoint");
    let run = received.spans().find(|run| run.span_id == step.parent_span_id).expect("a run with this step");
    assert_eq!(run.name, "reconcile");
    assert_eq!(run.trace_id, step.trace_id);
    assert_eq!(texts(&run.attributes)["cache_cluster_id"], "traced");
}

#[tokio::test]
async fn a_collector_that_does_not_answer_is_in_nobodys_way() {
    // Connections are made, and nobody takes them.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let mut program = Program::start(&[
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "8"),
    ])
    .await;
    for _ in 0..50 {
        assert_eq!(program.call("DescribeCacheClusters", None).await, 200);
    }
    program.logs("traces do not arrive").await;
    let (received, serving) = collector(listener);
    timeout(LIMIT, async {
        while received.lock().expect("not poisoned").batches.is_empty() {
            assert_eq!(program.call("DescribeCacheClusters", None).await, 200);
        }
    })
    .await
    .expect("traces arrive again");
    program.logs("traces arrive again").await;
    // The end does not wait for one that is gone for good.
    serving.abort();
    drop(serving.await);
    assert_eq!(program.call("DescribeCacheClusters", None).await, 200);
    assert!(program.end().await.status.success());
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_at_the_start() -> io::Result<()> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cachette"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--backend", "none"]).env_clear().kill_on_drop(true);
    command.envs([("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]);
    let ended = timeout(Duration::from_secs(30), command.output()).await.expect("it ends in time")?;
    assert!(!ended.status.success());
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(told.contains("OTEL_EXPORTER_OTLP_PROTOCOL is not one of those that Cachette knows"), "{told}");
    Ok(())
}
