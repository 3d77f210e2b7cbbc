//! `ModifyUserGroup`.

use std::collections::BTreeSet;

use super::{
    attached, members, spread,
    state::{GroupState, changeable},
    view::View,
};
use crate::{
    model::{Engine, UserGroup},
    operations::{Operations, errors, request::Request, user},
    protocol::{AwsError, Output, types},
    store::Tables,
};

/// What is to become of a group.
struct Change {
    add: BTreeSet<String>,
    remove: BTreeSet<String>,
    engine: Option<Engine>,
}

impl Operations {
    /// # Compatibility
    /// Every engine that the group is attached to is changed. Connections of users that go are closed.
    pub(in crate::operations) async fn modify_user_group(
        &self,
        request: &Request,
        input: types::ModifyUserGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::ModifyUserGroupMessage { user_group_id, user_ids_to_add, user_ids_to_remove, engine } = input;
        let ids = |ids: Option<Vec<String>>| ids.into_iter().flatten().map(|id| id.to_ascii_lowercase()).collect();
        let change = Change {
            add: ids(user_ids_to_add),
            remove: ids(user_ids_to_remove),
            engine: engine.as_deref().map(user::engine).transpose()?,
        };
        change.check()?;
        let scope = request.scope.clone();
        self.store
            .write(move |draft| {
                let before = changeable(draft.tables(), &scope, &user_group_id)?;
                let group = change.of(&before)?;
                members::check(draft.tables(), &scope, group.engine, &group.user_ids)?;
                check_caches(draft.tables(), &group)?;
                draft.put(&scope, &before.id, group.clone());
                spread(draft, &scope, &group.id);
                Ok(Output::ModifyUserGroup(View::new(draft.tables(), &scope).in_state(&group, GroupState::Modifying)))
            })
            .await
    }
}

impl Change {
    fn check(&self) -> Result<(), AwsError> {
        if self.add.is_empty() && self.remove.is_empty() && self.engine.is_none() {
            return Err(errors::no_modifications());
        }
        match self.add.intersection(&self.remove).next() {
            Some(id) => Err(errors::invalid_combination(format_args!(
                "User {id} cannot be in both UserIdsToAdd and UserIdsToRemove."
            ))),
            None => Ok(()),
        }
    }

    /// The group as it is to be. The users that it has had are shown until every engine knows the new ones.
    fn of(&self, before: &UserGroup) -> Result<UserGroup, AwsError> {
        if let Some(id) = self.remove.difference(&before.user_ids).next() {
            return Err(errors::invalid_value(format_args!("User {id} is not a member of user group {}.", before.id)));
        }
        if let Some(id) = self.add.intersection(&before.user_ids).next() {
            return Err(errors::invalid_value(format_args!(
                "User {id} is already a member of user group {}.",
                before.id
            )));
        }
        let mut group = before.clone();
        group.user_ids = before.user_ids.difference(&self.remove).chain(&self.add).cloned().collect();
        group.former_user_ids = (group.user_ids != before.user_ids).then(|| before.user_ids.clone());
        if let Some(engine) = self.engine {
            if (before.engine, engine) == (Engine::Valkey, Engine::Redis) {
                let message = "The engine of a user group cannot be changed from Valkey to Redis.";
                return Err(errors::invalid_combination(message));
            }
            group.engine = engine;
        }
        Ok(group)
    }
}

/// Checks that the caches that a group is attached to can have it as it is to be.
fn check_caches(tables: &Tables, group: &UserGroup) -> Result<(), AwsError> {
    let mut caches = attached(tables, &group.scope, &group.id);
    if group.engine == Engine::Valkey
        && let Some(cluster) = caches.find(|cluster| cluster.engine == Engine::Redis)
    {
        return Err(errors::invalid_combination(format_args!(
            "User group {} is attached to {}, whose engine is Redis.",
            group.id,
            cluster.cache_id()
        )));
    }
    for id in &group.user_ids {
        if let Some(user) = user::find(tables, &group.scope, id) {
            members::check_version(tables, &group.id, &user)?;
        }
    }
    Ok(())
}
