//! Connections: accepted, bounded in number, and not kept waiting for by slow clients.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore, time::sleep};
use tower::ServiceExt;

/// The most connections at the same time; more have to wait.
const MOST_CONNECTIONS: usize = 4096;

/// How long a client may take to send a request's headers.
const HEADER_PATIENCE: Duration = Duration::from_secs(15);

/// How long to wait after the system could not give another connection.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// The address at the other end of the connection that a request came on.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub SocketAddr);

/// Serves `router` on `listener` until the returned future is dropped.
pub async fn serve(listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Too many open files, say: it passes when others close theirs.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let router = router.clone();
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Peer(peer));
                async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_PATIENCE)
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
}
