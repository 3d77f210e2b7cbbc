//! `ModifyCacheCluster`.
//!
//! Some changes take effect at once, whatever is asked. The others wait in the record's pending changes for the
//! maintenance window, or, with `ApplyImmediately`, are taken over right away.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{reboot::known_nodes, settings};
use crate::{
    model::{
        CacheCluster, Engine, Event, NodeId, Notification, Pending, SourceType,
        catalogue::{
            engine_versions::{resolve_version, version_reported_as},
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
                let mut modification =
                    Modification { cluster: CacheCluster::clone(&before), messages: Vec::new(), strict };
                modification.apply(draft, &request, input, now)?;
                let Modification { cluster, messages, .. } = modification;
                for message in messages {
                    let (source_identifier, source_type) = (cluster.id.clone(), SourceType::CacheCluster);
                    draft.emit(&request.scope, Event { source_identifier, source_type, message, date: now });
                }
                let cache_cluster = Some(super::put(draft, &request, cluster));
                Ok(Output::ModifyCacheCluster(types::ModifyCacheClusterResult { cache_cluster }))
            })
            .await
    }
}

/// A cluster in the course of being changed.
struct Modification {
    cluster: CacheCluster,
    /// What is to be told of it.
    messages: Vec<String>,
    strict: bool,
}

/// What is asked of a Memcached cluster's nodes.
struct Resize {
    count: Option<i32>,
    to_remove: Option<Vec<String>>,
    az_mode: Option<types::AZMode>,
    new_zones: Option<Vec<String>>,
}

impl Modification {
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
        let apply_immediately = apply_immediately.unwrap_or(false);
        let resize = Resize {
            count: num_cache_nodes,
            to_remove: cache_node_ids_to_remove.filter(|ids| !ids.is_empty()),
            az_mode,
            new_zones: new_availability_zones.filter(|zones| !zones.is_empty()),
        };
        self.nodes(request, resize)?;
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
        let facts = resolve_version(engine, version).map_err(errors::refused_version)?;
        let asked = super::full_version(facts);
        if engine == present && (version.is_none() || asked == self.cluster.engine_version) {
            self.cluster.pending.engine = None;
            return Ok(());
        }
        if engine != present && self.strict {
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
        let name = match asked {
            Some(name) => parameter_groups::for_cluster(draft.tables(), &request.scope, family, Some(name))?,
            None if parameter_groups::family(draft.tables(), &request.scope, &present)
                .is_some_and(|found| found.name == family.name) =>
            {
                return Ok(());
            }
            None if present.starts_with("default.") => {
                parameter_groups::for_cluster(draft.tables(), &request.scope, family, None)?
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

    /// Adds or removes Memcached nodes. `NumCacheNodes` counts what is to be there in the end; changes that still wait
    /// are added up or replaced as the API reference has it.
    fn nodes(&mut self, request: &Request, resize: Resize) -> Result<(), AwsError> {
        let Resize { count, to_remove, az_mode, new_zones } = resize;
        if self.cluster.engine != Engine::Memcached {
            if count.is_some_and(|count| count != 1) {
                let engine = self.cluster.engine;
                return Err(errors::invalid_value(format_args!("NumCacheNodes should be 1 if engine is {engine}")));
            }
            if to_remove.is_some() || new_zones.is_some() || az_mode.is_some() {
                return Err(errors::invalid_combination(
                    "CacheNodeIdsToRemove, NewAvailabilityZones and AZMode are only supported for engine memcached.",
                ));
            }
            return Ok(());
        }
        self.az_mode(az_mode)?;
        let active = self.cluster.node_count();
        let waiting = self.cluster.pending.nodes_to_add.len();
        let Some(count) = count else {
            return if to_remove.is_some() || new_zones.is_some() {
                Err(errors::missing_parameter("NumCacheNodes"))
            } else {
                Ok(())
            };
        };
        let wanted = settings::memcached_node_count(count)?;
        if new_zones.is_some() && wanted <= active {
            return Err(errors::invalid_combination(
                "NewAvailabilityZones can only be specified when the number of nodes is increased.",
            ));
        }
        if wanted == active {
            if to_remove.is_some() {
                return Err(errors::invalid_combination(
                    "CacheNodeIdsToRemove can only be specified when the number of nodes is decreased.",
                ));
            }
            self.cluster.pending = Pending {
                nodes_to_add: Vec::new(),
                nodes_to_remove: BTreeSet::new(),
                ..std::mem::take(&mut self.cluster.pending)
            };
            return Ok(());
        }
        if wanted > active + waiting || (wanted > active && to_remove.is_none()) {
            return self.add_nodes(request, wanted, new_zones, to_remove.is_some());
        }
        self.remove_nodes(active + waiting, wanted, to_remove)
    }

    fn az_mode(&mut self, asked: Option<types::AZMode>) -> Result<(), AwsError> {
        match asked {
            Some(types::AZMode::SingleAz) => {
                let mut zones = self.cluster.nodes.values().map(|node| &node.availability_zone);
                let first = zones.next();
                if zones.any(|zone| Some(zone) != first) {
                    return Err(errors::invalid_combination(
                        "Cannot change to AZ Mode of 'single-az': the nodes are in different availability zones.",
                    ));
                }
                self.cluster.cross_az = false;
            }
            Some(types::AZMode::CrossAz) => self.cluster.cross_az = true,
            None => {}
        }
        Ok(())
    }

    /// Create after create adds up; create after delete replaces.
    fn add_nodes(
        &mut self,
        request: &Request,
        wanted: usize,
        new_zones: Option<Vec<String>>,
        removes_too: bool,
    ) -> Result<(), AwsError> {
        if removes_too {
            return Err(errors::invalid_combination(
                "CacheNodeIdsToRemove can only be specified when the number of nodes is decreased.",
            ));
        }
        self.cluster.pending.nodes_to_remove.clear();
        let active = self.cluster.node_count();
        let missing = wanted - active;
        let waiting = &mut self.cluster.pending.nodes_to_add;
        if missing < waiting.len() {
            waiting.truncate(missing);
        }
        let added = missing - waiting.len();
        let region = &request.scope.region;
        let zones = match new_zones {
            Some(zones) if zones.len() != added => {
                return Err(errors::invalid_combination(
                    "Must specify the same number of preferred availability zones as requested number of nodes",
                ));
            }
            Some(zones) => {
                zones.iter().try_for_each(|zone| settings::check_zone(region, zone))?;
                zones
            }
            None if self.cluster.cross_az => {
                settings::spread(region, &self.cluster.id, wanted).split_off(wanted - added)
            }
            None => {
                let zone = self.cluster.nodes.values().next().map(|node| node.availability_zone.clone());
                vec![zone.unwrap_or_else(|| settings::spread(region, &self.cluster.id, 1).remove(0)); added]
            }
        };
        if added > 0 {
            self.messages.push("Increasing number of requested nodes".into());
        }
        waiting.extend(zones);
        Ok(())
    }

    /// Delete after delete replaces, and so does delete after create, which may name nodes that are still to come.
    fn remove_nodes(&mut self, present: usize, wanted: usize, ids: Option<Vec<String>>) -> Result<(), AwsError> {
        let Some(ids) = ids else { return Err(errors::missing_parameter("CacheNodeIdsToRemove")) };
        let to_come: Vec<NodeId> = NodeId::free(|id| self.cluster.nodes.contains_key(&id))
            .take(self.cluster.pending.nodes_to_add.len())
            .collect();
        let (waiting, active): (Vec<_>, Vec<_>) =
            ids.into_iter().partition(|id| id.parse().is_ok_and(|id: NodeId| to_come.contains(&id)));
        let active = known_nodes(&self.cluster, &active)?;
        let waiting: BTreeSet<NodeId> = waiting.iter().filter_map(|id| id.parse().ok()).collect();
        if active.len() + waiting.len() != present - wanted {
            return Err(errors::invalid_combination(format_args!(
                "CacheNodeIdsToRemove must list {} cache nodes to go from {present} to {wanted}.",
                present - wanted
            )));
        }
        let pending = &mut self.cluster.pending;
        pending.nodes_to_add = to_come
            .iter()
            .zip(std::mem::take(&mut pending.nodes_to_add))
            .filter(|(id, _)| !waiting.contains(id))
            .map(|(_, zone)| zone)
            .collect();
        pending.nodes_to_remove = active;
        Ok(())
    }
}
