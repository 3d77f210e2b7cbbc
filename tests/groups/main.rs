//! Replication groups on real engines, through the operations, the reconciler and the gateway: what happens when engines
//! are lost, and when the server is killed in the middle of its work.

mod crashes;
mod failover;
mod faults;
mod migration;
mod random;
mod replicas;
mod users;
mod world;
