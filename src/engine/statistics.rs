//! What an engine counts: `INFO` of Redis and Valkey, `stats` of Memcached.

use std::{collections::HashMap, net::SocketAddr};

use super::{EngineError, MemcachedClient, RedisClient, ReplicationState, launch::EngineSettings};

/// The sections of `INFO` that are worth their while. The one on percentiles of latency costs as much as all others.
const SECTIONS: [&str; 9] =
    ["server", "clients", "memory", "persistence", "stats", "replication", "cpu", "commandstats", "keyspace"];

/// What an engine says of itself, readable by [`Statistics`].
#[derive(Debug)]
pub enum Report {
    /// The answer to `INFO`.
    Redis(String),
    /// The answer to `stats`.
    Memcached(String),
}

/// A connection by which an engine is asked for its counts again and again.
pub enum StatisticsClient {
    /// Of Redis or Valkey.
    Redis {
        /// The connection.
        client: Box<RedisClient>,
        /// Whether the engine is older than 7.0 and takes no list of sections.
        takes_one_section: bool,
    },
    /// Of Memcached.
    Memcached(MemcachedClient),
}

impl StatisticsClient {
    /// Connects to the engine at `address` that was started with `settings`.
    ///
    /// # Errors
    /// When the engine cannot be reached, does not let the server in, or does not answer in time.
    pub async fn connect(address: SocketAddr, settings: &EngineSettings) -> Result<Self, EngineError> {
        if settings.engine == crate::model::Engine::Memcached {
            return MemcachedClient::connect(address).await.map(Self::Memcached);
        }
        let client = Box::new(RedisClient::connect(address, settings).await?);
        Ok(Self::Redis { client, takes_one_section: false })
    }

    /// Asks once.
    ///
    /// # Errors
    /// When the engine does not answer. The connection is of no use then.
    pub async fn report(&mut self) -> Result<Report, EngineError> {
        match self {
            Self::Memcached(client) => client.statistics().await.map(Report::Memcached),
            Self::Redis { client, takes_one_section } => {
                if !*takes_one_section {
                    match client.info(&SECTIONS).await {
                        Err(EngineError::Refused(_)) => *takes_one_section = true,
                        answer => return answer.map(Report::Redis),
                    }
                }
                client.info(&["all"]).await.map(Report::Redis)
            }
        }
    }
}

/// The calls of a command.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Calls {
    /// How many.
    pub count: f64,
    /// How long they took together, in microseconds.
    pub microseconds: f64,
}

/// The keys of all databases.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Keyspace {
    /// How many.
    pub keys: f64,
    /// How many of them expire.
    pub expiring: f64,
    /// How long those of database 0 that expire have left on average, in milliseconds.
    pub average_ttl: f64,
}

/// A [`Report`], read.
#[derive(Debug, Default)]
pub struct Statistics<'r> {
    fields: HashMap<&'r str, &'r str>,
    /// The calls of each command that was ever called, by the name that the engine counts it under.
    pub calls: Vec<(&'r str, Calls)>,
    /// The keys.
    pub keyspace: Keyspace,
    /// How it stands in a replication; `None` for Memcached.
    pub replication: Option<ReplicationState>,
}

impl<'r> Statistics<'r> {
    /// Reads a report. What cannot be read is left out.
    #[must_use]
    pub fn read(report: &'r Report) -> Self {
        match report {
            Report::Redis(info) => Self::of_redis(info),
            Report::Memcached(stats) => {
                let pairs = stats.lines().filter_map(|line| line.strip_prefix("STAT ")?.split_once(' '));
                Self { fields: pairs.map(|(name, value)| (name, value.trim())).collect(), ..Self::default() }
            }
        }
    }

    fn of_redis(info: &'r str) -> Self {
        let mut read = Self { replication: ReplicationState::parse(info).ok(), ..Self::default() };
        for (name, value) in info.lines().filter_map(|line| line.split_once(':')) {
            let value = value.trim_end();
            if let Some(command) = name.strip_prefix("cmdstat_") {
                let calls = Calls { count: part(value, "calls"), microseconds: part(value, "usec") };
                read.calls.push((command, calls));
            } else if name.strip_prefix("db").is_some_and(|number| number.parse::<u32>().is_ok()) {
                read.keyspace.keys += part(value, "keys");
                read.keyspace.expiring += part(value, "expires");
                if name == "db0" {
                    read.keyspace.average_ttl = part(value, "avg_ttl");
                }
            } else {
                read.fields.insert(name, value);
            }
        }
        read
    }

    /// A field as a number, if the engine has it.
    #[must_use]
    pub fn number(&self, field: &str) -> Option<f64> {
        self.fields.get(field)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// A field as it is, if the engine has it.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&'r str> {
        self.fields.get(field).copied()
    }
}

/// A part of `calls=1,usec=4,..` as a number, 0 when it is not there.
fn part(value: &str, name: &str) -> f64 {
    let found = value.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    found.and_then(|number| number.parse().ok()).unwrap_or_default()
}

impl RedisClient {
    /// The answer to `INFO`.
    async fn info(&mut self, sections: &[&str]) -> Result<String, EngineError> {
        Ok(self.command("info").arg(sections).query_async(&mut self.connection).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = "# Server\r\nredis_version:7.0.15\r\n# Replication\r\nrole:master\r\n\
        slave0:ip=127.64.0.2,port=6379,state=online,offset=90,lag=3\r\n\
        slave1:ip=127.64.0.3,port=6379,state=online,offset=100,lag=1\r\nmaster_repl_offset:100\r\n\
        # Stats\r\nkeyspace_hits:7\r\nnot_a_number:x\r\n\
        # Commandstats\r\ncmdstat_cluster|slots:calls=2,usec=8,usec_per_call=4.00,rejected_calls=0,failed_calls=0\r\n\
        # Keyspace\r\ndb0:keys=3,expires=1,avg_ttl=1500\r\ndb7:keys=1,expires=1,avg_ttl=9\r\n";

    #[test]
    fn what_redis_says_is_read() {
        let report = Report::Redis(INFO.to_owned());
        let read = Statistics::read(&report);
        assert_eq!(read.number("keyspace_hits"), Some(7.0));
        assert_eq!((read.number("not_a_number"), read.number("missing")), (None, None));
        assert_eq!(read.calls, [("cluster|slots", Calls { count: 2.0, microseconds: 8.0 })]);
        assert_eq!(read.keyspace, Keyspace { keys: 4.0, expiring: 2.0, average_ttl: 1500.0 });
        let lags = read.replication.map(|state| state.replicas.iter().map(|replica| replica.lag).collect::<Vec<_>>());
        assert_eq!(lags, Some(vec![3, 1]));
    }

    #[test]
    fn what_memcached_says_is_read() {
        let report = Report::Memcached("STAT pid 1\r\nSTAT get_hits 5\r\nEND\r\n".to_owned());
        assert_eq!(Statistics::read(&report).number("get_hits"), Some(5.0));
    }
}
