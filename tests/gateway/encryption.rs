//! Who has to speak TLS, and that what is said arrives as it would without.

use std::{net::SocketAddr, process::Stdio, time::Duration};

use cachette::{
    gateway::{Front, GatewaySettings, Member, Membership, NetworkFault, PortChoice, Whereabouts},
    model::TransitEncryption::{self, Disabled, Preferred, Required},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use crate::{
    secure::Secured,
    support::{LIMIT, LOOPBACK, Process, accept, connect, expect, expect_reset, node, rest, send, settings, within},
};

/// A gateway in front of `target`, and the endpoint's port.
fn in_front_of(target: SocketAddr, wanted: TransitEncryption) -> (Secured, u16) {
    let secured = Secured::new(settings(), wanted);
    secured.routes.lead(&node("0001"), target);
    let port = secured.gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    (secured, port)
}

/// Both ends of a connection of TLS through a gateway.
async fn joined() -> (Secured, TlsStream<TcpStream>, TcpStream) {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("a listener");
    let (secured, port) = in_front_of(listener.local_addr().expect("an address"), Required);
    let (mut client, mut target) = tokio::join!(secured.client(port), accept(&listener));
    send(&mut client, b"hello").await;
    expect(&mut target, b"hello").await;
    (secured, client, target)
}

async fn ping<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(client: &mut S) {
    send(client, b"PING\r\n").await;
    expect(client, b"+PONG\r\n").await;
}

#[tokio::test]
async fn where_tls_is_required_nothing_else_is_answered() {
    let redis = Process::redis().await;
    // Being turned away is something else than getting no engine.
    let secured = Secured::new(GatewaySettings { connect_limit: 2 * LIMIT, ..settings() }, Required);
    secured.routes.lead(&node("0001"), redis.address);
    let port = secured.gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    ping(&mut secured.client(port).await).await;

    let mut plain = connect(port).await;
    send(&mut plain, b"PING\r\n").await;
    let mut read = Vec::new();
    // What it has sent and nobody read makes the end a reset.
    let _ = within("the end", plain.read_to_end(&mut read)).await;
    assert!(read.is_empty(), "{read:?}");
}

#[tokio::test]
async fn where_tls_is_preferred_both_kinds_use_one_port() {
    let redis = Process::redis().await;
    let (secured, port) = in_front_of(redis.address, Preferred);
    let mut encrypted = secured.client(port).await;
    let mut plain = connect(port).await;
    for _ in 0..3 {
        ping(&mut encrypted).await;
        ping(&mut plain).await;
    }
}

#[tokio::test]
async fn who_is_silent_where_tls_is_preferred_holds_no_engine_and_may_take_its_time() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("a listener");
    let secured = Secured::new(GatewaySettings { handshake_limit: Duration::from_millis(20), ..settings() }, Preferred);
    secured.routes.lead(&node("0001"), listener.local_addr().expect("an address"));
    let port = secured.gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    let mut silent = connect(port).await;
    // A later one goes past it, and the limit of handshakes passes too.
    assert!(timeout(Duration::from_millis(200), listener.accept()).await.is_err(), "an engine was taken");
    send(&mut silent, b"hello").await;
    expect(&mut accept(&listener).await, b"hello").await;
}

#[tokio::test]
async fn plain_connections_are_cut_when_tls_comes_to_be_required_and_others_stay() {
    let redis = Process::redis().await;
    let (secured, port) = in_front_of(redis.address, Disabled);
    let mut oldest = connect(port).await;
    ping(&mut oldest).await;
    secured.routes.encrypt(Preferred);
    let mut plain = connect(port).await;
    ping(&mut plain).await;
    ping(&mut oldest).await;
    let mut silent = connect(port).await;
    let mut encrypted = secured.client(port).await;
    ping(&mut encrypted).await;

    secured.routes.encrypt(Required);
    expect_reset(&mut oldest).await;
    expect_reset(&mut plain).await;
    send(&mut silent, b"PING\r\n").await;
    assert!(within("the end", silent.read_u8()).await.is_err(), "it was silent until too late");
    ping(&mut encrypted).await;

    secured.routes.encrypt(Disabled);
    ping(&mut encrypted).await;
    ping(&mut connect(port).await).await;
}

#[tokio::test]
async fn one_connection_too_many_is_closed_without_a_word() {
    let redis = Process::redis().await;
    let secured = Secured::new(GatewaySettings { max_connections: 1, ..settings() }, Required);
    secured.routes.lead(&node("0001"), redis.address);
    let port = secured.gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    ping(&mut secured.client(port).await).await;
    let mut first = loop {
        // The one before may not be gone yet.
        if let Ok(client) = secured.shake_hands(connect(port).await, "localhost").await {
            break client;
        }
    };
    ping(&mut first).await;
    assert!(rest(&mut connect(port).await).await.is_empty());
}

#[tokio::test]
async fn the_end_of_one_direction_leaves_the_other_open() {
    let (_secured, mut client, mut target) = joined().await;
    send(&mut client, b"all I have to say").await;
    client.shutdown().await.expect("half-closed");
    assert_eq!(rest(&mut target).await, b"all I have to say");
    send(&mut target, b"a late answer").await;
    target.shutdown().await.expect("half-closed");
    assert_eq!(rest(&mut client).await, b"a late answer", "and a farewell, without which this were an error");

    let (_secured, mut client, mut target) = joined().await;
    target.shutdown().await.expect("half-closed");
    assert!(rest(&mut client).await.is_empty());
    send(&mut client, b"still talking").await;
    expect(&mut target, b"still talking").await;
}

#[tokio::test]
async fn a_client_that_leaves_without_a_farewell_ends_its_direction() {
    let (_secured, mut client, mut target) = joined().await;
    send(&mut client, b"SET a 1\r\n").await;
    client.get_mut().0.shutdown().await.expect("half-closed");
    assert_eq!(rest(&mut target).await, b"SET a 1\r\n");
}

#[tokio::test]
async fn a_reset_on_one_side_is_a_reset_on_the_other() {
    let (_secured, mut client, target) = joined().await;
    target.set_zero_linger().expect("set");
    drop(target);
    expect_reset(&mut client).await;

    let (_secured, client, mut target) = joined().await;
    client.get_ref().0.set_zero_linger().expect("set");
    drop(client);
    expect_reset(&mut target).await;
}

#[tokio::test]
async fn large_values_arrive_whole_both_ways() {
    let redis = Process::redis().await;
    let (secured, port) = in_front_of(redis.address, Required);
    let mut client = secured.client(port).await;
    for size in [16_383, 16_384, 65_537, 262_145, 5_000_000] {
        let value: Vec<u8> = (0..size).map(|index: u32| b'a' + u8::try_from(index % 23).expect("small")).collect();
        let request = [format!("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n${size}\r\n").as_bytes(), &value, b"\r\n"].concat();
        send(&mut client, &request).await;
        expect(&mut client, b"+OK\r\n").await;
        send(&mut client, b"GET k\r\n").await;
        expect(&mut client, &[format!("${size}\r\n").as_bytes(), &value, b"\r\n"].concat()).await;
    }
}

#[tokio::test]
async fn a_reader_that_does_not_read_stops_the_sender_and_loses_nothing() {
    let (_secured, mut client, mut target) = joined().await;
    let block: Vec<u8> = (0..=250).cycle().take(64 * 1024).collect();
    let mut sent = 0;
    // Nothing can be sent for a while only when every buffer on the way is full.
    while let Ok(written) = timeout(Duration::from_millis(300), target.write(&block[sent % 251..])).await {
        sent += written.expect("sent");
        assert!(sent < 64 << 20, "the gateway takes without end");
    }
    // Meanwhile the other direction is open.
    send(&mut client, b"I am still here").await;
    expect(&mut target, b"I am still here").await;
    target.shutdown().await.expect("half-closed");
    let received = rest(&mut client).await;
    assert_eq!(received.len(), sent);
    assert!(received.iter().zip((0..=250).cycle()).all(|(byte, expected)| *byte == expected));
}

#[tokio::test]
async fn an_engine_that_does_not_read_stops_the_client_and_nothing_is_lost() {
    let (_secured, mut client, mut target) = joined().await;
    let block: Vec<u8> = (0..=250).cycle().take(64 * 1024).collect();
    let mut sent = 0;
    while let Ok(written) = timeout(Duration::from_millis(300), client.write(&block[sent % 251..])).await {
        sent += written.expect("sent");
        assert!(sent < 64 << 20, "the gateway takes without end");
    }
    let (ended, received) = tokio::join!(client.shutdown(), rest(&mut target));
    ended.expect("half-closed");
    assert_eq!(received.len(), sent);
    assert!(received.iter().zip((0..=250).cycle()).all(|(byte, expected)| *byte == expected));
}

#[tokio::test]
async fn both_directions_are_carried_at_once_by_a_client_that_writes_before_it_reads() {
    let redis = Process::redis().await;
    let (secured, port) = in_front_of(redis.address, Required);
    let client = secured.client(port).await;
    let (mut reader, mut writer) = tokio::io::split(client);
    let value = "x".repeat(100_000);
    let request = format!("*2\r\n$4\r\nECHO\r\n$100000\r\n{value}\r\n");
    let reply = format!("$100000\r\n{value}\r\n");
    let asking = async {
        for _ in 0..100 {
            send(&mut writer, request.as_bytes()).await;
        }
    };
    let reading = async {
        for _ in 0..100 {
            expect(&mut reader, reply.as_bytes()).await;
        }
    };
    tokio::join!(asking, reading);
}

#[tokio::test]
async fn memcached_clients_discover_nodes_over_tls() {
    let memcached = Process::memcached().await;
    let secured = Secured::new(settings(), Required);
    secured.routes.lead(&node("0001"), memcached.address);
    let member = Member { cache_node_id: "0001".to_owned(), port: 17921, at: Whereabouts::default() };
    secured.routes.set_membership(Membership { version: 1, nodes: vec![member] });
    let port = secured.gateway.open(&node("0001"), Front::Memcached, PortChoice::Any).expect("open");
    let mut client = secured.client(port).await;
    send(&mut client, b"version\r\nconfig get cluster\r\n").await;
    expect(&mut client, b"VERSION 1.").await;
    let mut rest = Vec::new();
    within("the nodes", async {
        while !rest.ends_with(b"END\r\n") {
            rest.push(client.read_u8().await.expect("a byte"));
        }
    })
    .await;
    assert!(rest.ends_with(b"\r\nCONFIG cluster 0 28\r\n1\nlocalhost|127.0.0.1|17921\n\r\nEND\r\n"));
}

#[tokio::test]
async fn faults_of_the_network_are_seen_before_the_handshake_is_over() {
    let redis = Process::redis().await;
    let (secured, port) = in_front_of(redis.address, Required);
    secured.routes.set_fault(redis.address, Some(NetworkFault::Refuse));
    let error = secured.shake_hands(connect(port).await, "localhost").await.expect_err("it is refused");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");

    secured.routes.set_fault(redis.address, Some(NetworkFault::Cut));
    let handshake = secured.client(port);
    tokio::pin!(handshake);
    assert!(timeout(Duration::from_millis(100), &mut handshake).await.is_err(), "nothing is carried");
    secured.routes.set_fault(redis.address, None);
    ping(&mut handshake.await).await;
}

#[tokio::test]
async fn the_tool_that_comes_with_redis_trusts_the_authority() {
    let redis = Process::redis().await;
    let (secured, port) = in_front_of(redis.address, Required);
    let folder = tempfile::tempdir().expect("a folder");
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, secured.certificates.ca_pem()).expect("written");
    for version in [&[][..], &["--tls-ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"]] {
        let mut command = tokio::process::Command::new("redis-cli");
        command.args(["-h", "localhost", "-p", &port.to_string(), "--tls", "--sni", "localhost", "--cacert"]);
        command.arg(&ca).args(version).arg("PING").stdin(Stdio::null()).kill_on_drop(true);
        let output = within("redis-cli", command.output()).await.expect("redis-cli");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "PONG\n", "{}", String::from_utf8_lossy(&output.stderr));
    }
}
