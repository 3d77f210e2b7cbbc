//! Finds the records of one account in any of its regions, for what is spread over several.

use std::sync::Arc;

use super::Tables;
use crate::model::{CacheCluster, FindInRegion, GlobalReplicationGroup, ReplicationGroup, Scope};

/// The records of an account.
#[derive(Clone, Copy)]
pub struct Regions<'a> {
    tables: &'a Tables,
    scope: &'a Scope,
}

impl<'a> Regions<'a> {
    /// The records of the account of `scope`, of whichever region that is.
    #[must_use]
    pub fn new(tables: &'a Tables, scope: &'a Scope) -> Self {
        Self { tables, scope }
    }

    /// The global datastore that a replication group is a member of.
    #[must_use]
    pub fn datastore(&self, group: &ReplicationGroup) -> Option<&'a Arc<GlobalReplicationGroup>> {
        let id = group.global_replication_group_id.as_ref()?;
        self.tables.global_replication_groups.get(&self.scope.everywhere(), id)
    }
}

impl FindInRegion for Regions<'_> {
    fn group(&self, region: &str, id: &str) -> Option<&ReplicationGroup> {
        self.tables.replication_groups.get(&self.scope.in_region(region), id).map(Arc::as_ref)
    }

    fn cluster(&self, region: &str, id: &str) -> Option<&CacheCluster> {
        self.tables.cache_clusters.get(&self.scope.in_region(region), id).map(Arc::as_ref)
    }
}
