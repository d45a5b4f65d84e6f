//! Deliveries over TLS, to an endpoint that really speaks it.

use super::*;
use crate::request::{Content, Wanted};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use std::io::{Read, Write};
use std::net::TcpListener;

const AUTHORITY: &[u8] = include_bytes!("../../tests/data/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../tests/data/endpoint.pem");
const KEY: &[u8] = include_bytes!("../../tests/data/endpoint-key.pem");

/// An endpoint that takes some connections, and what it read in each that came to be.
fn endpoint(connections: usize) -> (u16, std::thread::JoinHandle<Vec<String>>) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let mut read = Vec::new();
        for _ in 0..connections {
            let (mut socket, _) = listener.accept().unwrap();
            let mut session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = Stream::new(&mut session, &mut socket);
            let mut text = String::new();
            let mut some = [0; 1024];
            while !text.ends_with("the end") {
                match stream.read(&mut some) {
                    Ok(count) if count > 0 => {
                        text.push_str(&String::from_utf8_lossy(&some[..count]));
                    }
                    _ => break,
                }
            }
            if text.ends_with("the end") {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                stream.write_all(answer).unwrap();
                stream.flush().unwrap();
                read.push(text);
            }
        }
        read
    });
    (port, thread)
}

fn wanted(endpoint: String) -> Wanted {
    Wanted {
        topic: String::new(),
        endpoint,
        headers: vec![("X-Secret".to_owned(), "sesame".to_owned())],
        media_type: "application/fhir+json".to_owned(),
        content: Content::Empty,
        count_max: 1,
        heartbeat_seconds: None,
        timeout_seconds: 10,
        end: None,
        is_off: false,
        filters: Vec::new(),
    }
}

#[test]
fn tls_is_believed_only_where_the_authority_and_the_name_are_right() {
    let (port, thread) = endpoint(3);
    let ours = Sender::new(&Trust::File(AUTHORITY.to_vec())).unwrap();
    let right = wanted(format!("https://localhost:{port}/hooks"));
    assert_eq!(ours.send(&right, b"the end"), Ok(()));
    let other_name = wanted(format!("https://127.0.0.1:{port}/hooks"));
    let unreached = Err(Undelivered::Unreached("TLS could not be agreed on"));
    assert_eq!(ours.send(&other_name, b"the end"), unreached);
    let machines = Sender::new(&Trust::System).unwrap();
    assert_eq!(machines.send(&right, b"the end"), unreached);
    let read = thread.join().unwrap();
    assert_eq!(read.len(), 1, "nothing was told to those that were not believed");
    assert!(read[0].starts_with("POST /hooks HTTP/1.1\r\n"), "{}", read[0]);
    assert!(read[0].to_lowercase().contains("x-secret: sesame"), "{}", read[0]);
}

#[test]
fn what_did_not_arrive_is_told_in_a_word() {
    let sender = Sender::new(&Trust::System).unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = sender.send(&wanted(format!("http://{closed}/hooks")), b"{}");
    assert_eq!(nobody, Err(Undelivered::Unreached("the connection was refused")));
    let large = vec![b' '; BODY_BYTES_MAX + 1];
    let too_large = sender.send(&wanted(format!("http://{closed}/hooks")), &large);
    assert_eq!(too_large, Err(Undelivered::TooLarge));
    let empty = Sender::new(&Trust::File(b"no certificate".to_vec()));
    assert!(matches!(empty, Err(Failure::Setting(_))));
}
