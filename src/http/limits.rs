//! How much a client of the API may send and how long it may take. Together they bound the memory that all connections
//! can hold, and the time for which one can keep its place.

use std::time::Duration;

/// Limits on connections and requests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most connections at the same time; more have to wait until one ends, and every idle one does.
    pub connections: usize,
    /// How long a client may take to send a request's head, and how long a connection may lie idle between requests.
    pub head_patience: Duration,
    /// How long a client may take to send a request's body.
    pub body_patience: Duration,
    /// How long an answer may wait for its client to read on.
    pub write_patience: Duration,
    /// The most bytes of a request's line and headers together. Whoever sends more is told 431.
    pub head_bytes: usize,
    /// The most headers. Whoever sends more is told 431.
    pub headers: usize,
    /// The most bytes of a request's path and query. Whoever sends more is told 414.
    pub uri_bytes: usize,
    /// The most bytes of a request's body. Whoever sends more is told 413. The largest sensible request, forty tags
    /// and twenty parameters, is a tenth of the default.
    pub body_bytes: usize,
    /// The most bytes of all bodies together that are being received and are not small. More have to wait.
    pub all_bodies_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 2048,
            head_patience: Duration::from_secs(15),
            body_patience: Duration::from_secs(15),
            write_patience: Duration::from_secs(30),
            head_bytes: 32 << 10,
            headers: 100,
            uri_bytes: 16 << 10,
            body_bytes: 256 << 10,
            all_bodies_bytes: 64 << 20,
        }
    }
}
