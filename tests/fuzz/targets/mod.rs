//! What the fuzz targets check of any input. Each is a function of its own, so that cargo-fuzz can run it for hours and
//! the tests for a second.
//!
//! Inputs are text as far as they can be, so that seeds can be read and written by hand.

pub mod cluster;
pub mod discovery;
pub mod dumps;
pub mod logins;
pub mod names;
pub mod policies;
pub mod query;
pub mod signatures;
pub mod streams;
pub mod xml;
