//! Application acknowledgements through the whole program: a profile names the destination, a
//! sender asks for one, and it comes there.

use crate::postgres::Server;
use crate::terminal::{cognate, demo, write};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

fn framed(message: &str) -> Vec<u8> {
    [b"\x0b", message.as_bytes(), b"\x1c\r"].concat()
}

/// The next message of a connection.
fn message(socket: &mut TcpStream) -> String {
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(b"\x1c\r") {
        socket.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    let text = String::from_utf8(bytes).unwrap();
    text.trim_matches(['\u{b}', '\u{1c}', '\r']).to_owned()
}

fn profiles(directory: &Path, named: &str) -> String {
    let text = format!(
        "version = \"1\"\n[[feed]]\nid = \"mllp\"\ntakes = [\"ORU^R01\"]\n\
         processing_ids = [\"P\"]\nacknowledge_to = \"{named}\"\n"
    );
    write(directory, "feeds.toml", &text)
}

#[test]
fn a_profile_s_destination_gets_the_acknowledgements_of_its_feed() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    assert_eq!(cognate(&["init", "--directory", data]).code, 0);
    let bundle = demo("fhir/patients.transaction.json");
    let filed = cognate(&["ingest", bundle.to_str().unwrap(), "--directory", data]);
    assert_eq!(filed.code, 0, "{}", filed.stderr);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let destinations = directory.path().join("destinations");
    std::fs::create_dir(&destinations).unwrap();
    let destination = format!(
        "version = \"1\"\n[[destination]]\nid = \"ack-north\"\nkind = \"acknowledgements\"\n\
         address = \"127.0.0.1:{port}\"\ntls = false\n"
    );
    write(&destinations, "north.toml", &destination);
    let feeds = profiles(directory.path(), "ack-north");
    let destinations = destinations.to_str().unwrap();
    let arguments = ["--directory", data, "--feeds", &feeds, "--destinations", destinations];
    let mut server = Server::start(&arguments);
    assert!(server.said.contains("acknowledgements go to `ack-north`"), "{}", server.said);

    let sent = std::fs::read_to_string(demo("messages/oru-pgx-ana.hl7")).unwrap();
    let (head, rest) = sent.split_once(['\r', '\n']).unwrap();
    let mut fields: Vec<&str> = head.split('|').collect();
    fields.truncate(12);
    fields.extend(["", "", "AL", "AL"]);
    let asking = format!("{}\r{}", fields.join("|"), rest.replace('\n', "\r"));
    let control_id = fields[9];
    let mut sender = TcpStream::connect(server.mllp()).unwrap();
    sender.write_all(&framed(&asking)).unwrap();
    let accepted = message(&mut sender);
    assert!(accepted.contains(&format!("MSA|CA|{control_id}")), "{accepted}");

    let (mut socket, _) = listener.accept().unwrap();
    let told = message(&mut socket);
    let msa: Vec<&str> = told.split('\r').filter(|line| line.starts_with("MSA")).collect();
    assert_eq!(msa.len(), 1, "{told}");
    assert!(msa[0].starts_with(&format!("MSA|AA|{control_id}")), "{told}");
    let id = told.split('|').nth(9).unwrap();
    let answer = format!("MSH|^~\\&|LIS|NS|COG|DEMO|20260112||ACK|1|P|2.5.1\rMSA|CA|{id}\r");
    socket.write_all(&framed(&answer)).unwrap();
    // It is credited, and so waits no more.
    let queue = || {
        let ran = cognate(&[
            "destination",
            "list",
            "--json",
            "--directory",
            data,
            "--destinations",
            destinations,
        ]);
        ran.json()["destinations"][0]["dispatches"]["delivered"].as_u64()
    };
    let until = std::time::Instant::now() + PATIENCE;
    while queue() != Some(1) {
        assert!(std::time::Instant::now() < until, "it is not credited");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_profile_that_names_no_destination_of_acknowledgements_stops_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    assert_eq!(cognate(&["init", "--directory", data]).code, 0);
    let destinations = directory.path().join("destinations");
    std::fs::create_dir(&destinations).unwrap();
    let results = "version = \"1\"\n[[destination]]\nid = \"ehr\"\nkind = \"hl7v2\"\n\
        address = \"127.0.0.1:1\"\ntls = false\n";
    write(&destinations, "ehr.toml", results);
    // One that nobody has, and one that takes results.
    for named in ["ack-south", "ehr"] {
        let feeds = profiles(directory.path(), named);
        let at = ["serve", "--http", "127.0.0.1:0", "--mllp", "127.0.0.1:0", "--directory", data];
        let with = ["--feeds", &feeds, "--destinations", destinations.to_str().unwrap()];
        let ran = cognate(&[&at[..], &with].concat());
        assert_ne!(ran.code, 0);
        let told = format!("names `{named}`, which is no destination of acknowledgements");
        assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    }
}
