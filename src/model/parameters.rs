//! Which parameter values a cluster is to have, and which of them an engine takes only when it is started.

use std::{borrow::Cow, collections::BTreeMap, sync::LazyLock};

use super::{
    CacheParameterGroup, Engine, EngineVersion, Settings,
    catalogue::{
        default_groups::{DefaultGroup, default_group},
        engine_versions::version_reported_as,
        families::{ChangeType, Family, family},
        node_types::node_type,
    },
};

/// Parameter values, by name.
pub type Values = BTreeMap<String, String>;

/// The family of a cluster of `engine` that reports `full_version`.
///
/// # Panics
/// Never: clusters get their versions from the catalogue, where each has a family.
#[must_use]
pub fn family_of(engine: Engine, full_version: &EngineVersion) -> &'static Family {
    let facts = version_reported_as(engine, full_version.as_str()).expect("clusters run versions of the catalogue");
    family(facts.family).expect("the families of versions are in the catalogue")
}

/// Whether an engine takes a changed value of this parameter only when it is started.
#[must_use]
pub fn needs_reboot(engine: Engine, full_version: &EngineVersion, name: &str) -> bool {
    family_of(engine, full_version)
        .parameter(name)
        .is_some_and(|parameter| parameter.change_type == ChangeType::RequiresReboot)
}

/// The values of a group that differ from its family's defaults: those that were set in a user's group, or the few that
/// distinguish a default group.
#[must_use]
pub fn overrides<'a>(name: &str, group: Option<&'a CacheParameterGroup>) -> Cow<'a, Values> {
    static NONE: LazyLock<Values> = LazyLock::new(Values::new);
    if let Some(group) = group {
        return Cow::Borrowed(&group.values);
    }
    match default_group(name).map(DefaultGroup::overrides) {
        None | Some([]) => Cow::Borrowed(&NONE),
        Some(values) => Cow::Owned(values.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()),
    }
}

/// Every value that an engine with these settings is to have: the family's defaults, the node type's own values, and
/// what differs from them.
#[must_use]
pub fn effective(settings: &Settings) -> Values {
    let family = family_of(settings.engine, &settings.engine_version);
    let mut values: Values =
        family.parameters.iter().map(|parameter| (parameter.name.to_owned(), parameter.value.to_owned())).collect();
    if let Ok(node_type) = node_type(&settings.cache_node_type) {
        let of_type = family.node_type_parameters.iter();
        values.extend(
            of_type.filter_map(|entry| Some((entry.parameter.name.to_owned(), entry.value_on(node_type)?.to_string()))),
        );
    }
    for (name, value) in &settings.parameters {
        if let Some(displaced) = family.displaced_by(name) {
            values.remove(displaced.name);
        }
        values.insert(name.clone(), value.clone());
    }
    values
}
