//! Serverless caches.

use super::{Entry, Export, Value};
use crate::{
    model::{Engine, Limit, Scope, ServerlessCache, catalogue::engine_versions::version_reported_as},
    store::Tables,
};

pub(super) fn write(export: &mut Export, tables: &Tables, scope: &Scope) {
    for (_, cache) in tables.serverless_caches.iter(scope).filter(|(_, cache)| cache.deleted.is_none()) {
        let data_storage = bounds(&cache.limits.data_storage, &[("Unit", "GB".into())]);
        let ecpu_per_second = bounds(&cache.limits.ecpu_per_second, &[]);
        let limits: Vec<_> = [("DataStorage", data_storage), ("ECPUPerSecond", ecpu_per_second)]
            .into_iter()
            .filter_map(|(name, bounds)| Some((name, bounds?)))
            .collect();
        let description = Some(&cache.description).filter(|description| !description.is_empty());
        // Memcached has no snapshots unless somebody said when.
        let has_snapshots = cache.engine != Engine::Memcached || cache.daily_snapshot_time.is_some();
        let entry = Entry::new("CreateServerlessCache")
            .with("ServerlessCacheName", &cache.name)
            .with_some("Description", description)
            .with("Engine", cache.engine.name())
            .with("MajorEngineVersion", major(cache))
            .with_some("CacheUsageLimits", Some(limits).filter(|limits| !limits.is_empty()).map(Value::Map))
            .with_some("KmsKeyId", cache.kms_key_id.as_ref())
            .with_some("UserGroupId", cache.user_group_id.as_ref())
            .with_list("SecurityGroupIds", &cache.security_group_ids)
            .with_list("SubnetIds", &cache.subnet_ids)
            .with_some("SnapshotRetentionLimit", has_snapshots.then_some(cache.snapshot_retention_limit))
            .with_some("DailySnapshotTime", cache.daily_snapshot_time.map(|time| time.format("%H:%M").to_string()))
            .with_tags(&cache.tags);
        export.add(scope, entry);
    }
}

fn bounds(limit: &Limit, more: &[(&'static str, Value)]) -> Option<Value> {
    let given = [("Minimum", limit.minimum), ("Maximum", limit.maximum)];
    let mut members: Vec<_> = given.into_iter().filter_map(|(name, value)| Some((name, value?.into()))).collect();
    if members.is_empty() {
        return None;
    }
    members.extend_from_slice(more);
    Some(Value::Map(members))
}

/// The version as it is asked for: Memcached by two numbers, the others by one.
fn major(cache: &ServerlessCache) -> String {
    let facts = version_reported_as(cache.engine, cache.engine_version.as_str());
    let version = facts.map_or(cache.engine_version.as_str(), |facts| facts.version);
    let numbers = if cache.engine == Engine::Memcached { 2 } else { 1 };
    version.split('.').take(numbers).collect::<Vec<_>>().join(".")
}
