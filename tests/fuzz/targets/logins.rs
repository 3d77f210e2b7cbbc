//! Logins by IAM: tokens are replaced, and nothing else is changed.

use std::{net::SocketAddr, sync::LazyLock};

use cachette::gateway::{EndpointId, Grant, IamLogin, Login, fuzzing::Connection};
use tokio::runtime::{Builder, Runtime};

use super::streams::{Nodes, Streams, contains, endpoint};

/// The longest login that is looked at. What the tap of clusters holds back comes on top.
const LIMIT: usize = 16 * 1024 + 512;

/// What is due at the end of a session runs here.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime"));

/// Lets `iam` in with any token, and knows no other user.
struct Known;

impl IamLogin for Known {
    fn judge(&self, _: &EndpointId, user: &str, _: &str) -> Login {
        if user != "iam" {
            return Login::NotIam;
        }
        Login::Granted(Grant { password: "password".to_owned(), over: Box::pin(std::future::pending()) })
    }
}

/// `input` is what the client sends, a line of `====`, and what the engine sends.
pub fn check(input: &[u8]) {
    let _runtime = RUNTIME.enter();
    let streams = Streams::of(input);
    let endpoint = endpoint();
    let engine = SocketAddr::from(([10, 0, 0, 1], 6379));
    let [requests, replies] = streams.pass(LIMIT, || {
        Connection::to_cluster(&endpoint, &Nodes::Unknown, engine, [127, 0, 0, 1].into(), None)
            .with_logins(&endpoint, &Known)
    });
    assert!(replies == streams.replies, "replies are changed");
    if !contains(streams.requests, b"iam") {
        assert!(requests == streams.requests, "requests that name no user of IAM are changed");
    }
}
