//! A global datastore as the API shows it. All that its members have in common is shown as the primary one has it.

use std::{cmp::Reverse, sync::Arc};

use super::phase;
use crate::{
    model::{
        CacheCluster, GlobalMember, GlobalReplicationGroup,
        arn::{Arn, ResourceType},
    },
    operations::cache_cluster::view::in_effect,
    protocol::{enums, types},
    store::Tables,
};

/// What a view shows beside the record itself.
pub(super) struct View<'a> {
    /// The records, those of the members among them.
    pub tables: &'a Tables,
    /// Whether the members are listed.
    pub with_members: bool,
}

impl View<'_> {
    /// The datastore as `DescribeGlobalReplicationGroups` shows it.
    pub fn datastore(&self, datastore: &GlobalReplicationGroup) -> types::GlobalReplicationGroup {
        let scope = datastore.scope.in_region(&datastore.primary_region);
        let group = super::primary(self.tables, datastore);
        let member = group.and_then(|group| {
            group.member_ids().find_map(|id| self.tables.cache_clusters.get(&scope, id)).map(Arc::as_ref)
        });
        let settings = member.map(in_effect);
        let is_clustered = group.is_some_and(|group| group.cluster_mode.is_clustered());
        let shards = group.into_iter().filter(|_| is_clustered).flat_map(|group| &group.node_groups);
        types::GlobalReplicationGroup {
            global_replication_group_id: Some(datastore.id.clone()),
            global_replication_group_description: Some(datastore.description.clone().unwrap_or_else(|| " ".into())),
            status: Some(phase(self.tables, datastore).as_str().into()),
            cache_node_type: settings.as_ref().map(|settings| settings.cache_node_type.to_owned()),
            engine: settings.as_ref().map(|settings| settings.engine.name().to_owned()),
            engine_version: settings.as_ref().map(|settings| settings.engine_version.to_string()),
            members: self.with_members.then(|| self.members(datastore)),
            cluster_enabled: Some(is_clustered),
            global_node_groups: Some(
                shards
                    .map(|(id, shard)| types::GlobalNodeGroup {
                        global_node_group_id: Some(format!("{}-{id}", datastore.id)),
                        slots: Some(shard.slots.to_string()),
                    })
                    .collect(),
            ),
            auth_token_enabled: Some(member.is_some_and(CacheCluster::has_auth_token)),
            transit_encryption_enabled: Some(member.is_some_and(|member| member.transit_encryption.is_enabled())),
            at_rest_encryption_enabled: Some(member.is_some_and(|member| member.at_rest_encryption)),
            arn: Some(Arn::text(&scope, ResourceType::GlobalReplicationGroup, &datastore.id)),
        }
    }

    /// The members, the primary one first: clients take the first for that.
    fn members(&self, datastore: &GlobalReplicationGroup) -> Vec<types::GlobalReplicationGroupMember> {
        let mut members: Vec<_> = datastore.members.iter().collect();
        members.sort_by_key(|(region, _)| Reverse(**region == datastore.primary_region));
        members.into_iter().map(|(region, member)| self.member(datastore, region, member)).collect()
    }

    fn member(
        &self,
        datastore: &GlobalReplicationGroup,
        region: &str,
        member: &GlobalMember,
    ) -> types::GlobalReplicationGroupMember {
        let scope = datastore.scope.in_region(region);
        let group = self.tables.replication_groups.get(&scope, &member.replication_group_id);
        types::GlobalReplicationGroupMember {
            replication_group_id: Some(member.replication_group_id.clone()),
            replication_group_region: Some(region.to_owned()),
            role: Some(role(datastore, region).into()),
            automatic_failover: Some(if group.is_some_and(|group| group.automatic_failover) {
                enums::AutomaticFailoverStatus::Enabled
            } else {
                enums::AutomaticFailoverStatus::Disabled
            }),
            // One that leaves is shown so to its end: clients wait for just that.
            status: Some(if member.associated { "associated" } else { "associating" }.into()),
        }
    }
}

/// What the member of a region is, on the wire.
pub(super) fn role(datastore: &GlobalReplicationGroup, region: &str) -> &'static str {
    if region == datastore.primary_region { "PRIMARY" } else { "SECONDARY" }
}
