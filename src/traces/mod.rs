//! Traces: what a request and a look of the reconciler did and how long each part took, sent to a collector of
//! OpenTelemetry by OTLP where the environment names one. They are made of the same spans as the log.
//!
//! Nothing waits for the collector: spans lie in a queue of bounded length, which a thread of its own sends off. What the
//! queue has no room for is lost, and the log says so.

mod client;
mod request;
mod settings;

use std::time::Duration;

use opentelemetry::{Key, KeyValue, Value, trace::TracerProvider};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

pub use request::RequestTrace;
pub use settings::{Settings, SettingsError};

use client::Client;

/// How long the end of the server may take for the last spans.
const LAST_SPANS: Duration = Duration::from_secs(3);

/// What this program is called where the environment does not name it.
const SERVICE: &str = "cachette";

/// Why there are no traces.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// What the environment says makes no sense.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The system's certificates cannot be read.
    #[error("the certificates that the collector of traces is checked by cannot be read: {0}")]
    Certificates(std::io::Error),
    /// The library refused.
    #[error("traces cannot be exported: {0}")]
    Exporter(#[from] ExporterBuildError),
}

/// The way to a collector. Spans are sent until [`Self::end`].
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Opens the way to the collector. Nothing is sent yet; what is sent is sent on `runtime`.
    ///
    /// # Errors
    /// When the certificates cannot be read, or the library refuses.
    pub fn open(runtime: &Handle, settings: Settings) -> Result<Self, TracesError> {
        let encrypted = settings.endpoint.starts_with("https:");
        let client = Client::new(runtime.clone(), settings.timeout, encrypted).map_err(TracesError::Certificates)?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(settings.endpoint)
            .with_timeout(settings.timeout);
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter.build()?).with_resource(resource()).build();
        Ok(Self { provider })
    }

    /// The part of a subscriber that makes traces of our spans. Those of libraries are left out: the client that sends
    /// traces has some too.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(SERVICE))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_context_activation(false)
            .with_filter(filter_fn(is_ours))
    }

    /// Sends what has not been sent. Blocks, though not for long when the collector cannot be reached.
    pub fn end(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(LAST_SPANS) {
            tracing::warn!(%error, "the last traces are lost");
        }
    }
}

/// Whether a span or an event of the log belongs into traces.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    let most = if metadata.is_span() { Level::DEBUG } else { Level::INFO };
    metadata.target().starts_with(SERVICE) && *metadata.level() <= most
}

/// Whether the log may have what the library says. That a batch was lost is left out: the client says so once, and not
/// every five seconds.
#[must_use]
pub fn is_worth_a_line(metadata: &Metadata<'_>) -> bool {
    metadata.name() != "BatchSpanProcessor.ExportError"
}

/// What sends the traces: what `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say, and what is known besides.
fn resource() -> Resource {
    let named = Resource::builder().build();
    let has = |key: &'static str| named.get(&Key::from_static_str(key)).is_some();
    let is_unnamed = named
        .get(&Key::from_static_str("service.name"))
        .is_none_or(|name| matches!(name, Value::String(name) if name.as_str().starts_with("unknown_service")));
    let known = [
        (is_unnamed, KeyValue::new("service.name", SERVICE)),
        (!has("service.version"), KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))),
        (!has("process.pid"), KeyValue::new("process.pid", i64::from(std::process::id()))),
    ];
    Resource::builder()
        .with_attributes(known.into_iter().filter_map(|(missing, known)| missing.then_some(known)))
        .build()
}
