//! One line of the answer to `CLUSTER NODES`: a node as another node sees it.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
};

use crate::{
    engine::EngineError,
    model::{SLOTS, SlotSet},
};

/// A node of a cluster as one of its nodes sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterNode {
    /// Its name, forty hexadecimal digits that it has for life. While two nodes get to know each other it is another.
    pub id: String,
    /// Where the others reach it; none as long as that is not known, as of a node that has met nobody.
    pub address: Option<SocketAddr>,
    /// The name that it gives to clients.
    pub hostname: Option<String>,
    /// `myself`, `master`, `slave`, `fail?`, `fail`, `handshake`, `noaddr`, `nofailover`, in Redis's words.
    pub flags: BTreeSet<String>,
    /// The node that it is a replica of.
    pub primary_id: Option<String>,
    /// How recent its claim to its slots is. The most recent claim to a slot wins.
    pub epoch: u64,
    /// Whether the two are connected.
    pub link_is_up: bool,
    /// The slots that it owns.
    pub slots: SlotSet,
    /// The slots that it is handing over, by the node that they go to. Only a node itself tells of them.
    pub migrating: BTreeMap<String, SlotSet>,
    /// The slots that it is taking over, by the node that they come from. Only a node itself tells of them.
    pub importing: BTreeMap<String, SlotSet>,
}

impl ClusterNode {
    /// Whether it is the node that was asked.
    #[must_use]
    pub fn is_myself(&self) -> bool {
        self.flags.contains("myself")
    }

    /// Whether it is a primary, with slots or without.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        self.flags.contains("master")
    }

    /// Whether it is a replica.
    #[must_use]
    pub fn is_replica(&self) -> bool {
        self.flags.contains("slave")
    }

    /// Whether it does not answer, as the node that was asked believes or as all agree.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.flags.contains("fail") || self.flags.contains("fail?")
    }

    /// Whether the node that was asked knows it, not only of it.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.flags.contains("handshake") && !self.flags.contains("noaddr")
    }

    /// Reads one line.
    pub(super) fn parse(line: &str) -> Result<Self, EngineError> {
        let wrong = || EngineError::Unintelligible(format!("the node {line:?}"));
        let mut words = line.split_ascii_whitespace();
        let mut word = || words.next().ok_or_else(wrong);
        let (id, place, flags, primary) = (word()?, word()?, word()?, word()?);
        let (_ping_sent, _pong_received) = (word()?, word()?);
        let (epoch, connection) = (word()?, word()?);
        let mut node = Self {
            id: id.to_owned(),
            address: address(place),
            hostname: place.split(',').nth(1).filter(|name| !name.is_empty() && !name.contains('=')).map(str::to_owned),
            flags: flags.split(',').map(str::to_owned).collect(),
            primary_id: (primary != "-").then(|| primary.to_owned()),
            epoch: epoch.parse().map_err(|_| wrong())?,
            link_is_up: connection == "connected",
            slots: SlotSet::default(),
            migrating: BTreeMap::new(),
            importing: BTreeMap::new(),
        };
        let mut owned = Vec::new();
        for word in words {
            let Some(open) = word.strip_prefix('[') else {
                owned.push(word);
                continue;
            };
            let open = open.strip_suffix(']').ok_or_else(wrong)?;
            let (moves, (slot, other)) = match (open.split_once("->-"), open.split_once("-<-")) {
                (Some(parts), _) => (&mut node.migrating, parts),
                (_, Some(parts)) => (&mut node.importing, parts),
                _ => return Err(wrong()),
            };
            let slot = slot.parse().ok().filter(|slot| *slot < SLOTS).ok_or_else(wrong)?;
            let slots = moves.entry(other.to_owned()).or_default();
            *slots = slots.union(&std::iter::once(slot).collect());
        }
        node.slots = owned.join(",").parse().map_err(|_| wrong())?;
        Ok(node)
    }
}

/// The address in `10.0.0.1:6379@16379,name`. IPv6 addresses stand there without brackets.
fn address(place: &str) -> Option<SocketAddr> {
    let (ip, port) = place.split(['@', ',']).next()?.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port > 0)?;
    Some(SocketAddr::new(ip.parse::<IpAddr>().ok()?, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "07c37dfeb235213a872192d90877d0cd55635b91";

    fn node(rest: &str) -> ClusterNode {
        ClusterNode::parse(&format!("{ID} {rest}")).expect("a node")
    }

    #[test]
    fn a_primary_has_slots_and_may_be_moving_some() {
        let node = node(
            "127.0.0.1:30004@31004,host.example,shard-id=69bc myself,master - 0 1426238317239 4 connected \
             0-5460 5462 [93->-b1] [94->-b1] [77-<-c2]",
        );
        assert_eq!(node.address, "127.0.0.1:30004".parse().ok());
        assert_eq!(node.hostname.as_deref(), Some("host.example"));
        assert!(node.is_myself() && node.is_primary() && node.is_known() && node.link_is_up);
        assert_eq!((node.epoch, node.primary_id), (4, None));
        assert_eq!(node.slots.to_string(), "0-5460,5462");
        assert_eq!(node.migrating["b1"].to_string(), "93-94");
        assert_eq!(node.importing["c2"].to_string(), "77");
    }

    #[test]
    fn a_replica_names_its_primary() {
        let node = node("::1:6379@16379,,shard-id=69bc slave,fail? 67ed 1426238316232 0 2 disconnected");
        assert_eq!(node.address, "[::1]:6379".parse().ok());
        assert_eq!((node.hostname.as_deref(), node.primary_id.as_deref()), (None, Some("67ed")));
        assert!(node.is_replica() && node.is_failing() && !node.link_is_up && node.slots.is_empty());
    }

    #[test]
    fn a_node_that_met_nobody_has_no_address() {
        assert_eq!(node(":7000@17000 myself,master - 0 0 0 connected").address, None);
        assert_eq!(node("127.0.0.1:0@0 master,noaddr - 0 0 0 connected").address, None);
        assert!(!node("127.0.0.1:7000@17000 handshake - 0 0 0 connected").is_known());
    }

    #[test]
    fn what_is_no_node_is_told() {
        for rest in
            ["", "a b c d e f", "a master - 0 0 x connected", "a master - 0 0 0 connected [1]", "a - - 0 0 0 up 9-1"]
        {
            let parsed = ClusterNode::parse(&format!("{ID} {rest}"));
            assert!(matches!(parsed, Err(EngineError::Unintelligible(_))), "{rest}");
        }
    }
}
