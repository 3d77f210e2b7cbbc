//! `DeleteUser`.

use super::{
    DEFAULT_USER, groups_of,
    state::{UserState, changeable},
    view::View,
};
use crate::{
    model::{Engine, User, UserGroup},
    operations::{Operations, errors, request::Request, user_group},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Refused while a user group of the user is being changed.
    pub(in crate::operations) async fn delete_user(
        &self,
        request: &Request,
        input: types::DeleteUserMessage,
    ) -> Result<Output, AwsError> {
        let types::DeleteUserMessage { user_id } = input;
        let (scope, now) = (request.scope.clone(), self.clock.now());
        self.store
            .write(move |draft| {
                let user = changeable(draft.tables(), &scope, &user_id)?;
                let groups: Vec<UserGroup> = groups_of(draft.tables(), &scope, &user.id).cloned().collect();
                if let Some(group) = groups.iter().find(|group| !user_group::is_active(draft.tables(), group)) {
                    return Err(errors::invalid_user_state(format_args!(
                        "User {} is in user group {}, which is not active.",
                        user.id, group.id
                    )));
                }
                if user.name == DEFAULT_USER
                    && let Some(group) = groups.iter().find(|group| group.engine == Engine::Redis)
                {
                    return Err(errors::default_user_associated(&user.id, &group.id));
                }
                for mut group in groups {
                    group.user_ids.remove(&user.id);
                    let id = group.id.clone();
                    draft.put(&scope, &id, group);
                    user_group::spread(draft, &scope, &id);
                }
                let deleted = User { deleted: Some(now), ..User::clone(&user) };
                draft.put(&scope, &user.id, deleted.clone());
                Ok(Output::DeleteUser(View::new(draft.tables(), &scope).in_state(&deleted, UserState::Deleting)))
            })
            .await
    }
}
