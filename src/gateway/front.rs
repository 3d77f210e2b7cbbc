//! How the clients of an endpoint are spoken to.

use crate::model::Engine;

/// What clients find at an endpoint, which decides what the gateway does with their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// Redis or Valkey with cluster mode disabled: bytes are copied unseen.
    Redis,
    /// Redis or Valkey with cluster mode enabled: where nodes are is told in the gateway's addresses.
    RedisCluster,
    /// Memcached: the discovery commands are answered.
    Memcached,
    /// Memcached as a serverless cache, which does not tell of nodes: bytes are copied unseen.
    ServerlessMemcached,
}

impl From<Engine> for Front {
    /// The front of a node of this engine, with cluster mode disabled.
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Redis | Engine::Valkey => Self::Redis,
            Engine::Memcached => Self::Memcached,
        }
    }
}
