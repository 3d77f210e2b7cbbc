//! How an engine is started.

use std::collections::BTreeMap;

use super::{AdminSecret, memcached_launch, redis_launch};
use crate::model::{Access, Engine, EngineVersion, PasswordHash};

/// Everything that decides how an engine behaves.
#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Which engine.
    pub engine: Engine,
    /// The version that was asked for.
    pub version: EngineVersion,
    /// The port to listen on.
    pub port: u16,
    /// Every parameter of the parameter group with its value, node type specific ones included.
    pub parameters: BTreeMap<String, String>,
    /// The most files, connections included, that the engine may have open, where there is a limit.
    pub open_files: Option<u64>,
    /// Who may talk to it.
    pub access: Access,
    /// By what the gateway logs in for each user of `access` that proves who it is by IAM.
    pub iam_passwords: BTreeMap<String, PasswordHash>,
    /// What lets the server in.
    pub admin: AdminSecret,
    /// Whether it is to copy another engine or be copied as soon as it runs.
    pub replicates: bool,
    /// Whether it is behind a serverless cache, whose clients have fewer commands.
    pub is_serverless: bool,
    /// What the engine needs to be part of a cluster, when it is to be part of one.
    pub cluster: Option<ClusterSettings>,
}

/// What an engine has to know to be a node of a cluster ("cluster mode enabled").
#[derive(Clone, Debug)]
pub struct ClusterSettings {
    /// What all engines of the cluster let each other in with. Any of them may become the primary of any other of its
    /// shard, and any primary may have to hand keys to any other.
    pub secret: AdminSecret,
}

/// What a backend needs to start an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The program's arguments, with `{address}` for the address to listen on.
    pub arguments: Vec<String>,
    /// The same as a configuration text, where the program can read one from its standard input.
    pub config: Option<String>,
    /// How much memory the engine may need in bytes: its data and its own overhead.
    pub memory_limit: u64,
}

impl EngineSettings {
    /// How to start an engine with these settings. What can be set on a running engine is left for later, because an
    /// engine of a slightly other version must not fail to start over a directive that it does not know.
    #[must_use]
    pub fn launch(&self) -> Launch {
        match self.engine {
            Engine::Memcached => memcached_launch::launch(self),
            Engine::Redis | Engine::Valkey => redis_launch::launch(self),
        }
    }

    /// The value of a parameter as a number.
    pub(super) fn number(&self, parameter: &str) -> Option<u64> {
        self.parameters.get(parameter)?.parse().ok()
    }

    /// Whether a parameter is switched on: `1` or `yes`.
    pub(super) fn is_on(&self, parameter: &str) -> bool {
        matches!(self.parameters.get(parameter).map(String::as_str), Some("1" | "yes"))
    }
}
