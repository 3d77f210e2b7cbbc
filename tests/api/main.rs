//! The operations through the public API: a server in this process, without engines, called with the official SDK and,
//! where that one is too polite, with plain HTTP.

mod accounts;
mod answer;
mod app;
mod attacks;
mod authorization;
mod automatic_snapshots;
mod browsers;
mod certificates;
mod cluster_security;
mod clusters;
mod compatibility;
mod create;
mod engine_versions;
mod events;
mod faults;
mod global_datastore_rules;
mod global_datastores;
mod global_node_groups;
mod migration;
#[expect(dead_code, reason = "the wire tests, whose module it is, read all of it")]
#[path = "../wire/model.rs"]
mod model;
mod modify;
mod modify_group;
mod network_groups;
mod pages;
mod parameter_groups;
mod random;
mod records;
mod renewals;
mod replication_group_encryption;
mod replication_group_life;
mod replication_group_members;
mod replication_group_rules;
mod replication_group_security;
mod replication_groups;
mod reserved_nodes;
mod resize;
mod resize_group;
mod serverless;
mod serverless_migration;
mod serverless_snapshots;
mod serverless_users;
mod service_updates;
mod snapshot_buckets;
mod snapshots;
mod strict;
mod tags;
mod traces;
mod trail;
mod unreconciled;
mod user_groups;
mod users;
mod wire;
