//! What a group without cluster mode says to its engines.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use super::{Engine, GroupActor};
use crate::{
    engine::{EngineError, ReplicationRole},
    reconcile::failure::StepError,
};

/// How long a replica may take to say how far it is, when another one might be further.
const QUESTION_PATIENCE: Duration = Duration::from_millis(500);

impl GroupActor {
    /// The engine that has seen most writes. One that does not answer is left out, as long as another does.
    pub(super) async fn furthest(&self, mut among: Vec<Engine>) -> Result<Option<Engine>, StepError> {
        if among.len() < 2 || among.iter().any(|engine| !engine.running.is_real()) {
            return Ok(if among.is_empty() { None } else { Some(among.swap_remove(0)) });
        }
        let offset = async |engine: &Engine| -> Result<u64, EngineError> {
            let mut client = self.client(engine).await?;
            let offset = client.replication().await?.offset;
            self.keep(engine, client).await;
            Ok(offset)
        };
        let asked = join_all(among.iter().map(async |engine| timeout(QUESTION_PATIENCE, offset(engine)).await)).await;
        let answered = asked.into_iter().zip(among).filter_map(|(offset, engine)| Some((offset.ok()?.ok()?, engine)));
        // Of several that are equally far the first one: it was there longest.
        let furthest = answered.reduce(|best, next| if next.0 > best.0 { next } else { best });
        furthest.map(|(_, engine)| Some(engine)).ok_or_else(|| EngineError::TimedOut.into())
    }

    /// Makes a replica whose primary is lost a primary of its own.
    pub(super) async fn promote(&self, engine: &Engine) -> Result<(), StepError> {
        let mut client = self.client(engine).await?;
        client.promote().await?;
        self.keep(engine, client).await;
        Ok(())
    }

    /// Lets a replica take over from a primary that works.
    pub(super) async fn switch_replicas(&self, primary: &Engine, to: &Engine) -> Result<(), StepError> {
        let mut old = self.client(primary).await?;
        let mut new = self.client(to).await?;
        if primary.running.settings.is_clustered() {
            // It cannot become a replica of an engine that is no node of a cluster, and is ended next.
            old.pause_writes().await?;
            new.take_over_from(&mut old).await?;
        } else {
            new.switch(&mut old, to.running.peer, &self.settings(to)).await?;
        }
        self.keep(primary, old).await;
        self.keep(to, new).await;
        Ok(())
    }

    /// Lets an engine that has found its place do so in peace.
    pub(super) async fn calm_down(&self, engine: &Engine) -> Result<(), StepError> {
        let mut client = self.client(engine).await?;
        client.calm_down().await?;
        self.keep(engine, client).await;
        Ok(())
    }

    /// Makes an engine a replica of another; answers whether it has copied everything.
    pub(super) async fn replicate(&self, engine: &Engine, of: &Engine) -> Result<bool, StepError> {
        let mut client = self.client(engine).await?;
        let in_sync = match client.replication().await?.role {
            ReplicationRole::Replica { of: source, link_is_up: true, .. } if source == Some(of.running.peer) => true,
            // Told again of the same address it goes on, but it gets to know how to log in there: a container may have
            // got the address of the one before it, never its secret.
            _ => {
                client.replicate_from(of.running.peer, &self.settings(of)).await?;
                false
            }
        };
        self.keep(engine, client).await;
        Ok(in_sync)
    }
}
