//! Users: who may log in to caches, and what they may do there. A user comes to a cache by way of user groups.

mod authentication;
mod create;
mod delete;
mod describe;
mod modify;
mod state;
mod view;

use std::sync::Arc;

use super::errors;
use crate::{
    model::{Authentication, Engine, Scope, TagSet, User, UserGroup},
    protocol::AwsError,
    store::Tables,
};

pub(super) use state::{is_active, of_id, unsettled};

/// The id and the name of the user that every account has. It is no record.
pub(super) const DEFAULT_USER: &str = "default";

/// The user that every account has.
fn default_user(scope: &Scope) -> User {
    User {
        scope: scope.clone(),
        id: DEFAULT_USER.to_owned(),
        name: DEFAULT_USER.to_owned(),
        engine: Engine::Redis,
        authentication: Authentication::NoPassword,
        access_string: "on ~* +@all".to_owned(),
        deleted: None,
        tags: TagSet::default(),
    }
}

/// A user that can be in groups: one that its owner made, or the one that every account has. `None` when it is gone or
/// going.
pub(super) fn find(tables: &Tables, scope: &Scope, id: &str) -> Option<Arc<User>> {
    if id == DEFAULT_USER {
        return Some(Arc::new(default_user(scope)));
    }
    tables.users.get(scope, id).filter(|user| user.deleted.is_none()).cloned()
}

/// The groups that a user is in.
fn groups_of<'a>(tables: &'a Tables, scope: &Scope, user_id: &str) -> impl Iterator<Item = &'a UserGroup> {
    let groups = tables.user_groups.iter(scope).map(|(_, group)| &**group);
    groups.filter(move |group| group.user_ids.contains(user_id))
}

/// The engine of a user or a user group.
pub(super) fn engine(name: &str) -> Result<Engine, AwsError> {
    name.parse().ok().filter(|engine| *engine != Engine::Memcached).ok_or_else(|| {
        errors::invalid_value(format_args!("Invalid value {name} for Engine. Allowed values are redis and valkey."))
    })
}
