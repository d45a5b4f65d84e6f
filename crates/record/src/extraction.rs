//! What was read from a document and waits for a person: proposals, never results. What they say
//! is another crate's; here they are sealed with the patient's key, in a queue, with a version by
//! which two people who decide at once are told apart.

use crate::audit::Touched;
use crate::limit::{self, DOCUMENT_BYTES_MAX, rows, within};
use crate::sql::extraction as sql;
use crate::store::{Executor, Row, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record};
use model::{PatientId, Timestamp};
use std::sync::Arc;

crate::access::words! {
    /// How far it got.
    ExtractionState {
        /// A person has to decide.
        Open => "open",
        /// What was confirmed is filed.
        Filed => "filed",
        /// Nothing of it was confirmed.
        Rejected => "rejected",
        /// Nothing could be read, or nothing was there: the document stays a document.
        Nothing => "nothing",
    }
}

/// What was read from one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extraction {
    /// Its id; follows from the patient and the document's bytes.
    pub id: String,
    /// Whose document it is.
    pub patient: PatientId,
    /// When it was read.
    pub created: Timestamp,
    /// How far it got.
    pub state: ExtractionState,
    /// How often it was changed, from 1.
    pub version: u64,
    /// What was read and what was decided (JSON).
    pub body: Vec<u8>,
}

fn stored(vault: &Vault<'_>, row: &Row) -> Result<Extraction, Failure> {
    let (id, patient) = (row.text(0)?, row.text(1)?);
    let unknown = || Failure::Sealed { place: format!("extraction/{id}") };
    Ok(Extraction {
        id: id.to_owned(),
        patient: PatientId::new(patient),
        created: Timestamp::from_micros(row.int(2)?),
        state: ExtractionState::from_word(row.text(3)?).ok_or_else(unknown)?,
        version: row.count(4)?,
        body: vault.open(patient, &["extraction", id], row.bytes(5)?)?,
    })
}

pub(crate) fn place(id: &str) -> String {
    format!("extraction/{id}")
}

pub(crate) fn check_body(body: &[u8]) -> Result<(), Failure> {
    within("extraction", body.len(), DOCUMENT_BYTES_MAX, "bytes")
}

/// Takes what was decided, if nobody has decided since it was read.
pub(crate) fn decide(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    tenant: &str,
    (of, state, body): (&Extraction, ExtractionState, &[u8]),
    now: Timestamp,
) -> Result<(), Failure> {
    let body = vault.seal(of.patient.as_str(), &["extraction", &of.id], body, now)?;
    executor.first(sql::EXTRACTION_GET, values![tenant, &of.id])?.ok_or(Failure::NotFound)?;
    let row = values![state.word(), body, tenant, &of.id, of.version];
    match executor.execute(sql::EXTRACTION_DECIDE, row)? {
        0 => Err(Failure::Conflict {
            place: place(&of.id),
            expected: format!("version {}", of.version),
            found: "another".to_owned(),
        }),
        _ => Ok(()),
    }
}

fn touched(id: &str, patient: &PatientId) -> Touched {
    let entities = vec![place(id)];
    let mut touched = Touched { entities, ..Touched::default() };
    touched.patient(patient.as_str());
    touched
}

impl Record {
    /// Keeps what was read from a document; whether it is new. The same document of the same
    /// patient is kept once, whatever became of it.
    pub fn put_extraction(
        &self,
        access: &Access,
        id: &str,
        patient: &PatientId,
        state: ExtractionState,
        body: Vec<u8>,
    ) -> Result<bool, Failure> {
        self.permit(access, Action::Commit)?;
        limit::text("extraction", id)?;
        check_body(&body)?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now());
        self.note(access, Action::Commit, &touched(id, patient))?;
        let keys = Arc::clone(&self.inner.keys);
        let (id, patient) = (id.to_owned(), patient.as_str().to_owned());
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            let body = vault.seal(&patient, &["extraction", &id], &body, now)?;
            let row = values![&tenant, &id, &patient, now.micros(), state.word(), body];
            Ok(executor.execute(sql::EXTRACTION_PUT, row)? > 0)
        })
    }

    /// Whether something was read from a document already.
    pub fn has_extraction(&self, access: &Access, id: &str) -> Result<bool, Failure> {
        self.permit(access, Action::Commit)?;
        let key = values![access.tenant().as_str(), id].to_vec();
        let found = self.inner.record.read(|executor| executor.first(sql::EXTRACTION_GET, &key))?;
        Ok(found.is_some())
    }

    /// What waits for a person, in the order it came; or what was decided, the latest first.
    pub fn extractions(
        &self,
        access: &Access,
        is_open: bool,
        limit: u32,
    ) -> Result<Vec<Extraction>, Failure> {
        let limit = rows("limit", limit)?;
        let list = if is_open { sql::EXTRACTIONS_OPEN } else { sql::EXTRACTIONS_DONE };
        self.audited_read(access, Action::ReadReviews, |executor, touched| {
            let tenant = access.tenant().as_str();
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let rows = executor.query(list, values![tenant, limit])?;
            let found: Result<Vec<_>, _> = rows.iter().map(|row| stored(&vault, row)).collect();
            for one in found.iter().flatten() {
                touched.entities.push(format!("extraction/{}", one.id));
                touched.patient(one.patient.as_str());
            }
            found
        })
    }

    /// One of them; `None` if there is none of that id.
    pub fn extraction(&self, access: &Access, id: &str) -> Result<Option<Extraction>, Failure> {
        self.audited_read(access, Action::ReadReviews, |executor, touched| {
            let tenant = access.tenant().as_str();
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let row = executor.first(sql::EXTRACTION_GET, values![tenant, id])?;
            let found = row.map(|row| stored(&vault, &row)).transpose()?;
            if let Some(one) = &found {
                touched.entities.push(format!("extraction/{}", one.id));
                touched.patient(one.patient.as_str());
            }
            Ok(found)
        })
    }

    /// Whether anything was read from a patient's documents. It tells nothing of what, so it is not
    /// audited.
    pub fn has_extractions(&self, access: &Access, patient: &PatientId) -> Result<bool, Failure> {
        self.permit(access, Action::Commit)?;
        let key = values![access.tenant().as_str(), patient.as_str()].to_vec();
        let any = |executor: &dyn Executor| executor.first(sql::EXTRACTIONS_ANY_OF, &key);
        Ok(self.inner.record.read(any)?.is_some())
    }

    /// What was read from one patient's documents, whatever became of it, in the order it came.
    pub fn extractions_of(
        &self,
        access: &Access,
        patient: &PatientId,
    ) -> Result<Vec<Extraction>, Failure> {
        self.audited_read(access, Action::ReadReviews, |executor, touched| {
            let tenant = access.tenant().as_str();
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let key = values![tenant, patient.as_str()];
            let rows = executor.query(sql::EXTRACTIONS_OF, key)?;
            let found: Result<Vec<_>, _> = rows.iter().map(|row| stored(&vault, row)).collect();
            touched.patient(patient.as_str());
            touched.entities.extend(found.iter().flatten().map(|one| place(&one.id)));
            found
        })
    }

    /// Notes what was decided. If somebody else has decided since `of` was read, it is
    /// [`Failure::Conflict`]; what is filed or rejected is not open any more, and neither. What is
    /// filed at once goes by [`Record::file_extraction`].
    pub fn decide_extraction(
        &self,
        access: &Access,
        of: &Extraction,
        state: ExtractionState,
        body: Vec<u8>,
    ) -> Result<(), Failure> {
        // To settle an entry of the review list is not enough: what is decided becomes a result.
        self.permit(access, Action::ResolveReview)?;
        self.permit(access, Action::Commit)?;
        self.settle_extraction(access, Action::ResolveReview, (of, state, body))
    }

    /// Closes what waits for a person, because its document is not there any more. If somebody
    /// else has decided since `of` was read, it is [`Failure::Conflict`].
    pub fn withdraw_extraction(
        &self,
        access: &Access,
        of: &Extraction,
        body: Vec<u8>,
    ) -> Result<(), Failure> {
        self.permit(access, Action::Commit)?;
        self.settle_extraction(access, Action::Commit, (of, ExtractionState::Nothing, body))
    }

    fn settle_extraction(
        &self,
        access: &Access,
        action: Action,
        (of, state, body): (&Extraction, ExtractionState, Vec<u8>),
    ) -> Result<(), Failure> {
        check_body(&body)?;
        let (tenant, now) = (access.tenant().as_str().to_owned(), self.now());
        self.note(access, action, &touched(&of.id, &of.patient))?;
        let keys = Arc::clone(&self.inner.keys);
        let of = of.clone();
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            decide(executor, &vault, &tenant, (&of, state, &body), now)
        })
    }
}
