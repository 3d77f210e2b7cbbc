//! `DescribeCacheParameters` and `DescribeEngineDefaultParameters`.

use super::Group;
use crate::{
    model::{
        catalogue::families::{self, ChangeType, Family, NodeTypeParameter, Parameter},
        parameters::Values,
    },
    operations::{Operations, errors, pagination::Page, request::Request},
    protocol::{AwsError, Output, types},
};

/// Where a parameter's value comes from.
const USER: &str = "user";
const SYSTEM: &str = "system";
const ENGINE_DEFAULT: &str = "engine-default";

impl Operations {
    pub(in crate::operations) fn describe_cache_parameters(
        &self,
        request: &Request,
        input: &types::DescribeCacheParametersMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeCacheParametersMessage { cache_parameter_group_name: name, source, max_records, marker } =
            input;
        let page = Page::new(*max_records, marker.as_deref())?;
        if let Some(source) = source.as_deref().filter(|source| ![USER, SYSTEM, ENGINE_DEFAULT].contains(source)) {
            return Err(errors::invalid_value(format_args!(
                "Invalid value {source} for Source. Valid values are user, system and engine-default."
            )));
        }
        let tables = self.store.tables();
        let group = Group::find(&tables, &request.scope, name)
            .ok_or_else(|| errors::described_parameter_group_not_found(name))?;
        let family = families::family(group.family_name()).map_err(errors::invalid_value)?;
        let values = super::values(&tables, &request.scope, &group.name());
        let user_made = matches!(group, Group::Made(_));
        let listed = Listing { family, values: &values, user_made }.page(&page, source.as_deref());
        Ok(Output::DescribeCacheParameters(types::CacheParameterGroupDetails {
            marker: listed.marker,
            parameters: Some(listed.parameters),
            cache_node_type_specific_parameters: Some(listed.by_node_type),
        }))
    }

    pub(in crate::operations) fn describe_engine_default_parameters(
        input: &types::DescribeEngineDefaultParametersMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeEngineDefaultParametersMessage { cache_parameter_group_family, max_records, marker } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let family = families::family(cache_parameter_group_family).map_err(errors::invalid_value)?;
        let listed = Listing { family, values: &Values::new(), user_made: false }.page(&page, None);
        Ok(Output::DescribeEngineDefaultParameters(types::DescribeEngineDefaultParametersResult {
            engine_defaults: Some(types::EngineDefaults {
                cache_parameter_group_family: Some(family.name.to_owned()),
                marker: listed.marker,
                parameters: Some(listed.parameters),
                cache_node_type_specific_parameters: Some(listed.by_node_type),
            }),
        }))
    }
}

/// The parameters of a group, as they are listed.
struct Listing<'a> {
    family: &'static Family,
    /// The values that differ from the family's defaults.
    values: &'a Values,
    /// Whether those values were set by a user.
    user_made: bool,
}

/// One page of them.
struct Listed {
    parameters: Vec<types::Parameter>,
    by_node_type: Vec<types::CacheNodeTypeSpecificParameter>,
    marker: Option<String>,
}

impl Listing<'_> {
    /// A page of the parameters with this source. Those that depend on the node type come with the first page.
    fn page(&self, page: &Page, source: Option<&str>) -> Listed {
        let mut held: Vec<&'static Parameter> = self.family.parameters.iter().chain(self.family.alternates).collect();
        held.retain(|parameter| self.holds(parameter));
        held.retain(|parameter| source.is_none_or(|source| source == self.source(parameter)));
        held.sort_unstable_by_key(|parameter| parameter.name);
        let rest = held.into_iter().filter(|parameter| page.after().is_none_or(|after| parameter.name > after));
        let (parameters, marker) = page.take(rest, |parameter| parameter.name);
        let with_node_types = page.after().is_none() && source.is_none_or(|source| source == SYSTEM);
        let by_node_type = if with_node_types { self.family.node_type_parameters } else { &[] };
        Listed {
            parameters: parameters.into_iter().map(|parameter| self.show(parameter)).collect(),
            by_node_type: by_node_type.iter().map(|entry| show_by_node_type(self.family, entry)).collect(),
            marker,
        }
    }

    /// Whether the group holds the parameter: of two that exclude each other it holds the one that was set.
    fn holds(&self, parameter: &Parameter) -> bool {
        let displaced =
            self.family.displaced_by(parameter.name).is_some_and(|other| self.values.contains_key(other.name));
        let alternate = self.family.alternates.iter().any(|alternate| alternate.name == parameter.name);
        !displaced && (!alternate || self.values.contains_key(parameter.name))
    }

    fn source(&self, parameter: &Parameter) -> &'static str {
        if self.user_made && self.values.contains_key(parameter.name) { USER } else { SYSTEM }
    }

    fn show(&self, parameter: &'static Parameter) -> types::Parameter {
        let value = self.values.get(parameter.name).map_or(parameter.value, String::as_str);
        types::Parameter {
            parameter_name: Some(parameter.name.to_owned()),
            parameter_value: Some(value.to_owned()),
            description: Some(parameter.description.to_owned()),
            source: Some(self.source(parameter).to_owned()),
            data_type: Some(parameter.data_type.name().to_owned()),
            allowed_values: parameter.allowed_values.map(str::to_owned),
            is_modifiable: Some(parameter.modifiable.is_modifiable()),
            minimum_engine_version: Some(parameter.minimum_engine_version.to_owned()),
            change_type: Some(change_type(parameter)),
        }
    }
}

fn change_type(parameter: &Parameter) -> types::ChangeType {
    match parameter.change_type {
        ChangeType::Immediate => types::ChangeType::Immediate,
        ChangeType::RequiresReboot => types::ChangeType::RequiresReboot,
    }
}

fn show_by_node_type(family: &Family, entry: &NodeTypeParameter) -> types::CacheNodeTypeSpecificParameter {
    let parameter = &entry.parameter;
    let values = family.listed_node_types().filter_map(|node_type| {
        Some(types::CacheNodeTypeSpecificValue {
            cache_node_type: Some(node_type.name.to_owned()),
            value: Some(entry.value_on(node_type)?.to_string()),
        })
    });
    types::CacheNodeTypeSpecificParameter {
        parameter_name: Some(parameter.name.to_owned()),
        description: Some(parameter.description.to_owned()),
        source: Some(SYSTEM.to_owned()),
        data_type: Some(parameter.data_type.name().to_owned()),
        allowed_values: parameter.allowed_values.map(str::to_owned),
        is_modifiable: Some(parameter.modifiable.is_modifiable()),
        minimum_engine_version: Some(parameter.minimum_engine_version.to_owned()),
        cache_node_type_specific_values: Some(values.collect()),
        change_type: Some(change_type(parameter)),
    }
}
