//! Clients of Memcached: only discovery commands are replaced, and only `VERSION` lines that answer them.

use cachette::gateway::{GatewaySettings, fuzzing::Connection};

use super::streams::{Nodes, Streams, contains, endpoint};

/// The longest line that is looked at.
const LIMIT: usize = 2048;

/// `input` is what the client sends, a line of `====`, and what the engine sends.
pub fn check(input: &[u8]) {
    let streams = Streams::of(input);
    let endpoint = endpoint();
    let settings = GatewaySettings::new([127, 0, 0, 1].into(), 17001..=17002);
    for nodes in [Nodes::Unknown, Nodes::Two] {
        let [requests, replies] =
            streams.pass(LIMIT, || Connection::to_memcached(&endpoint, &nodes, &settings, settings.listen));
        if requests == streams.requests {
            assert!(replies == streams.replies, "replies are changed though nothing of ours was asked");
        }
        // Each of ours is a line, and stays one.
        let lines = |stream: &[u8]| stream.split(|byte| *byte == b'\n').count();
        assert_eq!(lines(&requests), lines(streams.requests), "requests are lost or made");
        if !contains(streams.requests, b"config") && !contains(streams.requests, b"AmazonElastiCache:cluster") {
            assert!(requests == streams.requests, "requests that are not ours are changed");
        }
    }
}
