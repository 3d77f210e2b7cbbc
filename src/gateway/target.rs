//! Finds the engine for one connection, and waits for it while it is being started or replaced. A client that connects
//! too early gets its answer the moment the engine is there, instead of an error that it would have to retry.

use std::{
    io,
    time::{Duration, Instant},
};

use tokio::{net::TcpStream, time};

use super::{Directory, EndpointId};

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
}

/// Connects to where `endpoint` leads, and tries again until `limit` has passed.
pub(super) async fn connect(
    directory: &dyn Directory,
    endpoint: &EndpointId,
    limit: Duration,
) -> Result<TcpStream, TargetError> {
    let started = Instant::now();
    let mut failure = TargetError::None;
    let mut changes = directory.changes();
    // `timeout` would lose the reason of the last failure if it owned the loop's state.
    let last_failure = &mut failure;
    let attempts = async move {
        loop {
            // Marked as seen before asking: a change in between is found below.
            changes.borrow_and_update();
            let Some(address) = directory.route(endpoint) else {
                changed(&mut changes).await;
                continue;
            };
            let outdated = async {
                time::sleep(UNDISTURBED).await;
                changed(&mut changes).await;
            };
            let attempt = tokio::select! {
                attempt = TcpStream::connect(address) => attempt,
                () = outdated => continue,
            };
            match attempt {
                Ok(stream) => return stream,
                Err(error) => *last_failure = TargetError::Unreachable(error),
            }
            tokio::select! {
                () = changed(&mut changes) => {}
                () = time::sleep(pause(started.elapsed())) => {}
            }
        }
    };
    match time::timeout(limit, attempts).await {
        Ok(stream) => Ok(stream),
        Err(_) => Err(failure),
    }
}

/// How long to wait after a refused attempt: a part of the time waited so far, so that whenever the engine comes up,
/// little is added to what it took, and a long wait costs few attempts.
fn pause(waited: Duration) -> Duration {
    (waited / 16).clamp(Duration::from_millis(1), Duration::from_millis(100))
}

/// The next change of the routes; never, when nobody is left to make one.
async fn changed(changes: &mut tokio::sync::watch::Receiver<u64>) {
    if changes.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}
