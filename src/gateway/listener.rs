//! Accepts the connections of one endpoint and joins each to an engine.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    task::{self, JoinSet},
    time,
};

use super::{
    Directory, EndpointId, Front, GatewaySettings,
    cluster::{ClusterTap, Viewer},
    line::{self, Line},
    memcached::{Discovery, DiscoveryTap},
    places::Place,
    relay::{Untapped, relay},
    target::{self, TargetError},
};

/// The rest after a failed accept. With no file descriptor left every accept fails at once until one is closed: without
/// a rest that would keep a processor busy, and the connections that are waiting stay in the system's queue meanwhile.
const ACCEPT_REST: Duration = Duration::from_millis(20);

/// What every connection of an endpoint shares.
pub(super) struct Endpoint {
    id: EndpointId,
    front: Mutex<Front>,
    directory: Arc<dyn Directory>,
    settings: Arc<GatewaySettings>,
}

impl Endpoint {
    pub(super) fn new(
        id: EndpointId,
        front: Front,
        directory: Arc<dyn Directory>,
        settings: Arc<GatewaySettings>,
    ) -> Self {
        Self { id, front: Mutex::new(front), directory, settings }
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
                Ok((client, _)) => match endpoint.place(connections.len()) {
                    Some(place) => {
                        let line = Arc::<Line>::default();
                        let task = connections.spawn(connection(client, Arc::clone(&endpoint), Arc::clone(&line), place));
                        lines.insert(task.id(), line);
                    }
                    None => refuse(&client, endpoint.front()),
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
/// wait.
fn refuse(client: &TcpStream, front: Front) {
    let words: &[u8] = match front {
        Front::Redis | Front::RedisCluster => b"-ERR max number of clients reached\r\n",
        Front::Memcached => b"ERROR Too many open connections\r\n",
    };
    let _ = client.try_write(words);
}

/// `_place` is given back when the connection ends.
async fn connection(mut client: TcpStream, endpoint: Arc<Endpoint>, line: Arc<Line>, _place: Place) {
    let Endpoint { id, directory, settings, .. } = &*endpoint;
    // Boxed, so that an established connection does not hold the memory that looking for its target took.
    let mut target = match Box::pin(target::connect(&**directory, id, &line, settings.connect_limit)).await {
        Ok(target) => target,
        Err(error) => {
            tracing::debug!(endpoint = %id, error = &error as &dyn std::error::Error, "a connection got no engine");
            if matches!(error, TargetError::Refused) {
                let _ = client.set_zero_linger();
            }
            return;
        }
    };
    if let Err(error) = join(&mut client, &mut target, &endpoint, &line).await {
        tracing::debug!(endpoint = %id, %error, "a connection was cut");
        // Neither side may take what it got for all there was: both see a reset, as they would from each other.
        let _ = client.set_zero_linger();
        let _ = target.set_zero_linger();
    }
}

/// Carries one connection to its end.
async fn join(client: &mut TcpStream, target: &mut TcpStream, endpoint: &Endpoint, line: &Line) -> io::Result<()> {
    // Each side waits for the other's answer after a small write; Nagle's algorithm would delay both.
    client.set_nodelay(true)?;
    target.set_nodelay(true)?;
    let Endpoint { id, directory, settings, .. } = endpoint;
    let local = client.local_addr()?.ip();
    match endpoint.front() {
        Front::Redis => relay(client, target, &mut Untapped, line).await,
        Front::RedisCluster => {
            let host = settings.endpoint_host.as_deref();
            let viewer = Viewer::new(id, &**directory, target.peer_addr()?, local, host);
            relay(client, target, &mut ClusterTap::new(viewer), line).await
        }
        Front::Memcached => {
            let discovery = Discovery { endpoint: id, directory: &**directory, settings, local };
            relay(client, target, &mut DiscoveryTap::new(discovery), line).await
        }
    }
}
