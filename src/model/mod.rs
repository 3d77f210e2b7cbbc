//! What the server knows about: resources, engines, names and rules. Pure: no I/O, no async runtime.

mod access;
pub mod access_string;
pub mod arn;
mod autoscaling;
mod cache_cluster;
mod cache_node;
pub mod catalogue;
mod delivery;
mod endpoint;
mod endpoint_names;
pub mod endpoint_port;
mod engine;
mod engine_role;
mod engine_version;
mod event;
mod fault;
mod global_replication_group;
pub mod hex;
pub mod identifier;
mod init_note;
mod log_delivery;
mod migration;
mod node_group;
mod notice;
mod observed;
mod parameter_group;
pub mod parameters;
mod replication_group;
mod reserved_node;
pub mod resharding;
mod scope;
mod security_group;
mod serverless_cache;
mod serverless_migration;
mod slot_set;
mod snapshot;
mod subnet_group;
pub mod tags;
mod update_action;
mod user;
pub mod window;

pub use access::{Access, AccessUser, Authentication, PasswordHash, TransitEncryption};
pub use autoscaling::{
    ACTIVITIES_PER_SCOPE, ACTIVITY_RETENTION_DAYS, Bounds, MINUTES_KEPT, ScalableDimension, ScalableTarget,
    ScalingActivity, ScalingOutcome, ScalingPolicy, ScalingProgress, ScheduledAction, SuspendedState, TrackedMetric,
    UnderWay, UnknownDimension, Verdict,
};
pub use cache_cluster::{CacheCluster, Membership, Notification, Pending, Phase};
pub use cache_node::{CacheNode, NodeId, Succession};
pub use delivery::{Delivery, Outlet, Outlets};
pub use endpoint::{EndpointId, EndpointRole};
pub use endpoint_names::{EndpointNames, Form, InvalidZone};
pub use engine::Engine;
pub use engine_role::{EngineRef, EngineRole, RemoteEngine};
pub use engine_version::EngineVersion;
pub use event::{Event, KEPT_PER_SCOPE as EVENTS_PER_SCOPE, RETENTION_DAYS as EVENT_RETENTION_DAYS, SourceType};
pub use fault::{Fault, FaultKind, FaultTarget};
pub use global_replication_group::{
    FindInRegion, GlobalMember, GlobalPhase, GlobalReplicationGroup, MOST_SECONDARIES, takes_writes,
};
pub use init_note::InitNote;
pub use log_delivery::{
    LogConfiguration, LogCursor, LogDeliveries, LogDelivery, LogDeliveryStatus, LogDestination, LogFormat, LogSink,
    LogType,
};
pub use migration::{Completion, CustomerNode, MOST_LOSSES, Migration, MigrationEnding, PATIENCE as SOURCE_PATIENCE};
pub use node_group::{InvalidNodeGroupId, NodeGroup, NodeGroupId, Promotion};
pub use notice::{BusName, CERTIFICATE_RENEWED, REPLICAS_COMING, REPLICAS_THERE};
pub use observed::{Failure, Observed, Running, Settings};
pub use parameter_group::CacheParameterGroup;
pub use replication_group::{ClusterMode, Departure, FindMember, GroupPhase, GroupPorts, ReplicationGroup, Resharding};
pub use reserved_node::{OfferingType, ReservationState, ReservationTerms, ReservedCacheNode};
pub use scope::Scope;
pub use security_group::{CacheSecurityGroup, Ec2SecurityGroup};
pub use serverless_cache::{Behind, Limit, ServerlessCache, ServerlessPhase, UsageLimits};
pub use serverless_migration::{Copied, Lead, MigrationStage, ServerlessMigration, Syncing};
pub use slot_set::{NotSlots, SLOTS, SlotSet};
pub use snapshot::{
    BucketObject, DumpSource, Export, ExportUpload, NodeSnapshot, Restore, Snapshot, SnapshotFile, SnapshotSettings,
    SnapshotSource, SnapshotState, SnapshotStatus, Taking,
};
pub use subnet_group::CacheSubnetGroup;
pub use tags::TagSet;
pub use update_action::{
    NodeUpdate, PlannedReplacement, UpdateAction, UpdateActionStatus, UpdateInitiator, UpdateState, UpdateTarget,
};
pub use user::{Unsettled, User, UserGroup};
pub use window::{MaintenanceWindow, SnapshotWindow};
