//! `FinalSnapshotIdentifier`: the last snapshot of a cache that is asked to be deleted. The cache goes once the snapshot
//! is there, and stays when it cannot be taken.

use chrono::{DateTime, Utc};

use super::{
    create::{check_feature, group_of, taking},
    quota,
};
use crate::{
    model::{CacheCluster, ReplicationGroup, Snapshot, TagSet},
    operations::request::Request,
    protocol::AwsError,
    store::Draft,
};

/// A last snapshot that may be taken.
pub(in crate::operations) struct LastSnapshot {
    snapshot: Snapshot,
    of: Vec<String>,
}

/// The last snapshot of a cluster, which has to be available.
pub(in crate::operations) fn of_cluster(
    draft: &Draft,
    request: &Request,
    cluster: &CacheCluster,
    name: &str,
    now: DateTime<Utc>,
) -> Result<LastSnapshot, AwsError> {
    check_feature(cluster)?;
    let name = super::new_name(draft, request, name)?;
    let group = group_of(draft, request, cluster);
    let taking = taking(name, true, None, TagSet::default(), now);
    let snapshot = Snapshot::of_cluster(cluster, group.as_deref(), taking);
    quota::check(draft.tables(), &snapshot, now)?;
    Ok(LastSnapshot { snapshot, of: vec![cluster.id.clone()] })
}

/// The last snapshot of a group, which has to be available.
pub(in crate::operations) fn of_group(
    draft: &Draft,
    request: &Request,
    group: &ReplicationGroup,
    name: &str,
    now: DateTime<Utc>,
) -> Result<Option<LastSnapshot>, AwsError> {
    let name = super::new_name(draft, request, name)?;
    let of: Vec<String> = group.member_ids().cloned().collect();
    let Some(member) = of.iter().find_map(|id| draft.get::<CacheCluster>(&request.scope, id)) else { return Ok(None) };
    check_feature(&member)?;
    let snapshot = Snapshot::of_group(group, &member, taking(name, true, None, TagSet::default(), now));
    quota::check(draft.tables(), &snapshot, now)?;
    Ok(Some(LastSnapshot { snapshot, of }))
}

impl LastSnapshot {
    /// Writes it down. What it is taken of has to be written before.
    pub fn begin(self, draft: &mut Draft, request: &Request) {
        super::begin(draft, request, self.snapshot, &self.of);
    }
}
