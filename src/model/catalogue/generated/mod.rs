//! The tables of the catalogue. Generated: see the module above.

// Generated from the facts by tests/catalogue. Do not edit.

pub(super) mod commands;
pub(super) mod engine_versions;
pub(super) mod families;
pub(super) mod memcached1_4;
pub(super) mod memcached1_5;
pub(super) mod memcached1_6;
pub(super) mod node_types;
pub(super) mod redis2_6;
pub(super) mod redis2_8;
pub(super) mod redis3_2;
pub(super) mod redis4_0;
pub(super) mod redis5_0;
pub(super) mod redis6_x;
pub(super) mod redis7;
pub(super) mod regions;
pub(super) mod reserved_offerings;
pub(super) mod valkey7;
pub(super) mod valkey8;
pub(super) mod valkey9;
