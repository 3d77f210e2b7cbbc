//! Endpoints that lead to an engine outside for a while: those of serverless caches that are being migrated to.
//!
//! Clients go on as if they spoke to the cache. Their login is the cache's, the source's was done before they come; what
//! they ask about the cluster is answered here, as the source may be in none; and what the cache keeps from clients is
//! kept from them at the source, too. For the rest bytes are copied.
//!
//! Whoever moves an endpoint away from a source has to know when the last client has left it, because what a client was
//! answered has to be part of what is copied. So the connections to sources are counted.

mod answers;
mod requests;
mod tap;
#[cfg(test)]
mod tests;

use std::{io, time::Duration};

use futures_util::future::BoxFuture;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    time,
};

use super::{Directory, EndpointId, cluster::Viewer, encrypted::Client, line::Line, relay::relay, target::changed};
use crate::model::{CustomerNode, Lead};

use self::{answers::Place, tap::OutsideTap};

/// The rest after a source could not be connected to.
const REST: Duration = Duration::from_millis(50);

/// A connection to an engine outside.
pub trait OutsideStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> OutsideStream for S {}

/// Knows how to reach the engines outside to which endpoints lead.
pub trait OutsideSources: Send + Sync + 'static {
    /// A connection to where `endpoint` leads at this moment, logged in.
    fn connect<'a>(&'a self, endpoint: &'a EndpointId) -> BoxFuture<'a, io::Result<Box<dyn OutsideStream>>>;
}

/// The clients of one endpoint that are at a source.
pub(super) struct AtSource(watch::Sender<usize>);

impl AtSource {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Waits until nobody is left.
    pub(super) async fn until_nobody(&self) {
        // The sender is here, so it cannot fail.
        let _ = self.0.subscribe().wait_for(|count| *count == 0).await;
    }
}

/// One client that is counted.
struct Counted(watch::Sender<usize>);

impl Counted {
    fn new(at_source: &AtSource) -> Self {
        at_source.0.send_modify(|count| *count += 1);
        Self(at_source.0.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// The way of one client to a source.
pub(super) struct Passage {
    stream: Box<dyn OutsideStream>,
    source: CustomerNode,
    counted: Counted,
}

/// What an endpoint needs to have for its clients to be led outside.
#[derive(Clone, Copy)]
pub(super) struct Outside<'a> {
    pub(super) id: &'a EndpointId,
    pub(super) directory: &'a dyn Directory,
    pub(super) sources: Option<&'a dyn OutsideSources>,
    pub(super) at_source: &'a AtSource,
}

impl Outside<'_> {
    /// The way to the source that the endpoint leads to, `None` when it leads to engines of ours. While it leads nowhere,
    /// or the source cannot be reached, it waits.
    ///
    /// # Errors
    /// When there was no way until `limit` had passed.
    pub(super) async fn passage(&self, limit: Duration) -> Result<Option<Passage>, time::error::Elapsed> {
        // Mostly there is nothing to wait for, and nothing to be paid.
        if self.directory.lead(self.id) == Lead::Engines {
            return Ok(None);
        }
        time::timeout(limit, async {
            let mut changes = self.directory.changes();
            loop {
                // Marked as seen before asking: a change in between is found below.
                changes.borrow_and_update();
                match self.directory.lead(self.id) {
                    Lead::Engines => return None,
                    Lead::Held => changed(&mut changes).await,
                    Lead::Source(source) => {
                        let Some(passage) = self.to(source, &mut changes).await else { continue };
                        return Some(passage);
                    }
                }
            }
        })
        .await
    }

    async fn to(&self, source: CustomerNode, changes: &mut watch::Receiver<u64>) -> Option<Passage> {
        let counted = Counted::new(self.at_source);
        // Asked again when it is counted: whoever moves the endpoint and then waits either finds it, or it finds that.
        if self.directory.lead(self.id) != Lead::Source(source.clone()) {
            return None;
        }
        let connected = tokio::select! {
            connected = async { self.sources?.connect(self.id).await.map_err(|error| {
                tracing::debug!(endpoint = %self.id, %error, "the source was not reached");
            }).ok() } => connected,
            () = changed(changes) => return None,
        };
        if let Some(stream) = connected {
            return Some(Passage { stream, source, counted });
        }
        drop(counted);
        time::sleep(REST).await;
        None
    }

    /// Completes when the endpoint does not lead to `source` any more.
    async fn left(&self, source: &CustomerNode) {
        let mut changes = self.directory.changes();
        loop {
            changes.borrow_and_update();
            if self.directory.lead(self.id) != Lead::Source(source.clone()) {
                return;
            }
            changed(&mut changes).await;
        }
    }

    /// Carries a client to the source and back until one of the two ends it, or the endpoint leads elsewhere.
    pub(super) async fn carry(
        &self,
        client: &mut impl Client,
        passage: Passage,
        line: &Line,
        endpoint_host: Option<&str>,
    ) -> io::Result<()> {
        let Passage { mut stream, source, counted } = passage;
        client.socket().set_nodelay(true)?;
        let here = client.socket().local_addr()?;
        let viewer = Viewer::new(self.id, self.directory, here, here.ip(), endpoint_host);
        let port = self.directory.main_port(self.id).unwrap_or_else(|| here.port());
        let at = self.directory.main_whereabouts(self.id);
        let (host, ip) = (viewer.host(&at), viewer.ip(&at));
        let mut tap = OutsideTap::new(Place { host, ip, port, id: answers::node_id(self.id) });
        let outcome = tokio::select! {
            outcome = relay(client, &mut stream, &mut tap, line) => outcome,
            () = self.left(&source) => Err(io::ErrorKind::ConnectionReset.into()),
        };
        // Not counted any more only when nothing can be carried any more.
        drop(stream);
        drop(counted);
        outcome
    }
}
