//! The operations on cache clusters.

pub(super) mod auth_token;
mod create;
mod delete;
mod describe;
mod encryption;
mod member;
pub(super) mod modification;
mod modify;
mod node_types;
mod reboot;
mod resize;
pub(super) mod settings;
pub(super) mod view;

use std::sync::Arc;

use super::{errors, parameter_groups, request::Request};
use crate::{
    model::{
        CacheCluster, EngineVersion, Phase,
        catalogue::{
            engine_versions::{EngineVersionFacts, version_reported_as},
            node_types::node_type,
            resizing::{AllowedModifications, allowed_modifications},
        },
    },
    protocol::{AwsError, types},
    store::Draft,
};
pub(super) use create::new_cluster;
use view::View;

/// The cluster of this identifier, in whatever letter case it is given.
pub(super) fn find(draft: &Draft, request: &Request, id: &str) -> Result<Arc<CacheCluster>, AwsError> {
    draft.get(&request.scope, &id.to_ascii_lowercase()).ok_or_else(|| errors::cache_cluster_not_found(id))
}

/// The cluster of this identifier, which has to be available.
fn find_available(draft: &Draft, request: &Request, id: &str) -> Result<Arc<CacheCluster>, AwsError> {
    let cluster = find(draft, request, id)?;
    member::check_no_migration(draft, request, &cluster)?;
    match cluster.phase() {
        Phase::Available => Ok(cluster),
        other => Err(errors::cache_cluster_not_available(&cluster.id, other.as_str())),
    }
}

/// Writes a changed cluster and answers it as the API shows it, without its nodes.
fn put(draft: &mut Draft, request: &Request, cluster: CacheCluster) -> types::CacheCluster {
    let parameters = parameter_groups::values(draft.tables(), &cluster.scope, &cluster.parameter_group);
    let group_delivers_logs = member::group_delivers_logs(draft.tables(), &cluster);
    let shown = View { request, parameters: &parameters, nodes: false, group_delivers_logs }.cluster(&cluster);
    let (scope, id) = (cluster.scope.clone(), cluster.id.clone());
    draft.put(&scope, &id, cluster);
    shown
}

/// The version that clusters report that asked for `facts`.
///
/// # Panics
/// Never: the catalogue holds versions.
pub(super) fn full_version(facts: &EngineVersionFacts) -> EngineVersion {
    facts.full_version.parse().expect("the catalogue holds versions")
}

/// The node types that a cluster can be changed to.
pub(super) fn allowed_node_types(cluster: &CacheCluster) -> AllowedModifications {
    let version = version_reported_as(cluster.engine, cluster.engine_version.as_str());
    match (version, node_type(&cluster.cache_node_type)) {
        (Some(version), Ok(present)) => allowed_modifications(version, present),
        _ => AllowedModifications::default(),
    }
}
