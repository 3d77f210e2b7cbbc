//! The server's own figures: counted where things happen, and read by whoever asks. They are numbers only, and what they
//! are labelled with is known when the program is built, so that nobody can make them grow.

use std::time::Duration;

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

/// A label with its value.
type Label = (&'static str, &'static str);

/// The figures. All parts of a server count in the same.
#[derive(Debug)]
pub struct Figures {
    registry: Registry,
    requests: Family<[Label; 3], Counter>,
    request_seconds: Counter<f64>,
    runs: Family<[Label; 2], Counter>,
    known: Gauge,
    running: Gauge,
    accepted: Counter,
    refused: Counter,
    connections: Gauge,
    traffic: Traffic,
}

/// The bytes that the gateway has carried. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// From clients to engines.
    pub requests: Counter,
    /// From engines to clients.
    pub replies: Counter,
}

/// A connection of the gateway, counted as long as this lives.
#[derive(Debug)]
pub struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Figures {
    fn default() -> Self {
        Self::new()
    }
}

impl Figures {
    /// Figures that count from nothing.
    #[must_use]
    pub fn new() -> Self {
        let mut figures = Self {
            registry: Registry::default(),
            requests: Family::default(),
            request_seconds: Counter::default(),
            runs: Family::default(),
            known: Gauge::default(),
            running: Gauge::default(),
            accepted: Counter::default(),
            refused: Counter::default(),
            connections: Gauge::default(),
            traffic: Traffic::default(),
        };
        figures.register();
        figures
    }

    fn register(&mut self) {
        let Self { registry, requests, request_seconds, runs, known, running, accepted, refused, connections, traffic } =
            self;
        let Traffic { requests: received, replies: sent } = traffic;
        registry.register(
            "cachette_requests",
            "Requests of APIs, by the error they were answered with",
            requests.clone(),
        );
        registry.register("cachette_request_seconds", "The time that requests took", request_seconds.clone());
        registry.register("cachette_reconciles", "Runs that made the world match the records", runs.clone());
        registry.register("cachette_reconcile_queue", "Things that are worked on, or wait for it", known.clone());
        registry.register("cachette_reconciles_running", "Things that are worked on now", running.clone());
        registry.register(
            "cachette_gateway_connections",
            "Connections to endpoints that are open",
            connections.clone(),
        );
        registry.register("cachette_gateway_accepted", "Connections to endpoints that were accepted", accepted.clone());
        registry.register(
            "cachette_gateway_refused",
            "Connections to endpoints that there was no place for",
            refused.clone(),
        );
        registry.register("cachette_gateway_received_bytes", "Bytes from clients to engines", received.clone());
        registry.register("cachette_gateway_sent_bytes", "Bytes from engines to clients", sent.clone());
    }

    /// All of them, for the encoder.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Notes a request of `api` that took so long. `error` is the code that it was answered with, empty for none.
    pub fn request(&self, api: &'static str, operation: &'static str, error: &'static str, took: Duration) {
        self.requests.get_or_create(&[("api", api), ("operation", operation), ("error", error)]).inc();
        self.request_seconds.inc_by(took.as_secs_f64());
    }

    /// Notes a run about `subject`, and how it ended.
    pub fn run(&self, subject: &'static str, outcome: &'static str) {
        self.runs.get_or_create(&[("subject", subject), ("outcome", outcome)]).inc();
    }

    /// Tells how many things there are to work on, of which so many are worked on.
    pub fn queue(&self, known: usize, running: usize) {
        let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
        self.known.set(number(known));
        self.running.set(number(running));
    }

    /// Notes a connection to an endpoint.
    #[must_use]
    pub fn connected(&self) -> Connected {
        self.accepted.inc();
        self.connections.inc();
        Connected(self.connections.clone())
    }

    /// Notes a connection that there is no place for.
    pub fn refused(&self) {
        self.refused.inc();
    }

    /// Where bytes are counted.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.traffic.clone()
    }
}
