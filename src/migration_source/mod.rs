//! Connections to engines outside from which serverless caches are migrated: over TCP or TLS, and logged in.
//!
//! The password is looked up for each connection and forgotten with it: neither the engines of ours nor the clients that
//! are led over such a connection get to know it. What is said over it is for others to decide.

mod login;
mod tls;

use std::{io, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::{net::TcpStream, time::timeout};

use crate::{
    gateway::{EndpointId, OutsideSources, OutsideStream},
    model::{ServerlessCache, ServerlessMigration},
    secrets_manager::{SecretError, SecretsManager},
    store::Store,
};

/// How long a connection may take, and then what is said to be let in.
const PATIENCE: Duration = Duration::from_secs(3);

/// A connection to a source that has let us in.
pub type SourceStream = Box<dyn OutsideStream>;

/// Why there is no connection to a source.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers, or too late. It may be another time.
    #[error("{0}")]
    Silent(String),
    /// It will not be, as it is.
    #[error("{0}")]
    Refused(String),
    /// There is nothing to log in by.
    #[error("its secret cannot be had: {0}")]
    Secret(#[from] SecretError),
}

impl ConnectError {
    /// Whether it may be otherwise in a moment.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Silent(_) => true,
            Self::Refused(_) => false,
            Self::Secret(error) => error.is_passing(),
        }
    }
}

impl From<io::Error> for ConnectError {
    fn from(error: io::Error) -> Self {
        Self::Silent(error.to_string())
    }
}

/// The sources of all migrations.
pub struct Sources {
    store: Arc<Store>,
    secrets: Arc<SecretsManager>,
}

impl Sources {
    /// Those that are named among the records of `store`, with their secrets in `secrets`.
    #[must_use]
    pub fn new(store: Arc<Store>, secrets: Arc<SecretsManager>) -> Self {
        Self { store, secrets }
    }

    /// Connects to the source of a migration and logs in.
    ///
    /// # Errors
    /// When nobody is there, or we are not let in.
    pub async fn connect(&self, migration: &ServerlessMigration) -> Result<SourceStream, ConnectError> {
        let ServerlessMigration { source, secret_arn, certificate, .. } = migration;
        let login = match secret_arn {
            Some(arn) => Some(self.secrets.login(arn).await?),
            None => None,
        };
        let connecting = async {
            let tcp = TcpStream::connect((source.address.as_str(), source.port)).await?;
            tcp.set_nodelay(true)?;
            let mut stream: SourceStream = match certificate {
                None => Box::new(tcp),
                Some(pem) => Box::new(tls::connect(tcp, &source.address, pem).await?),
            };
            if let Some(login) = &login {
                login::log_in(&mut stream, login).await?;
            }
            Ok(stream)
        };
        timeout(PATIENCE, connecting)
            .await
            .map_err(|_| ConnectError::Silent("the connection took too long".to_owned()))?
    }

    fn migration_behind(&self, endpoint: &EndpointId) -> Option<ServerlessMigration> {
        let scope = endpoint.scope.before_serverless()?;
        let tables = self.store.tables();
        tables
            .serverless_caches
            .get(&scope, &endpoint.resource_id)
            .and_then(|cache: &Arc<ServerlessCache>| cache.migration.clone())
    }
}

impl OutsideSources for Sources {
    fn connect<'a>(&'a self, endpoint: &'a EndpointId) -> BoxFuture<'a, io::Result<SourceStream>> {
        Box::pin(async move {
            let migration = self.migration_behind(endpoint).ok_or(io::ErrorKind::NotFound)?;
            self.connect(&migration).await.map_err(io::Error::other)
        })
    }
}
