//! The operations on parameter groups, and what other operations need of them.

mod groups;
mod parameters;
mod rules;
mod values;

use std::{borrow::Cow, sync::Arc};

pub(super) use rules::check as check_rules;

use super::errors;
use crate::{
    model::{
        CacheParameterGroup, Scope,
        catalogue::{
            default_groups::{DefaultGroup, default_group, default_group_of},
            families::{self, Family},
        },
        parameters::{Values, overrides},
    },
    protocol::AwsError,
    store::Tables,
};

/// The values of a group that differ from its family's defaults.
pub(super) fn values<'a>(tables: &'a Tables, scope: &Scope, name: &str) -> Cow<'a, Values> {
    overrides(name, tables.cache_parameter_groups.get(scope, name).map(Arc::as_ref))
}

/// The family of a group, when there is such a group.
pub(super) fn family(tables: &Tables, scope: &Scope, name: &str) -> Option<&'static Family> {
    match tables.cache_parameter_groups.get(scope, name) {
        Some(group) => families::family(&group.family).ok(),
        None => default_group(name).map(|group| group.family),
    }
}

/// The group that was asked for, which has to be of the family `wanted`.
pub(super) fn of_family(tables: &Tables, scope: &Scope, wanted: &Family, asked: &str) -> Result<String, AwsError> {
    let name = asked.to_ascii_lowercase();
    let found = family(tables, scope, &name).ok_or_else(|| errors::cache_parameter_group_not_found(asked))?;
    if found.name == wanted.name {
        Ok(name)
    } else {
        Err(errors::wrong_parameter_group_family(wanted.name, found.name))
    }
}

/// The name of a family's default group.
pub(super) fn default_of(family: &'static Family, cluster_mode: bool) -> String {
    default_group_of(family, cluster_mode).map(DefaultGroup::name).unwrap_or_default()
}

/// Whether a group turns cluster mode on.
pub(super) fn is_cluster_enabled(tables: &Tables, scope: &Scope, name: &str) -> bool {
    values(tables, scope, name).get("cluster-enabled").is_some_and(|value| value == "yes")
}

/// The name of the group that a cluster of `wanted` gets: the one that was asked for, or the family's default group.
pub(super) fn for_cluster(
    tables: &Tables,
    scope: &Scope,
    wanted: &'static Family,
    asked: Option<&str>,
) -> Result<String, AwsError> {
    let Some(asked) = asked else { return Ok(default_of(wanted, false)) };
    let name = of_family(tables, scope, wanted, asked)?;
    if is_cluster_enabled(tables, scope, &name) {
        return Err(errors::invalid_combination(
            "A parameter group with cluster-enabled set to yes cannot be used here. \
             Please use CreateReplicationGroup for clusters with cluster mode enabled.",
        ));
    }
    Ok(name)
}

/// A group as it is named in operations on groups: one that a user made, or a default group.
enum Group {
    Made(Arc<CacheParameterGroup>),
    Default(DefaultGroup),
}

impl Group {
    fn find(tables: &Tables, scope: &Scope, name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let made = tables.cache_parameter_groups.get(scope, &name).map(|group| Self::Made(Arc::clone(group)));
        made.or_else(|| default_group(&name).map(Self::Default))
    }

    fn name(&self) -> String {
        match self {
            Self::Made(group) => group.name.clone(),
            Self::Default(group) => group.name(),
        }
    }

    fn family_name(&self) -> &str {
        match self {
            Self::Made(group) => &group.family,
            Self::Default(group) => group.family.name,
        }
    }

    /// Whether it was made for a global datastore.
    fn is_global(&self) -> bool {
        matches!(self, Self::Made(group) if group.global_replication_group_id.is_some())
    }

    fn description(&self) -> String {
        match self {
            Self::Made(group) => group.description.clone(),
            Self::Default(group) => group.description(),
        }
    }
}
