//! What one node knows of its cluster.

use std::{collections::BTreeMap, net::SocketAddr, str::FromStr};

use super::node::ClusterNode;
use crate::{engine::EngineError, model::SlotSet};

/// A cluster as one of its nodes sees it. Nodes may differ for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterView {
    nodes: Vec<ClusterNode>,
}

impl ClusterView {
    /// Every node, those too that only have been heard of.
    #[must_use]
    pub fn nodes(&self) -> &[ClusterNode] {
        &self.nodes
    }

    /// The node that was asked.
    ///
    /// # Panics
    /// Never: an answer without it is refused.
    #[must_use]
    pub fn myself(&self) -> &ClusterNode {
        self.nodes.iter().find(|node| node.is_myself()).expect("every view has it")
    }

    /// The node of this id.
    #[must_use]
    pub fn node(&self, id: &str) -> Option<&ClusterNode> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// The known node that others reach at `peer`. Of several that had the address one after the other it is the one
    /// that answers.
    #[must_use]
    pub fn at(&self, peer: SocketAddr) -> Option<&ClusterNode> {
        let there = self.nodes.iter().filter(|node| node.is_known() && node.address == Some(peer));
        there.min_by_key(|node| node.is_failing())
    }

    /// The slots of every node that owns some, by its id.
    #[must_use]
    pub fn owners(&self) -> BTreeMap<&str, &SlotSet> {
        let owners = self.nodes.iter().filter(|node| !node.slots.is_empty());
        owners.map(|node| (node.id.as_str(), &node.slots)).collect()
    }

    /// The slots that somebody owns.
    #[must_use]
    pub fn owned(&self) -> SlotSet {
        self.nodes.iter().fold(SlotSet::default(), |owned, node| owned.union(&node.slots))
    }
}

impl FromStr for ClusterView {
    type Err = EngineError;

    /// Reads the answer to `CLUSTER NODES`.
    fn from_str(answer: &str) -> Result<Self, EngineError> {
        let lines = answer.lines().filter(|line| !line.trim().is_empty());
        let nodes = lines.map(ClusterNode::parse).collect::<Result<Vec<_>, _>>()?;
        if !nodes.iter().any(ClusterNode::is_myself) {
            return Err(EngineError::Unintelligible("the nodes of a cluster, without the one that was asked".into()));
        }
        Ok(Self { nodes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "aa 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-8191\n\
                          bb 127.0.0.2:7000@17000 master,fail - 0 0 2 disconnected\n\
                          cc 127.0.0.2:7000@17000 master - 0 0 3 connected 8192-16383\n\
                          dd 127.0.0.3:7000@17000 handshake - 0 0 0 connected\n\n";

    #[test]
    fn the_answer_holds_every_node() {
        let view: ClusterView = ANSWER.parse().expect("a view");
        assert_eq!(view.nodes().len(), 4);
        assert_eq!(view.myself().id, "aa");
        assert_eq!(view.owned(), SlotSet::all());
        assert_eq!(view.owners().keys().copied().collect::<Vec<_>>(), ["aa", "cc"]);
        assert_eq!(view.at("127.0.0.2:7000".parse().expect("an address")).map(|node| node.id.as_str()), Some("cc"));
        assert_eq!(view.at("127.0.0.3:7000".parse().expect("an address")), None);
    }

    #[test]
    fn an_answer_without_the_one_that_was_asked_is_refused() {
        assert!("".parse::<ClusterView>().is_err());
        assert!("aa 127.0.0.1:7000@17000 master - 0 0 1 connected".parse::<ClusterView>().is_err());
    }
}
