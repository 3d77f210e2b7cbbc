//! Who asks, and under which rules.

use std::sync::Arc;

use crate::{
    model::{EndpointNames, Scope},
    protocol::types,
};

/// What an operation knows of the request beside its parameters.
#[derive(Clone, Debug)]
pub struct Request {
    /// The caller's account and region.
    pub scope: Scope,
    /// How this caller is told of endpoints.
    pub endpoint_host: EndpointHost,
}

/// The host names of endpoints.
#[derive(Clone, Debug)]
pub enum EndpointHost {
    /// One for all of them, under which this caller reaches them.
    Shared(String),
    /// Each has a name of its own.
    Named(Arc<EndpointNames>),
}

impl From<&str> for EndpointHost {
    fn from(host: &str) -> Self {
        Self::Shared(host.to_owned())
    }
}

impl From<String> for EndpointHost {
    fn from(host: String) -> Self {
        Self::Shared(host)
    }
}

impl Request {
    /// An endpoint as this caller is shown it; `name` is what it is called where it has a name of its own.
    pub(super) fn endpoint(&self, port: u16, name: impl FnOnce(&EndpointNames) -> String) -> types::Endpoint {
        let address = match &self.endpoint_host {
            EndpointHost::Shared(host) => host.clone(),
            EndpointHost::Named(names) => name(names),
        };
        types::Endpoint { address: Some(address), port: Some(i32::from(port)) }
    }
}

/// How the server was told to behave.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Refuse exactly what `ElastiCache` refuses, even what the engines could do.
    pub strict: bool,
}
