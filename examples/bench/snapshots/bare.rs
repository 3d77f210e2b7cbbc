//! A bare engine that writes a dump of its data and starts with one.

use std::{net::SocketAddr, path::Path};

use redis::aio::MultiplexedConnection;

use crate::{
    Error,
    groups::talk::{connect, info, until},
    ping::{bare_redis_with, until_pong},
    process::{Process, free_address},
};

/// What engines call the dump in their folder.
pub const DUMP: &str = "dump.rdb";

/// A bare engine.
pub struct Engine {
    /// Where it is.
    pub address: SocketAddr,
    connection: MultiplexedConnection,
    _process: Process,
}

impl Engine {
    /// Starts one in `folder`, with the dump that is in it, and waits until it answers.
    pub async fn start(folder: &Path) -> Result<Self, Error> {
        let address = free_address()?;
        let process = bare_redis_with(address, &["--dir", &folder.display().to_string()])?;
        until_pong(address).await?;
        Ok(Self { address, connection: connect(address).await?, _process: process })
    }

    /// Has it write a dump, and waits until it has.
    pub async fn dump(&mut self) -> Result<(), Error> {
        redis::cmd("BGSAVE").exec_async(&mut self.connection).await?;
        until("the dump is written", async || {
            Ok(info(&mut self.connection, "persistence", "rdb_bgsave_in_progress").await? == "0")
        })
        .await?;
        match info(&mut self.connection, "persistence", "rdb_last_bgsave_status").await?.as_str() {
            "ok" => Ok(()),
            status => Err(format!("the dump was not written: {status}").into()),
        }
    }
}
