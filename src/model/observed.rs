//! What is known of an engine in the world. There are three states of knowledge, and telling them apart is what lets
//! a server that died in the middle go on without doubles and without orphans:
//!
//! - no entry: certainly nothing exists;
//! - [`Observed::Unknown`]: something may exist. Committed *before* a backend is told to start or to remove an engine;
//! - [`Observed::Running`]: it was seen answering.

use std::{collections::BTreeMap, net::SocketAddr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Access, Engine, EngineRole, EngineVersion};

/// What is known of an engine that may exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// It may exist and may run.
    Unknown,
    /// It runs and has answered.
    Running(Box<Running>),
}

impl Observed {
    /// The engine, when it is known to run.
    #[must_use]
    pub fn running(&self) -> Option<&Running> {
        match self {
            Self::Unknown => None,
            Self::Running(running) => Some(running),
        }
    }
}

/// An engine that was seen running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Which run of the engine it was, in the backend's words.
    pub run: String,
    /// Where the server reaches it.
    pub address: SocketAddr,
    /// Where other engines reach it.
    pub peer: SocketAddr,
    /// The settings that are in effect in it.
    pub settings: Settings,
    /// The version of the program, when it was not the one that was asked for.
    pub substitute_version: Option<String>,
    /// What it is in its replication group; `None` until it has been made that, and for a cluster in no group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<EngineRole>,
    /// The id by which other engines in cluster mode know it, from the moment they may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster_node_id: Option<String>,
}

impl Running {
    /// An engine that was just seen, at the same address for the server and for other engines.
    #[must_use]
    pub fn new(run: String, address: SocketAddr, settings: Settings) -> Self {
        Self { run, address, peer: address, settings, substitute_version: None, role: None, cluster_node_id: None }
    }

    /// Whether there is an engine that can be talked to, which is not so when the server keeps records only.
    #[must_use]
    pub fn is_real(&self) -> bool {
        self.address.port() != 0
    }

    /// Whether it is the primary of its shard, and works as that.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        self.role.as_ref().is_some_and(EngineRole::is_primary)
    }

    /// Whether clients can write to it: it is the primary of its shard, and that is no copy of another region's.
    #[must_use]
    pub fn takes_writes(&self) -> bool {
        self.role == Some(EngineRole::Primary)
    }

    /// Whether it copies an engine outside of its replication group.
    #[must_use]
    pub fn is_migrating(&self) -> bool {
        matches!(self.role, Some(EngineRole::Migrating { .. }))
    }
}

/// Settings of an engine that can differ between what is wanted and what is in effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The engine.
    pub engine: Engine,
    /// Its version.
    pub engine_version: EngineVersion,
    /// The node type, from which memory limits and the like follow.
    pub cache_node_type: String,
    /// The parameter values that differ from the family's defaults.
    pub parameters: BTreeMap<String, String>,
    /// Who may talk to it.
    #[serde(default)]
    pub access: Access,
}

impl Settings {
    /// Whether the engine is a node of a cluster.
    #[must_use]
    pub fn is_clustered(&self) -> bool {
        self.parameters.get("cluster-enabled").is_some_and(|value| value == "yes")
    }
}

/// Why the server could not get a node to where it should be. It keeps trying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong, in words for the user.
    pub reason: String,
    /// When it was first seen.
    pub since: DateTime<Utc>,
}
