//! What reaches a listener, and what does not.

use crate::certificates::{Authority, Identity};
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use transport::{Failure, Listener, Peer, Tls, TlsFiles};

/// Longest wait of any test.
const PATIENCE: Duration = Duration::from_secs(20);

fn any() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

fn files(identity: &Identity, client_authorities: Option<&Authority>) -> TlsFiles {
    TlsFiles {
        certificate: identity.certificate.clone(),
        key: identity.key.clone(),
        client_authorities: client_authorities.map(|authority| authority.file.clone()),
    }
}

/// Gives back what it reads, and tells who sent it.
fn echo(mut listener: Listener) -> (SocketAddr, mpsc::UnboundedReceiver<Peer>) {
    let address = listener.address();
    let (sender, peers) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, peer) = listener.accept().await;
            let sender = sender.clone();
            tokio::spawn(async move {
                let mut four = [0; 4];
                if stream.read_exact(&mut four).await.is_ok() {
                    let _ = sender.send(peer);
                    stream.write_all(&four).await.unwrap();
                    stream.shutdown().await.unwrap();
                }
            });
        }
    });
    (address, peers)
}

async fn ask(address: SocketAddr, client: Arc<ClientConfig>) -> std::io::Result<Vec<u8>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let talk = async {
        let mut stream = TlsConnector::from(client).connect(name, stream).await?;
        stream.write_all(b"ping").await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(answer)
    };
    tokio::time::timeout(PATIENCE, talk).await.unwrap()
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_answered() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new(directory.path(), "authority");
    let server = authority.issue(directory.path(), "server");
    let tls = Tls::http(&files(&server, None)).unwrap();
    let listener = Listener::bind(any(), Some(&tls)).await.unwrap();
    assert!(listener.is_encrypted());
    let (address, mut peers) = echo(listener);
    assert_eq!(ask(address, authority.client(None)).await.unwrap(), b"ping");
    assert_eq!(peers.recv().await.unwrap().certificate_sha256, None);
    let other = Authority::new(directory.path(), "other");
    assert!(ask(address, other.client(None)).await.is_err(), "an unknown authority is trusted");
}

#[tokio::test]
async fn only_clients_with_a_certificate_of_the_authority_come_in() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let authority = Authority::new(path, "authority");
    let laboratories = Authority::new(path, "laboratories");
    let server = authority.issue(path, "server");
    let tls = Tls::load(&files(&server, Some(&laboratories))).unwrap();
    let (address, mut peers) = echo(Listener::bind(any(), Some(&tls)).await.unwrap());
    let north = laboratories.issue(path, "north");
    assert_eq!(ask(address, authority.client(Some(&north))).await.unwrap(), b"ping");
    let shown = CertificateDer::from_pem_file(&north.certificate).unwrap();
    let peer = peers.recv().await.unwrap();
    let digest = hex::encode(Sha256::digest(&shown));
    assert_eq!(peer.to_string(), format!("{} sha256:{digest}", peer.address));
    let stranger = authority.issue(path, "stranger");
    for client in [authority.client(None), authority.client(Some(&stranger))] {
        assert!(ask(address, client).await.is_err());
    }
    assert!(peers.try_recv().is_err(), "somebody without a certificate was heard");
}

#[tokio::test]
async fn plain_text_gets_nothing_and_keeps_nobody_waiting() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new(directory.path(), "authority");
    let tls = Tls::http(&files(&authority.issue(directory.path(), "server"), None)).unwrap();
    let (address, _peers) = echo(Listener::bind(any(), Some(&tls)).await.unwrap());
    let silent = TcpStream::connect(address).await.unwrap();
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET /fhir/metadata HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, plain.read_to_end(&mut answer)).await.unwrap();
    // At most a TLS alert (RFC 8446 §6), never an answer.
    assert!(read.is_err() || answer.first().is_none_or(|first| *first == 21), "{answer:?}");
    assert_eq!(ask(address, authority.client(None)).await.unwrap(), b"ping");
    drop(silent);
}

#[tokio::test]
async fn without_a_certificate_only_this_machine_is_listened_to() {
    let everywhere: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let refused = Listener::bind(everywhere, None).await;
    assert!(matches!(refused, Err(Failure::Plain(address)) if address == everywhere));
    let listener = Listener::bind(any(), None).await.unwrap();
    assert!(!listener.is_encrypted());
    let taken = Listener::bind(listener.address(), None).await;
    assert!(matches!(taken, Err(Failure::Address { .. })));
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let authority = Authority::new(path, "authority");
    let (one, other) = (authority.issue(path, "one"), authority.issue(path, "other"));
    let (empty, missing) = (path.join("empty.pem"), path.join("missing.pem"));
    fs::write(&empty, "").unwrap();
    let good = files(&one, None);
    for (wrong, named) in [
        (TlsFiles { certificate: missing.clone(), ..good.clone() }, &missing),
        (TlsFiles { certificate: empty.clone(), ..good.clone() }, &empty),
        (TlsFiles { key: missing.clone(), ..good.clone() }, &missing),
        (TlsFiles { key: one.certificate.clone(), ..good.clone() }, &one.certificate),
        (TlsFiles { key: other.key.clone(), ..good.clone() }, &one.certificate),
        (TlsFiles { client_authorities: Some(empty.clone()), ..good.clone() }, &empty),
    ] {
        match Tls::load(&wrong) {
            Err(Failure::File { path, .. }) => assert_eq!(path, *named, "{wrong:?}"),
            other => panic!("{wrong:?}: {other:?}"),
        }
    }
    assert!(Tls::load(&good).is_ok());
}
