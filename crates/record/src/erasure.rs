//! Erasing a patient: the keys of what is known of it are destroyed, then the rows are taken away.
//!
//! What is to be destroyed goes on a list beside the keyring first. From then on it is finished,
//! however often it is broken off: whoever opens the store goes through the list, and so destroys
//! again what a restored backup brought back.

mod certificate;
mod databases;
mod find;
mod pieces;
mod remove;
mod replay;

pub use certificate::{ErasureCertificate, read_certificate};
pub(crate) use replay::replay;

use crate::audit::Touched;
use crate::key::{DestroyedKey, Destruction};
use crate::limit;
use crate::store::values;
use crate::{Access, Action, Failure, Record};
use databases::Database;
use find::Found;
use model::{PatientId, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Who.
    pub patient: PatientId,
    /// By whom.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// The data keys that were destroyed.
    pub keys: Vec<DestroyedKey>,
    /// Rows that were taken away, by what they held.
    pub removed: BTreeMap<&'static str, u64>,
    /// Whether the logs of the databases were emptied, too; readers may have kept them open.
    pub are_logs_empty: bool,
}

impl Record {
    /// Erases a patient for good: everything that is sealed by a key of the patient, the messages
    /// it was in, what the search index and the sets of carriers have of it, and statements.
    /// Afterwards the patient is as if it had never been there. The audit log stays; it names ids.
    ///
    /// # Errors
    /// [`Failure::NotFound`] if there is nothing of such a patient, [`Failure::Invalid`] without a
    /// reason, or while the record is merged with another. After any other failure the opening of
    /// the store finishes what was begun.
    pub fn erase_patient(
        &self,
        access: &Access,
        patient: &PatientId,
        reason: &str,
    ) -> Result<Erasure, Failure> {
        self.permit(access, Action::ErasePatient)?;
        limit::text("reason", reason)?;
        if reason.trim().is_empty() {
            let text = "is not said".to_owned();
            return Err(Failure::Invalid { place: "reason".to_owned(), text });
        }
        if !model::id::is_fhir_id(patient.as_str()) {
            return Err(Failure::NotFound);
        }
        let mut touched = Touched::default();
        touched.patient(patient.as_str());
        touched.entities.push(format!("Patient/{patient}"));
        self.note(access, Action::ErasePatient, &touched)?;

        let tenant = access.tenant().as_str();
        let at = self.now();
        self.refuse_merged(tenant, patient)?;
        let found = self.found(tenant, patient)?;
        let keys = self.keys_of(tenant, patient, &found)?;
        if keys.is_empty() && found.is_nothing() {
            return Err(Failure::NotFound);
        }
        let destruction = Destruction {
            tenant: tenant.to_owned(),
            patient: patient.as_str().to_owned(),
            at: at.to_string(),
            keys,
        };
        let mut removed = BTreeMap::new();
        self.destroy(&destruction, patient, &found, &mut removed)?;
        // What was written of the patient meanwhile was derived from what is gone now.
        let rest = self.found(tenant, patient)?;
        let late = self.keys_of(tenant, patient, &rest)?;
        let mut keys = destruction.keys.clone();
        if !late.is_empty() || !rest.is_nothing() {
            keys.extend(late.clone());
            let late = Destruction { keys: late, ..destruction };
            self.destroy(&late, patient, &rest, &mut removed)?;
        }
        let are_logs_empty = databases::empty_logs(&self.inner)?;
        Ok(Erasure {
            patient: patient.clone(),
            actor: access.actor().to_owned(),
            reason: reason.to_owned(),
            at,
            keys,
            removed,
            are_logs_empty,
        })
    }

    /// Puts the keys on the list, then takes away what there is.
    fn destroy(
        &self,
        destruction: &Destruction,
        patient: &PatientId,
        found: &Found,
        removed: &mut BTreeMap<&'static str, u64>,
    ) -> Result<(), Failure> {
        let ring = self.inner.keys.ring()?;
        ring.destroy(destruction)?;
        self.remove(&destruction.tenant, patient, found, removed)?;
        ring.remember(std::slice::from_ref(destruction));
        Ok(())
    }

    /// What was found under a record that was merged is told of the other as well: the merge has to
    /// be taken back first, so that nothing of what is erased stays said there.
    fn refuse_merged(&self, tenant: &str, patient: &PatientId) -> Result<(), Failure> {
        let links = self.links_in(tenant, patient)?;
        let Some(other) = links.replaced_by.iter().chain(&links.replaces).next() else {
            return Ok(());
        };
        let text = format!("is merged with Patient/{other}: take that back, then erase each");
        Err(Failure::Invalid { place: format!("Patient/{patient}"), text })
    }

    fn found(&self, tenant: &str, patient: &PatientId) -> Result<Found, Failure> {
        let (keys, of) = (&self.inner.keys, (tenant, patient.as_str()));
        let raws = self.inner.genome.read(|genome| find::genome_raws(genome, of.0, of.1))?;
        let mut found = self.inner.record.read(|executor| find::find(executor, keys, of, raws))?;
        self.inner.archive.read(|executor| pieces::add(executor, keys, of, &mut found))?;
        Ok(found)
    }

    fn keys_of(
        &self,
        tenant: &str,
        patient: &PatientId,
        found: &Found,
    ) -> Result<Vec<DestroyedKey>, Failure> {
        let mut all = Vec::new();
        for database in Database::ALL {
            let owners = found.owners(database, patient.as_str());
            let pool = database.pool(&self.inner);
            all.extend(pool.read(|executor| {
                find::keys(executor, &self.inner.keys, database, tenant, &owners)
            })?);
        }
        Ok(all)
    }

    fn remove(
        &self,
        tenant: &str,
        patient: &PatientId,
        found: &Found,
        removed: &mut BTreeMap<&'static str, u64>,
    ) -> Result<(), Failure> {
        for database in Database::ALL {
            let (keys, now) = (Arc::clone(&self.inner.keys), self.now());
            let (tenant, patient) = (tenant.to_owned(), patient.as_str().to_owned());
            let found = found.clone();
            let counts = database.writer(&self.inner).write(move |executor| {
                let removal = remove::Removal {
                    executor,
                    keys: &keys,
                    tenant: &tenant,
                    patient: &patient,
                    now,
                };
                removal.run(database, &found)
            })?;
            for (what, count) in counts {
                *removed.entry(what).or_default() += count;
            }
        }
        Ok(())
    }
}

/// Overwrites the wrapped form of a data key and takes it away; whether there was one.
fn destroy_key(
    executor: &dyn crate::store::Executor,
    tenant: &str,
    owner: &str,
) -> Result<bool, Failure> {
    let key = values![tenant, owner];
    let Some(row) = executor.first(crate::sql::record::DATA_KEY_GET, key)? else {
        return Ok(false);
    };
    let zeros = vec![0_u8; row.bytes(0)?.len()];
    executor.execute(crate::sql::erasure::KEY_OVERWRITE, values![zeros, tenant, owner])?;
    executor.execute(crate::sql::record::DATA_KEY_DROP, key)?;
    Ok(true)
}
