//! Bytes, ends and failures are carried over as they are.

use std::{net::SocketAddr, time::Duration};

use cachette::gateway::{Front, Gateway, PortChoice};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::support::{LOOPBACK, Process, accept, connect, expect, expect_reset, gateway, node, rest, send, settings};

fn in_front_of(target: SocketAddr) -> (Gateway, u16) {
    let (gateway, routes) = gateway(settings());
    routes.lead(&node("0001"), target);
    let port = gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    (gateway, port)
}

/// Both ends of a connection through a gateway.
async fn joined() -> (Gateway, TcpStream, TcpStream) {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("a listener");
    let (gateway, port) = in_front_of(listener.local_addr().expect("an address"));
    let mut client = connect(port).await;
    let mut target = accept(&listener).await;
    // A connection that ends before the gateway has seen it open would only be tried again.
    send(&mut client, b"hello").await;
    expect(&mut target, b"hello").await;
    (gateway, client, target)
}

#[tokio::test]
async fn the_end_of_one_direction_leaves_the_other_open() {
    let (_gateway, mut client, mut target) = joined().await;
    send(&mut client, b"all I have to say").await;
    client.shutdown().await.expect("half-closed");
    assert_eq!(rest(&mut target).await, b"all I have to say");
    send(&mut target, b"a late answer").await;
    target.shutdown().await.expect("half-closed");
    assert_eq!(rest(&mut client).await, b"a late answer");

    let (_gateway, mut client, mut target) = joined().await;
    target.shutdown().await.expect("half-closed");
    assert!(rest(&mut client).await.is_empty());
    send(&mut client, b"still talking").await;
    expect(&mut target, b"still talking").await;
}

#[tokio::test]
async fn a_reset_on_one_side_is_a_reset_on_the_other() {
    let (_gateway, mut client, target) = joined().await;
    target.set_zero_linger().expect("set");
    drop(target);
    expect_reset(&mut client).await;

    let (_gateway, client, mut target) = joined().await;
    client.set_zero_linger().expect("set");
    drop(client);
    expect_reset(&mut target).await;
}

#[tokio::test]
async fn large_values_arrive_whole_both_ways() {
    let redis = Process::redis().await;
    let (_gateway, port) = in_front_of(redis.address);
    let mut client = connect(port).await;
    for size in [65_535, 65_536, 65_537, 5_000_000] {
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
    let (_gateway, mut client, mut target) = joined().await;
    let block: Vec<u8> = (0..=250).cycle().take(64 * 1024).collect();
    let mut sent = 0;
    // Nothing can be sent for a while only when every buffer on the way is full.
    while let Ok(written) = timeout(Duration::from_millis(300), target.write(&block[sent % 251..])).await {
        sent += written.expect("sent");
        assert!(sent < 64 << 20, "the gateway takes without end");
    }
    target.shutdown().await.expect("half-closed");
    let received = rest(&mut client).await;
    assert_eq!(received.len(), sent);
    assert!(received.iter().zip((0..=250).cycle()).all(|(byte, expected)| *byte == expected));
}
