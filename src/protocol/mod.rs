//! The `ElastiCache` Query protocol on the wire: decoding requests, encoding answers and errors, verifying signatures.
//!
//! Nothing here knows what an operation does; no other module of the crate is imported.
