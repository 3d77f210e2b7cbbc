//! A fault that a user asked for, to see what their programs do when a cache fails.
//!
//! A fault whose record is there is in effect: whoever asks what is wrong need not know the time. It ends with its
//! record, which goes when its time is up, when it is healed, or with what it is about.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{CacheCluster, CacheNode, NodeId, Observed, Scope, Succession};

/// For how long a node has to be cut off until that is noticed: as if it were asked for a sign of life once a second,
/// and lost after the second question without an answer. `ElastiCache` takes tens of seconds, which no test should have
/// to wait for.
const CUT_NOTICED_AFTER: TimeDelta = TimeDelta::seconds(2);

/// A fault that a user asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Its identifier: a UUID.
    pub id: String,
    /// What is wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// With what it is wrong.
    pub target: FaultTarget,
    /// When it began.
    pub since: DateTime<Utc>,
    /// When it ends by itself; `None` for one that lasts until it is healed.
    pub until: Option<DateTime<Utc>>,
    /// Whether the server has noticed that the nodes are gone. From then on they are down: no engine of theirs runs
    /// until the fault is over.
    pub noticed: bool,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// Connections of clients are refused. The server does not notice.
    Refuse,
    /// Nothing is carried between clients and the nodes. When it has lasted a while, the nodes are down.
    Cut,
    /// What clients and nodes say to each other arrives later. The server does not notice.
    Delay {
        /// By how many milliseconds, in each direction.
        milliseconds: u64,
    },
    /// The machines of the nodes have failed: the nodes are down at once.
    Outage,
}

/// What a fault is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FaultTarget {
    /// One node.
    Node {
        /// Its cluster.
        cache_cluster_id: String,
        /// Which of the cluster's nodes.
        cache_node_id: NodeId,
    },
    /// Every node in a zone, also those that come later.
    Zone {
        /// The zone's name, such as `us-east-1a`.
        availability_zone: String,
    },
    /// Every node of a replication group, also those that come later.
    Group {
        /// The group.
        replication_group_id: String,
    },
    /// Every engine behind a serverless cache, also those that come later. The record of such a fault is where the
    /// records of these engines are.
    ServerlessCache {
        /// The cache.
        serverless_cache_name: String,
    },
}

impl Fault {
    /// Whether its time is up.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// When the server notices that the nodes are gone, as long as it has not.
    #[must_use]
    pub fn noticed_at(&self) -> Option<DateTime<Utc>> {
        match self.kind {
            _ if self.noticed => None,
            FaultKind::Refuse | FaultKind::Delay { .. } => None,
            FaultKind::Outage => Some(self.since),
            FaultKind::Cut => Some(self.since + CUT_NOTICED_AFTER),
        }
    }

    /// When something changes about it next, if nobody does anything.
    #[must_use]
    pub fn due(&self) -> Option<DateTime<Utc>> {
        self.until.into_iter().chain(self.noticed_at()).min()
    }

    /// Whether it keeps a node down.
    #[must_use]
    pub fn keeps_down(&self, cluster: &CacheCluster, node: NodeId) -> bool {
        self.noticed && self.target.covers(cluster, node)
    }
}

impl FaultTarget {
    /// Where the records are of what the fault is about, for a fault that was asked for in `scope`.
    #[must_use]
    pub fn scope(&self, scope: &Scope) -> Scope {
        match self {
            Self::ServerlessCache { .. } => scope.behind_serverless(),
            _ => scope.clone(),
        }
    }

    /// Whether a node of `cluster`, which is one of the fault's account and region, is among what the fault is about.
    #[must_use]
    pub fn covers(&self, cluster: &CacheCluster, node: NodeId) -> bool {
        match self {
            Self::Node { cache_cluster_id, cache_node_id } => *cache_cluster_id == cluster.id && *cache_node_id == node,
            Self::Zone { availability_zone } => {
                cluster.nodes.get(&node).is_some_and(|node| node.availability_zone == *availability_zone)
            }
            Self::Group { replication_group_id } => {
                cluster.membership.as_ref().is_some_and(|at| at.replication_group_id == *replication_group_id)
            }
            Self::ServerlessCache { serverless_cache_name } => cluster.cache_id() == serverless_cache_name,
        }
    }
}

impl CacheNode {
    /// Whether an engine of the node is known to run.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.engines.values().any(|engine| engine.running().is_some())
    }

    /// Notes that the machine under the node has failed, and every engine on it. What may be left of them is ended before
    /// the next one is started, which is another incarnation and empty.
    fn fail(&mut self) {
        self.engines.values_mut().for_each(|engine| *engine = Observed::Unknown);
        self.recovering |= self.created.is_some();
        self.renew(Succession::Replace);
    }
}

impl CacheCluster {
    /// Notes that the machine under a node has failed; answers the message of the event that tells of it. Nothing
    /// happens to a node without engines, or on its way out.
    pub fn take_down(&mut self, id: NodeId) -> Option<String> {
        let is_deleted = self.deleted.is_some();
        let node = self.nodes.get_mut(&id).filter(|node| !node.leaving && !is_deleted && !node.engines.is_empty())?;
        let was_seen = !node.recovering && node.created.is_some();
        let ran = node.is_running();
        node.fail();
        (was_seen || ran).then(|| format!("Recovering cache nodes {id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(kind: FaultKind) -> Fault {
        let since = "2026-01-01T00:00:00Z".parse().expect("a time");
        let target = FaultTarget::Zone { availability_zone: "us-east-1a".into() };
        Fault { id: "f".into(), kind, target, since, until: None, noticed: false }
    }

    #[test]
    fn records_read_back_as_they_were_written() {
        let targets = [
            FaultTarget::Zone { availability_zone: "us-east-1a".into() },
            FaultTarget::Group { replication_group_id: "g".into() },
            FaultTarget::Node { cache_cluster_id: "c".into(), cache_node_id: NodeId::FIRST },
        ];
        for kind in [FaultKind::Refuse, FaultKind::Cut, FaultKind::Delay { milliseconds: 7 }, FaultKind::Outage] {
            for target in targets.clone() {
                let fault = Fault { target, ..fault(kind) };
                let text = serde_json::to_string(&fault).expect("JSON");
                assert_eq!(serde_json::from_str::<Fault>(&text).expect("a fault"), fault, "{text}");
            }
        }
    }

    #[test]
    fn only_what_takes_nodes_down_is_noticed() {
        let since = fault(FaultKind::Cut).since;
        assert_eq!(fault(FaultKind::Outage).due(), Some(since));
        assert_eq!(fault(FaultKind::Cut).due(), Some(since + CUT_NOTICED_AFTER));
        assert_eq!(fault(FaultKind::Delay { milliseconds: 1 }).due(), None);
        assert_eq!(fault(FaultKind::Refuse).due(), None);
        assert_eq!(Fault { noticed: true, ..fault(FaultKind::Cut) }.due(), None);
        let until = since + TimeDelta::seconds(1);
        assert_eq!(Fault { until: Some(until), ..fault(FaultKind::Cut) }.due(), Some(until));
        assert_eq!(Fault { until: Some(until), noticed: true, ..fault(FaultKind::Outage) }.due(), Some(until));
    }
}
