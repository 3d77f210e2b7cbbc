//! `ModifyCacheCluster`.
//!
//! Some changes take effect at once, whatever is asked. The others wait in the record's pending changes for the
//! maintenance window, or, with `ApplyImmediately`, are taken over right away.

use chrono::{DateTime, Utc};

use super::{auth_token::TokenUpdate, modification::Modification, resize::Resize, settings};
use crate::{
    model::CacheCluster,
    operations::{Operations, errors, log_delivery, request::Request},
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// Without `ApplyImmediately`, changes wait for the maintenance window. A request that names no change and has
    /// `ApplyImmediately` brings forward what waits. The engine can be changed from Redis to Valkey unless `--strict`
    /// is given. Of a member of a replication group only the maintenance window, the notification topic and
    /// `AutoMinorVersionUpgrade` can be changed here. AUTH tokens change at once, whatever `ApplyImmediately` says, and
    /// without encryption in transit only if `--strict` is not given. Log delivery can be changed with
    /// `ApplyImmediately` only: [Logs](watching.md#logs).
    pub(in crate::operations) async fn modify_cache_cluster(
        &self,
        request: &Request,
        input: types::ModifyCacheClusterMessage,
    ) -> Result<Output, AwsError> {
        let request = request.clone();
        let (now, strict) = (self.clock.now(), self.options.strict);
        self.store
            .write(move |draft| {
                let before = super::find_available(draft, &request, &input.cache_cluster_id)?;
                super::member::check_modification(&before, &input)?;
                let cluster_mode = super::member::cluster_mode(draft, &request, &before);
                let mut modification = Modification::new(CacheCluster::clone(&before), cluster_mode, strict);
                if names_nothing(&input) && !modification.applies_pending(&input) {
                    return Err(errors::no_modifications());
                }
                modification.apply(draft, &request, input, now)?;
                modification.announce(draft, now);
                log_delivery::begin_now(draft, &before, &before.log_deliveries, &modification.cluster.log_deliveries);
                let cache_cluster = Some(super::put(draft, &request, modification.cluster));
                Ok(Output::ModifyCacheCluster(types::ModifyCacheClusterResult { cache_cluster }))
            })
            .await
    }
}

/// Whether a request asks for no change at all. Empty lists count as absent ones, as every client means them.
fn names_nothing(input: &types::ModifyCacheClusterMessage) -> bool {
    let present = |list: &Option<Vec<String>>| list.clone().filter(|list| !list.is_empty());
    let named = types::ModifyCacheClusterMessage {
        cache_cluster_id: String::new(),
        apply_immediately: None,
        cache_node_ids_to_remove: present(&input.cache_node_ids_to_remove),
        new_availability_zones: present(&input.new_availability_zones),
        cache_security_group_names: present(&input.cache_security_group_names),
        security_group_ids: present(&input.security_group_ids),
        log_delivery_configurations: input.log_delivery_configurations.clone().filter(|logs| !logs.is_empty()),
        ..input.clone()
    };
    named == types::ModifyCacheClusterMessage::default()
}

impl Modification {
    /// Whether a request that names no change brings those forward that wait for the maintenance window.
    fn applies_pending(&self, input: &types::ModifyCacheClusterMessage) -> bool {
        input.apply_immediately == Some(true) && !self.cluster.pending.is_empty()
    }

    fn apply(
        &mut self,
        draft: &Draft,
        request: &Request,
        input: types::ModifyCacheClusterMessage,
        now: DateTime<Utc>,
    ) -> Result<(), AwsError> {
        let types::ModifyCacheClusterMessage {
            cache_cluster_id: _,
            num_cache_nodes,
            cache_node_ids_to_remove,
            az_mode,
            new_availability_zones,
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
            log_delivery_configurations,
            ip_discovery,
            scale_config,
        } = input;
        if scale_config.is_some() {
            return Err(errors::feature_not_supported_yet("gradual scaling"));
        }
        let logs = log_delivery::Asked::of_request(log_delivery_configurations)?;
        logs.check_immediate(apply_immediately)?;
        let token_update = TokenUpdate::of_request(auth_token.as_ref(), auth_token_update_strategy)?;
        settings::check_security_groups(cache_security_group_names.as_deref(), true)?;
        self.windows(preferred_maintenance_window.as_deref(), snapshot_window.as_deref())?;
        self.notification(notification_topic_arn.as_deref(), notification_topic_status.as_deref())?;
        self.security_groups(security_group_ids.as_deref());
        if snapshot_retention_limit.is_some() {
            self.cluster.snapshot_retention_limit =
                settings::snapshot_retention_limit(self.cluster.engine, snapshot_retention_limit)?;
        }
        if let Some(asked) = auto_minor_version_upgrade {
            self.cluster.auto_minor_version_upgrade = asked;
        }
        if ip_discovery.is_some() {
            self.cluster.ip_discovery = settings::ip_discovery(ip_discovery)?;
        }
        self.node_type(cache_node_type.as_deref())?;
        self.engine(engine.as_deref(), engine_version.as_deref())?;
        self.parameter_group(draft, request, cache_parameter_group_name.as_deref())?;
        self.check_rules(draft, request)?;
        let resize = Resize {
            count: num_cache_nodes,
            to_remove: cache_node_ids_to_remove.filter(|ids| !ids.is_empty()),
            az_mode,
            new_zones: new_availability_zones.filter(|zones| !zones.is_empty()),
        };
        self.resize(request, resize)?;
        if self.strict {
            settings::check_node_quota(draft, request, self.cluster.pending.nodes_to_add.len())?;
        }
        self.settle(apply_immediately.unwrap_or(false), now);
        let CacheCluster { engine, engine_version, log_deliveries, .. } = &mut self.cluster;
        logs.apply(log_deliveries, *engine, engine_version)?;
        // Whoever is let in is not a matter of maintenance.
        self.auth_token(token_update, now)
    }
}
