//! `DeleteUserGroup`.

use super::{
    attached,
    state::{GroupState, changeable},
    view::View,
};
use crate::{
    model::UserGroup,
    operations::{Operations, errors, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(in crate::operations) async fn delete_user_group(
        &self,
        request: &Request,
        input: types::DeleteUserGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::DeleteUserGroupMessage { user_group_id } = input;
        let (scope, now) = (request.scope.clone(), self.clock.now());
        self.store
            .write(move |draft| {
                let group = changeable(draft.tables(), &scope, &user_group_id)?;
                if let Some(cluster) = attached(draft.tables(), &scope, &group.id).next() {
                    let cache = if cluster.scope == scope { "replication group" } else { "serverless cache" };
                    return Err(errors::invalid_user_group_state(format_args!(
                        "User group {} is associated with {cache} {}.",
                        group.id,
                        cluster.cache_id()
                    )));
                }
                let deleted = UserGroup { deleted: Some(now), ..UserGroup::clone(&group) };
                draft.put(&scope, &group.id, deleted.clone());
                Ok(Output::DeleteUserGroup(View::new(draft.tables(), &scope).in_state(&deleted, GroupState::Deleting)))
            })
            .await
    }
}
