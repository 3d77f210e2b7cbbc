//! Floors that have to be processes of their own, as the server is one: this program, started again.

use std::{net::SocketAddr, process::Command};

use axum::{Router, body::Bytes, http::header::CONTENT_TYPE, routing::post, serve::ListenerExt};
use tokio::{
    io::copy_bidirectional_with_sizes,
    net::{TcpListener, TcpStream},
};

use crate::{
    Error,
    process::{Process, free_address, until_answered},
};

/// The argument that makes this program a bare HTTP server; the file with the body follows.
pub const HTTP: &str = "--floor-http";

/// The argument that makes this program a copy loop; the address of the other side follows.
pub const COPY: &str = "--floor-copy";

/// The variable that tells a floor where to listen.
const LISTEN: &str = "BENCH_FLOOR_LISTEN";

/// As large as a value of 64 KiB needs it to be.
const COPY_BUFFER: usize = 64 << 10;

/// A floor that runs.
pub struct Floor {
    /// Where it listens.
    pub address: SocketAddr,
    /// The process.
    pub process: Process,
}

impl Floor {
    /// A bare axum handler that answers every request with `body`.
    pub async fn http(body: &[u8]) -> Result<Self, Error> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), body)?;
        let mut floor = Self::start(HTTP, &file.path().display().to_string())?;
        until_answered(floor.address, "/", &mut floor.process).await?;
        Ok(floor)
    }

    /// The simplest loop in tokio that copies to `target` and back.
    pub fn copies(target: SocketAddr) -> Result<Self, Error> {
        Self::start(COPY, &target.to_string())
    }

    fn start(kind: &str, argument: &str) -> Result<Self, Error> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        let process = Process::start(command.args([kind, argument]).env(LISTEN, address.to_string()))?;
        Ok(Self { address, process })
    }
}

/// Answers every request with what is in the file `body`.
pub fn serve_http(body: &str) -> Result<(), Error> {
    let body = Bytes::from(std::fs::read(body)?);
    runtime()?.block_on(async {
        let listener = TcpListener::bind(std::env::var(LISTEN)?).await?;
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let answer = move || async move { ([(CONTENT_TYPE, "text/xml")], body) };
        let router = Router::new().route("/", post(answer.clone()).get(answer));
        Ok(axum::serve(listener, router).await?)
    })
}

/// Copies what comes in to `target`, and back.
pub fn serve_copies(target: &str) -> Result<(), Error> {
    let target: SocketAddr = target.parse()?;
    runtime()?.block_on(async {
        let listener = TcpListener::bind(std::env::var(LISTEN)?).await?;
        loop {
            let (mut client, _) = listener.accept().await?;
            tokio::spawn(async move {
                let mut engine = TcpStream::connect(target).await?;
                client.set_nodelay(true)?;
                engine.set_nodelay(true)?;
                copy_bidirectional_with_sizes(&mut client, &mut engine, COPY_BUFFER, COPY_BUFFER).await
            });
        }
    })
}

/// The runtime that the server has.
fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
