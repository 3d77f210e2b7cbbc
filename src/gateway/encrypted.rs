//! Clients that speak TLS: how they are told from those that do not, and the stream that is copied once they are let in.
//!
//! At an endpoint where both kinds are welcome the first byte tells them apart: a handshake begins with the byte 22, with
//! which no request to any engine begins. The client speaks first in all protocols that are carried here. One that
//! says nothing is waited for, and holds no engine and no memory but its own task meanwhile: programs keep such
//! connections for later.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use rustls::server::Acceptor;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time,
};
use tokio_rustls::{LazyConfigAcceptor, StartHandshake, server::TlsStream};

use crate::{
    model::TransitEncryption,
    tls::{Certificates, TlsError},
};

/// The content type of a handshake, with which every connection of TLS begins (RFC 8446, 5.1).
const HANDSHAKE: u8 = 22;

/// How a client is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Plain,
    Encrypted,
}

/// Why a client is not let in.
#[derive(Debug, thiserror::Error)]
pub(super) enum HandshakeError {
    /// It does not speak TLS where it has to.
    #[error("the client does not speak TLS")]
    Plain,
    /// It was gone before it had said anything.
    #[error("the client left without a word")]
    Gone,
    /// It took too long.
    #[error("the handshake took too long")]
    Late,
    /// The handshake failed, or the connection did.
    #[error("the handshake failed: {0}")]
    Failed(#[from] io::Error),
    /// There is nothing to show it.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Finds out how to speak to a client, where `wanted` tells what is wanted at that moment: it may change while the
/// client is silent. `limit` is how long one that has to speak TLS may be.
pub(super) async fn transport(
    client: &TcpStream,
    wanted: impl Fn() -> TransitEncryption,
    limit: Duration,
) -> Result<Transport, HandshakeError> {
    let first = match wanted() {
        TransitEncryption::Disabled => return Ok(Transport::Plain),
        TransitEncryption::Preferred => first_byte(client).await?,
        TransitEncryption::Required => within(limit, first_byte(client)).await?,
    };
    match (wanted(), first) {
        (TransitEncryption::Preferred | TransitEncryption::Required, HANDSHAKE) => Ok(Transport::Encrypted),
        (TransitEncryption::Preferred | TransitEncryption::Disabled, _) => Ok(Transport::Plain),
        (TransitEncryption::Required, _) => Err(HandshakeError::Plain),
    }
}

/// The first byte that the client sends, which is left where it is.
async fn first_byte(client: &TcpStream) -> Result<u8, HandshakeError> {
    let mut first = [0];
    match client.peek(&mut first).await? {
        0 => Err(HandshakeError::Gone),
        _ => Ok(first[0]),
    }
}

/// Hears what a client wants, which has begun to speak TLS.
pub(super) async fn greeting(client: TcpStream, limit: Duration) -> Result<StartHandshake<TcpStream>, HandshakeError> {
    within(limit, async { Ok(LazyConfigAcceptor::new(Acceptor::default(), client).await?) }).await
}

/// Shows a client the certificate that it looks for, and lets it in.
pub(super) async fn answer(
    greeting: StartHandshake<TcpStream>,
    certificates: &Certificates,
    limit: Duration,
) -> Result<Encrypted, HandshakeError> {
    let local = greeting.io.local_addr()?.ip();
    let config = certificates.config_for(greeting.client_hello().server_name(), local)?;
    within(limit, async { Ok(Encrypted(greeting.into_stream(config).await?)) }).await
}

async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, HandshakeError>>,
) -> Result<T, HandshakeError> {
    time::timeout(limit, step).await.unwrap_or(Err(HandshakeError::Late))
}

/// A client's side of a connection.
pub(super) trait Client: AsyncRead + AsyncWrite + Unpin {
    /// What it is carried over.
    fn socket(&self) -> &TcpStream;
}

impl Client for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

/// A client that speaks TLS and is let in. It reads and writes what is said, in the clear.
pub(super) struct Encrypted(TlsStream<TcpStream>);

impl Client for Encrypted {
    fn socket(&self) -> &TcpStream {
        self.0.get_ref().0
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, read: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match ready!(Pin::new(&mut self.0).poll_read(cx, read)) {
            // Many clients close their connections without taking leave. What is missing then is for the engine to
            // see, which knows where its requests end.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
            outcome => Poll::Ready(outcome),
        }
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
