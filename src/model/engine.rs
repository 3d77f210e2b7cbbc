//! The three cache engines.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A cache engine, as `ElastiCache` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// Memcached.
    Memcached,
    /// Redis OSS.
    Redis,
    /// Valkey.
    Valkey,
}

impl Engine {
    /// Every engine, in the order in which `ElastiCache` lists them.
    pub const ALL: [Self; 3] = [Self::Memcached, Self::Redis, Self::Valkey];

    /// The name on the wire: `memcached`, `redis` or `valkey`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memcached => "memcached",
            Self::Redis => "redis",
            Self::Valkey => "valkey",
        }
    }

    /// The port that `ElastiCache` uses when a request names none.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Memcached => 11211,
            Self::Redis | Self::Valkey => 6379,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is none of the three engines.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no cache engine")]
pub struct UnknownEngine(String);

impl FromStr for Engine {
    type Err = UnknownEngine;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|engine| engine.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownEngine(name.to_owned()))
    }
}
