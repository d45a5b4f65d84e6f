//! kill -9 while a laboratory sends: what was acknowledged is archived once and filed once.

use crate::support::{PATIENTS, clock, engine, open_at, pack, tenant};
use formats::mllp::frame;
use intake::receive::feed_access;
use intake::work::Worker;
use intake::{Feed, fhir, mllp};
use record::{RawState, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::oru::Oru;
use testkit::patients::everybody;

/// Set in the child, which then serves instead of testing.
const DIRECTORY: &str = "INTAKE_CRASH_TEST_DIRECTORY";
/// A seed to repeat a run with, as the failing run printed it.
const SEED: &str = "INTAKE_CRASH_TEST_SEED";
/// Name of the serving test, for the child to run.
const SERVER: &str = "crash::child_serves_until_it_is_killed";
/// Kills while one store is filled, which is then looked through; `COGNATE_ASSURE` asks for so many
/// stores that it is killed a thousand times.
const KILLS: u32 = 60;
const KILLS_ASSURED: u32 = 1_000;
/// After this no further kill is begun on a store.
const TIME_MAX: Duration = Duration::from_secs(30);
/// How long a child may take to start, and to answer one message.
const PATIENCE: Duration = Duration::from_secs(10);
/// Messages between two kills at most, so that the list of all fits one page.
const MESSAGES_PER_ROUND_MAX: u32 = 15;

/// Not a test by itself: the body of the child process.
#[test]
fn child_serves_until_it_is_killed() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let record = open_at(Path::new(&directory), clock());
    let feed = Feed::production("north", &tenant());
    let access = feed_access(&feed);
    if record.read(&access, "Patient", "ana-example").unwrap().is_none() {
        fhir::transaction(&record, &access, "", &intake::fhir::no_look, PATIENTS).unwrap();
    }
    let worker = Worker::new(record.clone(), pack(), vec![feed.clone()], &tenant());
    std::thread::spawn(move || worker.follow(&|| false));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let any = "127.0.0.1:0".parse().unwrap();
        let listener = transport::Listener::bind(any, None).await.unwrap();
        println!("\nlistening {}", listener.address());
        let (_running, stop) = tokio::sync::watch::channel(false);
        // If the parent dies first, the child does not stay.
        let served = mllp::serve(listener, record, Arc::new(feed), stop);
        drop(tokio::time::timeout(TIME_MAX * 3, served).await);
    });
}

/// A child that is killed, by its own handle, when it goes out of scope.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(directory: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", SERVER, "--nocapture", "--test-threads=1"])
            .env(DIRECTORY, directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let address = lines.find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
        Self { child, address: address.unwrap().parse().unwrap() }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed already; there is nothing to do about either.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A laboratory that sends each message until it is acknowledged, and then the next.
struct Laboratory {
    next: u32,
    acknowledged: BTreeSet<u32>,
    sent_again: u32,
}

fn id(number: u32) -> String {
    format!("K-{number:05}")
}

impl Laboratory {
    /// Sends until the server is gone or so many are acknowledged.
    fn send(&mut self, address: SocketAddr, count: u32) {
        let Ok(mut stream) = TcpStream::connect(address) else { return };
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        let end = self.next + count;
        while self.next < end {
            if !exchange(&mut stream, self.next) {
                self.sent_again += 1;
                return;
            }
            self.acknowledged.insert(self.next);
            self.next += 1;
        }
    }
}

/// A result of one of several people, so that they are filed beside each other.
fn message(number: u32) -> String {
    let people = everybody();
    Oru::new(&people[number as usize % people.len()], &id(number))
        .text()
        .replace("NS-1^NSML", &format!("{}^NSML", id(number)))
        .replace("PL-1^", &format!("PL-{number}^"))
}

/// Whether the message was acknowledged as archived.
fn exchange(stream: &mut TcpStream, number: u32) -> bool {
    let text = message(number);
    if stream.write_all(&frame(text.as_bytes())).is_err() {
        return false;
    }
    let mut answer = Vec::new();
    while !answer.ends_with(b"\x1C\r") {
        let mut buffer = [0_u8; 1024];
        match stream.read(&mut buffer) {
            Ok(length) if length > 0 => answer.extend_from_slice(&buffer[..length]),
            _ => return false,
        }
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.contains(&format!("MSA|AA|{}", id(number))), "{answer}");
    true
}

/// Xorshift (Marsaglia 2003): enough to choose moments by, and the same for the same seed.
struct Moments(u64);

impl Moments {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

#[test]
fn nothing_acknowledged_is_lost_or_filed_twice_by_kill_9() {
    let seed = std::env::var(SEED).ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(DIRECTORY));
    println!("{SEED}={seed}");
    let mut moments = Moments(seed | 1);
    let is_assured = std::env::var_os("COGNATE_ASSURE").is_some();
    let kills_min = if is_assured { KILLS_ASSURED } else { 1 };
    let (mut kills, mut acknowledged) = (0, 0);
    while kills < kills_min {
        let (more, laboratory) = kill_often(&mut moments);
        (kills, acknowledged) = (kills + more, acknowledged + laboratory.next);
    }
    let outcome = if is_assured { "met" } else { "a part" };
    println!(
        "figure: kill -9 while messages come | 1,000, none lost, none filed twice | \
         {kills}, none of {acknowledged} | {outcome}"
    );
}

/// Kills a server on one store again and again, and then looks through what is there.
fn kill_often(moments: &mut Moments) -> (u32, Laboratory) {
    let directory = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let mut laboratory = Laboratory { next: 0, acknowledged: BTreeSet::new(), sent_again: 0 };
    let mut kills = 0;
    while kills < KILLS && begun.elapsed() < TIME_MAX {
        let mut server = Server::start(directory.path());
        let address = server.address;
        // Most kills come while it archives and answers; some while it files what is left.
        let span = if kills % 4 == 0 { 400_000 } else { 90_000 };
        let moment = Duration::from_micros(moments.below(span));
        let killer = std::thread::spawn(move || {
            std::thread::sleep(moment);
            server.kill();
        });
        laboratory.send(address, MESSAGES_PER_ROUND_MAX);
        killer.join().unwrap();
        kills += 1;
    }
    println!(
        "{kills} kills, {} acknowledged, {} sent again, in {:?}",
        laboratory.next,
        laboratory.sent_again,
        begun.elapsed()
    );
    assert!(kills >= 25, "only {kills} kills");
    // The last one is not killed before everything is acknowledged.
    let server = Server::start(directory.path());
    laboratory.send(server.address, 5);
    drop(server);
    assert_eq!(laboratory.acknowledged.len(), laboratory.next as usize);
    assert!(laboratory.next > KILLS, "{}", laboratory.next);
    assert!(laboratory.sent_again > 0, "no kill came between a message and its answer");
    check(&open_at(directory.path(), clock()), &laboratory);
    (kills, laboratory)
}

fn check(record: &Record, laboratory: &Laboratory) {
    let feed = Feed::production("north", &tenant());
    let access = feed_access(&feed);
    Worker::new(record.clone(), pack(), vec![feed], &tenant()).work_off().unwrap();
    let kept = record.raw_list(&access, None, 1000).unwrap();
    assert!(kept.len() < 1000, "the list was cut");
    let mut archived: BTreeMap<String, Vec<RawState>> = BTreeMap::new();
    for summary in kept {
        let Some(key) = summary.message_key else { continue };
        let control_id = key.rsplit('\u{1f}').next().unwrap().to_owned();
        archived.entry(control_id).or_default().push(summary.state);
    }
    for number in &laboratory.acknowledged {
        assert_eq!(archived[&id(*number)], [RawState::Filed], "{number}");
    }
    // One report a filler number, in its first version: nothing was filed a second time.
    let changes = crate::support::changes(record, 0);
    let mut reports: BTreeMap<&str, u64> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.resource_type == "DiagnosticReport") {
        *reports.entry(&change.id).or_default() += 1;
    }
    assert!(reports.values().all(|versions| *versions == 1), "{reports:?}");
    let facts = everybody().into_iter().flat_map(|one| record.facts(&engine(), &one.id).unwrap());
    let mut fillers: BTreeMap<String, u32> = BTreeMap::new();
    for filed in facts {
        let model::fact::FactContent::Report(report) = filed.fact.content else { continue };
        let filler = report.filler.filter(|filler| filler.value.starts_with("K-"));
        let Some(filler) = filler else { continue };
        *fillers.entry(filler.value).or_default() += 1;
    }
    let expected: BTreeMap<String, u32> =
        laboratory.acknowledged.iter().map(|number| (id(*number), 1)).collect();
    assert_eq!(fillers, expected);
    assert!(record.verify_audit().is_intact());
}
