//! Replication groups on real engines, through the operations, the reconciler and the gateway: what happens when engines
//! are lost, and when the server is killed in the middle of its work.

mod crashes;
mod failover;
mod faults;
mod random;
mod replicas;
mod snapshot_crashes;
mod snapshots;
mod users;
mod world;
