//! Checking the audit log: chains by the master key, trees by the checkpoints that were signed.

use super::chain::{Pin, name, segments};
use super::checkpoint::{Checkpoint, LINES, Verifier};
use super::line::Line;
use super::merkle::{Hash, Tree};
use super::retention::Gone;
use super::signing::{CHECKPOINTS_ENDING, VERIFIER_FILE};
use crate::key::Keys;
use crate::{Action, Failure, MasterKey};
use model::Problem;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Bytes read at once.
const BUFFER_BYTES: usize = 1 << 20;

/// What the check of the audit log found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditVerification {
    /// Segment files read.
    pub segments: u64,
    /// Events read.
    pub events: u64,
    /// Of these, events that were taken away after the time that they are kept.
    pub thinned: u64,
    /// Signed checkpoints compared.
    pub checkpoints: u64,
    /// What is wrong, by file and line; empty if every chain and every checkpoint holds.
    pub problems: Vec<Problem>,
    /// Ends of segments that no checkpoint and no later segment covers: were one cut there, nobody
    /// could tell.
    pub tails: Vec<AuditTail>,
}

/// The end of a segment, behind the last place that something else vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditTail {
    /// File name.
    pub segment: String,
    /// The last line that is vouched for.
    pub after: u64,
    /// Lines behind it.
    pub lines: u64,
    /// Whether half a line stands at the end, as a crash leaves it; a cut does, too.
    pub is_torn: bool,
}

impl AuditVerification {
    /// Whether every chain and every checkpoint holds.
    pub fn is_intact(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Checks the audit log of a data directory, whether or not its record can be opened, against the
/// checkpoints of a directory that were signed by one of the keys.
pub fn verify_audit_log(
    directory: &Path,
    master_key: &MasterKey,
    checkpoints: Option<(&Path, &[Verifier])>,
) -> Result<AuditVerification, Failure> {
    let keys = crate::key::ring::root(directory, master_key)?;
    Ok(verify(&directory.join("audit"), &keys, checkpoints))
}

/// The keys that a directory of checkpoints names itself: only as good as who can write there.
pub fn verifiers(checkpoints: &Path) -> Result<Vec<Verifier>, Failure> {
    let path = checkpoints.join(VERIFIER_FILE);
    let failed = |text: String| Failure::Audit(format!("{}: {text}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    text.lines().map(|line| line.parse().map_err(|bad| failed(format!("{bad}")))).collect()
}

/// What others say about a segment, by the number of the line.
#[derive(Default)]
struct Vouched {
    checkpoints: BTreeMap<u64, Vec<Checkpoint>>,
    pins: BTreeMap<u64, Vec<(String, Pin)>>,
}

impl Vouched {
    fn last(&self) -> u64 {
        let last = |last: Option<&u64>| last.copied().unwrap_or_default();
        last(self.checkpoints.keys().last()).max(last(self.pins.keys().last()))
    }
}

/// Reads every segment and checks numbers, chain values, pins and checkpoints.
pub(crate) fn verify(
    directory: &Path,
    keys: &Keys,
    checkpoints: Option<(&Path, &[Verifier])>,
) -> AuditVerification {
    let mut found = AuditVerification::default();
    let unreadable = |place: &str, error: &std::io::Error| {
        Problem::error("audit-unreadable", place, error.to_string())
    };
    let paths = match segments(directory) {
        Ok(paths) => paths,
        Err(error) => {
            found.problems.push(unreadable("audit", &error));
            return found;
        }
    };
    let mut vouched: BTreeMap<String, Vouched> = BTreeMap::new();
    if let Some((directory, verifiers)) = checkpoints
        && let Err(error) = read_checkpoints(directory, verifiers, &mut vouched, &mut found)
    {
        found.problems.push(unreadable("checkpoints", &error));
    }
    for path in &paths {
        match pins(path) {
            Ok(pins) => {
                for pin in pins {
                    let place = vouched.entry(pin.segment.clone()).or_default();
                    place.pins.entry(pin.number).or_default().push((name(path), pin));
                }
            }
            Err(error) => found.problems.push(unreadable(&name(path), &error)),
        }
    }
    let (mut gone, mut told) = (Vec::new(), BTreeSet::new());
    for path in &paths {
        found.segments += 1;
        let segment = name(path);
        let vouched = vouched.remove(&segment).unwrap_or_default();
        let (found, told, none) = (&mut found, &mut told, Gone::default());
        let mut reading = Reading { segment: &segment, keys, vouched, found, told, gone: none };
        if let Err(error) = reading.read(path) {
            reading.found.problems.push(unreadable(&segment, &error));
        }
        gone.push((segment.clone(), reading.gone));
    }
    for (segment, gone) in gone {
        if !gone.is_none() && !told.contains(&gone.entity(&segment)) {
            let text = "events were taken away, and no event says so";
            found.problems.push(Problem::error("audit-thinned", segment, text));
        }
    }
    for (segment, vouched) in vouched {
        let text = format!("the segment is missing; it had {} lines or more", vouched.last());
        found.problems.push(Problem::error("audit-missing", segment, text));
    }
    found
}

fn read_checkpoints(
    directory: &Path,
    verifiers: &[Verifier],
    vouched: &mut BTreeMap<String, Vouched>,
    found: &mut AuditVerification,
) -> std::io::Result<()> {
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == CHECKPOINTS_ENDING) {
            seen.insert(path);
        }
    }
    for path in seen {
        let file = name(&path);
        let segment = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let place = vouched.entry(segment.clone()).or_default();
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for (at, note) in lines.chunks(LINES).enumerate() {
            // A crash may leave half a checkpoint at the end.
            if note.len() < LINES || !note.last().is_some_and(|line| line.ends_with('\n')) {
                break;
            }
            let note = note.concat();
            let read = verifiers.iter().find_map(|key| Checkpoint::read(&note, &segment, key));
            let Some(checkpoint) = read else {
                let line = at * LINES + 1;
                let text = "the checkpoint is not signed by the key, or was altered";
                let place = format!("{file} line {line}");
                found.problems.push(Problem::error("audit-checkpoint", place, text));
                break;
            };
            place.checkpoints.entry(checkpoint.size).or_default().push(checkpoint);
        }
    }
    Ok(())
}

/// What the check reads of an event.
#[derive(Deserialize)]
struct Numbered {
    number: u64,
    #[serde(default)]
    action: String,
    #[serde(default)]
    entities: Vec<String>,
    #[serde(default)]
    pins: Vec<Pin>,
}

/// The pins of a segment: they are in its first line. What is wrong with that is told elsewhere.
fn pins(path: &Path) -> std::io::Result<Vec<Pin>> {
    let mut text = Vec::new();
    BufReader::new(File::open(path)?).read_until(b'\n', &mut text)?;
    let event = Line::read(&text).map(|line| serde_json::from_str::<Numbered>(&line.event));
    Ok(event.and_then(Result::ok).map(|event| event.pins).unwrap_or_default())
}

struct Reading<'r> {
    segment: &'r str,
    keys: &'r Keys,
    vouched: Vouched,
    found: &'r mut AuditVerification,
    /// What events say that was taken away, of whichever segment.
    told: &'r mut BTreeSet<String>,
    /// What was taken away of this one.
    gone: Gone,
}

impl Reading<'_> {
    /// Reads a segment up to the first line that does not hold.
    fn read(&mut self, path: &Path) -> std::io::Result<()> {
        let (mut previous, mut tree) = (String::new(), Tree::default());
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, File::open(path)?);
        let mut text = Vec::new();
        let (mut is_torn, vouched) = (false, self.vouched.last());
        while reader.read_until(b'\n', &mut text)? > 0 {
            // A crash may leave half a line at the end: nothing was returned on its strength.
            is_torn = text.last() != Some(&b'\n');
            if is_torn {
                break;
            }
            let number = tree.size() + 1;
            let Some((hash, digest, is_thinned)) = self.holds(&text, &previous, number) else {
                let text = "the chain is broken: a line was altered, removed or put in";
                self.problem("audit-chain", number, text);
                return Ok(());
            };
            tree.add(&digest);
            if is_thinned {
                self.found.thinned += 1;
                self.gone.add(&digest);
            }
            hash.clone_into(&mut previous);
            self.found.events += 1;
            self.compare(number, &previous, &tree);
            text.clear();
        }
        self.end(tree.size(), vouched, is_torn);
        Ok(())
    }

    /// Chain value and digest of a line that follows the one before it.
    fn holds<'t>(
        &mut self,
        text: &'t [u8],
        previous: &str,
        number: u64,
    ) -> Option<(&'t str, Hash, bool)> {
        let line = Line::read(text)?;
        let digest = line.digest();
        let follows = line.follows(previous, &digest, self.keys);
        if line.is_thinned() {
            return follows.then_some((line.hash, digest, true));
        }
        let event: Numbered = serde_json::from_str(&line.event).ok()?;
        let holds = event.number == number && follows;
        if holds && event.action == Action::ThinAudit.word() {
            self.told.extend(event.entities);
        }
        holds.then_some((line.hash, digest, false))
    }

    /// Compares a line and the tree up to it with what others say about it.
    fn compare(&mut self, number: u64, hash: &str, tree: &Tree) {
        for (by, pin) in self.vouched.pins.remove(&number).unwrap_or_default() {
            if pin.hash != hash {
                self.problem("audit-pin", number, &format!("is not what {by} saw there"));
            }
        }
        let Some(checkpoints) = self.vouched.checkpoints.remove(&number) else { return };
        let root = tree.root();
        for checkpoint in checkpoints {
            self.found.checkpoints += 1;
            if checkpoint.root != root {
                let text = "the lines up to here are not what was signed";
                self.problem("audit-root", number, text);
            }
        }
    }

    /// What is said about lines that are not there, and the lines that nobody speaks for.
    fn end(&mut self, lines: u64, vouched: u64, is_torn: bool) {
        if vouched > lines {
            let text = format!("the segment ends here and had {vouched} lines or more: it was cut");
            self.problem("audit-cut", lines, &text);
        } else if vouched < lines || is_torn {
            let segment = self.segment.to_owned();
            let lines = lines - vouched;
            self.found.tails.push(AuditTail { segment, after: vouched, lines, is_torn });
        }
    }

    fn problem(&mut self, code: &str, number: u64, text: &str) {
        let place = format!("{} line {number}", self.segment);
        self.found.problems.push(Problem::error(code, place, text));
    }
}
