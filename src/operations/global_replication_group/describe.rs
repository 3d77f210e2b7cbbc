//! `DescribeGlobalReplicationGroups`.

use super::view::View;
use crate::{
    operations::{Operations, pagination::Page, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// A datastore is seen from the regions that have a member of it.
    pub(in crate::operations) fn describe_global_replication_groups(
        &self,
        request: &Request,
        input: &types::DescribeGlobalReplicationGroupsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeGlobalReplicationGroupsMessage {
            global_replication_group_id,
            max_records,
            marker,
            show_member_info,
        } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let tables = self.store.tables();
        let view = View { tables: &tables, with_members: *show_member_info == Some(true) };
        let (datastores, marker) = if let Some(id) = global_replication_group_id {
            (vec![view.datastore(&*super::find(&tables, &request.scope, id)?)], None)
        } else {
            let everywhere = request.scope.everywhere();
            let after = tables.global_replication_groups.iter_after(&everywhere, page.after().unwrap_or_default());
            let seen = after.filter(|(_, datastore)| datastore.members.contains_key(&request.scope.region));
            let (datastores, marker) = page.take(seen, |(id, _)| id.as_str());
            (datastores.into_iter().map(|(_, datastore)| view.datastore(datastore)).collect(), marker)
        };
        Ok(Output::DescribeGlobalReplicationGroups(types::DescribeGlobalReplicationGroupsResult {
            marker,
            global_replication_groups: Some(datastores),
        }))
    }
}
