//! Messages inside TLS, to a receiver that really speaks it.

use crate::support::{Fixture, deliverer, pass, until_settled};
use formats::hl7v2::Message;
use formats::mllp::{Event, Framer, Limits, frame};
use notify::{Deliverer, Destination, destinations};
use record::DispatchState;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

const CERTIFICATE: &[u8] = include_bytes!("../data/endpoint.pem");
const KEY: &[u8] = include_bytes!("../data/endpoint-key.pem");
const AUTHORITY: &str = include_str!("../data/authority.pem");

/// Takes some connections and answers what comes; how many messages came.
fn receiver(connections: usize) -> (u16, JoinHandle<usize>) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(KEY).unwrap())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let thread = std::thread::spawn(move || {
        let mut came = 0;
        for _ in 0..connections {
            let (socket, _) = listener.accept().unwrap();
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(session, socket);
            let (mut framer, mut some) = (Framer::new(Limits::default()), [0; 16384]);
            while let Ok(count @ 1..) = stream.read(&mut some) {
                framer.push(&some[..count]);
                while let Some(Event::Frame(got)) = framer.next() {
                    came += 1;
                    let message = Message::parse(got.payload).0.unwrap();
                    let id = message.value("MSH-10").unwrap();
                    let answer = format!("MSH|^~\\&|||||||ACK|1|P|2.5.1\rMSA|AA|{id}\r");
                    stream.write_all(&frame(answer.as_bytes())).unwrap();
                    stream.flush().unwrap();
                }
            }
        }
        came
    });
    (port, thread)
}

fn destination(host: &str, port: u16, authorities: &str) -> Destination {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("ca.pem"), AUTHORITY).unwrap();
    let file = format!(
        "version = \"1\"\n[[destination]]\nid = \"ehr\"\nkind = \"hl7v2\"\n\
         address = \"{host}:{port}\"\ntimeout_seconds = 5\n{authorities}\n"
    );
    std::fs::write(directory.path().join("d.toml"), file).unwrap();
    let (mut found, problems) = destinations(directory.path()).unwrap();
    assert_eq!(problems, []);
    let mut found = found.remove(0);
    // The directory goes with this function; the file is read when a line is made.
    if found.authorities.is_some() {
        found.authorities =
            Some(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/authority.pem").into());
    }
    found
}

#[test]
fn messages_go_only_to_whom_the_authority_vouches_for() {
    let (port, thread) = receiver(4);
    let named = "authorities = \"ca.pem\"";
    let now = model::Timestamp::from_micros(0);
    let right = destination("localhost", port, named);
    assert_eq!(Deliverer::test(&right, now), Ok(()));
    for wrong in [destination("127.0.0.1", port, named), destination("localhost", port, "")] {
        let refused = Deliverer::test(&wrong, now);
        assert_eq!(refused, Err("TLS could not be agreed on".to_owned()));
    }
    let fixture = Fixture::new();
    let one = deliverer(&fixture, right);
    for number in ["1", "2", "3"] {
        fixture.result(number, "p1", "*1/*2", "final");
    }
    pass(&one);
    until_settled(&fixture, &one);
    assert_eq!(fixture.in_state(DispatchState::Delivered).len(), 3);
    drop(one);
    assert_eq!(thread.join().unwrap(), 3, "over one connection");
}
