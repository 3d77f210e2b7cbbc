//! What the server says to a running redis or valkey server.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use redis::{AsyncConnectionConfig, Client, ConnectionInfo, IntoConnectionInfo, aio::MultiplexedConnection};
use tokio::time::timeout;

use super::{AdminSecret, EngineError, directives, launch::EngineSettings, redis_launch::ADMIN_USER, restricted};

/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The name of the server's own connections.
pub(super) const OWN_NAME: &str = "cachette";

/// A connection of the server's own to an engine. Its clones share the connection.
#[derive(Clone)]
pub struct RedisClient {
    pub(super) connection: MultiplexedConnection,
    pub(super) admin: AdminSecret,
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
        Self::connect_with_patience(address, settings, PATIENCE).await
    }

    /// The same for commands that each may take as long as `patience`.
    pub(super) async fn connect_with_patience(
        address: SocketAddr,
        settings: &EngineSettings,
        patience: Duration,
    ) -> Result<Self, EngineError> {
        let client = Client::open(connection_info(address, settings)?)?;
        let config =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(patience));
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let connection = timeout(PATIENCE, connecting).await.map_err(|_| EngineError::TimedOut)??;
        let renamed = directives::renamed_commands(settings);
        let mut client = Self { connection, admin: settings.admin.clone(), renamed };
        client.greet().await?;
        Ok(client)
    }

    /// Asks for a sign of life, and gives the connection its name. The name is for the slow log: should the engine not take
    /// it, nothing else depends on it.
    async fn greet(&mut self) -> Result<(), EngineError> {
        let mut greeting = redis::pipe();
        greeting.ignore_errors().add_command(self.command("ping"));
        let mut name = self.command("client");
        name.arg("SETNAME").arg(OWN_NAME);
        greeting.add_command(name);
        let answers: Vec<redis::Value> = greeting.query_async(&mut self.connection).await?;
        let pong = answers.into_iter().next().unwrap_or(redis::Value::Nil);
        pong.extract_error()?;
        Ok(())
    }

    /// Asks for a sign of life.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn ping(&mut self) -> Result<(), EngineError> {
        Ok(self.command("ping").exec_async(&mut self.connection).await?)
    }

    /// A command under the name that it has in this engine.
    pub(super) fn command(&self, name: &str) -> redis::Cmd {
        redis::cmd(self.renamed.get(name).map_or(name, String::as_str))
    }

    /// Gives the engine one directive.
    pub(super) async fn set(&mut self, directive: &str, value: &str) -> Result<(), EngineError> {
        let mut command = redis::cmd(&self.admin.command("config"));
        Ok(command.arg("SET").arg(directive).arg(value).exec_async(&mut self.connection).await?)
    }

    /// Gives the engine every parameter that can be set while it runs, then lets in who may talk to it. Parameters that it
    /// does not know or does not take are answered with what it said.
    ///
    /// # Errors
    /// When the engine does not answer, or cannot be told of a user; that one may do nothing then.
    pub async fn apply(&mut self, settings: &EngineSettings) -> Result<Vec<RefusedDirective>, EngineError> {
        let directives: Vec<_> = directives::live(settings).into_iter().collect();
        let config = self.admin.command("config");
        if let Some(cluster) = &settings.cluster {
            // By it the engine gets into whichever engine it is to copy, from now on and without being asked.
            self.log_in_to_primaries_with(&cluster.secret).await?;
        }
        let mut pipeline = redis::pipe();
        pipeline.ignore_errors();
        for (directive, value) in &directives {
            pipeline.cmd(&config).arg("SET").arg(directive).arg(value);
        }
        let answers: Vec<redis::Value> = pipeline.query_async(&mut self.connection).await?;
        self.apply_users(settings).await?;
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
