//! `TagResource`, `UntagResource` and `ListTagsForResource`, for scalable targets: nothing else of the service has tags.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    Autoscaling, AutoscalingError,
    call::{ListTagsForResource, TagResource, UntagResource},
    names::uid_of,
};
use crate::{
    model::{ScalableTarget, Scope, TagSet},
    store::Tables,
};

impl Autoscaling {
    pub(super) async fn tag_resource(&self, scope: &Scope, input: TagResource) -> Result<Value, AutoscalingError> {
        let TagResource { resource_arn, tags } = input;
        self.change_tags(scope, resource_arn, |set| Ok(set.add(tags)?)).await
    }

    pub(super) async fn untag_resource(&self, scope: &Scope, input: UntagResource) -> Result<Value, AutoscalingError> {
        let UntagResource { resource_arn, tag_keys } = input;
        // Keys that no tag has are passed over here, unlike in ElastiCache.
        let remove = move |set: &mut TagSet| {
            let there: Vec<_> = tag_keys.iter().map(String::as_str).filter(|key| set.get(key).is_some()).collect();
            let there: Vec<_> = there.into_iter().map(str::to_owned).collect();
            Ok(set.remove(there.iter().map(String::as_str))?)
        };
        self.change_tags(scope, resource_arn, remove).await
    }

    pub(super) fn list_tags_for_resource(
        &self,
        scope: &Scope,
        ListTagsForResource { resource_arn }: &ListTagsForResource,
    ) -> Result<Value, AutoscalingError> {
        let target = with_arn(&self.store.tables(), scope, resource_arn)?;
        let tags: Map<_, _> = target.tags.iter().map(|(key, value)| (key.to_owned(), json!(value))).collect();
        Ok(json!({ "Tags": tags }))
    }

    async fn change_tags(
        &self,
        scope: &Scope,
        arn: String,
        change: impl FnOnce(&mut TagSet) -> Result<(), AutoscalingError> + Send + 'static,
    ) -> Result<Value, AutoscalingError> {
        let scope = scope.clone();
        self.write(move |draft| {
            let mut target = ScalableTarget::clone(&*with_arn(draft.tables(), &scope, &arn)?);
            change(&mut target.tags)?;
            draft.put(&scope, &target.own_key(), target);
            Ok(json!({}))
        })
        .await
    }
}

fn with_arn(tables: &Tables, scope: &Scope, arn: &str) -> Result<Arc<ScalableTarget>, AutoscalingError> {
    let uid = uid_of(scope, arn);
    let mut targets = tables.scalable_targets.iter(scope).map(|(_, target)| target);
    let found = targets.find(|target| uid == Some(target.uid.as_str()));
    found.cloned().ok_or_else(|| AutoscalingError::NoResource(arn.to_owned()))
}
