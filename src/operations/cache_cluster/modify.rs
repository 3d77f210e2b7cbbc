//! `ModifyCacheCluster`.
//!
//! Some changes take effect at once, whatever is asked. The others wait in the record's pending changes for the
//! maintenance window, or, with `ApplyImmediately`, are taken over right away.

use chrono::{DateTime, Utc};

use super::{resize::Resize, settings};
use crate::{
    model::{
        CacheCluster, ClusterMode, Engine, Event, Notification, SourceType,
        catalogue::{
            engine_versions::{resolve_version, version_reported_as},
            families::Family,
            node_types,
            upgrades::check_upgrade,
        },
        parameters::family_of,
    },
    operations::{Operations, errors, parameter_groups, request::Request},
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
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
                let mut modification = Modification::new(CacheCluster::clone(&before), None, strict);
                if names_nothing(&input) && !modification.applies_pending(&input) {
                    return Err(errors::invalid_combination("No modifications were requested"));
                }
                modification.apply(draft, &request, input, now)?;
                let cluster = modification.announce(draft, now);
                let cache_cluster = Some(super::put(draft, &request, cluster));
                Ok(Output::ModifyCacheCluster(types::ModifyCacheClusterResult { cache_cluster }))
            })
            .await
    }
}

/// A cluster in the course of being changed.
pub(in crate::operations) struct Modification {
    pub cluster: CacheCluster,
    /// What is to be told of it.
    pub messages: Vec<String>,
    /// The cluster mode of the replication group that is changed, of which the cluster is a member.
    group: Option<ClusterMode>,
    strict: bool,
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
    /// The change of a cluster, or of a member with its group.
    pub fn new(cluster: CacheCluster, group: Option<ClusterMode>, strict: bool) -> Self {
        Self { cluster, messages: Vec::new(), group, strict }
    }

    /// Tells of the change; answers the changed cluster.
    pub fn announce(self, draft: &mut Draft, now: DateTime<Utc>) -> CacheCluster {
        for message in self.messages {
            let (source_identifier, source_type) = (self.cluster.id.clone(), SourceType::CacheCluster);
            draft.emit(&self.cluster.scope, Event { source_identifier, source_type, message, date: now });
        }
        self.cluster
    }

    /// Whether a request that names no change brings those forward that wait for the maintenance window.
    fn applies_pending(&self, input: &types::ModifyCacheClusterMessage) -> bool {
        input.apply_immediately == Some(true) && !self.cluster.pending.is_empty()
    }

    pub fn apply(
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
        for (given, feature) in [
            (log_delivery_configurations.is_some_and(|logs| !logs.is_empty()), "log delivery"),
            (scale_config.is_some(), "gradual scaling"),
            (auth_token.is_some() || auth_token_update_strategy.is_some(), "changing AUTH tokens"),
        ] {
            if given {
                return Err(errors::feature_not_supported_yet(feature));
            }
        }
        settings::check_security_groups(cache_security_group_names.as_deref(), true)?;
        self.windows(preferred_maintenance_window.as_deref(), snapshot_window.as_deref())?;
        self.notification(notification_topic_arn, notification_topic_status.as_deref())?;
        if let Some(ids) = security_group_ids.filter(|ids| !ids.is_empty())
            && ids != self.cluster.security_group_ids
        {
            self.cluster.security_group_ids = ids;
            self.messages.push("Applied change to security group".into());
        }
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
        self.node_type(cache_node_type)?;
        self.engine(engine.as_deref(), engine_version.as_deref())?;
        self.parameter_group(draft, request, cache_parameter_group_name.as_deref())?;
        self.check_rules(draft, request)?;
        let apply_immediately = apply_immediately.unwrap_or(false);
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
        if apply_immediately {
            self.cluster.apply_pending();
        } else if self.cluster.pending.is_empty() {
            self.cluster.pending.since = None;
        } else {
            self.cluster.pending.since = self.cluster.pending.since.or(Some(now));
        }
        Ok(())
    }

    fn windows(&mut self, maintenance: Option<&str>, snapshot: Option<&str>) -> Result<(), AwsError> {
        if let Some(text) = maintenance {
            self.cluster.maintenance_window = text.parse().map_err(errors::invalid_value)?;
        }
        if let Some(text) = snapshot {
            if self.cluster.engine == Engine::Memcached {
                return settings::snapshot_retention_limit(Engine::Memcached, Some(0)).map(|_| ());
            }
            self.cluster.snapshot_window = Some(text.parse().map_err(errors::invalid_value)?);
        }
        settings::check_windows(self.cluster.maintenance_window, self.cluster.snapshot_window)
    }

    /// An empty topic with the status `inactive` is how Terraform takes a topic away.
    fn notification(&mut self, topic: Option<String>, status: Option<&str>) -> Result<(), AwsError> {
        match topic {
            Some(topic) if topic.is_empty() => self.cluster.notification = None,
            Some(topic_arn) => self.cluster.notification = Some(Notification { topic_arn, active: true }),
            None => {}
        }
        match status {
            None => {}
            Some(status @ ("active" | "inactive")) => {
                if let Some(notification) = &mut self.cluster.notification {
                    notification.active = status == "active";
                }
            }
            Some(other) => {
                return Err(errors::invalid_value(format_args!("Invalid notification topic status: {other}.")));
            }
        }
        Ok(())
    }

    fn node_type(&mut self, asked: Option<String>) -> Result<(), AwsError> {
        let Some(asked) = asked else { return Ok(()) };
        if asked == self.cluster.cache_node_type {
            self.cluster.pending.cache_node_type = None;
            return Ok(());
        }
        if self.cluster.engine == Engine::Memcached {
            return Err(errors::invalid_combination("Scaling is not supported for engine memcached"));
        }
        node_types::node_type(&asked).map_err(errors::invalid_value)?;
        if !super::allowed_node_types(&self.cluster).contains(&asked) {
            return Err(errors::invalid_value(format_args!(
                "Cache node type {asked} is not one that cluster {} can be changed to.",
                self.cluster.id
            )));
        }
        self.cluster.pending.cache_node_type = Some(asked);
        Ok(())
    }

    fn engine(&mut self, engine: Option<&str>, version: Option<&str>) -> Result<(), AwsError> {
        if engine.is_none() && version.is_none() {
            return Ok(());
        }
        let present = self.cluster.engine;
        let engine = match engine {
            None => present,
            Some(name) => name.parse().map_err(|_| errors::invalid_value(format_args!("Invalid engine: {name}.")))?,
        };
        if engine == present && version.is_none() {
            // To name the present engine takes back a change to another one.
            self.cluster.pending.engine.take_if(|(other, _)| *other != present);
            return Ok(());
        }
        let facts = resolve_version(engine, version).map_err(errors::refused_version)?;
        let asked = super::full_version(facts);
        if engine == present && asked == self.cluster.engine_version {
            self.cluster.pending.engine = None;
            return Ok(());
        }
        // A cluster may stay on a version that is not offered any more, but not be brought to one.
        let facts = settings::version(engine, version, self.strict)?;
        if engine != present && self.strict && self.group.is_none() {
            return Err(errors::invalid_combination(format_args!(
                "The engine of a cluster outside of a replication group cannot be changed from {present} to {engine}."
            )));
        }
        if let Some(from) = version_reported_as(present, self.cluster.engine_version.as_str()) {
            check_upgrade(from, facts).map_err(errors::invalid_combination)?;
        }
        self.cluster.pending.engine = Some((engine, asked));
        Ok(())
    }

    /// Another engine version may need a group of another family; without one the family's default group is taken.
    fn parameter_group(&mut self, draft: &Draft, request: &Request, asked: Option<&str>) -> Result<(), AwsError> {
        let wanted = self.cluster.pending.engine.clone();
        let (engine, version) = wanted.unwrap_or_else(|| (self.cluster.engine, self.cluster.engine_version.clone()));
        let family = family_of(engine, &version);
        let present = self.cluster.parameter_group.clone();
        let is_of_family = |name: &String| {
            parameter_groups::family(draft.tables(), &request.scope, name)
                .is_some_and(|found| found.name == family.name)
        };
        let name = match asked {
            Some(name) => self.checked_group(draft, request, family, name)?,
            None if is_of_family(self.cluster.pending.parameter_group.as_ref().unwrap_or(&present)) => return Ok(()),
            // What waited was for a version that is not wanted any more.
            None if is_of_family(&present) => present.clone(),
            None if present.starts_with("default.") => {
                parameter_groups::default_of(family, self.group.is_some_and(ClusterMode::is_clustered))
            }
            None => {
                let found = parameter_groups::family(draft.tables(), &request.scope, &present);
                return Err(errors::wrong_parameter_group_family(family.name, found.map_or("", |found| found.name)));
            }
        };
        if name == present {
            self.cluster.pending.parameter_group = None;
        } else {
            self.messages.push(format!("Updated to use a CacheParameterGroup {name}"));
            self.cluster.pending.parameter_group = Some(name);
        }
        Ok(())
    }

    /// The parameter group that was asked for, which must not change the cluster mode.
    fn checked_group(
        &self,
        draft: &Draft,
        request: &Request,
        family: &'static Family,
        asked: &str,
    ) -> Result<String, AwsError> {
        let (tables, scope) = (draft.tables(), &request.scope);
        let Some(mode) = self.group else { return parameter_groups::for_cluster(tables, scope, family, Some(asked)) };
        let name = parameter_groups::of_family(tables, scope, family, asked)?;
        if parameter_groups::is_cluster_enabled(tables, scope, &name) == mode.is_clustered() {
            return Ok(name);
        }
        Err(errors::invalid_combination(format_args!(
            "The parameter group {name} does not suit the cluster mode of the replication group: its cluster-enabled \
             parameter has another value."
        )))
    }

    /// Checks that engine, parameters and node type suit each other, all as they are to be in the end.
    fn check_rules(&self, draft: &Draft, request: &Request) -> Result<(), AwsError> {
        let (cluster, pending) = (&self.cluster, &self.cluster.pending);
        if pending.parameter_group.is_none() && pending.cache_node_type.is_none() && pending.engine.is_none() {
            return Ok(());
        }
        let group = pending.parameter_group.as_ref().unwrap_or(&cluster.parameter_group);
        let cache_node_type = pending.cache_node_type.as_ref().unwrap_or(&cluster.cache_node_type);
        let (engine, version) = pending
            .engine
            .as_ref()
            .map_or((cluster.engine, &cluster.engine_version), |(engine, version)| (*engine, version));
        let node_type = node_types::node_type(cache_node_type).map_err(errors::invalid_value)?;
        settings::check_node_type(node_type, engine, version)?;
        let values = parameter_groups::values(draft.tables(), &request.scope, group);
        parameter_groups::check_rules(family_of(engine, version), &values, node_type)
    }
}
