//! Which backend a server uses.

use std::{
    collections::HashMap,
    ffi::OsString,
    io::ErrorKind,
    os::unix::{fs::MetadataExt, net::UnixStream},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Backend, BackendError, DockerBackend, DockerSettings, NoneBackend};
#[cfg(target_os = "linux")]
use super::{ProcessBackend, ProcessSettings, Versions};
use crate::model::Engine;

/// Where Docker is found unless `DOCKER_HOST` says otherwise.
const DOCKER_SOCKET: &str = "/var/run/docker.sock";

/// The files by which Docker and Podman mark a container from inside.
const CONTAINER_MARKS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// What a user can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Docker if it answers, else the programs of this machine.
    Auto,
    /// Containers.
    Docker,
    /// Programs of this machine.
    Process,
    /// No engines: records only.
    None,
}

/// What a backend is chosen and set up by.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What was asked for.
    pub choice: Choice,
    /// The name of this instance of the server, in which its engines are labelled.
    pub instance: String,
    /// The server's folder.
    pub data_dir: PathBuf,
    /// Folders to look for engine programs in, as `PATH` has them.
    pub engine_path: Option<OsString>,
    /// Images to use whatever version is asked for.
    pub images: HashMap<Engine, String>,
    /// The Docker network that engines join, in place of the one that is found.
    pub docker_network: Option<String>,
}

/// Why there is no backend.
#[derive(Debug, thiserror::Error)]
pub enum SelectError {
    /// The one that was asked for does not work.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// Docker's socket was put into this container, and its user may not use it.
    #[error(
        "the Docker socket {DOCKER_SOCKET} is in this container, but belongs to group {group}, in which the user of this \
         container is not. Start it with --group-add {group}, or without the socket, or say --backend process"
    )]
    SocketDenied {
        /// The number of the group that may use the socket.
        group: u32,
    },
    /// Docker was asked for, and does not work.
    #[error(
        "Docker cannot be used: {0}; `cachette doctor` tells what mends it, and --backend process takes programs of this machine"
    )]
    Docker(BackendError),
    /// There is neither Docker nor any engine program.
    #[error(
        "nothing here can run engines: {docker}; and no redis-server, valkey-server or memcached is on PATH or in \
         --engine-path. Start Docker or install engines: `cachette doctor` tells how"
    )]
    Nothing {
        /// What Docker said.
        docker: String,
    },
}

/// The backend that was asked for.
///
/// # Errors
/// When it does not work, or when nothing does.
pub async fn select(selection: Selection) -> Result<Arc<dyn Backend>, SelectError> {
    match selection.choice {
        Choice::None => Ok(Arc::new(NoneBackend::default())),
        Choice::Process => Ok(process(&selection).await?),
        Choice::Docker => docker(&selection).await.map_err(SelectError::Docker),
        Choice::Auto => {
            let unavailable = match docker(&selection).await {
                Ok(backend) => return Ok(backend),
                Err(error @ BackendError::Failed { .. }) if selection.docker_network.is_some() => {
                    return Err(SelectError::Docker(error));
                }
                Err(error) => {
                    tracing::info!("Docker is not used: {error}");
                    error
                }
            };
            if let Some(group) = denied_socket() {
                // Nobody mounts the socket by accident. On a machine it is just there.
                if CONTAINER_MARKS.iter().any(|mark| Path::new(mark).exists()) {
                    return Err(SelectError::SocketDenied { group });
                }
                tracing::warn!("Docker is not used: only root and group {group} may use {DOCKER_SOCKET}");
            }
            let backend = process(&selection).await?;
            for engine in Engine::ALL {
                if backend.versions(engine).await? != Versions::Only(Vec::new()) {
                    return Ok(backend);
                }
            }
            Err(SelectError::Nothing { docker: unavailable.to_string() })
        }
    }
}

/// The group that may use Docker's socket, when that is there and this user may not.
fn denied_socket() -> Option<u32> {
    if std::env::var_os("DOCKER_HOST").is_some() {
        return None;
    }
    match UnixStream::connect(DOCKER_SOCKET) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            std::fs::metadata(DOCKER_SOCKET).ok().map(|socket| socket.gid())
        }
        _ => None,
    }
}

async fn process(selection: &Selection) -> Result<Arc<dyn Backend>, BackendError> {
    let engine_path = selection.engine_path.iter().flat_map(std::env::split_paths).collect();
    let settings = ProcessSettings { data_dir: selection.data_dir.clone(), engine_path };
    Ok(Arc::new(ProcessBackend::open(settings).await?))
}

async fn docker(selection: &Selection) -> Result<Arc<dyn Backend>, BackendError> {
    let settings = DockerSettings {
        instance: selection.instance.clone(),
        host: None,
        images: selection.images.clone(),
        network: selection.docker_network.clone(),
        offline: false,
        publish: None,
    };
    Ok(Arc::new(DockerBackend::connect(settings).await?))
}
