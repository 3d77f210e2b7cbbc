//! What was done about a service update for one replication group or cache cluster. Where each node stands, and the
//! whole, is computed from it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CacheCluster, NodeId, ReplicationGroup, Scope};

/// An update that somebody asked to be applied, or that applies itself. Where neither is so, there is no record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UpdateAction {
    /// Whose it is, and where.
    pub scope: Scope,
    /// The update's name and what it is for, which together are its identifier.
    pub id: String,
    /// The service update.
    pub service_update: String,
    /// What it is applied to.
    pub target: UpdateTarget,
    /// Tells the target from another one that had the same identifier before or will have it later.
    pub target_uid: String,
    /// Who asked for it last.
    #[serde(default)]
    pub initiated_by: UpdateInitiator,
    /// When it was last asked for.
    pub requested: DateTime<Utc>,
    /// How far it is.
    pub state: UpdateState,
    /// When the state last changed, or that of a node.
    pub modified: DateTime<Utc>,
    /// The nodes that were begun, in that order. All but the last one are done.
    pub nodes: Vec<NodeUpdate>,
}

/// When the nodes of a cluster are to be replaced, as their owner was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedReplacement {
    /// When the maintenance window opens.
    pub start: DateTime<Utc>,
    /// When it closes.
    pub end: DateTime<Utc>,
}

/// Who asks for an update to be applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateInitiator {
    /// A user.
    #[default]
    Customer,
    /// Nobody did by the recommended date, so that it applies itself.
    System,
}

/// What an update is applied to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateTarget {
    /// A cache cluster that is in no replication group.
    CacheCluster(String),
    /// A replication group.
    ReplicationGroup(String),
}

/// How far an update is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateState {
    /// One node after the other is being replaced.
    Applying,
    /// The node that is being replaced is the last one.
    Stopping,
    /// Some nodes were not replaced, because somebody asked for an end.
    Stopped,
    /// All nodes there were have been replaced.
    Complete,
}

/// A node that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeUpdate {
    /// The cluster the node is of.
    pub cache_cluster_id: String,
    /// The node.
    pub cache_node_id: NodeId,
    /// The incarnation of its engine that is the first one with the update.
    pub generation: u32,
    /// When it was begun.
    pub started: DateTime<Utc>,
    /// When it was done.
    pub ended: Option<DateTime<Utc>>,
}

/// Where an action stands as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateActionStatus {
    /// Nobody has asked for it.
    NotApplied,
    /// Nobody has asked for it, and it applies itself in the next maintenance window.
    Scheduled,
    /// No node was begun yet.
    WaitingToStart,
    /// Nodes are being replaced.
    InProgress,
    /// It was asked to end, and a node is still being replaced.
    Stopping,
    /// It ended before all nodes were replaced.
    Stopped,
    /// All nodes have been replaced.
    Complete,
}

impl UpdateTarget {
    /// The identifier of what is done about an update for it.
    #[must_use]
    pub fn action_id(&self, service_update: &str) -> String {
        match self {
            Self::CacheCluster(id) => format!("{service_update} cluster {id}"),
            Self::ReplicationGroup(id) => format!("{service_update} replicationgroup {id}"),
        }
    }
}

impl UpdateAction {
    /// Whether there is something left to do.
    #[must_use]
    pub fn is_active(&self) -> bool {
        matches!(self.state, UpdateState::Applying | UpdateState::Stopping)
    }

    /// Whether it is about this very group.
    #[must_use]
    pub fn is_of_group(&self, group: &ReplicationGroup) -> bool {
        self.target == UpdateTarget::ReplicationGroup(group.id.clone()) && self.target_uid == group.uid
    }

    /// Whether it is about this very cluster.
    #[must_use]
    pub fn is_of_cluster(&self, cluster: &CacheCluster) -> bool {
        self.target == UpdateTarget::CacheCluster(cluster.id.clone())
            && self.target_uid == cluster.uid
            && cluster.membership.is_none()
    }

    /// The node that is being replaced.
    #[must_use]
    pub fn in_work(&self) -> Option<&NodeUpdate> {
        self.nodes.last().filter(|node| node.ended.is_none())
    }

    /// What was done about a node. A node that came after another one of the same name counts for itself.
    #[must_use]
    pub fn of_node(&self, cluster: &CacheCluster, node: NodeId) -> Option<&NodeUpdate> {
        let is_it = |update: &&NodeUpdate| update.cache_cluster_id == cluster.id && update.cache_node_id == node;
        let generation = cluster.nodes.get(&node).map_or(0, |node| node.generation);
        self.nodes.iter().rev().find(is_it).filter(|update| update.generation <= generation)
    }

    /// Whether a node has the update. One that came after all had it has it from the start.
    #[must_use]
    pub fn has_node(&self, cluster: &CacheCluster, node: NodeId) -> bool {
        self.state == UpdateState::Complete || self.of_node(cluster, node).is_some_and(|node| node.ended.is_some())
    }

    /// Where it stands as a whole.
    #[must_use]
    pub fn status(&self) -> UpdateActionStatus {
        // A restart sets a clock right that was moved forward, so dates alone do not tell.
        let is_begun = || self.in_work().is_some() || self.nodes.iter().any(|node| node.started >= self.requested);
        match self.state {
            UpdateState::Applying if is_begun() => UpdateActionStatus::InProgress,
            UpdateState::Applying => UpdateActionStatus::WaitingToStart,
            UpdateState::Stopping => UpdateActionStatus::Stopping,
            UpdateState::Stopped => UpdateActionStatus::Stopped,
            UpdateState::Complete => UpdateActionStatus::Complete,
        }
    }

    /// Where a node stands.
    #[must_use]
    pub fn node_status(&self, cluster: &CacheCluster, node: NodeId) -> UpdateActionStatus {
        if self.has_node(cluster, node) {
            return UpdateActionStatus::Complete;
        }
        match (self.state, self.of_node(cluster, node)) {
            (UpdateState::Applying, Some(_)) => UpdateActionStatus::InProgress,
            (UpdateState::Applying, None) => UpdateActionStatus::WaitingToStart,
            (UpdateState::Stopping, Some(_)) => UpdateActionStatus::Stopping,
            _ => UpdateActionStatus::Stopped,
        }
    }
}
