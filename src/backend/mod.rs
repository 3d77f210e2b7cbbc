//! Where engines run. A backend knows processes or containers, ports and files, and nothing about Redis or Memcached:
//! what an engine is told comes ready made in an [`EngineSpec`], and whether it answers is for the caller to ask.
//!
//! Every verb is idempotent, so that a caller that died in the middle can simply do it again.

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf};

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::model::{Engine, EngineVersion};

mod docker;
mod fake;
mod nearest;
mod none;
mod output;
#[cfg(target_os = "linux")]
mod process;
mod select;
mod turns;

pub use docker::{DockerAway, DockerBackend, DockerLook, DockerSettings, image_of, look as look_at_docker};
pub use fake::{Call, FakeBackend, Fault};
use nearest::nearest;
pub use none::NoneBackend;
#[cfg(target_os = "linux")]
pub use process::{ProcessBackend, ProcessSettings, installed as installed_programs};
pub use select::{Choice, SelectError, Selection, select};

/// The name of one engine, unique among all that this instance of the server ever runs at the same time. It is made of
/// lower-case letters, digits and hyphens, so it can name a container and a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EngineId(String);

impl EngineId {
    /// The id `name`, which has to keep to the rule above.
    ///
    /// # Panics
    /// When `name` breaks the rule: ids are made by the server itself, never taken from a request as they are.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        assert!(fits(&name), "{name:?} cannot name an engine");
        Self(name)
    }

    /// The id `name`, or nothing when it breaks the rule. For names that a backend finds, in folders or labels.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        fits(name).then(|| Self(name.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `name` keeps to the rule for ids, which is also that for the names of instances.
fn fits(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// All that a backend has to know to start one engine.
#[derive(Clone, Debug)]
pub struct EngineSpec {
    /// The engine's name.
    pub id: EngineId,
    /// Which program.
    pub engine: Engine,
    /// The version asked for; the backend takes the nearest compatible one it has, see [`RunningEngine::version`].
    pub version: EngineVersion,
    /// The program's arguments, the first of which is an option. `{address}` stands for the IP address to listen on,
    /// which only the backend knows.
    pub arguments: Vec<String>,
    /// The same settings as a configuration text, for a program that reads one from its standard input when it is
    /// started with the single argument `-`. A backend that can feed it prefers it: it stays out of process lists. The
    /// arguments are then not used, and `{address}` is replaced here just as there.
    pub config: Option<String>,
    /// The port that the arguments tell the engine to listen on.
    pub port: u16,
    /// The most memory that the engine may take in bytes, its own overhead included, where the backend can enforce it.
    pub memory_limit: u64,
    /// A file that Redis or Valkey is to find as `dump.rdb` in its working directory when it is started for the first time.
    pub data_file: Option<PathBuf>,
    /// More files that it is to find there then, small ones, by their names. It may change them.
    pub small_files: BTreeMap<String, String>,
    /// What the engine is for, to be found again by people: `cachette.cache-cluster-id` and the like.
    pub labels: BTreeMap<String, String>,
}

/// An engine that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningEngine {
    /// The engine's name.
    pub id: EngineId,
    /// Names this very run: it differs when the engine was started again, by whomever.
    pub run: String,
    /// Where to reach the engine from this process. Port 0 when there is nothing to reach, see
    /// [`is_real`](Self::is_real).
    pub address: SocketAddr,
    /// Where other engines reach it.
    pub peer: SocketAddr,
    /// The version that really runs, as far as the backend knows it.
    pub version: Option<EngineVersion>,
}

impl RunningEngine {
    /// Whether there is an engine that can be talked to. With a backend that keeps records only there is none, and
    /// whatever would be said to it has to be taken as said.
    #[must_use]
    pub fn is_real(&self) -> bool {
        self.address.port() != 0
    }
}

/// What an engine takes of its machine, as far as its backend can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes of memory that were moved to disk.
    pub swap: Option<u64>,
    /// Packets that it has received and sent, where it has a network of its own.
    pub packets: Option<(u64, u64)>,
}

/// Which versions of an engine a backend can start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versions {
    /// Just these; may be empty.
    Only(Vec<EngineVersion>),
    /// Any that is published: the backend can fetch it.
    Published,
}

/// Why a backend could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum BackendError {
    /// The backend itself is away, such as a Docker daemon that does not answer. It may come back.
    #[error("{backend} is not available: {reason}")]
    Unavailable {
        /// Which backend.
        backend: &'static str,
        /// What it or the system said.
        reason: String,
    },
    /// The program or image cannot be had.
    #[error("no {engine} {version} to run: {reason}")]
    NoSuchEngine {
        /// Which engine.
        engine: Engine,
        /// The version asked for.
        version: EngineVersion,
        /// What was tried and what would help.
        reason: String,
    },
    /// The engine started and ended at once, or did not start.
    #[error("engine {id} did not start: {reason}")]
    StartFailed {
        /// Which engine.
        id: EngineId,
        /// The end of what it printed, or the system's error.
        reason: String,
    },
    /// A system call or a call to the backend failed in a way that has no name of its own.
    #[error("{action} failed: {reason}")]
    Failed {
        /// What was being done.
        action: String,
        /// What the system or the backend said.
        reason: String,
    },
}

/// The most lines of [`Backend::last_printed`].
pub const LAST_LINES: usize = output::LINES;

/// What an engine printed since some place in its output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Whole lines, each with the place behind it. The place that comes next is behind the last of them.
    pub lines: Vec<(u64, String)>,
}

/// Something that runs engines.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// The name by which `--backend` selects it.
    fn name(&self) -> &'static str;

    /// Which versions of `engine` it can start now.
    async fn versions(&self, engine: Engine) -> Result<Versions, BackendError>;

    /// Sees to it that the engine of this id runs, and tells where. One that runs already is left as it is, whatever it
    /// was started with; one that has ended is removed and started anew, empty.
    ///
    /// Returns as soon as the engine was started, which is before it answers. When it ends because it cannot read its
    /// arguments, say, [`endings`](Self::endings) tells of it and [`output`](Self::output) why.
    async fn ensure(&self, spec: &EngineSpec) -> Result<RunningEngine, BackendError>;

    /// Sees to it that the engine of this id and all it kept are gone. One that does not exist is gone already.
    async fn remove(&self, id: &EngineId) -> Result<(), BackendError>;

    /// Every engine of this instance that runs now, whoever started it; those that have ended are left out.
    async fn list(&self) -> Result<Vec<RunningEngine>, BackendError>;

    /// The ids of engines that may have ended, as soon as the backend notices, from now on. Told at least once for
    /// each end, also of one that [`remove`](Self::remove) ended; may name an engine that runs, so look before acting.
    ///
    /// # Panics
    /// When called a second time: there is one receiver.
    fn endings(&self) -> mpsc::UnboundedReceiver<EngineId>;

    /// Whether engines share the ports of this machine with its programs, each on a loopback address of its own. A port
    /// that something listens on at every address is then not to be had for an engine.
    fn shares_ports(&self) -> bool {
        false
    }

    /// The most files, connections included, that an engine may have open, where there is a limit. Memcached does not
    /// start when it is asked for more. A process inherits the server's limit; for a container the server's own is the
    /// best guess, as a daemon on the same machine mostly has the same, and a server in a container has just that.
    fn open_files(&self) -> Option<u64> {
        rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum
    }

    /// The address under which engines find the host that is `address` for this server.
    async fn seen_from_engines(&self, address: &str) -> String {
        address.to_owned()
    }

    /// Changes how many bytes of memory a running engine may take, where the backend enforces it.
    async fn resize(&self, id: &EngineId, memory_limit: u64) -> Result<(), BackendError> {
        let _ = (id, memory_limit);
        Ok(())
    }

    /// What is being fetched so that `engine` can be started, and how far that has come, for people to read.
    fn fetching(&self, engine: Engine) -> Option<String> {
        let _ = engine;
        None
    }

    /// What the engine takes of its machine now; `None` when it does not run or the backend cannot tell.
    async fn usage(&self, id: &EngineId) -> Result<Option<Usage>, BackendError> {
        let _ = id;
        Ok(None)
    }

    /// The last lines that the engine printed, whether it runs or has ended, at most a few KiB and without lines that
    /// may hold a secret. Empty when there are none: it printed nothing, does not exist, or the backend keeps none.
    async fn output(&self, id: &EngineId) -> Result<String, BackendError> {
        let _ = id;
        Ok(String::new())
    }

    /// The lines that this run of an engine printed behind the place `after`, where 0 is the beginning: the oldest first, a
    /// few hundred at most, and none of what may hold a secret. What a place is only the backend knows.
    async fn printed(&self, id: &EngineId, after: u64) -> Result<Printed, BackendError> {
        let _ = (id, after);
        Ok(Printed::default())
    }

    /// The last lines that this run of an engine has printed so far, [`LAST_LINES`] at most, fit to be shown as those of
    /// [`printed`](Self::printed), which goes on behind them.
    async fn last_printed(&self, id: &EngineId) -> Result<Printed, BackendError> {
        let _ = id;
        Ok(Printed::default())
    }
}
