//! Where users stand, and users as operations find them.

use std::sync::Arc;

use super::DEFAULT_USER;
use crate::{
    model::{Scope, Unsettled, User},
    operations::errors,
    protocol::AwsError,
    store::Tables,
};

/// Where a user stands, computed from the records of the caches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum UserState {
    Active,
    /// Some engine has it otherwise than it should.
    Modifying,
    /// Some engine may know it still.
    Deleting,
}

impl UserState {
    pub(super) fn of(user: &User, unsettled: &Unsettled<'_>) -> Self {
        if user.deleted.is_some() {
            Self::Deleting
        } else if unsettled.has_user(&user.id) {
            Self::Modifying
        } else {
            Self::Active
        }
    }

    /// `Status` on the wire.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Modifying => "modifying",
            Self::Deleting => "deleting",
        }
    }
}

/// What the engines of a scope still have to be told.
pub(in crate::operations) fn unsettled<'a>(tables: &'a Tables, scope: &Scope) -> Unsettled<'a> {
    let clusters = scope.with_serverless().into_iter().flat_map(|scope| tables.cache_clusters.iter(&scope));
    Unsettled::of(clusters.map(|(_, cluster)| &**cluster))
}

/// A user that its owner made.
pub(in crate::operations) fn of_id(tables: &Tables, scope: &Scope, asked: &str) -> Result<Arc<User>, AwsError> {
    let id = asked.to_ascii_lowercase();
    tables.users.get(scope, &id).cloned().ok_or_else(|| errors::user_not_found(&id))
}

/// Whether a user is neither being changed nor deleted.
pub(in crate::operations) fn is_active(tables: &Tables, scope: &Scope, user: &User) -> bool {
    UserState::of(user, &unsettled(tables, scope)) == UserState::Active
}

/// A user that may be changed: not the one that every account has, and neither being changed nor deleted.
pub(super) fn changeable(tables: &Tables, scope: &Scope, asked: &str) -> Result<Arc<User>, AwsError> {
    if asked.eq_ignore_ascii_case(DEFAULT_USER) {
        return Err(errors::invalid_value("The default user cannot be modified or deleted."));
    }
    let user = of_id(tables, scope, asked)?;
    match UserState::of(&user, &unsettled(tables, scope)) {
        UserState::Active => Ok(user),
        other => Err(errors::invalid_user_state(format_args!("User has status {}.", other.as_str()))),
    }
}
