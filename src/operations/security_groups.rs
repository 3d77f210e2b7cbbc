//! The operations on cache security groups, which are for accounts without a VPC. Such accounts do not exist any more, so
//! with `--strict` every use is refused as on `ElastiCache`; otherwise the groups can be made and kept, but clusters,
//! all of which are in a VPC, cannot be put into one.

use std::sync::Arc;

use super::{Operations, errors, pagination::Page, request::Request, tags};
use crate::{
    model::{
        CacheSecurityGroup, Ec2SecurityGroup, Scope,
        arn::{Arn, ResourceType},
        identifier::IdentifierKind,
    },
    protocol::{AwsError, ErrorCode, Output, types},
    store::Draft,
};

impl Operations {
    fn check_security_groups_allowed(&self) -> Result<(), AwsError> {
        if self.options.strict { Err(errors::cache_security_groups_not_permitted()) } else { Ok(()) }
    }

    /// # Compatibility
    /// Only without `--strict`: accounts without a VPC, for which these groups were made, do not exist any more.
    /// Clusters cannot be put into one.
    pub(super) async fn create_cache_security_group(
        &self,
        request: &Request,
        input: types::CreateCacheSecurityGroupMessage,
    ) -> Result<Output, AwsError> {
        self.check_security_groups_allowed()?;
        let types::CreateCacheSecurityGroupMessage { cache_security_group_name, description, tags } = input;
        let name =
            IdentifierKind::SecurityGroup.canonical(&cache_security_group_name).map_err(errors::invalid_value)?;
        let group = CacheSecurityGroup {
            name: name.clone(),
            description,
            ec2_security_groups: Vec::new(),
            tags: tags::from_request(tags)?,
        };
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                if draft.get::<CacheSecurityGroup>(&scope, &name).is_some() {
                    let message = format!("Cache security group {name} already exists.");
                    return Err(AwsError::new(ErrorCode::CacheSecurityGroupAlreadyExists, message));
                }
                let cache_security_group = Some(show(&scope, &group));
                draft.put(&scope, &name, group);
                let result = types::CreateCacheSecurityGroupResult { cache_security_group };
                Ok(Output::CreateCacheSecurityGroup(result))
            })
            .await
    }

    /// # Compatibility
    /// Only without `--strict`.
    pub(super) fn describe_cache_security_groups(
        &self,
        request: &Request,
        input: &types::DescribeCacheSecurityGroupsMessage,
    ) -> Result<Output, AwsError> {
        self.check_security_groups_allowed()?;
        let types::DescribeCacheSecurityGroupsMessage { cache_security_group_name, max_records, marker } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let (tables, scope) = (self.store.tables(), &request.scope);
        let (groups, marker) = if let Some(name) = cache_security_group_name {
            let group = tables.cache_security_groups.get(scope, &name.to_ascii_lowercase());
            (vec![show(scope, group.ok_or_else(|| errors::cache_security_group_not_found(name))?)], None)
        } else {
            let after = tables.cache_security_groups.iter_after(scope, page.after().unwrap_or_default());
            let (groups, marker) = page.take(after, |(name, _)| name.as_str());
            (groups.into_iter().map(|(_, group)| show(scope, group)).collect(), marker)
        };
        Ok(Output::DescribeCacheSecurityGroups(types::CacheSecurityGroupMessage {
            marker,
            cache_security_groups: Some(groups),
        }))
    }

    /// # Compatibility
    /// Only without `--strict`.
    pub(super) async fn delete_cache_security_group(
        &self,
        request: &Request,
        input: types::DeleteCacheSecurityGroupMessage,
    ) -> Result<Output, AwsError> {
        self.check_security_groups_allowed()?;
        let types::DeleteCacheSecurityGroupMessage { cache_security_group_name } = input;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                let group = find(draft, &scope, &cache_security_group_name)?;
                draft.remove::<CacheSecurityGroup>(&scope, &group.name);
                Ok(Output::DeleteCacheSecurityGroup)
            })
            .await
    }

    /// # Compatibility
    /// Only without `--strict`. The rule is recorded; nothing filters connections.
    pub(super) async fn authorize_cache_security_group_ingress(
        &self,
        request: &Request,
        input: types::AuthorizeCacheSecurityGroupIngressMessage,
    ) -> Result<Output, AwsError> {
        self.check_security_groups_allowed()?;
        let types::AuthorizeCacheSecurityGroupIngressMessage {
            cache_security_group_name,
            ec2_security_group_name: name,
            ec2_security_group_owner_id: owner_id,
        } = input;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                let mut group = CacheSecurityGroup::clone(&*find(draft, &scope, &cache_security_group_name)?);
                let added = Ec2SecurityGroup { name, owner_id };
                if group.ec2_security_groups.contains(&added) {
                    let message = format!(
                        "Ingress from EC2 security group {} is already authorized for cache security group {}.",
                        added.name, group.name
                    );
                    return Err(AwsError::new(ErrorCode::AuthorizationAlreadyExists, message));
                }
                group.ec2_security_groups.push(added);
                let cache_security_group = Some(put(draft, &scope, group));
                let result = types::AuthorizeCacheSecurityGroupIngressResult { cache_security_group };
                Ok(Output::AuthorizeCacheSecurityGroupIngress(result))
            })
            .await
    }

    /// # Compatibility
    /// Only without `--strict`.
    pub(super) async fn revoke_cache_security_group_ingress(
        &self,
        request: &Request,
        input: types::RevokeCacheSecurityGroupIngressMessage,
    ) -> Result<Output, AwsError> {
        self.check_security_groups_allowed()?;
        let types::RevokeCacheSecurityGroupIngressMessage {
            cache_security_group_name,
            ec2_security_group_name: name,
            ec2_security_group_owner_id: owner_id,
        } = input;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                let mut group = CacheSecurityGroup::clone(&*find(draft, &scope, &cache_security_group_name)?);
                let removed = Ec2SecurityGroup { name, owner_id };
                let Some(position) = group.ec2_security_groups.iter().position(|other| *other == removed) else {
                    let message = format!(
                        "Ingress from EC2 security group {} is not authorized for cache security group {}.",
                        removed.name, group.name
                    );
                    return Err(AwsError::new(ErrorCode::AuthorizationNotFound, message));
                };
                group.ec2_security_groups.remove(position);
                let cache_security_group = Some(put(draft, &scope, group));
                let result = types::RevokeCacheSecurityGroupIngressResult { cache_security_group };
                Ok(Output::RevokeCacheSecurityGroupIngress(result))
            })
            .await
    }
}

fn find(draft: &Draft, scope: &Scope, name: &str) -> Result<Arc<CacheSecurityGroup>, AwsError> {
    draft.get(scope, &name.to_ascii_lowercase()).ok_or_else(|| errors::cache_security_group_not_found(name))
}

fn put(draft: &mut Draft, scope: &Scope, group: CacheSecurityGroup) -> types::CacheSecurityGroup {
    let (shown, name) = (show(scope, &group), group.name.clone());
    draft.put(scope, &name, group);
    shown
}

fn show(scope: &Scope, group: &CacheSecurityGroup) -> types::CacheSecurityGroup {
    let ec2 = group.ec2_security_groups.iter().map(|ec2| types::EC2SecurityGroup {
        status: Some("authorized".to_owned()),
        ec2_security_group_name: Some(ec2.name.clone()),
        ec2_security_group_owner_id: Some(ec2.owner_id.clone()),
    });
    types::CacheSecurityGroup {
        owner_id: Some(scope.account.clone()),
        cache_security_group_name: Some(group.name.clone()),
        description: Some(group.description.clone()),
        ec2_security_groups: Some(ec2.collect()),
        arn: Some(Arn::new(scope, ResourceType::SecurityGroup, &group.name).to_string()),
    }
}
