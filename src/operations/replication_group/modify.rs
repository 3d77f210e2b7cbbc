//! `ModifyReplicationGroup`.
//!
//! What the members have in common is changed in the record of each of them, just as `ModifyCacheCluster` changes a
//! cluster: node type, engine and parameter group wait for the members' maintenance window unless the request has
//! `ApplyImmediately`. What the group has itself changes at once.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    access_change::AccessChange,
    automatic_snapshots::{self, Asked},
    availability::Availability,
    create::check_description,
    migration,
};
use crate::{
    model::{
        CacheCluster, ClusterMode, Engine, EngineVersion, Event, Phase, Promotion, ReplicationGroup, SourceType,
        TransitEncryption,
        catalogue::{engine_versions::version_reported_as, node_types},
    },
    operations::{
        Operations,
        cache_cluster::{self, modification::Modification, settings},
        errors,
        global_replication_group::membership,
        log_delivery,
        request::Request,
    },
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// Node type, engine version and parameter group are changed in every member: a new engine takes the place of the
    /// old one with its data where it has to, replicas first. Everything else, a new primary, the cluster mode,
    /// encryption in transit, AUTH tokens and user groups among it, takes effect at once, whatever `ApplyImmediately`
    /// says. A request that names no change and has `ApplyImmediately` brings forward what waits for the maintenance
    /// window. Going to cluster mode `compatible` copies the keys to new engines while writes wait. Without a token,
    /// the first can be introduced with `ROTATE`, which lets clients in without it too, or with `SET`. What the members
    /// of a global datastore share is refused here. Log delivery can be changed with `ApplyImmediately` only.
    pub(in crate::operations) async fn modify_replication_group(
        &self,
        request: &Request,
        input: types::ModifyReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        self.store
            .write(move |draft| {
                let group = super::find_available(draft, &request, &input.replication_group_id)?;
                membership::check_modification(&group, &input)?;
                let change = GroupModification::new(draft, &group, strict)?;
                let replication_group = Some(change.apply(draft, &request, input, now)?);
                Ok(Output::ModifyReplicationGroup(types::ModifyReplicationGroupResult { replication_group }))
            })
            .await
    }
}

/// A group in the course of being changed.
pub(in crate::operations) struct GroupModification {
    group: ReplicationGroup,
    members: Vec<Modification>,
    /// The records as they were.
    before: (Arc<ReplicationGroup>, Vec<Arc<CacheCluster>>),
}

impl GroupModification {
    pub fn new(draft: &Draft, group: &Arc<ReplicationGroup>, strict: bool) -> Result<Self, AwsError> {
        let before: Vec<Arc<CacheCluster>> =
            group.member_ids().filter_map(|id| draft.get::<CacheCluster>(&group.scope, id)).collect();
        let change = |member: &Arc<CacheCluster>| {
            Modification::new(CacheCluster::clone(member), Some(group.cluster_mode), strict)
        };
        let members: Vec<_> = before.iter().map(change).collect();
        if members.is_empty() {
            return Err(errors::replication_group_not_available());
        }
        Ok(Self { group: ReplicationGroup::clone(group), members, before: (Arc::clone(group), before) })
    }

    /// Changes the records of the group and its members, and answers the group as the API shows it.
    pub fn apply(
        mut self,
        draft: &mut Draft,
        request: &Request,
        input: types::ModifyReplicationGroupMessage,
        now: DateTime<Utc>,
    ) -> Result<types::ReplicationGroup, AwsError> {
        let named_alone = names_cluster_mode_alone(&input, self.members[0].cluster.transit_encryption);
        let types::ModifyReplicationGroupMessage {
            replication_group_id: _,
            replication_group_description,
            primary_cluster_id,
            snapshotting_cluster_id,
            automatic_failover_enabled,
            multi_az_enabled,
            // ElastiCache ignores it.
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
            auth_token,
            auth_token_update_strategy,
            user_group_ids_to_add,
            user_group_ids_to_remove,
            remove_user_groups,
            log_delivery_configurations,
            ip_discovery,
            transit_encryption_enabled,
            transit_encryption_mode,
            cluster_mode,
            durability,
        } = input;
        if let Some(description) = replication_group_description {
            check_description(&description)?;
            self.group.description = description;
        }
        settings::check_security_groups(cache_security_group_names.as_deref(), true)?;
        let migration = migration::wanted(&self.group, &self.members[0].cluster, cluster_mode, named_alone)?;
        let from = self.group.cluster_mode;
        if let Some(mode) = migration {
            migration::apply(&mut self.group, mode);
        }
        for member in &mut self.members {
            member.cluster_mode = Some(self.group.cluster_mode);
            member.windows(preferred_maintenance_window.as_deref(), snapshot_window.as_deref())?;
            member.notification(notification_topic_arn.as_deref(), notification_topic_status.as_deref())?;
            member.security_groups(security_group_ids.as_deref());
            if let Some(asked) = auto_minor_version_upgrade {
                member.cluster.auto_minor_version_upgrade = asked;
            }
            if ip_discovery.is_some() {
                member.cluster.ip_discovery = settings::ip_discovery(ip_discovery)?;
            }
            member.node_type(cache_node_type.as_deref())?;
            member.engine(engine.as_deref(), engine_version.as_deref())?;
            member.parameter_group(draft, request, cache_parameter_group_name.as_deref())?;
            member.check_rules(draft, request)?;
        }
        self.check_compatible(from)?;
        self.availability(automatic_failover_enabled, multi_az_enabled, cache_node_type.is_some())?;
        if let Some(id) = primary_cluster_id {
            self.promote(draft, request, &id)?;
        }
        let snapshots = Asked { snapshot_retention_limit, snapshotting_cluster_id: snapshotting_cluster_id.as_deref() };
        snapshots.apply(draft, request, &mut self.group)?;
        self.group.snapshot_window = self.members[0].cluster.snapshot_window;
        let access = AccessChange {
            auth_token,
            strategy: auth_token_update_strategy,
            user_groups_to_add: user_group_ids_to_add.unwrap_or_default(),
            user_groups_to_remove: user_group_ids_to_remove.unwrap_or_default(),
            remove_user_groups: remove_user_groups.unwrap_or(false),
            encryption: transit_encryption_enabled,
            mode: transit_encryption_mode,
        };
        let durable = |durability| !matches!(durability, types::Durability::Default | types::Durability::Disabled);
        if durability.is_some_and(durable) {
            return Err(errors::feature_not_supported_yet("durability"));
        }
        let logs = log_delivery::Asked::of_request(log_delivery_configurations)?;
        logs.check_immediate(apply_immediately)?;
        for member in &mut self.members {
            // A group cannot be half in a cluster mode, so its parameter group comes along.
            member.settle(apply_immediately.unwrap_or(false) || migration.is_some(), now);
            migration::renew_engines(&mut member.cluster, from, self.group.cluster_mode);
        }
        let first = &self.members[0].cluster;
        logs.apply(&mut self.group.log_deliveries, first.engine, &first.engine_version)?;
        self.access(draft, &access, now)?;
        self.write(draft, request, now)
    }

    /// Changes who may talk to the group, and how. Which users it can have depends on its engine, so this comes after that.
    fn access(&mut self, draft: &Draft, change: &AccessChange, now: DateTime<Utc>) -> Result<(), AwsError> {
        let first = &self.members[0].cluster;
        let changed = change.check(draft.tables(), first, now)?;
        if changed.user_group_id != first.user_group_id {
            self.group.former_user_group_id.clone_from(&first.user_group_id);
        }
        for member in &mut self.members {
            changed.write(&mut member.cluster);
        }
        Ok(())
    }

    /// While a group serves clients of both kinds its engines stay as they are.
    fn check_compatible(&self, mode: ClusterMode) -> Result<(), AwsError> {
        let is_scaled = |member: &Modification| {
            let pending = &member.cluster.pending;
            pending.cache_node_type.is_some() || pending.engine.is_some()
        };
        if mode == ClusterMode::Compatible && self.members.iter().any(is_scaled) {
            return Err(errors::invalid_group_state(
                "The replication group cannot be scaled or upgraded while its cluster mode is compatible.",
            ));
        }
        Ok(())
    }

    fn availability(
        &mut self,
        automatic_failover: Option<bool>,
        multi_az: Option<bool>,
        node_type_changes: bool,
    ) -> Result<(), AwsError> {
        if automatic_failover.is_none() && multi_az.is_none() && !node_type_changes {
            return Ok(());
        }
        let group = &mut self.group;
        let clustered = group.cluster_mode.is_clustered();
        if clustered && automatic_failover == Some(false) {
            return Err(errors::invalid_combination(
                "Automatic failover cannot be turned off for a replication group with cluster mode enabled.",
            ));
        }
        let availability = Availability {
            automatic_failover: automatic_failover.unwrap_or(group.automatic_failover),
            multi_az: multi_az.unwrap_or(group.multi_az),
        };
        let fewest = group.node_groups.values().map(|shard| shard.members.len()).min().unwrap_or(0);
        let (engine, version, node_type) = wanted(&self.members[0].cluster);
        let version = version_reported_as(engine, version.as_str()).ok_or_else(errors::internal_failure)?;
        let node_type = node_types::node_type(node_type).map_err(errors::invalid_value)?;
        availability.check(fewest, clustered, version, node_type)?;
        (group.automatic_failover, group.multi_az) = (availability.automatic_failover, availability.multi_az);
        Ok(())
    }

    /// Lets another member take writes.
    fn promote(&mut self, draft: &Draft, request: &Request, id: &str) -> Result<(), AwsError> {
        let member = cache_cluster::find(draft, request, id)?;
        let group = &mut self.group;
        if group.cluster_mode == ClusterMode::Enabled {
            return Err(errors::invalid_combination(
                "PrimaryClusterId cannot be modified for a replication group with cluster mode enabled.",
            ));
        }
        let shard = group.node_groups.values_mut().find(|shard| shard.members.contains(&member.id));
        let Some(shard) = shard else { return Err(errors::not_a_member(&member.id, &group.id)) };
        if shard.primary.cache_cluster_id == member.id {
            return Ok(());
        }
        if group.automatic_failover {
            return Err(errors::invalid_group_state(
                "Cannot manually promote a new master cache cluster while autofailover is enabled",
            ));
        }
        if shard.promotion.is_some() {
            return Err(errors::failover_in_progress(&group.id));
        }
        let phase = member.phase();
        if phase != Phase::Available {
            return Err(errors::cache_cluster_not_available(&member.id, phase.as_str()));
        }
        shard.promotion = Some(Promotion { to: Some(member.id.clone()), replaces_primary: false });
        Ok(())
    }

    /// Writes what has changed. Nothing having changed is an error, and undoes all.
    fn write(
        mut self,
        draft: &mut Draft,
        request: &Request,
        now: DateTime<Utc>,
    ) -> Result<types::ReplicationGroup, AwsError> {
        let (group, members) = &self.before;
        for member in &mut self.members {
            member.announce(draft, now);
            let id = member.cluster.id.clone();
            log_delivery::begin_now(draft, &member.cluster, &group.log_deliveries, &self.group.log_deliveries);
            draft.put(&request.scope, &id, member.cluster.clone());
        }
        automatic_snapshots::appoint(draft, &mut self.group);
        let is_same =
            |member: &Arc<CacheCluster>| draft.get::<CacheCluster>(&request.scope, &member.id).as_ref() == Some(member);
        if self.group == **group && members.iter().all(is_same) {
            return Err(errors::no_modifications());
        }
        if self.group.automatic_failover != group.automatic_failover {
            let (id, state) = (&group.id, if self.group.automatic_failover { "on" } else { "off" });
            let message = format!("Automatic failover has been turned {state} for replication group {id}");
            let (source_identifier, source_type) = (id.clone(), SourceType::ReplicationGroup);
            draft.emit(&request.scope, Event { source_identifier, source_type, message, date: now });
        }
        Ok(super::put(draft, request, self.group))
    }
}

/// The engine, version and node type that a member is to have in the end.
fn wanted(member: &CacheCluster) -> (Engine, &EngineVersion, &str) {
    let pending = &member.pending;
    let (engine, version) =
        pending.engine.as_ref().map_or((member.engine, &member.engine_version), |(engine, version)| (*engine, version));
    (engine, version, pending.cache_node_type.as_ref().unwrap_or(&member.cache_node_type))
}

/// Whether a request that names a cluster mode names nothing but the parameter group beside.
fn names_cluster_mode_alone(input: &types::ModifyReplicationGroupMessage, encryption: TransitEncryption) -> bool {
    fn present<T>(list: Option<Vec<T>>) -> Option<Vec<T>> {
        list.filter(|list| !list.is_empty())
    }
    let input = input.clone();
    let rest = types::ModifyReplicationGroupMessage {
        replication_group_id: String::new(),
        cluster_mode: None,
        cache_parameter_group_name: None,
        apply_immediately: None,
        node_group_id: None,
        // What is so already asks for nothing here, and Terraform says so always.
        remove_user_groups: input.remove_user_groups.filter(|remove| *remove),
        transit_encryption_enabled: input
            .transit_encryption_enabled
            .filter(|enabled| *enabled != encryption.is_enabled()),
        cache_security_group_names: present(input.cache_security_group_names),
        security_group_ids: present(input.security_group_ids),
        user_group_ids_to_add: present(input.user_group_ids_to_add),
        user_group_ids_to_remove: present(input.user_group_ids_to_remove),
        log_delivery_configurations: present(input.log_delivery_configurations),
        ..input
    };
    rest == types::ModifyReplicationGroupMessage::default()
}
