//! Asks a server whether it is up, for health checks of containers that have no other program to ask with. It must not
//! need anything of the server but its address.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use bytes::Bytes;
use http::{StatusCode, Uri};
use http_body_util::Empty;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::time::timeout;

/// Why a server is not up, as far as can be seen from outside.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    /// Nobody is there, or what is there does not speak HTTP.
    #[error("no server answers at {address}: {source}")]
    NoAnswer {
        /// Where it was asked.
        address: SocketAddr,
        /// What went wrong.
        source: hyper_util::client::legacy::Error,
    },
    /// It takes too long.
    #[error("the server at {0} does not answer in {1:?}")]
    TooLate(SocketAddr, Duration),
    /// It answers with something else than that it is well.
    #[error("the server at {0} answers with status {1}")]
    Status(SocketAddr, StatusCode),
}

/// Asks the server that listens on `listen`, and waits for its answer for at most `patience`.
///
/// # Errors
/// When the answer is not that it is up.
///
/// # Panics
/// Outside a tokio runtime.
pub async fn ask(listen: SocketAddr, patience: Duration) -> Result<(), HealthError> {
    let address = SocketAddr::new(reachable(listen.ip()), listen.port());
    let uri = Uri::builder().scheme("http").authority(address.to_string()).path_and_query("/_cachette/health").build();
    let uri = uri.expect("an address is an authority");
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<Bytes>>(HttpConnector::new());
    match timeout(patience, client.get(uri)).await {
        Ok(Ok(answer)) if answer.status() == StatusCode::OK => Ok(()),
        Ok(Ok(answer)) => Err(HealthError::Status(address, answer.status())),
        Ok(Err(source)) => Err(HealthError::NoAnswer { address, source }),
        Err(_) => Err(HealthError::TooLate(address, patience)),
    }
}

/// An address at which a server that listens on `ip` is found from its own machine.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::get};
    use tokio::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    /// Where a server listens that answers with `status`, on every address.
    async fn server(status: StatusCode) -> SocketAddr {
        let listener = TcpListener::bind("0.0.0.0:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let router = Router::new().route("/_cachette/health", get(move || async move { status }));
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    #[tokio::test]
    async fn a_server_is_up_when_it_says_so() {
        assert!(ask(server(StatusCode::OK).await, PATIENCE).await.is_ok());
        let unwell = ask(server(StatusCode::SERVICE_UNAVAILABLE).await, PATIENCE).await;
        assert!(matches!(unwell, Err(HealthError::Status(_, StatusCode::SERVICE_UNAVAILABLE))), "{unwell:?}");
    }

    #[tokio::test]
    async fn nobody_and_silence_are_told_apart() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let silent = ask(address, Duration::from_millis(50)).await;
        assert!(matches!(silent, Err(HealthError::TooLate(..))), "{silent:?}");
        drop(listener);
        let nobody = ask(address, PATIENCE).await;
        assert!(matches!(nobody, Err(HealthError::NoAnswer { .. })), "{nobody:?}");
    }
}
