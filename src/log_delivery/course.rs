//! The way of one log of one engine to one of those who get it.

use std::{net::SocketAddr, time::Duration};

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep};

use super::{
    FIRST_PAUSE, LONGEST_PAUSE, Tools, engine_log, login, slow_log,
    wanted::{DeliveryKey, Task},
};
use crate::{
    backend::{BackendError, EngineId},
    engine::{EngineError, EngineSettings, RedisClient},
    integrations::{LogError, LogLine},
    model::{Engine, LogConfiguration, LogCursor, LogFormat, LogSink, LogType, NodeId},
    store::StorageError,
};

/// How often an engine is asked what is new in its log.
const EVERY: Duration = Duration::from_secs(2);

/// How many entries of a slow log wait for those who get them. When there are more, the engine lets go of the others in
/// time, which the log tells.
const MOST_WAITING: usize = 10_000;

/// How many lines are delivered at once: as many as Firehose takes.
const AT_ONCE: usize = 500;

/// The most bytes that are delivered at once, each line counted with what `CloudWatch` Logs adds to it. It takes 1 MiB.
const BYTES_AT_ONCE: usize = 512 * 1024;
const BYTES_BESIDE: usize = 26;

/// The longest line in bytes as an engine prints it. What is behind that is cut off, so that every service takes the rest.
const LONGEST_LINE: usize = 16 * 1024;

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
    /// It is not the time to try again.
    #[error("it failed a moment ago")]
    Resting,
}

/// A line, and the place behind it.
type Placed = (u64, LogLine);

/// What goes on over the rounds of a course.
struct State {
    client: Option<RedisClient>,
    /// Everything up to here was read.
    place: u64,
    /// What was read and has not arrived yet.
    waiting: Vec<Placed>,
    /// Not before then those who get the lines are tried again.
    rests_until: Option<Instant>,
}

impl Course {
    pub async fn run(&self, tools: &Tools, task: &Task) {
        let mut state = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let Err(error) = self.round(tools, &mut state).await else {
                pause = FIRST_PAUSE;
                tools.outcomes.note(task, Ok(())).await;
                sleep(EVERY).await;
                continue;
            };
            if matches!(error, CourseError::Resting) {
                sleep(EVERY).await;
                continue;
            }
            tracing::debug!(course = ?self, %error, "a log could not be delivered and is tried again");
            if let Some(state) = &mut state {
                state.client = None;
                state.rests_until = Some(Instant::now() + pause);
            }
            // What is wrong with an engine is shown elsewhere.
            if matches!(error, CourseError::Service(_) | CourseError::File(_)) {
                tools.outcomes.note(task, Err(error.to_string())).await;
            }
            sleep(pause.min(EVERY)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Reads what is new, and delivers it.
    async fn round(&self, tools: &Tools, state: &mut Option<State>) -> Result<(), CourseError> {
        let state = match state {
            Some(state) => state,
            None => state.insert(self.begin(tools).await?),
        };
        let Some(LogConfiguration { format, .. }) = &self.configuration else { return Ok(()) };
        loop {
            let mut is_all = true;
            if self.reads_on(state) {
                let (lines, end) = self.read(tools, state, *format).await?;
                is_all = lines.len() < AT_ONCE;
                state.waiting.extend(lines);
                state.place = end;
            }
            if state.rests_until.is_some_and(|until| until > Instant::now()) {
                return Err(CourseError::Resting);
            }
            while let [.., (place, _)] = batch(&state.waiting) {
                self.put(tools, batch(&state.waiting)).await?;
                self.note(tools, *place).await?;
                state.waiting.drain(..batch(&state.waiting).len());
            }
            state.rests_until = None;
            if is_all {
                return Ok(());
            }
        }
    }

    /// Whether to read more before what was read has arrived. An engine soon lets go of the entries of its slow log; what it
    /// printed stays where it is.
    fn reads_on(&self, state: &State) -> bool {
        let most = if self.delivery.log_type == LogType::SlowLog { MOST_WAITING } else { 1 };
        state.waiting.len() < most
    }

    fn cursor(&self) -> String {
        LogCursor::id(&self.engine, self.delivery.log_type, self.sink)
    }

    /// Finds out where to begin: where an earlier course has got to, at the beginning of an engine's log, or, when delivery
    /// was asked for while it ran, at the end of what it has logged by now.
    async fn begin(&self, tools: &Tools) -> Result<State, CourseError> {
        let cursor = tools.store.tables().log_cursors.get(&self.delivery.scope, &self.cursor()).cloned();
        let cursor = cursor.filter(|cursor| cursor.run == self.run);
        let place = cursor.as_ref().map_or(Some(0), |cursor| cursor.position);
        let mut state = State { client: None, place: place.unwrap_or(0), waiting: Vec::new(), rests_until: None };
        if place.is_none() {
            loop {
                let (lines, end) = self.read(tools, &mut state, LogFormat::Text).await?;
                state.place = end;
                if lines.len() < AT_ONCE {
                    break;
                }
            }
            self.note(tools, state.place).await?;
        }
        Ok(state)
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
        state: &mut State,
        format: LogFormat,
    ) -> Result<(Vec<Placed>, u64), CourseError> {
        match self.delivery.log_type {
            LogType::SlowLog => self.read_slow_log(tools, state, format).await,
            LogType::EngineLog => self.read_engine_log(tools, state.place, format).await,
        }
    }

    async fn read_slow_log(
        &self,
        tools: &Tools,
        state: &mut State,
        format: LogFormat,
    ) -> Result<(Vec<Placed>, u64), CourseError> {
        let client = if let Some(client) = &mut state.client {
            client
        } else {
            let settings = self.settings(tools).ok_or(CourseError::Gone)?;
            state.client.insert(RedisClient::connect(self.address, &settings).await?)
        };
        let log = client.slow_log(state.place).await?;
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
            let text = &text[..text.floor_char_boundary(LONGEST_LINE)];
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
        login::settings(cluster, self.node, &self.engine, &tools.secret)
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

/// The first of these lines, as many as every service takes at once.
fn batch(lines: &[Placed]) -> &[Placed] {
    let mut bytes = 0;
    let fits = |(_, line): &&Placed| {
        bytes += line.text.len() + BYTES_BESIDE;
        bytes <= BYTES_AT_ONCE
    };
    let count = lines.iter().take(AT_ONCE).take_while(fits).count();
    // One that is too long by itself has to be tried, or it would be in the way for ever.
    &lines[..count.max(1).min(lines.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_as_large_as_services_take() {
        let lines = |count: usize, length: usize| {
            let line = |place| (place, LogLine { time: DateTime::UNIX_EPOCH, text: "x".repeat(length) });
            (0..).map(line).take(count).collect::<Vec<_>>()
        };
        let size = |count, length| batch(&lines(count, length)).len();
        assert_eq!(size(0, 1), 0);
        assert_eq!(size(501, 1), 500);
        assert_eq!(size(3, BYTES_AT_ONCE / 2 - BYTES_BESIDE), 2);
        assert_eq!(size(2, BYTES_AT_ONCE), 1);
    }
}
