//! What a replication group has to be to become the first member of a global datastore.

use std::sync::Arc;

use crate::{
    model::{
        CacheCluster, ClusterMode, GroupPhase, ReplicationGroup,
        catalogue::{
            engine_versions::{EngineFeature, version_reported_as},
            node_types::{self, NodeFeature},
            regions,
        },
    },
    operations::{errors, replication_group},
    protocol::AwsError,
    store::Draft,
};

/// Checks `group`, and answers its members. What engines can do on any node type and version is held against a group
/// with `strict` only.
pub(super) fn check(draft: &Draft, group: &ReplicationGroup, strict: bool) -> Result<Vec<Arc<CacheCluster>>, AwsError> {
    if group.phase(replication_group::members(draft.tables(), &group.scope)) != GroupPhase::Available {
        return Err(errors::replication_group_not_available());
    }
    if let Some(datastore) = &group.global_replication_group_id {
        return Err(errors::invalid_value(format_args!(
            "Replication group {} is already a member of Global Replication Group {datastore}.",
            group.id
        )));
    }
    if group.cluster_mode == ClusterMode::Compatible {
        return Err(errors::feature_not_supported_yet("global datastores with cluster mode compatible"));
    }
    let members: Vec<_> = group.member_ids().filter_map(|id| draft.get::<CacheCluster>(&group.scope, id)).collect();
    if members.iter().any(|member| !member.pending.is_empty()) {
        return Err(errors::invalid_group_state(format_args!(
            "Replication group {} has changes that wait for the maintenance window.",
            group.id
        )));
    }
    if strict && let Some(member) = members.first() {
        check_member(member)?;
        check_region(&group.scope.region)?;
    }
    Ok(members)
}

/// Checks what a member runs on.
fn check_member(member: &CacheCluster) -> Result<(), AwsError> {
    let version = version_reported_as(member.engine, member.engine_version.as_str());
    if !version.is_some_and(|version| version.supports(EngineFeature::GlobalDatastore)) {
        return Err(errors::invalid_value(format_args!(
            "Global datastores are not supported for {} {}.",
            member.engine, member.engine_version
        )));
    }
    let node_type = node_types::node_type(&member.cache_node_type).map_err(errors::invalid_value)?;
    if node_type.supports(NodeFeature::GlobalDatastore) {
        return Ok(());
    }
    Err(errors::invalid_value(format_args!(
        "Global datastores are not supported for the node type {}.",
        node_type.name
    )))
}

/// Checks that global datastores are offered in a region.
pub(super) fn check_region(region: &str) -> Result<(), AwsError> {
    if regions::region(region).is_some_and(|region| region.global_datastore_prefix.is_some()) {
        return Ok(());
    }
    Err(errors::invalid_value(format_args!("Global datastores are not supported in the region {region}.")))
}
