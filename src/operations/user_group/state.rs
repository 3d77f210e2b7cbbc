//! Where user groups stand, and user groups as operations find them.

use std::sync::Arc;

use crate::{
    model::{Scope, Unsettled, UserGroup},
    operations::{errors, user},
    protocol::AwsError,
    store::Tables,
};

/// Where a user group stands, computed from its record and those of the caches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupState {
    /// As the operation that makes one shows it, and nobody else.
    Creating,
    Active,
    /// Some engine lets in others than it should, or the change has just been asked for.
    Modifying,
    Deleting,
}

impl GroupState {
    pub(super) fn of(group: &UserGroup, unsettled: &Unsettled<'_>) -> Self {
        if group.deleted.is_some() {
            Self::Deleting
        } else if group.former_user_ids.is_some() || unsettled.has_group(&group.id) {
            Self::Modifying
        } else {
            Self::Active
        }
    }

    /// `Status` on the wire.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Active => "active",
            Self::Modifying => "modifying",
            Self::Deleting => "deleting",
        }
    }
}

/// The group of this id.
pub(in crate::operations) fn of_id(tables: &Tables, scope: &Scope, asked: &str) -> Result<Arc<UserGroup>, AwsError> {
    let id = asked.to_ascii_lowercase();
    tables.user_groups.get(scope, &id).cloned().ok_or_else(|| errors::user_group_not_found(&id))
}

/// Whether a group is neither being changed nor deleted.
pub(in crate::operations) fn is_active(tables: &Tables, group: &UserGroup) -> bool {
    GroupState::of(group, &user::unsettled(tables, &group.scope)) == GroupState::Active
}

/// The group of this id, when it is neither being changed nor deleted.
pub(super) fn changeable(tables: &Tables, scope: &Scope, asked: &str) -> Result<Arc<UserGroup>, AwsError> {
    let group = of_id(tables, scope, asked)?;
    match GroupState::of(&group, &user::unsettled(tables, scope)) {
        GroupState::Active => Ok(group),
        other => Err(errors::invalid_user_group_state(format_args!("User group has status {}.", other.as_str()))),
    }
}
