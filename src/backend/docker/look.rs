//! What there is of Docker on this machine, for those who want to know before they start a server.

use std::{collections::HashMap, io, time::Duration};

use bollard::{Docker, errors::Error};
use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::{
    errors::{chain, message},
    images::Images,
};
use crate::model::Engine;

/// How long the daemon may take to answer all questions.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the daemon is unless told otherwise.
const USUAL_SOCKET: &str = "unix:///var/run/docker.sock";

/// A daemon that answers.
#[derive(Clone, Debug)]
pub struct DockerLook {
    /// Its version.
    pub version: String,
    /// What time it is there.
    pub time: Option<DateTime<Utc>>,
    /// The images that are here for each engine.
    pub images: HashMap<Engine, Vec<String>>,
}

/// Why there is no daemon to talk to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DockerAway {
    /// There is no socket: Docker is not installed, or was never started.
    #[error("there is no socket {socket}")]
    NoSocket {
        /// Where it was looked for.
        socket: String,
    },
    /// The socket is there, and not for this user.
    #[error("this user may not use the socket {socket}")]
    NoPermission {
        /// The socket.
        socket: String,
    },
    /// Nobody listens at the socket.
    #[error("nobody answers at {socket}: Docker is not running")]
    NotRunning {
        /// The socket.
        socket: String,
    },
    /// Something else is wrong.
    #[error("{0}")]
    Other(String),
}

impl DockerAway {
    /// What an error that came up while connecting means.
    pub(super) fn of(error: &Error, host: Option<&str>) -> Self {
        let socket = || socket(host);
        if let Error::SocketNotFoundError(_) = error {
            return Self::NoSocket { socket: socket() };
        }
        let mut source: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = source {
            match error.downcast_ref::<io::Error>().map(io::Error::kind) {
                Some(io::ErrorKind::NotFound) => return Self::NoSocket { socket: socket() },
                Some(io::ErrorKind::PermissionDenied) => return Self::NoPermission { socket: socket() },
                Some(io::ErrorKind::ConnectionRefused) => return Self::NotRunning { socket: socket() },
                _ => source = error.source(),
            }
        }
        Self::Other(chain(error))
    }
}

/// Where the daemon is looked for, as people write it.
fn socket(host: Option<&str>) -> String {
    let named = || std::env::var("DOCKER_HOST").ok();
    let host = host.map(str::to_owned).or_else(named);
    let host = host.unwrap_or_else(|| USUAL_SOCKET.to_owned());
    host.strip_prefix("unix://").map_or_else(|| host.clone(), str::to_owned)
}

/// Looks at the daemon that a server would use, with `images` in place of the engines' own. Changes nothing.
///
/// # Errors
/// When it cannot be reached.
pub async fn look(images: impl IntoIterator<Item = (Engine, String)>) -> Result<DockerLook, DockerAway> {
    let looking = async {
        let away = |error: Error| DockerAway::of(&error, None);
        let docker = Docker::connect_with_defaults().map_err(away)?.with_timeout(PATIENCE);
        let docker = docker.negotiate_version().await.map_err(away)?;
        let version = docker.version().await.map_err(away)?.version.unwrap_or_default();
        let info = docker.info().await.map_err(|error| DockerAway::Other(message(&error)))?;
        let time = info.system_time.and_then(|time| DateTime::parse_from_rfc3339(&time).ok()).map(|time| time.to_utc());
        let known = Images::new(docker, images.into_iter().collect(), true);
        let mut images = HashMap::new();
        for engine in Engine::ALL {
            images.insert(engine, known.here(engine).await.map_err(|error| DockerAway::Other(error.to_string()))?);
        }
        Ok(DockerLook { version, time, images })
    };
    let late = |_| Err(DockerAway::Other(format!("it does not answer within {PATIENCE:?}")));
    timeout(PATIENCE, looking).await.unwrap_or_else(late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn why_the_daemon_is_away_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("docker.sock");
        let host = format!("unix://{}", path.display());
        let missing = Docker::connect_with_host(&host).expect_err("no socket");
        let socket = path.display().to_string();
        assert_eq!(DockerAway::of(&missing, Some(&host)), DockerAway::NoSocket { socket: socket.clone() });

        drop(std::os::unix::net::UnixListener::bind(&path).expect("a socket"));
        let docker = Docker::connect_with_host(&host).expect("a client");
        let stopped = docker.negotiate_version().await.expect_err("nobody listens");
        assert_eq!(DockerAway::of(&stopped, Some(&host)), DockerAway::NotRunning { socket });
    }
}
