//! A global datastore: replication groups of several regions that hold the same data. One of them takes writes, the
//! others copy it. Here stands who they are; what each of them is stands in records of its own. The status that clients
//! see is computed from all of these.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{CacheCluster, EngineRole, GroupPhase, NodeId, RemoteEngine, ReplicationGroup, Scope, TagSet};

/// The most secondary groups that a global datastore can have.
pub const MOST_SECONDARIES: usize = 2;

/// A global replication group. Its record belongs to no region, see [`Scope::everywhere`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalReplicationGroup {
    /// Whose it is.
    pub scope: Scope,
    /// Its identifier: five letters that tell the region it was made in, a hyphen and the suffix.
    pub id: String,
    /// What its owner says about it.
    pub description: Option<String>,
    /// When it was asked for.
    pub requested: DateTime<Utc>,
    /// When its first member was found in its place.
    #[serde(default)]
    pub created: Option<DateTime<Utc>>,
    /// When it was asked to be deleted.
    pub deleted: Option<DateTime<Utc>>,
    /// The region of the member that takes writes.
    pub primary_region: String,
    /// The region whose member is to take writes instead, while that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failover_to: Option<String>,
    /// The member of each region.
    pub members: BTreeMap<String, GlobalMember>,
    /// The tags.
    #[serde(default)]
    pub tags: TagSet,
}

/// A replication group as a member of a global datastore.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GlobalMember {
    /// The group's identifier.
    pub replication_group_id: String,
    /// Whether it has been found in its place once.
    #[serde(default)]
    pub associated: bool,
    /// It is to be a group of its own.
    #[serde(default)]
    pub leaving: bool,
}

impl GlobalMember {
    /// A group that is on its way into a datastore.
    #[must_use]
    pub fn new(replication_group_id: String) -> Self {
        Self { replication_group_id, associated: false, leaving: false }
    }
}

/// Where a global datastore stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalPhase {
    /// Its first member is not in its place yet.
    Creating,
    /// It has one member, which takes writes.
    PrimaryOnly,
    /// All members are in their places.
    Available,
    /// A member is not in its place, or is to leave or to change.
    Modifying,
    /// It is being deleted.
    Deleting,
}

impl GlobalPhase {
    /// `Status` on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::PrimaryOnly => "primary-only",
            Self::Available => "available",
            Self::Modifying => "modifying",
            Self::Deleting => "deleting",
        }
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_steady(self) -> bool {
        matches!(self, Self::PrimaryOnly | Self::Available)
    }
}

/// Finds the records of an account's members, whichever region they are in.
pub trait FindInRegion {
    /// A replication group.
    fn group(&self, region: &str, id: &str) -> Option<&ReplicationGroup>;

    /// A member of a replication group.
    fn cluster(&self, region: &str, id: &str) -> Option<&CacheCluster>;
}

impl GlobalReplicationGroup {
    /// Where it stands.
    #[must_use]
    pub fn phase(&self, find: &impl FindInRegion) -> GlobalPhase {
        let settled = |(region, member): (&String, &GlobalMember)| {
            member.associated && !member.leaving && self.is_in_place(region, find)
        };
        if self.deleted.is_some() {
            GlobalPhase::Deleting
        } else if self.created.is_none() {
            GlobalPhase::Creating
        } else if self.failover_to.is_some() || !self.members.iter().all(settled) {
            GlobalPhase::Modifying
        } else if self.members.len() == 1 {
            GlobalPhase::PrimaryOnly
        } else {
            GlobalPhase::Available
        }
    }

    /// The group that is the member of a region.
    #[must_use]
    pub fn member_of<'a>(&self, region: &str, find: &'a impl FindInRegion) -> Option<&'a ReplicationGroup> {
        let group = find.group(region, &self.members.get(region)?.replication_group_id)?;
        (group.global_replication_group_id.as_ref() == Some(&self.id)).then_some(group)
    }

    /// Whether the member of a region is available, and takes writes or follows the one that does, whichever it is to do.
    #[must_use]
    pub fn is_in_place(&self, region: &str, find: &impl FindInRegion) -> bool {
        let Some(group) = self.member_of(region, find) else { return false };
        if group.phase(|id: &str| find.cluster(region, id)) != GroupPhase::Available {
            return false;
        }
        if region == self.primary_region {
            return takes_writes(group, find);
        }
        let Some(primary) = self.member_of(&self.primary_region, find) else { return false };
        group.node_groups.iter().all(|(id, shard)| {
            // What a secondary tells of its slots follows the primary's record, and may be a moment behind.
            let copied = primary.node_groups.get(id).filter(|copied| copied.slots == shard.slots);
            let Some(copied) = copied else { return false };
            let of = RemoteEngine { region: self.primary_region.clone(), engine: copied.primary.clone() };
            let running = shard.working_primary(|id: &str| find.cluster(region, id));
            running.is_some_and(|running| running.role == Some(EngineRole::Secondary { of }))
        })
    }

    /// Whether all engines of a member's region have the version that they are to have.
    #[must_use]
    pub fn is_upgraded(&self, region: &str, find: &impl FindInRegion) -> bool {
        let Some(group) = self.member_of(region, find) else { return true };
        group.member_ids().filter_map(|id| find.cluster(region, id)).filter(|member| member.deleted.is_none()).all(
            |member| {
                let node = member.nodes.get(&NodeId::FIRST);
                node.filter(|node| node.engines.len() == 1).and_then(|node| node.current()).is_some_and(|running| {
                    (running.settings.engine, &running.settings.engine_version)
                        == (member.engine, &member.engine_version)
                })
            },
        )
    }
}

/// Whether every shard of a group takes writes.
#[must_use]
pub fn takes_writes(group: &ReplicationGroup, find: &impl FindInRegion) -> bool {
    let region = &group.scope.region;
    group.node_groups.values().all(|shard| {
        shard.working_primary(|id: &str| find.cluster(region, id)).is_some_and(super::Running::takes_writes)
    })
}

impl Scope {
    /// Where the records are that an account's regions share.
    #[must_use]
    pub fn everywhere(&self) -> Self {
        Self::new(&self.account, "")
    }

    /// The same account in another region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self::new(&self.account, region)
    }
}
