//! `ModifyCacheParameterGroup` and `ResetCacheParameterGroup`.
//!
//! Only the record changes here. The reconciler hears of it and tells the engines of every cluster that uses the group.

use std::sync::Arc;

use super::rules;
use crate::{
    model::{
        CacheCluster, CacheParameterGroup, Event, Phase, Scope, SourceType,
        catalogue::{
            default_groups::default_group,
            families::{self, Family},
            limits,
            node_types::node_type,
            parameter_value::{ParameterError, check_modifiable, validate},
        },
    },
    operations::{
        Operations, errors,
        global_replication_group::{self, spread},
        request::Request,
    },
    protocol::{AwsError, ErrorCode, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// Values reach running engines at once, or show as `pending-reboot`. A group that was made for a global datastore
    /// changes in all its regions. An event tells when an engine, being of another version or built otherwise, did not
    /// take one. A few parameters are `ElastiCache`'s own, and no published engine has anything to do with them, so
    /// their values are kept and shown only: `close-on-replica-write`, `close-on-slave-write`,
    /// `lua-replicate-commands`, `search-*`, and those of cluster mode.
    pub(in crate::operations) async fn modify_cache_parameter_group(
        &self,
        request: &Request,
        input: types::ModifyCacheParameterGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::ModifyCacheParameterGroupMessage { cache_parameter_group_name, parameter_name_values } = input;
        check_count(parameter_name_values.len())?;
        if parameter_name_values.is_empty() {
            return Err(errors::missing_parameter("ParameterNameValues"));
        }
        let (now, scope) = (self.clock.now(), request.scope.clone());
        self.store
            .write(move |draft| {
                let mut change = Change::of(draft, &scope, &cache_parameter_group_name)?;
                for pair in parameter_name_values {
                    let name = pair.parameter_name.ok_or_else(|| errors::missing_parameter("ParameterName"))?;
                    change.set(&name, &pair.parameter_value.unwrap_or_default())?;
                }
                change.check_rules(draft, &scope)?;
                let Change { group, changed, .. } = change;
                let name = group.name.clone();
                spread(draft, &scope, &group);
                draft.put(&scope, &name, group);
                for (parameter, value) in changed {
                    let message = format!("Updated parameter {parameter} to {value}");
                    let source_type = SourceType::CacheParameterGroup;
                    draft.emit(&scope, Event { source_identifier: name.clone(), source_type, message, date: now });
                }
                Ok(Output::ModifyCacheParameterGroup(types::CacheParameterGroupNameMessage {
                    cache_parameter_group_name: Some(name),
                }))
            })
            .await
    }

    /// # Compatibility
    /// Takes effect as `ModifyCacheParameterGroup` does.
    pub(in crate::operations) async fn reset_cache_parameter_group(
        &self,
        request: &Request,
        input: types::ResetCacheParameterGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::ResetCacheParameterGroupMessage {
            cache_parameter_group_name,
            reset_all_parameters,
            parameter_name_values,
        } = input;
        let pairs = parameter_name_values.unwrap_or_default();
        let all = reset_all_parameters.unwrap_or(false);
        if all != pairs.is_empty() {
            return Err(errors::invalid_combination(
                "Either ResetAllParameters must be true or ParameterNameValues must be given, and not both.",
            ));
        }
        check_count(pairs.len())?;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                let mut change = Change::of(draft, &scope, &cache_parameter_group_name)?;
                if all {
                    change.reset_all()?;
                }
                for pair in pairs {
                    // A value may come along and is ignored: Terraform sends it.
                    change.reset(&pair.parameter_name.ok_or_else(|| errors::missing_parameter("ParameterName"))?)?;
                }
                change.check_rules(draft, &scope)?;
                let name = change.group.name.clone();
                spread(draft, &scope, &change.group);
                draft.put(&scope, &name, change.group);
                Ok(Output::ResetCacheParameterGroup(types::CacheParameterGroupNameMessage {
                    cache_parameter_group_name: Some(name),
                }))
            })
            .await
    }
}

fn check_count(count: usize) -> Result<(), AwsError> {
    let most = limits::PARAMETERS_PER_CALL;
    if count > most {
        return Err(errors::invalid_combination(format_args!(
            "Cannot modify more than {most} parameters in a single request"
        )));
    }
    Ok(())
}

/// The clusters that use the group `name`, or are going to.
fn users<'a>(draft: &'a Draft, scope: &Scope, name: &'a str) -> impl Iterator<Item = &'a CacheCluster> {
    let clusters = draft.tables().cache_clusters.iter(scope).map(|(_, cluster)| cluster.as_ref());
    clusters.filter(move |cluster| {
        cluster.parameter_group == name || cluster.pending.parameter_group.as_deref() == Some(name)
    })
}

/// A group in the course of being changed.
struct Change {
    group: CacheParameterGroup,
    family: &'static Family,
    in_use: bool,
    /// The parameters that got another value, with it.
    changed: Vec<(String, String)>,
}

impl Change {
    fn of(draft: &Draft, scope: &Scope, name: &str) -> Result<Self, AwsError> {
        let name = name.to_ascii_lowercase();
        if default_group(&name).is_some() {
            return Err(errors::invalid_value(format_args!(
                "The parameter group {name} is a default group and cannot be modified."
            )));
        }
        let group: Arc<CacheParameterGroup> =
            draft.get(scope, &name).ok_or_else(|| errors::cache_parameter_group_not_found(&name))?;
        if let Some(id) = &group.global_replication_group_id
            && let Ok(datastore) = global_replication_group::find(draft.tables(), scope, id)
        {
            let phase = global_replication_group::phase(draft.tables(), &datastore);
            if !phase.is_steady() {
                return Err(errors::global_replication_group_not_steady(phase));
            }
        }
        let family = families::family(&group.family).map_err(errors::invalid_value)?;
        let mut users = users(draft, scope, &name).peekable();
        let in_use = users.peek().is_some();
        if users.any(|cluster| cluster.phase() == Phase::Modifying) {
            let message = format!("The parameter group {name} has pending changes.");
            return Err(AwsError::new(ErrorCode::InvalidCacheParameterGroupState, message));
        }
        Ok(Self { group: CacheParameterGroup::clone(&group), family, in_use, changed: Vec::new() })
    }

    /// Checks what the parameters are to be in the end, for the group and for every cluster that uses it or is going to.
    fn check_rules(&self, draft: &Draft, scope: &Scope) -> Result<(), AwsError> {
        rules::check_group(self.family, &self.group.values)?;
        for cluster in users(draft, scope, &self.group.name) {
            let node_type = node_type(&cluster.cache_node_type).map_err(errors::invalid_value)?;
            rules::check(self.family, &self.group.values, node_type)?;
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), AwsError> {
        let unknown = || errors::invalid_value(ParameterError::Unknown(name.to_owned()));
        let parameter = self.family.parameter(name).ok_or_else(unknown)?;
        check_modifiable(parameter, self.in_use).map_err(errors::invalid_value)?;
        let value = validate(parameter, value).map_err(errors::invalid_value)?;
        if let Some(displaced) = self.family.displaced_by(name) {
            self.group.values.remove(displaced.name);
        }
        if self.group.values.insert(name.to_owned(), value.clone()).as_ref() != Some(&value) {
            self.changed.push((name.to_owned(), value));
        }
        Ok(())
    }

    fn reset(&mut self, name: &str) -> Result<(), AwsError> {
        let unknown = || errors::invalid_value(ParameterError::Unknown(name.to_owned()));
        let parameter = self.family.parameter(name).ok_or_else(unknown)?;
        let is_alternate = self.family.alternates.iter().any(|alternate| alternate.name == name);
        let is_displaced =
            self.family.displaced_by(name).is_some_and(|other| self.group.values.contains_key(other.name));
        if is_displaced || (is_alternate && !self.group.values.contains_key(name)) {
            return Err(unknown());
        }
        check_modifiable(parameter, self.in_use).map_err(errors::invalid_value)?;
        self.group.values.remove(name);
        Ok(())
    }

    fn reset_all(&mut self) -> Result<(), AwsError> {
        for name in self.group.values.keys() {
            if let Some(parameter) = self.family.parameter(name) {
                check_modifiable(parameter, self.in_use).map_err(errors::invalid_value)?;
            }
        }
        self.group.values.clear();
        Ok(())
    }
}
