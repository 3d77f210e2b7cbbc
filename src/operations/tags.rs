//! The operations on tags, and the tags of new resources.

use chrono::{DateTime, Utc};

use super::{
    Operations, errors, global_replication_group, replication_group, request::Request, serverless_cache,
    serverless_snapshot, snapshot, user, user_group,
};
use crate::{
    model::{
        CacheCluster, CacheParameterGroup, CacheSecurityGroup, CacheSubnetGroup, GlobalReplicationGroup, GroupPhase,
        Phase, ReplicationGroup, ReservedCacheNode, Scope, ServerlessCache, Snapshot, SnapshotStatus, TagSet, User,
        UserGroup,
        arn::{Arn, ResourceType},
        catalogue::default_groups::default_group,
        tags::TagError,
    },
    protocol::{AwsError, ErrorCode, Output, types},
    store::{Draft, Record},
};

/// The tags of a request that makes a resource.
pub(super) fn from_request(tags: Option<Vec<types::Tag>>) -> Result<TagSet, AwsError> {
    TagSet::new(pairs(tags.unwrap_or_default())?).map_err(|error| refused(&error))
}

fn pairs(tags: Vec<types::Tag>) -> Result<Vec<(String, String)>, AwsError> {
    tags.into_iter()
        .map(|tag| {
            let key = tag.key.ok_or_else(|| errors::missing_parameter("Tags.Tag.Key"))?;
            Ok((key, tag.value.unwrap_or_default()))
        })
        .collect()
}

fn refused(error: &TagError) -> AwsError {
    let code = match error {
        TagError::Quota => ErrorCode::TagQuotaPerResourceExceeded,
        TagError::NotFound => ErrorCode::TagNotFound,
        TagError::KeyLength | TagError::ValueLength | TagError::ReservedKey => ErrorCode::InvalidParameterValue,
    };
    AwsError::new(code, error.to_string())
}

impl Operations {
    /// # Compatibility
    /// The user `default` takes no tags.
    pub(super) async fn add_tags_to_resource(
        &self,
        request: &Request,
        input: types::AddTagsToResourceMessage,
    ) -> Result<Output, AwsError> {
        let types::AddTagsToResourceMessage { resource_name, tags } = input;
        let tags = pairs(tags)?;
        let listed = self.change_tags(request, &resource_name, move |present| present.add(tags.clone())).await?;
        Ok(Output::AddTagsToResource(listed))
    }

    /// # Compatibility
    /// As `AddTagsToResource`. Refused only when none of the keys is there.
    pub(super) async fn remove_tags_from_resource(
        &self,
        request: &Request,
        input: types::RemoveTagsFromResourceMessage,
    ) -> Result<Output, AwsError> {
        let types::RemoveTagsFromResourceMessage { resource_name, tag_keys } = input;
        let remove = move |present: &mut TagSet| present.remove(tag_keys.iter().map(String::as_str));
        let listed = self.change_tags(request, &resource_name, remove).await?;
        Ok(Output::RemoveTagsFromResource(listed))
    }

    /// # Compatibility
    /// As `AddTagsToResource`.
    pub(super) async fn list_tags_for_resource(
        &self,
        request: &Request,
        input: types::ListTagsForResourceMessage,
    ) -> Result<Output, AwsError> {
        let types::ListTagsForResourceMessage { resource_name } = input;
        let listed = self.change_tags(request, &resource_name, |_| Ok(())).await?;
        Ok(Output::ListTagsForResource(listed))
    }

    /// Changes the tags of the resource with this ARN, and answers all it has afterwards.
    async fn change_tags(
        &self,
        request: &Request,
        resource_name: &str,
        change: impl Fn(&mut TagSet) -> Result<(), TagError> + Send + 'static,
    ) -> Result<types::TagListMessage, AwsError> {
        let invalid = |error: String| AwsError::new(ErrorCode::InvalidARN, error);
        let arn: Arn =
            resource_name.parse().map_err(|error: crate::model::arn::InvalidArn| invalid(error.to_string()))?;
        if !arn.is_in(&request.scope) {
            return Err(invalid(format!("ARN {resource_name} is invalid.")));
        }
        let (scope, now) = (request.scope.clone(), self.clock.now());
        self.store
            .write(move |draft| {
                let tags = change_in_record(draft, &scope, &arn, &change, now)?;
                let shown = tags
                    .iter()
                    .map(|(key, value)| types::Tag { key: Some(key.to_owned()), value: Some(value.to_owned()) });
                Ok(types::TagListMessage { tag_list: Some(shown.collect()) })
            })
            .await
    }
}

/// Finds the resource of `arn`, changes its tags and answers them.
fn change_in_record(
    draft: &mut Draft,
    scope: &Scope,
    arn: &Arn,
    change: &impl Fn(&mut TagSet) -> Result<(), TagError>,
    now: DateTime<Utc>,
) -> Result<TagSet, AwsError> {
    let id = arn.id();
    match arn.resource_type() {
        ResourceType::Cluster => {
            let cluster = draft.get::<CacheCluster>(scope, id).ok_or_else(|| errors::cache_cluster_not_found(id))?;
            if cluster.phase() != Phase::Available {
                return Err(not_available());
            }
            changed::<CacheCluster>(draft, scope, id, |record| &mut record.tags, change)
        }
        ResourceType::ReplicationGroup => {
            let group =
                draft.get::<ReplicationGroup>(scope, id).ok_or_else(|| errors::replication_group_not_found(id))?;
            if group.phase(replication_group::members(draft.tables(), scope)) != GroupPhase::Available {
                return Err(not_available());
            }
            // A member may have lost the tag that is removed before.
            let of_member = |tags: &mut TagSet| match change(tags) {
                Err(TagError::NotFound) => Ok(()),
                changed => changed,
            };
            let tags = changed::<ReplicationGroup>(draft, scope, id, |record| &mut record.tags, change)?;
            for member in group.member_ids() {
                changed::<CacheCluster>(draft, scope, member, |record| &mut record.tags, &of_member)?;
            }
            Ok(tags)
        }
        ResourceType::ParameterGroup if default_group(id).is_some() => Err(errors::invalid_value(format_args!(
            "The parameter group {id} is a default group and cannot be tagged."
        ))),
        ResourceType::ParameterGroup => {
            draft
                .get::<CacheParameterGroup>(scope, id)
                .ok_or_else(|| errors::described_parameter_group_not_found(id))?;
            changed::<CacheParameterGroup>(draft, scope, id, |record| &mut record.tags, change)
        }
        ResourceType::SubnetGroup if id == "default" => {
            Err(errors::invalid_value("The default cache subnet group cannot be tagged."))
        }
        ResourceType::SubnetGroup => {
            draft.get::<CacheSubnetGroup>(scope, id).ok_or_else(|| errors::cache_subnet_group_does_not_exist(id))?;
            changed::<CacheSubnetGroup>(draft, scope, id, |record| &mut record.tags, change)
        }
        ResourceType::SecurityGroup => {
            draft.get::<CacheSecurityGroup>(scope, id).ok_or_else(|| errors::cache_security_group_not_found(id))?;
            changed::<CacheSecurityGroup>(draft, scope, id, |record| &mut record.tags, change)
        }
        ResourceType::User if id == user::DEFAULT_USER => {
            let mut none = TagSet::default();
            change(&mut none).map_err(|error| refused(&error))?;
            if none == TagSet::default() {
                Ok(none)
            } else {
                Err(errors::invalid_value("The default user cannot be tagged."))
            }
        }
        ResourceType::User => {
            let user = user::of_id(draft.tables(), scope, id)?;
            if !user::is_active(draft.tables(), scope, &user) {
                return Err(errors::user_not_available_for_tagging(id));
            }
            changed::<User>(draft, scope, id, |record| &mut record.tags, change)
        }
        ResourceType::UserGroup => {
            let group = user_group::of_id(draft.tables(), scope, id)?;
            if !user_group::is_active(draft.tables(), &group) {
                return Err(errors::user_group_not_available_for_tagging(id));
            }
            changed::<UserGroup>(draft, scope, id, |record| &mut record.tags, change)
        }
        ResourceType::ReservedInstance => {
            draft.get::<ReservedCacheNode>(scope, id).ok_or_else(|| errors::reserved_cache_node_not_found(id))?;
            changed::<ReservedCacheNode>(draft, scope, id, |record| &mut record.tags, change)
        }
        ResourceType::GlobalReplicationGroup => {
            let datastore = global_replication_group::find(draft.tables(), scope, id)?;
            changed::<GlobalReplicationGroup>(draft, &datastore.scope, id, |record| &mut record.tags, change)
        }
        ResourceType::ServerlessCache => {
            let before =
                draft.get::<ServerlessCache>(scope, id).ok_or_else(|| errors::serverless_cache_not_found(id))?;
            let tags = changed::<ServerlessCache>(draft, scope, id, |record| &mut record.tags, change)?;
            if tags != before.tags {
                serverless_cache::tell(draft, &before, format!("Tags updated for the cache {id}."), now);
            }
            Ok(tags)
        }
        ResourceType::ServerlessCacheSnapshot => {
            let found = serverless_snapshot::find(draft.tables(), scope, id)?;
            serverless_snapshot::check_available(draft.tables(), &found)?;
            changed::<Snapshot>(draft, &found.scope, id, |record| &mut record.tags, change)
        }
        ResourceType::Snapshot => {
            let found = draft.get::<Snapshot>(scope, id).ok_or_else(|| errors::snapshot_not_found(id))?;
            match snapshot::status(draft.tables(), &found) {
                SnapshotStatus::Available => changed::<Snapshot>(draft, scope, id, |record| &mut record.tags, change),
                status => Err(errors::snapshot_not_available(id, status.as_str())),
            }
        }
    }
}

fn not_available() -> AwsError {
    AwsError::new(
        ErrorCode::InvalidReplicationGroupState,
        "Cluster not in available state to perform tagging operations.",
    )
}

fn changed<R: Record + PartialEq>(
    draft: &mut Draft,
    scope: &Scope,
    id: &str,
    tags: impl Fn(&mut R) -> &mut TagSet,
    change: &impl Fn(&mut TagSet) -> Result<(), TagError>,
) -> Result<TagSet, AwsError> {
    let Some(before) = draft.get::<R>(scope, id) else { return Ok(TagSet::default()) };
    let mut record = R::clone(&before);
    change(tags(&mut record)).map_err(|error| refused(&error))?;
    let all = tags(&mut record).clone();
    if record != *before {
        draft.put(scope, id, record);
    }
    Ok(all)
}
