//! What of the audit log may go after years, and what never.
//!
//! An event that goes leaves its digest and its place in the chain, so that chains, trees and
//! checkpoints hold as before; who, what and whom are gone. That they went is an event itself,
//! noted before it is done: lines that were taken away without one are found by the check.

use super::chain::{name, segments};
use super::line::{self, Line};
use super::merkle::{Hash, sha256};
use super::{Audit, Event, Touched};
use crate::limit::within;
use crate::{Access, Action, Failure, Record};
use model::{PatientId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::PoisonError;

/// The shortest time that everything is kept: 45 CFR 164.316(b)(2)(i), and 164.528 for disclosures.
pub const AUDIT_YEARS_MIN: u16 = 6;
/// Patients of a hold.
const HELD_MAX: usize = 10_000;
/// A year, and a day for each that may be a leap day.
const YEAR_MICROS: i64 = 366 * 24 * 3_600 * 1_000_000;
/// Ending of a file that is written in place of a segment.
const UNFINISHED: &str = "thinning";

/// Events that are never taken away: who could decide what, what left, whose keys were destroyed,
/// what was opened against the rules, and what became of that.
const KEPT: &[Action] = &[
    Action::AdoptPolicy,
    Action::AdoptPack,
    Action::AnswerFinding,
    Action::ApproveExport,
    Action::ErasePatient,
    Action::Export,
    Action::ExportDeidentified,
    Action::ManageKeys,
    Action::NoteDisclosure,
    Action::OpenEmergency,
    Action::ReviewEmergency,
    Action::ThinAudit,
    Action::WriteAccounts,
    Action::WriteCare,
    Action::WriteProjects,
];

/// How long events are kept, and whose are kept for longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRetention {
    /// Years; [`AUDIT_YEARS_MIN`] or more.
    pub years: u16,
    /// Patients about whom nothing goes (a legal hold).
    pub held: BTreeSet<PatientId>,
    /// Whether it is only told what would go.
    pub is_trial: bool,
}

/// What was taken away, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditThinned {
    /// Segments that were written anew.
    pub segments: u64,
    /// Events that went.
    pub events: u64,
    /// Events of these segments that stay.
    pub kept: u64,
}

impl AuditRetention {
    /// Whether an event may go; not the first or last line of a segment, which others refer to.
    fn lets_go(&self, event: &Event, before: Timestamp) -> bool {
        let is_old = Timestamp::parse(&event.time).is_some_and(|time| time < before);
        let is_kept = KEPT.iter().any(|action| action.word() == event.action);
        let is_held = event.patients.iter().any(|id| self.held.contains(&PatientId::new(id)));
        is_old
            && !is_kept
            && !is_held
            && event.decision == "permitted"
            && event.disclosure.is_none()
            && event.pins.is_empty()
    }
}

/// The lines of a segment whose events went: how many, and a digest over theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Gone {
    count: u64,
    digests: Vec<u8>,
}

impl Gone {
    pub(super) fn add(&mut self, digest: &Hash) {
        self.count += 1;
        self.digests.extend_from_slice(digest);
    }

    pub(super) fn is_none(&self) -> bool {
        self.count == 0
    }

    /// How the event that takes lines away names them.
    pub(super) fn entity(&self, segment: &str) -> String {
        format!(
            "thinned/{segment}/{}/{}",
            self.count,
            hex::encode(sha256(&[self.digests.as_slice()]))
        )
    }
}

/// A segment, read for what may go of it.
struct Sifted {
    /// What stands in the place of each line that goes, by its number from 1.
    going: BTreeMap<u64, String>,
    gone: Gone,
    kept: u64,
}

fn sift(path: &Path, of: &AuditRetention, before: Timestamp) -> Result<Option<Sifted>, Failure> {
    let io = |error: std::io::Error| Failure::Audit(format!("{}: {error}", name(path)));
    let mut reader = BufReader::new(File::open(path).map_err(io)?);
    let (mut sifted, mut text, mut number) =
        (Sifted { going: BTreeMap::new(), gone: Gone::default(), kept: 0 }, Vec::new(), 0_u64);
    let mut last: Option<(u64, Hash, bool)> = None;
    while reader.read_until(b'\n', &mut text).map_err(io)? > 0 && text.last() == Some(&b'\n') {
        let Some(line) = Line::read(&text) else { return Ok(None) };
        number += 1;
        let digest = line.digest();
        // The line before is not the last one.
        note(&mut sifted, last.take());
        if line.is_thinned() {
            sifted.gone.add(&digest);
        } else {
            let Ok(event) = serde_json::from_str::<Event>(&line.event) else { return Ok(None) };
            // A segment that is not all old may still be written to.
            if Timestamp::parse(&event.time).is_none_or(|time| time >= before) {
                return Ok(None);
            }
            let goes = number > 1 && line.can_be_thinned() && of.lets_go(&event, before);
            if goes {
                sifted.going.insert(number, line::thinned(&digest, line.hash));
            }
            last = Some((number, digest, goes));
        }
        text.clear();
    }
    if let Some((number, ..)) = last {
        sifted.going.remove(&number);
        sifted.kept += 1;
    }
    Ok((!sifted.going.is_empty()).then_some(sifted))
}

/// Counts a line that is not the last one.
fn note(sifted: &mut Sifted, line: Option<(u64, Hash, bool)>) {
    match line {
        Some((_, digest, true)) => sifted.gone.add(&digest),
        Some(_) => sifted.kept += 1,
        None => {}
    }
}

/// Writes a segment anew beside it, and puts it into its place.
fn rewrite(path: &Path, going: &BTreeMap<u64, String>) -> std::io::Result<()> {
    let beside = path.with_extension(UNFINISHED);
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    let mut writer = BufWriter::new(file);
    let mut reader = BufReader::new(File::open(path)?);
    let (mut text, mut number) = (Vec::new(), 0);
    while reader.read_until(b'\n', &mut text)? > 0 {
        number += 1;
        writer.write_all(going.get(&number).map_or(&text, |line| line.as_bytes()))?;
        text.clear();
    }
    writer.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&beside, path)?;
    match path.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

impl Audit {
    /// Forgets the index: it holds what is to go, and is made again from the segments.
    fn forget_index(&self) -> Result<(), Failure> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        *index = None;
        super::index::remove(&self.directory)
    }
}

impl Record {
    /// Takes events away that are older than they have to be kept, from segments that nobody
    /// writes to any more. Chains, trees and checkpoints hold as before; backups of before hold
    /// the events until they go, and so does the index of another process until it ends.
    ///
    /// # Errors
    /// [`Failure::Invalid`] for fewer years than [`AUDIT_YEARS_MIN`], [`Failure::Audit`] if a
    /// segment cannot be read or written; those before it are done.
    pub fn thin_audit(
        &self,
        access: &Access,
        retention: &AuditRetention,
    ) -> Result<AuditThinned, Failure> {
        self.permit(access, Action::ThinAudit)?;
        within("held", retention.held.len(), HELD_MAX, "patients")?;
        if retention.years < AUDIT_YEARS_MIN {
            let text = format!("everything is kept for {AUDIT_YEARS_MIN} years");
            return Err(Failure::Invalid { place: "years".to_owned(), text });
        }
        let before = self.now().micros() - i64::from(retention.years) * YEAR_MICROS;
        let before = Timestamp::from_micros(before);
        let audit = &self.inner.audit;
        let failed = |error: std::io::Error| Failure::Audit(error.to_string());
        let mut thinned = AuditThinned::default();
        for path in segments(audit.directory()).map_err(failed)? {
            let Some(sifted) = sift(&path, retention, before)? else { continue };
            thinned.segments += 1;
            thinned.events += sifted.going.len() as u64;
            thinned.kept += sifted.kept;
            if retention.is_trial {
                continue;
            }
            let entities = vec![sifted.gone.entity(&name(&path))];
            self.note(access, Action::ThinAudit, &Touched { entities, ..Touched::default() })?;
            rewrite(&path, &sifted.going).map_err(failed)?;
        }
        if thinned.segments > 0 && !retention.is_trial {
            audit.forget_index()?;
        }
        Ok(thinned)
    }
}
