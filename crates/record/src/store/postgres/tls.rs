//! TLS to the server: rustls, with the server's certificate and name always checked.

use super::socket::Socket;
use crate::Failure;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;

/// Where systems keep the certificates they trust.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// TLS to the server of one name.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Trusts the certificates of a file, or else those of the system.
    pub(super) fn new(host: &str, roots: Option<&Path>) -> Result<Self, Failure> {
        let system = || SYSTEM_ROOTS.iter().map(PathBuf::from).find(|path| path.exists());
        let path = roots.map(Path::to_owned).or_else(system).ok_or_else(|| {
            Failure::Storage("no file of trusted certificates; name one by `sslrootcert`".into())
        })?;
        let unusable = |what: &str| Failure::Storage(format!("{}: {what}", path.display()));
        let mut trusted = RootCertStore::empty();
        let certificates = CertificateDer::pem_file_iter(&path);
        for certificate in certificates.map_err(|_| unusable("is not a file of certificates"))? {
            let certificate = certificate.map_err(|_| unusable("holds a broken certificate"))?;
            // A system's file may hold some that rustls does not take; they are then not trusted.
            let _ = trusted.add(certificate);
        }
        if trusted.is_empty() {
            return Err(unusable("holds no certificate that can be trusted"));
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Failure::Storage(error.to_string()))?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Failure::Storage("the host is no name that TLS can check".into()))?;
        Ok(Self { connector: Arc::new(config).into(), name })
    }
}

/// A socket inside TLS.
pub(super) struct Session(tokio_rustls::client::TlsStream<Socket>);

impl TlsConnect<Socket> for Tls {
    type Stream = Session;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Session>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move { self.connector.connect(self.name, socket).await.map(Session) })
    }
}

impl TlsStream for Session {
    /// None: who the server is was checked by its certificate.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Session {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Session {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
