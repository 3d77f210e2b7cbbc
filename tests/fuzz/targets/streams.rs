//! What holds for every connection through the gateway: how a stream was split into reads makes no difference, nothing
//! is lost, and little is held back.

use std::net::SocketAddr;

use cachette::gateway::{
    Directory, EndpointId, EndpointRole, Member, Membership, NetworkFault, Security, Whereabouts,
    fuzzing::{Connection, Read},
};
use cachette::model::{NodeId, Scope};
use tokio::sync::watch;

/// What stands between the two directions in an input.
const BETWEEN: &[u8] = b"\n====\n";

/// One connection's worth of bytes.
#[derive(Clone, Copy)]
pub struct Streams<'a> {
    pub requests: &'a [u8],
    pub replies: &'a [u8],
}

impl<'a> Streams<'a> {
    /// What the client sends, a line of `====`, what the engine sends.
    pub fn of(input: &'a [u8]) -> Self {
        match input.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
            Some(at) => Self { requests: &input[..at], replies: &input[at + BETWEEN.len()..] },
            None => Self { requests: input, replies: b"" },
        }
    }

    /// What becomes of both, however they are split into reads. `limit` is what may be held back of either.
    pub fn pass<'c>(self, limit: usize, connection: impl Fn() -> Connection<'c>) -> [Vec<u8>; 2] {
        let pass = |length: &mut dyn FnMut() -> usize| {
            let mut connection = connection();
            let requests = feed(self.requests, limit, length, |input| connection.requests(input));
            [requests, feed(self.replies, limit, length, |input| connection.replies(input))]
        };
        let whole = pass(&mut || usize::MAX);
        assert_same(&whole, &pass(&mut || 1), "byte by byte");
        // Any lengths will do, as long as the same input always has the same.
        let mut state =
            self.requests.iter().chain(self.replies).fold(1_u32, |state, byte| mixed(state ^ u32::from(*byte)));
        let mut drawn = || {
            state = mixed(state);
            1 + (state >> 8) as usize % 64
        };
        assert_same(&whole, &pass(&mut drawn), "in pieces");
        whole
    }
}

/// One step of a generator of numbers that look drawn.
fn mixed(state: u32) -> u32 {
    state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)
}

fn assert_same(whole: &[Vec<u8>; 2], split: &[Vec<u8>; 2], how: &str) {
    for (direction, whole, split) in [("requests", &whole[0], &split[0]), ("replies", &whole[1], &split[1])] {
        assert!(
            whole == split,
            "{direction} differ when read {how}:\n{}\n----\n{}",
            whole.escape_ascii(),
            split.escape_ascii()
        );
    }
}

/// Offers `stream` in pieces of these lengths, holding back what is not consumed, as the relay does.
fn feed(
    stream: &[u8],
    limit: usize,
    length: &mut dyn FnMut() -> usize,
    mut pass: impl FnMut(&[u8]) -> Read,
) -> Vec<u8> {
    let (mut output, mut held, mut rest) = (Vec::new(), Vec::new(), stream);
    while !rest.is_empty() {
        let (piece, others) = rest.split_at(length().min(rest.len()));
        rest = others;
        held.extend_from_slice(piece);
        let read = pass(&held);
        output.extend_from_slice(&read.output);
        held.drain(..read.consumed);
        assert!(held.len() <= limit, "{} bytes are held back, {limit} is the limit", held.len());
    }
    output.extend_from_slice(&pass(&[]).output);
    output.extend_from_slice(&held);
    output
}

/// Whether `word` stands anywhere in `bytes`.
pub fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// Tells where nodes are: nowhere at all, or at two addresses.
pub enum Nodes {
    Unknown,
    Two,
}

impl Directory for Nodes {
    fn route(&self, _: &EndpointId) -> Option<SocketAddr> {
        None
    }

    fn membership(&self, _: &EndpointId) -> Option<Membership> {
        match self {
            Self::Unknown => None,
            Self::Two => {
                let node = |id: &str, port| Member { cache_node_id: id.to_owned(), port, at: Whereabouts::default() };
                Some(Membership { version: 1, nodes: vec![node("0001", 17001), node("0002", 17002)] })
            }
        }
    }

    fn public_port(&self, _: &EndpointId, engine: SocketAddr) -> Option<u16> {
        match (self, engine.to_string().as_str()) {
            (Self::Two, "10.0.0.1:6379") => Some(17001),
            (Self::Two, "[fd00::2]:6379") => Some(17002),
            _ => None,
        }
    }

    fn targets(&self, _: &EndpointId) -> Option<Vec<SocketAddr>> {
        None
    }

    fn fault_of(&self, _: SocketAddr) -> Option<NetworkFault> {
        None
    }

    fn security(&self, _: &EndpointId) -> Security {
        Security::default()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        watch::channel(0).1
    }
}

/// The endpoint of the only node there is.
pub fn endpoint() -> EndpointId {
    let scope = Scope::new("000000000000", "us-east-1");
    EndpointId { scope, resource_id: "c".to_owned(), role: EndpointRole::Node(NodeId::FIRST) }
}
