//! A user group as the API shows it.

use std::collections::BTreeSet;

use super::{attached, state::GroupState};
use crate::{
    model::{
        Engine, EngineVersion, Scope, Unsettled, UserGroup,
        arn::{Arn, ResourceType},
    },
    operations::user,
    protocol::types,
    store::Tables,
};

/// What user groups of one scope are shown with.
pub(super) struct View<'a> {
    tables: &'a Tables,
    scope: &'a Scope,
    unsettled: Unsettled<'a>,
}

impl<'a> View<'a> {
    pub(super) fn new(tables: &'a Tables, scope: &'a Scope) -> Self {
        Self { tables, scope, unsettled: user::unsettled(tables, scope) }
    }

    /// The group as `DescribeUserGroups` shows it.
    pub(super) fn group(&self, group: &UserGroup) -> types::UserGroup {
        self.in_state(group, GroupState::of(group, &self.unsettled))
    }

    /// The group as an operation shows it that has just brought it into a state.
    pub(super) fn in_state(&self, group: &UserGroup, state: GroupState) -> types::UserGroup {
        let shown = group.former_user_ids.as_ref().unwrap_or(&group.user_ids);
        let caches = |is_serverless: bool| {
            let attached = attached(self.tables, self.scope, &group.id);
            let of_kind = attached.filter(move |cluster| cluster.scope.is_behind_serverless() == is_serverless);
            let ids: BTreeSet<_> = of_kind.map(|cluster| cluster.cache_id().to_owned()).collect();
            Some(ids.into_iter().collect())
        };
        types::UserGroup {
            user_group_id: Some(group.id.clone()),
            status: Some(state.as_str().to_owned()),
            engine: Some(group.engine.name().to_owned()),
            user_ids: Some(shown.iter().cloned().collect()),
            minimum_engine_version: Some(self.minimum_engine_version(group).to_string()),
            pending_changes: group.former_user_ids.as_ref().map(|former| pending(former, &group.user_ids)),
            replication_groups: caches(false),
            serverless_caches: caches(true),
            arn: Some(Arn::text(self.scope, ResourceType::UserGroup, &group.id)),
        }
    }

    /// The oldest version of the group's engine that can have all its users.
    fn minimum_engine_version(&self, group: &UserGroup) -> EngineVersion {
        let first = match group.engine {
            Engine::Valkey => EngineVersion::of(7, 2),
            Engine::Redis | Engine::Memcached => EngineVersion::of(6, 0),
        };
        let users = group.user_ids.iter().filter_map(|id| user::find(self.tables, self.scope, id));
        users.map(|user| user.minimum_engine_version()).fold(first, Ord::max)
    }
}

fn pending(former: &BTreeSet<String>, present: &BTreeSet<String>) -> types::UserGroupPendingChanges {
    let given = |ids: Vec<String>| Some(ids).filter(|ids| !ids.is_empty());
    types::UserGroupPendingChanges {
        user_ids_to_remove: given(former.difference(present).cloned().collect()),
        user_ids_to_add: given(present.difference(former).cloned().collect()),
    }
}
