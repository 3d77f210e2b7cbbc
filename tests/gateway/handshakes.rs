//! What clients of TLS are shown, and what becomes of those who do not keep to the protocol.

use std::{io, net::IpAddr, time::Duration};

use cachette::{
    gateway::{Front, GatewaySettings, PortChoice},
    model::TransitEncryption::{Preferred, Required},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, copy, duplex, split},
    net::TcpStream,
};

use crate::{
    secure::Secured,
    support::{Process, connect, expect, node, own_loopback, rest, send, settings, within},
};

/// A gateway in front of a real engine.
async fn secured(settings: GatewaySettings) -> (Secured, Process, u16) {
    let secured = Secured::new(settings, Required);
    let redis = Process::redis().await;
    secured.routes.lead(&node("0001"), redis.address);
    let port = secured.gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    (secured, redis, port)
}

async fn ping<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(client: &mut S) {
    send(client, b"PING\r\n").await;
    expect(client, b"+PONG\r\n").await;
}

/// The bytes with which a client begins.
async fn client_hello(secured: &Secured) -> Vec<u8> {
    let (ours, mut theirs) = duplex(1 << 16);
    let handshake = secured.shake_hands(ours, "localhost");
    let mut hello = vec![0; 1 << 16];
    tokio::select! {
        _ = handshake => unreachable!("nobody answers"),
        length = theirs.read(&mut hello) => hello.truncate(length.expect("a client hello")),
    }
    hello
}

#[tokio::test]
async fn both_versions_of_the_protocol_are_spoken() {
    let (secured, _redis, port) = secured(settings()).await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let stream = connect(port).await;
        let mut client = secured.shake_hands_in(&[version], stream, "localhost").await.expect("a handshake");
        assert_eq!(client.get_ref().1.protocol_version(), Some(version.version));
        ping(&mut client).await;
    }
}

#[tokio::test]
async fn every_name_that_an_endpoint_has_is_verified_and_no_other() {
    let (secured, _redis, port) = secured(settings()).await;
    let shake_hands = async |name| secured.shake_hands(connect(port).await, name).await;
    for name in ["localhost", "127.0.0.1", "::1", "cachette", "my-cache.localhost"] {
        ping(&mut shake_hands(name).await.unwrap_or_else(|error| panic!("{name}: {error}"))).await;
    }
    for foreign in ["cache.example.com", "www.cache.example.com", "192.0.2.1"] {
        let error = shake_hands(foreign).await.expect_err(foreign);
        assert!(error.to_string().contains("not valid for name"), "{error}");
    }
    secured.certificates.note("cache.example.com");
    secured.certificates.note("192.0.2.1");
    ping(&mut shake_hands("cache.example.com").await.expect("the API was called there")).await;
    ping(&mut shake_hands("192.0.2.1").await.expect("the API was called there")).await;
    assert!(shake_hands("www.cache.example.com").await.is_err());
}

#[tokio::test]
async fn the_address_that_a_client_used_is_verified() {
    let listen = own_loopback();
    let (secured, _redis, port) = secured(GatewaySettings { listen, ..settings() }).await;
    let stream = within("connecting", TcpStream::connect((listen, port))).await.expect("a connection");
    ping(&mut secured.shake_hands(stream, &listen.to_string()).await.expect("a handshake")).await;
    assert_ne!(listen, IpAddr::from([127, 0, 0, 1]));
}

#[tokio::test]
async fn a_client_hello_may_come_in_pieces() {
    let (secured, _redis, port) = secured(settings()).await;
    for piece in [1, 100] {
        // What the client writes goes on in pieces of this size, each in a packet of its own.
        let (ours, theirs) = duplex(1 << 16);
        let gateway = connect(port).await;
        gateway.set_nodelay(true).expect("set");
        let carried = tokio::spawn(in_pieces(theirs, gateway, piece));
        let mut client = secured.shake_hands(ours, "localhost").await.expect("a handshake");
        ping(&mut client).await;
        carried.abort();
    }
}

async fn in_pieces(client: DuplexStream, gateway: TcpStream, size: usize) {
    let ((mut from_client, mut to_client), (mut from_gateway, mut to_gateway)) = (split(client), split(gateway));
    let there = async {
        let mut piece = vec![0; size];
        while let Ok(length @ 1..) = from_client.read(&mut piece).await {
            to_gateway.write_all(&piece[..length]).await.expect("sent");
            tokio::task::yield_now().await;
        }
    };
    let ((), _) = tokio::join!(there, copy(&mut from_gateway, &mut to_client));
}

#[tokio::test]
async fn handshakes_that_stop_half_way_end_and_hold_nobody_up() {
    let settings = GatewaySettings { handshake_limit: Duration::from_millis(300), ..settings() };
    let (secured, _redis, port) = secured(settings).await;
    let hello = client_hello(&secured).await;
    let mut stopped = Vec::new();
    for length in [0, 1, 5, hello.len() / 2, hello.len()] {
        let mut client = connect(port).await;
        send(&mut client, &hello[..length]).await;
        stopped.push(client);
    }
    ping(&mut secured.client(port).await).await;
    for mut client in stopped {
        // The last was answered already, and waited for.
        rest(&mut client).await;
    }
    ping(&mut secured.client(port).await).await;
}

#[tokio::test]
async fn what_only_begins_like_a_handshake_is_turned_away() {
    let (secured, _redis, port) = secured(settings()).await;
    for wanted in [Required, Preferred] {
        secured.routes.encrypt(wanted);
        for garbage in [&b"\x16PING\r\nPING\r\nPING\r\n"[..], b"\x16\x03\x01\x00\x05hello", &vec![0x16; 70_000]] {
            let mut client = connect(port).await;
            // It may be turned away before it has said all.
            let _ = client.write_all(garbage).await;
            let mut answer = Vec::new();
            match within("the end", client.read_to_end(&mut answer)).await {
                Ok(_) => {}
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "{error}"),
            }
            // An alert of TLS at most.
            assert!(answer.is_empty() || answer[0] == 21 && answer.len() == 7, "{answer:?}");
        }
        ping(&mut secured.client(port).await).await;
    }
}

#[tokio::test]
async fn garbage_after_the_handshake_resets_both_sides() {
    let (secured, _redis, port) = secured(settings()).await;
    let mut client = secured.client(port).await;
    ping(&mut client).await;
    let (mut stream, _) = client.into_inner();
    send(&mut stream, b"\x17\x03\x03\x00\x20 these are no encrypted bytes of ours").await;
    let mut answer = Vec::new();
    let _ = within("the end", stream.read_to_end(&mut answer)).await;
    assert!(!answer.windows(3).any(|window| window == b"ERR"), "the engine never saw it");
}
