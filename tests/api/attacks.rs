//! Clients that send too much, too slowly or nothing at all, or do not read: what becomes of them, and that others are
//! served meanwhile. The limits are small here where waiting for the real ones would take long.

use std::time::Duration;

use axum::{Router, routing::get};
use cachette::http::{Limits, serve};
use futures_util::future::join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::{Instant, timeout},
};

use crate::app::{App, LIMIT};

/// Connections of our HTTP server to routes of the test's own.
struct Small {
    address: std::net::SocketAddr,
    running: JoinHandle<()>,
}

impl Small {
    async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let routes = Router::new()
            .route("/", get(|| async { "served" }))
            .route("/large", get(|| async { "x".repeat(64 << 20) }));
        Self { address, running: tokio::spawn(serve(listener, routes, limits)) }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// What a client gets that does as it should.
    async fn ask(&self) -> String {
        exchange(self.connect().await, b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// Sends as much of `request` as is taken, and reads what comes until the end.
async fn exchange(mut stream: TcpStream, request: &[u8]) -> String {
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    // A server that closes while there is something left to read of us resets the connection.
    let _ = timeout(LIMIT, stream.read_to_end(&mut answer)).await.expect("the end in time");
    String::from_utf8(answer).expect("UTF-8")
}

/// Waits until the server has closed the connection, and answers how long that took.
async fn closed(stream: &mut TcpStream) -> Duration {
    let started = Instant::now();
    let mut left = Vec::new();
    let _ = timeout(LIMIT, stream.read_to_end(&mut left)).await.expect("it is closed in time");
    assert_eq!(String::from_utf8_lossy(&left), "");
    started.elapsed()
}

#[tokio::test]
async fn slowloris_is_cut_off_while_others_are_served() {
    let patience = Duration::from_millis(300);
    let server = Small::start(Limits { head_patience: patience, ..Limits::default() }).await;
    let attacker = || async {
        let mut stream = server.connect().await;
        let begun = Instant::now();
        // A byte at a time, never an end: until the server will not have it any more.
        while stream.write_all(b"G").await.is_ok() && begun.elapsed() < LIMIT {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        begun.elapsed()
    };
    let honest = async { assert!(server.ask().await.ends_with("served")) };
    let (lasted, ()) = tokio::join!(join_all((0..100).map(|_| attacker())), honest);
    assert!(lasted.iter().all(|lasted| *lasted < LIMIT), "{lasted:?}");
}

#[tokio::test]
async fn idle_connections_do_not_keep_their_places() {
    let limits = Limits { connections: 10, head_patience: Duration::from_millis(200), ..Limits::default() };
    let server = Small::start(limits).await;
    let mut silent = join_all((0..10).map(|_| server.connect())).await;
    // It has to wait, as all places are taken, until the first of them are given up.
    assert!(server.ask().await.ends_with("served"));
    for stream in &mut silent {
        closed(stream).await;
    }
    let mut kept = server.connect().await;
    kept.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("sent");
    let mut answer = Vec::new();
    timeout(LIMIT, kept.read_to_end(&mut answer)).await.expect("closed in time").expect("an orderly end");
    assert!(String::from_utf8_lossy(&answer).ends_with("served"), "closed after it was served, not before");
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_given_up() {
    let limits = Limits { connections: 1, write_patience: Duration::from_millis(200), ..Limits::default() };
    let server = Small::start(limits).await;
    let mut deaf = server.connect().await;
    deaf.write_all(b"GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("sent");
    let begun = timeout(LIMIT, deaf.readable()).await;
    begun.expect("the answer begins").expect("a connection");
    // The only place is free again, and the answer was not sent to its end.
    assert!(server.ask().await.ends_with("served"));
    let mut got = Vec::new();
    let _ = timeout(LIMIT, deaf.read_to_end(&mut got)).await.expect("the end in time");
    assert!(got.len() < 64 << 20, "{} bytes", got.len());
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let app = App::start().await;
    let many = "x: 1\r\n".repeat(101);
    let large = format!("x: {}\r\n", "y".repeat(40 << 10));
    let huge = format!("x: {}\r\n", "y".repeat(10 << 20));
    let endless = "x".repeat(10 << 20);
    for (head, status) in [
        (format!("POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{many}\r\n"), "431"),
        (format!("POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{large}\r\n"), "431"),
        (format!("POST / HTTP/1.1\r\nhost: localhost\r\n{huge}\r\n"), ""),
        (format!("GET /?{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", "a".repeat(20 << 10)), "414"),
        (
            format!(
                "GET /_cachette/resources?{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
                "a".repeat(20 << 10)
            ),
            "414",
        ),
        (format!("GET /{endless}"), ""),
        (endless.clone(), ""),
    ] {
        let stream = TcpStream::connect(app.address()).await.expect("a connection");
        let answer = exchange(stream, head.as_bytes()).await;
        // A reset may overtake the answer to somebody who is still sending.
        let told = answer.strip_prefix("HTTP/1.1 ").unwrap_or_default();
        assert!(told.starts_with(status) && !told.starts_with('2'), "{}: {answer}", &head[..20]);
    }
    app.done("DescribeCacheClusters", &[]).await;
}

#[tokio::test]
async fn bodies_that_are_too_large_are_refused_before_they_are_sent() {
    let app = App::start().await;
    for path in ["/", "/_cachette/clock/advance", "/_cachette/faults"] {
        let announced = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000000\r\n\r\n");
        let stream = TcpStream::connect(app.address()).await.expect("a connection");
        let answer = exchange(stream, announced.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{path}: {answer}");
        let mut stream = TcpStream::connect(app.address()).await.expect("a connection");
        let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        let (mut read, mut write) = stream.into_split();
        // Chunk after chunk, until the server ends it.
        let flood = tokio::spawn(async move {
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
            let mut sent = 0;
            while sent < 1 << 30 && write.write_all(chunk.as_bytes()).await.is_ok() {
                sent += chunk.len();
            }
            sent
        });
        let mut start = [0; 12];
        timeout(LIMIT, read.read_exact(&mut start)).await.expect("an answer in time").expect("an answer");
        assert_eq!(&start, b"HTTP/1.1 413", "{path}");
        drop(read);
        let sent = timeout(LIMIT, flood).await.expect("the end in time").expect("no panic");
        assert!(sent < 64 << 20, "{path}: {sent} bytes were taken");
    }
    app.done("DescribeCacheClusters", &[]).await;
}
