//! Checking every chain of the audit log.

use super::chain::{Pin, name, segments};
use super::{Event, Line};
use crate::AuditVerification;
use crate::key::Keys;
use model::Problem;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Lines by segment and number, for the pins.
type Lines = BTreeMap<String, Vec<String>>;

/// Reads every segment and checks numbers, chain values and pins.
pub(crate) fn verify(directory: &Path, keys: &Keys) -> AuditVerification {
    let mut found = AuditVerification::default();
    let mut lines = Lines::new();
    let mut pins: Vec<(String, Pin)> = Vec::new();
    let paths = match segments(directory) {
        Ok(paths) => paths,
        Err(error) => {
            found.problems.push(Problem::error("audit-unreadable", "audit", error.to_string()));
            return found;
        }
    };
    for path in paths {
        found.segments += 1;
        let segment = name(&path);
        match read(&path, keys) {
            Ok(read) => {
                found.events += read.hashes.len() as u64;
                found.problems.extend(read.problem);
                pins.extend(read.pins.into_iter().map(|pin| (segment.clone(), pin)));
                lines.insert(segment, read.hashes);
            }
            Err(error) => {
                found.problems.push(Problem::error("audit-unreadable", segment, error.to_string()));
            }
        }
    }
    found.problems.extend(pins.iter().filter_map(|(by, pin)| broken_pin(&lines, by, pin)));
    found
}

fn broken_pin(lines: &Lines, by: &str, pin: &Pin) -> Option<Problem> {
    let place = usize::try_from(pin.number).ok()?.checked_sub(1)?;
    let hash = lines.get(&pin.segment).and_then(|hashes| hashes.get(place));
    (hash != Some(&pin.hash)).then(|| {
        let text = format!("line {} is not what {by} saw there", pin.number);
        Problem::error("audit-pin", pin.segment.clone(), text)
    })
}

#[derive(Default)]
struct Segment {
    hashes: Vec<String>,
    pins: Vec<Pin>,
    problem: Option<Problem>,
}

/// Reads a segment up to the first line that does not hold.
fn read(path: &Path, keys: &Keys) -> std::io::Result<Segment> {
    let mut segment = Segment::default();
    let mut previous = String::new();
    let mut reader = BufReader::new(File::open(path)?);
    let mut text = Vec::new();
    while reader.read_until(b'\n', &mut text)? > 0 {
        let number = segment.hashes.len() as u64 + 1;
        let whole = text.last() == Some(&b'\n');
        match line(&text, keys, &previous, number) {
            Ok((event, hash)) if whole => {
                segment.pins.extend(event.pins);
                previous.clone_from(&hash);
                segment.hashes.push(hash);
            }
            // A crash may leave half a line at the end: nothing was returned on its strength.
            _ if !whole => break,
            Ok(_) | Err(()) => {
                let place = format!("{} line {number}", name(path));
                let text = "the chain is broken: a line was altered, removed or put in";
                segment.problem = Some(Problem::error("audit-chain", place, text));
                break;
            }
        }
        text.clear();
    }
    Ok(segment)
}

fn line(text: &[u8], keys: &Keys, previous: &str, number: u64) -> Result<(Event, String), ()> {
    let line: Line = serde_json::from_slice(text).map_err(drop)?;
    let event: Event = serde_json::from_str(&line.event).map_err(drop)?;
    let holds = line.previous == previous
        && line.hash == keys.audit_hash(previous, &line.event)
        && event.number == number;
    if holds { Ok((event, line.hash)) } else { Err(()) }
}
