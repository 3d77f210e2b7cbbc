//! `CreateServerlessCache`.

use chrono::{DateTime, NaiveTime, Utc};

use super::{behind, limits, version};
use crate::{
    model::{
        Engine, Scope, ServerlessCache, SnapshotWindow,
        arn::{Arn, ResourceType},
        catalogue::limits::{DESCRIPTION_LENGTH, SERVERLESS_CACHES},
        identifier::IdentifierKind,
        window,
    },
    operations::{
        Operations, cache_cluster, cache_cluster::settings, errors, new_uid, replication_group, request::Request,
        serverless_snapshot::restore, snapshot::bucket, subnet_groups, tags,
    },
    protocol::{AwsError, ErrorCode, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// Real engines behind two endpoints: a primary and a replica in cluster mode, or one Memcached. The newest version
    /// of the major version that is asked for. The limit of data storage is the engines' `maxmemory` (5,000 GB without
    /// one, and the memory of the machine is the true limit); those of ECPUs are recorded and shown only, as only
    /// `ElastiCache` knows what a request costs. Subnets, security groups and the key are recorded and shown only.
    /// Scripts without keys run, which `ElastiCache` refuses. With `SnapshotArnsToRestore` it starts with the data of
    /// snapshots, of serverless caches or of nodes, and of files in S3, which need object storage to be set up; of
    /// several the keys come together, and a key that is in two of them is an error that an event tells. Snapshots of
    /// Memcached are for Memcached, files in S3 are not. Account quotas are held with `--strict` only.
    pub(in crate::operations) async fn create_serverless_cache(
        &self,
        request: &Request,
        input: types::CreateServerlessCacheRequest,
    ) -> Result<Output, AwsError> {
        let (now, strict, request) = (self.clock.now(), self.options.strict, request.clone());
        let readable = bucket::check_readable(&self.object_storage, input.snapshot_arns_to_restore.as_deref()).await;
        self.store
            .write(move |draft| {
                let cache = make(draft, &request, input, readable, strict, now)?;
                let serverless_cache = Some(super::put(draft, &request, cache));
                Ok(Output::CreateServerlessCache(types::CreateServerlessCacheResponse { serverless_cache }))
            })
            .await
    }
}

/// The cache that `input` asks for. What is to run behind it is written.
fn make(
    draft: &mut Draft,
    request: &Request,
    input: types::CreateServerlessCacheRequest,
    readable: Result<(), AwsError>,
    strict: bool,
    now: DateTime<Utc>,
) -> Result<ServerlessCache, AwsError> {
    let types::CreateServerlessCacheRequest {
        serverless_cache_name,
        description,
        engine,
        major_engine_version,
        cache_usage_limits,
        kms_key_id,
        security_group_ids,
        snapshot_arns_to_restore,
        tags,
        user_group_id,
        subnet_ids,
        snapshot_retention_limit,
        daily_snapshot_time,
        network_type,
        connection_type,
        integrations,
    } = input;
    let scope = &request.scope;
    let name = IdentifierKind::ServerlessCache.canonical(&serverless_cache_name).map_err(errors::invalid_value)?;
    if draft.get::<ServerlessCache>(scope, &name).is_some() {
        let message = format!("Serverless Cache {name} already exists.");
        return Err(AwsError::new(ErrorCode::ServerlessCacheAlreadyExists, message));
    }
    if strict && draft.tables().serverless_caches.len(scope) >= SERVERLESS_CACHES {
        let code = ErrorCode::ServerlessCacheQuotaForCustomerExceeded;
        return Err(errors::quota_exceeded(code, "serverless caches", SERVERLESS_CACHES));
    }
    let engine = version::engine(&engine)?;
    let version = version::newest(engine, major_engine_version.as_deref())?;
    settings::network_type(network_type)?;
    for (given, feature) in [
        (connection_type == Some(types::ConnectionType::Public), "the connection type public"),
        (integrations.is_some_and(|integrations| !integrations.is_empty()), "integrations"),
    ] {
        if given {
            return Err(errors::feature_not_supported_yet(feature));
        }
    }
    let engine_version = cache_cluster::full_version(version);
    let arns = snapshot_arns_to_restore.as_deref();
    let asked = restore::Asked { arns, readable, engine, version: &engine_version };
    let restore = restore::asked(draft.tables(), scope, asked)?;
    let snapshot_retention_limit = settings::retention_days(snapshot_retention_limit)?;
    let cache = ServerlessCache {
        scope: scope.clone(),
        uid: new_uid(),
        description: checked_description(description.unwrap_or_default())?,
        engine,
        engine_version,
        requested: now,
        deleted: None,
        limits: limits::of_new(cache_usage_limits)?,
        user_group_id: user_group_id.map(|id| id.to_ascii_lowercase()),
        security_group_ids: security_group_ids
            .filter(|ids| !ids.is_empty())
            .unwrap_or_else(|| vec![subnet_groups::default_security_group(scope)]),
        subnet_ids: subnet_groups::of_serverless_cache(scope, subnet_ids)?,
        kms_key_id,
        daily_snapshot_time: match daily_snapshot_time {
            Some(text) => Some(snapshot_time(&text)?),
            None => default_snapshot_time(scope, engine, &name, snapshot_retention_limit),
        },
        snapshot_retention_limit,
        is_restored: restore.is_some(),
        migration: None,
        tags: tags::from_request(tags)?,
        name,
    };
    behind::make(draft, request, &cache, version, now)?;
    if let Some(restore) = restore {
        behind::fill(draft, &cache, restore);
    }
    attach(draft, &cache)?;
    Ok(cache)
}

/// Lets in the users of the cache's user group, or everybody where it has none.
pub(super) fn attach(draft: &mut Draft, cache: &ServerlessCache) -> Result<(), AwsError> {
    let tables = draft.tables();
    let engine = behind::any_engine(tables, cache).ok_or_else(errors::internal_failure)?;
    let access = match &cache.user_group_id {
        None => crate::model::Access::Open,
        Some(_) if cache.engine == Engine::Memcached => {
            return Err(errors::invalid_combination("User groups are not supported for engine memcached."));
        }
        Some(id) => replication_group::user_group_access(tables, &cache.scope, id, &engine)?,
    };
    behind::let_in(draft, cache, &access);
    Ok(())
}

pub(super) fn checked_description(description: String) -> Result<String, AwsError> {
    if DESCRIPTION_LENGTH.contains(&description.chars().count()) {
        return Ok(description);
    }
    Err(errors::invalid_value("The parameter Description must not be longer than 255 characters."))
}

/// `DailySnapshotTime`.
pub(super) fn snapshot_time(text: &str) -> Result<NaiveTime, AwsError> {
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| text.len() == "hh:mm".len());
    time.ok_or_else(|| {
        errors::invalid_value("Invalid daily snapshot time format. Should be specified as hh:mm (24H Clock UTC)")
    })
}

/// The time where nobody chose one: when the snapshot window of a replication group of this name began. Memcached has none
/// as long as no daily snapshots are wanted.
pub(super) fn default_snapshot_time(scope: &Scope, engine: Engine, name: &str, days: u32) -> Option<NaiveTime> {
    if engine == Engine::Memcached && days == 0 {
        return None;
    }
    let arn = Arn::text(scope, ResourceType::ServerlessCache, name);
    let maintenance = window::MaintenanceWindow::default_for(&scope.region, &arn);
    SnapshotWindow::default_for(&scope.region, &arn, maintenance).map(SnapshotWindow::start)
}
