//! The trace of one request to the API: whose it continues, and what is known of it.
//! <https://opentelemetry.io/docs/specs/semconv/rpc/>

use http::HeaderMap;
use opentelemetry::{
    KeyValue,
    propagation::TextMapPropagator,
    trace::{Status, TraceContextExt},
};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// What a span of a request tells traces beside what it tells the log. Where there are no traces it does nothing.
pub struct RequestTrace<'a>(pub &'a Span);

impl RequestTrace<'_> {
    /// Makes the request part of the caller's trace, if the caller has one. The span must not have been entered.
    /// <https://www.w3.org/TR/trace-context/>
    pub fn continues(&self, headers: &HeaderMap) {
        if headers.contains_key("traceparent") {
            let caller = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
            // It fails where there are no traces, and in no other way before the span is entered.
            let _ = self.0.set_parent(caller);
        }
    }

    /// Tells which operation of which service is meant, in which account and region.
    pub fn names(&self, service: &'static str, operation: &'static str, account: &str, region: &str) {
        let context = self.0.context();
        let span = context.span();
        if span.is_recording() {
            span.update_name(operation);
            span.set_attributes([
                KeyValue::new("rpc.system", "aws-api"),
                KeyValue::new("rpc.service", service),
                KeyValue::new("rpc.method", operation),
                KeyValue::new("cloud.account.id", account.to_owned()),
                KeyValue::new("cloud.region", region.to_owned()),
            ]);
        }
    }

    /// Tells what the answer is: its status, and the code of the error if it is one.
    pub fn answers(&self, status: u16, error: Option<&'static str>) {
        self.0.set_attribute("http.response.status_code", i64::from(status));
        if let Some(code) = error {
            self.0.set_attribute("error.type", code);
        }
        // What the caller did wrong is no error of the server.
        if status >= 500 {
            self.0.set_status(Status::error(error.unwrap_or_default()));
        }
    }
}
