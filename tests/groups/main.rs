//! Replication groups on real engines, through the operations, the reconciler and the gateway: what happens when engines
//! are lost, and when the server is killed in the middle of its work.

mod crashes;
mod failover;
mod faults;
mod global;
mod global_cluster;
mod global_cluster_crashes;
mod global_crashes;
mod global_datastore;
mod global_random;
mod halting;
mod migration;
mod random;
mod replicas;
mod restore_crashes;
mod round_trips;
mod serverless_migration;
mod service_updates;
mod snapshot_crashes;
mod snapshots;
mod users;
mod world;
