//! Faults of the network that users set, and what is left of them when they are over.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use cachette::gateway::{Front, Gateway, GatewaySettings, NetworkFault, PortChoice};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::{Instant, timeout},
};

use crate::support::{LOOPBACK, Routes, accept, connect, expect, expect_reset, gateway, node, rest, send, settings};

/// Longer than anything takes here that is not held up.
const A_WHILE: Duration = Duration::from_millis(150);

/// A delay that ends only with its fault.
const FOR_EVER: NetworkFault = NetworkFault::Delay(Duration::from_hours(1));

/// Two endpoints that lead to one engine, which the test plays itself.
struct World {
    _gateway: Gateway,
    routes: Arc<Routes>,
    listener: TcpListener,
    engine: SocketAddr,
    ports: [u16; 2],
}

impl World {
    async fn new() -> Self {
        let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("a listener");
        let engine = listener.local_addr().expect("an address");
        let (gateway, routes) = gateway(GatewaySettings { connect_limit: Duration::from_millis(50), ..settings() });
        let ports = ["0001", "0002"].map(|name| {
            routes.lead(&node(name), engine);
            gateway.open(&node(name), Front::Redis, PortChoice::Any).expect("open")
        });
        Self { _gateway: gateway, routes, listener, engine, ports }
    }

    fn set(&self, fault: impl Into<Option<NetworkFault>>) {
        self.routes.set_fault(self.engine, fault.into());
    }

    /// Both ends of a connection through each endpoint.
    async fn joined(&self) -> Vec<(TcpStream, TcpStream)> {
        let mut joined = Vec::new();
        for port in self.ports {
            let mut client = connect(port).await;
            let mut target = accept(&self.listener).await;
            send(&mut client, b"hello").await;
            expect(&mut target, b"hello").await;
            joined.push((client, target));
        }
        joined
    }
}

async fn expect_nothing(stream: &mut TcpStream) {
    timeout(A_WHILE, stream.read_u8()).await.expect_err("nothing comes");
}

/// Sends until nothing is taken any more, and tells how much was.
async fn fill(stream: &mut TcpStream) -> usize {
    let block: Vec<u8> = (0..=250).cycle().take(64 * 1024 + 251).collect();
    let mut sent = 0;
    while let Ok(written) = timeout(A_WHILE, stream.write(&block[sent % 251..])).await {
        sent += written.expect("sent");
        assert!(sent < 64 << 20, "the gateway takes without end");
    }
    sent
}

#[tokio::test]
async fn refused_connections_are_reset_and_come_through_when_it_is_over() {
    let world = World::new().await;
    let open = world.joined().await;
    world.set(NetworkFault::Refuse);
    for (mut client, mut target) in open {
        expect_reset(&mut client).await;
        expect_reset(&mut target).await;
    }
    for port in world.ports {
        expect_reset(&mut connect(port).await).await;
    }
    world.set(None);
    world.joined().await;
}

#[tokio::test]
async fn a_cut_holds_everything_up_and_loses_nothing() {
    let world = World::new().await;
    let open = world.joined().await;
    world.set(NetworkFault::Cut);
    let mut new = connect(world.ports[0]).await;
    send(&mut new, b"a new one").await;
    let mut sent = Vec::new();
    for (mut client, mut target) in open {
        send(&mut target, b"reply").await;
        expect_nothing(&mut client).await;
        let length = fill(&mut client).await;
        expect_nothing(&mut target).await;
        client.shutdown().await.expect("half-closed");
        sent.push((client, target, length));
    }
    timeout(A_WHILE, world.listener.accept()).await.expect_err("nobody comes");

    world.set(None);
    for (mut client, mut target, length) in sent {
        expect(&mut client, b"reply").await;
        let received = rest(&mut target).await;
        assert_eq!(received.len(), length);
        assert!(received.iter().zip((0..=250).cycle()).all(|(byte, expected)| *byte == expected));
    }
    expect(&mut accept(&world.listener).await, b"a new one").await;
}

#[tokio::test]
async fn a_delay_is_added_in_each_direction() {
    let world = World::new().await;
    let mut open = world.joined().await;
    world.set(NetworkFault::Delay(A_WHILE));
    open.extend(world.joined().await);
    for (mut client, mut target) in open {
        let start = Instant::now();
        send(&mut client, b"request").await;
        expect(&mut target, b"request").await;
        assert!(start.elapsed() >= A_WHILE, "{:?}", start.elapsed());
        send(&mut target, b"reply").await;
        target.shutdown().await.expect("half-closed");
        assert_eq!(rest(&mut client).await, b"reply");
        assert!(start.elapsed() >= 2 * A_WHILE, "{:?}", start.elapsed());
    }
}

#[tokio::test]
async fn what_is_delayed_is_bounded_and_comes_in_order_when_it_is_over() {
    let world = World::new().await;
    let (mut client, mut target) = world.joined().await.remove(0);
    world.set(FOR_EVER);
    let length = fill(&mut client).await;
    expect_nothing(&mut target).await;
    client.shutdown().await.expect("half-closed");

    world.set(NetworkFault::Cut);
    expect_nothing(&mut target).await;
    world.set(None);
    let received = rest(&mut target).await;
    assert_eq!(received.len(), length);
    assert!(received.iter().zip((0..=250).cycle()).all(|(byte, expected)| *byte == expected));
    send(&mut target, b"reply").await;
    expect(&mut client, b"reply").await;
}

#[tokio::test]
async fn a_connection_that_waits_out_a_cut_follows_its_endpoint() {
    let world = World::new().await;
    let other = TcpListener::bind((LOOPBACK, 0)).await.expect("a listener");
    world.routes.follow(&node("0001"), &[world.engine]);
    world.set(NetworkFault::Cut);
    let mut client = connect(world.ports[0]).await;
    send(&mut client, b"hello").await;
    expect_nothing(&mut client).await;
    world.routes.follow(&node("0001"), &[other.local_addr().expect("an address")]);
    expect(&mut accept(&other).await, b"hello").await;
}
