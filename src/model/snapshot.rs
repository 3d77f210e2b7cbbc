//! A snapshot: data of a cache as they were at a moment, and the settings that the cache had. Its files are kept apart
//! from its record, see `snapshot_files`; a record that names a file was written after the file was whole.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    CacheCluster, Engine, EngineVersion, MaintenanceWindow, NodeGroupId, NodeId, Scope, SlotSet, SnapshotWindow, TagSet,
};

/// A snapshot of a cache cluster or of a replication group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its name, in lower case.
    pub name: String,
    /// Tells this snapshot from another one that had the same name before or will have it later.
    pub uid: String,
    /// Who asked for it.
    pub source: SnapshotSource,
    /// How far it has come.
    pub state: SnapshotState,
    /// When it was asked for.
    pub requested: DateTime<Utc>,
    /// When it was asked to be deleted. The record goes once its files are gone.
    pub deleted: Option<DateTime<Utc>>,
    /// The settings of the cache.
    pub settings: SnapshotSettings,
    /// Its parts, one a shard.
    pub nodes: Vec<NodeSnapshot>,
    /// The key for what is written to disk, as it was given. Recorded for those who read it back.
    pub kms_key_id: Option<String>,
    /// The tags.
    pub tags: TagSet,
}

/// Who asked for a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotSource {
    /// It was taken in the cache's snapshot window.
    Automated,
    /// A user did.
    Manual,
}

/// How far a snapshot has come. That one is being restored, copied or exported follows from other records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotState {
    /// Its files are being written.
    Creating,
    /// All its files are there.
    Available,
    /// It could not be taken, for the reason given. It has no files.
    Failed(String),
}

/// What a snapshot tells of the cache that it was taken of, and what a cache that is restored from it gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SnapshotSettings {
    /// The cluster, of a snapshot that was taken of one.
    pub cache_cluster_id: Option<String>,
    /// The group, of a snapshot that was taken of a whole group.
    pub replication_group_id: Option<String>,
    /// The group's description.
    pub replication_group_description: Option<String>,
    /// The engine.
    pub engine: Engine,
    /// Its version, as the cache reported it.
    pub engine_version: EngineVersion,
    /// The node type.
    pub cache_node_type: String,
    /// The port that was asked for.
    pub port: u16,
    /// The parameter group.
    pub parameter_group: String,
    /// The subnet group.
    pub subnet_group: String,
    /// When maintenance may happen.
    pub maintenance_window: MaintenanceWindow,
    /// When automatic snapshots are taken.
    pub snapshot_window: Option<SnapshotWindow>,
    /// For how many days automatic snapshots are kept.
    pub snapshot_retention_limit: u32,
    /// As the cache's own.
    pub auto_minor_version_upgrade: bool,
    /// Where notifications go.
    pub topic_arn: Option<String>,
    /// The availability zone of a single cluster.
    pub preferred_availability_zone: Option<String>,
    /// When a single cluster was created.
    pub cache_cluster_created: Option<DateTime<Utc>>,
    /// Whether replicas took over when primaries were lost.
    pub automatic_failover: bool,
    /// How many shards there were, in a group in cluster mode.
    pub node_group_count: Option<usize>,
}

/// The part of a snapshot that comes from one shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeSnapshot {
    /// The shard, in a group in cluster mode.
    pub node_group_id: Option<NodeGroupId>,
    /// The slots that the shard owned.
    pub slots: Option<SlotSet>,
    /// How many replicas the shard had.
    pub replica_count: usize,
    /// The member that it was taken of, once it is known.
    pub cache_cluster_id: Option<String>,
    /// The node, once it is known.
    pub cache_node_id: Option<NodeId>,
    /// When that node was created.
    pub cache_node_created: Option<DateTime<Utc>>,
    /// When the data were taken.
    pub taken: Option<DateTime<Utc>>,
    /// The data, once they are written.
    pub file: Option<SnapshotFile>,
}

/// A whole file with data, in the form of the engines' own dumps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotFile {
    /// Its name among the snapshot files.
    pub id: String,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256, as hexadecimal digits.
    pub checksum: String,
}

/// What a new cluster is filled with before its first engine starts. It stands in the cluster's record until the data
/// are there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// The snapshot that is being restored, which cannot be deleted meanwhile. `None` for files from a bucket.
    pub snapshot: Option<String>,
    /// The files, each of which may have keys of slots that are not this shard's.
    pub files: Vec<SnapshotFile>,
    /// The slots whose keys are wanted; all of them outside of cluster mode.
    pub slots: Option<SlotSet>,
}

impl CacheCluster {
    /// Whether a snapshot is being taken of it.
    #[must_use]
    pub fn is_snapshotting(&self) -> bool {
        self.snapshotting.is_some()
    }
}
