//! Copying keys one by one, between engines that cannot follow each other: one that is no node of a cluster to one that
//! is.

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
        self.command("flushall").exec_async(&mut self.connection).await?;
        // Functions came with 7.0.
        let functions: Result<Vec<u8>, _> = cmd("FUNCTION").arg("DUMP").query_async(&mut source.connection).await;
        if let Ok(functions) = functions {
            cmd("FUNCTION").arg("RESTORE").arg(functions).arg("FLUSH").exec_async(&mut self.connection).await?;
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
        let mut restore = pipe();
        let mut restored = 0;
        for (key, answer) in keys.iter().zip(answers.chunks(2)) {
            // One that has expired since has no dump any more.
            if let [Value::Int(milliseconds), Value::BulkString(dump)] = answer {
                let lifetime = (*milliseconds).max(0);
                restore.add_command(self.command("restore")).arg(key).arg(lifetime).arg(dump).arg("REPLACE").ignore();
                restored += 1;
            }
        }
        if restored > 0 {
            restore.exec_async(&mut self.connection).await?;
        }
        Ok(())
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
