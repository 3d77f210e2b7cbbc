//! Makes the engine behind one connection serve reads although it is a replica, as one does that stands in for a primary in
//! another region: `READONLY` is sent before the client's first request, and its answer is kept from the client.
//!
//! An engine that asks for a password first does not take it then. So it is sent again after each login, until one
//! succeeds. Up to that moment engines answer every request with just one reply, so replies can be told apart by counting
//! them; afterwards nothing is counted any more.

use std::{borrow::Cow, collections::VecDeque};

/// What is sent.
pub(super) const READ_ONLY: &[u8] = b"*1\r\n$8\r\nREADONLY\r\n";

/// How far it has come.
#[derive(Debug, Default)]
pub(super) struct Reading {
    stage: Stage,
    /// How many requests were sent, ours among them.
    sent: u64,
    /// How many of them were answered.
    answered: u64,
    /// Which of them are ours and not answered yet.
    ours: VecDeque<u64>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Stage {
    /// The engine is none that this is for, or has agreed.
    #[default]
    Over,
    /// Nothing was sent yet.
    New,
    /// It asks for a login first.
    Waiting,
}

impl Reading {
    /// For a connection to an engine that does or does not stand in for another one.
    pub(super) fn new(stands_in: bool) -> Self {
        Self { stage: if stands_in { Stage::New } else { Stage::Over }, ..Self::default() }
    }

    /// Whether it has to be told of requests, logins and replies.
    pub(super) fn is_under_way(&self) -> bool {
        self.stage != Stage::Over || !self.ours.is_empty()
    }

    /// What goes before the first request.
    pub(super) fn greeting(&mut self) -> Option<Cow<'static, [u8]>> {
        if self.stage != Stage::New {
            return None;
        }
        self.stage = Stage::Waiting;
        self.logged_in()
    }

    /// The client has sent so many more requests.
    pub(super) fn requested(&mut self, requests: u64) {
        self.sent += requests;
    }

    /// The client has sent a login: what goes after it.
    pub(super) fn logged_in(&mut self) -> Option<Cow<'static, [u8]>> {
        if self.stage != Stage::Waiting {
            return None;
        }
        self.ours.push_back(self.sent);
        self.sent += 1;
        Some(Cow::Borrowed(READ_ONLY))
    }

    /// Whether the next reply is none of the client's.
    pub(super) fn is_next_ours(&self) -> bool {
        self.ours.front() == Some(&self.answered)
    }

    /// A reply has come that begins like this.
    pub(super) fn answered(&mut self, reply: &[u8]) {
        if self.is_next_ours() {
            self.ours.pop_front();
            // A user who may not do this will not be let to later either.
            if !reply.starts_with(b"-NOAUTH") {
                self.stage = Stage::Over;
            }
        }
        self.answered += 1;
    }
}
