//! Resources in bulk: NDJSON, one a line, as bulk exports write them.
//!
//! A file is taken in pieces. Each piece is archived, then filed in one commit that also says how
//! far the file has come, so that an import that was broken off goes on where it stopped and files
//! nothing twice. A line that cannot be filed is told and passed over; the others are filed.

use crate::failure::Failure;
use crate::fhir::SUBSCRIPTION;
use crate::receive::bounded;
use formats::fhir::access::{id, resource_type, subject_of, type_and_id};
use formats::fhir::bundle::{conditional_references, rewrite_references};
use formats::fhir::{check, facts, json};
use model::problem::first_error;
use model::provenance::Door;
use model::{Problem, RawId};
use record::{Access, Commit, Condition, NewRaw, RawState, Ready, Record, ResourceChange};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Media type of FHIR NDJSON.
pub const NDJSON: &str = "application/fhir+ndjson";
/// Lines of one piece.
pub const PIECE_LINES_MAX: usize = 4_000;
/// Bytes of one piece, but for its last line.
pub const PIECE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Pieces that wait before each step, ahead of the one being filed.
const PIECES_AHEAD_MAX: usize = 1;
/// Lines that are told by name; further ones are counted.
pub const REFUSALS_TOLD_MAX: usize = 1_000;

/// The name of a file's content: its SHA-256, as lower-case hex.
#[derive(Clone, Debug, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The name.
    pub fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Lines that an earlier import of the same file had done.
    pub lines_done_before: u64,
    /// Resources filed now.
    pub filed: u64,
    /// Lines that could not be filed.
    pub refused: u64,
    /// Why, by line; the first [`REFUSALS_TOLD_MAX`].
    pub problems: Vec<Problem>,
}

/// A line of a file with its number.
type Line = (u64, Vec<u8>);

/// Lines of a file, archived as they came.
struct Lines {
    raw: RawId,
    numbered: Vec<Line>,
    bytes: u64,
}

/// One piece, read, checked and prepared.
struct Piece {
    commit: Ready,
    filed: u64,
    refused: Vec<Problem>,
    refused_count: u64,
    bytes: u64,
}

/// Takes in a file. `name` stands for exactly this content, such as its digest: under it, the file
/// is gone on with. `progress` hears the bytes that are filed.
///
/// # Errors
/// When the file cannot be read, or the record refuses or fails; what was filed until then stays,
/// and the next import goes on behind it.
pub fn import(
    record: &Record,
    access: &Access,
    name: &str,
    source: impl BufRead + Send,
    mut progress: impl FnMut(u64),
) -> Result<Imported, Failure> {
    let cursor = format!("import/{name}");
    let before = record.cursor(access, &cursor)?;
    let mut imported = Imported { lines_done_before: before, ..Imported::default() };
    // Each step waits for the disk at times, and so has a thread of its own; pieces stay in order.
    std::thread::scope(|scope| {
        let (archived, lines) = sync_channel(PIECES_AHEAD_MAX);
        let (prepared, pieces) = sync_channel(PIECES_AHEAD_MAX);
        scope.spawn(move || archive_all(record, access, source, before, &archived));
        let mut reader = Reader { record, access, cursor, patients: HashSet::new() };
        scope.spawn(move || hand_on(lines, &prepared, |lines| reader.piece(lines)));
        for piece in pieces {
            let piece: Piece = piece?;
            imported.refused += piece.refused_count;
            let room = REFUSALS_TOLD_MAX.saturating_sub(imported.problems.len());
            imported.problems.extend(piece.refused.into_iter().take(room));
            piece.commit.commit()?;
            imported.filed += piece.filed;
            progress(piece.bytes);
        }
        Ok(imported)
    })
}

/// Does a step with all that comes; it ends with a failure, or when nobody listens any more.
fn hand_on<A, B>(
    from: Receiver<Result<A, Failure>>,
    to: &SyncSender<Result<B, Failure>>,
    mut step: impl FnMut(A) -> Result<B, Failure>,
) {
    for next in from {
        let done = next.and_then(&mut step);
        let is_last = done.is_err();
        if to.send(done).is_err() || is_last {
            return;
        }
    }
}

/// Reads and archives the lines that were not done before, piece by piece.
fn archive_all(
    record: &Record,
    access: &Access,
    mut source: impl BufRead,
    before: u64,
    to: &SyncSender<Result<Lines, Failure>>,
) {
    let mut line = 0;
    while let Some(next) = next_lines(&mut source, before, &mut line).transpose() {
        let archived = next.and_then(|lines| {
            let body = lines.iter().map(|(_, line)| line.as_slice()).collect::<Vec<_>>().concat();
            let bytes = body.len() as u64;
            Ok(Lines { raw: archive(record, access, body)?, numbered: lines, bytes })
        });
        let is_last = archived.is_err();
        if to.send(archived).is_err() || is_last {
            return;
        }
    }
}

/// The next lines that were not done before; `None` at the end of the file.
fn next_lines(
    source: &mut impl BufRead,
    before: u64,
    number: &mut u64,
) -> Result<Option<Vec<Line>>, Failure> {
    let mut lines: Vec<Line> = Vec::new();
    let mut bytes = 0;
    while lines.len() < PIECE_LINES_MAX && bytes < PIECE_BYTES_MAX {
        let Some(line) = next_line(source)? else { break };
        *number += 1;
        if *number > before && !line.trim_ascii().is_empty() {
            bytes += line.len();
            lines.push((*number, line));
        }
    }
    Ok((!lines.is_empty()).then_some(lines))
}

/// Reads ahead of what is filed.
struct Reader<'r> {
    record: &'r Record,
    access: &'r Access,
    /// Name of the place that the import has come to.
    cursor: String,
    /// Patients who are in the record, or in the file before the line being read.
    patients: HashSet<String>,
}

impl Reader<'_> {
    /// Each line is read and prepared before the next one, by one thread: what it was read into is
    /// let go of while it is at hand.
    fn piece(&mut self, from: Lines) -> Result<Piece, Failure> {
        let Lines { raw, numbered: lines, bytes } = from;
        let mut preparing = self.record.preparing(self.access)?;
        let (mut refused, mut refused_count) = (Vec::new(), 0);
        for (number, line) in &lines {
            match self.change(&raw, *number, line)? {
                Ok(change) => preparing.add(change)?,
                Err(problems) => {
                    refused_count += 1;
                    refused.extend(problems);
                }
            }
        }
        let filed = preparing.count() as u64;
        let state = if filed == 0 { RawState::Rejected } else { RawState::Filed };
        let last = lines.last().map_or(0, |(number, _)| *number);
        let rest = Commit {
            raw: Some((raw, state, bounded(refused.clone()))),
            cursor: Some((self.cursor.clone(), last)),
            ..Commit::default()
        };
        let commit = preparing.ready(rest)?;
        Ok(Piece { commit, filed, refused, refused_count, bytes })
    }

    /// What a line files, or why it files nothing.
    fn change(
        &mut self,
        raw: &RawId,
        number: u64,
        line: &[u8],
    ) -> Result<Result<ResourceChange, Vec<Problem>>, Failure> {
        let place = format!("line {number}");
        let refuse = |code: &str, text: &str| Ok(Err(vec![Problem::error(code, &place, text)]));
        if line.len() > json::RESOURCE_BYTES_MAX {
            return refuse("too-long", "the line is longer than a resource may be");
        }
        let document = match json::read(line, json::RESOURCE_BYTES_MAX) {
            Ok(document) => document,
            Err(problem) => {
                let place = format!("{place}: {}", problem.place);
                return Ok(Err(vec![Problem { place, ..problem }]));
            }
        };
        let json::Document { value: mut resource, literals } = document;
        let Some(own_id) = id(&resource).map(str::to_owned) else {
            return refuse("no-id", "a resource in bulk needs its id");
        };
        let kind = resource_type(&resource).unwrap_or_default().to_owned();
        if kind == SUBSCRIPTION {
            return refuse("not-supported", "a Subscription is made on its own, not in a file");
        }
        let place = format!("{place}: {kind}/{own_id}");
        let mut problems = check::check_at(&resource, &place);
        let unresolved = !conditional_references(&resource).is_empty()
            || !rewrite_references(&mut resource, &BTreeMap::new()).is_empty();
        if unresolved {
            let text = "a reference names no resource by type and id";
            problems.push(Problem::error("bad-reference", &place, text));
        }
        if let Some(("Patient", patient)) = subject_of(&resource).and_then(type_and_id)
            && !self.is_known(patient)?
        {
            let text = "the patient it is about is not known; patients come before their results";
            problems.push(Problem::error("unknown-patient", &place, text));
        }
        let (facts, noticed) = facts::facts_of(&resource, Some(raw.clone()), &place);
        problems.extend(noticed);
        if first_error(&problems).is_some() {
            return Ok(Err(problems));
        }
        if kind == "Patient" {
            self.patients.insert(own_id);
        }
        let condition = Condition::Any;
        Ok(Ok(ResourceChange::Put { resource, literals, facts, condition }))
    }

    fn is_known(&mut self, patient: &str) -> Result<bool, Failure> {
        if self.patients.contains(patient) {
            return Ok(true);
        }
        let head = self.record.heads(self.access, &[("Patient", patient)])?.pop().flatten();
        let is_known = head.is_some_and(|head| !head.deleted);
        if is_known {
            self.patients.insert(patient.to_owned());
        }
        Ok(is_known)
    }
}

/// A line with its end. Of one that is too long only so much is kept that this is seen.
fn next_line(source: &mut impl BufRead) -> Result<Option<Vec<u8>>, Failure> {
    let mut line = Vec::new();
    let limit = json::RESOURCE_BYTES_MAX as u64 + 1;
    let mut bounded = Read::take(&mut *source, limit);
    bounded.read_until(b'\n', &mut line)?;
    if line.len() as u64 == limit && line.last() != Some(&b'\n') {
        source.skip_until(b'\n')?;
    }
    Ok((!line.is_empty()).then_some(line))
}

fn archive(record: &Record, access: &Access, body: Vec<u8>) -> Result<RawId, Failure> {
    let new = NewRaw {
        feed: access.actor().to_owned(),
        door: Door::File,
        media_type: NDJSON.to_owned(),
        message_key: None,
        peer: access.actor().to_owned(),
        body,
        state: RawState::Rejected,
    };
    Ok(record.archive(access, new)?)
}
