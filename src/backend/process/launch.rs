//! Starts one engine program in its folder, so that it lives on when the server ends. Nothing here waits for it.
//!
//! When the server runs as root, so do Redis and Valkey, as they do when root starts them by hand. Memcached refuses to
//! be root, and is told to become `nobody`; it needs no file of its own.

use std::{
    fs::File,
    io::{self, Seek, Write},
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
};

use rustix::fs::MemfdFlags;

use super::{
    folder::{Folder, Record},
    programs::Program,
};
use crate::{
    backend::{BackendError, EngineSpec},
    model::Engine,
};

/// Makes the folder and starts the program in it. Leaves no folder behind when that fails. Blocks for as long as the
/// system takes to start a process, about a millisecond.
pub(super) fn launch(
    spec: &EngineSpec,
    program: &Program,
    folder: &Folder,
    address: SocketAddr,
) -> Result<Child, BackendError> {
    let record = Record { address, version: program.version.clone() };
    let made = folder.create(&record).and_then(|()| match &spec.data_file {
        Some(data) => folder.put_data(data),
        None => Ok(()),
    });
    let made = made.and_then(|()| folder.put_small(&spec.small_files));
    let started = made.and_then(|()| spawn(spec, &program.path, folder, address));
    started.map_err(|error| {
        if let Err(error) = folder.remove() {
            tracing::warn!(engine = %spec.id, %error, "the folder of an engine that did not start stays behind");
        }
        failure(spec, &program.path, &error)
    })
}

fn spawn(spec: &EngineSpec, program: &Path, folder: &Folder, address: SocketAddr) -> io::Result<Child> {
    let ip = address.ip().to_string();
    let log = folder.log()?;
    let mut command = Command::new(program);
    // Engines write local time into their logs, and what is made of those is in UTC.
    command.env("TZ", "UTC");
    command.current_dir(folder.path()).process_group(0).stdout(log.try_clone()?).stderr(log);
    if spec.engine == Engine::Memcached && rustix::process::geteuid().is_root() {
        command.args(["-u", "nobody"]);
    }
    match &spec.config {
        Some(config) => command.arg("-").stdin(in_memory(&config.replace("{address}", &ip))?),
        None => command.args(spec.arguments.iter().map(|word| word.replace("{address}", &ip))).stdin(Stdio::null()),
    };
    command.spawn()
}

/// `text` as a file that is on no disk. Unlike with a pipe, all of it is there from the start: an engine never sees half
/// a configuration because the server ended, and nobody waits for an engine that does not read.
fn in_memory(text: &str) -> io::Result<File> {
    let mut file = File::from(rustix::fs::memfd_create("engine-config", MemfdFlags::CLOEXEC)?);
    file.write_all(text.as_bytes())?;
    file.rewind()?;
    Ok(file)
}

/// What the system's error says about this engine.
pub(super) fn failure(spec: &EngineSpec, program: &Path, error: &io::Error) -> BackendError {
    use io::ErrorKind;
    match error.kind() {
        // A resource of the machine is used up. It may come back.
        ErrorKind::WouldBlock | ErrorKind::OutOfMemory | ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            BackendError::Unavailable { backend: super::NAME, reason: error.to_string() }
        }
        _ if matches!(
            rustix::io::Errno::from_io_error(error),
            Some(rustix::io::Errno::MFILE | rustix::io::Errno::NFILE)
        ) =>
        {
            BackendError::Unavailable { backend: super::NAME, reason: error.to_string() }
        }
        ErrorKind::NotFound if !program.exists() => BackendError::NoSuchEngine {
            engine: spec.engine,
            version: spec.version.clone(),
            reason: format!("{} is gone", program.display()),
        },
        _ => BackendError::StartFailed { id: spec.id.clone(), reason: format!("{}: {error}", program.display()) },
    }
}
