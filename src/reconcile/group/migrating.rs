//! Online migration: what a group says to the engine that copies one outside of it, and to that one.
//!
//! The records say first that a migration is to end, and then the primary is told; so a server that dies in between goes
//! on, and no engine that has taken writes of its own is ever made a copy again.

use std::time::Duration;

use tokio::time::timeout;

use super::{Engine, GroupActor, GroupChange, Members, Progress, Seat, find};
use crate::{
    engine::{OutsideLink, RedisClient, Source, SourceError},
    model::{CustomerNode, EngineRef, EngineRole, Migration, NodeId, ReplicationGroup},
    reconcile::{failure::StepError, queue::Outcome, steps::engine_id},
};

/// How long an engine may take to tell how it stands.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a serverless cache is migrated to: the engine behind it that takes writes.
pub(in crate::reconcile) struct Target {
    /// Which one it is.
    pub engine: EngineRef,
    /// A connection to it; `None` where engines are only made believe.
    pub client: Option<RedisClient>,
    /// How many engines copy it.
    pub replicas: usize,
}

impl GroupActor {
    /// The engine that takes the writes of the only shard, `None` while there is none.
    pub(in crate::reconcile) async fn target(&self) -> Result<Option<Target>, StepError> {
        let Some((group, members)) = self.records() else { return Ok(None) };
        let Some(shard) = group.node_groups.values().next() else { return Ok(None) };
        let primary = find(&members, &shard.primary).filter(|primary| primary.running.is_primary());
        let Some(primary) = primary else { return Ok(None) };
        let engines = members.values().flat_map(|member| member.nodes.values()).flat_map(|node| node.engines.values());
        let roles = engines.filter_map(|engine| engine.running()?.role.as_ref());
        let replicas = roles.filter(|role| role.follows(&primary.name)).count();
        let client = if primary.running.is_real() { Some(self.client(&primary).await?) } else { None };
        Ok(Some(Target { engine: primary.name, client, replicas }))
    }

    /// Whether `engine` is still the one that takes the writes of the only shard.
    pub(in crate::reconcile) fn is_target(&self, engine: &EngineRef) -> bool {
        let records = self.records();
        let shard = records.as_ref().and_then(|(group, _)| group.node_groups.values().next());
        shard.is_some_and(|shard| shard.primary == *engine)
    }

    /// Makes the engine in the primary's place a copy of `from`. From a source that is silent it is tried again later.
    pub(super) async fn migrate_if_heard(&self, engine: &Engine, from: &CustomerNode) -> Result<Progress, StepError> {
        let change = self.migrate(engine, from).await?;
        let is_silent = matches!(change, GroupChange::SourceSilent { .. });
        self.change(change).await?;
        Ok(if is_silent { Progress::Later } else { Progress::Done })
    }

    /// Makes the engine in the primary's place a copy of `from`, once it is known that it can be one.
    async fn migrate(&self, engine: &Engine, from: &CustomerNode) -> Result<GroupChange, StepError> {
        let seat = || {
            let role = EngineRole::Migrating { from: from.clone() };
            GroupChange::Seated(vec![Seat { engine: engine.name.clone(), role, cluster_node_id: None }])
        };
        if !engine.running.is_real() {
            return Ok(seat());
        }
        let source = self.seen_from_engines(from).await;
        let mut client = self.client(engine).await?;
        // One that does already, and whose server died before it could note that, goes on.
        if client.outside_link(&source).await? == OutsideLink::Astray {
            match self.check(engine, &source).await {
                Ok(()) => client.copy_outside(&source).await?,
                Err(SourceError::Target(error)) => return Err(error.into()),
                Err(SourceError::Silent(_, reason)) => return Ok(GroupChange::SourceSilent { reason }),
                Err(error @ SourceError::Unfit(..)) => {
                    return Ok(GroupChange::SourceUnfit { reason: error.to_string() });
                }
            }
        }
        self.keep(engine, client).await;
        Ok(seat())
    }

    /// Makes an engine that was a copy of one outside one of the group's own.
    pub(super) async fn leave_outside(&self, engine: &Engine) -> Result<(), StepError> {
        let mut client = self.client(engine).await?;
        client.leave_outside().await?;
        self.keep(engine, client).await;
        Ok(())
    }

    /// Whether the migration can be completed: its copy has everything that the source has now.
    pub(super) async fn complete(&self, migration: &Migration, engine: Option<&Engine>) -> GroupChange {
        let decided = |lacks| GroupChange::CompletionDecided { lacks };
        if migration.completion.is_some_and(|completion| completion.force) {
            return decided(None);
        }
        let Some(engine) = engine.filter(|engine| engine.running.is_migrating()) else {
            return decided(Some(format!("the group does not copy {} yet", migration.source)));
        };
        if !engine.running.is_real() {
            return decided(None);
        }
        let source = self.seen_from_engines(&migration.source).await;
        let caught_up = async {
            let mut client = self.client(engine).await?;
            client.catch_up_with_outside(&source, &mut Source::connect(&source).await?).await
        };
        decided(caught_up.await.err().map(|error| error.to_string()))
    }

    /// Looks how the engine in the primary's place stands to the source; answers what has to be noted.
    pub(super) async fn look_at_source(
        &self,
        group: &ReplicationGroup,
        engine: &Engine,
        from: &CustomerNode,
    ) -> Option<GroupChange> {
        let migration = group.migration.as_ref().filter(|migration| migration.ending.is_none())?;
        let source = self.seen_from_engines(from).await;
        let asked = timeout(PATIENCE, async {
            let mut client = self.client(engine).await?;
            client.outside_link(&source).await
        });
        // One that does not answer is a matter of its own.
        match asked.await.ok()?.ok()? {
            OutsideLink::Astray => {
                let role = engine.running.role.clone();
                Some(GroupChange::Unseated { engine: engine.name.clone(), role })
            }
            OutsideLink::Copying => None,
            OutsideLink::Up if migration.silent_since.is_none() && migration.losses == 0 => None,
            OutsideLink::Up => Some(GroupChange::SourceHeard),
            OutsideLink::Down => Some(GroupChange::SourceSilent { reason: self.why_silent(engine, &source).await }),
        }
    }

    /// Tries the sources that are to be tried, one after the other.
    pub async fn test_sources(self) -> Outcome {
        while let Some((group, members)) = self.records() {
            let Some(from) = group.migration_tests.first().filter(|_| group.deleted.is_none()) else { break };
            let failure = self.test_source(&group, &members, from).await;
            if self.change(GroupChange::SourceTested { source: from.clone(), failure }).await.is_err() {
                return Outcome::Failed;
            }
        }
        Outcome::Settled
    }

    async fn test_source(&self, group: &ReplicationGroup, members: &Members, from: &CustomerNode) -> Option<String> {
        let primary = group.node_groups.values().find_map(|shard| find(members, &shard.primary));
        let Some(primary) = primary else { return Some("the group has no primary at the moment".to_owned()) };
        if !primary.running.is_real() {
            return None;
        }
        let source = self.seen_from_engines(from).await;
        self.check(&primary, &source).await.err().map(|error| error.to_string())
    }

    /// Where engines find the source. An address that means this machine means another one in a container.
    async fn seen_from_engines(&self, source: &CustomerNode) -> CustomerNode {
        let address = self.shared.backend.seen_from_engines(&source.address).await;
        CustomerNode { address, port: source.port }
    }

    async fn check(&self, engine: &Engine, source: &CustomerNode) -> Result<(), SourceError> {
        let mut client = self.client(engine).await?;
        let databases = self.settings(engine).parameters.get("databases").and_then(|value| value.parse().ok());
        Source::connect(source).await?.check(&mut client, databases).await?;
        self.keep(engine, client).await;
        Ok(())
    }

    /// Why nothing comes from a source, as far as it can be found out: it refuses, or the engine has said something.
    async fn why_silent(&self, engine: &Engine, source: &CustomerNode) -> String {
        if let Err(error @ (SourceError::Silent(..) | SourceError::Unfit(..))) = self.check(engine, source).await {
            return error.to_string();
        }
        let id = engine_id(&engine.cluster, NodeId::FIRST, engine.name.generation);
        let output = self.shared.backend.output(&id).await.unwrap_or_default();
        let is_reason = |line: &&str| {
            let line = line.to_ascii_lowercase();
            ["rdb", "master", "primary"].iter().any(|word| line.contains(word))
        };
        let said = output.lines().rev().filter(is_reason).find(|line| line.contains(" # "));
        let said = said.and_then(|line| line.split_once(" # ")).map(|(_, said)| said.to_owned());
        said.unwrap_or_else(|| format!("the group has not copied everything from {source} yet"))
    }
}
