//! Genomic results over MLLP on this machine, from the frame to the record, then read again:
//! `cargo run --release -p intake --example receive-results [MESSAGES] [CONNECTIONS] [VARIANTS]
//! [DIRECTORY]`. First they come while nothing files them, each connection waiting for every
//! acknowledgement; then they are filed; then as many come while they are filed; then all are
//! looked at again, nothing changed (`feed replay --dry-run`), and some of them read. Processor
//! time is that of the whole process, which is the laboratory, too. With a directory, the store
//! stays there; one that is there is only looked at again.

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

/// Results of each patient, and how many patients there are at least.
const RESULTS_OF_ONE: usize = 20;
const PATIENTS_MIN: usize = 1_000;
/// Messages that are read again at most.
const READ_MAX: usize = 20_000;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What comes in.
#[derive(Clone, Copy)]
struct Load {
    messages: usize,
    connections: usize,
    variants: usize,
}

impl Load {
    fn patients(self) -> usize {
        (2 * self.messages / RESULTS_OF_ONE).max(PATIENTS_MIN)
    }
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |otherwise: usize| arguments.next().map_or(Ok(otherwise), |one| one.parse());
    let (messages, connections) = (number(5_000)?, number(32)?);
    let load = Load { messages, connections, variants: number(genomic::VARIANTS_MAX)? };
    let kept = arguments.next().map(PathBuf::from);
    let scratch = tempfile::tempdir()?;
    let directory = kept.unwrap_or_else(|| scratch.path().to_owned());
    let is_there = directory.join("store").exists();
    std::fs::create_dir_all(&directory)?;
    let record = open(&directory).map_err(|error| error.to_string())?;
    let feed = Feed::production("laboratory", &TenantId::new("default"));
    if !is_there {
        take_in(&record, &feed, load)?;
    }
    look_again(&record, &feed)
}

/// Results come and are filed, one after the other and beside each other.
fn take_in(record: &Record, feed: &Feed, load: Load) -> Outcome<()> {
    people(record, feed, load.patients())?;
    let worker =
        Worker::new(record.clone(), Arc::new(Pack::built_in()?), vec![feed.clone()], &feed.tenant);

    let runtime = tokio::runtime::Runtime::new()?;
    let (_running, stop) = watch::channel(false);
    let any = "127.0.0.1:0".parse()?;
    let listener = runtime.block_on(transport::Listener::bind(any, None))?;
    let address = listener.address();
    runtime.spawn(mllp::serve(listener, record.clone(), Arc::new(feed.clone()), stop));

    let measure = Measure::begin();
    let waits = send(address, load, 0)?;
    measure.end("archived and acknowledged", load.messages);
    percentiles(waits);

    let measure = Measure::begin();
    filed(worker.work_off()?, load.messages)?;
    measure.end("filed", load.messages);

    let is_over = AtomicBool::new(false);
    let measure = Measure::begin();
    let waits = std::thread::scope(|scope| {
        let filing = scope.spawn(|| -> Outcome<()> {
            worker.follow(&|| is_over.load(Ordering::Relaxed));
            Ok(())
        });
        let waits = send(address, load, load.messages);
        measure.end("archived and acknowledged beside filing", load.messages);
        is_over.store(true, Ordering::Relaxed);
        filing.join().map_err(|_| "filing broke off")??;
        waits
    })?;
    percentiles(waits);
    worker.work_off()?;
    measure.end("all of these filed", load.messages);
    Ok(())
}

/// Everything is looked at again, and some of it read.
fn look_again(record: &Record, feed: &Feed) -> Outcome<()> {
    for (what, is_thorough) in [("looked at again", false), ("read again and compared", true)] {
        let asked = Asked {
            since: Since::Sequence(1),
            messages_max: if is_thorough { READ_MAX } else { usize::MAX },
            passed_max: usize::MAX,
            is_done: false,
            is_thorough,
        };
        let measure = Measure::begin();
        let told = &mut |_: &_, difference: Difference| println!("{difference:?}");
        let done = replay(record, feed, &access(Role::Interface), asked, told)?;
        measure.end(what, done.looked_at);
        println!("{} of them were read", done.read);
        if done.changed > 0 {
            return Err(format!("{} messages would change", done.changed).into());
        }
    }
    Ok(())
}

/// The patients whom the results are about.
fn people(record: &Record, feed: &Feed, count: usize) -> Outcome<()> {
    let entries: Vec<_> = (0..count)
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

/// Sends messages from a number on; how long each waited for its answer.
fn send(address: SocketAddr, load: Load, from: usize) -> Outcome<Vec<Duration>> {
    std::thread::scope(|scope| {
        let laboratories: Vec<_> = (0..load.connections)
            .map(|place| {
                let numbers = (from + place..from + load.messages).step_by(load.connections);
                scope.spawn(move || laboratory(address, load, numbers))
            })
            .collect();
        let mut waits = Vec::new();
        for laboratory in laboratories {
            waits.extend(laboratory.join().map_err(|_| "a laboratory broke off")??);
        }
        Ok(waits)
    })
}

fn laboratory(
    address: SocketAddr,
    load: Load,
    numbers: impl Iterator<Item = usize>,
) -> Outcome<Vec<Duration>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (mut waits, mut buffer) = (Vec::new(), [0; 4096]);
    for number in numbers {
        let text = genomic::message(number, number % load.patients(), load.variants);
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
