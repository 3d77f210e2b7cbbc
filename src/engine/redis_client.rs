//! What the server says to a running redis or valkey server.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use redis::{AsyncConnectionConfig, Client, ConnectionInfo, IntoConnectionInfo, aio::MultiplexedConnection};
use tokio::time::{sleep, timeout};

use super::{AdminSecret, EngineError, directives, launch::EngineSettings, redis_launch::ADMIN_USER, restricted};

/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often an engine is asked for its replication's progress.
const POLL: Duration = Duration::from_millis(5);

/// How long writes wait at most while one engine takes over from another.
const PAUSE: Duration = Duration::from_secs(10);

/// A connection of the server's own to an engine.
pub struct RedisClient {
    connection: MultiplexedConnection,
    admin: AdminSecret,
    /// Commands that have another name in this engine.
    renamed: BTreeMap<String, String>,
}

impl RedisClient {
    /// Connects to the engine at `address` that was started with `settings`, and waits until it answers a PING. An
    /// engine that is still loading does not answer yet.
    ///
    /// # Errors
    /// When the engine cannot be reached, does not let the server in, or does not answer in time.
    pub async fn connect(address: SocketAddr, settings: &EngineSettings) -> Result<Self, EngineError> {
        let client = Client::open(connection_info(address, settings)?)?;
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let connection = timeout(PATIENCE, connecting).await.map_err(|_| EngineError::TimedOut)??;
        let renamed = directives::renamed_commands(settings);
        let mut client = Self { connection, admin: settings.admin.clone(), renamed };
        client.ping().await?;
        Ok(client)
    }

    /// Asks for a sign of life.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn ping(&mut self) -> Result<(), EngineError> {
        Ok(self.command("ping").exec_async(&mut self.connection).await?)
    }

    /// A command under the name that it has in this engine.
    fn command(&self, name: &str) -> redis::Cmd {
        redis::cmd(self.renamed.get(name).map_or(name, String::as_str))
    }

    /// Gives the engine every parameter that can be set while it runs. Those that it does not know or does not take are
    /// answered with what it said.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn apply(&mut self, settings: &EngineSettings) -> Result<Vec<RefusedDirective>, EngineError> {
        let directives: Vec<_> = directives::live(settings).into_iter().collect();
        let config = self.admin.command("config");
        let mut pipeline = redis::pipe();
        pipeline.ignore_errors();
        for (directive, value) in &directives {
            pipeline.cmd(&config).arg("SET").arg(directive).arg(value);
        }
        let answers: Vec<redis::Value> = pipeline.query_async(&mut self.connection).await?;
        let refused = directives.into_iter().zip(answers).filter_map(|((directive, value), answer)| match answer {
            redis::Value::ServerError(error) => Some(RefusedDirective {
                directive,
                value,
                reason: error.details().unwrap_or_else(|| error.code()).to_owned(),
            }),
            _ => None,
        });
        Ok(refused.collect())
    }
}

/// What lets one engine take over from another.
impl RedisClient {
    /// Makes the engine a copy of the one at `source`, which was started with `settings`.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn copy_from(&mut self, source: SocketAddr, settings: &EngineSettings) -> Result<(), EngineError> {
        let config = self.admin.command("config");
        let mut pipeline = redis::pipe();
        if restricted::has_acl(settings) {
            pipeline.cmd(&config).arg("SET").arg("masteruser").arg(ADMIN_USER).ignore();
            pipeline.cmd(&config).arg("SET").arg("masterauth").arg(settings.admin.password()).ignore();
        }
        let replicaof = self.admin.command("replicaof");
        pipeline.cmd(&replicaof).arg(source.ip().to_string()).arg(source.port()).ignore();
        Ok(pipeline.exec_async(&mut self.connection).await?)
    }

    /// Waits until the engine has copied the data of its source and follows every write.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn until_in_sync(&mut self) -> Result<(), EngineError> {
        while !self.replication().await?.link_is_up {
            sleep(POLL).await;
        }
        Ok(())
    }

    /// Lets writes wait for a moment; reads go on.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn pause_writes(&mut self) -> Result<(), EngineError> {
        let mut pause = self.command("client");
        pause.arg("PAUSE").arg(PAUSE.as_millis().to_string());
        // Before 6.2 an engine can only pause everything.
        if pause.clone().arg("WRITE").exec_async(&mut self.connection).await.is_ok() {
            return Ok(());
        }
        Ok(pause.exec_async(&mut self.connection).await?)
    }

    /// Waits until the engine has every write of `source`, which must be paused, then makes it a primary of its own.
    ///
    /// # Errors
    /// When one of the two does not answer or refuses.
    pub async fn take_over_from(&mut self, source: &mut Self) -> Result<(), EngineError> {
        let target = source.replication().await?.offset;
        while self.replication().await?.offset < target {
            sleep(POLL).await;
        }
        let replicaof = self.admin.command("replicaof");
        Ok(redis::cmd(&replicaof).arg("NO").arg("ONE").exec_async(&mut self.connection).await?)
    }

    async fn replication(&mut self) -> Result<Replication, EngineError> {
        let info: String = self.command("info").arg("replication").query_async(&mut self.connection).await?;
        let field = |name: &str| {
            info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim).unwrap_or_default()
        };
        let offset = if field("role") == "master" { "master_repl_offset" } else { "slave_repl_offset" };
        Ok(Replication { link_is_up: field("master_link_status") == "up", offset: field(offset).parse().unwrap_or(0) })
    }
}

/// How an engine stands in a replication.
struct Replication {
    /// It is a replica, has copied its source and follows it.
    link_is_up: bool,
    /// How many bytes of writes it has seen.
    offset: u64,
}

/// A directive that an engine did not take.
#[derive(Clone, Debug)]
pub struct RefusedDirective {
    /// Its name.
    pub directive: String,
    /// The value that was sent.
    pub value: String,
    /// What the engine said.
    pub reason: String,
}

fn connection_info(address: SocketAddr, settings: &EngineSettings) -> Result<ConnectionInfo, EngineError> {
    let info = format!("redis://{address}").into_connection_info()?;
    if !restricted::has_acl(settings) {
        return Ok(info);
    }
    let login = info.redis_settings().clone().set_username(ADMIN_USER).set_password(settings.admin.password());
    Ok(info.set_redis_settings(login))
}
