//! Whether an engine is alive, told without logging in.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Whether the engine at `address` answers anything within `patience`. Every engine answers this question with
/// something: Memcached with its version; Redis and Valkey with an error, even to a stranger, and even while they load
/// data or run a long script.
pub async fn answers(address: SocketAddr, patience: Duration) -> bool {
    let asking = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"version\r\n").await?;
        stream.read_u8().await
    };
    matches!(timeout(patience, asking).await, Ok(Ok(_)))
}
