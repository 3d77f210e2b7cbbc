//! Which users can be in a group together, and in a group of which engine.

use std::collections::{BTreeMap, BTreeSet};

use super::attached;
use crate::{
    model::{Authentication, Engine, Scope, User, catalogue::limits},
    operations::{
        errors,
        user::{self, DEFAULT_USER},
    },
    protocol::{AwsError, ErrorCode},
    store::Tables,
};

/// Checks that a group can have just these users.
pub(super) fn check(tables: &Tables, scope: &Scope, engine: Engine, ids: &BTreeSet<String>) -> Result<(), AwsError> {
    let mut names = BTreeMap::new();
    for id in ids {
        let user = user::find(tables, scope, id).ok_or_else(|| errors::user_not_found(id))?;
        check_member(engine, &user)?;
        if names.insert(user.name.clone(), id).is_some() {
            return Err(errors::duplicate_user_name(&user.name));
        }
    }
    if ids.len() > limits::USERS_PER_USER_GROUP {
        let most = limits::USERS_PER_USER_GROUP;
        let message = format!("A user group can have at most {most} users.");
        return Err(AwsError::new(ErrorCode::UserGroupQuotaExceeded, message));
    }
    // A Valkey cache without such a user lets nobody in who has not logged in.
    if engine == Engine::Redis && !names.contains_key(DEFAULT_USER) {
        return Err(errors::default_user_required());
    }
    Ok(())
}

/// Checks that a group of this engine can have a user.
pub(in crate::operations) fn check_member(engine: Engine, user: &User) -> Result<(), AwsError> {
    match (engine, user.engine) {
        (Engine::Redis, Engine::Valkey) => Err(errors::invalid_combination(format_args!(
            "User {} with engine Valkey cannot be in a user group with engine Redis.",
            user.id
        ))),
        (Engine::Valkey, _) if user.authentication == Authentication::NoPassword => Err(errors::invalid_combination(
            format_args!("No password user {} cannot be added to user group with engine Valkey", user.id),
        )),
        _ => Ok(()),
    }
}

/// Checks that the engines of all caches that a group is attached to know what a user may do.
pub(in crate::operations) fn check_version(tables: &Tables, user_group_id: &str, user: &User) -> Result<(), AwsError> {
    let needed = user.minimum_engine_version();
    match attached(tables, &user.scope, user_group_id).find(|cluster| cluster.engine_version < needed) {
        Some(cluster) => Err(errors::invalid_combination(format_args!(
            "User {} needs engine version {needed} or later, and {} has {}.",
            user.id,
            cluster.cache_id(),
            cluster.engine_version
        ))),
        None => Ok(()),
    }
}
