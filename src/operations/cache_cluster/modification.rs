//! Changes of a cache cluster that `ModifyCacheCluster` and `ModifyReplicationGroup` have in common: the members of a
//! replication group have its settings, and are changed as clusters are.
//!
//! Some changes take effect at once, whatever is asked. The others go to the record's pending changes first, and
//! [`Modification::settle`] says whether they wait there for the maintenance window. Nothing is written here.

use chrono::{DateTime, Utc};

use super::settings;
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
    operations::{errors, parameter_groups, request::Request},
    protocol::AwsError,
    store::Draft,
};

/// A cluster in the course of being changed.
pub(in crate::operations) struct Modification {
    pub cluster: CacheCluster,
    /// What is to be told of it.
    pub messages: Vec<String>,
    /// The cluster mode that its replication group has or is to have; `None` for a cluster that is in no group.
    pub cluster_mode: Option<ClusterMode>,
    pub strict: bool,
}

impl Modification {
    /// The change of a cluster, about which nothing is known yet.
    pub fn new(cluster: CacheCluster, cluster_mode: Option<ClusterMode>, strict: bool) -> Self {
        Self { cluster, messages: Vec::new(), cluster_mode, strict }
    }

    /// Has the changes that were not taken over at once take effect now, or wait.
    pub fn settle(&mut self, apply_immediately: bool, now: DateTime<Utc>) {
        if apply_immediately {
            self.cluster.apply_pending();
        } else if self.cluster.pending.is_empty() {
            self.cluster.pending.since = None;
        } else {
            self.cluster.pending.since = self.cluster.pending.since.or(Some(now));
        }
    }

    /// Tells what there is to be told.
    pub fn announce(&mut self, draft: &mut Draft, now: DateTime<Utc>) {
        for message in std::mem::take(&mut self.messages) {
            let (source_identifier, source_type) = (self.cluster.id.clone(), SourceType::CacheCluster);
            draft.emit(&self.cluster.scope, Event { source_identifier, source_type, message, date: now });
        }
    }

    /// An empty list of security groups says nothing.
    pub fn security_groups(&mut self, ids: Option<&[String]>) {
        if let Some(ids) = ids.filter(|ids| !ids.is_empty())
            && ids != self.cluster.security_group_ids
        {
            self.cluster.security_group_ids = ids.to_vec();
            self.messages.push("Applied change to security group".into());
        }
    }

    pub fn windows(&mut self, maintenance: Option<&str>, snapshot: Option<&str>) -> Result<(), AwsError> {
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
    pub fn notification(&mut self, topic: Option<&str>, status: Option<&str>) -> Result<(), AwsError> {
        match topic {
            Some("") => self.cluster.notification = None,
            Some(topic) => self.cluster.notification = Some(Notification { topic_arn: topic.to_owned(), active: true }),
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

    pub fn node_type(&mut self, asked: Option<&str>) -> Result<(), AwsError> {
        let Some(asked) = asked else { return Ok(()) };
        if asked == self.cluster.cache_node_type {
            self.cluster.pending.cache_node_type = None;
            return Ok(());
        }
        if self.cluster.engine == Engine::Memcached {
            return Err(errors::invalid_combination("Scaling is not supported for engine memcached"));
        }
        node_types::node_type(asked).map_err(errors::invalid_value)?;
        if !super::allowed_node_types(&self.cluster).contains(asked) {
            return Err(errors::invalid_value(format_args!(
                "Cache node type {asked} is not one that cluster {} can be changed to.",
                self.cluster.id
            )));
        }
        self.cluster.pending.cache_node_type = Some(asked.to_owned());
        Ok(())
    }

    pub fn engine(&mut self, engine: Option<&str>, version: Option<&str>) -> Result<(), AwsError> {
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
        if engine != present && self.strict && self.cluster_mode.is_none() {
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
    pub fn parameter_group(&mut self, draft: &Draft, request: &Request, asked: Option<&str>) -> Result<(), AwsError> {
        let wanted = self.cluster.pending.engine.clone();
        let (engine, version) = wanted.unwrap_or_else(|| (self.cluster.engine, self.cluster.engine_version.clone()));
        let family = family_of(engine, &version);
        let present = self.cluster.parameter_group.clone();
        let suits = |name: &str| self.check_suits(draft, request, family, name).is_ok();
        let name = match asked {
            Some(name) => {
                let name = self.asked_group(draft, request, family, name)?;
                self.check_suits(draft, request, family, &name)?;
                name
            }
            None if suits(self.cluster.pending.parameter_group.as_ref().unwrap_or(&present)) => return Ok(()),
            // What waited was for a version that is not wanted any more.
            None if suits(&present) => present.clone(),
            None if present.starts_with("default.") => {
                parameter_groups::default_of(family, self.cluster_mode.is_some_and(ClusterMode::is_clustered))
            }
            None => return self.check_suits(draft, request, family, &present),
        };
        if name == present {
            self.cluster.pending.parameter_group = None;
        } else {
            self.messages.push(format!("Updated to use a CacheParameterGroup {name}"));
            self.cluster.pending.parameter_group = Some(name);
        }
        Ok(())
    }

    fn asked_group(
        &self,
        draft: &Draft,
        request: &Request,
        family: &'static Family,
        name: &str,
    ) -> Result<String, AwsError> {
        match self.cluster_mode {
            None => parameter_groups::for_cluster(draft.tables(), &request.scope, family, Some(name)),
            Some(_) => parameter_groups::of_family(draft.tables(), &request.scope, family, name),
        }
    }

    /// Whether a parameter group is one for the engine, and for the cluster mode of its replication group.
    fn check_suits(
        &self,
        draft: &Draft,
        request: &Request,
        family: &'static Family,
        name: &str,
    ) -> Result<(), AwsError> {
        let found = parameter_groups::family(draft.tables(), &request.scope, name).map_or("", |found| found.name);
        if found != family.name {
            return Err(errors::wrong_parameter_group_family(family.name, found));
        }
        let is_clustered = parameter_groups::is_cluster_enabled(draft.tables(), &request.scope, name);
        match self.cluster_mode {
            Some(mode) if mode.is_clustered() != is_clustered => Err(errors::unsuitable_cluster_enabled(mode)),
            _ => Ok(()),
        }
    }

    /// Checks that engine, parameters and node type suit each other, all as they are to be in the end.
    pub fn check_rules(&self, draft: &Draft, request: &Request) -> Result<(), AwsError> {
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
