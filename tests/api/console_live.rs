//! What the console is told as it happens: the stream of events and changes, figures for charts, the ends of logs.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use crate::app::{App, LIMIT};

const EVENTS: &str = "/_cachette/console/api/events";

/// A message of a stream.
#[derive(Debug, Default)]
struct Message {
    name: String,
    id: String,
    data: Value,
}

/// A stream that is read.
struct Stream(BufReader<TcpStream>);

impl Stream {
    /// Opens the stream, from where another one was if `last` says so.
    async fn open(app: &App, path: &str, last: Option<&str>) -> Self {
        let mut connection = TcpStream::connect(app.address()).await.expect("a connection");
        let last = last.map_or_else(String::new, |last| format!("last-event-id: {last}\r\n"));
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{last}\r\n");
        connection.write_all(request.as_bytes()).await.expect("sent");
        let mut stream = Self(BufReader::new(connection));
        assert_eq!(stream.line().await, "HTTP/1.1 200 OK");
        stream
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        timeout(LIMIT, self.0.read_line(&mut line)).await.expect("a line in time").expect("a line");
        assert!(line.ends_with('\n'), "the stream has ended");
        line.trim_end().to_owned()
    }

    /// The next message. What is between messages, headers and the sizes of chunks, has no field of a message.
    async fn next(&mut self) -> Message {
        let mut message = Message::default();
        loop {
            let line = self.line().await;
            match line.split_once(": ") {
                Some(("event", name)) => name.clone_into(&mut message.name),
                Some(("id", id)) => id.clone_into(&mut message.id),
                Some(("data", data)) => message.data = serde_json::from_str(data).expect("JSON"),
                None if line.is_empty() && !message.name.is_empty() => return message,
                _ => {}
            }
        }
    }

    /// The next message of this name.
    async fn until(&mut self, name: &str) -> Message {
        loop {
            let message = self.next().await;
            if message.name == name {
                return message;
            }
        }
    }
}

#[tokio::test]
async fn events_and_changes_are_told_as_they_happen_and_after_a_pause() {
    let app = App::start().await;
    let mut stream = Stream::open(&app, EVENTS, None).await;
    assert_eq!(stream.next().await.name, "ready");
    app.redis("mine").await;
    let event = stream.until("event").await;
    let told = json!({
        "account": "000000000000", "region": "us-east-1", "number": 1, "source_identifier": "mine",
        "source_type": "cache-cluster", "date": event.data["date"], "message": event.data["message"],
    });
    assert_eq!(event.data, told);
    let named = |change: &Message| {
        let changes = change.data["changes"].as_array().expect("changes").clone();
        changes.iter().any(|change| change["kind"] == "cache_clusters" && change["id"] == "mine")
    };
    // The cluster changes once more when it is deleted, whatever was told of its creation by now.
    app.done("DeleteCacheCluster", &[("CacheClusterId", "mine")]).await;
    app.gone("mine").await;
    while !named(&stream.until("change").await) {}
    drop(stream);

    // What happens while nobody listens is told to those who say where they were, each event once.
    let expected = app.messages("cache-cluster", "mine").await;
    for (path, header) in [(EVENTS.to_owned(), true), (format!("{EVENTS}?last-event-id={}", event.id), false)] {
        let mut stream = Stream::open(&app, &path, header.then_some(event.id.as_str())).await;
        assert_eq!(stream.next().await.name, "ready");
        for message in &expected[1..] {
            assert_eq!(stream.until("event").await.data["message"], message.as_str());
        }
    }

    // Nothing is told again but what can be a place, and nothing is asked for in vain.
    let mut stream = Stream::open(&app, &format!("{EVENTS}?last-event-id=at:1/a%0ab/1"), None).await;
    assert_eq!((stream.next().await.id, stream.next().await.name.as_str()), (event_id_now(&app).await, "reload"));
    assert_eq!(app.get(&format!("{EVENTS}?limit=7")).await.status, 400);

    // Nobody knows what comes after a place that is no more.
    let mut stream = Stream::open(&app, EVENTS, None).await;
    assert_eq!(stream.next().await.name, "ready");
    assert_eq!(app.post("/_cachette/reset", "").await.status, 200);
    assert_eq!(stream.until("reload").await.data, json!({}));
    app.redis("next").await;
    assert_eq!(stream.until("event").await.data["source_identifier"], "next");
}

/// The place of a reader that begins now.
async fn event_id_now(app: &App) -> String {
    Stream::open(app, EVENTS, None).await.next().await.id
}

#[tokio::test]
async fn the_newest_events_are_listed_as_asked_for() {
    let app = App::start().await;
    for id in ["one", "two"] {
        app.redis(id).await;
    }
    let latest = async |query: &str| {
        let answer = app.get(&format!("{EVENTS}/latest{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let told: Value = serde_json::from_str(&answer.body).expect("JSON");
        let events = told["events"].as_array().expect("events").clone();
        events.iter().map(|event| event["source_identifier"].as_str().expect("a source").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(latest("?limit=1").await, ["two"], "the newest first");
    assert!(
        latest("?source=ONE&source-type=cache-cluster&region=us-east-1").await.iter().all(|source| source == "one")
    );
    assert_eq!(latest("?source=one&source-type=replication-group").await, [""; 0]);
    assert_eq!(latest("?account=111111111111").await, [""; 0]);
}

#[tokio::test]
async fn charts_are_answered_together_and_what_is_wrong_with_one_is_told_in_its_place() {
    let app = App::start().await;
    let series = |metric: &str, dimensions: Value, period: u32| {
        json!({ "account": "000000000000", "region": "us-east-1", "metric": metric, "dimensions": dimensions,
                "statistic": "Average", "period": period, "minutes": 60 })
    };
    let asked = json!({ "series": [
        series("CPUUtilization", json!({ "CacheClusterId": "mine" }), 60),
        series("Speed", json!({}), 60),
        series("CPUUtilization", json!({ "Color": "red" }), 60),
        series("CPUUtilization", json!({}), 7),
    ]});
    let answer = app.post("/_cachette/console/api/metrics", asked.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let told: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(told["series"][0], json!({ "unit": "Percent", "points": [] }));
    for (place, word) in [(1, "Speed"), (2, "dimensions"), (3, "Period")] {
        let error = told["series"][place]["error"].as_str().unwrap_or_default();
        assert!(error.contains(word), "{place}: {told}");
    }
    let answer = app.post("/_cachette/console/api/metrics", "{\"series\": 1}").await;
    assert_eq!((answer.status, answer.headers["content-type"].as_bytes()), (400, &b"application/json"[..]));
}

#[tokio::test]
async fn logs_that_there_are_none_of_are_refused_with_the_reason() {
    let app = App::start().await;
    app.redis("mine").await;
    app.memcached("other", 1).await;
    for (query, status, reason) in [
        ("cluster=mine&kind=slow-log", 409, "No engine runs there now."),
        ("cluster=other&kind=slow-log", 400, "Memcached has no slow log."),
        ("cluster=mine&node=0002&kind=engine-log", 404, "There is no node 0002 of a cache cluster mine"),
        ("cluster=mine&region=eu-west-1&kind=engine-log", 404, "There is no node 0001 of a cache cluster mine"),
        ("cluster=mine&kind=diary", 400, "diary"),
        ("cluster=mine&kind=engine-log&node=..%2F..", 400, "no cache node id"),
        ("kind=engine-log", 400, "cluster"),
    ] {
        let answer = app.get(&format!("/_cachette/console/api/logs?{query}")).await;
        let told: Value = serde_json::from_str(&answer.body).expect("JSON");
        let error = told["error"].as_str().unwrap_or_default();
        assert!(answer.status == status && error.contains(reason), "{query}: {answer:?}");
    }
    let answer = app.get("/_cachette/console/api/logs?cluster=MINE&kind=engine-log").await;
    assert_eq!(answer.status, 200, "an engine that is kept in the records only has printed nothing: {}", answer.body);
}

#[tokio::test]
async fn pages_of_other_sites_see_nothing_of_it() {
    let app = App::start().await;
    for path in ["api/events", "api/events/latest", "api/logs?cluster=mine&kind=slow-log", "live/index.js"] {
        let request = Request::get(app.uri(&format!("/_cachette/console/{path}")));
        let request = request.header("sec-fetch-site", "cross-site").body(Body::empty()).expect("a request");
        assert_eq!(app.send(request).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn the_modules_and_all_that_they_import_are_served() {
    let app = App::start().await;
    let mut files = vec!["index.js".to_owned(), "live.css".to_owned()];
    let mut seen = 0;
    while let Some(file) = files.get(seen).cloned() {
        seen += 1;
        let answer = app.get(&format!("/_cachette/console/live/{file}")).await;
        assert_eq!(answer.status, 200, "{file}");
        let kind = if file == "live.css" { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
        assert_eq!(answer.headers["content-type"], kind);
        let imports = answer.body.lines().filter_map(|line| line.split_once(" from './")?.1.strip_suffix("';"));
        let new: Vec<_> =
            imports.filter(|import| !files.iter().any(|file| file == import)).map(str::to_owned).collect();
        files.extend(new);
    }
    let mut there: Vec<_> = std::fs::read_dir("src/console/live")
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    there.sort();
    files.sort();
    assert_eq!(files, there);
    assert_eq!(app.get("/_cachette/console/live/..%2f..%2fCargo.toml").await.status, 404);
}
