//! `PrepareMigration`, `StopMigration`, and `StartMigration` and `CompleteMigration` for serverless caches: a cache stands
//! before an engine outside of it, and takes its place later.
//!
//! Whether the source can be reached and copied is found out by the reconciler, and told in events.

use chrono::{DateTime, Utc};
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::{behind, find, invalid_state, put, tell};
use crate::{
    model::{
        Completion, Copied, Engine, MigrationStage, ServerlessCache, ServerlessMigration, ServerlessPhase, Syncing,
    },
    operations::{Operations, errors, replication_group, request::Request},
    protocol::{AwsError, ErrorCode, Output, types},
    store::Draft,
};

/// The longest text of certificates: a chain of some dozens.
const LONGEST_CERTIFICATE: usize = 64 * 1024;

/// What `StartMigration` asks for when it is about a serverless cache.
pub(in crate::operations) struct Start {
    pub name: String,
    pub customer_node_endpoint_list: Option<Vec<types::CustomerNodeEndpoint>>,
    pub auto_cutover: Option<bool>,
    pub clear_target_cache_data: Option<bool>,
}

impl Operations {
    /// # Compatibility
    /// The endpoints of the cache lead to the source until cutover, with its TLS and its password; a failure is told in
    /// an event and leaves the cache as it was. `Status` is `preparing`, `prepared`, `syncing`, `cutover` or
    /// `completed`, `CutoverMode` `manual` or `auto`: `ElastiCache`'s own words are not known. Clients that are led to
    /// the source see a cluster with one node, which holds all slots, and what serverless caches keep from clients is
    /// kept from them there; commands over several slots work until cutover. The source has to be Redis 6.0 or later or
    /// Valkey, not in cluster mode, with keys in database 0 only and data in a format that the cache's engine reads;
    /// its user needs `INFO`, `SCAN`, `PTTL`, `DUMP`, `CLIENT TRACKING`, `ECHO` and, from 7.0 on, `FUNCTION DUMP`. A
    /// `SecretArn` is looked up where `AWS_ENDPOINT_URL_SECRETS_MANAGER` or `AWS_ENDPOINT_URL` says, and refused
    /// without either. `verify-ca` checks who signed the source's certificate, and not the host. Faults on demand do
    /// not reach connections to the source. Not yet: caches with a user group.
    pub(in crate::operations) async fn prepare_migration(
        &self,
        request: &Request,
        input: types::PrepareMigrationRequest,
    ) -> Result<Output, AwsError> {
        let types::PrepareMigrationRequest {
            serverless_cache_name,
            customer_node_endpoint_list,
            source_authentication_configuration,
            source_tls_configuration,
        } = input;
        let source = replication_group::migration_source(customer_node_endpoint_list)?;
        let secret_arn = self.secret_arn(source_authentication_configuration)?;
        let certificate = certificate(source_tls_configuration)?;
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let mut cache = ServerlessCache::clone(&*find(draft, &request, &serverless_cache_name)?);
                if cache.migration.as_ref().is_some_and(ServerlessMigration::is_open) && cache.deleted.is_none() {
                    let message = format!("Serverless Cache {} is already under migration.", cache.name);
                    return Err(AwsError::new(ErrorCode::ServerlessCacheAlreadyUnderMigration, message));
                }
                check_available(draft, &cache)?;
                check_fit(&cache)?;
                let message = format!("Migration from {source} to cache {} is being prepared.", cache.name);
                tell(draft, &cache, message, now);
                cache.migration = Some(ServerlessMigration::new(source, secret_arn, certificate, now));
                let serverless_cache = Some(put(draft, &request, cache));
                Ok(Output::PrepareMigration(types::PrepareMigrationResponse { serverless_cache }))
            })
            .await
    }

    pub(in crate::operations) async fn start_serverless_migration(
        &self,
        request: &Request,
        asked: Start,
    ) -> Result<Output, AwsError> {
        let Start { name, customer_node_endpoint_list, auto_cutover, clear_target_cache_data } = asked;
        if customer_node_endpoint_list.is_some_and(|list| !list.is_empty()) {
            return Err(errors::invalid_combination(
                "CustomerNodeEndpointList cannot be specified with ServerlessCacheName: the migration was prepared with one.",
            ));
        }
        let (auto_cutover, clear) = (auto_cutover == Some(true), clear_target_cache_data == Some(true));
        let change = move |draft: &mut Draft, cache: &mut ServerlessCache, now| {
            check_available(draft, cache)?;
            let (name, migration) = open(cache)?;
            if migration.stage != MigrationStage::Prepared {
                return Err(invalid_state(&name, migration.status()));
            }
            if migration.has_data && !clear {
                return Err(errors::invalid_combination(format_args!(
                    "Serverless Cache {name} has data, which the migration would replace. Specify ClearTargetCacheData."
                )));
            }
            migration.stage = MigrationStage::Syncing(Syncing { auto_cutover, clear, ..Syncing::default() });
            let message = format!("Migration from {} to cache {name} started.", migration.source);
            tell(draft, cache, message, now);
            Ok(())
        };
        let serverless_cache = Some(self.change_migration(request, name, change).await?);
        let replication_group = None;
        Ok(Output::StartMigration(types::StartMigrationResponse { replication_group, serverless_cache }))
    }

    /// # Compatibility
    /// Clients stay at the source. What was copied stays until the next start, which needs `ClearTargetCacheData`.
    pub(in crate::operations) async fn stop_migration(
        &self,
        request: &Request,
        input: types::StopMigrationRequest,
    ) -> Result<Output, AwsError> {
        let types::StopMigrationRequest { serverless_cache_name } = input;
        let change = |draft: &mut Draft, cache: &mut ServerlessCache, now| {
            let (name, migration) = open(cache)?;
            let MigrationStage::Syncing(Syncing { copied, completion: None, .. }) = migration.stage else {
                return Err(invalid_state(&name, migration.status()));
            };
            // A part of a copy is of no use, and no reason to keep it either, but the caller has to say so.
            migration.has_data |= copied != Copied::Nothing;
            migration.stage = MigrationStage::Prepared;
            migration.troubled_since = None;
            let message = format!("Migration from {} to cache {name} was stopped.", migration.source);
            tell(draft, cache, message, now);
            Ok(())
        };
        let serverless_cache = Some(self.change_migration(request, serverless_cache_name, change).await?);
        Ok(Output::StopMigration(types::StopMigrationResponse { serverless_cache }))
    }

    pub(in crate::operations) async fn complete_serverless_migration(
        &self,
        request: &Request,
        name: String,
        force: bool,
    ) -> Result<Output, AwsError> {
        let change = move |draft: &mut Draft, cache: &mut ServerlessCache, now| {
            let (name, migration) = open(cache)?;
            let is_troubled = migration.troubled_since.is_some();
            match &mut migration.stage {
                MigrationStage::Prepared if force => {
                    migration.stage = MigrationStage::Completed;
                    let message = format!("Complete Migration forced for cache {name}, which has copied nothing");
                    tell(draft, cache, message, now);
                }
                MigrationStage::Preparing | MigrationStage::Prepared => {
                    return Err(invalid_state(&name, migration.status()));
                }
                MigrationStage::Syncing(syncing) if !force && (syncing.copied != Copied::All || is_troubled) => {
                    let message = format!("Serverless Cache {name} is not in sync with the source of its migration.");
                    return Err(AwsError::new(ErrorCode::MigrationHealth, message));
                }
                MigrationStage::Syncing(syncing) | MigrationStage::CuttingOver(syncing) => {
                    // Once forced it stays so: the caller was told that it is going to happen.
                    let force = force || syncing.is_forced();
                    syncing.completion = Some(Completion { force });
                }
                MigrationStage::Completed => return Err(not_under_migration(&name)),
            }
            Ok(())
        };
        let serverless_cache = Some(self.change_migration(request, name, change).await?);
        let replication_group = None;
        Ok(Output::CompleteMigration(types::CompleteMigrationResponse { replication_group, serverless_cache }))
    }

    /// Changes the migration of a cache that is not being deleted, and answers the cache.
    async fn change_migration(
        &self,
        request: &Request,
        name: String,
        change: impl FnOnce(&mut Draft, &mut ServerlessCache, DateTime<Utc>) -> Result<(), AwsError> + Send + 'static,
    ) -> Result<types::ServerlessCache, AwsError> {
        let (now, request) = (self.clock.now(), request.clone());
        self.store
            .write(move |draft| {
                let mut cache = ServerlessCache::clone(&*find(draft, &request, &name)?);
                if cache.deleted.is_some() {
                    return Err(invalid_state(&cache.name, ServerlessPhase::Deleting.as_str()));
                }
                change(draft, &mut cache, now)?;
                Ok(put(draft, &request, cache))
            })
            .await
    }

    /// The ARN of the secret of a source, if it has one. It has to be one that can be looked up.
    fn secret_arn(&self, asked: Option<types::SourceAuthenticationConfiguration>) -> Result<Option<String>, AwsError> {
        let Some(types::SourceAuthenticationConfiguration { secret_manager_config }) = asked else { return Ok(None) };
        let types::SecretManagerAuthConfig { secret_arn } =
            secret_manager_config.ok_or_else(|| errors::missing_parameter("SecretManagerConfig"))?;
        let arn = secret_arn.ok_or_else(|| errors::missing_parameter("SecretArn"))?;
        let parts: Vec<_> = arn.split(':').collect();
        let is_secret = parts.len() >= 7 && parts[0] == "arn" && parts[2] == "secretsmanager" && parts[5] == "secret";
        if !is_secret || arn.len() > 2048 || !arn.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(errors::invalid_value("SecretArn must be the ARN of a secret in AWS Secrets Manager."));
        }
        if !self.has_secrets {
            return Err(errors::invalid_value(
                "SecretArn cannot be looked up: this server was started without AWS_ENDPOINT_URL_SECRETS_MANAGER and \
                 AWS_ENDPOINT_URL, which say where Secrets Manager is.",
            ));
        }
        Ok(Some(arn))
    }
}

/// The certificates of those who may sign that of the source, when it is to be spoken to over TLS.
fn certificate(asked: Option<types::SourceTlsConfiguration>) -> Result<Option<String>, AwsError> {
    let types::SourceTlsConfiguration { source_tls_mode, source_tls_certificate } = asked.unwrap_or_default();
    match (source_tls_mode.unwrap_or(types::TlsMode::None), source_tls_certificate) {
        (types::TlsMode::None, None) => Ok(None),
        (types::TlsMode::None, Some(_)) => {
            Err(errors::invalid_value("SourceTlsCertificate can only be specified with the SourceTlsMode verify-ca."))
        }
        (types::TlsMode::VerifyCa, None) => Err(errors::missing_parameter("SourceTlsCertificate")),
        (types::TlsMode::VerifyCa, Some(pem)) => {
            let mut roots = RootCertStore::empty();
            let certificates = CertificateDer::pem_slice_iter(pem.as_bytes());
            let all_good = pem.len() <= LONGEST_CERTIFICATE
                && certificates.into_iter().all(|certificate| certificate.is_ok_and(|found| roots.add(found).is_ok()));
            if !all_good || roots.is_empty() {
                return Err(errors::invalid_value("SourceTlsCertificate must be certificates in the format PEM."));
            }
            Ok(Some(pem))
        }
    }
}

/// The migration that a cache is under.
fn open(cache: &mut ServerlessCache) -> Result<(String, &mut ServerlessMigration), AwsError> {
    let name = cache.name.clone();
    match cache.migration.as_mut().filter(|migration| migration.is_open()) {
        Some(migration) => Ok((name, migration)),
        None => Err(not_under_migration(&name)),
    }
}

fn not_under_migration(name: &str) -> AwsError {
    let message = format!("Serverless Cache {name} is not under migration.");
    AwsError::new(ErrorCode::ServerlessCacheNotUnderMigration, message)
}

fn check_available(draft: &Draft, cache: &ServerlessCache) -> Result<(), AwsError> {
    let is_under_migration = cache.migration.as_ref().is_some_and(ServerlessMigration::is_moving);
    match behind::phase(draft.tables(), cache) {
        ServerlessPhase::Available => Ok(()),
        // What it is under says more.
        ServerlessPhase::Modifying if is_under_migration => Ok(()),
        phase => Err(invalid_state(&cache.name, phase.as_str())),
    }
}

/// What a cache has to be like. Every reason is told by its own sentence.
fn check_fit(cache: &ServerlessCache) -> Result<(), AwsError> {
    for (is_wrong, rule) in [
        (cache.engine == Engine::Memcached, "the engine must be redis or valkey"),
        // Its users would have to be let in to a source that does not know them.
        (cache.user_group_id.is_some(), "a cache with a user group is not supported yet"),
    ] {
        if is_wrong {
            return Err(errors::invalid_value(format_args!(
                "Serverless Cache {} cannot be the target of a migration: {rule}.",
                cache.name
            )));
        }
    }
    Ok(())
}
