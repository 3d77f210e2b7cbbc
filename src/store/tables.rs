//! Which kinds of records there are.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};

use super::table::Table;
use crate::model::{
    CacheCluster, CacheParameterGroup, CacheSecurityGroup, CacheSubnetGroup, Delivery, Event, Fault,
    GlobalReplicationGroup, InitNote, LogCursor, ReplicationGroup, ReservedCacheNode, ScalableTarget, ScalingActivity,
    Scope, ServerlessCache, Snapshot, UpdateAction, User, UserGroup,
};

/// Something that has a table of its own.
pub trait Record: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Which kind of record it is.
    const KIND: Kind;

    /// Its table.
    fn table(tables: &Tables) -> &Table<Self>;

    #[doc(hidden)]
    fn table_mut(tables: &mut Tables) -> &mut Table<Self>;
}

/// One record that was written or removed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    /// What kind of record.
    pub kind: Kind,
    /// Whose, and where.
    pub scope: Scope,
    /// Its identifier.
    pub id: String,
}

macro_rules! tables {
    ($($(#[$doc:meta])* $field:ident: $record:ident,)*) => {
        /// The records, one table a kind.
        #[derive(Clone, Debug, Default)]
        pub struct Tables {
            $($(#[$doc])* pub $field: Table<$record>,)*
        }

        /// A kind of record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $record,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$record),*];

            /// The name of the kind's table on disk.
            #[must_use]
            pub const fn table_name(self) -> &'static str {
                match self {
                    $(Self::$record => stringify!($field),)*
                }
            }
        }

        $(impl Record for $record {
            const KIND: Kind = Kind::$record;

            fn table(tables: &Tables) -> &Table<Self> {
                &tables.$field
            }

            fn table_mut(tables: &mut Tables) -> &mut Table<Self> {
                &mut tables.$field
            }
        })*

        impl Tables {
            /// Takes in a record as it stands on disk.
            pub(super) fn load(
                &mut self,
                kind: Kind,
                scope: &Scope,
                id: &str,
                bytes: &[u8],
            ) -> Result<(), serde_json::Error> {
                match kind {
                    $(Kind::$record => {
                        self.$field.insert(scope, id, Arc::new(serde_json::from_slice(bytes)?));
                    })*
                }
                Ok(())
            }
        }
    };
}

tables! {
    /// Cache clusters.
    cache_clusters: CacheCluster,
    /// Replication groups.
    replication_groups: ReplicationGroup,
    /// Parameter groups that users made.
    cache_parameter_groups: CacheParameterGroup,
    /// Subnet groups that users made.
    cache_subnet_groups: CacheSubnetGroup,
    /// Cache security groups.
    cache_security_groups: CacheSecurityGroup,
    /// Users.
    users: User,
    /// User groups.
    user_groups: UserGroup,
    /// Snapshots of cache clusters and replication groups, those behind serverless caches among them.
    snapshots: Snapshot,
    /// Serverless caches.
    serverless_caches: ServerlessCache,
    /// Global replication groups.
    global_replication_groups: GlobalReplicationGroup,
    /// Reservations of nodes.
    reserved_cache_nodes: ReservedCacheNode,
    /// What was done about service updates.
    update_actions: UpdateAction,
    /// Faults that users asked for, as long as they last.
    faults: Fault,
    /// What Application Auto Scaling may change.
    scalable_targets: ScalableTarget,
    /// What it did, by a number that rises.
    scaling_activities: ScalingActivity,
    /// Events, by a number that rises.
    events: Event,
    /// Events that other services are still to be told of, by the number of the event.
    deliveries: Delivery,
    /// How far logs have been delivered, by engine, type of log and who gets it.
    log_cursors: LogCursor,
    /// Which entries of init files have been carried out, by their digests.
    init_notes: InitNote,
}
