//! Engines that are started for one test and end with it.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::PathBuf,
    sync::atomic::{AtomicU16, AtomicU32, Ordering},
    time::{Duration, Instant},
};

use cachette::{
    backend::{Backend, EngineId, EngineSpec, ProcessBackend, ProcessSettings},
    engine::{
        ClusterSettings, Duty, EngineSettings, InstanceSecret, Member, MemcachedClient, RedisClient, Seat, heirs_file,
    },
    model::{Access, Engine, SlotSet},
};
use futures_util::future::join_all;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use tempfile::TempDir;

/// How long anything may take.
pub const LIMIT: Duration = Duration::from_secs(30);

/// Tests run beside each other, each with a port of its own.
static PORT: AtomicU16 = AtomicU16::new(7_300);

/// Where the engines of a test live.
pub struct Bed {
    folder: TempDir,
    backend: ProcessBackend,
    port: u16,
    started: AtomicU32,
    runs: std::sync::Mutex<BTreeMap<SocketAddr, i32>>,
}

impl Bed {
    /// Somewhere to start engines.
    pub async fn new() -> Self {
        Self::at_port(PORT.fetch_add(1, Ordering::Relaxed)).await
    }

    /// The same for engines that listen on `port`.
    pub async fn at_port(port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = ProcessSettings { data_dir: folder.path().join("data"), engine_path: Vec::new() };
        let backend = ProcessBackend::open(settings).await.expect("a backend");
        Self { folder, backend, port, started: AtomicU32::new(0), runs: std::sync::Mutex::default() }
    }

    fn settings(&self, engine: Engine, name: &str, in_cluster: bool) -> EngineSettings {
        let secret = InstanceSecret::new([7; 32]);
        EngineSettings {
            replicates: false,
            is_serverless: false,
            engine,
            version: if engine == Engine::Valkey { "8.0" } else { "7.0" }.parse().expect("a version"),
            port: self.port,
            parameters: [("repl-backlog-size", "1048576"), ("cluster-require-full-coverage", "yes")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            open_files: None,
            access: Access::Open,
            iam_passwords: BTreeMap::new(),
            admin: secret.of_engine(name),
            cluster: in_cluster.then(|| ClusterSettings { secret: secret.of_engine("the whole group") }),
        }
    }

    /// Starts an engine, and gives it its parameters and users.
    pub async fn start(&self, engine: Engine, in_cluster: bool) -> Member {
        let member = self.boot(engine, in_cluster).await;
        client(&member).await.apply(&member.settings).await.expect("its parameters");
        member
    }

    /// Starts an engine, and waits until it answers.
    pub async fn boot(&self, engine: Engine, in_cluster: bool) -> Member {
        self.boot_with(engine, in_cluster, None).await
    }

    /// The same for a node that finds `dump` at its start, and is to own these slots.
    pub async fn boot_heir(&self, engine: Engine, dump: PathBuf, slots: &SlotSet) -> Member {
        self.boot_with(engine, true, Some((dump, slots))).await
    }

    async fn boot_with(&self, engine: Engine, in_cluster: bool, data: Option<(PathBuf, &SlotSet)>) -> Member {
        let name = format!("engine-{}", self.started.fetch_add(1, Ordering::Relaxed));
        let settings = self.settings(engine, &name, in_cluster);
        let launch = settings.launch();
        let (data_file, slots) = data.unzip();
        let heirs_file = slots.and_then(|slots| heirs_file(&settings, &name, slots));
        let spec = EngineSpec {
            id: EngineId::new(&name),
            engine,
            version: settings.version.clone(),
            arguments: launch.arguments,
            config: launch.config,
            port: settings.port,
            memory_limit: launch.memory_limit,
            data_file,
            small_files: heirs_file.into_iter().collect(),
            labels: BTreeMap::new(),
        };
        let running = self.backend.ensure(&spec).await.expect("an engine");
        let pid = running.run.split_once('-').expect("a run").0.parse().expect("a process id");
        self.runs.lock().expect("the runs").insert(running.address, pid);
        let member = Member { address: running.address, peer: running.address, settings };
        let began = Instant::now();
        while let Err(error) = RedisClient::connect(member.address, &member.settings).await {
            assert!(began.elapsed() < LIMIT, "it does not answer: {error}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        member
    }

    /// Starts a memcached server, and waits until it answers. Answers where it is.
    pub async fn boot_memcached(&self) -> SocketAddr {
        let name = format!("engine-{}", self.started.fetch_add(1, Ordering::Relaxed));
        let settings = EngineSettings {
            version: "1.6.22".parse().expect("a version"),
            parameters: [("max_cache_memory".to_owned(), "256".to_owned())].into(),
            ..self.settings(Engine::Memcached, &name, false)
        };
        let launch = settings.launch();
        let spec = EngineSpec {
            id: EngineId::new(&name),
            engine: Engine::Memcached,
            version: settings.version,
            arguments: launch.arguments,
            config: launch.config,
            port: settings.port,
            memory_limit: launch.memory_limit,
            data_file: None,
            small_files: BTreeMap::new(),
            labels: BTreeMap::new(),
        };
        let running = self.backend.ensure(&spec).await.expect("an engine");
        let pid = running.run.split_once('-').expect("a run").0.parse().expect("a process id");
        self.runs.lock().expect("the runs").insert(running.address, pid);
        let began = Instant::now();
        while let Err(error) = MemcachedClient::connect(running.address).await {
            assert!(began.elapsed() < LIMIT, "it does not answer: {error}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        running.address
    }

    /// Starts several at the same time.
    pub async fn start_all(&self, engine: Engine, number: usize) -> Vec<Member> {
        join_all((0..number).map(|_| self.start(engine, true))).await
    }

    /// Kills an engine, as a crash would.
    pub fn kill(&self, member: &Member) {
        kill(self.runs.lock().expect("the runs")[&member.address]);
    }

    /// Stops an engine where it is, with its connections open.
    pub fn freeze(&self, member: &Member) {
        let pid = Pid::from_raw(self.runs.lock().expect("the runs")[&member.address]).expect("a process id");
        let pidfd = pidfd_open(pid, PidfdFlags::empty()).expect("a process");
        pidfd_send_signal(&pidfd, Signal::STOP).expect("stopping it");
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        let Ok(processes) = procfs::process::all_processes() else { return };
        for process in processes.filter_map(Result::ok) {
            if process.cwd().is_ok_and(|cwd| cwd.starts_with(self.folder.path())) {
                kill(process.pid);
            }
        }
    }
}

/// Kills the process, and returns when it has ended.
fn kill(pid: i32) {
    use rustix::event::{PollFd, PollFlags, Timespec};
    let Ok(pidfd) = pidfd_open(Pid::from_raw(pid).expect("a process id"), PidfdFlags::empty()) else { return };
    let _ = pidfd_send_signal(&pidfd, Signal::KILL);
    let limit = Timespec { tv_sec: 10, tv_nsec: 0 };
    let _ = rustix::event::poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&limit));
}

/// The server's own connection to an engine.
pub async fn client(member: &Member) -> RedisClient {
    RedisClient::connect(member.address, &member.settings).await.expect("a connection")
}

/// The seats of a cluster: of every shard first the primary, then its replicas. Engines beyond that are helpers.
pub fn seats(members: Vec<Member>, shards: u16, replicas: usize) -> Vec<Seat> {
    let each = replicas + 1;
    let peers: Vec<_> = members.iter().map(|member| member.peer).collect();
    let slots = SlotSet::even_split(shards);
    let seat = |(place, member): (usize, Member)| {
        let duty = match (slots.get(place / each), place % each) {
            (None, _) => Duty::Helper,
            (Some(slots), 0) => Duty::Primary(slots.clone()),
            _ => Duty::Replica { of: peers[place / each * each] },
        };
        Seat { member, duty }
    };
    members.into_iter().enumerate().map(seat).collect()
}

/// The engines of the seats.
pub fn members(seats: &[Seat]) -> Vec<Member> {
    seats.iter().filter(|seat| seat.duty != Duty::Helper).map(|seat| seat.member.clone()).collect()
}

/// Who owns what, as every one of `members` sees it once they agree that somebody owns every slot.
pub fn owners(ids: &[String], slots: &[&str]) -> BTreeMap<String, SlotSet> {
    ids.iter().cloned().zip(slots.iter().map(|slots| slots.parse().expect("slots"))).collect()
}

/// Waits until `holds`.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < LIMIT, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
