//! A laboratory that sends over TLS with a certificate of its own.

use crate::certificates::Authority;
use crate::support::{empty, result};
use formats::mllp::frame;
use rustls::pki_types::ServerName;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use transport::{Listener, Tls, TlsFiles};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_message_is_acknowledged_and_kept_with_the_sender_s_certificate() {
    let fixture = empty();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let (authority, laboratories) = (Authority::new(path, "a"), Authority::new(path, "l"));
    let (server, north) = (authority.issue(path, "server"), laboratories.issue(path, "north"));
    let files = TlsFiles {
        certificate: server.certificate,
        key: server.key,
        client_authorities: Some(laboratories.file.clone()),
    };
    let message = result("T-1", "F-1", "20260112092500+0000", 'F', &[]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = runtime.block_on(async {
        let tls = Tls::load(&files).unwrap();
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), Some(&tls)).await.unwrap();
        let address = listener.address();
        let (_running, stop) = watch::channel(false);
        let (record, feed) = (fixture.record.clone(), Arc::new(fixture.feed.clone()));
        tokio::spawn(intake::mllp::serve(listener, record, feed, stop));
        let client = TlsConnector::from(authority.client(Some(&north)));
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        let mut stream = client.connect(name, stream).await.unwrap();
        stream.write_all(&frame(message.as_bytes())).await.unwrap();
        let mut answer = vec![0; 4096];
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut answer)).await;
        answer.truncate(read.unwrap().unwrap());
        String::from_utf8(answer).unwrap()
    });
    assert!(answer.contains("MSA|AA|T-1\r"), "{answer}");
    let kept = fixture.record.raw_list(&fixture.access(), None, 10).unwrap();
    let [kept] = kept.as_slice() else { panic!("{kept:?}") };
    let (_, digest) = kept.peer.split_once(" sha256:").unwrap();
    assert_eq!(digest.len(), 64, "{}", kept.peer);
}
