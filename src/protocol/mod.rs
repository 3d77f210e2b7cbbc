//! The `ElastiCache` Query protocol on the wire: decoding requests, encoding answers and errors, verifying signatures.
//!
//! Nothing here knows what an operation does; no other module of the crate is imported. What follows from the API's
//! model alone lives in `generated`, written from `elasticache-2015-02-02.json` by the test
//! `generated_code_is_up_to_date` in `tests/wire`; what it needs to stand on is written by hand beside it:
//!
//! - [`query`]: a request's parameters into an [`Operation`];
//! - `response`, over `xml`: an [`Output`] or an [`AwsError`] into the document that is sent;
//! - [`shapes`]: what each parameter has to be, for those who write requests down;
//! - [`sigv4`]: who signed a request, and whether the signature holds.

mod error;
mod generated;
pub mod query;
mod response;
mod sensitive;
pub mod shapes;
pub mod sigv4;
mod wire_enum;
mod xml;

#[cfg(test)]
mod round_trip;

pub use error::{AwsError, Fault};
pub use generated::enums;
pub use generated::errors::ErrorCode;
pub use generated::operations::{Operation, Output};
pub use generated::types;
pub use generated::{API_VERSION, NAMESPACE};
pub use sensitive::Sensitive;
pub use wire_enum::WireEnum;
