//! `ModifyServerlessCache`: one thing at a time.

use chrono::{DateTime, Utc};

use super::{behind, create, invalid_state, limits, version};
use crate::{
    model::{
        Engine, ServerlessCache, ServerlessMigration, ServerlessPhase,
        catalogue::{engine_versions::version_reported_as, upgrades::check_upgrade},
    },
    operations::{Operations, cache_cluster, cache_cluster::settings, errors, request::Request},
    protocol::{AwsError, Output, types},
    store::Draft,
};

impl Operations {
    /// # Compatibility
    /// A lower limit than the data that are there evicts some, or has writes refused, where `ElastiCache` refuses the
    /// change.
    pub(in crate::operations) async fn modify_serverless_cache(
        &self,
        request: &Request,
        input: types::ModifyServerlessCacheRequest,
    ) -> Result<Output, AwsError> {
        let (now, request) = (self.clock.now(), request.clone());
        check_alone(&input)?;
        self.store
            .write(move |draft| {
                let before = super::find(draft, &request, &input.serverless_cache_name)?;
                let phase = behind::phase(draft.tables(), &before);
                if phase != ServerlessPhase::Available {
                    return Err(invalid_state(&before.name, phase.as_str()));
                }
                if before.migration.as_ref().is_some_and(ServerlessMigration::is_open) {
                    return Err(invalid_state(&before.name, "under migration"));
                }
                let mut cache = ServerlessCache::clone(&before);
                change(&mut cache, input)?;
                if cache == *before {
                    return Err(errors::no_modifications());
                }
                apply(draft, &before, &cache, now)?;
                let mut shown = super::put(draft, &request, cache);
                // As the service says it of every change, those that are done already among them.
                shown.status = Some(ServerlessPhase::Modifying.as_str().to_owned());
                let serverless_cache = Some(shown);
                Ok(Output::ModifyServerlessCache(types::ModifyServerlessCacheResponse { serverless_cache }))
            })
            .await
    }
}

/// Checks that a request asks for one change.
fn check_alone(input: &types::ModifyServerlessCacheRequest) -> Result<(), AwsError> {
    let fields = [
        input.description.is_some(),
        input.cache_usage_limits.is_some(),
        input.remove_user_group == Some(true) || input.user_group_id.is_some(),
        input.security_group_ids.is_some(),
        input.snapshot_retention_limit.is_some(),
        input.daily_snapshot_time.is_some(),
        // The version that is to be had may depend on the engine, so both together are one.
        input.engine.is_some() || input.major_engine_version.is_some(),
    ];
    match fields.into_iter().filter(|given| *given).count() {
        0 => Err(errors::no_modifications()),
        1 => Ok(()),
        _ => Err(errors::invalid_combination(
            "Serverless Cache modifications only support modifying one field per request.",
        )),
    }
}

/// Changes the record.
fn change(cache: &mut ServerlessCache, input: types::ModifyServerlessCacheRequest) -> Result<(), AwsError> {
    let types::ModifyServerlessCacheRequest {
        serverless_cache_name: _,
        description,
        cache_usage_limits,
        remove_user_group,
        user_group_id,
        security_group_ids,
        snapshot_retention_limit,
        daily_snapshot_time,
        engine,
        major_engine_version,
    } = input;
    if let Some(description) = description {
        cache.description = create::checked_description(description)?;
    }
    if let Some(asked) = cache_usage_limits {
        cache.limits = limits::changed(cache.limits, asked)?;
    }
    match (remove_user_group == Some(true), user_group_id) {
        (true, Some(_)) => {
            return Err(errors::invalid_combination("RemoveUserGroup and UserGroupId cannot both be specified."));
        }
        (true, None) => cache.user_group_id = None,
        (false, Some(id)) => cache.user_group_id = Some(id.to_ascii_lowercase()),
        (false, None) => {}
    }
    if let Some(ids) = security_group_ids {
        if ids.is_empty() {
            return Err(errors::invalid_value("The parameter SecurityGroupIds must not be empty."));
        }
        cache.security_group_ids = ids;
    }
    if snapshot_retention_limit.is_some() {
        cache.snapshot_retention_limit = settings::retention_days(snapshot_retention_limit)?;
        if cache.daily_snapshot_time.is_none() {
            cache.daily_snapshot_time =
                create::default_snapshot_time(&cache.scope, cache.engine, &cache.name, cache.snapshot_retention_limit);
        }
    }
    if let Some(text) = daily_snapshot_time {
        cache.daily_snapshot_time = Some(create::snapshot_time(&text)?);
    }
    if engine.is_some() || major_engine_version.is_some() {
        upgrade(cache, engine.as_deref(), major_engine_version.as_deref())?;
    }
    Ok(())
}

/// Another engine or major version.
fn upgrade(cache: &mut ServerlessCache, engine: Option<&str>, major: Option<&str>) -> Result<(), AwsError> {
    let wanted = match engine.map(version::engine) {
        None => cache.engine,
        Some(Ok(Engine::Valkey)) if cache.engine == Engine::Redis => Engine::Valkey,
        Some(_) => {
            return Err(errors::invalid_value(
                "This API supports only cross-engine upgrades to Valkey engine currently",
            ));
        }
    };
    let to = version::newest(wanted, major)?;
    let from = version_reported_as(cache.engine, cache.engine_version.as_str()).ok_or_else(errors::internal_failure)?;
    let is_major = |version| version::major(wanted, version);
    if wanted == cache.engine && is_major(from.version) == is_major(to.version) {
        return Ok(());
    }
    check_upgrade(from, to).map_err(errors::invalid_combination)?;
    (cache.engine, cache.engine_version) = (wanted, cache_cluster::full_version(to));
    Ok(())
}

/// Has a change reach what runs behind the cache, and tells of it.
fn apply(
    draft: &mut Draft,
    before: &ServerlessCache,
    cache: &ServerlessCache,
    now: DateTime<Utc>,
) -> Result<(), AwsError> {
    if cache.user_group_id != before.user_group_id {
        create::attach(draft, cache)?;
    }
    if cache.engine_version != before.engine_version || cache.engine != before.engine {
        behind::upgrade(draft, cache, cache.engine, &cache.engine_version);
        behind::put_parameters(draft, cache);
    }
    let schedule = |cache: &ServerlessCache| (cache.daily_snapshot_time, cache.snapshot_retention_limit);
    if schedule(cache) != schedule(before) {
        behind::put_schedule(draft, cache);
    }
    if cache.limits != before.limits {
        behind::put_parameters(draft, cache);
        super::tell(draft, cache, format!("Limits updated for the cache {}.", cache.name), now);
    }
    if cache.security_group_ids != before.security_group_ids {
        super::tell(draft, cache, format!("SecurityGroups updated for the cache {}.", cache.name), now);
    }
    Ok(())
}
