//! `CreateUserGroup`.

use super::{members, state::GroupState, view::View};
use crate::{
    model::{UserGroup, catalogue::limits, identifier::IdentifierKind},
    operations::{Operations, errors, request::Request, tags, user},
    protocol::{AwsError, ErrorCode, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Account quota with `--strict` only.
    pub(in crate::operations) async fn create_user_group(
        &self,
        request: &Request,
        input: types::CreateUserGroupMessage,
    ) -> Result<Output, AwsError> {
        let types::CreateUserGroupMessage { user_group_id, engine, user_ids, tags } = input;
        let group = UserGroup {
            scope: request.scope.clone(),
            id: IdentifierKind::UserGroup.canonical(&user_group_id).map_err(errors::invalid_value)?,
            engine: user::engine(&engine)?,
            user_ids: user_ids.into_iter().flatten().map(|id| id.to_ascii_lowercase()).collect(),
            former_user_ids: None,
            deleted: None,
            tags: tags::from_request(tags)?,
        };
        let (scope, strict) = (request.scope.clone(), self.options.strict);
        self.store
            .write(move |draft| {
                let tables = draft.tables();
                if tables.user_groups.get(&scope, &group.id).is_some() {
                    return Err(errors::user_group_already_exists(&group.id));
                }
                members::check(tables, &scope, group.engine, &group.user_ids)?;
                if strict && tables.user_groups.len(&scope) >= limits::USER_GROUPS {
                    return Err(errors::quota_exceeded(
                        ErrorCode::UserGroupQuotaExceeded,
                        "user groups",
                        limits::USER_GROUPS,
                    ));
                }
                let shown = View::new(tables, &scope).in_state(&group, GroupState::Creating);
                let id = group.id.clone();
                draft.put(&scope, &id, group);
                Ok(Output::CreateUserGroup(shown))
            })
            .await
    }
}
