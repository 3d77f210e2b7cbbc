//! The places for connections that all endpoints of a gateway share, and what notices that a client is gone without a
//! word.

use std::{io, os::fd::AsFd, sync::Arc, time::Duration};

use rustix::net::sockopt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a connection may be silent before the client's system is asked whether it is still there; the engines'
/// default for `tcp-keepalive`.
const SILENCE: Duration = Duration::from_mins(5);

/// How long to wait for its answer before it is asked again, and how often.
const QUESTIONS: (Duration, u32) = (Duration::from_secs(100), 3);

/// The connections that all endpoints together may carry.
#[derive(Clone, Debug)]
pub struct Places(Arc<Semaphore>);

/// Held by a connection while it lasts.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Places {
    /// So many. Each takes two open files, the client's and the engine's.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS))))
    }

    /// A place for one more connection, if there is one.
    pub(super) fn take(&self) -> Option<Place> {
        Arc::clone(&self.0).try_acquire_owned().ok().map(|permit| Place { _permit: permit })
    }
}

/// Lets the system find out when the client of a silent connection is gone without having closed it, as after a loss of
/// power. Its place, and the engine's end, would be taken for ever: the engine itself sees only the gateway. What is set
/// for a listening `socket` holds for the connections that come in by it.
pub(super) fn notice_loss(socket: &impl AsFd) -> io::Result<()> {
    sockopt::set_tcp_keepidle(socket, SILENCE)?;
    sockopt::set_tcp_keepintvl(socket, QUESTIONS.0)?;
    sockopt::set_tcp_keepcnt(socket, QUESTIONS.1)?;
    sockopt::set_socket_keepalive(socket, true)?;
    Ok(())
}
