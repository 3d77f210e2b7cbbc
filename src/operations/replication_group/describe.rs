//! `DescribeReplicationGroups`.

use super::view::View;
use crate::{
    operations::{Operations, errors, pagination::Page, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// Endpoints have the host name that the request was sent to, or [names of their own](names.md) with `--dns`, and the port
    /// that is really open. In the cluster mode
    /// `compatible` slots and all endpoints are shown.
    pub(in crate::operations) fn describe_replication_groups(
        &self,
        request: &Request,
        input: &types::DescribeReplicationGroupsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeReplicationGroupsMessage { replication_group_id, max_records, marker } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let tables = self.store.tables();
        let view = View { request, tables: &tables };
        let (groups, marker) = if let Some(id) = replication_group_id {
            let group = tables.replication_groups.get(&request.scope, &id.to_ascii_lowercase());
            (vec![view.group(group.ok_or_else(|| errors::replication_group_not_found(id))?)], None)
        } else {
            let after = tables.replication_groups.iter_after(&request.scope, page.after().unwrap_or_default());
            let (groups, marker) = page.take(after, |(id, _)| id.as_str());
            (groups.into_iter().map(|(_, group)| view.group(group)).collect(), marker)
        };
        Ok(Output::DescribeReplicationGroups(types::ReplicationGroupMessage {
            marker,
            replication_groups: Some(groups),
        }))
    }
}
