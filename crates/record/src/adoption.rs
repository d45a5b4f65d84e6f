//! Adopted packs: which one is in use since when, and the list of patients for whom it changed
//! anything. The list is written with the statements, in one transaction.

use crate::audit::Touched;
use crate::limit::{DOCUMENT_BYTES_MAX, rows, within};
use crate::record::uuid_at;
use crate::sql::record as sql;
use crate::statement::{Put, StatementsPut, prepare};
use crate::store::{Executor, Row, values};
use crate::vault::Vault;
use crate::{Access, Action, Failure, Record};
use model::statement::KnowledgeRef;
use model::{PatientId, Statement, Timestamp};
use serde_json::Value;
use std::sync::Arc;

/// The adoption of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adoption {
    /// Its id.
    pub id: String,
    /// The pack.
    pub pack: KnowledgeRef,
    /// The pack in use before, if there was one.
    pub former: Option<KnowledgeRef>,
    /// Who adopted it.
    pub actor: String,
    /// When it was begun.
    pub started: Timestamp,
    /// When every patient had been looked at; only then is the pack in use.
    pub finished: Option<Timestamp>,
    /// Patients looked at.
    pub patients: u64,
    /// The last of them; they are taken by id.
    pub place: Option<PatientId>,
}

/// How many patients an adoption changed something for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AdoptionCounts {
    /// Patients with a changed phenotype or changed advice.
    pub patients: u64,
    /// Those of them who take a medicine that is concerned.
    pub current_medicine: u64,
}

/// What an adoption changed for one patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientChange {
    /// Who.
    pub patient: PatientId,
    /// Whether a medicine that the patient takes is concerned.
    pub current_medicine: bool,
    /// What changed, as the interpreter wrote it down.
    pub body: Value,
}

impl Record {
    /// The pack in use: that of the latest adoption that was finished. Not audited: it is no
    /// patient's.
    pub fn active_pack(&self, access: &Access) -> Result<Option<KnowledgeRef>, Failure> {
        self.permit(access, Action::ReadPack)?;
        let tenant = access.tenant().as_str();
        self.inner.record.read(|executor| active(executor, tenant))
    }

    /// The latest adoptions, the latest first.
    pub fn adoptions(&self, access: &Access, limit: u32) -> Result<Vec<Adoption>, Failure> {
        let limit = rows("limit", limit)?;
        self.permit(access, Action::ReadPack)?;
        let tenant = access.tenant().as_str();
        self.inner.record.read(|executor| {
            let found = executor.query(sql::ADOPTIONS_LATEST, values![tenant, limit])?;
            found.iter().map(|row| adoption(executor, tenant, row)).collect()
        })
    }

    /// Begins the adoption of a kept pack, or goes on with the latest one, if that is of this pack
    /// and was not finished.
    pub fn begin_adoption(&self, access: &Access, digest: &str) -> Result<Adoption, Failure> {
        self.write_adoption(access, digest, false)
    }

    /// Makes a kept pack the one in use without looking at anybody: for a store in which no pack
    /// is in use yet. One that is in use already stays as it is.
    pub fn activate_pack(&self, access: &Access, digest: &str) -> Result<(), Failure> {
        self.write_adoption(access, digest, true).map(drop)
    }

    fn write_adoption(
        &self,
        access: &Access,
        digest: &str,
        at_once: bool,
    ) -> Result<Adoption, Failure> {
        self.permit(access, Action::AdoptPack)?;
        let entities = vec![format!("pack/{digest}")];
        self.note(access, Action::AdoptPack, &Touched { entities, ..Touched::default() })?;
        let tenant = access.tenant().as_str().to_owned();
        let (actor, digest, now) = (access.actor().to_owned(), digest.to_owned(), self.now());
        self.inner.record_writer.write(move |executor| {
            if executor.first(sql::PACK_NAMED, values![&tenant, &digest])?.is_none() {
                return Err(Failure::NotFound);
            }
            let latest = executor.first(sql::ADOPTIONS_LATEST, values![&tenant, 1_u32])?;
            let latest = latest.map(|row| adoption(executor, &tenant, &row)).transpose()?;
            let former = active(executor, &tenant)?;
            if let Some(latest) = latest
                && latest.pack.digest == digest
                && (latest.finished.is_none() || at_once)
            {
                return Ok(latest);
            }
            if at_once && former.is_some() {
                return Err(Failure::Conflict {
                    place: format!("pack/{digest}"),
                    expected: "no pack in use".to_owned(),
                    found: "another pack in use".to_owned(),
                });
            }
            let (id, micros) = (uuid_at(now), now.micros());
            let finished = if at_once { micros } else { 0 };
            let former = former.map_or(String::new(), |pack| pack.digest);
            // Not by the clock, which may go back.
            let number = executor.one(sql::ADOPTION_LAST, values![&tenant])?.count(0)? + 1;
            let row = values![&tenant, &id, number, &digest, former, actor, micros, finished];
            executor.execute(sql::ADOPTION_PUT, row)?;
            let row = executor.one(sql::ADOPTION_GET, values![&tenant, &id])?;
            adoption(executor, &tenant, &row)
        })
    }

    /// Patients with current statements after a patient, by id.
    pub fn patients_with_statements(
        &self,
        access: &Access,
        after: Option<&PatientId>,
        limit: u32,
    ) -> Result<Vec<PatientId>, Failure> {
        let limit = rows("limit", limit)?;
        self.audited_read(access, Action::AdoptPack, |executor, touched| {
            let after = after.map_or("", PatientId::as_str);
            let key = values![access.tenant().as_str(), after, limit];
            let mut patients = Vec::new();
            for row in executor.query(sql::STATEMENT_PATIENTS, key)? {
                touched.patients.push(row.text(0)?.to_owned());
                patients.push(PatientId::new(row.text(0)?));
            }
            Ok(patients)
        })
    }

    /// Makes these the current statements of a patient, as [`Record::put_statements`] does, and
    /// puts the patient on the adoption's list if anything is said to have changed, in one
    /// transaction. A patient who is on the list already stays there as noted first.
    pub fn adopt_patient(
        &self,
        access: &Access,
        adoption: &str,
        change: Option<PatientChange>,
        patient: &PatientId,
        statements: &[Statement],
    ) -> Result<StatementsPut, Failure> {
        self.permit(access, Action::AdoptPack)?;
        self.permit(access, Action::PutStatements)?;
        let statements = prepare(patient, statements)?;
        let change = change.map(|change| {
            let body = serde_json::to_vec(&change.body)
                .map_err(|error| Failure::Storage(error.to_string()))?;
            within("change", body.len(), DOCUMENT_BYTES_MAX, "bytes")?;
            Ok::<_, Failure>((change.current_medicine, body))
        });
        let change = change.transpose()?;
        let mut touched = Touched::default();
        touched.patient(patient.as_str());
        self.note(access, Action::PutStatements, &touched)?;
        let put = Put {
            tenant: access.tenant().as_str().to_owned(),
            patient: patient.as_str().to_owned(),
            keys: Arc::clone(&self.inner.keys),
            clock: Arc::clone(&self.inner.clock),
        };
        let adoption = adoption.to_owned();
        self.inner.record_writer.write(move |executor| {
            if let Some((current, body)) = change {
                let vault = Vault::new(executor, &put.keys, &put.tenant);
                let place = ["pack-change", adoption.as_str()];
                let sealed = vault.seal(&put.patient, &place, &body, (put.clock)())?;
                let row = values![&put.tenant, &adoption, &put.patient, current, sealed];
                executor.execute(sql::PACK_CHANGE_PUT, row)?;
            }
            put.run(executor, statements)
        })
    }

    /// Notes that every patient up to this one has been looked at, so many more than before.
    pub fn advance_adoption(
        &self,
        access: &Access,
        adoption: &str,
        place: &PatientId,
        patients: u64,
    ) -> Result<(), Failure> {
        self.permit(access, Action::AdoptPack)?;
        let place = place.as_str().to_owned();
        let key = (access.tenant().as_str().to_owned(), adoption.to_owned());
        self.inner.record_writer.write(move |executor| {
            let row = values![&place, patients, key.0, key.1, &place];
            executor.execute(sql::ADOPTION_ADVANCE, row).map(drop)
        })
    }

    /// Ends an adoption: its pack is in use from now on. [`Failure::NotFound`] if there is no such
    /// adoption that is still open.
    pub fn finish_adoption(&self, access: &Access, adoption: &str) -> Result<(), Failure> {
        self.permit(access, Action::AdoptPack)?;
        let entities = vec![format!("adoption/{adoption}")];
        self.note(access, Action::AdoptPack, &Touched { entities, ..Touched::default() })?;
        let (now, tenant) = (self.now().micros().max(1), access.tenant().as_str().to_owned());
        let adoption = adoption.to_owned();
        self.inner.record_writer.write(move |executor| {
            match executor.execute(sql::ADOPTION_FINISH, values![now, tenant, adoption])? {
                0 => Err(Failure::NotFound),
                _ => Ok(()),
            }
        })
    }

    /// How many patients an adoption changed something for.
    pub fn adoption_counts(
        &self,
        access: &Access,
        adoption: &str,
    ) -> Result<AdoptionCounts, Failure> {
        self.permit(access, Action::ReadPackChanges)?;
        let key = values![access.tenant().as_str(), adoption];
        self.inner.record.read(|executor| {
            let row = executor.one(sql::PACK_CHANGES_COUNT, key)?;
            Ok(AdoptionCounts { patients: row.count(0)?, current_medicine: row.count(1)? })
        })
    }

    /// Patients whom an adoption changed something for, after a patient, by id.
    pub fn pack_changes(
        &self,
        access: &Access,
        adoption: &str,
        after: Option<&PatientId>,
        limit: u32,
    ) -> Result<Vec<PatientChange>, Failure> {
        let limit = rows("limit", limit)?;
        self.audited_read(access, Action::ReadPackChanges, |executor, touched| {
            let tenant = access.tenant().as_str();
            let after = after.map_or("", PatientId::as_str);
            let vault = Vault::new(executor, &self.inner.keys, tenant);
            let rows =
                executor.query(sql::PACK_CHANGES, values![tenant, adoption, after, limit])?;
            touched.entities.push(format!("adoption/{adoption}"));
            let mut changes = Vec::new();
            for row in rows {
                let patient = row.text(0)?;
                touched.patients.push(patient.to_owned());
                let body = vault.open(patient, &["pack-change", adoption], row.bytes(2)?)?;
                let body = serde_json::from_slice(&body).map_err(|_| Failure::Sealed {
                    place: format!("pack-change/{adoption}/{patient}"),
                })?;
                let current_medicine = row.flag(1)?;
                changes.push(PatientChange {
                    patient: PatientId::new(patient),
                    current_medicine,
                    body,
                });
            }
            Ok(changes)
        })
    }
}

fn active(executor: &dyn Executor, tenant: &str) -> Result<Option<KnowledgeRef>, Failure> {
    match executor.first(sql::ADOPTION_FINISHED, values![tenant])? {
        Some(row) => pack(executor, tenant, row.text(0)?),
        None => Ok(None),
    }
}

/// A kept pack by its digest; none for the empty one.
fn pack(
    executor: &dyn Executor,
    tenant: &str,
    digest: &str,
) -> Result<Option<KnowledgeRef>, Failure> {
    if digest.is_empty() {
        return Ok(None);
    }
    let row = executor.one(sql::PACK_NAMED, values![tenant, digest])?;
    Ok(Some(KnowledgeRef {
        pack: row.text(0)?.to_owned(),
        version: row.text(1)?.to_owned(),
        date: row.text(2)?.to_owned(),
        digest: digest.to_owned(),
    }))
}

/// From its row: id, digest, former, actor, started, finished, patients, place.
fn adoption(executor: &dyn Executor, tenant: &str, row: &Row) -> Result<Adoption, Failure> {
    let missing = || Failure::Storage("an adoption of no pack".to_owned());
    let finished = row.int(5)?;
    let place = row.text(7)?;
    Ok(Adoption {
        id: row.text(0)?.to_owned(),
        pack: pack(executor, tenant, row.text(1)?)?.ok_or_else(missing)?,
        former: pack(executor, tenant, row.text(2)?)?,
        actor: row.text(3)?.to_owned(),
        started: Timestamp::from_micros(row.int(4)?),
        finished: (finished > 0).then(|| Timestamp::from_micros(finished)),
        patients: row.count(6)?,
        place: (!place.is_empty()).then(|| PatientId::new(place)),
    })
}
