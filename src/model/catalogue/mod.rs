//! `ElastiCache`'s static facts: engine versions, parameter families, node types, regions and limits.
//!
//! Everything here is a constant table that the compiler lays out, so looking something up reads no file and parses
//! nothing at start. The tables under `generated` are written by the test binary `catalogue` from the facts in
//! `facts/*.json`; change the facts and run that test with `UPDATE=1`. Nothing here knows a user's resources, and
//! nothing decides on AWS error codes: the documentation of an error names the code that fits it.

pub mod commands;
pub mod default_groups;
pub mod engine_versions;
pub mod families;
pub mod limits;
pub mod node_types;
pub mod parameter_rules;
pub mod parameter_value;
pub mod regions;
pub mod reserved_offerings;
pub mod resizing;
pub mod service_updates;
pub mod upgrades;

#[rustfmt::skip]
#[expect(clippy::unreadable_literal, reason = "a table is read by columns, and nobody edits it")]
mod generated;
