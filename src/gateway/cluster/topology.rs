//! The answers that list nodes with their addresses: which there are, and what each begins with.

use std::borrow::Cow;

use super::{cursor::Cursor, framing::Stop, nodes, shards, slots, viewer::Viewer};

/// A question whose answer lists nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topology {
    /// `CLUSTER SLOTS`.
    Slots,
    /// `CLUSTER SHARDS`.
    Shards,
    /// `CLUSTER NODES`.
    Nodes,
    /// `CLUSTER REPLICAS`, and `CLUSTER SLAVES`, its old name.
    Replicas,
}

impl Topology {
    const ALL: [Self; 4] = [Self::Slots, Self::Shards, Self::Nodes, Self::Replicas];

    /// What `CLUSTER <subcommand>` asks for, in a request of so many arguments with these two.
    pub(super) fn asked_by(subcommand: &[u8], arguments: u64) -> Option<Self> {
        let is = |name: &[u8]| subcommand.eq_ignore_ascii_case(name);
        match arguments {
            2 if is(b"SLOTS") => Some(Self::Slots),
            2 if is(b"SHARDS") => Some(Self::Shards),
            2 if is(b"NODES") => Some(Self::Nodes),
            3 if is(b"REPLICAS") || is(b"SLAVES") => Some(Self::Replicas),
            _ => None,
        }
    }

    /// Tells by its beginning whether a reply may be the answer. It says that the beginning is too short only of replies
    /// that are not whole, so a reply never waits for what comes after it.
    fn begins(self, input: &[u8]) -> Result<(), Stop> {
        let mut cursor = Cursor::new(input);
        match self {
            Self::Slots => slots::begins(&mut cursor),
            Self::Shards => shards::begins(&mut cursor),
            Self::Nodes => nodes::begins(&mut cursor),
            Self::Replicas => {
                at_least(1, cursor.array()?)?;
                nodes::begins(&mut cursor)
            }
        }
    }

    /// The answer as the client is to see it, [`Stop::Wrong`] when `reply` is something else, or names no known engine.
    pub(super) fn rewrite<'a>(self, reply: &'a [u8], viewer: &Viewer) -> Result<Cow<'a, [u8]>, Stop> {
        let edits = match self {
            Self::Slots => slots::rewrite(reply, viewer)?,
            Self::Shards => shards::rewrite(reply, viewer)?,
            Self::Nodes => nodes::rewrite(reply, viewer)?,
            Self::Replicas => nodes::rewrite_list(reply, viewer)?,
        };
        if edits.any() { Ok(edits.finish(reply.len())) } else { Err(Stop::Wrong) }
    }
}

/// Makes sure that there are as many as there must be.
pub(super) fn at_least(least: usize, count: usize) -> Result<usize, Stop> {
    if count >= least { Ok(count) } else { Err(Stop::Wrong) }
}

/// The questions that have no answer yet.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    counts: [u32; Topology::ALL.len()],
}

impl Unanswered {
    pub(super) fn any(&self) -> bool {
        self.counts != [0; Topology::ALL.len()]
    }

    pub(super) fn asked(&mut self, topology: Topology) {
        let count = &mut self.counts[topology as usize];
        *count = count.saturating_add(1);
    }

    pub(super) fn answered(&mut self, topology: Topology) {
        let count = &mut self.counts[topology as usize];
        *count = count.saturating_sub(1);
    }

    /// Which of them a reply that begins like this may answer.
    pub(super) fn begun(&self, input: &[u8]) -> Result<Topology, Stop> {
        let mut found = Stop::Wrong;
        for topology in Topology::ALL.into_iter().filter(|topology| self.counts[*topology as usize] > 0) {
            match topology.begins(input) {
                Ok(()) => return Ok(topology),
                Err(Stop::Short) => found = Stop::Short,
                Err(Stop::Wrong) => {}
            }
        }
        Err(found)
    }
}
