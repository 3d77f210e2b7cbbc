//! Sends batches of spans, and tells the log when they stop arriving and when they arrive again.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use http::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use opentelemetry_http::{Bytes, HttpClient, HttpError, hyper::HyperClient};
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::Handle;

/// The client of the exporter, which calls from a thread outside of the runtime.
#[derive(Debug)]
pub(super) struct Client {
    runtime: Handle,
    http: HyperClient<HttpsConnector<HttpConnector>>,
    /// Whether the last batch did not arrive.
    failing: AtomicBool,
}

impl Client {
    /// A client that gives up after `timeout`. The system's certificates are read only where they are needed.
    pub(super) fn new(runtime: Handle, timeout: Duration, encrypted: bool) -> io::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let connector = if encrypted {
            HttpsConnectorBuilder::new().with_provider_and_native_roots(provider)?
        } else {
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .map_err(io::Error::other)?
                .with_root_certificates(RootCertStore::empty())
                .with_no_client_auth();
            HttpsConnectorBuilder::new().with_tls_config(config)
        };
        let connector = connector.https_or_http().enable_http1().build();
        Ok(Self { runtime, http: HyperClient::new(connector, timeout, None), failing: AtomicBool::new(false) })
    }

    /// Tells the log, once, what has become of the traces.
    fn tell(&self, outcome: &Result<Response<Bytes>, HttpError>) {
        let problem = match outcome {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("the collector answers {}", answer.status())),
            Err(error) => Some(with_causes(error.as_ref())),
        };
        let failed_before = self.failing.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) if !failed_before => {
                tracing::warn!(problem, "traces do not arrive and are lost until they do");
            }
            None if failed_before => tracing::info!("traces arrive again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move { http.send_bytes(request).await });
        let outcome = sent.await.unwrap_or_else(|error| Err(error.into()));
        self.tell(&outcome);
        outcome
    }
}

/// What an error says, and what those say that led to it.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
