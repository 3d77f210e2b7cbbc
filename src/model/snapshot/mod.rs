//! A snapshot: data of a cache as they were at a moment, and the settings that the cache had. Its files are kept apart
//! from its record, see `snapshot_files`; a record that names a file was written after the file was whole.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    CacheCluster, Engine, EngineVersion, MaintenanceWindow, NodeGroupId, NodeId, Scope, SlotSet, SnapshotWindow, TagSet,
};

mod taking;

pub use taking::{DumpSource, Taking};

/// A snapshot of a cache cluster or of a replication group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Whose it is, and where.
    pub scope: Scope,
    /// Its name, in lower case.
    pub name: String,
    /// Tells this snapshot from another one that had the same name before or will have it later.
    pub uid: String,
    /// The uid of the group that it was taken of, or of the cluster where there is no group.
    pub cache_uid: String,
    /// Who asked for it.
    pub source: SnapshotSource,
    /// It is the last one of a cache that was asked to be deleted and waits for it.
    pub is_final: bool,
    /// It was not taken of a cache but made of another snapshot.
    pub is_copy: bool,
    /// The snapshot that it is to be a copy of, until it is.
    pub copy_of: Option<String>,
    /// Where its data are being copied to, as long as they are.
    pub export: Option<Export>,
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
    /// The uids of the snapshots that are being restored, which cannot be deleted meanwhile.
    #[serde(default)]
    pub snapshots: Vec<String>,
    /// The files, each of which may have keys of slots that are not this shard's.
    pub files: Vec<SnapshotFile>,
    /// The same in buckets, brought along by users.
    pub objects: Vec<BucketObject>,
    /// The slots whose keys are wanted; all of them outside of cluster mode.
    pub slots: Option<SlotSet>,
    /// Why the data could not be loaded. It is not tried again then.
    pub failure: Option<String>,
}

/// An object in a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketObject {
    /// The bucket.
    pub bucket: String,
    /// The key of the object in it.
    pub key: String,
}

/// Where the data of a snapshot are to be copied to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The bucket.
    pub bucket: String,
    /// What the names of the objects begin with.
    pub target: String,
    /// The upload in parts that was begun last, which may have been cut short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<ExportUpload>,
}

/// An upload in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportUpload {
    /// The key of the object that it is for.
    pub key: String,
    /// What S3 calls it.
    pub id: String,
}

impl Export {
    /// The key of the object for one part, the first of which is 0.
    #[must_use]
    pub fn key(&self, part: usize) -> String {
        format!("{}-{:04}.rdb", self.target, part + 1)
    }
}

impl Snapshot {
    /// Whether it was taken of a group in cluster mode.
    #[must_use]
    pub fn is_clustered(&self) -> bool {
        self.settings.node_group_count.is_some()
    }

    /// Whether all its data are there and it is not on its way out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.state == SnapshotState::Available && self.deleted.is_none()
    }

    /// Its files.
    pub fn files(&self) -> impl Iterator<Item = &SnapshotFile> {
        self.nodes.iter().filter_map(|node| node.file.as_ref())
    }

    /// The cache that it was taken of: a replication group or a cache cluster, or the serverless cache before either.
    #[must_use]
    pub fn cache_id(&self) -> &str {
        let settings = &self.settings;
        settings.replication_group_id.as_deref().or(settings.cache_cluster_id.as_deref()).unwrap_or_default()
    }

    /// How far it has come, as clients see it. `others` are the snapshots of the same scope, and `clusters` all that may
    /// be filled with it.
    pub fn status<'a>(
        &self,
        mut others: impl Iterator<Item = &'a Self>,
        mut clusters: impl Iterator<Item = &'a CacheCluster>,
    ) -> SnapshotStatus {
        if self.deleted.is_some() {
            return SnapshotStatus::Deleting;
        }
        match self.state {
            SnapshotState::Creating => SnapshotStatus::Creating,
            SnapshotState::Failed(_) => SnapshotStatus::Failed,
            SnapshotState::Available if self.export.is_some() => SnapshotStatus::Exporting,
            SnapshotState::Available if others.any(|other| other.copy_of.as_ref() == Some(&self.name)) => {
                SnapshotStatus::Copying
            }
            SnapshotState::Available if clusters.any(|cluster| cluster.restores(&self.uid)) => {
                SnapshotStatus::Restoring
            }
            SnapshotState::Available => SnapshotStatus::Available,
        }
    }
}

/// `SnapshotStatus` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotStatus {
    /// Its data are being written.
    Creating,
    /// It can be made use of.
    Available,
    /// A new cache is being filled with it.
    Restoring,
    /// Another snapshot is being made of it.
    Copying,
    /// Its data are being copied to a bucket.
    Exporting,
    /// It is being deleted.
    Deleting,
    /// It could not be taken.
    Failed,
}

impl SnapshotStatus {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Available => "available",
            Self::Restoring => "restoring",
            Self::Copying => "copying",
            Self::Exporting => "exporting",
            Self::Deleting => "deleting",
            Self::Failed => "failed",
        }
    }
}

impl CacheCluster {
    /// Whether a snapshot is being taken of it.
    #[must_use]
    pub fn is_snapshotting(&self) -> bool {
        self.snapshotting.is_some()
    }

    /// Whether it is being filled with the snapshot that has this uid.
    fn restores(&self, snapshot: &str) -> bool {
        let restore = self.restore.as_ref().filter(|restore| restore.failure.is_none());
        restore.is_some_and(|restore| restore.snapshots.iter().any(|uid| uid == snapshot))
    }

    /// Whether the data that it was to be filled with could not be loaded.
    #[must_use]
    pub fn restore_failed(&self) -> bool {
        self.restore.as_ref().is_some_and(|restore| restore.failure.is_some())
    }

    /// Whether its engines are to end. A cluster of which a last snapshot is being taken has to go on for so long.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.deleted.is_some() && !self.is_snapshotting()
    }
}
