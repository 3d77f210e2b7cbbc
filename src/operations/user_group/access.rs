//! What engines need of users. It is worked out here, in the same transaction that changes a user, a group or what is
//! attached to what, and written into the records of the cache clusters concerned; the reconciler does the rest.

use std::collections::BTreeMap;

use crate::{
    model::{Access, AccessUser, Authentication, Scope, User, UserGroup},
    store::{Record, Tables},
};

/// The id and the name of the user that every account has. It is no record.
pub(in crate::operations) const DEFAULT_USER: &str = "default";

/// What the user `default` that every account has may do.
pub(in crate::operations) const DEFAULT_USER_RULES: &str = "on ~* +@all";

/// Who may talk to caches that the group is attached to.
pub(in crate::operations) fn access_of(tables: &Tables, scope: &Scope, user_group_id: &str) -> Access {
    let users = UserGroup::table(tables).get(scope, user_group_id).map(|group| &group.user_ids);
    Access::Users(users.into_iter().flatten().filter_map(|id| user(tables, scope, id)).collect::<BTreeMap<_, _>>())
}

/// A user by its name. `None` when it is gone or going.
fn user(tables: &Tables, scope: &Scope, id: &str) -> Option<(String, AccessUser)> {
    let user_id = id.to_owned();
    if id == DEFAULT_USER {
        let access_string = DEFAULT_USER_RULES.to_owned();
        let user = AccessUser { user_id, authentication: Authentication::NoPassword, access_string };
        return Some((DEFAULT_USER.to_owned(), user));
    }
    let user = User::table(tables).get(scope, id).filter(|user| user.deleted.is_none())?;
    let (authentication, access_string) = (user.authentication.clone(), user.access_string.clone());
    Some((user.name.clone(), AccessUser { user_id, authentication, access_string }))
}
