//! `ModifyReplicationGroup`.
//!
//! What members have in common is changed in each of them, as `ModifyCacheCluster` changes a cluster: some of it at once,
//! the rest in the maintenance window unless it was asked for immediately. What belongs to the group takes effect at once.

use chrono::{DateTime, Utc};

use super::mode_change;
use crate::{
    model::{CacheCluster, ClusterMode, Event, Promotion, ReplicationGroup, SourceType, catalogue::node_types},
    operations::{
        Operations,
        cache_cluster::{modify::Modification, settings},
        errors,
        request::Request,
    },
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    pub(in crate::operations) async fn modify_replication_group(
        &self,
        request: &Request,
        input: types::ModifyReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let request = request.clone();
        let (now, strict) = (self.clock.now(), self.options.strict);
        self.store
            .write(move |draft| {
                let before = super::find_available(draft, &request, &input.replication_group_id)?;
                let mut change = Change::begin(draft, ReplicationGroup::clone(&before), strict);
                change.apply(draft, &request, input, now)?;
                if change.group == *before && change.is_without_effect(draft) {
                    return Err(errors::invalid_combination("No modifications were requested"));
                }
                let replication_group = Some(change.write(draft, &request, now));
                Ok(Output::ModifyReplicationGroup(types::ModifyReplicationGroupResult { replication_group }))
            })
            .await
    }
}

/// A group in the course of being changed, with its members.
struct Change {
    group: ReplicationGroup,
    members: Vec<Modification>,
    /// What is to be told of the group.
    messages: Vec<String>,
}

impl Change {
    fn begin(draft: &Draft, group: ReplicationGroup, strict: bool) -> Self {
        let records = group.member_ids().filter_map(|id| draft.get::<CacheCluster>(&group.scope, id));
        let mode = Some(group.cluster_mode);
        let members = records.map(|member| Modification::new(CacheCluster::clone(&member), mode, strict)).collect();
        Self { group, members, messages: Vec::new() }
    }

    fn is_without_effect(&self, draft: &Draft) -> bool {
        self.members.iter().all(|member| {
            let before = draft.get::<CacheCluster>(&self.group.scope, &member.cluster.id);
            member.messages.is_empty() && before.is_some_and(|before| *before == member.cluster)
        })
    }

    fn write(self, draft: &mut Draft, request: &Request, now: DateTime<Utc>) -> types::ReplicationGroup {
        for member in self.members {
            let cluster = member.announce(draft, now);
            draft.put(&request.scope, &cluster.id.clone(), cluster);
        }
        for message in self.messages {
            let (source_identifier, source_type) = (self.group.id.clone(), SourceType::ReplicationGroup);
            draft.emit(&request.scope, Event { source_identifier, source_type, message, date: now });
        }
        super::put(draft, request, self.group)
    }

    fn apply(
        &mut self,
        draft: &Draft,
        request: &Request,
        input: types::ModifyReplicationGroupMessage,
        now: DateTime<Utc>,
    ) -> Result<(), AwsError> {
        refuse_unsupported(&input)?;
        if let Some(mode) = input.cluster_mode {
            return mode_change::apply(draft, request, &mut self.group, &mut self.members, mode, &input);
        }
        let types::ModifyReplicationGroupMessage {
            replication_group_id: _,
            replication_group_description,
            primary_cluster_id,
            snapshotting_cluster_id,
            automatic_failover_enabled,
            multi_az_enabled,
            // It has no effect, as the API's reference says.
            node_group_id: _,
            cache_security_group_names,
            security_group_ids,
            preferred_maintenance_window,
            notification_topic_arn,
            cache_parameter_group_name,
            notification_topic_status,
            apply_immediately,
            engine,
            engine_version,
            auto_minor_version_upgrade,
            snapshot_retention_limit,
            snapshot_window,
            cache_node_type,
            ip_discovery,
            // Refused above, or nothing.
            auth_token: _,
            auth_token_update_strategy: _,
            user_group_ids_to_add: _,
            user_group_ids_to_remove: _,
            remove_user_groups: _,
            log_delivery_configurations: _,
            transit_encryption_enabled: _,
            transit_encryption_mode: _,
            cluster_mode: _,
            durability: _,
        } = input;
        if self.group.cluster_mode == ClusterMode::Compatible && (cache_node_type.is_some() || engine_version.is_some())
        {
            return Err(errors::invalid_group_state(
                "Node type and engine version cannot be changed while the cluster mode is compatible.",
            ));
        }
        if let Some(description) = replication_group_description {
            self.group.description = description;
        }
        self.availability(automatic_failover_enabled, multi_az_enabled)?;
        if let Some(primary) = primary_cluster_id {
            self.promote(&primary)?;
        }
        self.snapshots(snapshotting_cluster_id, snapshot_retention_limit)?;
        for member in &mut self.members {
            let shared = types::ModifyCacheClusterMessage {
                cache_security_group_names: cache_security_group_names.clone(),
                security_group_ids: security_group_ids.clone(),
                preferred_maintenance_window: preferred_maintenance_window.clone(),
                notification_topic_arn: notification_topic_arn.clone(),
                cache_parameter_group_name: cache_parameter_group_name.clone(),
                notification_topic_status: notification_topic_status.clone(),
                apply_immediately,
                engine: engine.clone(),
                engine_version: engine_version.clone(),
                auto_minor_version_upgrade,
                snapshot_window: snapshot_window.clone(),
                cache_node_type: cache_node_type.clone(),
                ip_discovery,
                ..types::ModifyCacheClusterMessage::default()
            };
            member.apply(draft, request, shared, now)?;
        }
        if let Some(member) = self.members.first() {
            self.group.snapshot_window = member.cluster.snapshot_window;
        }
        Ok(())
    }

    /// Whether a replica takes over when the primary is lost, and whether members are spread over zones for that.
    fn availability(&mut self, failover: Option<bool>, multi_az: Option<bool>) -> Result<(), AwsError> {
        let group = &mut self.group;
        let (failover, multi_az) = (failover.unwrap_or(group.automatic_failover), multi_az.unwrap_or(group.multi_az));
        if (failover, multi_az) == (group.automatic_failover, group.multi_az) {
            return Ok(());
        }
        if !failover && group.cluster_mode.is_clustered() {
            return Err(errors::invalid_combination(
                "Automatic failover cannot be turned off for a replication group with cluster mode enabled.",
            ));
        }
        if !failover && multi_az {
            return Err(errors::invalid_combination(
                "Multi-AZ needs automatic failover: to turn that off, turn Multi-AZ off as well.",
            ));
        }
        let has_replicas = group.node_groups.values().all(|shard| shard.members.len() > 1);
        if (multi_az || (failover && !group.cluster_mode.is_clustered())) && !has_replicas {
            return Err(errors::invalid_combination(
                "When using automatic failover, there must be at least 2 cache clusters in the replication group.",
            ));
        }
        let node_type = self.members.first().map(|member| node_types::node_type(&member.cluster.cache_node_type));
        if failover && node_type.is_some_and(|found| found.is_ok_and(|found| ["t1", "t2"].contains(&found.family))) {
            return Err(errors::invalid_combination(
                "Automatic failover is not supported for T1 and T2 cache node types.",
            ));
        }
        if failover != group.automatic_failover {
            let (id, state) = (&group.id, if failover { "on" } else { "off" });
            self.messages.push(format!("Automatic failover has been turned {state} for replication group {id}"));
        }
        (group.automatic_failover, group.multi_az) = (failover, multi_az);
        Ok(())
    }

    /// Asks for another primary.
    fn promote(&mut self, id: &str) -> Result<(), AwsError> {
        let id = id.to_ascii_lowercase();
        if self.group.cluster_mode != ClusterMode::Disabled {
            return Err(errors::invalid_combination(
                "PrimaryClusterId cannot be specified for a replication group with cluster mode enabled.",
            ));
        }
        let shard = self.group.node_groups.values_mut().find(|shard| shard.members.contains(&id));
        let Some(shard) = shard else { return Err(errors::cache_cluster_not_found(&id)) };
        if shard.primary.cache_cluster_id == id {
            return Ok(());
        }
        if self.group.automatic_failover {
            return Err(errors::invalid_group_state(
                "Cannot manually promote a new master cache cluster while autofailover is enabled",
            ));
        }
        shard.promotion = Some(Promotion { to: Some(id), replaces_primary: false });
        Ok(())
    }

    /// Automatic snapshots: for how long, and of which member.
    fn snapshots(&mut self, of: Option<String>, retention: Option<i32>) -> Result<(), AwsError> {
        let Some(engine) = self.members.first().map(|member| member.cluster.engine) else { return Ok(()) };
        let clustered = self.group.cluster_mode.is_clustered();
        if of.is_some() && clustered {
            return Err(errors::invalid_combination(
                "Cannot set snapshotting cluster for cluster mode enabled replication group",
            ));
        }
        let retention = match retention {
            None => self.group.snapshot_retention_limit,
            asked => settings::snapshot_retention_limit(engine, asked)?,
        };
        let of = of.map(|id| id.to_ascii_lowercase());
        if let Some(id) = of.as_ref().filter(|id| !self.group.member_ids().any(|member| member == *id)) {
            return Err(errors::cache_cluster_not_found(id));
        }
        let present = self.group.snapshotting_cluster_id.clone();
        if retention > 0 && !clustered && of.is_none() && present.is_none() {
            return Err(errors::invalid_combination(
                "Must specify both SnapshotRetentionLimit and SnapshottingClusterId to turn on snapshots",
            ));
        }
        self.group.snapshot_retention_limit = retention;
        self.group.snapshotting_cluster_id = of.or(present).filter(|_| retention > 0 && !clustered);
        // Of each shard one member has snapshots taken: a replica, where there is one and nobody chose another.
        let chosen = self.group.snapshotting_cluster_id.as_ref();
        for shard in self.group.node_groups.values() {
            let chosen = chosen.or_else(|| shard.members.get(1)).or_else(|| shard.members.first());
            for member in self.members.iter_mut().filter(|member| shard.members.contains(&member.cluster.id)) {
                let is_chosen = chosen == Some(&member.cluster.id);
                member.cluster.snapshot_retention_limit = if is_chosen { retention } else { 0 };
            }
        }
        Ok(())
    }
}

/// What is still to come; what `ElastiCache` itself refuses is refused in its words.
fn refuse_unsupported(input: &types::ModifyReplicationGroupMessage) -> Result<(), AwsError> {
    let some = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    if let Some(token) = &input.auth_token {
        if !settings::is_auth_token(token.expose()) {
            let message = "Invalid AUTH token provided. Please check valid AUTH token format.";
            return Err(errors::invalid_value(message));
        }
        return Err(errors::invalid_value("The AUTH token is only supported when encryption-in-transit is enabled"));
    }
    if some(&input.user_group_ids_to_add) {
        return Err(errors::invalid_combination(
            "User group based access control requires encryption-in-transit to be enabled on the replication group.",
        ));
    }
    let logs = input.log_delivery_configurations.as_ref().is_some_and(|logs| !logs.is_empty());
    for (given, feature) in [
        (input.auth_token_update_strategy.is_some(), "changing AUTH tokens"),
        (some(&input.user_group_ids_to_remove) || input.remove_user_groups == Some(true), "user groups"),
        (logs, "log delivery"),
        (input.transit_encryption_enabled == Some(true), "encryption in transit"),
        (input.transit_encryption_mode.is_some(), "encryption in transit"),
        (input.durability.is_some(), "durability"),
    ] {
        if given {
            return Err(errors::feature_not_supported_yet(feature));
        }
    }
    Ok(())
}
