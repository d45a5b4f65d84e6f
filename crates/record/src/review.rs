//! The review list: what a person has to decide.

use crate::audit::Touched;
use crate::limit::{
    self, DOCUMENT_BYTES_MAX, IDENTIFIERS_MAX, PAGE_ROWS_MAX, PROBLEMS_MAX, REVIEW_NOTES_MAX,
    TEXT_BYTES_MAX, within,
};
use crate::sql::record as sql;
use crate::store::{Executor, Row, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record};
use model::{PatientId, Problem, RawId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// An entry for the review list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReview {
    /// Stable word for why, `patient-not-found`.
    pub reason: String,
    /// The raw message it is about.
    pub raw: Option<RawId>,
    /// The patient it is about, if that is certain.
    pub patient: Option<PatientId>,
    /// Patients that come into question.
    pub candidates: Vec<PatientId>,
    /// One sentence for the reviewer; may name the patient, so it is sealed.
    pub text: String,
    /// What was noticed, with the places.
    pub problems: Vec<Problem>,
}

/// A stored entry of the review list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created: Timestamp,
    /// What was given.
    pub entry: NewReview,
    /// Who looks after it, if somebody does: the login of an account.
    pub owner: Option<String>,
    /// What was noted beside it, in this order.
    pub notes: Vec<ReviewNote>,
    /// When, by whom and how it was resolved.
    pub resolved: Option<Resolution>,
}

/// What somebody noted beside an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewNote {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// The words; they may name the patient, so they are sealed.
    pub text: String,
}

/// What is done with an open entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReviewWork {
    /// This person looks after it; `None` gives it back to everybody.
    Owner(Option<String>),
    /// Something is noted.
    Note(String),
}

/// How a review was resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// How, in words.
    pub text: String,
}

/// An entry as it is kept: what was given, and what was done with it since.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    entry: NewReview,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<ReviewNote>,
}

/// Checks an entry against the limits.
pub(crate) fn check(entry: &NewReview) -> Result<(), Failure> {
    limit::text("review reason", &entry.reason)?;
    within("review text", entry.text.len(), DOCUMENT_BYTES_MAX, "bytes")?;
    within("review candidates", entry.candidates.len(), IDENTIFIERS_MAX, "patients")?;
    within("review problems", entry.problems.len(), PROBLEMS_MAX, "problems")
}

/// Each entry has a data key of its own: whose it is, is what it asks.
pub(crate) fn owner(id: &str) -> String {
    format!("review/{id}")
}

/// What an entry of the list is about; `None` if its key was destroyed.
pub(crate) fn about(
    vault: &Vault<'_>,
    id: &str,
    body: &[u8],
) -> Result<Option<NewReview>, Failure> {
    match vault.open(&owner(id), &["review", id, "entry"], body) {
        Err(Failure::Sealed { .. }) => Ok(None),
        Err(failure) => Err(failure),
        Ok(entry) => Ok(serde_json::from_slice(&entry).ok()),
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::Storage(error.to_string()))
}

/// Writes an entry.
pub(crate) fn insert(
    executor: &dyn Executor,
    vault: &Vault<'_>,
    tenant: &str,
    id: &str,
    entry: &NewReview,
    now: Timestamp,
) -> Result<(), Failure> {
    let sealed = vault.seal(&owner(id), &["review", id, "entry"], &json(entry)?, now)?;
    executor.execute(sql::REVIEW_PUT, values![tenant, id, now.micros(), sealed]).map(|_| ())
}

impl Record {
    /// The review list: open entries in the order they came, or the latest of all entries; at
    /// most [`crate::limit::PAGE_ROWS_MAX`].
    pub fn reviews(&self, access: &Access, open_only: bool) -> Result<Vec<Review>, Failure> {
        self.audited_read(access, Action::ReadReviews, |executor, touched| {
            let tenant = access.tenant().as_str();
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let list = if open_only { sql::REVIEWS_OPEN } else { sql::REVIEWS_ALL };
            let rows = executor.query(list, values![tenant, PAGE_ROWS_MAX])?;
            let reviews = rows.iter().map(|row| stored(&vault, row));
            let reviews = reviews.collect::<Result<Vec<_>, _>>()?;
            for review in &reviews {
                touch(touched, review);
            }
            Ok(reviews)
        })
    }

    /// How many entries are open. It tells nothing about any of them, so it is not audited.
    pub fn reviews_open(&self, access: &Access) -> Result<u64, Failure> {
        self.permit(access, Action::ReadReviews)?;
        let tenant = access.tenant().as_str();
        let key = values![tenant];
        self.inner.record.read(|executor| executor.one(sql::REVIEWS_OPEN_COUNT, key)?.count(0))
    }

    /// One entry, open or resolved.
    pub fn review(&self, access: &Access, id: &str) -> Result<Option<Review>, Failure> {
        self.audited_read(access, Action::ReadReviews, |executor, touched| {
            let tenant = access.tenant().as_str();
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let row = executor.first(sql::REVIEW_GET, values![tenant, id])?;
            let review = row.map(|row| stored(&vault, &row)).transpose()?;
            if let Some(review) = &review {
                touch(touched, review);
            }
            Ok(review)
        })
    }

    /// Makes an entry that a person opens, not a message: a message that failed has none of its
    /// own until somebody takes it up. Gives its id.
    pub fn open_review(&self, access: &Access, entry: NewReview) -> Result<String, Failure> {
        self.permit(access, Action::WorkReview)?;
        check(&entry)?;
        if let Some(raw) = &entry.raw {
            self.require_raw(access, raw)?;
        }
        let (id, tenant) = (self.new_id(), access.tenant().as_str().to_owned());
        let raw = entry.raw.iter().map(|raw| format!("raw/{raw}"));
        let entities = std::iter::once(format!("review/{id}")).chain(raw).collect();
        self.note(access, Action::WorkReview, &Touched { entities, ..Touched::default() })?;
        let (keys, now, made) = (Arc::clone(&self.inner.keys), self.now(), id.clone());
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            insert(executor, &vault, &tenant, &made, &entry, now)
        })?;
        Ok(id)
    }

    /// Says who looks after an open entry, or notes something beside it. One that has been
    /// resolved is [`Failure::Conflict`].
    pub fn work_review(&self, access: &Access, id: &str, work: ReviewWork) -> Result<(), Failure> {
        self.permit(access, Action::WorkReview)?;
        let (ReviewWork::Owner(Some(text)) | ReviewWork::Note(text)) = &work else {
            return self.change_review(access, id, work);
        };
        within("review note", text.len(), TEXT_BYTES_MAX, "bytes")?;
        self.change_review(access, id, work)
    }

    fn change_review(&self, access: &Access, id: &str, work: ReviewWork) -> Result<(), Failure> {
        let entities = vec![format!("review/{id}")];
        self.note(access, Action::WorkReview, &Touched { entities, ..Touched::default() })?;
        let (id, tenant) = (id.to_owned(), access.tenant().as_str().to_owned());
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        let actor = access.actor().to_owned();
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            let row = executor.first(sql::REVIEW_GET, values![&tenant, &id])?;
            let Some(row) = row else { return Err(Failure::NotFound) };
            let Review { entry, owner, notes, resolved, .. } = stored(&vault, &row)?;
            if resolved.is_some() {
                return Err(no_longer_open(&id));
            }
            let mut kept = Kept { entry, owner, notes };
            match work {
                ReviewWork::Owner(named) => kept.owner = named,
                ReviewWork::Note(text) => kept.notes.push(ReviewNote { at: now, actor, text }),
            }
            within("review notes", kept.notes.len(), REVIEW_NOTES_MAX, "notes")?;
            let place = ["review", id.as_str(), "entry"];
            let sealed = vault.seal(&self::owner(&id), &place, &json(&kept)?, now)?;
            executor.execute(sql::REVIEW_BODY_PUT, values![sealed, &tenant, &id]).map(|_| ())
        })
    }

    /// Resolves an entry. One that has been resolved is [`Failure::Conflict`].
    pub fn resolve_review(
        &self,
        access: &Access,
        id: &str,
        resolution: &str,
    ) -> Result<(), Failure> {
        self.permit(access, Action::ResolveReview)?;
        within("resolution", resolution.len(), DOCUMENT_BYTES_MAX, "bytes")?;
        let tenant = access.tenant().as_str().to_owned();
        let id = id.to_owned();
        let key = values![&tenant, &id].to_vec();
        let found = self.inner.record.read(|executor| executor.first(sql::REVIEW_GET, &key))?;
        if found.is_none() {
            return Err(Failure::NotFound);
        }
        let entities = vec![format!("review/{id}")];
        self.note(access, Action::ResolveReview, &Touched { entities, ..Touched::default() })?;
        let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
        let (actor, text) = (access.actor().to_owned(), resolution.to_owned());
        self.inner.record_writer.write(move |executor| {
            let vault = Vault::new(executor, &keys, &tenant);
            let body = json(&Resolution { at: now, actor, text })?;
            let sealed = vault.seal(&owner(&id), &["review", &id, "resolution"], &body, now)?;
            match executor.execute(sql::REVIEW_RESOLVE, values![sealed, &tenant, &id])? {
                0 => Err(no_longer_open(&id)),
                _ => Ok(()),
            }
        })
    }
}

fn touch(touched: &mut Touched, review: &Review) {
    touched.entities.push(format!("review/{}", review.id));
    for patient in review.entry.patient.iter().chain(&review.entry.candidates) {
        touched.patient(patient.as_str());
    }
}

fn no_longer_open(id: &str) -> Failure {
    Failure::Conflict {
        place: format!("review/{id}"),
        expected: "open".to_owned(),
        found: "resolved".to_owned(),
    }
}

/// Opens an entry from its row: id, created, resolved, body, resolution.
fn stored(vault: &Vault<'_>, row: &Row) -> Result<Review, Failure> {
    let id = row.text(0)?;
    let owner = owner(id);
    let sealed = |_| Failure::Sealed { place: format!("review/{id}") };
    let kept = vault.open(&owner, &["review", id, "entry"], row.bytes(3)?)?;
    let Kept { entry, owner: keeper, notes } = serde_json::from_slice(&kept).map_err(sealed)?;
    let resolved = match row.optional_bytes(4)? {
        None => None,
        Some(body) => {
            let body = vault.open(&owner, &["review", id, "resolution"], body)?;
            Some(serde_json::from_slice(&body).map_err(sealed)?)
        }
    };
    Ok(Review {
        id: id.to_owned(),
        created: Timestamp::from_micros(row.int(1)?),
        entry,
        owner: keeper,
        notes,
        resolved,
    })
}
