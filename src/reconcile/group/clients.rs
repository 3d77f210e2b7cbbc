//! Connections to the engines of a group, kept for as long as a run lasts: an engine that is on its way to its place is
//! asked how far it is every few milliseconds.

use std::{collections::HashMap, net::SocketAddr};

use tokio::sync::Mutex;

use super::{Engine, GroupActor};
use crate::engine::{EngineError, EngineSettings, RedisClient};

/// The connections of one run that nobody uses at the moment.
#[derive(Default)]
pub(super) struct Clients(Mutex<HashMap<SocketAddr, RedisClient>>);

impl GroupActor {
    /// How an engine is set up.
    pub(super) fn settings(&self, engine: &Engine) -> EngineSettings {
        self.member(&engine.cluster).settings_of(&engine.cluster, engine.name.generation, &engine.running.settings)
    }

    /// A connection to an engine.
    pub(super) async fn client(&self, engine: &Engine) -> Result<RedisClient, EngineError> {
        let idle = self.clients.0.lock().await.remove(&engine.running.address);
        match idle {
            Some(client) => Ok(client),
            None => RedisClient::connect(engine.running.address, &self.settings(engine)).await,
        }
    }

    /// Keeps a connection that worked until it is wanted again.
    pub(super) async fn keep(&self, engine: &Engine, client: RedisClient) {
        self.clients.0.lock().await.insert(engine.running.address, client);
    }
}
