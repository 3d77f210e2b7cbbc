//! A replication group as the API shows it.
//!
//! What is shown depends on how far along the group is and on its cluster mode, and clients rely on both: Terraform
//! takes a group with a configuration endpoint for one in cluster mode, and gives up on members without endpoints.

use std::sync::Arc;

use super::user_groups;
use crate::{
    model::{
        CacheCluster, ClusterMode, EndpointRole, Form, GroupPhase, NodeGroup, NodeGroupId, NodeId, ReplicationGroup,
        arn::{Arn, ResourceType},
    },
    operations::{
        cache_cluster::view::{auth_token_status, in_effect, transit_encryption_mode},
        global_replication_group::membership,
        log_delivery,
        request::Request,
    },
    protocol::{WireEnum, enums, types},
    store::Tables,
};

/// What a view shows beside the record itself.
pub(super) struct View<'a> {
    /// Who asks.
    pub request: &'a Request,
    /// The records, those of the members among them.
    pub tables: &'a Tables,
}

impl<'a> View<'a> {
    /// The group as `DescribeReplicationGroups` shows it.
    pub fn group(&self, group: &'a ReplicationGroup) -> types::ReplicationGroup {
        let phase = group.phase(super::members(self.tables, &group.scope));
        let settled = matches!(
            phase,
            GroupPhase::Available | GroupPhase::Modifying | GroupPhase::Migrating | GroupPhase::Snapshotting
        );
        let member = group.member_ids().find_map(|id| self.member(group, id));
        let in_effect = member.map(in_effect);
        let encrypted = member.is_some_and(|member| member.at_rest_encryption);
        types::ReplicationGroup {
            replication_group_id: Some(group.id.clone()),
            description: Some(group.description.clone()),
            global_replication_group_info: Some(membership::info(self.tables, group)),
            status: Some(phase.as_str().into()),
            pending_modified_values: Some(self.pending(group)),
            member_clusters: (phase != GroupPhase::Deleting).then(|| self.member_ids(group)),
            node_groups: settled.then(|| self.node_groups(group, phase)),
            snapshotting_cluster_id: group.snapshotting_cluster_id.clone(),
            automatic_failover: Some(match (group.automatic_failover, group.created) {
                (false, _) => enums::AutomaticFailoverStatus::Disabled,
                (true, None) => enums::AutomaticFailoverStatus::Enabling,
                (true, Some(_)) => enums::AutomaticFailoverStatus::Enabled,
            }),
            multi_az: Some(if group.multi_az { enums::MultiAZStatus::Enabled } else { enums::MultiAZStatus::Disabled }),
            configuration_endpoint: settled
                .then(|| self.endpoint(group, EndpointRole::GroupConfiguration, group.ports.configuration))
                .flatten(),
            snapshot_retention_limit: i32::try_from(group.snapshot_retention_limit).ok(),
            snapshot_window: group.snapshot_window.as_ref().map(ToString::to_string),
            cluster_enabled: Some(group.cluster_mode.is_clustered()),
            cache_node_type: in_effect.as_ref().map(|settings| settings.cache_node_type.to_owned()),
            auth_token_enabled: Some(member.is_some_and(CacheCluster::has_auth_token)),
            auth_token_last_modified_date: member.and_then(|member| member.auth_token_modified),
            transit_encryption_enabled: Some(member.is_some_and(|member| member.transit_encryption.is_enabled())),
            at_rest_encryption_enabled: Some(encrypted),
            member_clusters_outpost_arns: None,
            kms_key_id: group.kms_key_id.clone(),
            storage_encryption_type: Some(match (encrypted, &group.kms_key_id) {
                (false, _) => enums::StorageEncryptionType::None,
                (true, None) => enums::StorageEncryptionType::SseElasticache,
                (true, Some(_)) => enums::StorageEncryptionType::SseKms,
            }),
            arn: Some(Arn::text(&group.scope, ResourceType::ReplicationGroup, &group.id)),
            user_group_ids: Some(self.user_group(group).map(str::to_owned).into_iter().collect()),
            log_delivery_configurations: Some(log_delivery::configurations(&group.log_deliveries)),
            replication_group_create_time: group.created,
            data_tiering: Some(enums::DataTieringStatus::Disabled),
            auto_minor_version_upgrade: member.map(|member| member.auto_minor_version_upgrade),
            network_type: member.and_then(|member| enums::NetworkType::from_wire(&member.network_type)),
            ip_discovery: member.and_then(|member| enums::IpDiscovery::from_wire(&member.ip_discovery)),
            transit_encryption_mode: member.and_then(transit_encryption_mode),
            cluster_mode: enums::ClusterMode::from_wire(group.cluster_mode.as_str()),
            engine: in_effect.as_ref().map(|settings| settings.engine.name().to_owned()),
            durability: None,
            effective_durability: None,
        }
    }

    fn member(&self, group: &ReplicationGroup, id: &str) -> Option<&'a CacheCluster> {
        self.tables.cache_clusters.get(&group.scope, id).map(Arc::as_ref)
    }

    /// The members, those on their way to or from the group among them. Each of them can be described.
    fn member_ids(&self, group: &ReplicationGroup) -> Vec<String> {
        group.member_ids().filter(|id| self.member(group, id).is_some()).cloned().collect()
    }

    fn node_groups(&self, group: &ReplicationGroup, phase: GroupPhase) -> Vec<types::NodeGroup> {
        group.node_groups.iter().map(|(id, shard)| self.node_group(group, phase, id, shard)).collect()
    }

    fn node_group(
        &self,
        group: &ReplicationGroup,
        phase: GroupPhase,
        id: &NodeGroupId,
        shard: &NodeGroup,
    ) -> types::NodeGroup {
        // While slots move, every shard may get or lose some.
        let own = match shard.phase(super::members(self.tables, &group.scope)) {
            GroupPhase::Available if group.resharding.is_some() || phase == GroupPhase::Snapshotting => phase,
            own => own,
        };
        // Members that have not answered yet have nowhere to connect to.
        let members = shard.members.iter().filter_map(|id| self.member(group, id));
        let members = members.filter(|member| member.created.is_some());
        let shows_roles = group.cluster_mode != ClusterMode::Enabled;
        types::NodeGroup {
            node_group_id: Some(id.to_string()),
            status: Some(own.as_str().into()),
            primary_endpoint: shows_roles
                .then(|| self.endpoint(group, EndpointRole::Primary, group.ports.primary))
                .flatten(),
            reader_endpoint: shows_roles
                .then(|| self.endpoint(group, EndpointRole::Reader, group.ports.reader))
                .flatten(),
            slots: group.cluster_mode.is_clustered().then(|| shard.slots.to_string()),
            node_group_members: Some(
                members.map(|member| self.node_group_member(shard, member, shows_roles)).collect(),
            ),
        }
    }

    fn node_group_member(&self, shard: &NodeGroup, member: &CacheCluster, shows_role: bool) -> types::NodeGroupMember {
        let node = member.nodes.get(&NodeId::FIRST);
        let role = if shard.primary.cache_cluster_id == member.id { "primary" } else { "replica" };
        types::NodeGroupMember {
            cache_cluster_id: Some(member.id.clone()),
            cache_node_id: Some(NodeId::FIRST.to_string()),
            read_endpoint: node.filter(|_| shows_role).and_then(|node| node.port).map(|port| {
                let form = member.transit_encryption.into();
                self.request.endpoint(port, |names| names.node(member, NodeId::FIRST, form))
            }),
            preferred_availability_zone: node.map(|node| node.availability_zone.clone()),
            preferred_outpost_arn: None,
            current_role: shows_role.then(|| role.to_owned()),
        }
    }

    fn endpoint(&self, group: &ReplicationGroup, role: EndpointRole, port: Option<u16>) -> Option<types::Endpoint> {
        let member = group.member_ids().find_map(|id| self.member(group, id));
        let form = member.map_or(Form::Plain, |member| member.transit_encryption.into());
        Some(self.request.endpoint(port?, |names| names.of_group(group, role, form)))
    }

    /// The member whose engine is furthest from letting in whom it is to let in, or else the first one.
    fn behind(&self, group: &ReplicationGroup) -> Option<&'a CacheCluster> {
        let members = || group.member_ids().filter_map(|id| self.member(group, id));
        members().find(|member| member.outdated_access().is_some()).or_else(|| members().next())
    }

    /// The user group that is in effect.
    fn user_group(&self, group: &'a ReplicationGroup) -> Option<&'a str> {
        self.behind(group).and_then(|member| user_groups::followed(self.tables, group, member))
    }

    /// What was asked for and is being carried out.
    fn pending(&self, group: &'a ReplicationGroup) -> types::ReplicationGroupPendingModifiedValues {
        let promotions = group.node_groups.values().filter_map(|shard| shard.promotion.as_ref());
        let behind = self.behind(group);
        types::ReplicationGroupPendingModifiedValues {
            primary_cluster_id: promotions
                .filter(|promotion| !promotion.replaces_primary)
                .find_map(|promotion| promotion.to.clone()),
            resharding: group.resharding_progress().map(|progress| types::ReshardingStatus {
                slot_migration: Some(types::SlotMigration { progress_percentage: Some(progress) }),
            }),
            auth_token_status: behind.and_then(auth_token_status),
            log_delivery_configurations: log_delivery::pending(&group.log_deliveries),
            user_groups: behind.and_then(|member| self.pending_user_groups(group, member)),
            ..types::ReplicationGroupPendingModifiedValues::default()
        }
    }

    fn pending_user_groups(
        &self,
        group: &'a ReplicationGroup,
        member: &'a CacheCluster,
    ) -> Option<types::UserGroupsUpdateStatus> {
        let (present, wanted) = (user_groups::followed(self.tables, group, member), member.user_group_id.as_deref());
        let ids = |id: Option<&str>| id.map(|id| vec![id.to_owned()]);
        (present != wanted).then(|| types::UserGroupsUpdateStatus {
            user_group_ids_to_add: ids(wanted),
            user_group_ids_to_remove: ids(present),
        })
    }
}
