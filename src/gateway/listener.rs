//! Accepts the connections of one endpoint and joins each to an engine.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    task::{self, JoinSet},
    time,
};

use super::{
    Directory, EndpointId, Front, GatewaySettings, IamLogin,
    cluster::{ClusterTap, Viewer},
    encrypted::{self, Client, HandshakeError, Transport},
    iam::{IamTap, Session},
    line::{self, Line},
    memcached::{Discovery, DiscoveryTap},
    outside::{AtSource, Outside, OutsideSources, Passage},
    places::Place,
    relay::{Tap, Untapped, relay},
    target::{self, TargetError},
};
use crate::{model::TransitEncryption, tls::Certificates};

/// The rest after a failed accept. With no file descriptor left every accept fails at once until one is closed: without
/// a rest that would keep a processor busy, and the connections that are waiting stay in the system's queue meanwhile.
const ACCEPT_REST: Duration = Duration::from_millis(20);

/// What every connection of an endpoint shares.
pub(super) struct Endpoint {
    id: EndpointId,
    front: Mutex<Front>,
    directory: Arc<dyn Directory>,
    iam_login: Option<Arc<dyn IamLogin>>,
    settings: Arc<GatewaySettings>,
    certificates: Arc<Certificates>,
    sources: Option<Arc<dyn OutsideSources>>,
    at_source: AtSource,
}

/// Where a client is carried.
enum Target {
    Engine(TcpStream),
    Source(Passage),
}

impl Endpoint {
    pub(super) fn new(
        id: EndpointId,
        front: Front,
        directory: Arc<dyn Directory>,
        iam_login: Option<Arc<dyn IamLogin>>,
        settings: Arc<GatewaySettings>,
        certificates: Arc<Certificates>,
    ) -> Self {
        let (front, at_source) = (Mutex::new(front), AtSource::new());
        Self { id, front, directory, iam_login, settings, certificates, sources: None, at_source }
    }

    /// The same with somebody who reaches engines outside.
    pub(super) fn with_sources(self, sources: Option<Arc<dyn OutsideSources>>) -> Self {
        Self { sources, ..self }
    }

    /// Waits until no client is at an engine outside.
    pub(super) async fn until_nobody_outside(&self) {
        self.at_source.until_nobody().await;
    }

    fn outside(&self) -> Outside<'_> {
        let Self { id, directory, sources, at_source, .. } = self;
        Outside { id, directory: &**directory, sources: sources.as_deref(), at_source }
    }

    /// What clients that connect from now on will find.
    pub(super) fn set_front(&self, front: Front) {
        *self.front.lock().unwrap_or_else(PoisonError::into_inner) = front;
    }

    /// A place for one more connection beside these, if there is one.
    fn place(&self, connections: usize) -> Option<Place> {
        (connections < self.settings.max_connections).then(|| self.settings.places.take())?
    }

    fn front(&self) -> Front {
        *self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether clients that connect now are to speak TLS.
    fn transit_encryption(&self) -> TransitEncryption {
        self.directory.security(&self.id).transit_encryption
    }
}

/// Serves the endpoint for ever. Dropping the future ends its connections too.
pub(super) async fn serve(listener: TcpListener, endpoint: Arc<Endpoint>) {
    let mut changes = endpoint.directory.changes();
    let mut connections = JoinSet::new();
    let mut lines: HashMap<task::Id, Arc<Line>> = HashMap::new();
    loop {
        tokio::select! {
            Some(ended) = connections.join_next_with_id(), if !connections.is_empty() => {
                lines.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
            }
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => if let Some(place) = endpoint.place(connections.len()) {
                    let line = Arc::new(Line::counted(endpoint.settings.figures.traffic()));
                    let task = connections.spawn(connection(client, Arc::clone(&endpoint), Arc::clone(&line), place));
                    lines.insert(task.id(), line);
                } else {
                    endpoint.settings.figures.refused();
                    refuse(&client, &endpoint);
                },
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(endpoint = %endpoint.id, %error, "cannot accept a connection");
                    time::sleep(ACCEPT_REST).await;
                }
            },
            // A connection that comes later looks for itself before anything is carried.
            () = target::changed(&mut changes), if !connections.is_empty() => {
                line::tell_all(&*endpoint.directory, &endpoint.id, lines.values().map(|line| &**line));
            }
        }
    }
}

/// Whether accepting failed for the one connection that it was about, and may go on at once.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Tells a client that there are too many, in the words of its engine. A client that does not read them is no reason to
/// wait, and one that may speak TLS would not understand them.
fn refuse(client: &TcpStream, endpoint: &Endpoint) {
    if endpoint.transit_encryption().is_enabled() {
        return;
    }
    let words: &[u8] = match endpoint.front() {
        Front::Redis | Front::RedisCluster => b"-ERR max number of clients reached\r\n",
        Front::Memcached | Front::ServerlessMemcached => b"ERROR Too many open connections\r\n",
    };
    let _ = client.try_write(words);
}

/// `_place` is given back when the connection ends.
async fn connection(client: TcpStream, endpoint: Arc<Endpoint>, line: Arc<Line>, _place: Place) {
    let _connected = endpoint.settings.figures.connected();
    let wanted = || endpoint.transit_encryption();
    let outcome = match encrypted::transport(&client, wanted, endpoint.settings.handshake_limit).await {
        Ok(Transport::Plain) => {
            plain(client, &endpoint, &line).await;
            Ok(())
        }
        // Boxed, so that a plain connection does not hold the memory that this one takes.
        Ok(Transport::Encrypted) => Box::pin(encrypted(client, &endpoint, &line)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = outcome {
        tracing::debug!(endpoint = %endpoint.id, %error, "a client was turned away");
    }
}

async fn plain(client: TcpStream, endpoint: &Endpoint, line: &Arc<Line>) {
    if let Some(target) = target_of(&client, endpoint, line).await {
        carry(client, target, endpoint, line).await;
    }
}

/// The client's first words are heard before there is an engine for it, and answered after: it does not have an engine
/// wait for it, and sees a network that fails as it would without TLS.
async fn encrypted(client: TcpStream, endpoint: &Endpoint, line: &Arc<Line>) -> Result<(), HandshakeError> {
    let Endpoint { settings, certificates, .. } = endpoint;
    line.encrypt();
    let greeting = Box::pin(encrypted::greeting(client, settings.handshake_limit)).await?;
    let Some(target) = target_of(&greeting.io, endpoint, line).await else { return Ok(()) };
    let client = Box::pin(encrypted::answer(greeting, certificates, settings.handshake_limit)).await?;
    carry(client, target, endpoint, line).await;
    Ok(())
}

/// The engine for a client, `None` when it got none and is turned away.
async fn target_of(client: &TcpStream, endpoint: &Endpoint, line: &Line) -> Option<Target> {
    let Endpoint { id, directory, settings, .. } = endpoint;
    match Box::pin(endpoint.outside().passage(settings.connect_limit)).await {
        Ok(None) => {}
        Ok(Some(passage)) => return Some(Target::Source(passage)),
        Err(error) => {
            tracing::debug!(endpoint = %id, %error, "a connection got no source");
            return None;
        }
    }
    // Boxed, so that an established connection does not hold the memory that looking for its target took.
    match Box::pin(target::connect(&**directory, id, line, settings.connect_limit)).await {
        Ok(target) => Some(Target::Engine(target)),
        Err(error) => {
            tracing::debug!(endpoint = %id, error = &error as &dyn std::error::Error, "a connection got no engine");
            if matches!(error, TargetError::Refused) {
                let _ = client.set_zero_linger();
            }
            None
        }
    }
}

/// Carries one connection to its end, whatever that is.
async fn carry<C: Client>(mut client: C, target: Target, endpoint: &Endpoint, line: &Arc<Line>) {
    let mut target = match target {
        Target::Engine(target) => target,
        Target::Source(passage) => return Box::pin(carry_outside(client, passage, endpoint, line)).await,
    };
    if let Err(error) = join(&mut client, &mut target, endpoint, line).await {
        tracing::debug!(endpoint = %endpoint.id, %error, "a connection was cut");
        // Neither side may take what it got for all there was: both see a reset, as they would from each other.
        let _ = client.socket().set_zero_linger();
        let _ = target.set_zero_linger();
    }
}

/// Carries one connection to an engine outside to its end.
async fn carry_outside<C: Client>(mut client: C, passage: Passage, endpoint: &Endpoint, line: &Line) {
    let host = endpoint.settings.endpoint_host.as_deref();
    if let Err(error) = endpoint.outside().carry(&mut client, passage, line, host).await {
        tracing::debug!(endpoint = %endpoint.id, %error, "a connection to a source was cut");
        let _ = client.socket().set_zero_linger();
    }
}

/// Carries one connection to its orderly end.
async fn join<C: Client>(
    client: &mut C,
    target: &mut TcpStream,
    endpoint: &Endpoint,
    line: &Arc<Line>,
) -> io::Result<()> {
    // Each side waits for the other's answer after a small write; Nagle's algorithm would delay both.
    client.socket().set_nodelay(true)?;
    target.set_nodelay(true)?;
    let Endpoint { id, directory, settings, .. } = endpoint;
    let local = client.socket().local_addr()?.ip();
    match endpoint.front() {
        Front::Redis | Front::ServerlessMemcached => look(client, target, Untapped, endpoint, line).await,
        Front::RedisCluster => {
            let host = settings.endpoint_host.as_deref();
            let viewer = Viewer::new(id, &**directory, target.peer_addr()?, local, host);
            look(client, target, ClusterTap::new(viewer, line.stands_in()), endpoint, line).await
        }
        Front::Memcached => {
            let discovery = Discovery { endpoint: id, directory: &**directory, settings, local };
            relay(client, target, &mut DiscoveryTap::new(discovery), line).await
        }
    }
}

/// Carries a connection to a Redis or Valkey engine, with `tap` in it, and one that judges logins where the engine
/// cannot.
async fn look(
    client: &mut (impl AsyncRead + AsyncWrite + Unpin),
    target: &mut TcpStream,
    mut tap: impl Tap,
    endpoint: &Endpoint,
    line: &Arc<Line>,
) -> io::Result<()> {
    let Endpoint { id, directory, iam_login, .. } = endpoint;
    match iam_login.as_deref().filter(|_| directory.security(id).judges_logins) {
        Some(logins) => relay(client, target, &mut IamTap::new(id, logins, Session::new(line), tap), line).await,
        None => relay(client, target, &mut tap, line).await,
    }
}
