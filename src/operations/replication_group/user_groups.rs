//! User groups and replication groups: which of them go together.

use crate::{
    model::{
        Access, CacheCluster, Engine, ReplicationGroup, Scope, UserGroup,
        catalogue::engine_versions::{EngineFeature, version_reported_as},
    },
    operations::{errors, user_group},
    protocol::{AwsError, ErrorCode},
    store::{Record, Tables},
};

/// More than one user group was named.
pub(super) fn one_at_most() -> AwsError {
    errors::invalid_combination("A replication group can have one user group at most.")
}

/// A user group was named where clients do not speak TLS.
pub(super) fn need_encryption() -> AwsError {
    errors::invalid_combination(
        "User group based access control requires encryption-in-transit to be enabled on the replication group.",
    )
}

/// Who may talk to members like `member` once this user group is attached, which has to be one that can be.
pub(in crate::operations) fn access(
    tables: &Tables,
    scope: &Scope,
    id: &str,
    member: &CacheCluster,
) -> Result<Access, AwsError> {
    let Some(group) = UserGroup::table(tables).get(scope, id) else {
        return Err(AwsError::new(ErrorCode::UserGroupNotFound, format!("UserGroup {id} not found.")));
    };
    if !user_group::is_active(tables, group) {
        let message = format!("User group {id} is not in active state.");
        return Err(AwsError::new(ErrorCode::InvalidUserGroupState, message));
    }
    let (engine, version) = (member.engine, &member.engine_version);
    let facts = version_reported_as(engine, version.as_str());
    let supports = |feature| facts.is_some_and(|facts| facts.supports(feature));
    if !supports(EngineFeature::Rbac) {
        return Err(errors::invalid_combination(format_args!(
            "User group based access control is not supported for {engine} {version}. It needs engine version 6.0 or \
             later."
        )));
    }
    if engine == Engine::Redis && group.engine != Engine::Redis {
        return Err(errors::invalid_combination(format_args!(
            "User group {id} of engine {} cannot be used with a replication group of engine {engine}.",
            group.engine
        )));
    }
    let access = user_group::access_of(tables, scope, id);
    if access.has_iam_users() && !supports(EngineFeature::IamAuth) {
        return Err(errors::invalid_combination(format_args!(
            "User group {id} has users with authentication mode iam, which is not supported for {engine} {version}."
        )));
    }
    Ok(access)
}

/// The user group that a member's engine follows. While another one is wanted already it is the former one, and there is
/// nothing else to tell that by than whom the engine lets in.
pub(super) fn followed<'a>(tables: &Tables, group: &'a ReplicationGroup, member: &'a CacheCluster) -> Option<&'a str> {
    let wanted = member.user_group_id.as_deref();
    let Some(has) = member.outdated_access() else { return wanted };
    if !matches!(has, Access::Users(_)) {
        return None;
    }
    let former = group.former_user_group_id.as_deref();
    let follows_former = |id: &&str| wanted.is_none() || *has == user_group::access_of(tables, &group.scope, id);
    former.filter(follows_former).or(wanted)
}
