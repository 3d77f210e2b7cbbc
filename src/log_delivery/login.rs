//! How the server gets into an engine whose slow log it reads.

use std::collections::BTreeMap;

use crate::{
    engine::{EngineSettings, InstanceSecret},
    model::{CacheCluster, NodeId, Observed, parameters},
};

/// The settings of the engine of this name, if it is one of the node's that run.
pub(super) fn settings(
    cluster: &CacheCluster,
    node: NodeId,
    engine: &str,
    secret: &InstanceSecret,
) -> Option<EngineSettings> {
    let engines = &cluster.nodes.get(&node)?.engines;
    let generation = engines.keys().find(|generation| cluster.engine_name(node, **generation) == engine)?;
    let running = engines.get(generation).and_then(Observed::running)?;
    Some(EngineSettings {
        engine: running.settings.engine,
        version: running.settings.engine_version.clone(),
        port: running.address.port(),
        parameters: parameters::effective(&running.settings),
        open_files: None,
        access: running.settings.access.clone(),
        iam_passwords: BTreeMap::new(),
        admin: secret.of_engine(engine),
        replicates: cluster.membership.is_some(),
        is_serverless: cluster.scope.is_behind_serverless(),
        cluster: None,
    })
}
