//! Copying keys one by one, between engines that cannot follow each other: one that is no node of a cluster to one that
//! is.

use std::time::Duration;

use redis::{Value, cmd, pipe};

use super::{EngineError, RedisClient};

/// How many keys are asked for at a time.
const BATCH: usize = 256;

impl RedisClient {
    /// Makes the keys of this engine, functions included, those of `source`, whose writes have to be paused and are kept
    /// paused. What this engine had before is dropped.
    ///
    /// # Errors
    /// When one of the two does not answer or refuses, or `source` has keys outside of database 0, which nodes of a
    /// cluster do not have.
    pub async fn copy_keys_from(&mut self, source: &mut Self) -> Result<(), EngineError> {
        source.check_one_database().await?;
        self.flush().await?;
        // Functions came with 7.0.
        let functions: Result<Vec<u8>, _> = cmd("FUNCTION").arg("DUMP").query_async(&mut source.connection).await;
        if let Ok(functions) = functions {
            self.restore_functions(&functions).await?;
        }
        let mut cursor = String::from("0");
        loop {
            let (next, keys): (String, Vec<Vec<u8>>) =
                source.command("scan").arg(&cursor).arg("COUNT").arg(BATCH).query_async(&mut source.connection).await?;
            self.copy_batch(source, &keys).await?;
            // The pause ends by itself after a while, for the case that the server does.
            source.pause_writes().await?;
            cursor = next;
            if cursor == "0" {
                return Ok(());
            }
        }
    }

    async fn copy_batch(&mut self, source: &mut Self, keys: &[Vec<u8>]) -> Result<(), EngineError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut ask = pipe();
        for key in keys {
            ask.add_command(source.command("pttl")).arg(key).add_command(source.command("dump")).arg(key);
        }
        let answers: Vec<Value> = ask.query_async(&mut source.connection).await?;
        self.restore_keys(keys, &answers).await
    }

    /// Makes each of these keys what another engine answered of it to `PTTL` and `DUMP`. One that had no dump any more is
    /// dropped here, too.
    pub(super) async fn restore_keys(&mut self, keys: &[Vec<u8>], answers: &[Value]) -> Result<(), EngineError> {
        let mut restore = pipe();
        for (key, answer) in keys.iter().zip(answers.chunks(2)) {
            if let [Value::Int(milliseconds), Value::BulkString(dump)] = answer {
                // Zero means for ever here; a key whose time is just running out has a little left.
                let lifetime = if *milliseconds < 0 { 0 } else { (*milliseconds).max(1) };
                restore.add_command(self.command("restore")).arg(key).arg(lifetime).arg(dump).arg("REPLACE").ignore();
            } else {
                restore.add_command(self.command("del")).arg(key).ignore();
            }
        }
        Ok(restore.exec_async(&mut self.connection).await?)
    }

    /// Makes the functions of the engine those of a dump.
    pub(super) async fn restore_functions(&mut self, dump: &[u8]) -> Result<(), EngineError> {
        Ok(cmd("FUNCTION").arg("RESTORE").arg(dump).arg("FLUSH").exec_async(&mut self.connection).await?)
    }

    /// Drops all keys.
    pub(super) async fn flush(&mut self) -> Result<(), EngineError> {
        Ok(self.command("flushall").exec_async(&mut self.connection).await?)
    }

    /// How many keys there are.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn key_count(&mut self) -> Result<u64, EngineError> {
        Ok(self.command("dbsize").query_async(&mut self.connection).await?)
    }

    /// Waits until as many replicas have everything that was written here, for as long as that may take.
    pub(super) async fn until_copied(&mut self, replicas: usize, limit: Duration) -> Result<(), EngineError> {
        let mut wait = self.command("wait");
        // The answer has to come before the connection gives up on it.
        let limit = limit.mul_f32(0.8).as_millis();
        let reached: usize = wait.arg(replicas).arg(limit.to_string()).query_async(&mut self.connection).await?;
        if reached < replicas { Err(EngineError::InVain("replicas have copied everything")) } else { Ok(()) }
    }

    async fn check_one_database(&mut self) -> Result<(), EngineError> {
        let info: String = self.command("info").arg("keyspace").query_async(&mut self.connection).await?;
        match info.lines().find(|line| line.starts_with("db") && !line.starts_with("db0:")) {
            None => Ok(()),
            Some(line) => {
                let database = line.split(':').next().unwrap_or_default();
                Err(EngineError::Refused(format!("cluster mode has database 0 only, and there are keys in {database}")))
            }
        }
    }
}
