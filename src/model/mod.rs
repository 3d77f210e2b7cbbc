//! What the server knows about: resources, engines, names and rules. Pure: no I/O, no async runtime.

pub mod arn;
mod cache_cluster;
mod cache_node;
pub mod catalogue;
mod endpoint;
pub mod endpoint_port;
mod engine;
mod engine_version;
mod event;
pub mod hex;
pub mod identifier;
mod observed;
mod parameter_group;
pub mod parameters;
mod scope;
mod security_group;
mod slot_set;
mod subnet_group;
pub mod tags;
pub mod window;

pub use cache_cluster::{CacheCluster, Notification, Pending, Phase};
pub use cache_node::{CacheNode, NodeId, Succession};
pub use endpoint::{EndpointId, EndpointRole};
pub use engine::Engine;
pub use engine_version::EngineVersion;
pub use event::{Event, KEPT_PER_SCOPE as EVENTS_PER_SCOPE, RETENTION_DAYS as EVENT_RETENTION_DAYS, SourceType};
pub use observed::{Failure, Observed, Running, Settings};
pub use parameter_group::CacheParameterGroup;
pub use scope::Scope;
pub use security_group::{CacheSecurityGroup, Ec2SecurityGroup};
pub use slot_set::{NotSlots, SLOTS, SlotSet};
pub use subnet_group::CacheSubnetGroup;
pub use tags::TagSet;
pub use window::{MaintenanceWindow, SnapshotWindow};
