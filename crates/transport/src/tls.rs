//! Certificate, key and the authorities of clients, out of PEM files.

use crate::Failure;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// Name of HTTP/1.1 in a handshake (RFC 7301).
const HTTP_1_1: &[u8] = b"http/1.1";

/// Where the PEM files are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate of this server, and those between it and an authority.
    pub certificate: PathBuf,
    /// Its private key: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
    /// Authorities one of whose certificates every client must show. Without them none is asked
    /// for one.
    pub client_authorities: Option<PathBuf>,
}

/// What a TLS listener shows and asks for.
#[derive(Clone)]
pub struct Tls {
    pub(crate) acceptor: TlsAcceptor,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// For HTTP/1.1.
    ///
    /// # Errors
    /// As for [`Tls::load`].
    pub fn http(files: &TlsFiles) -> Result<Self, Failure> {
        Self::of(files, vec![HTTP_1_1.to_vec()])
    }

    /// For a protocol that has no name in handshakes, such as MLLP.
    ///
    /// # Errors
    /// [`Failure::File`] where a file cannot be read, holds nothing of its kind, or where the key
    /// is not that of the certificate.
    pub fn load(files: &TlsFiles) -> Result<Self, Failure> {
        Self::of(files, Vec::new())
    }

    fn of(files: &TlsFiles, protocols: Vec<Vec<u8>>) -> Result<Self, Failure> {
        let chain = certificates(&files.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&files.key)
            .map_err(|error| unusable(&files.key, format!("no private key: {error}")))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let clients = match &files.client_authorities {
            None => WebPkiClientVerifier::no_client_auth(),
            Some(path) => verifier(path, &provider)?,
        };
        let wrong = |error: rustls::Error| unusable(&files.certificate, error.to_string());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(wrong)?
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, key)
            .map_err(wrong)?;
        config.alpn_protocols = protocols;
        Ok(Self { acceptor: Arc::new(config).into() })
    }
}

fn verifier(
    path: &Path,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).map_err(|error| unusable(path, error.to_string()))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| unusable(path, error.to_string()))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let read = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| unusable(path, format!("no certificates: {error}")))?;
    if read.is_empty() {
        return Err(unusable(path, "holds no certificate".to_owned()));
    }
    Ok(read)
}

fn unusable(path: &Path, reason: String) -> Failure {
    Failure::File { path: path.to_owned(), reason }
}
