//! A serverless cache as the API shows it.

use super::{behind, limits, version::major};
use crate::{
    model::{
        Engine, ServerlessCache, ServerlessPhase,
        arn::{Arn, ResourceType},
        catalogue::engine_versions::version_reported_as,
    },
    operations::request::Request,
    protocol::{enums, types},
    store::Tables,
};

/// What a view shows beside the record itself.
pub(super) struct View<'a> {
    /// Who asks.
    pub request: &'a Request,
    /// The records, those of what runs behind the cache among them.
    pub tables: &'a Tables,
}

impl View<'_> {
    /// The cache as `DescribeServerlessCaches` shows it.
    pub fn cache(&self, cache: &ServerlessCache) -> types::ServerlessCache {
        let phase = behind::phase(self.tables, cache);
        let serves = matches!(phase, ServerlessPhase::Available | ServerlessPhase::Modifying);
        let ports = behind::ports(self.tables, cache);
        let endpoint = |port: Option<u16>| {
            let port = port.filter(|_| serves)?;
            Some(self.request.endpoint(port, |names| names.serverless(&cache.scope, &cache.name)))
        };
        let facts = version_reported_as(cache.engine, cache.engine_version.as_str());
        let version = facts.map(|facts| facts.version).unwrap_or_default();
        // Memcached shows nothing of daily snapshots where nothing was said of them.
        let has_schedule = cache.engine != Engine::Memcached || cache.daily_snapshot_time.is_some();
        types::ServerlessCache {
            serverless_cache_name: Some(cache.name.clone()),
            description: Some(cache.description.clone()),
            create_time: Some(cache.requested),
            status: Some(phase.as_str().to_owned()),
            engine: Some(cache.engine.name().to_owned()),
            major_engine_version: Some(major(cache.engine, version).to_owned()),
            full_engine_version: Some(version.to_owned()),
            cache_usage_limits: limits::show(&cache.limits),
            kms_key_id: cache.kms_key_id.clone(),
            storage_encryption_type: Some(match cache.kms_key_id {
                None => enums::StorageEncryptionType::SseElasticache,
                Some(_) => enums::StorageEncryptionType::SseKms,
            }),
            security_group_ids: Some(cache.security_group_ids.clone()),
            endpoint: endpoint(ports.main),
            reader_endpoint: endpoint(ports.reader),
            arn: Some(Arn::text(&cache.scope, ResourceType::ServerlessCache, &cache.name)),
            user_group_id: cache.user_group_id.clone(),
            subnet_ids: Some(cache.subnet_ids.clone()),
            snapshot_retention_limit: i32::try_from(cache.snapshot_retention_limit).ok().filter(|_| has_schedule),
            daily_snapshot_time: cache.daily_snapshot_time.map(|time| time.format("%H:%M").to_string()),
            network_type: Some(enums::NetworkType::Ipv4),
            connection_type: Some(enums::ConnectionType::Vpc),
            migration: cache.migration.as_ref().map(|migration| types::MigrationSummary {
                status: Some(migration.status().to_owned()),
                migration_endpoint: endpoint(ports.main),
                cutover_mode: Some(migration.cutover_mode().to_owned()),
            }),
            integrations: None,
        }
    }
}
