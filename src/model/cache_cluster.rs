//! A cache cluster: what its owner asked for, and its nodes. The status that clients see is computed from it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Access, CacheNode, Engine, EngineVersion, LogDeliveries, MaintenanceWindow, NodeGroupId, NodeId, Observed,
    PlannedReplacement, Restore, Scope, Settings, SnapshotWindow, Succession, TagSet, TransitEncryption,
};

/// A cache cluster: a Memcached cluster of up to 40 nodes or a single Redis or Valkey node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheCluster {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its identifier, in lower case.
    pub id: String,
    /// Tells this cluster from another one that had the same identifier before or will have it later.
    pub uid: String,
    /// The replication group it is a member of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership: Option<Membership>,
    /// The engine.
    pub engine: Engine,
    /// The full version, as the cluster reports it.
    pub engine_version: EngineVersion,
    /// The node type, such as `cache.t3.micro`.
    pub cache_node_type: String,
    /// The port that was asked for; endpoints get it when it is free.
    pub port: u16,
    /// When it was asked for.
    pub requested: DateTime<Utc>,
    /// When all its first nodes had answered. Shown as `CacheClusterCreateTime`.
    pub created: Option<DateTime<Utc>>,
    /// When it was asked to be deleted.
    pub deleted: Option<DateTime<Utc>>,
    /// Its nodes.
    pub nodes: BTreeMap<NodeId, CacheNode>,
    /// The port of a Memcached cluster's configuration endpoint, once it is open.
    pub configuration_port: Option<u16>,
    /// The version of a Memcached cluster's membership, as auto discovery tells it: one more for each node that comes
    /// or goes once the cluster is there.
    pub membership_version: u64,
    /// How many nodes there were before nodes were last added or removed, until that is done.
    pub resizing_from: Option<usize>,
    /// Whether new Memcached nodes are spread over availability zones.
    pub cross_az: bool,
    /// The parameter group.
    pub parameter_group: String,
    /// The subnet group.
    pub subnet_group: String,
    /// The ids of its VPC security groups.
    pub security_group_ids: Vec<String>,
    /// The names of its cache security groups, from the time before VPCs.
    pub cache_security_groups: Vec<String>,
    /// When maintenance may happen, in canonical form.
    pub maintenance_window: MaintenanceWindow,
    /// When automatic snapshots are taken; Memcached has none.
    pub snapshot_window: Option<SnapshotWindow>,
    /// For how many days automatic snapshots are kept, 0 for none.
    pub snapshot_retention_limit: u32,
    /// Recorded for those who read it back; engines here change version only when asked to.
    pub auto_minor_version_upgrade: bool,
    /// Where notifications go.
    pub notification: Option<Notification>,
    /// `ipv4`, `ipv6` or `dual_stack`.
    pub network_type: String,
    /// `ipv4` or `ipv6`.
    pub ip_discovery: String,
    /// The tags.
    pub tags: TagSet,
    /// Changes that wait for the maintenance window.
    pub pending: Pending,
    /// Whether clients speak TLS to it.
    #[serde(default)]
    pub transit_encryption: TransitEncryption,
    /// Who may talk to it.
    #[serde(default)]
    pub access: Access,
    /// The user group that `access` follows, if it does.
    #[serde(default)]
    pub user_group_id: Option<String>,
    /// When its AUTH tokens were last changed.
    #[serde(default)]
    pub auth_token_modified: Option<DateTime<Utc>>,
    /// Whether its owner was told that what it writes to disk is encrypted. Recorded for those who read it back: it
    /// cannot be seen from outside.
    #[serde(default)]
    pub at_rest_encryption: bool,
    /// What it is being filled with, until its engine has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore: Option<Restore>,
    /// The snapshot that is being taken of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshotting: Option<String>,
    /// What is being done about a service update for it or its replication group, while its nodes are replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_action: Option<String>,
    /// When its nodes are to be replaced, while that is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<PlannedReplacement>,
    /// Where its logs go. Those of a member of a replication group go where the group's do.
    #[serde(default, skip_serializing_if = "LogDeliveries::is_empty")]
    pub log_deliveries: LogDeliveries,
}

/// Where a cache cluster belongs in a replication group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The group.
    pub replication_group_id: String,
    /// The shard.
    pub node_group_id: NodeGroupId,
}

/// Where notifications about a cluster go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// The topic.
    pub topic_arn: String,
    /// Whether they are sent.
    pub active: bool,
}

/// Changes that wait for the maintenance window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// When the first of them was asked for.
    pub since: Option<DateTime<Utc>>,
    /// Another node type.
    pub cache_node_type: Option<String>,
    /// Another engine or version.
    pub engine: Option<(Engine, EngineVersion)>,
    /// Another parameter group.
    pub parameter_group: Option<String>,
    /// Nodes to add, by the availability zone of each.
    pub nodes_to_add: Vec<String>,
    /// Nodes to remove.
    pub nodes_to_remove: BTreeSet<NodeId>,
}

impl Pending {
    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { since: _, cache_node_type, engine, parameter_group, nodes_to_add, nodes_to_remove } = self;
        cache_node_type.is_none()
            && engine.is_none()
            && parameter_group.is_none()
            && nodes_to_add.is_empty()
            && nodes_to_remove.is_empty()
    }
}

/// Where a cluster stands, computed from its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Its first nodes are being started.
    Creating,
    /// Every node answers on the address that was given out.
    Available,
    /// Nodes are being added, removed, replaced or changed.
    Modifying,
    /// Nodes are being rebooted because somebody asked for it.
    Rebooting,
    /// It is being deleted.
    Deleting,
    /// A node could not be brought up. The server keeps trying; an event says why.
    IncompatibleNetwork,
    /// A snapshot is being taken of it.
    Snapshotting,
    /// The snapshot that it was to be made of could not be loaded; an event says why.
    RestoreFailed,
}

impl Phase {
    /// `CacheClusterStatus` on the wire. `rebooting cache cluster nodes` is what the service really sends; the model's
    /// documentation has another wording.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Available => "available",
            Self::Modifying => "modifying",
            Self::Rebooting => "rebooting cache cluster nodes",
            Self::Deleting => "deleting",
            Self::IncompatibleNetwork => "incompatible-network",
            Self::Snapshotting => "snapshotting",
            Self::RestoreFailed => "restore-failed",
        }
    }
}

impl CacheCluster {
    /// Where the cluster stands.
    #[must_use]
    pub fn phase(&self) -> Phase {
        let unsettled = || self.nodes.values().filter(|node| !self.is_settled(node));
        if self.deleted.is_some() {
            Phase::Deleting
        } else if self.restore_failed() {
            Phase::RestoreFailed
        } else if self.nodes.values().any(|node| node.failure.is_some()) {
            Phase::IncompatibleNetwork
        } else if self.created.is_none() {
            Phase::Creating
        } else if self.is_snapshotting() {
            Phase::Snapshotting
        } else if unsettled().next().is_some() {
            if unsettled().all(|node| node.succession == Succession::Reboot && !node.leaving) {
                Phase::Rebooting
            } else {
                Phase::Modifying
            }
        } else if self.resizing_from.is_some()
            || self.update_action.is_some()
            || self.nodes.values().any(|node| self.is_being_changed(node))
        {
            Phase::Modifying
        } else {
            Phase::Available
        }
    }

    /// Whether a node is just as it should be. In a replication group its engine also has to have found its place.
    #[must_use]
    pub fn is_settled(&self, node: &CacheNode) -> bool {
        node.is_settled() && (self.membership.is_none() || node.current().is_some_and(|running| running.role.is_some()))
    }

    /// Whether a node's engine does not have the limits of the cluster's node type yet, or lets in others than it is to.
    fn is_being_changed(&self, node: &CacheNode) -> bool {
        node.current().is_some_and(|running| {
            let settings = &running.settings;
            settings.cache_node_type != self.cache_node_type || settings.access != self.access
        })
    }

    /// Who is let in by an engine that runs, while that is not yet as it is wanted.
    #[must_use]
    pub fn outdated_access(&self) -> Option<&Access> {
        let engines = self.nodes.values().flat_map(|node| node.engines.values());
        engines.filter_map(Observed::running).map(|running| &running.settings.access).find(|has| **has != self.access)
    }

    /// The name of an incarnation of a node's engine. It never comes again, not even when a cluster of the same name is
    /// made anew.
    #[must_use]
    pub fn engine_name(&self, node: NodeId, generation: u32) -> String {
        format!("{}-{node}-{}-{generation}", self.id, self.uid)
    }

    /// The id of what it is part of as users see it: its replication group, or else itself.
    #[must_use]
    pub fn cache_id(&self) -> &str {
        self.membership.as_ref().map_or(&self.id, |membership| &membership.replication_group_id)
    }

    /// Whether AUTH tokens are needed to talk to it.
    #[must_use]
    pub fn has_auth_token(&self) -> bool {
        matches!(self.access, Access::Tokens { .. })
    }

    /// The settings that the engines should have, given the values of the parameter group that differ from the
    /// family's defaults.
    #[must_use]
    pub fn wanted_settings(&self, parameters: &BTreeMap<String, String>) -> Settings {
        Settings {
            engine: self.engine,
            engine_version: self.engine_version.clone(),
            cache_node_type: self.cache_node_type.clone(),
            parameters: parameters.clone(),
            access: self.access.clone(),
        }
    }

    /// The version of the program that the cluster is to run. Of Redis from 6.0 on and of Valkey a user can only ask for
    /// major and minor number.
    #[must_use]
    pub fn program_version(&self) -> EngineVersion {
        let chosen = match self.engine {
            Engine::Memcached => return self.engine_version.clone(),
            Engine::Redis if self.engine_version.major() < 6 => return self.engine_version.clone(),
            Engine::Redis | Engine::Valkey => self.engine_version.without_patch(),
        };
        chosen.published(self.engine)
    }

    /// When the changes that wait are to be taken over: in the first maintenance window after they were asked for, or
    /// at once while one is open. `None` when none wait.
    #[must_use]
    pub fn pending_due(&self) -> Option<DateTime<Utc>> {
        let since = self.pending.since.filter(|_| !self.pending.is_empty())?;
        let window = self.maintenance_window;
        Some(if window.contains(since) { since } else { window.next_start(since) })
    }

    /// Takes over the changes that were to wait.
    pub fn apply_pending(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        if let Some(cache_node_type) = pending.cache_node_type {
            self.cache_node_type = cache_node_type;
        }
        if let Some(parameter_group) = pending.parameter_group {
            self.parameter_group = parameter_group;
        }
        if let Some((engine, version)) = pending.engine {
            (self.engine, self.engine_version) = (engine, version);
            let succession = if engine == Engine::Memcached { Succession::Replace } else { Succession::Handover };
            self.nodes.values_mut().filter(|node| !node.leaving).for_each(|node| node.renew(succession));
        }
        if !pending.nodes_to_add.is_empty() || !pending.nodes_to_remove.is_empty() {
            self.resizing_from = self.resizing_from.or(Some(self.node_count()));
        }
        for id in &pending.nodes_to_remove {
            if let Some(node) = self.nodes.get_mut(id).filter(|node| !node.leaving) {
                node.leaving = true;
                self.membership_version += 1;
            }
        }
        for availability_zone in pending.nodes_to_add {
            let free = NodeId::free(|id| self.nodes.contains_key(&id)).next();
            if let Some(id) = free {
                self.nodes.insert(id, CacheNode::new(availability_zone));
            }
        }
    }

    /// The nodes that clients are told of: those that have answered once and are not on their way out.
    pub fn published_nodes(&self) -> impl Iterator<Item = (NodeId, &CacheNode)> {
        self.nodes.iter().filter(|(_, node)| node.created.is_some() && !node.leaving).map(|(id, node)| (*id, node))
    }

    /// How many nodes the cluster has or is to have soon: those that are not leaving.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.values().filter(|node| !node.leaving).count()
    }
}
