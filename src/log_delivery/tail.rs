//! The end of a log, for somebody who looks at it: nothing is delivered, and nothing is remembered between two looks.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};

use super::login;
use crate::{
    backend::{Backend, BackendError, EngineId, LAST_LINES},
    engine::{EngineError, InstanceSecret, RedisClient, SlowLogEntry},
    model::{CacheCluster, CacheNode, Engine, LogType, NodeId, Observed, Running, Scope},
    store::Store,
};

/// The longest line in bytes; what is behind that is cut off.
const LONGEST_LINE: usize = 4096;

/// Reads the ends of the logs of engines.
pub struct Tails {
    store: Arc<Store>,
    backend: Arc<dyn Backend>,
    secret: InstanceSecret,
}

/// Lines of a log.
#[derive(Debug, PartialEq, Eq)]
pub struct Tail {
    /// The oldest first.
    pub lines: Vec<String>,
    /// Where the next look goes on.
    pub next: String,
    /// Whether these lines follow those of the last look. They do not when another engine has taken the place of the one
    /// before, or it is the first look.
    pub follows: bool,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    /// There is no such node.
    #[error("There is no node {node} of a cache cluster {cluster} in this account and region.")]
    NoSuchNode {
        /// The cluster.
        cluster: String,
        /// The node.
        node: NodeId,
    },
    /// No engine runs that could tell.
    #[error("No engine runs there now.")]
    NoEngine,
    /// Memcached has none.
    #[error("Memcached has no slow log.")]
    NoSlowLog,
    /// The engine does not tell.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// What runs the engine does not tell.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

impl Tails {
    /// Reads what `backend` has of the engines of these records.
    #[must_use]
    pub fn new(store: Arc<Store>, backend: Arc<dyn Backend>, secret: InstanceSecret) -> Self {
        Self { store, backend, secret }
    }

    /// What is new in a log since the last look, whose [`next`](Tail::next) is `after`, or the last lines.
    ///
    /// # Errors
    /// When there is no such log, or it cannot be read now.
    pub async fn read(
        &self,
        scope: &Scope,
        cluster: &str,
        node: NodeId,
        kind: LogType,
        after: Option<&str>,
    ) -> Result<Tail, TailError> {
        let no_such_node = || TailError::NoSuchNode { cluster: cluster.to_owned(), node };
        let cluster = self.store.tables().cache_clusters.get(scope, cluster).cloned().ok_or_else(no_such_node)?;
        let record = cluster.nodes.get(&node).ok_or_else(no_such_node)?;
        match kind {
            LogType::EngineLog => self.engine_log(&cluster, node, record, after).await,
            LogType::SlowLog => self.slow_log(&cluster, node, record, after).await,
        }
    }

    /// What the engine printed that serves now, or else the last one that there is something of.
    async fn engine_log(
        &self,
        cluster: &CacheCluster,
        node: NodeId,
        record: &CacheNode,
        after: Option<&str>,
    ) -> Result<Tail, TailError> {
        let (generation, run) = match serving(record) {
            Some((generation, running)) => (generation, running.run.as_str()),
            None => (record.engines.keys().next_back().copied().ok_or(TailError::NoEngine)?, ""),
        };
        let engine = cluster.engine_name(node, generation);
        let place = after.and_then(|after| place(after, &engine, run));
        let id = EngineId::new(engine.clone());
        let printed = match place {
            Some(place) => self.backend.printed(&id, place).await?,
            None => self.backend.last_printed(&id).await?,
        };
        let end = printed.lines.last().map_or(place.unwrap_or(0), |(end, _)| *end);
        let lines = printed.lines.into_iter().map(|(_, line)| cut(line)).collect();
        Ok(Tail { lines, next: next(&engine, run, end), follows: place.is_some() })
    }

    async fn slow_log(
        &self,
        cluster: &CacheCluster,
        node: NodeId,
        record: &CacheNode,
        after: Option<&str>,
    ) -> Result<Tail, TailError> {
        if cluster.engine == Engine::Memcached {
            return Err(TailError::NoSlowLog);
        }
        let (generation, running) = serving(record).ok_or(TailError::NoEngine)?;
        let engine = cluster.engine_name(node, generation);
        let settings = login::settings(cluster, node, &engine, &self.secret).ok_or(TailError::NoEngine)?;
        let place = after.and_then(|after| place(after, &engine, &running.run));
        let mut client = RedisClient::connect(running.address, &settings).await?;
        let log = client.slow_log(place.unwrap_or(0)).await?;
        let first = log.entries.len().saturating_sub(LAST_LINES);
        let lines = log.entries[first..].iter().map(|entry| cut(line(entry))).collect();
        Ok(Tail { lines, next: next(&engine, &running.run, log.next), follows: place.is_some() })
    }
}

/// The engine that clients are led to now, if it is a real one.
fn serving(record: &CacheNode) -> Option<(u32, &Running)> {
    let mut engines = record.engines.iter();
    engines.find_map(|(generation, observed)| {
        Some((*generation, Observed::running(observed).filter(|running| running.is_real())?))
    })
}

/// A place in what one run of an engine has logged, as those who look hand it back.
fn next(engine: &str, run: &str, place: u64) -> String {
    format!("{place}:{engine}:{run}")
}

/// The place that was handed back, if it is one of this run.
fn place(after: &str, engine: &str, run: &str) -> Option<u64> {
    let (place, rest) = after.split_once(':')?;
    let (of_engine, of_run) = rest.split_once(':')?;
    (of_engine == engine && of_run == run).then(|| place.parse().ok())?
}

/// An entry of a slow log, without the arguments of its command.
fn line(entry: &SlowLogEntry) -> String {
    let SlowLogEntry { timestamp, duration, command, client_address, client_name, .. } = entry;
    let time = DateTime::from_timestamp(*timestamp, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true);
    let by = if client_name.is_empty() { client_address.clone() } else { format!("{client_address} ({client_name})") };
    format!("{time} {duration} µs {command} by {by}")
}

fn cut(mut line: String) -> String {
    line.truncate(line.floor_char_boundary(LONGEST_LINE));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_another_run_are_none() {
        let told = next("mine-0001-abc-1", "4:2", 7);
        assert_eq!(place(&told, "mine-0001-abc-1", "4:2"), Some(7));
        assert_eq!(place(&told, "mine-0001-abc-2", "4:2"), None);
        assert_eq!(place(&told, "mine-0001-abc-1", "4:3"), None);
        for strange in ["", "7", "x:mine-0001-abc-1:4:2", "-1:mine-0001-abc-1:4:2"] {
            assert_eq!(place(strange, "mine-0001-abc-1", "4:2"), None, "{strange:?}");
        }
    }
}
