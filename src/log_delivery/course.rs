//! The way of one log of one engine to one of those who get it.

use std::{net::SocketAddr, time::Duration};

use chrono::{DateTime, Utc};

use super::{
    FIRST_PAUSE, LONGEST_PAUSE, Tools, engine_log, slow_log,
    wanted::{DeliveryKey, Task},
};
use crate::{
    backend::{BackendError, EngineId},
    engine::{EngineError, EngineSettings, RedisClient},
    integrations::{LogError, LogLine},
    model::{Engine, LogConfiguration, LogCursor, LogFormat, LogSink, LogType, NodeId, Observed, parameters},
    store::StorageError,
};

/// How often an engine is asked what is new in its log.
const EVERY: Duration = Duration::from_secs(2);

/// How many lines are delivered at once: as many as Firehose takes.
const AT_ONCE: usize = 500;

/// The way of one log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Course {
    pub delivery: DeliveryKey,
    /// Where it leads; nowhere as long as the delivery has not taken effect. Where it begins is found out before.
    pub configuration: Option<LogConfiguration>,
    pub cluster: String,
    pub node: NodeId,
    /// The name of the engine, and which run of it this is about.
    pub engine: String,
    pub run: String,
    pub kind: Engine,
    pub address: SocketAddr,
    pub sink: LogSink,
}

/// Why a round was not finished.
#[derive(Debug, thiserror::Error)]
enum CourseError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Backend(#[from] BackendError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Those who get the lines do not take them.
    #[error(transparent)]
    Service(#[from] LogError),
    #[error("The file of the log cannot be written: {0}")]
    File(#[from] std::io::Error),
    /// The record of the engine says something else by now.
    #[error("the engine is gone")]
    Gone,
}

/// A line, and the place behind it.
type Placed = (u64, LogLine);

/// What goes on over the rounds of a course.
struct Position {
    client: Option<RedisClient>,
    place: u64,
}

impl Course {
    pub async fn run(&self, tools: &Tools, task: &Task) {
        let mut position = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let round = self.round(tools, &mut position).await;
            let wait = if round.is_ok() { EVERY } else { pause };
            match round {
                Ok(()) => {
                    pause = FIRST_PAUSE;
                    tools.outcomes.note(task, Ok(())).await;
                }
                Err(error) => {
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    tracing::debug!(course = ?self, %error, "a log could not be delivered and is tried again");
                    if let Some(position) = &mut position {
                        position.client = None;
                    }
                    // What is wrong with an engine is shown elsewhere.
                    if matches!(error, CourseError::Service(_) | CourseError::File(_)) {
                        tools.outcomes.note(task, Err(error.to_string())).await;
                    }
                }
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Delivers what is new.
    async fn round(&self, tools: &Tools, position: &mut Option<Position>) -> Result<(), CourseError> {
        let position = match position {
            Some(position) => position,
            None => position.insert(self.begin(tools).await?),
        };
        let Some(LogConfiguration { format, .. }) = &self.configuration else { return Ok(()) };
        loop {
            let (lines, end) = self.read(tools, position, *format).await?;
            for lines in lines.chunks(AT_ONCE) {
                self.put(tools, lines).await?;
                if let Some((place, _)) = lines.last() {
                    self.note(tools, *place).await?;
                    position.place = *place;
                }
            }
            position.place = end;
            if lines.len() < AT_ONCE {
                return Ok(());
            }
        }
    }

    fn cursor(&self) -> String {
        LogCursor::id(&self.engine, self.delivery.log_type, self.sink)
    }

    /// Finds out where to begin: where an earlier course has got to, at the beginning of an engine's log, or, when delivery
    /// was asked for while it ran, at the end of what it has logged by now.
    async fn begin(&self, tools: &Tools) -> Result<Position, CourseError> {
        let cursor = tools.store.tables().log_cursors.get(&self.delivery.scope, &self.cursor()).cloned();
        let cursor = cursor.filter(|cursor| cursor.run == self.run);
        let place = cursor.as_ref().map_or(Some(0), |cursor| cursor.position);
        let mut position = Position { client: None, place: place.unwrap_or(0) };
        if place.is_none() {
            loop {
                let (lines, end) = self.read(tools, &mut position, LogFormat::Text).await?;
                position.place = end;
                if lines.len() < AT_ONCE {
                    break;
                }
            }
            self.note(tools, position.place).await?;
        }
        Ok(position)
    }

    /// Notes that everything up to a place has arrived.
    async fn note(&self, tools: &Tools, place: u64) -> Result<(), StorageError> {
        let (scope, id) = (self.delivery.scope.clone(), self.cursor());
        let cursor = LogCursor { run: self.run.clone(), position: Some(place) };
        let written = tools.store.write(move |draft| {
            draft.put(&scope, &id, cursor);
            Ok::<_, StorageError>(())
        });
        written.await
    }

    /// What is new in the log, and the place behind all of it.
    async fn read(
        &self,
        tools: &Tools,
        position: &mut Position,
        format: LogFormat,
    ) -> Result<(Vec<Placed>, u64), CourseError> {
        match self.delivery.log_type {
            LogType::SlowLog => self.read_slow_log(tools, position, format).await,
            LogType::EngineLog => self.read_engine_log(tools, position.place, format).await,
        }
    }

    async fn read_slow_log(
        &self,
        tools: &Tools,
        position: &mut Position,
        format: LogFormat,
    ) -> Result<(Vec<Placed>, u64), CourseError> {
        let client = if let Some(client) = &mut position.client {
            client
        } else {
            let settings = self.settings(tools).ok_or(CourseError::Gone)?;
            position.client.insert(RedisClient::connect(self.address, &settings).await?)
        };
        let log = client.slow_log(position.place).await?;
        if log.missing > 0 {
            tracing::warn!(
                cache_cluster_id = self.cluster,
                node = %self.node,
                entries = log.missing,
                "entries of the slow log are not delivered: the engine had let go of them (slowlog-max-len)"
            );
        }
        let node = self.node.to_string();
        let line = |entry| {
            let entry: &crate::engine::SlowLogEntry = entry;
            let time = DateTime::from_timestamp(entry.timestamp, 0).unwrap_or_else(Utc::now);
            (entry.id + 1, LogLine { time, text: slow_log::line(&self.cluster, &node, entry, format) })
        };
        Ok((log.entries.iter().map(line).collect(), log.next))
    }

    async fn read_engine_log(
        &self,
        tools: &Tools,
        place: u64,
        format: LogFormat,
    ) -> Result<(Vec<Placed>, u64), CourseError> {
        let printed = tools.backend.printed(&EngineId::new(self.engine.clone()), place).await?;
        let end = printed.lines.last().map_or(place, |(place, _)| *place);
        let node = self.node.to_string();
        // A line that tells no time belongs to the one before.
        let mut last = None;
        let lines = printed.lines.iter().map(|(place, text)| {
            let (time, text) = engine_log::line(&self.cluster, &node, text, format);
            last = time.or(last);
            (*place, LogLine { time: last.unwrap_or_else(Utc::now), text })
        });
        Ok((lines.collect(), end))
    }

    /// How the server gets into the engine, if it is still the one that the record names.
    fn settings(&self, tools: &Tools) -> Option<EngineSettings> {
        let tables = tools.store.tables();
        let cluster = tables.cache_clusters.get(&self.delivery.scope, &self.cluster)?;
        let engines = &cluster.nodes.get(&self.node)?.engines;
        let generation =
            engines.keys().find(|generation| cluster.engine_name(self.node, **generation) == self.engine)?;
        let running = engines.get(generation).and_then(Observed::running)?;
        Some(EngineSettings {
            engine: running.settings.engine,
            version: running.settings.engine_version.clone(),
            port: running.address.port(),
            parameters: parameters::effective(&running.settings),
            open_files: None,
            access: running.settings.access.clone(),
            iam_passwords: std::collections::BTreeMap::new(),
            admin: tools.secret.of_engine(&self.engine),
            replicates: cluster.membership.is_some(),
            is_serverless: cluster.scope.is_behind_serverless(),
            cluster: None,
        })
    }

    async fn put(&self, tools: &Tools, lines: &[Placed]) -> Result<(), CourseError> {
        let Some(configuration) = &self.configuration else { return Ok(()) };
        let scope = &self.delivery.scope;
        let Self { kind, cluster, node, .. } = self;
        let stream = format!("elasticache/{}/{cluster}/{node}/{}", kind.name(), self.delivery.log_type);
        if let (LogSink::File, Some(files)) = (self.sink, &tools.files) {
            let text = lines.iter().flat_map(|(_, line)| [line.text.as_str(), "\n"]).collect();
            return Ok(files.put(scope, &stream, text).await?);
        }
        let mut lines: Vec<_> = lines.iter().map(|(_, line)| line.clone()).collect();
        lines.sort_by_key(|line| line.time);
        Ok(tools.services.put_log(scope, &configuration.destination, &stream, &lines).await?)
    }
}
