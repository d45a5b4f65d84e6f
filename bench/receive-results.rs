//! Genomic results over MLLP on this machine, from the frame to the record, then read again:
//! `cargo run --release -p intake --example receive-results [MESSAGES] [CONNECTIONS] [DIRECTORY]`.
//! First they come while nothing files them, each connection waiting for every acknowledgement;
//! then they are filed; then as many come while they are filed; then all are compared, nothing
//! changed (`feed replay --dry-run`). Processor time is that of the whole process, which is the
//! laboratory, too. With a directory, the store stays there.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

mod genomic;
mod measure;
mod setting;

use formats::mllp::frame;
use intake::difference::Difference;
use intake::receive::feed_access;
use intake::replay::{Asked, Since, replay};
use intake::work::Worker;
use intake::{Feed, fhir, mllp};
use knowledge::Pack;
use measure::Measure;
use model::TenantId;
use record::{Record, Role};
use serde_json::json;
use setting::{access, open};
use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Patients whom the results are of.
const PATIENTS: usize = 1_000;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |otherwise: usize| arguments.next().map_or(Ok(otherwise), |one| one.parse());
    let (messages, connections) = (number(5_000)?, number(32)?);
    let kept = arguments.next().map(PathBuf::from);
    let scratch = tempfile::tempdir()?;
    let directory = kept.unwrap_or_else(|| scratch.path().to_owned());
    std::fs::create_dir_all(&directory)?;
    let record = open(&directory).map_err(|error| error.to_string())?;
    let feed = Feed::production("laboratory", &TenantId::new("default"));
    people(&record, &feed)?;
    let worker =
        Worker::new(record.clone(), Arc::new(Pack::built_in()?), vec![feed.clone()], &feed.tenant);

    let runtime = tokio::runtime::Runtime::new()?;
    let (_running, stop) = watch::channel(false);
    let any = "127.0.0.1:0".parse()?;
    let listener = runtime.block_on(transport::Listener::bind(any, None))?;
    let address = listener.address();
    runtime.spawn(mllp::serve(listener, record.clone(), Arc::new(feed.clone()), stop));

    let measure = Measure::begin();
    let waits = send(address, connections, 0, messages)?;
    measure.end("archived and acknowledged", messages);
    percentiles(waits);

    let measure = Measure::begin();
    filed(worker.work_off()?, messages)?;
    measure.end("filed", messages);

    let is_over = AtomicBool::new(false);
    let measure = Measure::begin();
    let waits = std::thread::scope(|scope| {
        let filing = scope.spawn(|| -> Outcome<()> {
            worker.follow(&|| is_over.load(Ordering::Relaxed));
            Ok(())
        });
        let waits = send(address, connections, messages, messages);
        measure.end("archived and acknowledged beside filing", messages);
        is_over.store(true, Ordering::Relaxed);
        filing.join().map_err(|_| "filing broke off")??;
        waits
    })?;
    percentiles(waits);
    worker.work_off()?;
    measure.end("all of these filed", messages);

    let everything = Asked {
        since: Since::Sequence(1),
        messages_max: usize::MAX,
        passed_max: usize::MAX,
        is_done: false,
        is_thorough: false,
    };
    for (what, is_thorough) in [("looked at again", false), ("read again and compared", true)] {
        let measure = Measure::begin();
        let told = &mut |_: &_, difference: Difference| println!("{difference:?}");
        let asked = Asked { is_thorough, ..everything };
        let done = replay(&record, &feed, &access(Role::Interface), asked, told)?;
        measure.end(what, done.looked_at);
        println!("{} of them were read", done.read);
        if done.changed > 0 {
            return Err(format!("{} messages would change", done.changed).into());
        }
    }
    Ok(())
}

/// The patients whom the results are about.
fn people(record: &Record, feed: &Feed) -> Outcome<()> {
    let entries: Vec<_> = (0..PATIENTS)
        .map(|number| {
            let identifier = json!({"system": "urn:cognate:authority:HOSPITAL",
                "value": number.to_string()});
            let patient = json!({"resourceType": "Patient", "id": format!("p{number}"),
                "identifier": [identifier],
                "name": [{"family": "Example", "given": ["Patient"]}],
                "gender": "female", "birthDate": genomic::born(number)});
            json!({"resource": patient,
                "request": {"method": "PUT", "url": format!("Patient/p{number}")}})
        })
        .collect();
    for some in entries.chunks(100) {
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": some});
        let bundle = serde_json::to_vec(&bundle)?;
        fhir::transaction(record, &feed_access(feed), "", &fhir::no_look, &bundle)
            .map_err(|error| format!("{error:?}"))?;
    }
    Ok(())
}

fn filed(done: usize, messages: usize) -> Outcome<()> {
    if done == messages { Ok(()) } else { Err(format!("{done} messages were worked off").into()) }
}

/// Sends messages from a number on over some connections; how long each waited for its answer.
fn send(
    address: SocketAddr,
    connections: usize,
    from: usize,
    count: usize,
) -> Outcome<Vec<Duration>> {
    std::thread::scope(|scope| {
        let laboratories: Vec<_> = (0..connections)
            .map(|place| {
                let numbers = (from + place..from + count).step_by(connections);
                scope.spawn(move || laboratory(address, numbers))
            })
            .collect();
        let mut waits = Vec::new();
        for laboratory in laboratories {
            waits.extend(laboratory.join().map_err(|_| "a laboratory broke off")??);
        }
        Ok(waits)
    })
}

fn laboratory(address: SocketAddr, numbers: impl Iterator<Item = usize>) -> Outcome<Vec<Duration>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (mut waits, mut buffer) = (Vec::new(), [0; 4096]);
    for number in numbers {
        let text = genomic::message(number, number % PATIENTS);
        let begun = Instant::now();
        stream.write_all(&frame(text.as_bytes()))?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\x1C\r") {
            let length = stream.read(&mut buffer)?;
            if length == 0 {
                return Err("the connection was closed".into());
            }
            answer.extend_from_slice(buffer.get(..length).unwrap_or_default());
        }
        waits.push(begun.elapsed());
        let answer = String::from_utf8_lossy(&answer);
        if !answer.contains(&format!("MSA|AA|M-{number}")) {
            return Err(format!("it was answered {answer}").into());
        }
    }
    Ok(waits)
}

fn percentiles(mut waits: Vec<Duration>) {
    waits.sort_unstable();
    let at = |part: usize| waits.get((waits.len() * part / 100).min(waits.len() - 1));
    println!("  waited for an acknowledgement: p50 {:?}, p99 {:?}", at(50), at(99));
}
