//! The gate of exports: how many distinct persons' data a recipient has had, ever, and what lets
//! more than the thresholds of 28 CFR part 202 go.

use super::{Project, invalid, key_owner, sql};
use crate::audit::{Disclosure, Touched};
use crate::limit::{PAGE_ROWS_MAX, rows, text};
use crate::store::{Executor, values};
use crate::{Access, Action, Failure, Record};
use deidentify::bulk::{BulkKind, Cleared, Held, clear};
use model::Timestamp;

/// The word of an attestation among the kinds of clearances.
const ATTESTATION: &str = "attestation";

/// What lets bulk data go to a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// A second person approves of so many distinct persons' data, those of before included.
    Approval(BulkKind, u64),
    /// The recipient has attested to be no covered person and to pass nothing on to one.
    Attestation,
}

/// A clearance, as it was noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clearance {
    /// For whom.
    pub recipient: String,
    /// What.
    pub transfer: Transfer,
    /// Who noted it.
    pub actor: String,
    /// When.
    pub noted: Timestamp,
    /// The document that says so.
    pub document: String,
}

/// What a recipient has had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Who.
    pub recipient: String,
    /// Data of which kind.
    pub kind: BulkKind,
    /// Of how many distinct persons, over all exports.
    pub persons: u64,
    /// When the first of them was exported.
    pub first: Timestamp,
    /// When the last new one was.
    pub last: Timestamp,
}

/// The kinds of data that an export of a project holds of each person: variants pass or they do
/// not, so that every person counts for genomic data where they do.
pub(crate) fn kinds(project: &Project) -> &'static [BulkKind] {
    if project.passes_genotypes() {
        &[BulkKind::Genomic, BulkKind::Health]
    } else {
        &[BulkKind::Health]
    }
}

/// What is noted as accounted for when data of a project leaves.
pub(crate) fn disclosure(project: &Project, recipient: &str) -> Disclosure {
    let legal_basis =
        if project.passes_genotypes() { "45 CFR 164.514(b)(1)" } else { "45 CFR 164.514(b)(2)" };
    Disclosure {
        recipient: recipient.to_owned(),
        purpose: format!("research, {}", key_owner(&project.id)),
        legal_basis: legal_basis.to_owned(),
        what: "de-identified resources".to_owned(),
    }
}

/// Clearances of a recipient, the first one first.
fn clearances(
    executor: &dyn Executor,
    tenant: &str,
    recipient: &str,
) -> Result<Vec<Clearance>, Failure> {
    let found = executor.query(sql::CLEARANCES, values![tenant, recipient, PAGE_ROWS_MAX])?;
    let clearance = |row: &crate::store::Row| {
        let unknown = || Failure::Storage("a clearance of another kind".to_owned());
        let transfer = match row.text(1)? {
            ATTESTATION => Transfer::Attestation,
            word => {
                let kind = BulkKind::from_word(word).ok_or_else(unknown)?;
                Transfer::Approval(kind, row.count(2)?)
            }
        };
        Ok(Clearance {
            recipient: row.text(0)?.to_owned(),
            transfer,
            actor: row.text(3)?.to_owned(),
            noted: Timestamp::from_micros(row.int(4)?),
            document: row.text(5)?.to_owned(),
        })
    };
    found.iter().map(clearance).collect()
}

/// What there is for an export that `actor` asks for: nobody is the second person of an own one.
fn cleared(clearances: &[Clearance], kind: BulkKind, actor: &str) -> Cleared {
    let mut cleared = Cleared::default();
    for one in clearances {
        match one.transfer {
            Transfer::Attestation => cleared.is_attested = true,
            Transfer::Approval(of, persons) if of == kind && one.actor != actor => {
                cleared.approved_persons = cleared.approved_persons.max(persons);
            }
            Transfer::Approval(..) => {}
        }
    }
    cleared
}

/// Notes that a recipient gets data of these persons, or says why it does not: all or nobody.
pub(crate) fn pass(
    executor: &dyn Executor,
    access: &Access,
    (project, recipient): (&Project, &str),
    patients: &[String],
    now: Timestamp,
) -> Result<Result<(), Held>, Failure> {
    let tenant = access.tenant().as_str();
    let noted = clearances(executor, tenant, recipient)?;
    for kind in kinds(project) {
        let key = values![tenant, recipient, kind.word()];
        let mut persons = executor.one(sql::EXPORT_PERSONS_COUNT, key)?.count(0)?;
        for patient in patients {
            let key = values![tenant, recipient, kind.word(), patient];
            persons += u64::from(executor.first(sql::EXPORT_PERSON_GET, key)?.is_none());
        }
        let cleared = cleared(&noted, *kind, access.actor());
        if let Err(held) = clear(recipient, *kind, persons, cleared) {
            return Ok(Err(held));
        }
    }
    for kind in kinds(project) {
        for patient in patients {
            let row = values![tenant, recipient, kind.word(), patient, now.micros(), &project.id];
            executor.execute(sql::EXPORT_PERSON_PUT, row)?;
        }
    }
    Ok(Ok(()))
}

impl Record {
    /// Notes what lets bulk data go to a recipient. Whoever approves is another one than whoever
    /// exports: an own export is not let go by it.
    pub fn note_clearance(
        &self,
        access: &Access,
        recipient: &str,
        transfer: Transfer,
        document: &str,
    ) -> Result<(), Failure> {
        let action = match transfer {
            Transfer::Approval(..) => Action::ApproveExport,
            Transfer::Attestation => Action::WriteProjects,
        };
        self.permit(access, action)?;
        for (place, part) in [("recipient", recipient), ("document", document)] {
            text(place, part)?;
            if part.trim().is_empty() {
                return Err(invalid(place, "is not said"));
            }
        }
        let entities = vec![format!("recipient/{recipient}")];
        self.note(access, action, &Touched { entities, ..Touched::default() })?;
        let (kind, persons) = match transfer {
            Transfer::Approval(kind, persons) => (kind.word(), persons),
            Transfer::Attestation => (ATTESTATION, 0),
        };
        let [tenant, recipient, actor, document] =
            [access.tenant().as_str(), recipient, access.actor(), document].map(str::to_owned);
        let now = self.now().micros();
        self.inner.record_writer.write(move |executor| {
            let last = executor.one(sql::CLEARANCE_LAST, values![&tenant, &recipient])?;
            let number = last.count(0)? + 1;
            let row = values![&tenant, &recipient, number, kind, persons, &actor, now, &document];
            executor.execute(sql::CLEARANCE_PUT, row).map(|_| ())
        })
    }

    /// What lets bulk data go to a recipient, the first one first.
    pub fn clearances(&self, access: &Access, recipient: &str) -> Result<Vec<Clearance>, Failure> {
        self.permit(access, Action::ApproveExport)?;
        let entities = vec![format!("recipient/{recipient}")];
        let touched = Touched { entities, ..Touched::default() };
        self.note(access, Action::ApproveExport, &touched)?;
        let tenant = access.tenant().as_str();
        self.inner.record.read(|executor| clearances(executor, tenant, recipient))
    }

    /// What each recipient has had, over all exports there ever were.
    pub fn received(&self, access: &Access, limit: u32) -> Result<Vec<Received>, Failure> {
        let limit = rows("limit", limit)?;
        self.permit(access, Action::ApproveExport)?;
        let entities = vec!["recipient".to_owned()];
        let touched = Touched { entities, ..Touched::default() };
        self.note(access, Action::ApproveExport, &touched)?;
        let key = values![access.tenant().as_str(), limit];
        let found = self.inner.record.read(|executor| executor.query(sql::RECEIVED, key))?;
        let received = |row: &crate::store::Row| {
            let kind = BulkKind::from_word(row.text(1)?);
            Ok(Received {
                recipient: row.text(0)?.to_owned(),
                kind: kind.ok_or_else(|| Failure::Storage("a kind of data".to_owned()))?,
                persons: row.count(2)?,
                first: Timestamp::from_micros(row.int(3)?),
                last: Timestamp::from_micros(row.int(4)?),
            })
        };
        found.iter().map(received).collect()
    }
}
