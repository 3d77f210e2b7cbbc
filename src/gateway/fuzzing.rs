//! Connections without sockets, for the fuzz targets in `tests/fuzz`: what the gateway makes of the bytes of both
//! directions, read by read. Nothing else may use it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use super::{
    Directory, EndpointId, GatewaySettings, IamLogin,
    cluster::{ClusterTap, Viewer},
    iam::{IamTap, Session},
    line::Line,
    memcached::{Discovery, DiscoveryTap},
    relay::{Passed, Tap},
};

/// What became of the bytes of one read.
#[derive(Debug)]
pub struct Read {
    /// How many were dealt with. The others are to be offered again, in front of the next ones.
    pub consumed: usize,
    /// What is sent on in their place.
    pub output: Vec<u8>,
}

/// One connection of a client to its engine.
pub struct Connection<'a> {
    tap: Box<dyn Tap + 'a>,
}

impl<'a> Connection<'a> {
    /// A client of a cluster, that reached the gateway at `local` and was joined to `engine`.
    #[must_use]
    pub fn to_cluster(
        endpoint: &'a EndpointId,
        directory: &'a dyn Directory,
        engine: SocketAddr,
        local: IpAddr,
        endpoint_host: Option<&'a str>,
    ) -> Self {
        let viewer = Viewer::new(endpoint, directory, engine, local, endpoint_host);
        Self { tap: Box::new(ClusterTap::new(viewer, false)) }
    }

    /// A client of Memcached, that reached the gateway at `local`.
    #[must_use]
    pub fn to_memcached(
        endpoint: &'a EndpointId,
        directory: &'a dyn Directory,
        settings: &'a GatewaySettings,
        local: IpAddr,
    ) -> Self {
        Self { tap: Box::new(DiscoveryTap::new(Discovery { endpoint, directory, settings, local })) }
    }

    /// The same connection, of a client that may log in by IAM.
    ///
    /// # Panics
    /// At a login, outside a tokio runtime.
    #[must_use]
    pub fn with_logins(self, endpoint: &'a EndpointId, logins: &'a dyn IamLogin) -> Self {
        let session = Session::new(&Arc::new(Line::default()));
        Self { tap: Box::new(IamTap::new(endpoint, logins, session, self.tap)) }
    }

    /// Bytes from the client; none at all say that it has sent all.
    pub fn requests(&mut self, input: &[u8]) -> Read {
        self.tap.requests(input).into()
    }

    /// Bytes from the engine; none at all say that it has sent all.
    pub fn replies(&mut self, input: &[u8]) -> Read {
        self.tap.replies(input).into()
    }
}

impl From<Passed<'_>> for Read {
    fn from(passed: Passed<'_>) -> Self {
        Self { consumed: passed.consumed, output: passed.output.into_owned() }
    }
}

impl Tap for Box<dyn Tap + '_> {
    fn requests<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        (**self).requests(input)
    }

    fn replies<'a>(&mut self, input: &'a [u8]) -> Passed<'a> {
        (**self).replies(input)
    }

    fn takes_requests(&self) -> bool {
        (**self).takes_requests()
    }
}
