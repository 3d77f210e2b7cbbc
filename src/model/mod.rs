//! What the server knows about: resources, engines, names and rules. Pure: no I/O, no async runtime.

mod cache_cluster;
mod cache_node;
mod engine;
mod engine_version;
mod event;
mod observed;
mod parameter_group;
mod scope;
mod security_group;
mod subnet_group;

pub use cache_cluster::{CacheCluster, Notification, Pending, Phase};
pub use cache_node::{CacheNode, NodeId, Succession};
pub use engine::Engine;
pub use engine_version::EngineVersion;
pub use event::{Event, KEPT_PER_SCOPE as EVENTS_PER_SCOPE, RETENTION_DAYS as EVENT_RETENTION_DAYS, SourceType};
pub use observed::{Failure, Observed, Running, Settings};
pub use parameter_group::CacheParameterGroup;
pub use scope::Scope;
pub use security_group::{CacheSecurityGroup, Ec2SecurityGroup};
pub use subnet_group::CacheSubnetGroup;

/// Tags, by key.
pub type TagSet = std::collections::BTreeMap<String, String>;
