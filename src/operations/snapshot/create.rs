//! `CreateSnapshot`.

use chrono::{DateTime, Utc};

use super::quota;
use crate::{
    model::{
        CacheCluster, Engine, GroupPhase, Phase, ReplicationGroup, Snapshot, SnapshotSource, TagSet, Taking,
        catalogue::node_types,
    },
    operations::{Operations, cache_cluster, errors, new_uid, replication_group, request::Request, tags},
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// The data are pulled out of the running engines, of replicas where there are some. Twenty of a node in 24 hours;
    /// those that were deleted do not count. Of a group without cluster mode all members show `snapshotting` when it is
    /// named by `ReplicationGroupId`. A `KmsKeyId` is recorded and shown only.
    pub(in crate::operations) async fn create_snapshot(
        &self,
        request: &Request,
        input: types::CreateSnapshotMessage,
    ) -> Result<Output, AwsError> {
        let types::CreateSnapshotMessage { replication_group_id, cache_cluster_id, snapshot_name, kms_key_id, tags } =
            input;
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let name = super::new_name(draft, &request, &snapshot_name)?;
                let taking = taking(name, false, kms_key_id, tags::from_request(tags)?, now);
                let (snapshot, of) = match (cache_cluster_id, replication_group_id) {
                    (Some(id), None) => of_cluster(draft, &request, &id, taking)?,
                    (None, Some(id)) => of_group(draft, &request, &id, taking)?,
                    (Some(_), Some(_)) => {
                        return Err(errors::invalid_combination(
                            "Only one of CacheClusterId and ReplicationGroupId can be specified.",
                        ));
                    }
                    (None, None) => {
                        return Err(errors::invalid_value(
                            "Either CacheClusterId or ReplicationGroupId must be specified.",
                        ));
                    }
                };
                quota::check(draft.tables(), &snapshot, now)?;
                let snapshot = Some(super::begin(draft, &request, snapshot, &of));
                Ok(Output::CreateSnapshot(types::CreateSnapshotResult { snapshot }))
            })
            .await
    }
}

/// What a user says of a snapshot.
pub(super) fn taking(
    name: String,
    is_final: bool,
    kms_key_id: Option<String>,
    tags: TagSet,
    requested: DateTime<Utc>,
) -> Taking {
    Taking { name, uid: new_uid(), source: SnapshotSource::Manual, is_final, requested, kms_key_id, tags }
}

/// A snapshot of one cluster, and the ids of the clusters that it is taken of.
fn of_cluster(draft: &Draft, request: &Request, id: &str, taking: Taking) -> Result<(Snapshot, Vec<String>), AwsError> {
    let cluster = cache_cluster::find(draft, request, id)?;
    check_feature(&cluster)?;
    let group = group_of(draft, request, &cluster);
    if let Some(group) = &group
        && group.cluster_mode.is_clustered()
    {
        return Err(errors::invalid_combination(format_args!(
            "Cluster {} belongs to replication group {} with cluster mode enabled. Snapshots of it are taken by \
             ReplicationGroupId.",
            cluster.id, group.id
        )));
    }
    if cluster.phase() != Phase::Available {
        return Err(errors::cache_cluster_not_available(&cluster.id, cluster.phase().as_str()));
    }
    Ok((Snapshot::of_cluster(&cluster, group.as_deref(), taking), vec![cluster.id.clone()]))
}

/// A snapshot of a whole group, and the ids of its members.
fn of_group(draft: &Draft, request: &Request, id: &str, taking: Taking) -> Result<(Snapshot, Vec<String>), AwsError> {
    let group = replication_group::find(draft, request, id)?;
    let members: Vec<String> = group.member_ids().cloned().collect();
    let first = members.iter().find_map(|id| draft.get::<CacheCluster>(&request.scope, id));
    let first = first.ok_or_else(|| errors::group_not_in_state(&group.id, "deleting"))?;
    check_feature(&first)?;
    match group.phase(replication_group::members(draft.tables(), &request.scope)) {
        GroupPhase::Available => {}
        other => return Err(errors::group_not_in_state(&group.id, other.as_str())),
    }
    Ok((Snapshot::of_group(&group, &first, taking), members))
}

/// The group that a cluster is a member of.
pub(super) fn group_of(
    draft: &Draft,
    request: &Request,
    cluster: &CacheCluster,
) -> Option<std::sync::Arc<ReplicationGroup>> {
    draft.get(&request.scope, &cluster.membership.as_ref()?.replication_group_id)
}

/// Memcached has no snapshots, and neither has the smallest of the first node types.
pub(super) fn check_feature(cluster: &CacheCluster) -> Result<(), AwsError> {
    if cluster.engine == Engine::Memcached {
        return Err(errors::snapshots_not_supported("engine memcached"));
    }
    match node_types::node_type(&cluster.cache_node_type) {
        Ok(node_type) if node_type.family == "t1" => Err(errors::snapshots_not_supported("T1 cache node types")),
        _ => Ok(()),
    }
}
