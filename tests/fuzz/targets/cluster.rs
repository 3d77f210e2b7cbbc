//! Clients of a cluster: requests are never changed; replies are changed only where they tell of a known node.

use std::net::SocketAddr;

use cachette::gateway::fuzzing::Connection;

use super::streams::{Nodes, Streams, contains, endpoint};

/// The longest line that is looked at, in either direction.
const LIMIT: usize = 512;

/// `input` is what the client sends, a line of `====`, and what the engine sends.
pub fn check(input: &[u8]) {
    let streams = Streams::of(input);
    let endpoint = endpoint();
    let engine = SocketAddr::from(([10, 0, 0, 1], 6379));
    let pass = |nodes: Nodes, streams: Streams, host| {
        streams.pass(LIMIT, || Connection::to_cluster(&endpoint, &nodes, engine, [127, 0, 0, 1].into(), host))
    };

    let [requests, replies] = pass(Nodes::Unknown, streams, None);
    assert!(requests == streams.requests, "requests are changed");
    assert!(replies == streams.replies, "replies that name no known node are changed");

    for host in [None, Some("cache.example")] {
        let [requests, replies] = pass(Nodes::Two, streams, host);
        assert!(requests == streams.requests, "requests are changed");
        let is_redirected = [&b"-MOVED "[..], b"-ASK "].into_iter().any(|error| contains(streams.replies, error));
        if !is_redirected && !contains(&streams.requests.to_ascii_uppercase(), b"CLUSTER") {
            assert!(replies == streams.replies, "replies to no question are changed");
        }
    }
}
