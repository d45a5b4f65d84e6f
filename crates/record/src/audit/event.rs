//! What is read of the audit log: events, by whom, about whom.

use super::index::Index;
use super::{Audit, Event, Touched};
use crate::limit::rows;
use crate::{Access, Action, Failure, Record, Role, Scope};
use model::{PatientId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::PoisonError;

/// An event of the audit log. Ids and words only; never what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEvent {
    /// Segment and line; a FHIR id.
    pub id: String,
    /// When.
    pub time: Timestamp,
    /// Whose data.
    pub tenant: String,
    /// Who: a log-in, a client or a machine.
    pub actor: String,
    /// The application through which a person asked.
    pub application: Option<String>,
    /// The word of the role.
    pub role: String,
    /// The word of the purpose.
    pub purpose: String,
    /// The word of the action.
    pub action: String,
    /// Whether it was permitted.
    pub permitted: bool,
    /// Whether the access was narrowed to patients.
    pub narrowed: bool,
    /// Whose data was touched.
    pub patients: Vec<String>,
    /// What was touched: `Observation/123/_history/2`, a raw id, a review id.
    pub entities: Vec<String>,
    /// SHA-256 of the query, if there was one.
    pub query: Option<String>,
    /// To whom it was disclosed, if it was.
    pub disclosure: Option<Disclosure>,
}

/// A disclosure that has to be accounted for (45 CFR 164.528): not for treatment, payment or
/// operations, nor to the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    /// Who received it, with the address if it is known.
    pub recipient: String,
    /// What for, briefly.
    pub purpose: String,
    /// On which legal basis: `45 CFR 164.512(b)`.
    pub legal_basis: String,
    /// What was disclosed, briefly.
    pub what: String,
}

impl AuditEvent {
    /// Reads the text of an event.
    pub(super) fn read(id: &str, body: &str) -> Result<Self, Failure> {
        let bad = || Failure::Audit(format!("the event {id} cannot be read"));
        let event: Event = serde_json::from_str(body).map_err(|_| bad())?;
        Ok(Self {
            id: id.to_owned(),
            time: Timestamp::parse(&event.time).ok_or_else(bad)?,
            tenant: event.tenant,
            actor: event.actor,
            application: event.application,
            role: event.role,
            purpose: event.purpose,
            action: event.action,
            permitted: event.decision == "permitted",
            narrowed: event.narrowed,
            patients: event.patients,
            entities: event.entities,
            query: event.query,
            disclosure: event.disclosure,
        })
    }

    /// Every patient whom it names: also one who was asked for in vain, who is only among what was
    /// touched, as `Patient/ID` or a version of it.
    fn named(&self) -> impl Iterator<Item = String> + '_ {
        let asked = self.entities.iter().filter_map(|entity| {
            let mut parts = entity.split('/');
            (parts.next() == Some("Patient")).then(|| parts.next()).flatten()
        });
        self.patients.iter().map(String::as_str).chain(asked).map(str::to_owned)
    }

    /// The event as these patients may see it: others are not named.
    fn narrowed_to(mut self, scope: &Scope) -> Option<Self> {
        let Scope::Patients(seen) = scope else { return Some(self) };
        let others = self.patients.len();
        self.patients.retain(|patient| seen.iter().any(|one| one.as_str() == patient));
        if self.patients.len() < others {
            // Which of these belongs to whom is not known here.
            self.entities.clear();
            self.query = None;
        }
        (!self.patients.is_empty()).then_some(self)
    }
}

/// Which events are asked for, the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Whose data was touched.
    pub patient: Option<String>,
    /// Who touched it.
    pub actor: Option<String>,
    /// Exactly what was touched.
    pub entity: Option<String>,
    /// One of these was done.
    pub actions: Option<Vec<Action>>,
    /// Whether it was permitted.
    pub permitted: Option<bool>,
    /// Disclosures that have to be accounted for, and nothing else.
    pub disclosures_only: bool,
    /// Then or later.
    pub from: Option<Timestamp>,
    /// Before that.
    pub until: Option<Timestamp>,
    /// Where the page before ended.
    pub before: Option<(Timestamp, u64)>,
    /// Most events.
    pub count: u32,
}

/// Events of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The latest first.
    pub events: Vec<AuditEvent>,
    /// Where the next page goes on, if there is one.
    pub next: Option<(Timestamp, u64)>,
}

impl Audit {
    /// A page of a tenant's events, whoever they are about: for the record's own use.
    pub(crate) fn page(&self, tenant: &str, query: &AuditQuery) -> Result<AuditPage, Failure> {
        self.indexed(|index| index.events(tenant, query))
    }

    /// Works with the index, brought up to date.
    fn indexed<T>(&self, work: impl FnOnce(&Index) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if index.is_none() {
            *index = Some(Index::open(&self.directory, &self.keys)?);
        }
        let Some(opened) = index.as_ref() else { return Err(Failure::NotFound) };
        opened.bring_up_to_date(&self.directory)?;
        work(opened)
    }
}

impl Record {
    /// Events of the audit log. A patient's access finds the events of that patient, and no other
    /// patient is named in them. That the log was read is an event, too.
    pub fn audit_events(&self, access: &Access, query: &AuditQuery) -> Result<AuditPage, Failure> {
        self.permit(access, Action::ReadAudit)?;
        rows("count", query.count)?;
        let mut query = query.clone();
        if let Scope::Patients(seen) = access.scope() {
            query.patient = Some(of_scope(query.patient, seen.iter())?);
        }
        let touched =
            Touched { patients: query.patient.iter().cloned().collect(), ..asked(&query) };
        self.note(access, Action::ReadAudit, &touched)?;
        let tenant = access.tenant().as_str();
        let AuditPage { events, next } = self.inner.audit.page(tenant, &query)?;
        let events = events.into_iter();
        let events: Vec<_> = events.filter_map(|event| event.narrowed_to(access.scope())).collect();
        // Whoever else is named in what was found has been looked at, too.
        let mut named: BTreeSet<String> = events.iter().flat_map(AuditEvent::named).collect();
        named.retain(|patient| Some(patient) != query.patient.as_ref());
        let patients: Vec<String> = named.into_iter().collect();
        if !patients.is_empty() {
            self.note(access, Action::ReadAudit, &Touched { patients, ..asked(&query) })?;
        }
        Ok(AuditPage { events, next })
    }

    /// One event of the audit log by its id; `None` if there is none that the access sees.
    pub fn audit_event(&self, access: &Access, id: &str) -> Result<Option<AuditEvent>, Failure> {
        self.permit(access, Action::ReadAudit)?;
        let tenant = access.tenant().as_str();
        let found = self.inner.audit.indexed(|index| index.event(tenant, id));
        let found = found.map(|event| event.and_then(|event| event.narrowed_to(access.scope())));
        let entities = vec![format!("AuditEvent/{id}")];
        let named: BTreeSet<String> = found.iter().flatten().flat_map(AuditEvent::named).collect();
        let patients = named.into_iter().collect();
        self.note(
            access,
            Action::ReadAudit,
            &Touched { patients, entities, ..Touched::default() },
        )?;
        found
    }

    /// Notes a disclosure that has to be accounted for. [`Failure::Invalid`] where something is
    /// not said: an account without recipient or basis is none.
    pub fn note_disclosure(
        &self,
        access: &Access,
        patient: &PatientId,
        disclosure: &Disclosure,
    ) -> Result<(), Failure> {
        self.permit(access, Action::NoteDisclosure)?;
        let Disclosure { recipient, purpose, legal_basis, what } = disclosure;
        let parts = [
            ("patient", patient.as_str()),
            ("recipient", recipient),
            ("purpose", purpose),
            ("legal basis", legal_basis),
            ("what", what),
        ];
        for (place, text) in parts {
            crate::limit::text(place, text)?;
            if text.trim().is_empty() {
                let text = "is not said".to_owned();
                return Err(Failure::Invalid { place: place.to_owned(), text });
            }
        }
        let touched = Touched {
            patients: vec![patient.as_str().to_owned()],
            disclosure: Some(disclosure.clone()),
            ..Touched::default()
        };
        self.note(access, Action::NoteDisclosure, &touched)
    }
}

/// The one patient of a narrowed access that is asked about.
fn of_scope<'s>(
    asked: Option<String>,
    mut seen: impl Iterator<Item = &'s PatientId>,
) -> Result<String, Failure> {
    match asked {
        Some(asked) if seen.any(|one| one.as_str() == asked) => Ok(asked),
        Some(_) => Err(Failure::NotFound),
        None => {
            let (Some(only), None) = (seen.next(), seen.next()) else {
                let text = "name one of the patients".to_owned();
                return Err(Failure::Invalid { place: "patient".to_owned(), text });
            };
            Ok(only.as_str().to_owned())
        }
    }
}

/// A query as it is noted.
fn asked(query: &AuditQuery) -> Touched {
    let text = format!("{query:?}");
    Touched { query: Some(crate::vault::sha256(text.as_bytes())), ..Touched::default() }
}

/// Whether a role reads the log of the access rather than resources of that type.
pub fn reads_audit(role: Role) -> bool {
    matches!(role, Role::PrivacyOfficer | Role::Patient)
}
