//! Where connections go, how long they wait, and which ports endpoints get.

use std::{io, net::SocketAddr, time::Duration};

use cachette::gateway::{Front, GatewaySettings, OpenError, PortChoice};
use tokio::io::AsyncReadExt;

use crate::support::{
    LOOPBACK, Process, connect, expect, free_port, gateway, node, own_loopback, rest, send, settings, until, within,
};

#[tokio::test]
async fn a_client_that_is_there_before_the_engine_gets_its_answer() {
    let (gateway, routes) = gateway(settings());
    let endpoint = node("0001");
    let port = gateway.open(&endpoint, Front::Redis, PortChoice::Any).expect("open");
    let mut client = connect(port).await;
    send(&mut client, b"PING\r\n").await;
    until("the gateway looks for a target", || routes.asked() > 0).await;
    let redis = Process::redis().await;
    routes.lead(&endpoint, redis.address);
    expect(&mut client, b"+PONG\r\n").await;
}

#[tokio::test]
async fn a_refused_target_is_tried_again_without_being_told() {
    let (gateway, routes) = gateway(settings());
    let endpoint = node("0001");
    let target = free_port();
    routes.lead(&endpoint, SocketAddr::new(LOOPBACK, target));
    let port = gateway.open(&endpoint, Front::Redis, PortChoice::Any).expect("open");
    let mut client = connect(port).await;
    send(&mut client, b"PING\r\n").await;
    until("the target was tried and refused", || routes.asked() > 2).await;
    let _redis = Process::redis_on(target);
    expect(&mut client, b"+PONG\r\n").await;
}

#[tokio::test]
async fn without_a_target_a_connection_ends_when_its_time_is_up() {
    let (gateway, _routes) = gateway(GatewaySettings { connect_limit: Duration::from_millis(50), ..settings() });
    let port = gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    assert!(rest(&mut connect(port).await).await.is_empty());
}

#[tokio::test]
async fn new_connections_follow_the_target_and_old_ones_stay() {
    let (gateway, routes) = gateway(settings());
    let endpoint = node("0001");
    let port = gateway.open(&endpoint, Front::Redis, PortChoice::Any).expect("open");
    let (before, after) = (Process::redis().await, Process::redis().await);

    routes.lead(&endpoint, before.address);
    let mut old = connect(port).await;
    send(&mut old, b"SET where before\r\n").await;
    expect(&mut old, b"+OK\r\n").await;

    routes.lead(&endpoint, after.address);
    let mut new = connect(port).await;
    send(&mut new, b"GET where\r\n").await;
    expect(&mut new, b"$-1\r\n").await;
    send(&mut old, b"GET where\r\n").await;
    expect(&mut old, b"$6\r\nbefore\r\n").await;

    drop(before);
    assert!(rest(&mut old).await.is_empty(), "an engine that ends takes its connections with it");
}

#[tokio::test]
async fn an_open_endpoint_keeps_its_port_whatever_is_asked() {
    let (gateway, _routes) = gateway(settings());
    let port = gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    let again = gateway.open(&node("0001"), Front::Redis, PortChoice::Preferred(port + 5)).expect("open");
    assert_eq!(again, port);
    let other = gateway.open(&node("0002"), Front::Redis, PortChoice::Any).expect("open");
    assert_ne!(other, port);
}

#[tokio::test]
async fn ports_of_other_programs_are_passed_over() {
    let settings = GatewaySettings { listen: own_loopback(), ..settings() };
    let first = *settings.node_ports.start();
    let (gateway, _routes) = gateway(settings);
    let _program = std::net::TcpListener::bind((own_loopback(), first)).expect("a port of the test's own");
    assert_eq!(gateway.open(&node("0001"), Front::Redis, PortChoice::Preferred(first)).expect("open"), first + 1);
    let error = gateway.open(&node("0002"), Front::Redis, PortChoice::Exactly(first)).expect_err("it is taken");
    assert!(matches!(error, OpenError::PortTaken(port) if port == first), "{error}");
}

#[tokio::test]
async fn a_reserved_port_is_kept_until_its_endpoint_is_opened_or_closed() {
    let settings = GatewaySettings { listen: own_loopback(), ..settings() };
    let first = *settings.node_ports.start();
    let (gateway, _routes) = gateway(settings);
    gateway.reserve(node("stored"), first);
    gateway.reserve(node("gone"), first + 1);
    assert_eq!(gateway.open(&node("new"), Front::Redis, PortChoice::Preferred(first)).expect("open"), first + 2);
    assert_eq!(gateway.open(&node("stored"), Front::Redis, PortChoice::Exactly(first)).expect("open"), first);
    gateway.close(&node("gone")).await;
    assert_eq!(gateway.open(&node("newer"), Front::Redis, PortChoice::Exactly(first + 1)).expect("open"), first + 1);
}

#[tokio::test]
async fn closing_cuts_connections_and_frees_the_port_at_once() {
    let (gateway, routes) = gateway(settings());
    let redis = Process::redis().await;
    let mut clients = Vec::new();
    for name in ["0001", "0002"] {
        routes.lead(&node(name), redis.address);
        let port = gateway.open(&node(name), Front::Redis, PortChoice::Any).expect("open");
        let mut client = connect(port).await;
        send(&mut client, b"PING\r\n").await;
        expect(&mut client, b"+PONG\r\n").await;
        clients.push((port, client));
    }
    let (port, mut client) = clients.remove(0);
    gateway.close(&node("0001")).await;
    assert!(rest(&mut client).await.is_empty());
    std::net::TcpListener::bind((LOOPBACK, port)).expect("the port is free");

    gateway.close_all().await;
    let (port, mut client) = clients.remove(0);
    assert!(rest(&mut client).await.is_empty());
    std::net::TcpListener::bind((LOOPBACK, port)).expect("the port is free");
}

#[tokio::test]
async fn one_connection_too_many_is_told_so_in_the_engines_words() {
    let (gateway, routes) = gateway(GatewaySettings { max_connections: 1, ..settings() });
    let redis = Process::redis().await;
    routes.lead(&node("0001"), redis.address);
    let port = gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    let mut first = connect(port).await;
    send(&mut first, b"PING\r\n").await;
    expect(&mut first, b"+PONG\r\n").await;
    assert_eq!(rest(&mut connect(port).await).await, b"-ERR max number of clients reached\r\n");

    drop(first);
    within("a connection is free again", async {
        loop {
            let mut client = connect(port).await;
            let mut reply = [0; 7];
            // The write may be what finds out that the connection was refused.
            let answered: io::Result<usize> = async {
                tokio::io::AsyncWriteExt::write_all(&mut client, b"PING\r\n").await?;
                client.read_exact(&mut reply).await
            }
            .await;
            if answered.is_ok() && &reply == b"+PONG\r\n" {
                break;
            }
        }
    })
    .await;
}
