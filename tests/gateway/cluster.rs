//! Clients of real clusters are told of endpoints, and get where those lead.

use cachette::{
    gateway::{Front, GatewaySettings, PortChoice},
    model::TransitEncryption,
};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use crate::{
    secure::Secured,
    support::{Process, connect, expect, free_port, gateway, node, send, settings, within},
};

/// Two shards of one node each, every node behind an endpoint.
struct Cluster {
    secured: Secured,
    nodes: Vec<Process>,
    ports: Vec<u16>,
    _folder: TempDir,
}

const KEYS: [&str; 2] = ["b", "a"];

async fn cluster(program: &str, settings: GatewaySettings) -> Cluster {
    let folder = tempfile::tempdir().expect("a folder");
    let mut nodes = Vec::new();
    for _ in 0..2 {
        nodes.push(start(program, &folder).await);
    }
    // `b` has slot 3300, `a` 15495.
    for (node, slots) in nodes.iter().zip(["0 8191", "8192 16383"]) {
        let mut admin = connect(node.address.port()).await;
        send(&mut admin, format!("CLUSTER ADDSLOTSRANGE {slots}\r\n").as_bytes()).await;
        expect(&mut admin, b"+OK\r\n").await;
    }
    let bus = nodes[1].address.port() - 1;
    let mut admin = connect(nodes[0].address.port()).await;
    let meet = format!("CLUSTER MEET 127.0.0.1 {} {bus}\r\n", nodes[1].address.port());
    send(&mut admin, meet.as_bytes()).await;
    expect(&mut admin, b"+OK\r\n").await;
    for node in &nodes {
        ready(node).await;
    }

    let secured = Secured::new(settings, TransitEncryption::Disabled);
    let Secured { gateway, routes, .. } = &secured;
    let ports = ["0001", "0002"].map(|name| gateway.open(&self::node(name), Front::RedisCluster, PortChoice::Any));
    let ports: Vec<_> = ports.into_iter().map(|port| port.expect("open")).collect();
    for ((name, engine), port) in ["0001", "0002"].into_iter().zip(&nodes).zip(&ports) {
        routes.publish(engine.address, *port);
        routes.lead(&node(name), engine.address);
    }
    Cluster { secured, nodes, ports, _folder: folder }
}

/// Starts a node whose bus is at the port before its own.
async fn start(program: &str, folder: &TempDir) -> Process {
    let port = loop {
        let port = free_port();
        if std::net::TcpListener::bind(("127.0.0.1", port - 1)).is_ok() {
            break port;
        }
    };
    let folder = folder.path().to_str().expect("text");
    let (port_text, bus, nodes) = (port.to_string(), (port - 1).to_string(), format!("{port}.conf"));
    let cluster = ["--cluster-enabled", "yes", "--cluster-port", &bus, "--cluster-config-file", &nodes];
    let other = ["--bind", "127.0.0.1", "--port", &port_text, "--save", "", "--dir", folder];
    let timing = ["--cluster-node-timeout", "500"];
    Process::start(program, port, &[&cluster[..], &other, &timing].concat()).up().await
}

/// Waits until a node knows both and serves its slots.
async fn ready(node: &Process) {
    let mut admin = connect(node.address.port()).await;
    within("the cluster is formed", async {
        loop {
            let info = answer(&mut admin, "CLUSTER INFO").await;
            if info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:2") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Sends a request and `ECHO`, and reads everything before the answer to that.
async fn answer(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &str) -> String {
    send(stream, format!("{request}\r\nECHO the-end\r\n").as_bytes()).await;
    let (mut reader, mut read) = (BufReader::new(stream), String::new());
    within("an answer", async {
        while !read.ends_with("$7\r\nthe-end\r\n") {
            let length = reader.read_line(&mut read).await.expect("a line");
            assert!(length > 0, "the connection ended after {read:?}");
        }
    })
    .await;
    read.truncate(read.len() - "$7\r\nthe-end\r\n".len());
    read
}

impl Cluster {
    /// Asserts that a text names both endpoints and no engine.
    fn assert_names_endpoints(&self, host: &str, text: &str) {
        // With the colon that every listing writes before a port: ids and times may have the same digits in them.
        for (engine, port) in self.nodes.iter().zip(&self.ports) {
            assert!(!text.contains(&format!(":{}", engine.address.port())), "{text}");
            assert!(text.contains(&format!(":{port}")), "{text}");
        }
        assert!(text.contains(host), "{text}");
    }
}

async fn serve_a_cluster(program: &str) {
    let cluster = cluster(program, settings()).await;
    for (at, key) in KEYS.iter().enumerate() {
        let mut other = connect(cluster.ports[1 - at]).await;
        let moved = answer(&mut other, &format!("SET {key} value")).await;
        let port: u16 = moved.trim_end().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        assert!(moved.starts_with("-MOVED ") && moved.contains(" 127.0.0.1:"), "{moved}");
        assert_eq!(port, cluster.ports[at]);
        assert_eq!(answer(&mut connect(port).await, &format!("SET {key} value")).await, "+OK\r\n");
    }
    for hello in ["HELLO 2", "HELLO 3"] {
        let mut client = connect(cluster.ports[0]).await;
        answer(&mut client, hello).await;
        for request in ["CLUSTER SLOTS", "*2\r\n$7\r\ncluster\r\n$6\r\nshards", "CLUSTER NODES"] {
            let told = answer(&mut client, request).await;
            cluster.assert_names_endpoints("127.0.0.1", &told);
        }
        assert_eq!(answer(&mut client, "GET b").await, "$5\r\nvalue\r\n");
    }
    // One of its slots is on its way to the other node.
    let mut admin = connect(cluster.nodes[1].address.port()).await;
    let id = answer(&mut admin, "CLUSTER MYID").await;
    let id = id.lines().nth(1).expect("an id").to_owned();
    let mut admin = connect(cluster.nodes[0].address.port()).await;
    assert_eq!(answer(&mut admin, &format!("CLUSTER SETSLOT 3300 MIGRATING {id}")).await, "+OK\r\n");
    let asked = answer(&mut connect(cluster.ports[0]).await, "GET {b}2").await;
    assert_eq!(asked, format!("-ASK 3300 127.0.0.1:{}\r\n", cluster.ports[1]));
    // A client that connects later than the front was changed is told what engines say.
    let again = cluster.secured.gateway.open(&node("0001"), Front::Redis, PortChoice::Any).expect("open");
    assert_eq!(again, cluster.ports[0]);
    let moved = answer(&mut connect(again).await, "GET a").await;
    assert_eq!(moved, format!("-MOVED 15495 {}\r\n", cluster.nodes[1].address));
}

#[tokio::test]
async fn clients_of_a_redis_cluster_are_led_to_endpoints() {
    serve_a_cluster("redis-server").await;
}

#[tokio::test]
async fn clients_of_a_valkey_cluster_are_led_to_endpoints() {
    serve_a_cluster("valkey-server").await;
}

#[tokio::test]
async fn clients_that_speak_tls_are_led_to_the_same_endpoints() {
    let cluster = cluster("redis-server", settings()).await;
    cluster.secured.routes.encrypt(TransitEncryption::Required);
    let mut client = cluster.secured.client(cluster.ports[0]).await;
    for request in ["CLUSTER SLOTS", "CLUSTER SHARDS", "CLUSTER NODES"] {
        cluster.assert_names_endpoints("127.0.0.1", &answer(&mut client, request).await);
    }
    let moved = answer(&mut client, "SET a value").await;
    assert_eq!(moved, format!("-MOVED 15495 127.0.0.1:{}\r\n", cluster.ports[1]));
    let stream = connect(cluster.ports[1]).await;
    let mut client = cluster.secured.shake_hands(stream, "127.0.0.1").await.expect("a handshake");
    assert_eq!(answer(&mut client, "SET a value").await, "+OK\r\n");
}

#[tokio::test]
async fn a_host_name_is_told_where_a_name_can_stand() {
    let settings = GatewaySettings { endpoint_host: Some("cache.example".to_owned()), ..settings() };
    let cluster = cluster("redis-server", settings).await;
    let mut client = connect(cluster.ports[0]).await;
    for request in ["CLUSTER SLOTS", "CLUSTER SHARDS", "CLUSTER NODES"] {
        cluster.assert_names_endpoints("cache.example", &answer(&mut client, request).await);
    }
    let moved = answer(&mut client, "GET a").await;
    assert_eq!(moved, format!("-MOVED 15495 cache.example:{}\r\n", cluster.ports[1]));
}

#[tokio::test]
async fn a_single_node_that_does_not_know_its_address_is_listed_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = start("redis-server", &folder).await;
    let (gateway, routes) = gateway(settings());
    let port = gateway.open(&node("0001"), Front::RedisCluster, PortChoice::Any).expect("open");
    routes.publish(engine.address, port);
    routes.lead(&node("0001"), engine.address);
    let mut client = connect(port).await;
    assert_eq!(answer(&mut client, "CLUSTER ADDSLOTSRANGE 0 16383").await, "+OK\r\n");
    for request in ["CLUSTER SLOTS", "CLUSTER SHARDS", "CLUSTER NODES"] {
        let told = answer(&mut client, request).await;
        assert!(told.contains("127.0.0.1") && told.contains(&port.to_string()), "{told}");
    }
}

#[tokio::test]
async fn large_values_pass_through_a_cluster_endpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = start("redis-server", &folder).await;
    let (gateway, routes) = gateway(settings());
    let port = gateway.open(&node("0001"), Front::RedisCluster, PortChoice::Any).expect("open");
    routes.lead(&node("0001"), engine.address);
    let mut client = connect(port).await;
    let value = b"-MOVED 1 127.0.0.1:1\r\n".repeat(200_000);
    let request = [format!("*2\r\n$4\r\nECHO\r\n${}\r\n", value.len()).as_bytes(), &value, b"\r\n"].concat();
    let (mut reader, mut writer) = client.split();
    let mut reply = vec![0; request.len() - b"*2\r\n$4\r\nECHO\r\n".len()];
    let both = async { tokio::join!(writer.write_all(&request), reader.read_exact(&mut reply)) };
    let (sent, read) = within("the value", both).await;
    sent.expect("sent");
    read.expect("read");
    assert!(reply == request[b"*2\r\n$4\r\nECHO\r\n".len()..]);
}
