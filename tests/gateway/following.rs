//! Connections to endpoints that follow their targets end as soon as their engine is no longer one.

use std::net::SocketAddr;

use cachette::gateway::{Front, PortChoice};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{LOOPBACK, accept, connect, expect, expect_reset, gateway, node, rest, send, settings};

/// An engine that the test plays itself.
async fn engine() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("a listener");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Both ends of a connection through the gateway.
async fn joined(port: u16, engine: &TcpListener) -> (TcpStream, TcpStream) {
    let mut client = connect(port).await;
    let mut target = accept(engine).await;
    send(&mut client, b"hello").await;
    expect(&mut target, b"hello").await;
    (client, target)
}

#[tokio::test]
async fn a_connection_to_a_former_primary_is_reset_on_both_sides() {
    let (gateway, routes) = gateway(settings());
    let ((before, old_address), (after, new_address)) = (engine().await, engine().await);
    routes.follow(&node("0001"), &[old_address]);
    let port = gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    let (mut client, mut target) = joined(port, &before).await;

    routes.follow(&node("0001"), &[new_address]);
    expect_reset(&mut client).await;
    expect_reset(&mut target).await;
    joined(port, &after).await;
}

#[tokio::test]
async fn only_connections_to_engines_that_are_left_are_reset() {
    let (gateway, routes) = gateway(settings());
    let ((one, one_address), (two, two_address)) = (engine().await, engine().await);
    let endpoint = node("0001");
    routes.follow(&endpoint, &[one_address, two_address]);
    let port = gateway.open(&endpoint, Front::Redis, PortChoice::Any).expect("open");
    let (mut to_one, _one) = joined(port, &one).await;
    routes.follow(&endpoint, &[two_address, one_address]);
    let (mut to_two, mut two) = joined(port, &two).await;

    routes.follow(&endpoint, &[two_address]);
    expect_reset(&mut to_one).await;
    send(&mut two, b"still here").await;
    expect(&mut to_two, b"still here").await;

    routes.follow(&endpoint, &[]);
    expect_reset(&mut to_two).await;
    expect_reset(&mut two).await;
}

#[tokio::test]
async fn nothing_is_carried_to_an_engine_that_was_left_while_connecting() {
    let (gateway, routes) = gateway(settings());
    let ((left, left_address), (primary, primary_address)) = (engine().await, engine().await);
    let endpoint = node("0001");
    routes.follow(&endpoint, &[primary_address]);
    // What a connection finds that asked for its route before the change, and connected after it.
    routes.lead(&endpoint, left_address);
    let port = gateway.open(&endpoint, Front::Redis, PortChoice::Any).expect("open");
    let mut client = connect(port).await;
    send(&mut client, b"hello").await;
    assert!(rest(&mut accept(&left).await).await.is_empty());

    routes.lead(&endpoint, primary_address);
    expect(&mut accept(&primary).await, b"hello").await;
}
