//! What a service update can be applied to: a replication group with all its members, or a cluster that is in none.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    model::{
        CacheCluster, Engine, ReplicationGroup, Scope, UpdateAction, UpdateTarget,
        catalogue::service_updates::ServiceUpdate,
    },
    store::Tables,
};

/// A group or a cluster.
#[derive(Clone, Copy)]
pub(super) enum Target<'a> {
    CacheCluster(&'a CacheCluster),
    /// With the first of its members: all have the same engine.
    ReplicationGroup(&'a ReplicationGroup, &'a CacheCluster),
}

impl<'a> Target<'a> {
    /// The group of this identifier, if it is there and not about to go.
    pub fn group(tables: &'a Tables, scope: &Scope, id: &str) -> Option<Self> {
        let group = tables.replication_groups.get(scope, id).filter(|group| group.deleted.is_none())?;
        let first = group.member_ids().find_map(|id| tables.cache_clusters.get(scope, id))?;
        Some(Self::ReplicationGroup(group, first))
    }

    /// The cluster of this identifier, if it is there and not about to go. It may be a member of a group.
    pub fn cluster(tables: &'a Tables, scope: &Scope, id: &str) -> Option<Self> {
        let cluster = tables.cache_clusters.get(scope, id).filter(|cluster| cluster.deleted.is_none())?;
        Some(Self::CacheCluster(cluster))
    }

    /// Every group and every cluster of `scope`, but for members of groups and what has not come up yet.
    pub fn all(tables: &'a Tables, scope: &'a Scope) -> impl Iterator<Item = Self> {
        let clusters = tables.cache_clusters.iter(scope).filter(|(_, cluster)| cluster.membership.is_none());
        let clusters = clusters.filter_map(|(id, _)| Self::cluster(tables, scope, id));
        let groups = tables.replication_groups.iter(scope).filter_map(|(id, _)| Self::group(tables, scope, id));
        clusters.chain(groups).filter(|target| target.created().is_some())
    }

    /// How it is named in the record of an action.
    pub fn name(&self) -> UpdateTarget {
        match self {
            Self::CacheCluster(cluster) => UpdateTarget::CacheCluster(cluster.id.clone()),
            Self::ReplicationGroup(group, _) => UpdateTarget::ReplicationGroup(group.id.clone()),
        }
    }

    pub fn uid(&self) -> &'a str {
        match self {
            Self::CacheCluster(cluster) => &cluster.uid,
            Self::ReplicationGroup(group, _) => &group.uid,
        }
    }

    pub fn engine(&self) -> Engine {
        self.representative().engine
    }

    /// When it came up.
    pub fn created(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::CacheCluster(cluster) => cluster.created,
            Self::ReplicationGroup(group, _) => group.created,
        }
    }

    /// Whether an update is for it. What came after the end of an update was never short of it.
    pub fn is_concerned(&self, update: &ServiceUpdate) -> bool {
        update.is_for(self.representative()) && self.created().is_some_and(|created| created <= update.end)
    }

    /// Whether an update that nobody has applied is about to apply itself.
    pub fn is_scheduled(&self, update: &ServiceUpdate, now: DateTime<Utc>) -> bool {
        self.created().is_some_and(|created| update.is_scheduled_for(self.representative(), created, now))
    }

    /// What was done about an update for it.
    pub fn action(&self, tables: &'a Tables, update: &str) -> Option<&'a UpdateAction> {
        let scope = &self.representative().scope;
        let action = tables.update_actions.get(scope, &self.name().action_id(update)).map(Arc::as_ref);
        action.filter(|action| match self {
            Self::CacheCluster(cluster) => action.is_of_cluster(cluster),
            Self::ReplicationGroup(group, _) => action.is_of_group(group),
        })
    }

    /// The clusters whose nodes are replaced.
    pub fn clusters(&self, tables: &'a Tables) -> Vec<&'a Arc<CacheCluster>> {
        let scope = &self.representative().scope;
        let found = |id: &String| tables.cache_clusters.get(scope, id).filter(|cluster| cluster.deleted.is_none());
        match self {
            Self::CacheCluster(cluster) => found(&cluster.id).into_iter().collect(),
            Self::ReplicationGroup(group, _) => group.member_ids().filter_map(found).collect(),
        }
    }

    fn representative(&self) -> &'a CacheCluster {
        match self {
            Self::CacheCluster(cluster) | Self::ReplicationGroup(_, cluster) => cluster,
        }
    }
}
