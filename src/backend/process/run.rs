//! One run of an engine: the process that it is, held by a file descriptor that stands for this process and for no
//! later one of the same number.

use std::{io, os::fd::OwnedFd, path::Path, process::Child, sync::Arc, time::Duration};

use rustix::{
    event::{PollFd, PollFlags, Timespec},
    io::Errno,
    process::{Pid, PidfdFlags, Signal},
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    sync::mpsc::UnboundedSender,
    time::timeout,
};

use super::{
    folder::Record,
    scan::{self, Found},
};
use crate::backend::{BackendError, EngineId, RunningEngine};

/// How long a killed process may take to end. It is quick but for one that waits for a broken disk.
const ENDING: Duration = Duration::from_secs(10);

/// A process that is or was an engine.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) engine: RunningEngine,
    pub(super) pid: i32,
    pub(super) started: u64,
    pidfd: AsyncFd<OwnedFd>,
}

impl Run {
    /// The run of the process `pid`, if it is still the one that started at `started`.
    pub(super) fn open(id: &EngineId, pid: i32, started: u64, record: Record) -> Result<Option<Self>, BackendError> {
        let Some(pidfd) = open(pid)? else { return Ok(None) };
        // Only now is it sure whom the descriptor stands for.
        if scan::started(pid) != Some(started) {
            return Ok(None);
        }
        let pidfd = registered(pidfd).map_err(|error| failed(id, &error))?;
        let engine = RunningEngine {
            id: id.clone(),
            run: format!("{pid}-{started}"),
            address: record.address,
            peer: record.address,
            version: Some(record.version),
        };
        Ok(Some(Self { engine, pid, started, pidfd }))
    }

    /// Whether the process runs.
    pub(super) fn alive(&self) -> bool {
        let mut ended = [PollFd::new(&self.pidfd, PollFlags::IN)];
        rustix::event::poll(&mut ended, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) == Ok(0)
    }

    /// Tells `endings` when the process ends, and sees `child` off, which it is when this server started it.
    pub(super) fn watch(self: &Arc<Self>, child: Option<Child>, endings: UnboundedSender<EngineId>) {
        let run = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = run.pidfd.readable().await {
                tracing::warn!(engine = %run.engine.id, %error, "an engine is no longer watched");
            }
            let status = child.and_then(|mut child| child.try_wait().ok().flatten());
            let status = status.map(|status| status.to_string());
            tracing::info!(engine = %run.engine.id, run = run.engine.run, status, "engine ended");
            // Nobody listens when the server is ending, or never asked to.
            let _ = endings.send(run.engine.id.clone());
        });
    }

    /// Kills the process and waits for its end, and kills what it forked in `folder`.
    pub(super) async fn kill(&self, folder: &Path) -> Result<(), BackendError> {
        signal(&self.pidfd).map_err(|error| failed(&self.engine.id, &error))?;
        match timeout(ENDING, self.pidfd.readable()).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Err(failed(&self.engine.id, &error)),
            Err(_) => return Err(failed(&self.engine.id, &"it does not end")),
        }
        // Asking whether the group has members is quick, and it hardly ever has: only then is everybody looked at.
        let group = Pid::from_raw(self.pid);
        if group.is_some_and(|group| rustix::process::test_kill_process_group(group).is_ok()) {
            for process in scan::left_behind(folder, self.pid) {
                if let Some(pidfd) = open(process.pid)?
                    && process.stat().is_ok_and(|stat| stat.pgrp == self.pid)
                {
                    signal(&pidfd).map_err(|error| failed(&self.engine.id, &error))?;
                }
            }
        }
        Ok(())
    }
}

/// The descriptor, known to the runtime.
#[expect(
    deprecated,
    reason = "the call in its place is unsafe, for the sake of types that may change or close their descriptor; an \
              OwnedFd that nobody can reach through the AsyncFd does neither"
)]
fn registered(pidfd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(pidfd, Interest::READABLE)
}

/// Kills an engine of which no more is known than that it runs.
pub(super) fn end(found: &Found) -> Result<(), BackendError> {
    let Some(pidfd) = open(found.pid)? else { return Ok(()) };
    if scan::started(found.pid) == Some(found.started) {
        signal(&pidfd).map_err(|error| failed(&found.id, &error))?;
    }
    Ok(())
}

/// A descriptor for the process `pid`, or nothing when there is none.
fn open(pid: i32) -> Result<Option<OwnedFd>, BackendError> {
    let Some(pid) = Pid::from_raw(pid) else { return Ok(None) };
    match rustix::process::pidfd_open(pid, PidfdFlags::empty()) {
        Ok(pidfd) => Ok(Some(pidfd)),
        Err(Errno::SRCH) => Ok(None),
        Err(error @ (Errno::MFILE | Errno::NFILE | Errno::NOMEM)) => {
            Err(BackendError::Unavailable { backend: super::NAME, reason: error.to_string() })
        }
        Err(error) => Err(BackendError::Failed { action: "watching an engine".into(), reason: error.to_string() }),
    }
}

/// Kills the process; one that has ended is fine.
fn signal(pidfd: impl std::os::fd::AsFd) -> Result<(), Errno> {
    match rustix::process::pidfd_send_signal(pidfd, Signal::KILL) {
        Err(Errno::SRCH) | Ok(()) => Ok(()),
        Err(error) => Err(error),
    }
}

fn failed(id: &EngineId, error: &impl ToString) -> BackendError {
    BackendError::Failed { action: format!("ending engine {id}"), reason: error.to_string() }
}
