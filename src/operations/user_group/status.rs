//! Whether engines have caught up with a user group, told from the records.

use crate::{
    model::{Scope, UserGroup},
    store::{Record, Tables},
};

/// Whether the group exists, is to stay, and every engine that it is attached to lets in just the users that it has now.
pub(in crate::operations) fn is_settled(tables: &Tables, scope: &Scope, user_group_id: &str) -> bool {
    let stays = UserGroup::table(tables).get(scope, user_group_id).is_some_and(|group| group.deleted.is_none());
    let mut attached = tables.cache_clusters.iter(scope).map(|(_, cluster)| cluster);
    stays
        && attached.all(|cluster| {
            cluster.user_group_id.as_deref() != Some(user_group_id) || cluster.outdated_access().is_none()
        })
}
