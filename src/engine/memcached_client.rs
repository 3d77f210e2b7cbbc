//! What the server says to a running memcached server.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use super::{EngineError, launch::EngineSettings, memcached_launch::item_megabytes};

/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection of the server's own to an engine.
pub struct MemcachedClient {
    stream: BufReader<TcpStream>,
}

impl MemcachedClient {
    /// Connects to the engine at `address` and waits until it tells its version.
    ///
    /// # Errors
    /// When the engine cannot be reached or does not answer in time.
    pub async fn connect(address: SocketAddr) -> Result<Self, EngineError> {
        let connecting = TcpStream::connect(address);
        let stream = timeout(PATIENCE, connecting).await.map_err(|_| EngineError::TimedOut)??;
        let mut client = Self { stream: BufReader::new(stream) };
        client.version().await?;
        Ok(client)
    }

    /// The version of the program.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn version(&mut self) -> Result<String, EngineError> {
        let answer = self.ask("version\r\n").await?;
        answer.strip_prefix("VERSION ").map(str::to_owned).ok_or(EngineError::Refused(answer))
    }

    /// Gives the engine what can be changed while it runs: how much memory it has.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn apply(&mut self, settings: &EngineSettings) -> Result<(), EngineError> {
        let answer = self.ask(&format!("cache_memlimit {}\r\n", item_megabytes(settings))).await?;
        if answer == "OK" { Ok(()) } else { Err(EngineError::Refused(answer)) }
    }

    /// What the engine counts: the answer to `stats`.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn statistics(&mut self) -> Result<String, EngineError> {
        let mut answer = self.ask("stats\r\n").await?;
        if !answer.starts_with("STAT ") {
            return Err(EngineError::Refused(answer));
        }
        let rest = async {
            while !answer.ends_with("END\r\n") {
                answer.push('\n');
                if self.stream.read_line(&mut answer).await? == 0 {
                    return Err(EngineError::Unreachable("it closed the connection".into()));
                }
            }
            Ok(())
        };
        timeout(PATIENCE, rest).await.map_err(|_| EngineError::TimedOut)??;
        Ok(answer)
    }

    async fn ask(&mut self, command: &str) -> Result<String, EngineError> {
        let conversation = async {
            self.stream.write_all(command.as_bytes()).await?;
            let mut answer = String::new();
            self.stream.read_line(&mut answer).await?;
            Ok::<_, EngineError>(answer)
        };
        let answer = timeout(PATIENCE, conversation).await.map_err(|_| EngineError::TimedOut)??;
        if answer.is_empty() {
            return Err(EngineError::Unreachable("it closed the connection".into()));
        }
        Ok(answer.trim_end().to_owned())
    }
}
