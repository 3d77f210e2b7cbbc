//! `DescribeUserGroups`.

use super::{state, view::View};
use crate::{
    operations::{Operations, pagination::Page, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    pub(in crate::operations) fn describe_user_groups(
        &self,
        request: &Request,
        input: &types::DescribeUserGroupsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeUserGroupsMessage { user_group_id, max_records, marker } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let (tables, scope) = (self.store.tables(), &request.scope);
        let view = View::new(&tables, scope);
        let (user_groups, marker) = if let Some(id) = user_group_id {
            (vec![view.group(&*state::of_id(&tables, scope, id)?)], None)
        } else {
            let after = tables.user_groups.iter_after(scope, page.after().unwrap_or_default());
            let (groups, marker) = page.take(after, |(id, _)| id.as_str());
            (groups.into_iter().map(|(_, group)| view.group(group)).collect(), marker)
        };
        Ok(Output::DescribeUserGroups(types::DescribeUserGroupsResult { user_groups: Some(user_groups), marker }))
    }
}
