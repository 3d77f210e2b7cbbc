//! `CreateCacheParameterGroup`, `DescribeCacheParameterGroups`, `DeleteCacheParameterGroup`.

use std::collections::BTreeMap;

use super::Group;
use crate::{
    model::{
        CacheParameterGroup, Scope,
        arn::{Arn, ResourceType},
        catalogue::{default_groups::default_groups, families, limits},
        identifier::IdentifierKind,
    },
    operations::{Operations, errors, pagination::Page, request::Request, tags},
    protocol::{AwsError, ErrorCode, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Account quota with `--strict` only.
    pub(in crate::operations) async fn create_cache_parameter_group(
        &self,
        request: &Request,
        input: types::CreateCacheParameterGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::CreateCacheParameterGroupMessage {
            cache_parameter_group_name,
            cache_parameter_group_family,
            description,
            tags,
        } = input;
        let name =
            IdentifierKind::ParameterGroup.canonical(&cache_parameter_group_name).map_err(errors::invalid_value)?;
        let family = families::family(&cache_parameter_group_family).map_err(errors::invalid_value)?;
        let group = CacheParameterGroup {
            name: name.clone(),
            family: family.name.to_owned(),
            description,
            values: BTreeMap::new(),
            tags: tags::from_request(tags)?,
            global_replication_group_id: None,
        };
        let (scope, strict) = (request.scope.clone(), self.options.strict);
        self.store
            .write(move |draft| {
                if draft.get::<CacheParameterGroup>(&scope, &name).is_some() {
                    let message = format!("Parameter group {name} already exists");
                    return Err(AwsError::new(ErrorCode::CacheParameterGroupAlreadyExists, message));
                }
                if strict && draft.tables().cache_parameter_groups.len(&scope) >= limits::PARAMETER_GROUPS {
                    return Err(errors::quota_exceeded(
                        ErrorCode::CacheParameterGroupQuotaExceeded,
                        "parameter groups",
                        limits::PARAMETER_GROUPS,
                    ));
                }
                let shown = show(&scope, &Group::Made(std::sync::Arc::new(group.clone())));
                draft.put(&scope, &name, group);
                Ok(Output::CreateCacheParameterGroup(types::CreateCacheParameterGroupResult {
                    cache_parameter_group: Some(shown),
                }))
            })
            .await
    }

    pub(in crate::operations) fn describe_cache_parameter_groups(
        &self,
        request: &Request,
        input: &types::DescribeCacheParameterGroupsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeCacheParameterGroupsMessage { cache_parameter_group_name, max_records, marker } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let (tables, scope) = (self.store.tables(), &request.scope);
        let (groups, marker) = if let Some(name) = cache_parameter_group_name {
            let group =
                Group::find(&tables, scope, name).ok_or_else(|| errors::described_parameter_group_not_found(name))?;
            (vec![show(scope, &group)], None)
        } else {
            let made = tables
                .cache_parameter_groups
                .iter(scope)
                .map(|(name, group)| (name.clone(), Group::Made(std::sync::Arc::clone(group))));
            let all: BTreeMap<String, Group> =
                default_groups().map(|group| (group.name(), Group::Default(group))).chain(made).collect();
            let rest = all.iter().filter(|(name, _)| page.after().is_none_or(|after| name.as_str() > after));
            let (groups, marker) = page.take(rest, |(name, _)| name.as_str());
            (groups.into_iter().map(|(_, group)| show(scope, group)).collect(), marker)
        };
        Ok(Output::DescribeCacheParameterGroups(types::CacheParameterGroupsMessage {
            marker,
            cache_parameter_groups: Some(groups),
        }))
    }

    pub(in crate::operations) async fn delete_cache_parameter_group(
        &self,
        request: &Request,
        input: types::DeleteCacheParameterGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::DeleteCacheParameterGroupMessage { cache_parameter_group_name } = input;
        // The dot in the name of a default group breaks the rule for names, which is why nobody can delete one.
        let name =
            IdentifierKind::ParameterGroup.canonical(&cache_parameter_group_name).map_err(errors::invalid_value)?;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                if draft.get::<CacheParameterGroup>(&scope, &name).is_none() {
                    return Err(errors::deleted_parameter_group_not_found(&name));
                }
                let in_use = draft.tables().cache_clusters.iter(&scope).any(|(_, cluster)| {
                    cluster.parameter_group == name || cluster.pending.parameter_group.as_deref() == Some(name.as_str())
                });
                if in_use {
                    let message = format!(
                        "One or more cache clusters are still members of this parameter group {name}, so the group cannot be deleted."
                    );
                    return Err(AwsError::new(ErrorCode::InvalidCacheParameterGroupState, message));
                }
                draft.remove::<CacheParameterGroup>(&scope, &name);
                Ok(Output::DeleteCacheParameterGroup)
            })
            .await
    }
}

fn show(scope: &Scope, group: &Group) -> types::CacheParameterGroup {
    types::CacheParameterGroup {
        cache_parameter_group_name: Some(group.name()),
        cache_parameter_group_family: Some(group.family_name().to_owned()),
        description: Some(group.description()),
        is_global: Some(group.is_global()),
        arn: Some(Arn::new(scope, ResourceType::ParameterGroup, &group.name()).to_string()),
    }
}
