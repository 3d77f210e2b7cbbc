//! Carries out a migration to a serverless cache: finds out whether its source can be copied, copies it while clients
//! read and write there, and leads them to the cache when nothing is missing.
//!
//! A run lasts as long as there is something to copy. It may be lost at any moment: the records say where clients are led,
//! and the next run begins with an empty cache. Only between the commit that leads clients nowhere and the one that
//! leads them to the cache is nothing written anywhere; a run that is lost there leads them back to the source.

use std::{sync::Arc, time::Duration};

use tokio::time::{sleep, timeout};
use tracing::Instrument;

use super::{
    Key, Shared,
    failure::{PATIENCE, StepError},
    group::{GroupActor, Target},
    queue::Outcome,
    serverless,
};
use crate::{
    engine::{EngineError, LiveCopy, RedisClient, SourceError},
    migration_source::ConnectError,
    model::{
        Copied, CustomerNode, EndpointId, EndpointRole, EngineRef, MigrationStage, SOURCE_PATIENCE, ServerlessCache,
        ServerlessMigration, Syncing,
    },
    store::StorageError,
};

/// How often the two engines are asked for a sign of life when nothing changes.
const TICK: Duration = Duration::from_secs(1);

/// How long clients may take to be gone from a source.
const LEAVING: Duration = Duration::from_secs(5);

/// Why a migration does not go on.
#[derive(Debug, thiserror::Error)]
enum RunError {
    #[error("{0} does not answer: {1}")]
    Silent(CustomerNode, String),
    #[error("{0} cannot be copied: {1}")]
    Unfit(CustomerNode, String),
    #[error("the cache has no engine that takes writes at the moment")]
    NoTarget,
    #[error(transparent)]
    Own(#[from] StepError),
}

impl From<SourceError> for RunError {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Silent(node, reason) => Self::Silent(node, reason),
            SourceError::Unfit(node, reason) => Self::Unfit(node, reason),
            SourceError::Target(error) => Self::Own(error.into()),
        }
    }
}

impl From<EngineError> for RunError {
    fn from(error: EngineError) -> Self {
        Self::Own(error.into())
    }
}

/// One run on the migration to the cache that `key` names.
pub(super) async fn run(shared: Arc<Shared>, key: Key, failures: u32) -> Outcome {
    let span = tracing::info_span!("migrate", serverless_cache = key.id, scope = %key.scope);
    let Some((_, migration)) = find(&shared, &key) else { return Outcome::Settled };
    let group = GroupActor::new(Arc::clone(&shared), Key::of_group(&key.scope.behind_serverless(), &key.id), 0);
    let run = Run { requested: migration.requested, group, shared, key };
    async {
        loop {
            let Some(migration) = run.migration() else { return Outcome::Settled };
            let step = match migration.stage {
                MigrationStage::Preparing => run.prepare(&migration).await,
                MigrationStage::Syncing(syncing) => run.sync(&migration, syncing).await,
                MigrationStage::CuttingOver(syncing) => run.go_back(syncing).await,
                MigrationStage::Prepared | MigrationStage::Completed => return Outcome::Settled,
            };
            if let Err(error) = step {
                tracing::warn!(%error, tries = failures + 1, "a migration does not go on and will be tried again");
                if let Err(error) = run.note(&error, failures).await {
                    tracing::error!(%error, "the failure could not be noted either");
                }
                return Outcome::Failed;
            }
        }
    }
    .instrument(span)
    .await
}

/// The cache and what is to be done about a migration to it.
fn find(shared: &Shared, key: &Key) -> Option<(Arc<ServerlessCache>, ServerlessMigration)> {
    let tables = shared.store.tables();
    let cache = tables.serverless_caches.get(&key.scope, &key.id)?;
    let migration = cache.migration.clone().filter(|_| cache.deleted.is_none())?;
    Some((Arc::clone(cache), migration))
}

struct Run {
    shared: Arc<Shared>,
    key: Key,
    group: GroupActor,
    /// Tells the migration from another to the same cache.
    requested: chrono::DateTime<chrono::Utc>,
}

impl Run {
    /// The migration as it is now; `None` when it is over or another one.
    fn migration(&self) -> Option<ServerlessMigration> {
        let (_, migration) = find(&self.shared, &self.key)?;
        (migration.requested == self.requested).then_some(migration)
    }

    /// The copy as it is wanted now; `None` when it is not wanted any more.
    fn syncing(&self) -> Option<Syncing> {
        match self.migration()?.stage {
            MigrationStage::Syncing(syncing) => Some(syncing),
            _ => None,
        }
    }

    /// Finds out whether the source can be copied, and then leads clients there.
    async fn prepare(&self, migration: &ServerlessMigration) -> Result<(), RunError> {
        let mut target = self.target().await?;
        let has_data = match &mut target.client {
            None => false,
            Some(client) => {
                self.copy_of(migration, client).await?;
                client.key_count().await? > 0
            }
        };
        let (source, name) = (&migration.source, &self.key.id);
        let message =
            format!("Migration from {source} to cache {name} is prepared. The cache's endpoint leads there now.");
        self.change(Some(message), move |migration| {
            migration.has_data = has_data;
            migration.troubled_since = None;
            migration.stage = MigrationStage::Prepared;
        })
        .await
    }

    /// Copies the source for as long as that is wanted, and cuts over when it is time.
    async fn sync(&self, migration: &ServerlessMigration, syncing: Syncing) -> Result<(), RunError> {
        let source = &migration.source;
        if syncing.is_forced() {
            return self.complete(Some("it was completed before everything was copied")).await;
        }
        let mut target = self.target().await?;
        let Some(client) = &mut target.client else { return self.make_believe(syncing).await };
        let mut copy = self.copy_of(migration, client).await?;
        if syncing.copied == Copied::Nothing && !syncing.clear && client.key_count().await? > 0 {
            return self.refuse_to_clear(source).await;
        }
        self.sync_with(|syncing| syncing.copied = Copied::Part, None).await?;
        tokio::select! {
            copied = copy.copy_all(client) => copied?,
            () = self.until_unwanted() => {
                // What was said last is done when this is answered: nothing of it comes after what a client says.
                return Ok(client.ping().await?);
            }
        }
        self.follow(&mut copy, &target.engine, client, target.replicas).await
    }

    /// Copies every change until it is time to cut over, or nobody wants it any more.
    async fn follow(
        &self,
        copy: &mut LiveCopy,
        engine: &EngineRef,
        client: &mut RedisClient,
        replicas: usize,
    ) -> Result<(), RunError> {
        let mut version = self.shared.store.version();
        loop {
            copy.catch_up(client).await?;
            // Marked as seen before looking: a change in between is found below.
            version.borrow_and_update();
            let Some(syncing) = self.syncing() else { return Ok(()) };
            self.check_target(engine)?;
            if syncing.copied != Copied::All {
                let message = format!("Cache {} has copied everything and follows every write.", self.key.id);
                self.sync_with(|syncing| syncing.copied = Copied::All, Some(message)).await?;
            } else if syncing.is_due() {
                return self.cut_over(copy, engine, client, replicas).await;
            } else {
                tokio::select! {
                    () = copy.change() => {}
                    _ = version.changed() => {}
                    () = sleep(TICK) => {
                        copy.ping().await?;
                        client.ping().await?;
                    }
                }
            }
        }
    }

    /// Has clients wait, copies what is missing, and leads them to the cache.
    async fn cut_over(
        &self,
        copy: &mut LiveCopy,
        engine: &EngineRef,
        client: &mut RedisClient,
        replicas: usize,
    ) -> Result<(), RunError> {
        self.change(None, |migration| {
            if let MigrationStage::Syncing(syncing) = migration.stage {
                migration.stage = MigrationStage::CuttingOver(syncing);
            }
        })
        .await?;
        // It may have been stopped in that very moment.
        if !self.migration().is_some_and(|now| matches!(now.stage, MigrationStage::CuttingOver(_))) {
            return Ok(());
        }
        let finished = async {
            self.until_nobody_outside().await?;
            copy.finish(client, replicas).await?;
            self.check_target(engine)
        };
        let Err(error) = finished.await else { return self.complete(None).await };
        let is_forced = self.migration().and_then(|migration| migration.syncing()).is_some_and(|now| now.is_forced());
        if is_forced {
            return self.complete(Some(&error.to_string())).await;
        }
        let name = &self.key.id;
        let message = format!("Complete Migration failed for cache {name}, which goes on migrating: {error}");
        self.change(Some(message), |migration| {
            if let MigrationStage::CuttingOver(syncing) = migration.stage {
                migration.stage = MigrationStage::Syncing(Syncing { completion: None, ..syncing.interrupted() });
            }
        })
        .await?;
        Err(error)
    }

    /// Leads clients to the cache from now on.
    async fn complete(&self, lacks: Option<&str>) -> Result<(), RunError> {
        let name = &self.key.id;
        let message = match lacks {
            None => format!("Complete Migration successful for cache {name}"),
            Some(lacks) => format!("Complete Migration forced for cache {name}, which may lack data: {lacks}"),
        };
        self.change(Some(message), |migration| {
            if migration.syncing().is_some() {
                migration.troubled_since = None;
                migration.stage = MigrationStage::Completed;
            }
        })
        .await
    }

    /// Leads clients back to the source, after a server was lost while they waited.
    async fn go_back(&self, syncing: Syncing) -> Result<(), RunError> {
        self.change(None, move |migration| {
            migration.stage = MigrationStage::Syncing(syncing.interrupted());
        })
        .await
    }

    /// The cache has data that nobody said may be dropped.
    async fn refuse_to_clear(&self, source: &CustomerNode) -> Result<(), RunError> {
        let name = &self.key.id;
        let message = format!(
            "Migration from {source} to cache {name} did not start: the cache has data. Start it with \
             ClearTargetCacheData to replace them."
        );
        self.change(Some(message), |migration| {
            migration.has_data = true;
            migration.stage = MigrationStage::Prepared;
        })
        .await
    }

    /// Without engines there is nothing to copy.
    async fn make_believe(&self, syncing: Syncing) -> Result<(), RunError> {
        if syncing.is_due() {
            return self.complete(None).await;
        }
        if syncing.copied == Copied::All {
            self.until_unwanted_or_due().await;
            return Ok(());
        }
        let message = format!("Cache {} has copied everything and follows every write.", self.key.id);
        self.sync_with(|syncing| syncing.copied = Copied::All, Some(message)).await
    }

    /// A connection to the source, which turns out to be fit to be copied.
    async fn copy_of(&self, migration: &ServerlessMigration, client: &mut RedisClient) -> Result<LiveCopy, RunError> {
        let source = &migration.source;
        let stream = self.shared.sources.connect(migration).await.map_err(|error: ConnectError| {
            let reason = error.to_string();
            if error.is_passing() {
                RunError::Silent(source.clone(), reason)
            } else {
                RunError::Unfit(source.clone(), reason)
            }
        })?;
        let mut copy = LiveCopy::over(source, stream).await?;
        copy.check(client).await?;
        Ok(copy)
    }

    async fn target(&self) -> Result<Target, RunError> {
        self.group.target().await?.ok_or(RunError::NoTarget)
    }

    /// What was copied into an engine that does not take writes any more is nowhere else.
    fn check_target(&self, engine: &EngineRef) -> Result<(), RunError> {
        if self.group.is_target(engine) { Ok(()) } else { Err(RunError::NoTarget) }
    }

    /// Waits until no client is at the source.
    async fn until_nobody_outside(&self) -> Result<(), RunError> {
        for role in [EndpointRole::Primary, EndpointRole::Reader] {
            let (scope, resource_id) = (self.key.scope.behind_serverless(), self.key.id.clone());
            let endpoint = EndpointId { scope, resource_id, role };
            let left = timeout(LEAVING, self.shared.gateway.until_nobody_outside(&endpoint)).await;
            left.map_err(|_| EngineError::InVain("clients have left the source"))?;
        }
        Ok(())
    }

    /// Waits until the copy is not wanted any more, or not to be waited for.
    async fn until_unwanted(&self) {
        self.until(|syncing| syncing.is_none_or(|syncing| syncing.is_forced())).await;
    }

    async fn until_unwanted_or_due(&self) {
        self.until(|syncing| syncing.is_none_or(|syncing| syncing.is_due())).await;
    }

    async fn until(&self, is_so: impl Fn(Option<Syncing>) -> bool) {
        let mut version = self.shared.store.version();
        loop {
            version.borrow_and_update();
            if is_so(self.syncing()) || version.changed().await.is_err() {
                return;
            }
        }
    }

    /// Notes that a run has failed: what is copied is not known to be all any more. A source that cannot be prepared for
    /// is given up, at once when it is unfit. One that clients are led to already is tried for ever.
    async fn note(&self, error: &RunError, failures: u32) -> Result<(), RunError> {
        let (now, name) = (self.shared.clock.now(), &self.key.id);
        let Some(migration) = self.migration() else { return Ok(()) };
        let (since, is_unfit) = (migration.troubled_since, matches!(error, RunError::Unfit(..)));
        if migration.stage == MigrationStage::Preparing {
            let is_late = since.is_some_and(|since| now - since >= SOURCE_PATIENCE);
            if is_unfit || is_late {
                return self.give_up(format!("Migration to cache {name} could not be prepared: {error}")).await;
            }
            return self.change(None, move |migration| _ = migration.troubled_since.get_or_insert(now)).await;
        }
        let is_news = since.is_none() && (is_unfit || failures + 1 >= PATIENCE);
        let message = is_news.then(|| format!("Migration to cache {name} is not healthy and is tried again: {error}"));
        self.change(message, move |migration| {
            if is_news {
                migration.troubled_since = Some(now);
            }
            if let MigrationStage::Syncing(syncing) = &mut migration.stage {
                *syncing = syncing.interrupted();
            }
        })
        .await
    }

    /// Changes what is known of the copy. What is known of success ends all trouble.
    async fn sync_with(
        &self,
        change: impl FnOnce(&mut Syncing) + Send + 'static,
        message: Option<String>,
    ) -> Result<(), RunError> {
        self.change(message, move |migration| {
            if let MigrationStage::Syncing(syncing) = &mut migration.stage {
                change(syncing);
                migration.has_data |= syncing.copied != Copied::Nothing;
                if syncing.copied == Copied::All {
                    migration.troubled_since = None;
                }
            }
        })
        .await
    }

    /// Changes the record, and tells the owner of the cache.
    async fn change(
        &self,
        message: Option<String>,
        change: impl FnOnce(&mut ServerlessMigration) + Send + 'static,
    ) -> Result<(), RunError> {
        self.write(message, move |cache| {
            if let Some(migration) = &mut cache.migration {
                change(migration);
            }
        })
        .await
    }

    async fn give_up(&self, message: String) -> Result<(), RunError> {
        self.write(Some(message), |cache| cache.migration = None).await
    }

    async fn write(
        &self,
        message: Option<String>,
        change: impl FnOnce(&mut ServerlessCache) + Send + 'static,
    ) -> Result<(), RunError> {
        let (scope, name, requested) = (self.key.scope.clone(), self.key.id.clone(), self.requested);
        let now = self.shared.clock.now();
        let written = self.shared.store.write(move |draft| {
            let Some(before) = draft.get::<ServerlessCache>(&scope, &name) else { return Ok::<_, StorageError>(()) };
            let is_this = before.migration.as_ref().is_some_and(|migration| migration.requested == requested);
            if !is_this || before.deleted.is_some() {
                return Ok(());
            }
            let mut cache = ServerlessCache::clone(&before);
            change(&mut cache);
            if cache == *before {
                return Ok(());
            }
            draft.put(&scope, &name, cache);
            if let Some(message) = message {
                serverless::tell(draft, &scope, &name, message, now);
            }
            Ok(())
        });
        Ok(written.await.map_err(StepError::from)?)
    }
}
