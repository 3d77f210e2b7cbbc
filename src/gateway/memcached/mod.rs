//! Auto discovery for Memcached clients: `config get cluster` and `get AmazonElastiCache:cluster`, which every node of
//! an `ElastiCache` cluster answers and no stock Memcached knows.
//!
//! Clients send several commands before they read a reply, so an answer of ours has to come at its place among the
//! engine's. To find that place without keeping count of all replies, a discovery command is replaced on its way by
//! `version`, which the engine answers with one line that no other command yields; that line is replaced by the answer
//! on its way back. The client's own `version` commands are counted, so that theirs are left alone.
//!
//! For that it is enough to know where lines begin, and to skip the data blocks of values in both directions. Lines are
//! judged by the engine's own rules (tried on 1.6.18), down to those for malformed commands. Should an engine see one
//! differently, only the connection of the client that sent it suffers.

mod answer;
mod lines;
mod replies;
mod requests;
#[cfg(test)]
mod tests;

use std::{collections::VecDeque, net::IpAddr};

use self::{replies::Replies, requests::Requests};
use super::{
    Directory, EndpointId, GatewaySettings,
    relay::{Passed, Tap},
};

/// Unanswered `version` commands from which on no more requests are read.
const MAX_AWAITED: usize = 1024;

/// What an engine's next `VERSION` line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaited {
    /// The client asked for it.
    Version,
    /// `config get cluster`.
    Configuration,
    /// `get AmazonElastiCache:cluster`.
    LegacyConfiguration,
    /// `config get` of anything else, which no node has.
    UnknownKey,
}

/// What is needed to answer the clients of one connection.
pub(super) struct Discovery<'a> {
    pub(super) endpoint: &'a EndpointId,
    pub(super) directory: &'a dyn Directory,
    pub(super) settings: &'a GatewaySettings,
    /// The address at which this very connection arrived.
    pub(super) local: IpAddr,
}

impl Discovery<'_> {
    /// The bytes to send in place of a `VERSION` line, `None` to leave it.
    fn answer(&self, awaited: Awaited) -> Option<Vec<u8>> {
        let payload = || {
            let membership = self.directory.membership(self.endpoint)?;
            Some(answer::payload(&membership, self.settings.endpoint_host.as_deref(), self.local))
        };
        let answer = match awaited {
            Awaited::Version => return None,
            Awaited::Configuration => payload().map(|payload| answer::configuration(&payload)),
            Awaited::LegacyConfiguration => payload().map(|payload| answer::legacy_configuration(&payload)),
            Awaited::UnknownKey => None,
        };
        Some(answer.unwrap_or_else(answer::nothing).into_bytes())
    }
}

/// Sits in one connection.
pub(super) struct DiscoveryTap<'a> {
    discovery: Discovery<'a>,
    requests: Requests,
    replies: Replies,
    awaited: VecDeque<Awaited>,
}

impl<'a> DiscoveryTap<'a> {
    pub(super) fn new(discovery: Discovery<'a>) -> Self {
        Self { discovery, requests: Requests::default(), replies: Replies::default(), awaited: VecDeque::new() }
    }
}

impl Tap for DiscoveryTap<'_> {
    fn requests<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        self.requests.pass(input, |awaited| self.awaited.push_back(awaited))
    }

    fn replies<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        if self.requests.is_binary() {
            return Passed::unchanged(input);
        }
        self.replies.pass(input, || self.discovery.answer(self.awaited.pop_front()?))
    }

    fn takes_requests(&self) -> bool {
        self.awaited.len() < MAX_AWAITED
    }
}
