//! What a client's bytes pay for TLS at the gateway, against an engine that speaks TLS itself, and what a connection takes
//! while it is idle.

use std::{net::SocketAddr, path::Path, process::Command, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    Error,
    gateway::{COMMANDS, ROUNDS, WAYS, ask},
    process::{Process, free_address},
    report::{Line, Unit},
    server::{NODE_PORTS, Server},
};

/// How many connections are idle at the same time.
const IDLE: usize = 1000;

/// The name in both certificates.
const NAME: &str = "localhost";

/// Measures both ways, turn about.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(binary, "process", folder.path()).await?;
    let answer = server.ask(&create()).await?;
    if answer.contains("<Error>") {
        return Err(format!("the server said: {answer}").into());
    }
    server.until_available(1).await?;
    let nodes = server.resources().await?;
    let port = nodes["cache_clusters"][0]["nodes"][0]["port"].as_u64().and_then(|port| u16::try_from(port).ok());
    let gateway = SocketAddr::from(([127, 0, 0, 1], port.ok_or("the cluster has no endpoint")?));
    let authority = std::fs::read_to_string(folder.path().join("ca.pem"))?;
    let engine = Engine::start(folder.path())?;
    // Whoever is measured has to be up, and to be what it says it is.
    drop((connect(gateway, &authority).await?, connect(engine.address, &engine.certificate).await?));

    for (name, options, requests) in WAYS {
        let options = [options, &["--tls", "--insecure"]].concat();
        // By command, then by where it was sent.
        let mut rates: [[Vec<f64>; 2]; 2] = Default::default();
        for _ in 0..ROUNDS {
            for (place, address) in [gateway, engine.address].into_iter().enumerate() {
                for (command, rates) in COMMANDS.iter().zip(&mut rates) {
                    rates[place].push(ask(address, command, &options, requests).await?);
                }
            }
        }
        for (command, [ours, floor]) in COMMANDS.iter().zip(rates) {
            let what = format!("{command} over TLS through the gateway, {name}");
            let floor_is = "the engine's own TLS";
            Line { what: &what, unit: Unit::PerSecond, ours, floor, floor_is, target: "ratio >= 0.9" }.print();
        }
    }

    let ours = vec![idle(&server.process, gateway, &authority).await?];
    let floor = vec![idle(&engine.process, engine.address, &engine.certificate).await?];
    let what = format!("memory of {IDLE} idle connections of TLS");
    Line { what: &what, unit: Unit::Mebibytes, ours, floor, floor_is: "the engine's own TLS", target: "" }.print();
    server.stop().await
}

/// The parameters of a request for a group of one node whose clients have to speak TLS.
fn create() -> String {
    format!(
        "Action=CreateReplicationGroup&ReplicationGroupId=tls&ReplicationGroupDescription=bench&Engine=redis\
         &CacheNodeType=cache.t3.micro&Port={}&NumCacheClusters=1&AutomaticFailoverEnabled=false\
         &TransitEncryptionEnabled=true",
        NODE_PORTS.start()
    )
}

/// An engine that speaks TLS itself.
struct Engine {
    address: SocketAddr,
    certificate: String,
    process: Process,
}

impl Engine {
    /// With a key of the same kind as the gateway's.
    fn start(folder: &Path) -> Result<Self, Error> {
        let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
        let (certificate, key) = (folder.join("floor.crt"), folder.join("floor.key"));
        std::fs::write(&certificate, cert.pem())?;
        std::fs::write(&key, signing_key.serialize_pem())?;
        let address = free_address()?;
        let mut command = Command::new("redis-server");
        command.args(["--bind", &address.ip().to_string(), "--port", "0", "--tls-port", &address.port().to_string()]);
        command.arg("--tls-cert-file").arg(&certificate).arg("--tls-key-file").arg(&key);
        command.args(["--tls-auth-clients", "no", "--save", "", "--appendonly", "no"]);
        Ok(Self { address, certificate: cert.pem(), process: Process::start(&mut command)? })
    }
}

/// The memory in mebibytes that a server takes more while many clients of it are idle.
async fn idle(process: &Process, address: SocketAddr, trusted: &str) -> Result<f64, Error> {
    let before = process.memory()?;
    let mut clients = Vec::with_capacity(IDLE);
    for _ in 0..IDLE {
        clients.push(connect(address, trusted).await?);
    }
    let after = process.memory()?;
    drop(clients);
    Ok(after - before)
}

/// A client that trusts one certificate, and has had an answer.
async fn connect(address: SocketAddr, trusted: &str) -> Result<TlsStream<TcpStream>, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusted.as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = connected(address).await?;
    let mut client = TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(NAME)?, stream).await?;
    client.write_all(b"PING\r\n").await?;
    let mut answer = [0; 7];
    client.read_exact(&mut answer).await?;
    if answer == *b"+PONG\r\n" { Ok(client) } else { Err("no PONG over TLS".into()) }
}

/// Waits until somebody listens.
async fn connected(address: SocketAddr) -> Result<TcpStream, Error> {
    let start = std::time::Instant::now();
    loop {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) if start.elapsed() > crate::process::PATIENCE => return Err(error.into()),
            Err(_) => tokio::time::sleep(crate::process::POLL).await,
        }
    }
}
