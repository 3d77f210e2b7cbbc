//! Engines outside of this server: whether one of ours could copy one, and what is said to one that does.
//!
//! An engine that loads what it cannot read has dropped its own data by then, or ends. So whatever can be known before is
//! asked before: `Source::check` does, and changes nothing anywhere.

use std::{collections::BTreeMap, time::Duration};

use redis::{AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, aio::MultiplexedConnection};
use tokio::time::timeout;

use super::{EngineError, RedisClient, replication::ReplicationState, wait::Wait};
use crate::model::{CustomerNode, EngineVersion};

/// How long an engine outside may take to be connected to, and to answer a question.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a copy may take to catch up with what its source had when it was asked for.
const CATCH_UP_PATIENCE: Duration = Duration::from_secs(5);

/// How many databases an engine has when it is not told.
const DEFAULT_DATABASES: u64 = 16;

/// Why an engine outside cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It may be another time.
    #[error("{0} does not answer: {1}")]
    Silent(CustomerNode, String),
    /// It will not be, as it is.
    #[error("{0} cannot be copied: {1}")]
    Unfit(CustomerNode, String),
    /// The engine that is to copy it could not be asked.
    #[error(transparent)]
    Target(#[from] EngineError),
}

/// A connection to an engine outside.
pub struct Source {
    node: CustomerNode,
    connection: MultiplexedConnection,
}

/// How an engine stands to the one outside that it is to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutsideLink {
    /// It does something else.
    Astray,
    /// It has been told to, and has no connection.
    Down,
    /// It is copying the data as a whole.
    Copying,
    /// It has copied everything and follows every write.
    Up,
}

impl Source {
    /// Connects to the engine at `node`, without logging in anywhere.
    ///
    /// # Errors
    /// When nobody answers there, or wants a password first.
    pub async fn connect(node: &CustomerNode) -> Result<Self, SourceError> {
        let silent = |error: String| SourceError::Silent(node.clone(), error);
        let address = ConnectionAddr::Tcp(node.address.clone(), node.port);
        let client =
            address.into_connection_info().and_then(Client::open).map_err(|error| silent(error.to_string()))?;
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let connecting = timeout(PATIENCE, client.get_multiplexed_async_connection_with_config(&config));
        let connection = connecting.await.map_err(|_| silent("nobody took the connection in time".into()))?;
        let connection = connection.map_err(|error| silent(error.to_string()))?;
        let mut source = Self { node: node.clone(), connection };
        source.ask(&mut redis::cmd("PING")).await?;
        Ok(source)
    }

    /// Whether `target` can copy this engine.
    ///
    /// # Errors
    /// When it cannot, and why.
    pub async fn check(&mut self, target: &mut RedisClient, databases: Option<u64>) -> Result<(), SourceError> {
        let source = Facts::parse(&self.info().await?);
        let target = Facts::parse(&target.all_info().await?);
        if let Some(reason) = source.unfit_for(&target, databases.unwrap_or(DEFAULT_DATABASES)) {
            return Err(SourceError::Unfit(self.node.clone(), reason));
        }
        self.check_handshake().await
    }

    /// How many bytes of writes it has seen.
    ///
    /// # Errors
    /// When it does not tell.
    pub async fn offset(&mut self) -> Result<u64, SourceError> {
        let info = self.info().await?;
        let state = ReplicationState::parse(&info).map_err(|error| self.unfit(&error.to_string()))?;
        Ok(state.offset)
    }

    /// Whether it would be copied by whoever calls. It is asked to go on at a place that is no number: engines from 7.0
    /// on say so when nothing else is in the way. Older ones begin to send a copy, and stop when the connection ends.
    async fn check_handshake(&mut self) -> Result<(), SourceError> {
        match redis::cmd("PSYNC").arg("?").arg("?").exec_async(&mut self.connection).await {
            Err(error) if is_about_number(&error.to_string()) => Ok(()),
            Ok(()) => Ok(()),
            Err(error) => Err(self.judge(&error)),
        }
    }

    async fn info(&mut self) -> Result<String, SourceError> {
        let info: Result<String, _> = redis::cmd("INFO").query_async(&mut self.connection).await;
        info.map_err(|error| self.judge(&error))
    }

    async fn ask(&mut self, command: &mut redis::Cmd) -> Result<(), SourceError> {
        command.exec_async(&mut self.connection).await.map_err(|error| self.judge(&error))
    }

    /// What its answer means. One that is still loading is to be asked again.
    fn judge(&self, error: &redis::RedisError) -> SourceError {
        match error.code() {
            _ if is_passing(error) => SourceError::Silent(self.node.clone(), error.to_string()),
            Some("NOAUTH") => self.unfit("it wants a password, and there is no way to give one"),
            _ => self.unfit(&error.to_string()),
        }
    }

    fn unfit(&self, reason: &str) -> SourceError {
        SourceError::Unfit(self.node.clone(), reason.to_owned())
    }
}

/// Whether an error may be none at another time.
pub(super) fn is_passing(error: &redis::RedisError) -> bool {
    error.is_io_error()
        || error.is_timeout()
        || error.is_connection_dropped()
        || matches!(error.code(), Some("LOADING" | "BUSY" | "NOMASTERLINK" | "MASTERDOWN" | "TRYAGAIN"))
}

/// Why an engine with the second `INFO` cannot have the keys of one with the first, if it cannot.
pub(super) fn why_unfit(source: &str, target: &str) -> Option<String> {
    Facts::parse(source).unfit_for(&Facts::parse(target), u64::MAX)
}

fn is_about_number(error: &str) -> bool {
    error.contains("not an integer")
}

/// What decides whether one engine can copy another.
#[derive(Debug, PartialEq, Eq)]
struct Facts {
    version: String,
    /// The version of the files in which it sends its data; `None` when it is not known.
    format: Option<u32>,
    is_clustered: bool,
    /// How many databases one needs to have to hold its data.
    databases: u64,
}

impl Facts {
    /// Reads the answer to `INFO`.
    fn parse(info: &str) -> Self {
        let fields: BTreeMap<_, _> = info.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
        // Valkey tells the version of Redis that it stands for beside its own.
        let (name, version) = match fields.get("valkey_version") {
            Some(version) => ("Valkey", *version),
            None => ("Redis", fields.get("redis_version").copied().unwrap_or_default()),
        };
        let numbers = fields.keys().filter_map(|name| name.strip_prefix("db")?.parse::<u64>().ok());
        Self {
            version: format!("{name} {version}"),
            format: version.parse().ok().and_then(|version| format_of(name == "Valkey", &version)),
            is_clustered: fields.get("cluster_enabled") == Some(&"1"),
            databases: numbers.max().map_or(0, |highest| highest + 1),
        }
    }

    /// Why `target`, which has so many databases, cannot copy an engine like this.
    fn unfit_for(&self, target: &Self, databases: u64) -> Option<String> {
        if self.is_clustered {
            return Some("it runs in cluster mode".into());
        }
        if self.databases > databases {
            return Some(format!(
                "it has keys in database {}, and the group has {databases} databases",
                self.databases - 1
            ));
        }
        let (own, others) = (self.format?, target.format?);
        // Valkey counts on from 80, and reads nothing that Redis has counted since they parted.
        let is_readable = own <= others && (others < VALKEY_FORMAT || !(REDIS_FORMAT..VALKEY_FORMAT).contains(&own));
        (!is_readable).then(|| format!("{} does not read the data of {}", target.version, self.version))
    }
}

/// The first format of Valkey's own.
const VALKEY_FORMAT: u32 = 80;

/// The first format of Redis's own, after Valkey had parted from it.
const REDIS_FORMAT: u32 = 12;

/// The version of the files that an engine writes, for those that are known.
fn format_of(is_valkey: bool, version: &EngineVersion) -> Option<u32> {
    Some(match (is_valkey, version.major(), version.minor()) {
        (true, 9, _) => VALKEY_FORMAT,
        (false, 2, _) => 6,
        (false, 3, _) => 7,
        (false, 4, _) => 8,
        (false, 5 | 6, _) => 9,
        (false, 7, 0 | 1) => 10,
        (true, 7 | 8, _) | (false, 7, 2 | 3) => 11,
        (false, 7 | 8, _) => REDIS_FORMAT,
        _ => return None,
    })
}

impl RedisClient {
    /// Makes the engine a copy of one outside, which gets to know no secret of ours. It calls from whatever address this
    /// machine has on the way there: an engine in protected mode lets in nobody but 127.0.0.1.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn copy_outside(&mut self, source: &CustomerNode) -> Result<(), EngineError> {
        // It may have been a copy of another of ours before.
        self.set("masteruser", "").await?;
        self.set("masterauth", "").await?;
        self.call_from("").await?;
        let mut replicaof = redis::cmd(&self.admin.command("replicaof"));
        Ok(replicaof.arg(&source.address).arg(source.port).exec_async(&mut self.connection).await?)
    }

    /// Makes the engine a primary of its own, with what it has copied outside. Done again it does nothing.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn leave_outside(&mut self) -> Result<(), EngineError> {
        self.promote().await?;
        let config = self.admin.command("config");
        let bind: (String, String) =
            redis::cmd(&config).arg("GET").arg("bind").query_async(&mut self.connection).await?;
        self.call_from(&bind.1).await
    }

    /// Sets the address that the engine calls others from, where it can be set.
    async fn call_from(&mut self, address: &str) -> Result<(), EngineError> {
        match self.set("bind-source-addr", address).await {
            // Before 6.2 there is none, and none was given.
            Err(EngineError::Refused(_)) => Ok(()),
            other => other,
        }
    }

    /// How the engine stands to the one outside that it is to copy.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn outside_link(&mut self, source: &CustomerNode) -> Result<OutsideLink, EngineError> {
        let info: String = self.command("info").arg("replication").query_async(&mut self.connection).await?;
        Ok(outside_link(&info, source))
    }

    /// Waits until the engine has everything that `source` has at the moment.
    ///
    /// # Errors
    /// When one of the two does not answer, the engine does not hear from it, or does not catch up within five seconds.
    pub async fn catch_up_with_outside(&mut self, source: &CustomerNode, from: &mut Source) -> Result<(), SourceError> {
        let wait = Wait::until("everything that the source has is copied", CATCH_UP_PATIENCE);
        let target = from.offset().await?;
        loop {
            if self.outside_link(source).await? != OutsideLink::Up {
                let reason = "the group has not copied everything, or has lost the connection".to_owned();
                return Err(SourceError::Silent(source.clone(), reason));
            }
            if self.replication().await?.offset >= target {
                return Ok(());
            }
            wait.a_moment().await?;
        }
    }

    async fn all_info(&mut self) -> Result<String, EngineError> {
        Ok(self.command("info").query_async(&mut self.connection).await?)
    }
}

/// Reads the answer to `INFO replication`. The source may be a name there.
fn outside_link(info: &str, source: &CustomerNode) -> OutsideLink {
    let fields: BTreeMap<_, _> = info.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
    let is = |name: &str, value: &str| fields.get(name).is_some_and(|found| found.eq_ignore_ascii_case(value));
    if !is("role", "slave") || !is("master_host", &source.address) || !is("master_port", &source.port.to_string()) {
        OutsideLink::Astray
    } else if is("master_link_status", "up") {
        OutsideLink::Up
    } else if is("master_sync_in_progress", "1") {
        OutsideLink::Copying
    } else {
        OutsideLink::Down
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(version: &str, more: &str) -> Facts {
        Facts::parse(&format!("# Server\r\n{version}\r\n{more}"))
    }

    #[test]
    fn an_engine_copies_only_what_it_can_read() {
        let engine = |name: &str, version: &str| match name {
            "valkey" => facts(&format!("redis_version:7.2.4\r\nvalkey_version:{version}"), ""),
            _ => facts(&format!("redis_version:{version}"), ""),
        };
        for (source, target, fits) in [
            (("redis", "7.0.15"), ("redis", "7.0.15"), true),
            (("redis", "5.0.6"), ("valkey", "9.0.0"), true),
            (("redis", "7.2.0"), ("valkey", "8.0.1"), true),
            (("redis", "7.2.0"), ("redis", "7.0.15"), false),
            (("valkey", "8.0.1"), ("redis", "7.0.15"), false),
            (("redis", "7.4.0"), ("valkey", "8.0.1"), false),
            (("redis", "8.0.0"), ("valkey", "9.0.0"), false),
            (("valkey", "9.0.0"), ("valkey", "8.1.0"), false),
            (("redis", "99.0.0"), ("redis", "7.0.15"), true),
        ] {
            let reason = engine(source.0, source.1).unfit_for(&engine(target.0, target.1), 16);
            assert_eq!(reason.is_none(), fits, "{source:?} to {target:?}: {reason:?}");
        }
    }

    #[test]
    fn what_a_group_has_no_room_for_is_not_copied() {
        let target = facts("redis_version:7.0.15", "");
        let source = facts("redis_version:7.0.15", "cluster_enabled:0\r\ndb0:keys=1\r\ndb15:keys=1,expires=0\r\n");
        assert_eq!(source.unfit_for(&target, 16), None);
        assert!(source.unfit_for(&target, 15).is_some_and(|reason| reason.contains("database 15")));
        let node = facts("redis_version:7.0.15", "cluster_enabled:1\r\n");
        assert!(node.unfit_for(&target, 16).is_some_and(|reason| reason.contains("cluster mode")));
    }

    #[test]
    fn a_source_may_be_a_name() {
        let source = CustomerNode { address: "Old.example".into(), port: 6390 };
        let info = "role:slave\r\nmaster_host:old.example\r\nmaster_port:6390\r\nmaster_link_status:up\r\n";
        assert_eq!(outside_link(info, &source), OutsideLink::Up);
        let down = info.replace("up", "down");
        assert_eq!(outside_link(&down, &source), OutsideLink::Down);
        assert_eq!(outside_link(&format!("{down}master_sync_in_progress:1\r\n"), &source), OutsideLink::Copying);
        assert_eq!(outside_link(&info.replace("6390", "6391"), &source), OutsideLink::Astray);
        assert_eq!(outside_link("role:master\r\n", &source), OutsideLink::Astray);
    }
}
