//! A node of a cache cluster: what is wanted of it, and what is known of the engines behind it.

use std::{collections::BTreeMap, net::SocketAddr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Failure, Observed, Running, Settings};

/// The most nodes a node number can count: ids have four digits.
const HIGHEST: u16 = 9999;

/// A cache node id: `0001`, `0002`, ... Redis and Valkey clusters have just `0001`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NodeId(u16);

impl NodeId {
    /// The first node of a cluster.
    pub const FIRST: Self = Self(1);

    /// The node with this number, counted from one.
    #[must_use]
    pub fn new(number: u16) -> Option<Self> {
        (1..=HIGHEST).contains(&number).then_some(Self(number))
    }

    /// The lowest ids that are not among `taken`, in order. Terraform relies on ids being `0001` to `N`.
    pub fn free(taken: impl Fn(Self) -> bool) -> impl Iterator<Item = Self> {
        (1..=HIGHEST).map(Self).filter(move |id| !taken(*id))
    }
}

impl std::fmt::Display for NodeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

impl std::str::FromStr for NodeId {
    type Err = InvalidNodeId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).and_then(Self::new).ok_or_else(|| InvalidNodeId(text.to_owned()))
    }
}

impl TryFrom<String> for NodeId {
    type Error = InvalidNodeId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<NodeId> for String {
    fn from(id: NodeId) -> Self {
        id.to_string()
    }
}

/// A text that is no node id: four digits, not all zero.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no cache node id")]
pub struct InvalidNodeId(String);

/// A node of a cache cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacheNode {
    /// The availability zone it is shown in.
    pub availability_zone: String,
    /// When its engine first answered; `None` until then.
    pub created: Option<DateTime<Utc>>,
    /// The port of its endpoint, from the moment the gateway has opened it. Never changes afterwards.
    pub port: Option<u16>,
    /// The node is to go.
    pub leaving: bool,
    /// Which incarnation of the engine is wanted. It rises when the engine has to be started anew.
    pub generation: u32,
    /// How the wanted incarnation takes over from the one before.
    pub succession: Succession,
    /// What is known of each incarnation that may exist.
    pub engines: BTreeMap<u32, Observed>,
    /// Where other engines reached the last engine that is not known to run any more. They may go on telling clients of
    /// it for a while, and clients are then led to this node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_peer: Option<SocketAddr>,
    /// Its engine was lost, and is being replaced.
    pub recovering: bool,
    /// Why the node is not where it should be, when something failed.
    pub failure: Option<Failure>,
}

/// How one incarnation of a node's engine follows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Succession {
    /// The first one, or one that replaces an engine that was lost.
    Start,
    /// The user asked for a reboot: the old engine is ended first, and its data is lost.
    Reboot,
    /// The old engine is ended first, and its data is lost: Memcached with another version.
    Replace,
    /// The new engine copies the data of the old one, then takes its place.
    Handover,
}

impl CacheNode {
    /// A node that is to be started in `availability_zone`.
    #[must_use]
    pub fn new(availability_zone: String) -> Self {
        Self {
            availability_zone,
            created: None,
            port: None,
            leaving: false,
            generation: 1,
            succession: Succession::Start,
            engines: BTreeMap::new(),
            former_peer: None,
            recovering: false,
            failure: None,
        }
    }

    /// Asks for a new incarnation of the engine.
    pub fn renew(&mut self, succession: Succession) {
        self.generation += 1;
        self.succession = succession;
    }

    /// Notes that an incarnation of the engine may exist, and may not.
    pub fn doubt(&mut self, generation: u32) {
        if let Some(Observed::Running(before)) = self.engines.insert(generation, Observed::Unknown) {
            self.former_peer = Some(before.peer);
        }
    }

    /// Notes that an incarnation of the engine was lost without anybody asking for it. In a replication group the next
    /// one is another incarnation: others may still look for the lost one under its address and password, and must not
    /// find an empty engine there.
    pub fn lose(&mut self, generation: u32, is_member: bool) {
        self.doubt(generation);
        // An old engine may be lost while its successor is there already.
        self.recovering |= self.current().is_none();
        if is_member && generation == self.generation {
            let has_data_elsewhere = self.engines.values().any(|observed| observed.running().is_some());
            self.renew(if has_data_elsewhere { Succession::Handover } else { Succession::Replace });
        }
    }

    /// Forgets how the wanted incarnation came about, once it is all that is left: should it be lost, that is another
    /// matter.
    pub fn close_succession(&mut self) {
        if self.current().is_some() && self.engines.len() == 1 {
            self.succession = Succession::Start;
        }
    }

    /// The engine that answers clients now: while a handover lasts, that is still the old one.
    #[must_use]
    pub fn serving(&self) -> Option<&Running> {
        self.engines.values().find_map(Observed::running)
    }

    /// The wanted incarnation, when it runs.
    #[must_use]
    pub fn current(&self) -> Option<&Running> {
        self.engines.get(&self.generation).and_then(Observed::running)
    }

    /// Whether a new engine has to take the place of the wanted one, with its data, to get the settings `wanted`.
    #[must_use]
    pub fn needs_successor(&self, wanted: &Settings) -> bool {
        let renamed = |settings: &Settings| settings.parameters.get("rename-commands").cloned().unwrap_or_default();
        self.current().is_some_and(|running| {
            let present = &running.settings;
            renamed(present) != renamed(wanted) || present.is_clustered() != wanted.is_clustered()
        })
    }

    /// Whether the node is just as it should be: the wanted incarnation runs and no other may exist.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.leaving && self.port.is_some() && self.current().is_some() && self.engines.len() == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_ids_are_four_digits() {
        assert_eq!(NodeId::FIRST.to_string(), "0001");
        assert_eq!("0040".parse::<NodeId>().expect("an id"), NodeId(40));
        for text in ["", "1", "0000", "00001", "+001", "abcd"] {
            assert!(text.parse::<NodeId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_node_that_was_rebooted_once_is_not_rebooting_when_its_engine_is_lost() {
        let mut node = CacheNode::new("us-east-1a".into());
        node.renew(Succession::Reboot);
        let settings = Settings {
            engine: crate::model::Engine::Redis,
            engine_version: "7.0.7".parse().expect("a version"),
            cache_node_type: "cache.t3.micro".into(),
            parameters: BTreeMap::new(),
            access: crate::model::Access::Open,
        };
        let address = ([127, 0, 0, 1], 1).into();
        let running = Running::new("1".into(), address, settings);
        node.engines.insert(1, Observed::Unknown);
        node.engines.insert(2, Observed::Running(Box::new(running)));
        node.close_succession();
        assert_eq!(node.succession, Succession::Reboot);
        node.engines.remove(&1);
        node.close_succession();
        assert_eq!(node.succession, Succession::Start);
    }

    #[test]
    fn the_lowest_free_ids_come_first() {
        let taken = [NodeId(1), NodeId(3)];
        let free: Vec<_> = NodeId::free(|id| taken.contains(&id)).take(2).collect();
        assert_eq!(free, [NodeId(2), NodeId(4)]);
    }
}
