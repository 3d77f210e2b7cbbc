//! Finds engines among the processes of this machine. What runs is read from /proc alone: there is no book that could
//! be wrong after a crash between starting an engine and writing it down.
//!
//! An engine is a process that works in a folder of ours, prints into the log there, and leads its own process group,
//! as [`launch`](super::launch) starts it. The first leaves out other people's engines, the second a shell that someone
//! opened in the folder, the third the children that an engine forks to write a snapshot.

use std::{
    ffi::OsString,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

use procfs::process::{FDTarget, Process};

use super::folder::LOG;
use crate::backend::{BackendError, EngineId, Usage};

/// A process that is an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) id: EngineId,
    pub(super) pid: i32,
    /// When it started, in clock ticks since the machine did: with the process id it names one process for good.
    pub(super) started: u64,
}

/// Every engine whose folder is in `root`, which has no symbolic link in it. Reads several files for each process of
/// the machine.
pub(super) fn engines(root: &Path) -> Result<Vec<Found>, BackendError> {
    let processes = procfs::process::all_processes()
        .map_err(|error| BackendError::Failed { action: "listing processes".into(), reason: error.to_string() })?;
    // A process that cannot be read ended meanwhile or is another user's.
    Ok(processes.filter_map(Result::ok).filter_map(|process| engine(root, &process)).collect())
}

/// The processes that an engine forked and left behind: of process group `group`, and working in `folder`.
pub(super) fn left_behind(folder: &Path, group: i32) -> Vec<Process> {
    let Ok(processes) = procfs::process::all_processes() else { return Vec::new() };
    processes
        .filter_map(Result::ok)
        .filter(|process| {
            process.cwd().is_ok_and(|cwd| undeleted(cwd) == folder)
                && process.stat().is_ok_and(|stat| stat.pgrp == group)
        })
        .collect()
}

/// When the process started, in clock ticks since the machine did; nothing when there is none of this id.
pub(super) fn started(pid: i32) -> Option<u64> {
    Process::new(pid).and_then(|process| process.stat()).ok().map(|stat| stat.starttime)
}

/// What the process takes of the machine. It shares the machine's network, so nobody counts its packets.
pub(super) fn usage(pid: i32) -> Option<Usage> {
    let status = Process::new(pid).and_then(|process| process.status()).ok()?;
    let bytes = |kibibytes: u64| kibibytes * 1024;
    Some(Usage { memory: bytes(status.vmrss?), swap: status.vmswap.map(bytes), packets: None })
}

/// The engine that `process` is, if it is one.
fn engine(root: &Path, process: &Process) -> Option<Found> {
    let folder = undeleted(process.cwd().ok()?);
    if folder.parent()? != root {
        return None;
    }
    let id = EngineId::parse(folder.file_name()?.to_str()?)?;
    let FDTarget::Path(output) = process.fd_from_fd(1).ok()?.target else { return None };
    if undeleted(output) != folder.join(LOG) {
        return None;
    }
    let stat = process.stat().ok()?;
    let ended = matches!(stat.state, 'Z' | 'X' | 'x');
    (stat.pgrp == stat.pid && !ended).then_some(Found { id, pid: stat.pid, started: stat.starttime })
}

/// The path as it was before the file was deleted: /proc marks those.
fn undeleted(path: PathBuf) -> PathBuf {
    match path.as_os_str().as_bytes().strip_suffix(b" (deleted)") {
        Some(bytes) => OsString::from_vec(bytes.to_vec()).into(),
        None => path,
    }
}
