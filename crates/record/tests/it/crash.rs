//! kill -9 while archiving and committing: what was acknowledged is there, once.

mod disk;

use crate::support::{access, commit, observation, open_at, put, raw};
use record::{Record, Role};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Set in the child, which then writes instead of testing.
const DIRECTORY: &str = "RECORD_CRASH_TEST_DIRECTORY";
/// Name of the writing test, for the child to run.
const WRITER: &str = "crash::child_writes_until_it_is_killed";
/// Set in the child to `one`: one thread, which goes on a little after it was refused.
const MODE: &str = "RECORD_CRASH_TEST_MODE";
const ROUNDS: u64 = 12;
const ROUNDS_ASSURED: u64 = 1_000;
/// Rounds on one directory; the check reads everything that is there.
const ROUNDS_OF_A_DIRECTORY: u64 = 8;
/// What is tried after something was refused.
const TRIES: usize = 20;

fn is_assured() -> bool {
    std::env::var_os("COGNATE_ASSURE").is_some()
}

/// Not a test by itself: the body of the child process.
#[test]
fn child_writes_until_it_is_killed() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let record = open_at(Path::new(&directory)).unwrap();
    let round = record.health().last_sequence;
    if std::env::var(MODE).is_ok_and(|mode| mode == "one") {
        return write_until_refused(&record);
    }
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let record = &record;
            scope.spawn(move || {
                for number in 0_u64.. {
                    let id = format!("{round}-{thread}-{number}");
                    write(record, &id);
                }
            });
        }
    });
}

fn write_until_refused(record: &Record) {
    let mut tries = TRIES;
    for number in 0_u64.. {
        let id = format!("one-{number}");
        let interface = access(Role::Interface);
        match record.archive(&interface, raw(&id, id.as_bytes())) {
            Ok(raw_id) => println!("archived {raw_id} {id}"),
            Err(failure) => {
                println!("refused archived {id} {failure}");
                tries -= 1;
            }
        }
        match commit(record, vec![put(observation(&id, "p1", "x"))]) {
            Ok(_) => println!("committed {id}"),
            Err(failure) => {
                println!("refused committed {id} {failure}");
                tries -= 1;
            }
        }
        if tries < 2 {
            return;
        }
    }
}

fn write(record: &Record, id: &str) {
    let raw_id = record.archive(&access(Role::Interface), raw(id, id.as_bytes())).unwrap();
    println!("archived {raw_id} {id}");
    commit(record, vec![put(observation(id, "p1", "x"))]).unwrap();
    println!("committed {id}");
}

fn child_of(directory: &Path, mode: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", WRITER, "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .env(MODE, mode)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs a child for about so many acknowledgements, kills it and gives every one it printed.
fn acknowledged(directory: &Path, round: u64) -> Vec<String> {
    let mut child = child_of(directory, "");
    let mut lines = Vec::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap()).lines();
    // Past the first few, so that it is killed at another point of its work each round.
    for line in reader.by_ref() {
        lines.push(line.unwrap());
        if lines.len() as u64 >= 10 + round * 3 {
            break;
        }
    }
    std::thread::sleep(Duration::from_micros(round * 137 % 1500));
    child.kill().unwrap();
    child.wait().unwrap();
    // What it still printed before it died was acknowledged too.
    lines.extend(reader.map_while(Result::ok));
    lines.retain(|line| line.starts_with("archived ") || line.starts_with("committed "));
    lines
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_kill_9() {
    let rounds = if is_assured() { ROUNDS_ASSURED } else { ROUNDS };
    let mut directory = tempfile::tempdir().unwrap();
    let (mut lines, mut total) = (Vec::new(), 0);
    for round in 0..rounds {
        if round % ROUNDS_OF_A_DIRECTORY == 0 {
            directory = tempfile::tempdir().unwrap();
            lines.clear();
        }
        let new = acknowledged(directory.path(), round % 12);
        total += new.len() as u64;
        lines.extend(new);
        check(&open_at(directory.path()).unwrap(), &lines);
    }
    let outcome = if is_assured() { "met" } else { "a part" };
    println!("figure: kill -9 | 1,000, none lost | {rounds}, none of {total} lost | {outcome}");
    assert!(total > rounds * 10, "{total}");
}

fn check(record: &Record, lines: &[String]) {
    let interface = access(Role::Interface);
    let mut bodies: BTreeMap<String, u32> = BTreeMap::new();
    for summary in record.raw_list(&interface, None, 1000).unwrap() {
        *bodies.entry(summary.message_key.unwrap()).or_default() += 1;
    }
    assert!(bodies.len() < 1000, "the list was cut");
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["archived", raw_id, id] => {
                let raw_id = model::RawId::new(*raw_id);
                let message = record.raw(&interface, &raw_id).unwrap().unwrap();
                assert_eq!(message.body, id.as_bytes());
                assert_eq!(bodies[*id], 1, "{id}");
            }
            ["committed", id] => {
                let stored = record.read(&interface, "Observation", id).unwrap().unwrap();
                assert_eq!(stored.reference.version, 1, "{id}");
            }
            // A line that was cut by the kill was not acknowledged.
            _ => {}
        }
    }
    let changes = record.changes(&access(Role::Engine), 0, 1000).unwrap();
    let sequences: Vec<u64> = changes.iter().map(|change| change.sequence).collect();
    let last = record.health().last_sequence;
    assert_eq!(sequences, (1..=last).collect::<Vec<u64>>());
    assert!(record.verify_audit().is_intact());
}
