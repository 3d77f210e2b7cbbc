//! Runs engines as processes of this machine, from the programs that are installed on it. Linux only: it finds its
//! engines in /proc and watches them through process file descriptors.
//!
//! Each engine has an address of the loopback network to itself, and a folder under `DIR/engines`. Engines do not end
//! with the server; the next one finds them again. Their memory is not limited: a process has no limit that an engine
//! could respect.
//!
//! The order of things makes it safe to be killed anywhere: the folder is made before the process is started in it, and
//! deleted after the process has ended. So without a folder there is no engine, and with one /proc tells.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::{
    Backend, BackendError, EngineId, EngineSpec, Printed, RunningEngine, Usage, Versions,
    turns::{Turns, finish},
};
use crate::model::{Engine, EngineVersion};

mod address;
mod folder;
mod launch;
mod programs;
mod run;
mod scan;

use address::Addresses;
use folder::Folder;
use programs::Programs;
use run::Run;
use scan::Found;

const NAME: &str = "process";

/// What the backend has to be told.
#[derive(Clone, Debug)]
pub struct ProcessSettings {
    /// The server's folder. Engines are in its `engines`; two servers on one machine need two of them.
    pub data_dir: PathBuf,
    /// Folders to look for engine programs in, before those of `PATH`. Several may hold several versions.
    pub engine_path: Vec<PathBuf>,
}

/// The programs that there are for `engine` in `folders` and then in those of `PATH`, and their versions.
pub async fn installed(engine: Engine, folders: &[PathBuf]) -> Vec<(PathBuf, EngineVersion)> {
    let programs = Programs::new(folders).all(engine).await;
    programs.into_iter().map(|program| (program.path, program.version)).collect()
}

/// Runs engines as processes of this machine.
#[derive(Debug)]
pub struct ProcessBackend {
    shared: Arc<Shared>,
    endings: Mutex<Option<mpsc::UnboundedReceiver<EngineId>>>,
}

/// What outlives a caller that went away in the middle.
#[derive(Debug)]
struct Shared {
    root: PathBuf,
    programs: Programs,
    addresses: Addresses,
    turns: Turns,
    runs: Mutex<HashMap<EngineId, Arc<Run>>>,
    ended: mpsc::UnboundedSender<EngineId>,
}

impl ProcessBackend {
    /// Opens the backend and watches the engines that run already. Has to be called in a Tokio runtime.
    ///
    /// # Errors
    /// When the folder cannot be made, or /proc not be read.
    pub async fn open(settings: ProcessSettings) -> Result<Self, BackendError> {
        let root = settings.data_dir.join("engines");
        let made = fs::create_dir_all(&root).and_then(|()| root.canonicalize());
        let root = made.map_err(|error| failed(format!("making {}", root.display()), &error))?;
        let (ended, endings) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            root,
            programs: Programs::new(&settings.engine_path),
            addresses: Addresses::new(),
            turns: Turns::default(),
            runs: Mutex::default(),
            ended,
        });
        shared.list().await?;
        Ok(Self { shared, endings: Mutex::new(Some(endings)) })
    }
}

#[async_trait]
impl Backend for ProcessBackend {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn versions(&self, engine: Engine) -> Result<Versions, BackendError> {
        let programs = self.shared.programs.all(engine).await;
        Ok(Versions::Only(programs.into_iter().map(|program| program.version).collect()))
    }

    async fn ensure(&self, spec: &EngineSpec) -> Result<RunningEngine, BackendError> {
        let (shared, spec) = (Arc::clone(&self.shared), spec.clone());
        finish(async move { shared.ensure(spec).await }).await
    }

    async fn remove(&self, id: &EngineId) -> Result<(), BackendError> {
        let (shared, id) = (Arc::clone(&self.shared), id.clone());
        finish(async move { shared.remove(&id).await }).await
    }

    async fn list(&self) -> Result<Vec<RunningEngine>, BackendError> {
        self.shared.list().await
    }

    fn endings(&self) -> mpsc::UnboundedReceiver<EngineId> {
        let mut endings = self.endings.lock().unwrap_or_else(PoisonError::into_inner);
        endings.take().expect("endings() is called once")
    }

    fn shares_ports(&self) -> bool {
        true
    }

    async fn usage(&self, id: &EngineId) -> Result<Option<Usage>, BackendError> {
        Ok(self.shared.runs().get(id).filter(|run| run.alive()).and_then(|run| scan::usage(run.pid)))
    }

    async fn output(&self, id: &EngineId) -> Result<String, BackendError> {
        let folder = Folder::of(&self.shared.root, id);
        blocking(move || folder.output()).await?.map_err(|error| failed(format!("reading the log of {id}"), &error))
    }

    async fn printed(&self, id: &EngineId, after: u64) -> Result<Printed, BackendError> {
        let folder = Folder::of(&self.shared.root, id);
        let printed = blocking(move || folder.printed(after)).await?;
        printed.map_err(|error| failed(format!("reading the log of {id}"), &error))
    }

    async fn last_printed(&self, id: &EngineId) -> Result<Printed, BackendError> {
        let folder = Folder::of(&self.shared.root, id);
        let printed = blocking(move || folder.last_printed()).await?;
        printed.map_err(|error| failed(format!("reading the log of {id}"), &error))
    }
}

impl Shared {
    async fn ensure(self: Arc<Self>, spec: EngineSpec) -> Result<RunningEngine, BackendError> {
        let _turn = self.turns.take(&spec.id).await;
        let folder = Folder::of(&self.root, &spec.id);
        if let Some(run) = self.find(&spec.id, &folder).await? {
            return Ok(run.engine.clone());
        }
        let program = self.programs.nearest(spec.engine, &spec.version).await?;
        let address = self.addresses.next(spec.port).map_err(|error| BackendError::StartFailed {
            id: spec.id.clone(),
            reason: format!("port {} of a private address: {error}", spec.port),
        })?;

        let (id, shared) = (spec.id.clone(), Arc::clone(&self));
        let (child, record) = blocking(move || {
            clear(&folder, &spec.id)?;
            let child = launch::launch(&spec, &program, &folder, address)?;
            Ok::<_, BackendError>((child, folder::Record { address, version: program.version }))
        })
        .await??;
        shared.started(&id, child, record)
    }

    /// Takes up an engine that was just started.
    fn started(
        &self,
        id: &EngineId,
        mut child: std::process::Child,
        record: folder::Record,
    ) -> Result<RunningEngine, BackendError> {
        // A child that nobody has seen off keeps its number, even when it has ended.
        let opened = i32::try_from(child.id()).ok().and_then(|pid| Some((pid, scan::started(pid)?)));
        let run = match opened.map(|(pid, started)| Run::open(id, pid, started, record)) {
            Some(Ok(Some(run))) => Arc::new(run),
            other => {
                // It would run unwatched.
                let _ = child.kill();
                let _ = child.wait();
                let error = other.and_then(Result::err);
                return Err(
                    error.unwrap_or_else(|| BackendError::StartFailed { id: id.clone(), reason: "it is gone".into() })
                );
            }
        };
        run.watch(Some(child), self.ended.clone());
        self.runs().insert(id.clone(), Arc::clone(&run));
        Ok(run.engine.clone())
    }

    async fn remove(&self, id: &EngineId) -> Result<(), BackendError> {
        let _turn = self.turns.take(id).await;
        let folder = Folder::of(&self.root, id);
        if let Some(run) = self.find(id, &folder).await? {
            run.kill(folder.path()).await?;
        }
        self.runs().remove(id);
        blocking(move || folder.remove()).await?.map_err(|error| failed(format!("deleting the folder of {id}"), &error))
    }

    /// The run of `id`, if it runs, whoever started it.
    async fn find(&self, id: &EngineId, folder: &Folder) -> Result<Option<Arc<Run>>, BackendError> {
        let known = || self.runs().get(id).filter(|run| run.alive()).cloned();
        if let Some(run) = known() {
            return Ok(Some(run));
        }
        if folder.exists() {
            self.list().await?;
        }
        Ok(known())
    }

    /// Every engine that runs. Those that were not known are watched from now on.
    async fn list(&self) -> Result<Vec<RunningEngine>, BackendError> {
        let root = self.root.clone();
        let found = blocking(move || scan::engines(&root)).await??;
        let mut running = Vec::with_capacity(found.len());
        for found in found {
            if let Some(run) = self.adopt(&found)? {
                running.push(run.engine.clone());
            }
        }
        Ok(running)
    }

    /// The run of a process that was found. An engine whose record is gone, because someone deleted its folder, is of
    /// no use to anybody and is ended.
    fn adopt(&self, found: &Found) -> Result<Option<Arc<Run>>, BackendError> {
        if let Some(run) = self.known(found) {
            return Ok(Some(run));
        }
        let folder = Folder::of(&self.root, &found.id);
        let record = match folder.record() {
            Ok(record) => record,
            Err(error) => {
                tracing::warn!(engine = %found.id, pid = found.pid, %error, "an engine without its record is ended");
                run::end(found)?;
                return Ok(None);
            }
        };
        let Some(run) = Run::open(&found.id, found.pid, found.started, record)? else { return Ok(None) };
        let run = Arc::new(run);
        let mut runs = self.runs();
        match runs.get(&found.id) {
            Some(known) if known.pid == run.pid && known.started == run.started => Ok(Some(Arc::clone(known))),
            _ => {
                run.watch(None, self.ended.clone());
                runs.insert(found.id.clone(), Arc::clone(&run));
                Ok(Some(run))
            }
        }
    }

    fn known(&self, found: &Found) -> Option<Arc<Run>> {
        let runs = self.runs();
        runs.get(&found.id).filter(|run| run.pid == found.pid && run.started == found.started).cloned()
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<EngineId, Arc<Run>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Deletes what an engine that has ended left behind.
fn clear(folder: &Folder, id: &EngineId) -> Result<(), BackendError> {
    if !folder.exists() {
        return Ok(());
    }
    let printed = folder.output().unwrap_or_default();
    tracing::info!(engine = %id, printed, "an engine that has ended is started anew");
    folder.remove().map_err(|error| failed(format!("deleting the folder of {id}"), &error))
}

/// Runs `work` where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, BackendError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| failed("working on an engine", &error))
}

fn failed(action: impl Into<String>, error: &impl ToString) -> BackendError {
    BackendError::Failed { action: action.into(), reason: error.to_string() }
}
