//! The operations on subnet groups. There is no network here that subnets could be looked up in, so any well-formed
//! subnet id is taken, and which VPC and zone it lies in follows from its text.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Operations, errors, pagination::Page, request::Request, tags};
use crate::{
    model::{
        CacheSubnetGroup, Scope, TagSet,
        arn::{Arn, ResourceType},
        catalogue::{limits, regions::availability_zones},
        hex::hex,
        identifier::IdentifierKind,
    },
    protocol::{AwsError, ErrorCode, Output, types},
    store::{Draft, Tables},
};

/// The group that every account has, with one subnet in each zone.
const DEFAULT: &str = "default";

/// The name of the group that a cluster gets.
pub(super) fn for_cluster(tables: &Tables, scope: &Scope, asked: Option<&str>) -> Result<String, AwsError> {
    let Some(asked) = asked else { return Ok(DEFAULT.to_owned()) };
    let name = asked.to_ascii_lowercase();
    match find(tables, scope, &name) {
        Some(_) => Ok(name),
        None => Err(errors::cache_subnet_group_does_not_exist(asked)),
    }
}

/// The subnets that a serverless cache gets: those that are asked for, or those that the account has from the start, of three zones.
pub(super) fn of_serverless_cache(scope: &Scope, asked: Option<Vec<String>>) -> Result<Vec<String>, AwsError> {
    if let Some(ids) = asked.filter(|ids| !ids.is_empty()) {
        return checked(ids);
    }
    // Of the oldest region in the west an account has no more.
    let count = if scope.region == "us-west-1" { 2 } else { 3 };
    Ok(availability_zones(&scope.region).iter().take(count).map(|zone| default_subnet(scope, zone)).collect())
}

/// The security group that the account's VPC has from the start.
pub(super) fn default_security_group(scope: &Scope) -> String {
    format!("sg-{}", derived_id(&[&scope.account, &scope.region, "default"]))
}

fn find(tables: &Tables, scope: &Scope, name: &str) -> Option<Arc<CacheSubnetGroup>> {
    let made = tables.cache_subnet_groups.get(scope, name).cloned();
    made.or_else(|| (name == DEFAULT).then(|| Arc::new(default_group(scope))))
}

fn default_group(scope: &Scope) -> CacheSubnetGroup {
    let zones = availability_zones(&scope.region);
    CacheSubnetGroup {
        name: DEFAULT.to_owned(),
        description: "Default CacheSubnetGroup".to_owned(),
        subnet_ids: zones.iter().map(|zone| default_subnet(scope, zone)).collect(),
        tags: TagSet::default(),
    }
}

impl Operations {
    /// # Compatibility
    /// Any well-formed subnet id is taken, or those that [EC2 knows](using.md#keys-subnets-and-security-groups) where
    /// one is configured; the VPC and the zones shown are made up, always the same for the same ids. Account quota with
    /// `--strict` only.
    pub(super) async fn create_cache_subnet_group(
        &self,
        request: &Request,
        input: types::CreateCacheSubnetGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::CreateCacheSubnetGroupMessage {
            cache_subnet_group_name,
            cache_subnet_group_description,
            subnet_ids,
            tags,
        } = input;
        let name = IdentifierKind::SubnetGroup.canonical(&cache_subnet_group_name).map_err(errors::invalid_value)?;
        let group = CacheSubnetGroup {
            name: name.clone(),
            description: cache_subnet_group_description,
            subnet_ids: checked(subnet_ids)?,
            tags: tags::from_request(tags)?,
        };
        let (scope, strict) = (request.scope.clone(), self.options.strict);
        self.store
            .write(move |draft| {
                if find(draft.tables(), &scope, &name).is_some() {
                    let message = format!("Cache subnet group {name} already exists.");
                    return Err(AwsError::new(ErrorCode::CacheSubnetGroupAlreadyExists, message));
                }
                if strict && draft.tables().cache_subnet_groups.len(&scope) >= limits::SUBNET_GROUPS {
                    return Err(errors::quota_exceeded(
                        ErrorCode::CacheSubnetGroupQuotaExceeded,
                        "cache subnet groups",
                        limits::SUBNET_GROUPS,
                    ));
                }
                let cache_subnet_group = Some(show(&scope, &group));
                draft.put(&scope, &name, group);
                Ok(Output::CreateCacheSubnetGroup(types::CreateCacheSubnetGroupResult { cache_subnet_group }))
            })
            .await
    }

    /// # Compatibility
    /// A node counts as being in the first subnet of its zone, or in the first of the group.
    pub(super) async fn modify_cache_subnet_group(
        &self,
        request: &Request,
        input: types::ModifyCacheSubnetGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::ModifyCacheSubnetGroupMessage {
            cache_subnet_group_name,
            cache_subnet_group_description,
            subnet_ids,
        } = input;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                let (name, group) = own(draft, &scope, &cache_subnet_group_name)?;
                let mut group = CacheSubnetGroup::clone(&group);
                if let Some(description) = cache_subnet_group_description {
                    group.description = description;
                }
                if let Some(ids) = subnet_ids.filter(|ids| !ids.is_empty()) {
                    let before = std::mem::replace(&mut group.subnet_ids, checked(ids)?);
                    check_not_in_use(draft, &scope, &name, &before, &group.subnet_ids)?;
                }
                let cache_subnet_group = Some(show(&scope, &group));
                draft.put(&scope, &name, group);
                Ok(Output::ModifyCacheSubnetGroup(types::ModifyCacheSubnetGroupResult { cache_subnet_group }))
            })
            .await
    }

    pub(super) fn describe_cache_subnet_groups(
        &self,
        request: &Request,
        input: &types::DescribeCacheSubnetGroupsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeCacheSubnetGroupsMessage { cache_subnet_group_name, max_records, marker } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let (tables, scope) = (self.store.tables(), &request.scope);
        let (groups, marker) = if let Some(name) = cache_subnet_group_name {
            let group = find(&tables, scope, &name.to_ascii_lowercase()).ok_or_else(|| {
                let message = format!("Cache subnet group {name} not found.");
                AwsError::new(ErrorCode::CacheSubnetGroupNotFound, message)
            })?;
            (vec![show(scope, &group)], None)
        } else {
            let mut all: Vec<_> = tables.cache_subnet_groups.iter(scope).map(|(_, group)| Arc::clone(group)).collect();
            all.push(Arc::new(default_group(scope)));
            all.sort_unstable_by(|one, other| one.name.cmp(&other.name));
            let rest = all.into_iter().filter(|group| page.after().is_none_or(|after| group.name.as_str() > after));
            let (groups, marker) = page.take(rest, |group| group.name.as_str());
            (groups.iter().map(|group| show(scope, group)).collect(), marker)
        };
        Ok(Output::DescribeCacheSubnetGroups(types::CacheSubnetGroupMessage {
            marker,
            cache_subnet_groups: Some(groups),
        }))
    }

    pub(super) async fn delete_cache_subnet_group(
        &self,
        request: &Request,
        input: types::DeleteCacheSubnetGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::DeleteCacheSubnetGroupMessage { cache_subnet_group_name } = input;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                let (name, _) = own(draft, &scope, &cache_subnet_group_name)?;
                if draft.tables().cache_clusters.iter(&scope).any(|(_, cluster)| cluster.subnet_group == name) {
                    let message = format!("Cache subnet group {name} is currently in use by a cache cluster.");
                    return Err(AwsError::new(ErrorCode::CacheSubnetGroupInUse, message));
                }
                draft.remove::<CacheSubnetGroup>(&scope, &name);
                Ok(Output::DeleteCacheSubnetGroup)
            })
            .await
    }
}

/// A group that a user made, and may change.
fn own(draft: &Draft, scope: &Scope, asked: &str) -> Result<(String, Arc<CacheSubnetGroup>), AwsError> {
    let name = asked.to_ascii_lowercase();
    if name == DEFAULT {
        return Err(errors::invalid_value("The default cache subnet group cannot be modified or deleted."));
    }
    let group = draft.get(scope, &name).ok_or_else(|| errors::cache_subnet_group_does_not_exist(asked))?;
    Ok((name, group))
}

/// The subnets of a request, when they are well-formed and not too many.
fn checked(ids: Vec<String>) -> Result<Vec<String>, AwsError> {
    if ids.is_empty() {
        return Err(errors::invalid_value("The parameter SubnetIds must be provided."));
    }
    let is_subnet = |id: &&String| {
        let name = id.strip_prefix("subnet-").unwrap_or_default();
        !(1..=64).contains(&name.len()) || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let wrong: Vec<&str> = ids.iter().filter(is_subnet).map(String::as_str).collect();
    if !wrong.is_empty() {
        return Err(errors::invalid_value(format_args!("Some input subnets in :[{}] are invalid.", wrong.join(", "))));
    }
    if ids.len() > limits::SUBNETS_PER_SUBNET_GROUP {
        return Err(errors::quota_exceeded(
            ErrorCode::CacheSubnetQuotaExceeded,
            "subnets in a cache subnet group",
            limits::SUBNETS_PER_SUBNET_GROUP,
        ));
    }
    Ok(ids)
}

/// Checks that no node of a cluster in the group `name` loses its subnet.
fn check_not_in_use(
    draft: &Draft,
    scope: &Scope,
    name: &str,
    before: &[String],
    after: &[String],
) -> Result<(), AwsError> {
    let clusters = draft.tables().cache_clusters.iter(scope).map(|(_, cluster)| cluster);
    let nodes = clusters.filter(|cluster| cluster.subnet_group == name).flat_map(|cluster| cluster.nodes.values());
    let mut in_use = nodes.filter_map(|node| subnet_of(scope, before, &node.availability_zone));
    match in_use.find(|subnet| !after.iter().any(|id| id == subnet)) {
        Some(subnet) => Err(AwsError::new(ErrorCode::SubnetInUse, format!("The subnet ID {subnet} is in use."))),
        None => Ok(()),
    }
}

/// The subnet that a node in the zone `zone` is in: the first one there, or the first of all, since nothing here keeps
/// nodes to the zones of their subnets.
fn subnet_of<'a>(scope: &Scope, subnet_ids: &'a [String], zone: &str) -> Option<&'a str> {
    subnet_ids.iter().find(|id| zone_of(scope, id) == zone).or(subnet_ids.first()).map(String::as_str)
}

/// The zone of a subnet. Default subnets are in the zone that they were made for.
fn zone_of(scope: &Scope, subnet_id: &str) -> String {
    let mut zones = availability_zones(&scope.region);
    let own = zones.iter().position(|zone| default_subnet(scope, zone) == subnet_id);
    let derived = usize::from(Sha256::digest(subnet_id)[0]) % zones.len();
    zones.swap_remove(own.unwrap_or(derived))
}

/// The account's subnet that exists in `zone` from the start.
fn default_subnet(scope: &Scope, zone: &str) -> String {
    format!("subnet-{}", derived_id(&[&scope.account, zone]))
}

/// The account's VPC in a region.
pub(super) fn vpc_id(scope: &Scope) -> String {
    format!("vpc-{}", derived_id(&[&scope.account, &scope.region]))
}

fn show(scope: &Scope, group: &CacheSubnetGroup) -> types::CacheSubnetGroup {
    let ipv4 = || Some(vec![types::NetworkType::Ipv4]);
    let subnets = group.subnet_ids.iter().map(|id| types::Subnet {
        subnet_identifier: Some(id.clone()),
        subnet_availability_zone: Some(types::AvailabilityZone { name: Some(zone_of(scope, id)) }),
        subnet_outpost: None,
        supported_network_types: ipv4(),
    });
    types::CacheSubnetGroup {
        cache_subnet_group_name: Some(group.name.clone()),
        cache_subnet_group_description: Some(group.description.clone()),
        vpc_id: Some(vpc_id(scope)),
        subnets: Some(subnets.collect()),
        arn: Some(Arn::new(scope, ResourceType::SubnetGroup, &group.name).to_string()),
        supported_network_types: ipv4(),
    }
}

/// Seventeen hexadecimal digits, as ids of networks have them, always the same for the same parts.
fn derived_id(parts: &[&str]) -> String {
    hex(&Sha256::digest(parts.join("/")))[..17].to_owned()
}
