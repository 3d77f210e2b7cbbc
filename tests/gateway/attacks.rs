//! Clients of endpoints that take without limit, or send without end: what they cost the gateway, and that others are
//! served meanwhile. The engines are processes of their own, so this process's memory is the gateway's and the clients'.

use std::{fs, io, time::Duration};

use cachette::gateway::{Front, Gateway, GatewaySettings, Places, PortChoice};
use futures_util::{StreamExt, stream};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::{Process, connect, exchange, expect, free_port, gateway, node, send, settings, until, within};

/// What all connections of a thread share, and what the tests' own buffers take, in KiB.
const SLACK: u64 = 4 << 10;

/// The memory that is this process's own, in KiB.
fn own_memory() -> u64 {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").expect("Linux tells of memory");
    let line = rollup.lines().find(|line| line.starts_with("Pss:")).expect("the proportional share");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// An engine that asks for a password.
async fn guarded_redis() -> Process {
    let port = free_port();
    let port_text = port.to_string();
    let arguments = ["--bind", "127.0.0.1", "--port", &port_text, "--save", "", "--requirepass", "secret"];
    Process::start("redis-server", port, &arguments).up().await
}

fn open(settings: GatewaySettings, engine: &Process) -> (Gateway, u16) {
    let (gateway, routes) = gateway(settings);
    routes.lead(&node("cache"), engine.address);
    let port = gateway.open(&node("cache"), Front::Redis, PortChoice::Any).expect("a port");
    (gateway, port)
}

async fn pong(port: u16) {
    let mut client = connect(port).await;
    send(&mut client, b"PING\r\n").await;
    expect(&mut client, b"+PONG\r\n").await;
}

#[tokio::test]
async fn ten_thousand_idle_connections_leave_room_for_others() {
    // A connection takes three of this process's files: two for the gateway, and one for the client.
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(1 << 20);
    let count = usize::try_from(files / 3).unwrap_or(usize::MAX).saturating_sub(200).min(10_000);
    let engine = Process::redis_for(count + 100).await;
    let (_gateway, port) = open(settings(), &engine);
    pong(port).await;
    let before = own_memory();
    let mut idle = Vec::with_capacity(count);
    let mut connecting = stream::iter(0..count).map(|_| connect(port)).buffer_unordered(64);
    while let Some(mut client) = connecting.next().await {
        send(&mut client, b"PING\r\n").await;
        expect(&mut client, b"+PONG\r\n").await;
        idle.push(client);
    }
    let each = own_memory().saturating_sub(before) * 1024 / count as u64;
    println!("{count} idle connections: {each} bytes each, the client's end included");
    assert!(each < 8 << 10, "{each} bytes for each of {count} connections");
    within("others are served", pong(port)).await;
}

#[tokio::test]
async fn connections_beyond_all_places_are_refused_until_one_is_free() {
    let engine = Process::redis().await;
    let (gateway, port) = open(GatewaySettings { places: Places::new(3), ..settings() }, &engine);
    let other = gateway.open(&node("cache-2"), Front::Redis, PortChoice::Any).expect("a port");
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut client = connect(port).await;
        send(&mut client, b"PING\r\n").await;
        expect(&mut client, b"+PONG\r\n").await;
        held.push(client);
    }
    for port in [port, other] {
        let mut client = connect(port).await;
        let mut words = String::new();
        within("a refusal", client.read_to_string(&mut words)).await.expect("an orderly end");
        assert_eq!(words, "-ERR max number of clients reached\r\n");
    }
    held.pop();
    within("the place is free again", async {
        while exchange_unless_refused(port).await != b"+PONG\r\n" {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// What comes back, also when the connection is reset.
async fn exchange_unless_refused(port: u16) -> Vec<u8> {
    let mut client = connect(port).await;
    let _ = client.write_all(b"PING\r\n").await;
    let _ = client.shutdown().await;
    let mut read = Vec::new();
    let _ = client.read_to_end(&mut read).await;
    read
}

#[tokio::test]
async fn a_hundred_megabytes_before_auth_are_not_kept() {
    let engine = guarded_redis().await;
    let (_gateway, port) = open(settings(), &engine);
    let before = own_memory();
    let chunk = vec![b'x'; 64 << 10];
    for head in ["*1\r\n$104857600\r\n", "*2\r\n$4\r\nAUTH\r\n$104857600\r\n", ""] {
        let mut client = connect(port).await;
        send(&mut client, head.as_bytes()).await;
        let flood = async {
            let mut sent = 0;
            while sent < 100 << 20 && client.write_all(&chunk).await.is_ok() {
                sent += chunk.len();
            }
            sent
        };
        let sent = within("the engine ends it", flood).await;
        assert!(sent < 100 << 20, "{head:?}: all of it was taken");
        assert!(own_memory() < before + SLACK, "{head:?}: {} KiB more", own_memory() - before);
        let refused = exchange(port, b"PING\r\n").await;
        assert!(refused.starts_with(b"-NOAUTH"), "{}", String::from_utf8_lossy(&refused));
    }
}

#[tokio::test]
async fn replies_that_nobody_reads_are_not_kept() {
    let engine = Process::redis().await;
    let (_gateway, port) = open(settings(), &engine);
    let mut setter = connect(port).await;
    send(&mut setter, format!("SET large {}\r\n", "x".repeat(16 << 10)).as_bytes()).await;
    expect(&mut setter, b"+OK\r\n").await;
    let before = own_memory();
    let mut deaf = connect(port).await;
    // Some 160 MB of replies.
    send(&mut deaf, "GET large\r\n".repeat(10_000).as_bytes()).await;
    let mut reader = connect(port).await;
    send(&mut reader, b"PING\r\n").await;
    expect(&mut reader, b"+PONG\r\n").await;
    until_still(&mut deaf).await;
    assert!(own_memory() < before + SLACK, "{} KiB more", own_memory() - before);
    pong(port).await;
}

/// Waits until the engine's replies have come as far as they do.
async fn until_still(deaf: &mut TcpStream) {
    within("the first reply", deaf.readable()).await.expect("a connection");
    let (mut waiting, mut last) = (0, None);
    until("nothing moves any more", || {
        let there = rustix::io::ioctl_fionread(&*deaf).ok();
        waiting = if last == there { waiting + 1 } else { 0 };
        last = there;
        waiting > 100
    })
    .await;
}

#[tokio::test]
async fn an_engine_that_reads_nothing_slows_its_clients_down() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (gateway, routes) = gateway(settings());
    routes.lead(&node("cache"), listener.local_addr().expect("its address"));
    let port = gateway.open(&node("cache"), Front::Redis, PortChoice::Any).expect("a port");
    let mut client = connect(port).await;
    let _engine = crate::support::accept(&listener).await;
    let before = own_memory();
    let chunk = vec![b'x'; 64 << 10];
    let mut sent = 0;
    while let Ok(written) = timeout(Duration::from_millis(500), client.write_all(&chunk)).await {
        written.expect("a connection");
        sent += chunk.len();
        assert!(sent < 100 << 20, "somebody keeps it all");
    }
    assert!(own_memory() < before + SLACK, "{} KiB more", own_memory() - before);
}

#[tokio::test]
async fn clients_that_vanish_are_looked_for() {
    let engine = Process::redis().await;
    let (_gateway, port) = open(settings(), &engine);
    let mut client = connect(port).await;
    send(&mut client, b"PING\r\n").await;
    expect(&mut client, b"+PONG\r\n").await;
    let theirs = client.local_addr().expect("its address").port();
    until("the kernel keeps an eye on the connection", || {
        keeps_alive(port, theirs).expect("Linux tells of connections")
    })
    .await;
}

/// Whether the system has a keep-alive timer of five minutes at most for the connection from `remote` that was accepted at `local`.
fn keeps_alive(local: u16, remote: u16) -> io::Result<bool> {
    let ends = (format!(":{local:04X}"), format!(":{remote:04X}"));
    let table = fs::read_to_string("/proc/self/net/tcp")?;
    Ok(table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).any(|fields| {
        // `02` is the keep-alive timer; what is left of it follows, in hundredths of a second.
        let left = fields.get(5).and_then(|timer| timer.strip_prefix("02:"));
        let left = left.and_then(|left| u32::from_str_radix(left, 16).ok());
        fields.len() > 5
            && fields[1].ends_with(&ends.0)
            && fields[2].ends_with(&ends.1)
            && left.is_some_and(|left| left <= 300 * 100)
    }))
}
