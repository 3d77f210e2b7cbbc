//! Memcached clients discover their cluster's nodes, and see nothing else of the gateway.

use cachette::gateway::{Front, Gateway, GatewaySettings, Member, Membership, PortChoice, Whereabouts};

use crate::support::{Process, Routes, configuration, connect, exchange, expect, gateway, node, send, settings};

const CLUSTER: &[u8] = b"CONFIG cluster 0 54\r\n1\nlocalhost|127.0.0.1|17921 localhost|127.0.0.1|17922\n\r\nEND\r\n";

fn membership(version: u64, nodes: &[(&str, u16)]) -> Membership {
    let nodes = nodes
        .iter()
        .map(|(id, port)| Member { cache_node_id: (*id).to_owned(), port: *port, at: Whereabouts::default() })
        .collect();
    Membership { version, nodes }
}

struct Cluster {
    gateway: Gateway,
    routes: std::sync::Arc<Routes>,
    memcached: Process,
    port: u16,
}

async fn cluster(settings: GatewaySettings) -> Cluster {
    let (gateway, routes) = gateway(settings);
    let memcached = Process::memcached().await;
    routes.lead(&node("0001"), memcached.address);
    routes.set_membership(membership(1, &[("0002", 17922), ("0001", 17921)]));
    let port = gateway.open(&node("0001"), Front::Memcached, PortChoice::Any).expect("open");
    Cluster { gateway, routes, memcached, port }
}

#[tokio::test]
async fn every_endpoint_answers_both_commands_exactly() {
    let cluster = cluster(settings()).await;
    cluster.routes.lead(&configuration(), cluster.memcached.address);
    let other = cluster.gateway.open(&configuration(), Front::Memcached, PortChoice::Any).expect("open");
    for port in [cluster.port, other] {
        let mut client = connect(port).await;
        send(&mut client, b"config get cluster\r\n").await;
        expect(&mut client, CLUSTER).await;
        send(&mut client, b"get AmazonElastiCache:cluster\r\n").await;
        expect(&mut client, &[b"VALUE AmazonElastiCache:cluster", &CLUSTER[b"CONFIG cluster".len()..]].concat()).await;
        send(&mut client, b"config get anything-else\r\n").await;
        expect(&mut client, b"END\r\n").await;
        send(&mut client, b"version\r\n").await;
        expect(&mut client, b"VERSION 1.").await;
    }
}

#[tokio::test]
async fn a_client_that_stays_connected_sees_nodes_come_and_go() {
    let cluster = cluster(settings()).await;
    let mut client = connect(cluster.port).await;
    send(&mut client, b"config get cluster\r\n").await;
    expect(&mut client, CLUSTER).await;
    cluster.routes.set_membership(membership(2, &[("0001", 17921)]));
    send(&mut client, b"config get cluster\r\n").await;
    expect(&mut client, b"CONFIG cluster 0 28\r\n2\nlocalhost|127.0.0.1|17921\n\r\nEND\r\n").await;
}

#[tokio::test]
async fn a_configured_host_name_is_given_out() {
    let settings = GatewaySettings { endpoint_host: Some("cache.example".to_owned()), ..settings() };
    let cluster = cluster(settings).await;
    cluster.routes.set_membership(membership(1, &[("0001", 17921)]));
    let reply = exchange(cluster.port, b"config get cluster\r\n").await;
    assert_eq!(reply, b"CONFIG cluster 0 32\r\n1\ncache.example|127.0.0.1|17921\n\r\nEND\r\n");
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_commands() {
    let cluster = cluster(settings()).await;
    let version = exchange(cluster.memcached.address.port(), b"version\r\n").await;
    let requests: &[&[u8]] = &[
        b"version\r\nset a 0 0 20\r\nconfig get cluster\r\n\r\nconfig get cluster\r\nget a\r\n",
        b"set b 0 0 16 noreply\r\nVERSION 1.6.18\r\n\r\nget b\r\nversion\r\nget AmazonElastiCache:cluster\r\n",
        b"config get other\r\nms c 9 T0\r\nversion\r\n\r\nversion\r\nmg c v\r\nconfig get cluster\r\n",
    ];
    let legacy = [b"VALUE AmazonElastiCache:cluster", &CLUSTER[b"CONFIG cluster".len()..]].concat();
    let replies: &[&[u8]] = &[
        &version,
        b"STORED\r\n",
        CLUSTER,
        b"VALUE a 0 20\r\nconfig get cluster\r\n\r\nEND\r\n",
        b"VALUE b 0 16\r\nVERSION 1.6.18\r\n\r\nEND\r\n",
        &version,
        &legacy,
        b"END\r\n",
        b"HD\r\n",
        &version,
        b"VA 9\r\nversion\r\n\r\n",
        CLUSTER,
    ];
    let (requests, replies) = (requests.concat(), replies.concat());
    let answer = exchange(cluster.port, &requests).await;
    assert_eq!(String::from_utf8_lossy(&answer), String::from_utf8_lossy(&replies));

    // Many times over in one go, so that reads on every side end anywhere.
    let answer = exchange(cluster.port, &requests.repeat(2000)).await;
    assert!(answer == replies.repeat(2000), "the order was lost");
}

/// Whatever else is sent, the bytes that come back are the engine's own.
#[tokio::test]
async fn everything_else_is_the_engines_own_answer() {
    let cluster = cluster(settings()).await;
    let long_get = format!("get {}", "key ".repeat(1000));
    let long_key = format!("set {} 0 0 7", "k".repeat(251));
    let lines = [
        " version",
        "version x",
        "version\t",
        "VERSION",
        "set k 0 0 3",
        "set k 0 0 -1",
        "set k 0 0 x",
        "set k x 0 7",
        "set k -1 0 7",
        "set k 0 0",
        "set k 0 0 7 noreply",
        "set k 0 0 7 x",
        "set k 0 0 7 a b",
        "set k 0 0 +7",
        "set k 0 0 7x",
        "cas k 0 0 7",
        "cas k 0 0 7 x",
        "ms k 7",
        "ms k S7",
        "ms k x",
        "ms k",
        "ms k 7 c b",
        "add k 0 0 7",
        "append k 0 0 7",
        "config",
        "config set cluster",
        "get",
        "gets k",
        "mg k v",
        "mn",
        "",
        "\0",
        "get AmazonElastiCache:cluster k",
        "stats reset",
        "verbosity 0",
        &long_get,
        &long_key,
    ];
    for line in lines {
        let request = format!("flush_all\r\n{line}\r\nversion\r\nget k\r\nmn\r\n");
        let direct = exchange(cluster.memcached.address.port(), request.as_bytes()).await;
        let through = exchange(cluster.port, request.as_bytes()).await;
        assert_eq!(String::from_utf8_lossy(&through), String::from_utf8_lossy(&direct), "{line:?}");
    }
}

#[tokio::test]
async fn the_binary_protocol_is_copied_through() {
    let cluster = cluster(settings()).await;
    let mut client = connect(cluster.port).await;
    let noop = |magic| [&[magic, 0x0a][..], &[0; 22]].concat();
    send(&mut client, &noop(0x80)).await;
    expect(&mut client, &noop(0x81)).await;
}

#[tokio::test]
async fn large_values_arrive_whole_both_ways() {
    let cluster = cluster(settings()).await;
    let mut client = connect(cluster.port).await;
    let value = b"END\r\nVERSION 1\r\n".repeat(60_000);
    let value = &value[..900_000];
    send(&mut client, &[b"set k 0 0 900000\r\n", value, b"\r\n"].concat()).await;
    expect(&mut client, b"STORED\r\n").await;
    send(&mut client, b"get k\r\nconfig get cluster\r\n").await;
    expect(&mut client, &[b"VALUE k 0 900000\r\n", value, b"\r\nEND\r\n", CLUSTER].concat()).await;
}
