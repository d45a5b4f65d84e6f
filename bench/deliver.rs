//! How many results a second go on to one receiver of messages on this machine: `cargo run
//! --release -p notify --example deliver [RESULTS] [CONNECTIONS]`. Each is filed, noted, composed
//! under the destination's access, audited, sent over MLLP, acknowledged, and noted as delivered.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod setting;

use formats::fhir::facts::facts_of;
use formats::mllp::{Event, Framer, Limits, frame};
use notify::{Chance, Deliverer, destinations};
use record::{Access, Commit, Condition, Record, ResourceChange, Role};
use serde_json::{Value, json};
use setting::{access, open};
use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

/// Patients whom the results are of.
const PATIENTS: usize = 50;
/// Results filed at once.
const AT_ONCE: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let results: usize = arguments.next().map_or(Ok(5_000), |text| text.parse())?;
    let connections: usize = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let directory = tempfile::tempdir()?;
    let record = open(directory.path())?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for socket in listener.incoming().flatten() {
            std::thread::spawn(move || acknowledge(socket));
        }
    });
    let file = format!(
        "version = \"1\"\n[[destination]]\nid = \"ehr\"\nkind = \"hl7v2\"\ntls = false\n\
         address = \"127.0.0.1:{port}\"\nconnections = {connections}\n"
    );
    std::fs::write(directory.path().join("ehr.toml"), file)?;
    let destination = destinations(directory.path())?.0.remove(0);
    let interface = access(Role::Interface);
    let deliverer =
        Deliverer::new(record.clone(), interface.tenant(), destination, Chance::new(|| u8::MAX))?;
    fill(&record, &interface, results)?;
    let (begun, mut delivered) = (Instant::now(), 0);
    while delivered < results {
        delivered += deliverer.pass(&|| false)?.delivered;
    }
    let taken = begun.elapsed();
    let rate = f64::from(u32::try_from(delivered)?) / taken.as_secs_f64();
    println!("{delivered} results over {connections} connections: {taken:?}, {rate:.0}/s");
    Ok(())
}

fn fill(record: &Record, interface: &Access, results: usize) -> Result<(), Box<dyn Error>> {
    let file = |resources: Vec<Value>| {
        let put = |one: Value| {
            let facts = facts_of(&one, None, "bench").0;
            ResourceChange::put(one, facts, Condition::Any)
        };
        let changes = resources.into_iter().map(put).collect();
        record.commit(interface, Commit { changes, ..Commit::default() })
    };
    let people = (0..PATIENTS).map(|number| {
        json!({"resourceType": "Patient", "id": format!("p{number}"),
            "identifier": [{"system": "urn:mrn", "value": number.to_string()}],
            "name": [{"family": "Example"}]})
    });
    file(people.collect())?;
    let numbers: Vec<usize> = (0..results).collect();
    for some in numbers.chunks(AT_ONCE) {
        file(some.iter().flat_map(|number| result(*number)).collect())?;
    }
    Ok(())
}

fn result(number: usize) -> [Value; 2] {
    let subject = json!({"reference": format!("Patient/p{}", number % PATIENTS)});
    let coded = |code: &str| json!({"coding": [{"system": "http://loinc.org", "code": code}]});
    [
        json!({"resourceType": "Observation", "id": format!("o{number}"), "status": "final",
            "subject": subject, "code": coded("84413-4"),
            "valueCodeableConcept": {"text": "*1/*2"},
            "component": [{"code": coded("48018-6"),
                "valueCodeableConcept": {"text": "CYP2C19"}}]}),
        json!({"resourceType": "DiagnosticReport", "id": format!("r{number}"), "status": "final",
            "subject": subject, "code": coded("51969-4"), "issued": "2026-01-11T08:00:00Z",
            "result": [{"reference": format!("Observation/o{number}")}]}),
    ]
}

/// AA to whatever comes, until the other end has gone.
fn acknowledge(mut socket: TcpStream) {
    let (mut framer, mut some) = (Framer::new(Limits::default()), [0; 16384]);
    while let Ok(count @ 1..) = socket.read(&mut some) {
        framer.push(some.get(..count).unwrap_or_default());
        while let Some(Event::Frame(got)) = framer.next() {
            let text = String::from_utf8_lossy(&got.payload).into_owned();
            let id = text.split('|').nth(9).unwrap_or_default();
            let answer = format!("MSH|^~\\&|||||||ACK|1|P|2.5.1\rMSA|AA|{id}\r");
            if socket.write_all(&frame(answer.as_bytes())).is_err() {
                return;
            }
        }
    }
}
