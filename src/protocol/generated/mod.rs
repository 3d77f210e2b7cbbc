// Written from `elasticache-2015-02-02.json` by the test `wire::generated`. Do not edit.

//! What follows from the API's model alone.

mod decode;
mod encode;
pub mod enums;
pub mod errors;
pub mod operations;
pub mod types;

/// The version of the API, which every request names in its parameter `Version`.
pub const API_VERSION: &str = "2015-02-02";

/// The XML namespace of every answer, trailing slash included.
pub const NAMESPACE: &str = "http://elasticache.amazonaws.com/doc/2015-02-02/";
