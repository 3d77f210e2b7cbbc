//! Real engines, a directory that tests write to, and small clients.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    time::Duration,
};

use cachette::{
    gateway::{Directory, EndpointId, EndpointRole, Gateway, GatewaySettings, Membership, NetworkFault, Security},
    model::{NodeId, Scope, TransitEncryption},
    tls::Certificates,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};

/// Nothing here takes this long, even on a machine that is busy with other work.
pub const LIMIT: Duration = Duration::from_secs(20);

pub const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A loopback address that no other program uses, for tests of which ports are free.
pub fn own_loopback() -> IpAddr {
    let [_, _, high, low] = std::process::id().to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(127, 78, high, low))
}

/// Waits for `future`, but not for ever.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(LIMIT, future).await.unwrap_or_else(|_| panic!("timed out: {what}"))
}

/// Waits until `condition` holds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    within(what, async {
        while !condition() {
            sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// A port that nothing listens on at the moment.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind((LOOPBACK, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// An engine that ends with the test.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
}

impl Process {
    /// Starts `program`, which is to listen on `port`, and does not wait for it.
    pub fn start(program: &str, port: u16, arguments: &[&str]) -> Self {
        let child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("these tests need {program}: {error}"));
        Self { child, address: SocketAddr::new(LOOPBACK, port) }
    }

    pub fn redis_on(port: u16) -> Self {
        Self::serving_on("redis-server", port)
    }

    /// Starts Redis or Valkey.
    fn serving_on(program: &str, port: u16) -> Self {
        let port_text = port.to_string();
        let arguments = ["--bind", "127.0.0.1", "--port", &port_text, "--save", "", "--appendonly", "no"];
        Self::start(program, port, &arguments)
    }

    pub async fn serving(program: &str) -> Self {
        Self::serving_on(program, free_port()).up().await
    }

    /// A Redis that takes so many clients.
    pub async fn redis_for(clients: usize) -> Self {
        let (port, clients) = (free_port(), clients.to_string());
        let arguments = ["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--maxclients", &clients];
        Self::start("redis-server", port, &arguments).up().await
    }

    pub async fn redis() -> Self {
        Self::redis_on(free_port()).up().await
    }

    pub async fn memcached() -> Self {
        let port = free_port();
        let port_text = port.to_string();
        // Root has to name a user; anyone else's wish is ignored.
        Self::start("memcached", port, &["-l", "127.0.0.1", "-p", &port_text, "-U", "0", "-u", "root"]).up().await
    }

    /// Waits until it accepts connections.
    pub async fn up(self) -> Self {
        within("the engine is up", async {
            while TcpStream::connect(self.address).await.is_err() {
                sleep(Duration::from_millis(1)).await;
            }
        })
        .await;
        self
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Leads where the test says.
#[derive(Default)]
pub struct Routes {
    targets: Mutex<HashMap<EndpointId, SocketAddr>>,
    membership: Mutex<Option<Membership>>,
    public_ports: Mutex<HashMap<SocketAddr, u16>>,
    followed: Mutex<HashMap<EndpointId, Vec<SocketAddr>>>,
    security: Mutex<HashMap<EndpointId, Security>>,
    faults: Mutex<HashMap<SocketAddr, NetworkFault>>,
    transit_encryption: Mutex<TransitEncryption>,
    changes: watch::Sender<u64>,
    asked: AtomicUsize,
}

impl Routes {
    pub fn lead(&self, endpoint: &EndpointId, target: SocketAddr) {
        self.targets.lock().expect("the routes").insert(endpoint.clone(), target);
        self.changes.send_modify(|count| *count += 1);
    }

    pub fn set_membership(&self, membership: Membership) {
        *self.membership.lock().expect("the membership") = Some(membership);
    }

    /// Says that the engine that others know at this address is to be found at this port.
    pub fn publish(&self, engine: SocketAddr, port: u16) {
        self.public_ports.lock().expect("the ports").insert(engine, port);
    }

    /// Says which engines connections to `endpoint` may be joined to, and leads new ones to the first of them.
    pub fn follow(&self, endpoint: &EndpointId, targets: &[SocketAddr]) {
        self.followed.lock().expect("the targets").insert(endpoint.clone(), targets.to_vec());
        let mut routes = self.targets.lock().expect("the routes");
        match targets.first() {
            Some(first) => routes.insert(endpoint.clone(), *first),
            None => routes.remove(endpoint),
        };
        drop(routes);
        self.changes.send_modify(|count| *count += 1);
    }

    /// Says what stands between clients and the engines behind `endpoint`.
    pub fn secure(&self, endpoint: &EndpointId, security: Security) {
        self.security.lock().expect("the security").insert(endpoint.clone(), security);
        self.changes.send_modify(|count| *count += 1);
    }

    /// Sets or ends a fault of the network in front of `engine`.
    pub fn set_fault(&self, engine: SocketAddr, fault: Option<NetworkFault>) {
        let mut faults = self.faults.lock().expect("the faults");
        match fault {
            Some(fault) => faults.insert(engine, fault),
            None => faults.remove(&engine),
        };
        drop(faults);
        self.changes.send_modify(|count| *count += 1);
    }

    /// Says whether the clients of all endpoints speak TLS.
    pub fn encrypt(&self, transit_encryption: TransitEncryption) {
        *self.transit_encryption.lock().expect("what is wanted") = transit_encryption;
        self.changes.send_modify(|count| *count += 1);
    }

    /// How often a route was asked for.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Directory for Routes {
    fn route(&self, endpoint: &EndpointId) -> Option<SocketAddr> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.targets.lock().expect("the routes").get(endpoint).copied()
    }

    fn membership(&self, _: &EndpointId) -> Option<Membership> {
        self.membership.lock().expect("the membership").clone()
    }

    fn public_port(&self, _: &EndpointId, engine: SocketAddr) -> Option<u16> {
        self.public_ports.lock().expect("the ports").get(&engine).copied()
    }

    fn targets(&self, endpoint: &EndpointId) -> Option<Vec<SocketAddr>> {
        self.followed.lock().expect("the targets").get(endpoint).cloned()
    }

    fn fault_of(&self, engine: SocketAddr) -> Option<NetworkFault> {
        self.faults.lock().expect("the faults").get(&engine).copied()
    }

    fn security(&self, endpoint: &EndpointId) -> Security {
        let transit_encryption = *self.transit_encryption.lock().expect("what is wanted");
        let set = self.security.lock().expect("the security").get(endpoint).copied();
        set.unwrap_or(Security { transit_encryption, judges_logins: false })
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

/// The endpoint of the node of a cluster that is called `name`.
pub fn node(name: &str) -> EndpointId {
    EndpointId {
        scope: Scope::new("000000000000", "us-east-1"),
        resource_id: name.to_owned(),
        role: EndpointRole::Node(NodeId::FIRST),
    }
}

pub fn configuration() -> EndpointId {
    EndpointId { role: EndpointRole::Configuration, ..node("memcached") }
}

/// Settings with ports that no other test of this binary takes.
pub fn settings() -> GatewaySettings {
    static NEXT: AtomicU16 = AtomicU16::new(22000);
    let first = NEXT.fetch_add(20, Ordering::SeqCst);
    GatewaySettings::new(LOOPBACK, first..=first + 19)
}

pub fn gateway(settings: GatewaySettings) -> (Gateway, Arc<Routes>) {
    gateway_with(settings, certificates())
}

pub fn gateway_with(settings: GatewaySettings, certificates: Arc<Certificates>) -> (Gateway, Arc<Routes>) {
    let routes = Arc::new(Routes::default());
    (Gateway::new(settings, certificates, Arc::clone(&routes) as Arc<dyn Directory>), routes)
}

/// Certificates of an authority that nobody keeps.
pub fn certificates() -> Arc<Certificates> {
    let folder = tempfile::tempdir().expect("a folder");
    Arc::new(Certificates::open(folder.path(), None).expect("certificates"))
}

pub async fn connect(port: u16) -> TcpStream {
    within("connecting", TcpStream::connect((LOOPBACK, port))).await.expect("a connection")
}

/// Waits for the next connection to a target that the test plays itself.
pub async fn accept(listener: &TcpListener) -> TcpStream {
    within("accepting", listener.accept()).await.expect("a connection").0
}

pub async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) {
    within("sending", stream.write_all(bytes)).await.expect("sent");
}

/// Reads exactly as many bytes as `expected` has, and compares.
pub async fn expect(stream: &mut (impl AsyncRead + Unpin), expected: &[u8]) {
    let mut read = vec![0; expected.len()];
    within("a reply", stream.read_exact(&mut read)).await.expect("a reply");
    assert_eq!(String::from_utf8_lossy(&read), String::from_utf8_lossy(expected));
}

/// Waits until the other side resets the connection.
pub async fn expect_reset(stream: &mut (impl AsyncRead + Unpin)) {
    let error = within("the reset", stream.read_u8()).await.expect_err("no byte was sent");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

/// Reads until the other side ends.
pub async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut read = Vec::new();
    within("the end of the stream", stream.read_to_end(&mut read)).await.expect("an orderly end");
    read
}

/// Sends `requests`, ends the stream, and reads everything that comes back.
pub async fn exchange(port: u16, requests: &[u8]) -> Vec<u8> {
    let mut stream = connect(port).await;
    send(&mut stream, requests).await;
    stream.shutdown().await.expect("half-closed");
    rest(&mut stream).await
}
