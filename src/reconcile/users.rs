//! Lets go of users and user groups that were deleted, and of the users that a group had before, once no engine has
//! anything left of them. Engines are told by the runs of their clusters, not here.

use std::{collections::BTreeMap, sync::Arc};

use tokio::time::sleep;

use super::{Shared, failure::UNWRITTEN_WAIT};
use crate::{
    model::{Scope, Unsettled, User, UserGroup},
    store::{Draft, StorageError, Tables},
};

/// Looks after every change in the store.
pub(super) async fn follow(shared: &Shared) {
    let mut version = shared.store.version();
    loop {
        version.borrow_and_update();
        let mut is_written = true;
        if !due(&shared.store.tables()).is_empty() {
            let settled = shared.store.write(|draft| {
                settle(draft);
                Ok::<_, StorageError>(())
            });
            if let Err(error) = settled.await {
                tracing::error!(%error, "what is over for users and user groups could not be written down");
                is_written = false;
            }
        }
        tokio::select! {
            changed = version.changed() => if changed.is_err() { return },
            () = sleep(UNWRITTEN_WAIT), if !is_written => {}
        }
    }
}

/// What has to be done to a record.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    /// The user goes.
    User(String),
    /// The group goes.
    Group(String),
    /// The users that the group had before are forgotten.
    FormerUsers(String),
}

/// What is over, in every account and region.
fn due(tables: &Tables) -> Vec<(Scope, Due)> {
    let users = tables.users.iter_all().filter(|(_, _, user)| user.deleted.is_some());
    let users = users.map(|(scope, id, _)| (scope, Due::User(id.clone())));
    let groups = tables.user_groups.iter_all().filter_map(|(scope, id, group)| match **group {
        UserGroup { deleted: Some(_), .. } => Some((scope, Due::Group(id.clone()))),
        UserGroup { former_user_ids: Some(_), .. } => Some((scope, Due::FormerUsers(id.clone()))),
        _ => None,
    });
    let mut unsettled = BTreeMap::new();
    let mut over = Vec::new();
    for (scope, due) in users.chain(groups) {
        let clusters = || scope.with_serverless().into_iter().flat_map(|scope| tables.cache_clusters.iter(&scope));
        let unsettled =
            unsettled.entry(scope).or_insert_with(|| Unsettled::of(clusters().map(|(_, cluster)| &**cluster)));
        let is_over = match &due {
            Due::User(id) => !unsettled.has_user(id),
            Due::Group(_) => true,
            Due::FormerUsers(id) => !unsettled.has_group(id),
        };
        if is_over {
            over.push((scope.clone(), due));
        }
    }
    over
}

fn settle(draft: &mut Draft) {
    for (scope, due) in due(draft.tables()) {
        match due {
            Due::User(id) => {
                draft.remove::<User>(&scope, &id);
            }
            Due::Group(id) => {
                draft.remove::<UserGroup>(&scope, &id);
            }
            Due::FormerUsers(id) => {
                if let Some(group) = draft.get::<UserGroup>(&scope, &id) {
                    let group = UserGroup { former_user_ids: None, ..Arc::unwrap_or_clone(group) };
                    draft.put(&scope, &id, group);
                }
            }
        }
    }
}
