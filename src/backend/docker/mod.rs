//! Runs engines as containers, each with its own address on the daemon's network, and the official images in them.
//!
//! The daemon remembers everything: an engine is a container with a name of its own and the label `cachette=INSTANCE`.
//! Whatever happens to a container from outside, `ensure` and `list` see it as it is.
//!
//! The server has to be in the daemon's network, or on the machine whose loopback address the daemon publishes ports
//! on, which is the daemon's own machine or, with Docker Desktop, the one that it runs on.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bollard::{
    Docker,
    container::LogOutput,
    models::{ContainerInspectResponse, ContainerUpdateBody},
    query_parameters::{
        CreateContainerOptions, InspectContainerOptions, ListContainersOptions, LogsOptions, RemoveContainerOptions,
        StartContainerOptions, StatsOptions,
    },
};
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::Instant,
};

use super::{
    Backend, BackendError, EngineId, EngineSpec, Printed, RunningEngine, Usage, Versions, fits, output,
    turns::{Turns, finish},
};
use crate::model::Engine;

mod container;
mod data;
mod endings;
mod errors;
mod images;
mod look;
mod printed;
mod pull;
mod reach;
mod usage;

use errors::{failed, message, status};
pub use images::image_of;
use images::{Image, Images};
pub use look::{DockerAway, DockerLook, look};
use reach::Reach;

const NAME: &str = "docker";

/// How many containers are started or removed at once. On two cores fifty take as long with two as with eight, and longer
/// with one; more than the daemon can work on only makes each of them wait longer.
const AT_ONCE: usize = 4;

/// How many containers are looked at at once.
const LOOKS: usize = 8;

/// How long the daemon may take to answer.
const ANSWER: Duration = Duration::from_mins(1);

/// How long a container that is being removed may take to be gone.
const REMOVAL: Duration = Duration::from_secs(30);

/// What the backend has to be told.
#[derive(Clone, Debug, Default)]
pub struct DockerSettings {
    /// The name of this server among those that share the daemon: lower-case letters, digits and hyphens.
    pub instance: String,
    /// Where the daemon is, such as `unix:///var/run/docker.sock`, in place of what `DOCKER_HOST` says.
    pub host: Option<String>,
    /// Images to use in place of the official ones: a repository, whose tags are versions, or one image with its tag.
    pub images: HashMap<Engine, String>,
    /// The network that engines join, which has to exist. When not told, the default bridge, or the one that this process
    /// is in where it is in a container of another.
    pub network: Option<String>,
    /// Whether to make do with the images that are here, and pull none.
    pub offline: bool,
    /// Whether engines are reached at ports published on 127.0.0.1; found out by itself when not told.
    pub publish: Option<bool>,
}

/// Runs engines as containers.
#[derive(Debug)]
pub struct DockerBackend {
    shared: Arc<Shared>,
    endings: Mutex<Option<mpsc::UnboundedReceiver<EngineId>>>,
    /// Listens to the daemon, until it is dropped.
    _watch: JoinSet<()>,
}

/// What outlives a caller that went away in the middle.
#[derive(Debug)]
struct Shared {
    docker: Docker,
    instance: String,
    network: String,
    reach: Reach,
    images: Images,
    turns: Turns,
    slots: Semaphore,
    seen: endings::Seen,
}

impl DockerBackend {
    /// Connects to the daemon, and listens to it: the one of the settings, else that of `DOCKER_HOST`, else the one at
    /// the usual socket. Has to be called in a Tokio runtime.
    ///
    /// # Errors
    /// When the daemon does not answer, has no such network, or the instance's name breaks the rule.
    pub async fn connect(settings: DockerSettings) -> Result<Self, BackendError> {
        if !fits(&settings.instance) {
            let reason = format!("{:?} is no name for an instance", settings.instance);
            return Err(BackendError::Failed { action: "connecting to Docker".into(), reason });
        }
        let unconnected = |error| BackendError::Unavailable {
            backend: NAME,
            reason: DockerAway::of(&error, settings.host.as_deref()).to_string(),
        };
        let docker = match &settings.host {
            Some(host) => Docker::connect_with_host(host),
            None => Docker::connect_with_defaults(),
        };
        let docker = docker.map_err(unconnected)?.with_timeout(ANSWER);
        let docker = docker.negotiate_version().await.map_err(unconnected)?;
        let network = match settings.network {
            Some(network) => network,
            None => reach::near(&docker).await?,
        };
        let reach = match settings.publish {
            Some(true) => Reach::Published,
            Some(false) => Reach::Container,
            None => reach::probe(&docker, &network).await?,
        };
        tracing::info!(instance = settings.instance, network, ?reach, "connected to Docker");
        let shared = Arc::new(Shared {
            images: Images::new(docker.clone(), settings.images, settings.offline),
            docker,
            instance: settings.instance,
            network,
            reach,
            turns: Turns::default(),
            slots: Semaphore::new(AT_ONCE),
            seen: endings::Seen::default(),
        });
        let (ended, endings) = mpsc::unbounded_channel();
        let mut watch = JoinSet::new();
        watch.spawn(endings::watch(Arc::clone(&shared), ended));
        Ok(Self { shared, endings: Mutex::new(Some(endings)), _watch: watch })
    }
}

#[async_trait]
impl Backend for DockerBackend {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn versions(&self, _: Engine) -> Result<Versions, BackendError> {
        Ok(Versions::Published)
    }

    async fn ensure(&self, spec: &EngineSpec) -> Result<RunningEngine, BackendError> {
        let (shared, spec) = (Arc::clone(&self.shared), spec.clone());
        finish(async move { shared.ensure(&spec).await }).await
    }

    async fn remove(&self, id: &EngineId) -> Result<(), BackendError> {
        let (shared, id) = (Arc::clone(&self.shared), id.clone());
        finish(async move { shared.remove(&id).await }).await
    }

    async fn list(&self) -> Result<Vec<RunningEngine>, BackendError> {
        let running = self.shared.running().await?;
        for engine in &running {
            self.shared.saw(engine);
        }
        Ok(running)
    }

    async fn seen_from_engines(&self, address: &str) -> String {
        if !reach::is_this_machine(address) {
            return address.to_owned();
        }
        let gateway = reach::gateway(&self.shared.docker, &self.shared.network).await;
        gateway.unwrap_or_else(|| address.to_owned())
    }

    fn endings(&self) -> mpsc::UnboundedReceiver<EngineId> {
        let mut endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        endings.take().expect("endings() is called once")
    }

    async fn resize(&self, id: &EngineId, memory_limit: u64) -> Result<(), BackendError> {
        let memory = container::memory(memory_limit);
        let update = ContainerUpdateBody { memory, memory_swap: memory, ..Default::default() };
        let name = container::name(&self.shared.instance, id);
        let updated = self.shared.docker.update_container(&name, update).await;
        updated.map_err(|error| failed("changing the memory of a container", &error))
    }

    fn fetching(&self, engine: Engine) -> Option<String> {
        self.shared.images.pulling(engine)
    }

    async fn usage(&self, id: &EngineId) -> Result<Option<Usage>, BackendError> {
        self.shared.usage(&container::name(&self.shared.instance, id)).await
    }

    async fn output(&self, id: &EngineId) -> Result<String, BackendError> {
        self.shared.output(&container::name(&self.shared.instance, id)).await
    }

    async fn printed(&self, id: &EngineId, after: u64) -> Result<Printed, BackendError> {
        printed::printed(&self.shared.docker, &container::name(&self.shared.instance, id), after).await
    }

    async fn last_printed(&self, id: &EngineId) -> Result<Printed, BackendError> {
        printed::last_printed(&self.shared.docker, &container::name(&self.shared.instance, id)).await
    }
}

impl Shared {
    async fn ensure(&self, spec: &EngineSpec) -> Result<RunningEngine, BackendError> {
        let _turn = self.turns.take(&spec.id).await;
        let name = container::name(&self.instance, &spec.id);
        if let Some(container) = self.inspect(&name).await? {
            if let Some(engine) = container::engine(&self.network, self.reach, &container) {
                self.saw(&engine);
                return Ok(engine);
            }
            let printed = self.output(&name).await.unwrap_or_default();
            tracing::info!(engine = %spec.id, printed, "an engine that has ended is started anew");
            self.remove_container(&name).await?;
        }
        let image = self.images.choose(spec.engine, &spec.version).await?;
        let _slot = self.slots.acquire().await;
        if !self.create(&name, &image, spec).await? {
            // The image went since it was chosen.
            self.images.forget(spec.engine, &spec.version);
            let image = self.images.choose(spec.engine, &spec.version).await?;
            if !self.create(&name, &image, spec).await? {
                let reason = format!("image {} is gone", image.reference);
                return Err(BackendError::NoSuchEngine { engine: spec.engine, version: spec.version.clone(), reason });
            }
        }
        self.put_files(&name, spec).await?;
        let engine = self.start(&name, spec).await?;
        self.saw(&engine);
        Ok(engine)
    }

    /// Creates the container, unless somebody else just did. Whether its image was there.
    async fn create(&self, name: &str, image: &Image, spec: &EngineSpec) -> Result<bool, BackendError> {
        let options = CreateContainerOptions { name: Some(name.to_owned()), ..Default::default() };
        let body = container::body(&self.instance, &self.network, self.reach, image, spec);
        match self.docker.create_container(Some(options), body).await {
            Ok(created) => {
                for warning in created.warnings {
                    tracing::debug!(engine = %spec.id, warning, "the Docker daemon warns");
                }
                Ok(true)
            }
            Err(error) if status(&error) == Some(409) => Ok(true),
            Err(error) if status(&error) == Some(404) => Ok(false),
            Err(error) if status(&error) == Some(400) => Err(start_failed(spec, message(&error))),
            Err(error) => Err(failed("creating a container", &error)),
        }
    }

    /// Starts the container that was created. Leaves none behind when that fails, for it would be found ended later.
    async fn start(&self, name: &str, spec: &EngineSpec) -> Result<RunningEngine, BackendError> {
        let started = self.docker.start_container(name, None::<StartContainerOptions>).await;
        let reason = match &started {
            Ok(()) => {
                let container = self.inspect(name).await?;
                if let Some(engine) =
                    container.and_then(|container| container::engine(&self.network, self.reach, &container))
                {
                    return Ok(engine);
                }
                self.output(name).await?
            }
            Err(error) if status(error).is_some() => message(error),
            Err(error) => return Err(failed("starting a container", error)),
        };
        self.remove_container(name).await?;
        Err(start_failed(spec, reason))
    }

    async fn remove(&self, id: &EngineId) -> Result<(), BackendError> {
        let _turn = self.turns.take(id).await;
        let _slot = self.slots.acquire().await;
        self.remove_container(&container::name(&self.instance, id)).await?;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        Ok(())
    }

    /// Removes the container with its volumes, whether it runs or not, and returns when it is gone.
    async fn remove_container(&self, name: &str) -> Result<(), BackendError> {
        let options = RemoveContainerOptions { force: true, v: true, ..Default::default() };
        match self.docker.remove_container(name, Some(options)).await {
            Ok(()) => Ok(()),
            Err(error) if status(&error) == Some(404) => Ok(()),
            // Somebody else is removing it.
            Err(error) if status(&error) == Some(409) => {
                let limit = Instant::now() + REMOVAL;
                while self.inspect(name).await?.is_some() {
                    if Instant::now() >= limit {
                        return Err(failed("removing a container", &error));
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok(())
            }
            Err(error) => Err(failed("removing a container", &error)),
        }
    }

    async fn inspect(&self, name: &str) -> Result<Option<ContainerInspectResponse>, BackendError> {
        match self.docker.inspect_container(name, None::<InspectContainerOptions>).await {
            Ok(container) => Ok(Some(container)),
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(failed("looking at a container", &error)),
        }
    }

    /// Every engine of this instance that runs.
    async fn running(&self) -> Result<Vec<RunningEngine>, BackendError> {
        let label = format!("{}={}", container::INSTANCE, self.instance);
        let filters = HashMap::from([("label".to_owned(), vec![label])]);
        let options = ListContainersOptions { filters: Some(filters), ..Default::default() };
        let listed = self.docker.list_containers(Some(options)).await;
        let listed = listed.map_err(|error| failed("listing containers", &error))?;
        // Only a closer look tells when a container was started.
        let looks =
            listed.into_iter().filter_map(|container| container.id).map(|id| async move { self.inspect(&id).await });
        let containers: Vec<_> = stream::iter(looks).buffer_unordered(LOOKS).try_collect().await?;
        let ours = |container| container::engine(&self.network, self.reach, &container);
        Ok(containers.into_iter().flatten().filter_map(ours).collect())
    }

    /// What the container takes of its machine; nothing when there is none.
    async fn usage(&self, name: &str) -> Result<Option<Usage>, BackendError> {
        let _slot = self.slots.acquire().await;
        let options = StatsOptions { stream: false, one_shot: true };
        match self.docker.stats(name, Some(options)).next().await {
            Some(Ok(stats)) => Ok(usage::of(stats)),
            Some(Err(error)) if status(&error) != Some(404) => Err(failed("asking what a container takes", &error)),
            Some(Err(_)) | None => Ok(None),
        }
    }

    /// What the container printed last; nothing when there is none.
    async fn output(&self, name: &str) -> Result<String, BackendError> {
        let options = LogsOptions { stdout: true, stderr: true, tail: "64".to_owned(), ..Default::default() };
        let mut logs = std::pin::pin!(self.docker.logs(name, Some(options)));
        let mut printed = Vec::new();
        while let Some(part) = logs.next().await {
            match part {
                Ok(
                    LogOutput::StdErr { message }
                    | LogOutput::StdOut { message }
                    | LogOutput::StdIn { message }
                    | LogOutput::Console { message },
                ) => printed.extend_from_slice(&message),
                Err(error) if status(&error) == Some(404) => return Ok(String::new()),
                Err(error) => return Err(failed("reading what an engine printed", &error)),
            }
        }
        Ok(output::tail(&printed))
    }

    fn saw(&self, engine: &RunningEngine) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(engine.id.clone(), engine.run.clone());
    }
}

fn start_failed(spec: &EngineSpec, reason: String) -> BackendError {
    BackendError::StartFailed { id: spec.id.clone(), reason }
}
