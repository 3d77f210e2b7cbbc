//! Copying an engine outside into one of ours that is a node of a cluster, while the other goes on taking writes.
//!
//! Nodes of a cluster copy none that is not in it, and what replication sends of an engine that is in none may have keys
//! of several slots in one command, which a node refuses. So the keys come over one by one, as they are (`DUMP`), and the
//! source tells which have changed since (`CLIENT TRACKING .. BCAST`): those are asked for again. The order makes it
//! whole: tracking comes before the first key is asked for; whatever changes after a key was asked for is told after its
//! answer; so when everything that was told is copied, nothing older than the last question is missing.
//!
//! Nothing is kept of a copy: when the connection is lost, it is not known what was told meanwhile, and the next begins
//! from the start.

use std::{collections::HashSet, time::Duration};

use redis::{
    AsyncConnectionConfig, ProtocolVersion, PushInfo, PushKind, RedisConnectionInfo, Value, aio::MultiplexedConnection,
    cmd, pipe,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
    task::AbortHandle,
    time::timeout,
};

use super::{EngineError, RedisClient, SourceError, outside};
use crate::model::CustomerNode;

/// How many keys are asked for at a time.
const BATCH: usize = 128;

/// How long a source may take for one answer. Some are large.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long replicas may take to have everything at the end.
const REPLICA_PATIENCE: Duration = Duration::from_secs(5);

/// A copy that is being made.
pub struct LiveCopy {
    node: CustomerNode,
    source: MultiplexedConnection,
    /// What the connection lives on.
    driver: AbortHandle,
    told: mpsc::UnboundedReceiver<PushInfo>,
    stale: Stale,
}

/// What has changed at the source since it was copied.
#[derive(Default)]
struct Stale {
    /// Everything is gone, but for these keys.
    flushed: bool,
    keys: HashSet<Vec<u8>>,
}

impl Stale {
    fn note(&mut self, push: PushInfo) {
        let PushInfo { kind: PushKind::Invalidate, data } = push else { return };
        for value in data {
            match value {
                Value::Nil => *self = Self { flushed: true, keys: HashSet::new() },
                Value::Array(keys) => self.keys.extend(keys.into_iter().filter_map(|key| match key {
                    Value::BulkString(key) => Some(key),
                    _ => None,
                })),
                _ => {}
            }
        }
    }
}

impl Drop for LiveCopy {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl LiveCopy {
    /// A copy of the engine at `node` over `stream`, which is logged in there. Nothing is copied yet.
    ///
    /// # Errors
    /// When it does not answer, or is too old to tell what changes.
    pub async fn over(
        node: &CustomerNode,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> Result<Self, SourceError> {
        let (tell, told) = mpsc::unbounded_channel();
        let login = RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3);
        let config = AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE)).set_push_sender(tell);
        let connecting = MultiplexedConnection::new_with_config(&login, stream, config);
        let (source, driver) = timeout(PATIENCE, connecting)
            .await
            .map_err(|_| SourceError::Silent(node.clone(), "it did not answer in time".into()))?
            .map_err(|error| judge(node, &error))?;
        let driver = tokio::spawn(driver).abort_handle();
        Ok(Self { node: node.clone(), source, driver, told, stale: Stale::default() })
    }

    /// Whether `target` can have what the source has. Changes nothing anywhere.
    ///
    /// # Errors
    /// When it cannot, and why.
    pub async fn check(&mut self, target: &mut RedisClient) -> Result<(), SourceError> {
        let info: String = self.ask(&mut cmd("INFO")).await?;
        if let Some(reason) = other_databases(&info) {
            return Err(SourceError::Unfit(self.node.clone(), reason));
        }
        let own: String =
            target.command("info").query_async(&mut target.connection).await.map_err(EngineError::from)?;
        if let Some(reason) = outside::why_unfit(&info, &own) {
            return Err(SourceError::Unfit(self.node.clone(), reason));
        }
        // What will be said later has to be allowed.
        let _: Value = self.ask(cmd("SCAN").arg(0).arg("COUNT").arg(1)).await?;
        let _: Value = self.ask(cmd("PTTL").arg("cachette:check")).await?;
        let _: Value = self.ask(cmd("DUMP").arg("cachette:check")).await?;
        let _: Value = self.ask(cmd("CLIENT").arg("TRACKING").arg("ON").arg("BCAST")).await?;
        let _: Value = self.ask(cmd("CLIENT").arg("TRACKING").arg("OFF")).await?;
        self.functions().await?;
        Ok(())
    }

    /// Empties `target` and copies everything into it. Writes go on meanwhile; what they change is copied by
    /// [`Self::catch_up`].
    ///
    /// # Errors
    /// When one of the two does not answer or refuses.
    pub async fn copy_all(&mut self, target: &mut RedisClient) -> Result<(), SourceError> {
        let _: Value = self.ask(cmd("CLIENT").arg("TRACKING").arg("ON").arg("BCAST")).await?;
        target.flush().await?;
        let mut cursor = "0".to_owned();
        loop {
            let (next, keys): (String, Vec<Vec<u8>>) =
                self.ask(cmd("SCAN").arg(&cursor).arg("COUNT").arg(BATCH)).await?;
            self.copy(target, &keys).await?;
            self.hear();
            cursor = next;
            if cursor == "0" {
                return Ok(());
            }
        }
    }

    /// Copies what has changed, as far as the source has told of it by now.
    ///
    /// # Errors
    /// When one of the two does not answer or refuses.
    pub async fn catch_up(&mut self, target: &mut RedisClient) -> Result<(), SourceError> {
        self.hear();
        let Stale { flushed, keys } = std::mem::take(&mut self.stale);
        if flushed {
            target.flush().await?;
        }
        let keys: Vec<_> = keys.into_iter().collect();
        for keys in keys.chunks(BATCH) {
            self.copy(target, keys).await?;
        }
        Ok(())
    }

    /// Waits until the source tells of a change; not at all when it has.
    pub async fn change(&mut self) {
        if self.stale.flushed || !self.stale.keys.is_empty() {
            return;
        }
        match self.told.recv().await {
            Some(push) => self.stale.note(push),
            // It shows at the next question.
            None => std::future::pending().await,
        }
    }

    /// Asks the source for a sign of life.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ping(&mut self) -> Result<(), SourceError> {
        self.ask(&mut cmd("PING")).await
    }

    /// Copies all that the source has answered to anybody before this was called, functions included, and waits for the
    /// target's `replicas`.
    ///
    /// # Errors
    /// When one of the two does not answer or refuses, or the source has what the target cannot have.
    pub async fn finish(&mut self, target: &mut RedisClient, replicas: usize) -> Result<(), SourceError> {
        let keyspace: String = self.ask(cmd("INFO").arg("keyspace")).await?;
        if let Some(reason) = other_databases(&keyspace) {
            return Err(SourceError::Unfit(self.node.clone(), reason));
        }
        // What a source tells it may write after the answer to a question that it read in the same turn. It reads the
        // second only after it has written all that belongs to the first.
        self.ping().await?;
        self.ping().await?;
        self.catch_up(target).await?;
        if let Some(functions) = self.functions().await? {
            target.restore_functions(&functions).await?;
        }
        if replicas > 0 {
            target.until_copied(replicas, REPLICA_PATIENCE).await?;
        }
        Ok(())
    }

    /// Copies these keys as they are now, and drops those that are gone.
    async fn copy(&mut self, target: &mut RedisClient, keys: &[Vec<u8>]) -> Result<(), SourceError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut ask = pipe();
        for key in keys {
            ask.cmd("PTTL").arg(key).cmd("DUMP").arg(key);
        }
        let answers: Vec<Value> = ask.query_async(&mut self.source).await.map_err(|error| judge(&self.node, &error))?;
        Ok(target.restore_keys(keys, &answers).await?)
    }

    /// The source's functions, `None` of one before 7.0, which has none.
    async fn functions(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        match cmd("FUNCTION").arg("DUMP").query_async(&mut self.source).await {
            Ok(dump) => Ok(Some(dump)),
            Err(error) if outside::is_passing(&error) || error.code() == Some("NOPERM") => {
                Err(judge(&self.node, &error))
            }
            Err(_) => Ok(None),
        }
    }

    /// Takes note of what was told.
    fn hear(&mut self) {
        while let Ok(push) = self.told.try_recv() {
            self.stale.note(push);
        }
    }

    async fn ask<T: redis::FromRedisValue>(&mut self, command: &mut redis::Cmd) -> Result<T, SourceError> {
        command.query_async(&mut self.source).await.map_err(|error| judge(&self.node, &error))
    }
}

/// What an error of a source means.
fn judge(node: &CustomerNode, error: &redis::RedisError) -> SourceError {
    if outside::is_passing(error) {
        return SourceError::Silent(node.clone(), error.to_string());
    }
    let reason = match error.code() {
        Some("NOAUTH") => "it wants a password, and the migration was prepared without one".to_owned(),
        _ if error.to_string().contains("HELLO") => "it is older than 6.0, and cannot tell what changes".to_owned(),
        _ => error.to_string(),
    };
    SourceError::Unfit(node.clone(), reason)
}

/// Why a source with this `INFO` has too many databases.
fn other_databases(info: &str) -> Option<String> {
    let other =
        info.lines().find(|line| line.starts_with("db") && line.contains(":keys=") && !line.starts_with("db0:"));
    let database = other?.split(':').next()?.trim_start_matches("db").to_owned();
    Some(format!("it has keys in database {database}, and a serverless cache has database 0 only"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(value: Value) -> PushInfo {
        PushInfo { kind: PushKind::Invalidate, data: vec![value] }
    }

    fn key(name: &str) -> Value {
        Value::Array(vec![Value::BulkString(name.into())])
    }

    #[test]
    fn what_was_changed_before_a_flush_is_no_more() {
        let mut stale = Stale::default();
        stale.note(told(key("before")));
        stale.note(told(Value::Nil));
        stale.note(told(key("after")));
        stale.note(PushInfo { kind: PushKind::Message, data: vec![key("none")] });
        assert!(stale.flushed);
        assert_eq!(stale.keys, HashSet::from([b"after".to_vec()]));
    }

    #[test]
    fn keys_outside_of_database_0_are_seen() {
        assert_eq!(other_databases("db0:keys=1,expires=0\r\n"), None);
        let reason = other_databases("db0:keys=1,expires=0\r\ndb3:keys=1,expires=0\r\n").expect("a reason");
        assert!(reason.contains("database 3"));
    }
}
