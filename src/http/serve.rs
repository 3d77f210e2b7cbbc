//! Connections: accepted, bounded in number, and not kept waiting for by slow clients.
//!
//! A client that is slow, by intent or not, holds nothing but its place, and that not for long: hyper closes the
//! connection when a request's head does not come in time, also between requests, the guard answers when a body does
//! not, and an answer that nobody reads is given up.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore, time::sleep};
use tokio_io_timeout::TimeoutWriter;
use tower::ServiceExt;

use super::Limits;

/// How long to wait after the system could not give another connection.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// Serves `router` on `listener` until the returned future is dropped. Requests carry the client's address as
/// [`ConnectInfo`].
pub async fn serve(listener: TcpListener, router: Router, limits: Limits) {
    let places = Arc::new(Semaphore::new(limits.connections));
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
            let service = service_fn(move |mut request: Request<Incoming>| {
                let router = router.clone();
                request.extensions_mut().insert(ConnectInfo(peer));
                async move {
                    Ok::<_, Infallible>(
                        router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}),
                    )
                }
            });
            let mut stream = TimeoutWriter::new(stream);
            stream.set_timeout(Some(limits.write_patience));
            let stream = pin!(stream);
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.head_patience)
                .max_headers(limits.headers)
                .max_buf_size(limits.head_bytes)
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
}
