//! The first sign of life of an engine.

use std::{net::SocketAddr, process::Command, time::Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    Error,
    process::{PATIENCE, POLL, Process},
};

/// Waits until `address` answers a PING.
pub async fn until_pong(address: SocketAddr) -> Result<(), Error> {
    let start = Instant::now();
    loop {
        let left = PATIENCE.saturating_sub(start.elapsed());
        if let Ok(Ok(true)) = timeout(left, ping(address)).await {
            return Ok(());
        }
        if start.elapsed() >= PATIENCE {
            return Err(format!("no PONG from {address}").into());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Asks once. The gateway keeps a connection waiting until there is an engine, so this may take a while.
async fn ping(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(b"PING\r\n").await?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).await?;
    Ok(answer == *b"+PONG\r\n")
}

/// A bare redis-server, started with nothing but what the server tells its own.
pub fn bare_redis(address: SocketAddr) -> Result<Process, Error> {
    bare_redis_with(address, &[])
}

/// The same with more options.
pub fn bare_redis_with(address: SocketAddr, options: &[&str]) -> Result<Process, Error> {
    let mut command = Command::new("redis-server");
    command.args(["--bind", &address.ip().to_string(), "--port", &address.port().to_string()]);
    command.args(["--save", "", "--appendonly", "no", "--protected-mode", "no"]);
    command.args(options);
    Process::start(command.current_dir(std::env::temp_dir()))
}
