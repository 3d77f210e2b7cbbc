//! `CreateGlobalReplicationGroup`.

use std::collections::BTreeMap;

use super::{parameters, requirements};
use crate::{
    model::{
        CacheCluster, GlobalMember, GlobalReplicationGroup, ReplicationGroup, catalogue::regions,
        identifier::IdentifierKind, parameters::family_of,
    },
    operations::{Operations, errors, parameter_groups, replication_group, request::Request, tags},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// The secondaries really copy the primary's engine. A group with cluster mode `compatible` is refused by name. The
    /// node types, engine versions and regions for which `ElastiCache` has global datastores are held against it with
    /// `--strict` only. Tags are kept.
    pub(in crate::operations) async fn create_global_replication_group(
        &self,
        request: &Request,
        input: types::CreateGlobalReplicationGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::CreateGlobalReplicationGroupMessage {
            global_replication_group_id_suffix,
            global_replication_group_description,
            primary_replication_group_id,
            tags,
        } = input;
        let suffix = IdentifierKind::GlobalReplicationGroupSuffix
            .canonical(&global_replication_group_id_suffix)
            .map_err(errors::invalid_value)?;
        let id = format!("{}-{suffix}", regions::global_datastore_prefix(&request.scope.region));
        let tags = tags::from_request(tags)?;
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        self.store
            .write(move |draft| {
                let scope = &request.scope;
                if draft.get::<GlobalReplicationGroup>(&scope.everywhere(), &id).is_some() {
                    return Err(errors::global_replication_group_already_exists(&id));
                }
                let group = replication_group::find(draft, &request, &primary_replication_group_id)?;
                let members = requirements::check(draft, &group, strict)?;
                let mut members: Vec<_> = members.iter().map(|member| CacheCluster::clone(member)).collect();
                if let Some(first) = members.first() {
                    let family = family_of(first.engine, &first.engine_version);
                    let values = parameter_groups::values(draft.tables(), scope, &first.parameter_group).into_owned();
                    let name = parameters::put(draft, scope, &id, family, values);
                    parameters::assign(&mut members, &name);
                }
                for member in members {
                    let id = member.id.clone();
                    draft.put(scope, &id, member);
                }
                let joined = ReplicationGroup {
                    global_replication_group_id: Some(id.clone()),
                    ..ReplicationGroup::clone(&group)
                };
                draft.put(scope, &group.id, joined);
                let datastore = GlobalReplicationGroup {
                    scope: scope.everywhere(),
                    id: id.clone(),
                    description: global_replication_group_description.filter(|description| !description.is_empty()),
                    requested: now,
                    created: None,
                    deleted: None,
                    primary_region: scope.region.clone(),
                    failover_to: None,
                    members: BTreeMap::from([(scope.region.clone(), GlobalMember::new(group.id.clone()))]),
                    tags,
                };
                let global_replication_group = Some(super::put(draft, datastore));
                Ok(Output::CreateGlobalReplicationGroup(types::CreateGlobalReplicationGroupResult {
                    global_replication_group,
                }))
            })
            .await
    }
}
