//! A replication group: shards of engines that copy one another. Its members are cache clusters with records of their
//! own, which hold the settings that all share; here stands what belongs to the group as a whole. The status that
//! clients see is computed from both.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    CacheCluster, CustomerNode, EngineRef, Failure, LogDeliveries, Migration, NodeGroup, NodeGroupId, NodeId, Phase,
    Running, Scope, SlotSet, SnapshotWindow, TagSet,
};

/// A replication group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplicationGroup {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its identifier, in lower case.
    pub id: String,
    /// Tells this group from another one that had the same identifier before or will have it later.
    pub uid: String,
    /// What its owner says about it.
    pub description: String,
    /// When it was asked for.
    pub requested: DateTime<Utc>,
    /// When all its first members were there. Shown as `ReplicationGroupCreateTime`.
    pub created: Option<DateTime<Utc>>,
    /// When it was asked to be deleted.
    pub deleted: Option<DateTime<Utc>>,
    /// Whether its engines form a cluster.
    pub cluster_mode: ClusterMode,
    /// The port that was asked for. The primary endpoint gets it when it is free, or the configuration endpoint.
    pub port: u16,
    /// Whether a replica takes over when the primary is lost.
    pub automatic_failover: bool,
    /// Whether its members are spread over availability zones.
    pub multi_az: bool,
    /// The shards. There is one, `0001`, while cluster mode is disabled.
    pub node_groups: BTreeMap<NodeGroupId, NodeGroup>,
    /// The ports of its own endpoints, as far as they have been opened.
    pub ports: GroupPorts,
    /// Slots that are on their way from shard to shard.
    pub resharding: Option<Resharding>,
    /// The ids by which engines in cluster mode know each other: every one they have been told of and not been told to
    /// forget.
    pub cluster_node_ids: BTreeSet<String>,
    /// When failovers were tested, as far as that counts against the quota.
    pub test_failovers: Vec<DateTime<Utc>>,
    /// The member that automatic snapshots are taken of.
    pub snapshotting_cluster_id: Option<String>,
    /// For how many days automatic snapshots are kept, 0 for none.
    pub snapshot_retention_limit: u32,
    /// When automatic snapshots are taken.
    pub snapshot_window: Option<SnapshotWindow>,
    /// The tags.
    pub tags: TagSet,
    /// A change of how many replicas there are is under way, and has been announced.
    pub replica_count_changing: bool,
    /// Since when replicas are being added. Topics are told of the end of it.
    #[serde(default)]
    pub replicas_coming: Option<DateTime<Utc>>,
    /// The user group that was attached before the last change of that. Shown until no engine follows it any more.
    #[serde(default)]
    pub former_user_group_id: Option<String>,
    /// Why its engines could not be given their places, when something failed. The server keeps trying.
    #[serde(default)]
    pub failure: Option<Failure>,
    /// The migration to it that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<Migration>,
    /// The sources that are to be tried, in the order in which that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub migration_tests: Vec<CustomerNode>,
    /// The key for what is written to disk, as it was given. Recorded for those who read it back.
    #[serde(default)]
    pub kms_key_id: Option<String>,
    /// The global datastore that it is a member of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global_replication_group_id: Option<String>,
    /// The group, with its scope, whose cluster its engines have joined; `None` when they made one of their own. The
    /// secret by which engines in cluster mode know each other follows from it, and stays when the group goes its own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_cluster: Option<String>,
    /// Its engines are about to be replaced by some that share a cluster with no other group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departure: Option<Departure>,
    /// Where the logs of its members go.
    #[serde(default, skip_serializing_if = "LogDeliveries::is_empty")]
    pub log_deliveries: LogDeliveries,
}

/// How far a group has come that leaves a cluster which it shares with others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// The engine of each shard that is started with the shard's data.
    pub filled: BTreeMap<NodeGroupId, EngineRef>,
}

/// Whether the engines of a group form a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClusterMode {
    /// One shard, which clients talk to as to a single engine.
    Disabled,
    /// A cluster of one shard that serves clients of both kinds.
    Compatible,
    /// Any number of shards, between which clients tell by slot.
    Enabled,
}

impl ClusterMode {
    /// Whether the engines run in cluster mode.
    #[must_use]
    pub fn is_clustered(self) -> bool {
        self != Self::Disabled
    }

    /// `ClusterMode` on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Compatible => "compatible",
            Self::Enabled => "enabled",
        }
    }
}

/// The ports of a group's own endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupPorts {
    /// Leads to the primary.
    pub primary: Option<u16>,
    /// Leads to replicas in turn.
    pub reader: Option<u16>,
    /// Leads to any node of a cluster.
    pub configuration: Option<u16>,
}

/// Slots on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resharding {
    /// The slots that each shard is to own in the end.
    pub target: BTreeMap<NodeGroupId, SlotSet>,
    /// How many slots had to move when it began.
    pub slots_to_move: usize,
}

/// Where a group stands, computed from its record and those of its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupPhase {
    /// Its first members are being started.
    Creating,
    /// Every shard takes writes, and nothing that was asked for is under way.
    Available,
    /// It is being changed, a shard has lost its primary, or an engine or endpoint is not where it should be and the server
    /// could not help it.
    Modifying,
    /// Its primary copies an engine outside of it.
    Migrating,
    /// It is being deleted.
    Deleting,
    /// A snapshot is being taken of it, or of one of its members.
    Snapshotting,
    /// The snapshot that it was to be made of could not be loaded.
    CreateFailed,
}

impl GroupPhase {
    /// `Status` on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Available => "available",
            Self::Modifying => "modifying",
            Self::Migrating => "migrating",
            Self::Deleting => "deleting",
            Self::Snapshotting => "snapshotting",
            Self::CreateFailed => "create-failed",
        }
    }
}

/// Finds a member's record.
pub trait FindMember<'a>: Fn(&str) -> Option<&'a CacheCluster> {}

impl<'a, F: Fn(&str) -> Option<&'a CacheCluster>> FindMember<'a> for F {}

impl ReplicationGroup {
    /// The ids of all members, shard by shard.
    pub fn member_ids(&self) -> impl Iterator<Item = &String> {
        self.node_groups.values().flat_map(|shard| &shard.members)
    }

    /// Where the group stands.
    #[must_use]
    pub fn phase<'a>(&self, member: impl FindMember<'a>) -> GroupPhase {
        if self.deleted.is_some() {
            GroupPhase::Deleting
        } else if self.created.is_none() {
            let has_failed = |id: &String| member(id).is_some_and(CacheCluster::restore_failed);
            if self.member_ids().any(has_failed) { GroupPhase::CreateFailed } else { GroupPhase::Creating }
        } else if self.migration.is_some() {
            // It has begun when the primary has been told of the source.
            let is_copying = |shard: &NodeGroup| shard.placed_primary(&member).is_some_and(Running::is_migrating);
            if self.node_groups.values().all(is_copying) { GroupPhase::Migrating } else { GroupPhase::Modifying }
        } else if self.failure.is_some()
            || self.resharding.is_some()
            || self.node_groups.values().any(|shard| !shard.is_steady(&member))
        {
            GroupPhase::Modifying
        } else if self.member_ids().any(|id| member(id).is_some_and(CacheCluster::is_snapshotting)) {
            GroupPhase::Snapshotting
        } else {
            GroupPhase::Available
        }
    }

    /// The name of the cluster that its engines are nodes of, should they be in cluster mode.
    #[must_use]
    pub fn cluster_name(&self) -> String {
        self.shared_cluster.clone().unwrap_or_else(|| format!("{}/{}", self.scope, self.id))
    }

    /// Notes that the engines of each shard have the slots that those of the same shard of `other` have, which they copy.
    pub fn copy_slots(&mut self, other: &Self) {
        for (id, shard) in &mut self.node_groups {
            if let Some(other) = other.node_groups.get(id) {
                shard.slots.clone_from(&other.slots);
            }
        }
    }

    /// What the primary is to copy, as long as a migration goes on.
    #[must_use]
    pub fn migrates_from(&self) -> Option<&CustomerNode> {
        self.migration.as_ref().filter(|migration| migration.ending.is_none()).map(|migration| &migration.source)
    }

    /// How far slots that are on their way have come, in per cent.
    #[must_use]
    pub fn resharding_progress(&self) -> Option<f64> {
        let resharding = self.resharding.as_ref()?;
        let missing: usize = resharding
            .target
            .iter()
            .map(|(id, target)| self.node_groups.get(id).map_or(0, |shard| target.difference(&shard.slots).len()))
            .sum();
        let part = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let all = part(resharding.slots_to_move.max(1));
        Some(((all - part(missing)) / all * 100.0).clamp(0.0, 100.0))
    }
}

impl NodeGroup {
    /// Where the shard stands; `Creating` while its first engines are on their way.
    #[must_use]
    pub fn phase<'a>(&self, member: impl FindMember<'a>) -> GroupPhase {
        if self.leaving {
            GroupPhase::Deleting
        } else if self.members.iter().all(|id| member(id).is_none_or(|member| member.created.is_none())) {
            GroupPhase::Creating
        } else if self.is_steady(&member) {
            GroupPhase::Available
        } else {
            GroupPhase::Modifying
        }
    }

    /// The engine that works as the primary now, if there is one.
    #[must_use]
    pub fn working_primary<'a>(&self, member: impl FindMember<'a>) -> Option<&'a Running> {
        self.placed_primary(member).filter(|running| running.is_primary())
    }

    /// The engine that takes writes now, or copies an engine outside of the group.
    #[must_use]
    pub fn placed_primary<'a>(&self, member: impl FindMember<'a>) -> Option<&'a Running> {
        let cluster = member(&self.primary.cache_cluster_id)?;
        let running = cluster.nodes.get(&NodeId::FIRST)?.engines.get(&self.primary.generation)?.running()?;
        (running.is_primary() || running.is_migrating()).then_some(running)
    }

    /// Whether it takes writes and nothing that somebody asked for is under way. A replica that was lost and is being
    /// replaced does not count: nobody asked for it, and the shard works. Who is let in always counts.
    fn is_steady<'a>(&self, member: &impl FindMember<'a>) -> bool {
        let changes = |id: &String| {
            member(id).is_none_or(|cluster| match cluster.phase() {
                Phase::Creating | Phase::Deleting | Phase::RestoreFailed => true,
                Phase::Modifying | Phase::Rebooting => {
                    !cluster.nodes.values().any(|node| node.recovering)
                        || cluster.outdated_access().is_some()
                        || cluster.update_action.is_some()
                }
                Phase::Available | Phase::Snapshotting | Phase::IncompatibleNetwork => false,
            })
        };
        let promoting = self.promotion.as_ref().is_some_and(|promotion| !promotion.replaces_primary);
        !self.leaving && !promoting && !self.members.iter().any(changes) && self.working_primary(member).is_some()
    }
}
