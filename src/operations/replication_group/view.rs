//! A replication group as the API shows it.

use crate::{model::ReplicationGroup, operations::request::Request, protocol::types, store::Tables};

/// What a view shows beside the record itself.
pub(super) struct View<'a> {
    /// Who asks.
    pub request: &'a Request,
    /// The records, those of the members among them.
    pub tables: &'a Tables,
}

impl View<'_> {
    /// The group as `DescribeReplicationGroups` shows it.
    pub fn group(&self, group: &ReplicationGroup) -> types::ReplicationGroup {
        let phase = group.phase(super::members(self.tables, &self.request.scope));
        types::ReplicationGroup {
            replication_group_id: Some(group.id.clone()),
            status: Some(phase.as_str().into()),
            ..types::ReplicationGroup::default()
        }
    }
}
