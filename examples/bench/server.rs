//! The server under measurement, started as a user would start it.

use std::{
    net::SocketAddr,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::{
    Error,
    load::{Connection, api_request, get},
    process::{PATIENCE, POLL, Process, free_address, until_answered},
};

/// The ports for endpoints, away from the default ones, on which somebody else's server may be.
pub const NODE_PORTS: std::ops::RangeInclusive<u16> = 26000..=29999;

/// A server that runs.
pub struct Server {
    /// Where its API is.
    pub address: SocketAddr,
    /// The process.
    pub process: Process,
    /// From being started to its first answer.
    pub started_in: Duration,
    has_engines: bool,
}

impl Server {
    /// Starts a server on what is in `data_dir`, and waits for its first answer.
    pub async fn start(binary: &Path, backend: &str, data_dir: &Path) -> Result<Self, Error> {
        Self::start_with(binary, backend, data_dir, &[]).await
    }

    /// The same with more flags.
    pub async fn start_with(binary: &Path, backend: &str, data_dir: &Path, flags: &[&str]) -> Result<Self, Error> {
        let address = free_address()?;
        let mut command = Command::new(binary);
        command.args(["serve", "--backend", backend, "--listen", &address.to_string()]);
        command.arg("--node-ports").arg(format!("{}-{}", NODE_PORTS.start(), NODE_PORTS.end()));
        command.arg("--data-dir").arg(data_dir).args(flags);
        command.env("CACHETTE_LOG", "error");
        let start = Instant::now();
        let mut process = Process::start(&mut command)?;
        until_answered(address, "/_cachette/health", &mut process).await?;
        Ok(Self { address, process, started_in: start.elapsed(), has_engines: backend != "none" })
    }

    /// A new connection to it.
    pub async fn connect(&self) -> Result<Connection, Error> {
        Connection::open(self.address).await
    }

    /// What the API answers to `form`.
    pub async fn ask(&self, form: &str) -> Result<String, Error> {
        let mut connection = self.connect().await?;
        let answer = connection.ask(&api_request(self.address, form)).await?;
        Ok(String::from_utf8(answer.to_vec())?)
    }

    /// Everything that the server knows, by the admin API.
    pub async fn resources(&self) -> Result<Value, Error> {
        let mut connection = self.connect().await?;
        Ok(serde_json::from_slice(connection.ask(&get(self.address, "/_cachette/resources")).await?)?)
    }

    /// Waits until `count` clusters are available and none is anything else. Asks as a client would.
    pub async fn until_available(&self, count: usize) -> Result<(), Error> {
        let start = Instant::now();
        let mut connection = self.connect().await?;
        loop {
            let (mut available, mut marker) = (0, Some(String::new()));
            while let Some(after) = marker {
                let form = format!("Action=DescribeCacheClusters{after}");
                let page = connection.ask(&api_request(self.address, &form)).await?;
                let is_available = b"<CacheClusterStatus>available</CacheClusterStatus>";
                available += memchr::memmem::find_iter(page, is_available).count();
                let page = str::from_utf8(page)?;
                let next = page.split_once("<Marker>").and_then(|(_, rest)| rest.split_once("</Marker>"));
                marker = next.map(|(next, _)| format!("&Marker={}", utf8_percent_encode(next, NON_ALPHANUMERIC)));
            }
            if available == count {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                return Err(format!("{count} clusters did not become available").into());
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Removes everything, engines too.
    pub async fn reset(&self) -> Result<(), Error> {
        let mut connection = self.connect().await?;
        let request = format!("POST /_cachette/reset HTTP/1.1\r\nhost: {}\r\ncontent-length: 0\r\n\r\n", self.address);
        connection.ask(request.as_bytes()).await?;
        Ok(())
    }

    /// Ends the server, and its engines first.
    pub async fn stop(self) -> Result<(), Error> {
        if self.has_engines { self.reset().await } else { Ok(()) }
    }
}

/// The parameters of a request for one cluster.
pub fn create(id: &str, port: u16) -> String {
    format!(
        "Action=CreateCacheCluster&CacheClusterId={id}&Engine=redis&CacheNodeType=cache.t3.micro&NumCacheNodes=1&Port={port}"
    )
}
