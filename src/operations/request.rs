//! Who asks, and under which rules.

use crate::model::Scope;

/// What an operation knows of the request beside its parameters.
#[derive(Clone, Debug)]
pub struct Request {
    /// The caller's account and region.
    pub scope: Scope,
    /// The host name under which this caller reaches endpoints.
    pub endpoint_host: String,
}

/// How the server was told to behave.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Refuse exactly what `ElastiCache` refuses, even what the engines could do.
    pub strict: bool,
}
