//! Amazon `ElastiCache` on your own machine.
//!
//! The crate speaks the `ElastiCache` Query API (version 2015-02-02) and runs real redis, valkey and memcached
//! engines behind it. Data flows one way through the modules:
//!
//! `http` -> `operations` -> `store` -> `reconcile` -> `engine`, `backend`, with the `gateway` in front of every
//! endpoint that is given out.

pub mod authorization;
pub mod autoscaling;
pub mod backend;
pub mod cli;
pub mod client;
pub mod clock;
pub mod cloudwatch;
pub mod dns;
pub mod doctor;
pub mod engine;
pub mod export;
pub mod faults;
pub mod figures;
pub mod forwards;
pub mod gateway;
pub mod holder;
pub mod http;
pub mod iam_login;
pub mod init;
pub mod instance;
pub mod integrations;
pub mod log_delivery;
pub mod metrics;
pub mod migration_source;
pub mod model;
pub mod names;
pub mod object_storage;
pub mod open_files;
pub mod operations;
pub mod port_taker;
pub mod protocol;
pub mod rdb;
pub mod reconcile;
pub mod reset;
pub mod secrets_manager;
pub mod server;
pub mod signed_http;
pub mod snapshot_files;
pub mod status;
pub mod store;
pub mod terminal;
pub mod tls;
pub mod traces;
pub mod trail;
