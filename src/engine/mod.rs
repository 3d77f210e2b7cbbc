//! What engines are told: how they are started, and what is said to them while they run. This is the only module that
//! knows Redis's and Memcached's own words. It starts nothing itself.

mod acl;
mod cluster;
mod copy_keys;
mod directives;
mod dump;
mod launch;
mod live_copy;
mod memcached_client;
mod memcached_items;
mod memcached_launch;
mod outside;
mod probe;
mod redis_client;
mod redis_launch;
mod replication;
mod restricted;
mod secret;
mod slow_log;
mod statistics;
mod users;
mod wait;

pub use cluster::{
    ClusterInfo, ClusterNode, ClusterView, Duty, Member, OpenMove, Seat, forget_all, form, heirs_file, join,
    move_slots, open_moves, settle, switch_primary, take_over_in_turn, until_agreed, until_owner_known, until_told,
};
pub use dump::Dump;
pub use launch::{ClusterSettings, EngineSettings, Launch};
pub use live_copy::LiveCopy;
pub use memcached_client::MemcachedClient;
pub use memcached_items::{Items, load_items};
pub use outside::{OutsideLink, Source, SourceError};
pub use probe::answers;
pub use redis_client::{RedisClient, RefusedDirective};
pub use replication::{ReplicaState, ReplicationRole, ReplicationState};
pub use secret::{AdminSecret, InstanceSecret};
pub use slow_log::{SlowLog, SlowLogEntry};
pub use statistics::{Calls, Keyspace, Report, Statistics, StatisticsClient};
pub use wait::rest;

/// Why an engine did not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It could not be reached, or the connection was lost.
    #[error("the engine does not answer: {0}")]
    Unreachable(String),
    /// It did not answer in time.
    #[error("the engine did not answer in time")]
    TimedOut,
    /// It answered with an error.
    #[error("the engine refused: {0}")]
    Refused(String),
    /// It is reading its data, and answers when it has them.
    #[error("the engine is still reading its data")]
    Loading,
    /// What it answered cannot be read.
    #[error("the engine answered what cannot be understood: {0}")]
    Unintelligible(String),
    /// It is too old to tell clients apart, and others than everybody are to be let in.
    #[error("engines before 6.0 do not know users, and cannot be told whom to let in")]
    NoUsers,
    /// It cannot be told of a user, who is not let in.
    #[error("user {name} cannot be let in: {reason}")]
    UserRefused {
        /// The name that the user logs in by.
        name: String,
        /// Why, without the user's rules.
        reason: &'static str,
    },
    /// The data that are to be put into it or taken out of it cannot be dealt with.
    #[error("the data cannot be used: {0}")]
    Data(String),
    /// It does what it was told, but what that should lead to did not come about in time.
    #[error("waited in vain until {0}")]
    InVain(&'static str),
}

impl EngineError {
    /// Whether asking again will not help.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::NoUsers | Self::UserRefused { .. })
    }
}

impl From<std::io::Error> for EngineError {
    fn from(error: std::io::Error) -> Self {
        Self::Unreachable(error.to_string())
    }
}

impl From<redis::ParsingError> for EngineError {
    fn from(error: redis::ParsingError) -> Self {
        Self::Unintelligible(error.to_string())
    }
}

impl From<redis::RedisError> for EngineError {
    fn from(error: redis::RedisError) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else if error.code() == Some("LOADING") {
            Self::Loading
        } else if error.is_io_error() || error.is_connection_dropped() {
            Self::Unreachable(error.to_string())
        } else {
            Self::Refused(error.to_string())
        }
    }
}
