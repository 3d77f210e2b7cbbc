//! Accepts the connections of one endpoint and joins each to an engine.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time,
};

use super::{
    Directory, EndpointId, GatewaySettings,
    memcached::{Discovery, DiscoveryTap},
    relay::{Untapped, relay},
    target,
};
use crate::model::Engine;

/// The rest after a failed accept. With no file descriptor left every accept fails at once until one is closed: without
/// a rest that would keep a processor busy, and the connections that are waiting stay in the system's queue meanwhile.
const ACCEPT_REST: Duration = Duration::from_millis(20);

/// What every connection of an endpoint shares.
pub(super) struct Endpoint {
    pub(super) id: EndpointId,
    pub(super) engine: Engine,
    pub(super) directory: Arc<dyn Directory>,
    pub(super) settings: Arc<GatewaySettings>,
}

/// Serves the endpoint for ever. Dropping the future ends its connections too.
pub(super) async fn serve(listener: TcpListener, endpoint: Arc<Endpoint>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((client, _)) if connections.len() < endpoint.settings.max_connections => {
                    connections.spawn(connection(client, Arc::clone(&endpoint)));
                }
                Ok((client, _)) => refuse(&client, endpoint.engine),
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(endpoint = %endpoint.id, %error, "cannot accept a connection");
                    time::sleep(ACCEPT_REST).await;
                }
            },
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
fn refuse(client: &TcpStream, engine: Engine) {
    let words: &[u8] = match engine {
        Engine::Redis | Engine::Valkey => b"-ERR max number of clients reached\r\n",
        Engine::Memcached => b"ERROR Too many open connections\r\n",
    };
    let _ = client.try_write(words);
}

async fn connection(mut client: TcpStream, endpoint: Arc<Endpoint>) {
    let Endpoint { id, directory, settings, .. } = &*endpoint;
    // Boxed, so that an established connection does not hold the memory that looking for its target took.
    let mut target = match Box::pin(target::connect(&**directory, id, settings.connect_limit)).await {
        Ok(target) => target,
        Err(error) => {
            tracing::debug!(endpoint = %id, error = &error as &dyn std::error::Error, "a connection got no engine");
            return;
        }
    };
    if let Err(error) = join(&mut client, &mut target, &endpoint).await {
        tracing::debug!(endpoint = %id, %error, "a connection was cut");
        // Neither side may take what it got for all there was: both see a reset, as they would from each other.
        let _ = client.set_zero_linger();
        let _ = target.set_zero_linger();
    }
}

/// Carries one connection to its end.
async fn join(client: &mut TcpStream, target: &mut TcpStream, endpoint: &Endpoint) -> io::Result<()> {
    // Each side waits for the other's answer after a small write; Nagle's algorithm would delay both.
    client.set_nodelay(true)?;
    target.set_nodelay(true)?;
    match endpoint.engine {
        Engine::Redis | Engine::Valkey => relay(client, target, &mut Untapped).await,
        Engine::Memcached => {
            let discovery = Discovery {
                endpoint: &endpoint.id,
                directory: &*endpoint.directory,
                settings: &endpoint.settings,
                local: client.local_addr()?.ip(),
            };
            relay(client, target, &mut DiscoveryTap::new(discovery)).await
        }
    }
}
