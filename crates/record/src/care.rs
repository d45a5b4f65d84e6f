//! Who cares for whom, and as what a consent may name an actor. Both are rows that the filter of
//! every query asks: some were put by somebody, others follow from what is filed.

mod file;
mod read;

pub(crate) use file::{bring_up_to_date, is_source, replace};
pub(crate) use read::{Said, said};

use crate::audit::Touched;
use crate::limit::{PAGE_ROWS_MAX, text};
use crate::sql::{care as said_sql, record as sql};
use crate::store::values;
use crate::{Access, Action, Failure, Record};
use model::{PatientId, Timestamp};

/// A relationship of care between an actor and a patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Care {
    /// The patient.
    pub patient: PatientId,
    /// The actor, as the audit log names it: `account:ana`. Of one that follows from a resource
    /// what that calls the person: `Practitioner/p1`, `CareTeam/t1`, a system, `|` and a number.
    pub actor: String,
    /// From when.
    pub begins: Timestamp,
    /// Until when; the instant itself is over.
    pub ends: Timestamp,
    /// Where it is known from: a visit, a list, somebody's word; or a resource, `Encounter/e1`.
    pub source: String,
}

/// What a consent may call an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorReference {
    /// The actor, as the audit log names it.
    pub actor: String,
    /// `Practitioner/p1`, `Organization/o1`, as in `Consent.provision.actor.reference`; or a
    /// system, `|` and a number, as in `Encounter.participant.individual.identifier`.
    pub reference: String,
}

impl Record {
    /// Notes that somebody cares for a patient. One that began at the same time is replaced: to end
    /// a relationship is to give it an end.
    pub fn put_care(&self, access: &Access, care: Care) -> Result<(), Failure> {
        let granted = self.granted(access, Action::WriteCare)?;
        for (place, value) in [
            ("actor", &care.actor),
            ("source", &care.source),
            ("patient", &care.patient.to_string()),
        ] {
            text(place, value)?;
        }
        if care.actor.is_empty() || care.ends < care.begins {
            let text = "names nobody, or ends before it begins".to_owned();
            return Err(Failure::Invalid { place: "care".to_owned(), text });
        }
        if !granted.sees(care.patient.as_str()) {
            return Err(Failure::NotFound);
        }
        let mut touched = Touched::default();
        touched.patient(care.patient.as_str());
        touched.entities.push(format!("care/{}", care.actor));
        self.note(access, Action::WriteCare, &touched)?;
        let tenant = access.tenant().as_str().to_owned();
        self.inner.record_writer.write(move |executor| {
            let Care { patient, actor, begins, ends, source } = &care;
            let (begins, ends) = (begins.micros(), ends.micros());
            let row = values![&tenant, patient.as_str(), actor, begins, ends, source];
            executor.execute(sql::CARE_PUT, row).map(|_| ())
        })
    }

    /// The relationships of a patient, those that are over as well, by actor and beginning: those
    /// that were put, then those that follow from resources.
    pub fn care_of(&self, access: &Access, patient: &PatientId) -> Result<Vec<Care>, Failure> {
        self.audited_read(access, Action::ReadCare, |executor, touched| {
            touched.patient(patient.as_str());
            if !access.sees(patient.as_str()) {
                return Ok(Vec::new());
            }
            let key = values![access.tenant().as_str(), patient.as_str(), PAGE_ROWS_MAX];
            let rows = executor.query(sql::CARE_OF_PATIENT, key)?;
            let said = executor.query(said_sql::SAID_OF_PATIENT, key)?;
            let care = |row: &crate::store::Row, source: String| {
                Ok(Care {
                    patient: PatientId::new(row.text(0)?),
                    actor: row.text(1)?.to_owned(),
                    begins: Timestamp::from_micros(row.int(2)?),
                    ends: Timestamp::from_micros(row.int(3)?),
                    source,
                })
            };
            let put = rows.iter().map(|row| care(row, row.text(4)?.to_owned()));
            let of_resources =
                said.iter().map(|row| care(row, format!("{}/{}", row.text(4)?, row.text(5)?)));
            put.chain(of_resources).collect()
        })
    }

    /// Says what consents may call an actor, or that they no longer may.
    pub fn set_actor_reference(
        &self,
        access: &Access,
        known: ActorReference,
        is_known: bool,
    ) -> Result<(), Failure> {
        self.permit(access, Action::WriteCare)?;
        let ActorReference { actor, reference } = known;
        for (place, value) in [("actor", &actor), ("reference", &reference)] {
            text(place, value)?;
            if value.is_empty() {
                let text = "is not said".to_owned();
                return Err(Failure::Invalid { place: place.to_owned(), text });
            }
        }
        let entities = vec![format!("actor-reference/{actor}")];
        self.note(access, Action::WriteCare, &Touched { entities, ..Touched::default() })?;
        let tenant = access.tenant().as_str().to_owned();
        self.inner.record_writer.write(move |executor| {
            let change =
                if is_known { sql::ACTOR_REFERENCE_PUT } else { sql::ACTOR_REFERENCE_DROP };
            executor.execute(change, values![&tenant, &actor, &reference]).map(|_| ())
        })
    }
}
