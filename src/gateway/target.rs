//! Finds the engine for one connection, and waits for it while it is being started or replaced. A client that connects
//! too early gets its answer the moment the engine is there, instead of an error that it would have to retry.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use tokio::{net::TcpStream, sync::watch, time};

use super::{Directory, EndpointId, NetworkFault, line::Line};

/// An attempt is left alone this long before a change of the routes may end it, so that frequent changes elsewhere
/// cannot keep a slow connect from ever succeeding.
const UNDISTURBED: Duration = Duration::from_millis(50);

/// Why a connection got no engine.
#[derive(Debug, thiserror::Error)]
pub(super) enum TargetError {
    /// There was no running node all the time.
    #[error("no engine to connect to")]
    None,
    /// There was one, and it could not be reached.
    #[error("the engine could not be reached")]
    Unreachable(#[source] io::Error),
    /// Its network is set to refuse connections.
    #[error("the engine's network refuses connections")]
    Refused,
}

/// Connects to where `endpoint` leads, joins `line` to it, and tries again until `limit` has passed. While nothing is
/// carried to the engine that it leads to, time stands still.
pub(super) async fn connect(
    directory: &dyn Directory,
    endpoint: &EndpointId,
    line: &Line,
    limit: Duration,
) -> Result<TcpStream, TargetError> {
    let mut changes = directory.changes();
    loop {
        let mut failure = TargetError::None;
        // `timeout` would lose the reason of the last failure if it owned it.
        let attempts = attempt(directory, endpoint, line, &mut changes, &mut failure);
        match time::timeout(limit, attempts).await {
            Ok(Outcome::Connected(stream)) => return Ok(stream),
            Ok(Outcome::Refused) => return Err(TargetError::Refused),
            Ok(Outcome::Cut(engine)) => {
                while is_cut(directory, endpoint, engine) {
                    changed(&mut changes).await;
                }
            }
            Err(_) => return Err(failure),
        }
    }
}

/// What came of trying to connect.
enum Outcome {
    Connected(TcpStream),
    Refused,
    /// Nothing is carried to this engine at the moment.
    Cut(SocketAddr),
}

async fn attempt(
    directory: &dyn Directory,
    endpoint: &EndpointId,
    line: &Line,
    changes: &mut watch::Receiver<u64>,
    failure: &mut TargetError,
) -> Outcome {
    let started = Instant::now();
    loop {
        // Marked as seen before asking: a change in between is found below.
        changes.borrow_and_update();
        let Some(engine) = directory.route(endpoint) else {
            changed(changes).await;
            continue;
        };
        match directory.fault_of(engine) {
            Some(NetworkFault::Refuse) => return Outcome::Refused,
            Some(NetworkFault::Cut) => return Outcome::Cut(engine),
            Some(NetworkFault::Delay(_)) | None => {}
        }
        let outdated = async {
            time::sleep(UNDISTURBED).await;
            changed(changes).await;
        };
        let attempt = tokio::select! {
            attempt = TcpStream::connect(engine) => attempt,
            () = outdated => continue,
        };
        match attempt {
            Ok(stream) if line.join(directory, endpoint, engine) => return Outcome::Connected(stream),
            // The endpoint has come to lead elsewhere meanwhile.
            Ok(_) => {}
            Err(error) => *failure = TargetError::Unreachable(error),
        }
        tokio::select! {
            () = changed(changes) => {}
            () = time::sleep(pause(started.elapsed())) => {}
        }
    }
}

/// Whether a connection that was led to `engine` is still to wait for it.
fn is_cut(directory: &dyn Directory, endpoint: &EndpointId, engine: SocketAddr) -> bool {
    directory.fault_of(engine) == Some(NetworkFault::Cut)
        && directory.targets(endpoint).is_none_or(|targets| targets.contains(&engine))
}

/// How long to wait after a refused attempt: a part of the time waited so far, so that whenever the engine comes up,
/// little is added to what it took, and a long wait costs few attempts.
fn pause(waited: Duration) -> Duration {
    (waited / 16).clamp(Duration::from_millis(1), Duration::from_millis(100))
}

/// The next change of the routes; never, when nobody is left to make one.
pub(super) async fn changed(changes: &mut watch::Receiver<u64>) {
    if changes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
