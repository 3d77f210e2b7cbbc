//! The process backend, with real engines.

use std::{
    collections::HashSet,
    fs,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::PathBuf,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use cachette::{
    backend::{Backend, BackendError, EngineId, EngineSpec, ProcessBackend, ProcessSettings, RunningEngine, Versions},
    model::Engine,
};
use tempfile::TempDir;

use crate::contract::{Bed, LIMIT, contract, ending, pong, redis, says};

/// Backends whose engines end with the test, however it ends.
struct Processes(TempDir);

impl Processes {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    async fn backend(&self, instance: &str) -> ProcessBackend {
        let settings = ProcessSettings { data_dir: self.0.path().join(instance), engine_path: Vec::new() };
        ProcessBackend::open(settings).await.expect("a backend")
    }

    fn folder(&self, instance: &str, id: &EngineId) -> PathBuf {
        self.0.path().join(instance).join("engines").join(id.as_str())
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        let Ok(processes) = procfs::process::all_processes() else { return };
        for process in processes.filter_map(Result::ok) {
            if process.cwd().is_ok_and(|cwd| cwd.starts_with(self.0.path())) {
                kill(process.pid);
            }
        }
    }
}

#[async_trait]
impl Bed for Processes {
    async fn open(&self, instance: &str) -> Arc<dyn Backend> {
        Arc::new(self.backend(instance).await)
    }

    async fn kill(&self, engine: &RunningEngine) {
        kill(pid(engine));
    }
}

fn pid(engine: &RunningEngine) -> i32 {
    engine.run.split_once('-').expect("a run").0.parse().expect("a process id")
}

/// Kills the process, and returns when it has ended.
fn kill(pid: i32) {
    use rustix::{
        event::{PollFd, PollFlags, Timespec},
        process::{Pid, PidfdFlags, Signal},
    };
    let Ok(pidfd) = rustix::process::pidfd_open(Pid::from_raw(pid).expect("a process id"), PidfdFlags::empty()) else {
        return;
    };
    let _ = rustix::process::pidfd_send_signal(&pidfd, Signal::KILL);
    let limit = Timespec { tv_sec: 10, tv_nsec: 0 };
    let _ = rustix::event::poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&limit));
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_keep_the_contract() {
    contract(&Processes::new(), "7.0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_stays_out_of_the_process_list() {
    let bed = Processes::new();
    let backend = bed.backend("one").await;
    let config = "port 4501\nbind {address}\nsave \"\"\nrequirepass not-to-be-seen\n";
    let spec = EngineSpec { config: Some(config.to_owned()), arguments: Vec::new(), ..redis("a", "7.0") };
    let engine = backend.ensure(&spec).await.expect("an engine");
    says(engine.address, "AUTH not-to-be-seen\r\nPING\r\n", "+OK\r\n+PONG").await;

    let folder = bed.folder("one", &spec.id);
    assert_eq!(folder.metadata().expect("a folder").permissions().mode() & 0o777, 0o700);
    let process = procfs::process::Process::new(pid(&engine)).expect("a process");
    assert!(!process.cmdline().expect("its words").join(" ").contains("not-to-be-seen"));
    for file in fs::read_dir(&folder).expect("a folder") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a text");
        assert!(!text.contains("not-to-be-seen"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memcached_runs_whoever_the_server_is() {
    let bed = Processes::new();
    let backend = bed.backend("one").await;
    let arguments = ["-l", "{address}", "-p", "4511", "-U", "0"].map(str::to_owned).to_vec();
    let version = "1.6.6".parse().expect("a version");
    let spec = EngineSpec { engine: Engine::Memcached, version, arguments, port: 4511, ..redis("a", "7.0") };
    let engine = backend.ensure(&spec).await.expect("an engine");
    says(engine.address, "version\r\n", "VERSION 1.").await;
    let again = bed.backend("one").await;
    assert_eq!(again.list().await.expect("a list"), [engine]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_each_get_an_address() {
    let bed = Processes::new();
    let backend = Arc::new(bed.backend("one").await);
    let mut starts = tokio::task::JoinSet::new();
    for number in 0..50 {
        let backend = Arc::clone(&backend);
        starts.spawn(async move { backend.ensure(&redis(&format!("a-{number}"), "7.0")).await.expect("an engine") });
    }
    let engines = starts.join_all().await;
    let addresses: HashSet<_> = engines.iter().map(|engine| engine.address).collect();
    assert_eq!(addresses.len(), engines.len());
    for engine in &engines {
        pong(engine.address).await;
    }
    assert_eq!(backend.list().await.expect("a list").len(), engines.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_not_there_is_told_with_what_helps() {
    let bed = Processes::new();
    let error = bed.backend("one").await.ensure(&redis("a", "99.0")).await.expect_err("no such version");
    assert!(matches!(error, BackendError::NoSuchEngine { .. }), "{error:?}");
    assert!(error.to_string().contains("--engine-path"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_version_is_started() {
    let bed = Processes::new();
    let programs = bed.0.path().join("programs");
    fs::create_dir(&programs).expect("a folder");
    let script =
        "#!/bin/sh\n[ \"$1\" != --version ] || { echo Redis server v=7.2.9; exit; }\nexec redis-server \"$@\"\n";
    fs::write(programs.join("redis-server"), script).expect("a program");
    fs::set_permissions(programs.join("redis-server"), fs::Permissions::from_mode(0o755)).expect("permissions");
    let settings = ProcessSettings { data_dir: bed.0.path().join("one"), engine_path: vec![programs] };
    let backend = ProcessBackend::open(settings).await.expect("a backend");
    let Versions::Only(versions) = backend.versions(Engine::Redis).await.expect("versions") else { panic!() };
    assert!(versions.len() > 1, "{versions:?}");

    for (id, asked, expected) in [("a", "7.2", "7.2.9"), ("b", "7.1", versions[1].as_str())] {
        let engine = backend.ensure(&redis(id, asked)).await.expect("an engine");
        assert_eq!(engine.version.expect("a version").as_str(), expected, "{asked}");
        pong(engine.address).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn why_an_engine_ended_at_once_is_told_without_its_secrets() {
    let bed = Processes::new();
    let backend = bed.backend("one").await;
    let mut endings = backend.endings();
    let config = "requirepass not-to-be-seen and-more\n".to_owned();
    let spec = EngineSpec { config: Some(config), ..redis("a", "7.0") };
    backend.ensure(&spec).await.expect("a start");
    ending(&mut endings, &spec.id, LIMIT).await;
    let output = backend.output(&spec.id).await.expect("what it printed");
    assert!(output.contains("FATAL CONFIG FILE ERROR") && !output.contains("not-to-be-seen"), "{output}");
    assert_eq!(backend.output(&EngineId::new("nobody")).await.expect("nothing"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_writes_a_snapshot_is_no_engine_and_goes_with_its_parent() {
    let bed = Processes::new();
    let backend = bed.backend("one").await;
    let mut spec = redis("a", "7.0");
    spec.arguments.extend(["--rdb-key-save-delay", "1000000000"].map(str::to_owned));
    let engine = backend.ensure(&spec).await.expect("an engine");
    says(engine.address, "SET key value\r\nBGSAVE\r\n", "+OK\r\n+Background saving started").await;
    let children = || {
        let all = procfs::process::all_processes().expect("processes").filter_map(Result::ok);
        all.filter(|process| {
            let folder = process.cwd().is_ok_and(|cwd| cwd.starts_with(bed.0.path()));
            folder && process.pid != pid(&engine)
        })
        .count()
    };
    assert_eq!(children(), 1);
    assert_eq!(bed.backend("one").await.list().await.expect("a list"), std::slice::from_ref(&engine));

    backend.remove(&spec.id).await.expect("removing it");
    until(|| children() == 0).await;
    assert!(!bed.folder("one", &spec.id).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_in_the_folder_is_left_alone() {
    let bed = Processes::new();
    let backend = bed.backend("one").await;
    let spec = redis("a", "7.0");
    backend.ensure(&spec).await.expect("an engine");
    let folder = bed.folder("one", &spec.id);
    let notes = fs::File::create(folder.join("notes")).expect("a file");
    let mut stranger = Command::new("sleep");
    stranger.arg("60").current_dir(folder).stdout(notes).process_group(0);
    let mut stranger = stranger.spawn().expect("a stranger");
    assert_eq!(bed.backend("one").await.list().await.expect("a list").len(), 1);
    backend.remove(&spec.id).await.expect("removing it");
    assert_eq!(stranger.try_wait().expect("a child"), None, "it was ended");
    stranger.kill().expect("ending it");
    stranger.wait().expect("its end");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_whose_folder_was_deleted_is_ended() {
    let bed = Processes::new();
    let spec = redis("a", "7.0");
    let engine = bed.backend("one").await.ensure(&spec).await.expect("an engine");
    pong(engine.address).await;
    fs::remove_dir_all(bed.0.path().join("one")).expect("deleting all");
    let again = bed.backend("one").await;
    assert_eq!(again.list().await.expect("a list"), []);
    until(|| procfs::process::Process::new(pid(&engine)).and_then(|process| process.cwd()).is_err()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_leaves_one_engine() {
    let bed = Processes::new();
    let backend = Arc::new(bed.backend("one").await);
    let spec = redis("a", "7.0");
    for polls in (0..14).map(|power| 1 << power).cycle().take(70) {
        abandon(backend.ensure(&spec), polls).await;
        if polls % 3 == 1 {
            abandon(backend.remove(&spec.id), polls).await;
        }
    }
    let engine = backend.ensure(&spec).await.expect("an engine");
    pong(engine.address).await;
    assert_eq!(backend.list().await.expect("a list"), [engine]);
}

/// Goes away from `work` after so many looks at it.
async fn abandon(work: impl Future, polls: u32) {
    let mut work = std::pin::pin!(work);
    for _ in 0..polls {
        if futures_util::poll!(work.as_mut()).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Waits until `condition` holds.
async fn until(condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < LIMIT, "it does not come to be");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
