//! Talking to engines, bare ones and those of the server alike.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use redis::{AsyncConnectionConfig, Client, aio::MultiplexedConnection};

use crate::{
    Error,
    process::{PATIENCE, POLL},
};

/// How long one answer may take. Moving keys takes its time.
const ANSWER: Duration = Duration::from_secs(10);

/// A connection to an engine.
pub async fn connect(address: SocketAddr) -> Result<MultiplexedConnection, Error> {
    let config = AsyncConnectionConfig::new().set_connection_timeout(Some(ANSWER)).set_response_timeout(Some(ANSWER));
    let client = Client::open(format!("redis://{address}"))?;
    Ok(client.get_multiplexed_async_connection_with_config(&config).await?)
}

/// One field of an engine's `INFO`.
pub async fn info(engine: &mut MultiplexedConnection, section: &str, field: &str) -> Result<String, Error> {
    let text: String = redis::cmd("INFO").arg(section).query_async(engine).await?;
    let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    Ok(value.unwrap_or_default().to_owned())
}

/// Whether an engine is a replica that has copied everything.
pub async fn is_linked(engine: &mut MultiplexedConnection) -> Result<bool, Error> {
    Ok(info(engine, "replication", "master_link_status").await? == "up")
}

/// Waits until `condition` holds.
pub async fn until(what: &str, mut condition: impl AsyncFnMut() -> Result<bool, Error>) -> Result<(), Error> {
    let start = Instant::now();
    while !condition().await? {
        if start.elapsed() > PATIENCE {
            return Err(format!("waited in vain: {what}").into());
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

/// Writes a key at `address` again and again until it is taken. What is in the way meanwhile, a closed connection or a
/// redirection to an engine that is gone, is what is being measured.
pub async fn until_written(address: SocketAddr, key: &str, value: &str) -> Result<(), Error> {
    until("a write is taken", async || {
        let Ok(mut engine) = connect(address).await else { return Ok(false) };
        let written: redis::RedisResult<String> = redis::cmd("SET").arg(key).arg(value).query_async(&mut engine).await;
        Ok(written.is_ok())
    })
    .await
}
