//! What engines need of users. It is worked out here, in the same transaction that changes a user, a group or what is
//! attached to what, and written into the records of the cache clusters concerned; the reconciler does the rest.

use crate::{
    model::{Access, AccessUser, CacheCluster, Scope, User, UserGroup},
    operations::user,
    store::{Draft, Record, Tables},
};

/// Who may talk to caches that the group is attached to.
pub(in crate::operations) fn access_of(tables: &Tables, scope: &Scope, user_group_id: &str) -> Access {
    let users = UserGroup::table(tables).get(scope, user_group_id).map(|group| &group.user_ids);
    let users = users.into_iter().flatten().filter_map(|id| user::find(tables, scope, id));
    Access::Users(users.map(|user| of_user(&user)).collect())
}

fn of_user(user: &User) -> (String, AccessUser) {
    let User { id, name, authentication, access_string, .. } = user.clone();
    (name, AccessUser { user_id: id, authentication, access_string })
}

/// Brings the records of all caches that the group is attached to up to date.
pub(in crate::operations) fn spread(draft: &mut Draft, scope: &Scope, user_group_id: &str) {
    let access = access_of(draft.tables(), scope, user_group_id);
    let attached =
        |cluster: &CacheCluster| cluster.user_group_id.as_deref() == Some(user_group_id) && cluster.access != access;
    for scope in scope.with_serverless() {
        let clusters: Vec<_> = draft.tables().cache_clusters.iter(&scope).map(|(_, cluster)| cluster.clone()).collect();
        for cluster in clusters.iter().filter(|cluster| attached(cluster)) {
            let changed = CacheCluster { access: access.clone(), ..CacheCluster::clone(cluster) };
            draft.put(&scope, &cluster.id, changed);
        }
    }
}
