//! Clients that speak TLS, by a library that verifies what it is shown as every client should.

use std::{io, sync::Arc};

use cachette::{
    gateway::{Gateway, GatewaySettings},
    model::TransitEncryption,
    tls::Certificates,
};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::support::{Routes, certificates, connect, gateway_with, within};

/// A gateway, where it leads, and those who trust it.
pub struct Secured {
    pub gateway: Gateway,
    pub routes: Arc<Routes>,
    pub certificates: Arc<Certificates>,
}

impl Secured {
    pub fn new(settings: GatewaySettings, wanted: TransitEncryption) -> Self {
        let certificates = certificates();
        let (gateway, routes) = gateway_with(settings, Arc::clone(&certificates));
        routes.encrypt(wanted);
        Self { gateway, routes, certificates }
    }

    /// A client that has shaken hands with `localhost`.
    pub async fn client(&self, port: u16) -> TlsStream<TcpStream> {
        self.shake_hands(connect(port).await, "localhost").await.expect("a handshake")
    }

    /// Shakes hands over `stream` with what is to be called `name`.
    pub async fn shake_hands<S>(&self, stream: S, name: &str) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        self.shake_hands_in(rustls::ALL_VERSIONS, stream, name).await
    }

    pub async fn shake_hands_in<S>(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        stream: S,
        name: &str,
    ) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_slice(self.certificates.ca_pem().as_bytes()).expect("a certificate");
        roots.add(ca).expect("an authority");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        within("the handshake", TlsConnector::from(Arc::new(config)).connect(name, stream)).await
    }
}
