//! Adopting a pack: everybody's stored facts are interpreted with it, and the list of those for
//! whom it changes a phenotype or advice is left for people to go through.
//!
//! An adoption can be killed at any moment and begun again: it goes on after the last page of
//! patients, and a patient's statements and place on the list are one transaction. The pack is in
//! use when everybody has been looked at, not before.

mod compare;

pub use compare::{ChangeKind, PatientChanges, SubjectChange, compare};

use crate::conclude::conclude_with;
use crate::follow::{Failure, Interpreter};
use crate::replay::load_kept;
use knowledge::Pack;
use model::statement::KnowledgeRef;
use model::{PatientId, TenantId};
use record::{Access, PatientChange, Purpose, Record, Role, Scope};
use std::sync::Arc;

/// Patients looked at between two notes of the place.
const PATIENTS_PER_PAGE: u32 = 32;
/// Patients looked at at a time. Most of the time is spent waiting for the disk, which one sync
/// serves for all.
const WORKERS: usize = 8;

/// What an adoption did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The pack.
    pub pack: KnowledgeRef,
    /// The pack in use before.
    pub former: Option<KnowledgeRef>,
    /// Whether the pack was in use already, so that nothing was done.
    pub in_use_already: bool,
    /// Patients looked at, those of an earlier, broken run included.
    pub patients: u64,
    /// Those for whom something changes.
    pub changed: u64,
    /// Those of them who take a medicine that is concerned.
    pub current_medicine: u64,
    /// Changes of the feed that the former pack had not interpreted, and that a dry run could not
    /// take into account.
    pub behind: u64,
    /// Why the former pack could not interpret what was left to do, if it could not.
    pub former_unusable: Option<String>,
}

/// Adopts packs for one tenant.
#[derive(Clone, Debug)]
pub struct Adopter {
    record: Record,
    tenant: TenantId,
    access: Access,
}

impl Adopter {
    /// An adopter who acts under that name.
    pub fn new(record: Record, tenant: &TenantId, actor: &str) -> Self {
        let access =
            Access::new(tenant.clone(), actor, Role::Engine, Purpose::Treatment, Scope::Tenant);
        Self { record, tenant: tenant.clone(), access }
    }

    /// Tells what the pack would change for whom, in the order of the patients' ids, and changes
    /// nothing.
    ///
    /// # Errors
    /// When the record fails.
    pub fn dry_run(
        &self,
        pack: &Pack,
        told: &mut dyn FnMut(&PatientChanges),
    ) -> Result<Adopted, Failure> {
        let former = self.record.active_pack(&self.access)?;
        let behind = match &former {
            Some(former) => {
                let cursor = Interpreter::cursor_of(&former.digest);
                let (place, last) = self.record.cursor_and_last(&self.access, &cursor)?;
                last.saturating_sub(place)
            }
            None => 0,
        };
        let mut adopted = Adopted::begun(pack, former, behind);
        let ready = Ready::of(pack);
        let mut after: Option<PatientId> = None;
        loop {
            let page = self.page(after.as_ref())?;
            let Some(last) = page.last() else { return Ok(adopted) };
            for changes in each(&page, |patient| self.changes(&ready, patient).map(|c| c.0))? {
                if !changes.changes.is_empty() {
                    adopted.count(&changes);
                    told(&changes);
                }
            }
            adopted.patients += page.len() as u64;
            after = Some(last.clone());
        }
    }

    /// Adopts the pack. What the former pack had still to interpret is done first, so that the
    /// list holds what the pack changes and nothing else; where that pack cannot be loaded any
    /// more, it is said and the adoption goes on.
    ///
    /// # Errors
    /// When the record fails; the same call again goes on where this one ended.
    pub fn adopt(&self, pack: &Arc<Pack>) -> Result<Adopted, Failure> {
        let former = self.record.active_pack(&self.access)?;
        let digest = pack.reference().digest;
        let mut adopted = Adopted::begun(pack, former, 0);
        let latest = self.record.adoptions(&self.access, 1)?.pop();
        let open = latest.is_some_and(|latest| latest.finished.is_none());
        if adopted.former.as_ref().is_some_and(|former| former.digest == digest) && !open {
            adopted.in_use_already = true;
            return Ok(adopted);
        }
        if let Some(former) = &adopted.former {
            adopted.former_unusable = self.catch_up(former)?;
        }
        let interpreter =
            Interpreter::not_begun(self.record.clone(), Arc::clone(pack), &self.tenant)?;
        let adoption = self.record.begin_adoption(&self.access, &digest)?;
        let fresh = adoption.place.is_none();
        if fresh {
            // What is filed from now on is interpreted when everybody has been looked at.
            interpreter.follow_from_here()?;
        }
        let ready = Ready::of(pack);
        let mut after = adoption.place;
        loop {
            let page = self.page(after.as_ref())?;
            let Some(last) = page.last() else { break };
            each(&page, |patient| self.adopt_patient(&ready, &adoption.id, patient))?;
            self.record.advance_adoption(&self.access, &adoption.id, last, page.len() as u64)?;
            after = Some(last.clone());
        }
        // In this order: a crash in between interprets everybody once more.
        self.record.finish_adoption(&self.access, &adoption.id)?;
        if fresh {
            interpreter.note_used()?;
            interpreter.catch_up()?;
        } else {
            // Since the broken run, somebody may have interpreted with the former pack again.
            Interpreter::new(self.record.clone(), Arc::clone(pack), &self.tenant)?.catch_up()?;
        }
        let done = self.record.adoptions(&self.access, 1)?.pop();
        let counts = self.record.adoption_counts(&self.access, &adoption.id)?;
        adopted.patients = done.map_or(0, |done| done.patients);
        adopted.changed = counts.patients;
        adopted.current_medicine = counts.current_medicine;
        Ok(adopted)
    }

    /// Interprets what the former pack had still to do; why it cannot, if it cannot.
    fn catch_up(&self, former: &KnowledgeRef) -> Result<Option<String>, Failure> {
        let pack = match load_kept(&self.record, &self.access, former) {
            Ok(pack) => Arc::new(pack),
            Err(Failure::Knowledge(why)) => return Ok(Some(why)),
            Err(failure) => return Err(failure),
        };
        Interpreter::new(self.record.clone(), pack, &self.tenant)?.catch_up()?;
        Ok(None)
    }

    fn page(&self, after: Option<&PatientId>) -> Result<Vec<PatientId>, Failure> {
        Ok(self.record.patients_with_statements(&self.access, after, PATIENTS_PER_PAGE)?)
    }

    fn changes(
        &self,
        ready: &Ready<'_>,
        patient: &PatientId,
    ) -> Result<(PatientChanges, Vec<model::Statement>), Failure> {
        let facts = self.record.facts_of_person(&self.access, patient)?;
        let before = self.record.statements(&self.access, patient)?;
        let Ready { pack, caller } = ready;
        let after = conclude_with(caller, &self.tenant, patient, pack, &facts).statements;
        let before: Vec<_> = before.into_iter().map(|stored| stored.statement).collect();
        Ok((compare(patient, &before, &after, pack, &facts), after))
    }

    fn adopt_patient(
        &self,
        ready: &Ready<'_>,
        adoption: &str,
        patient: &PatientId,
    ) -> Result<(), Failure> {
        let (changes, statements) = self.changes(ready, patient)?;
        let noted = if changes.changes.is_empty() {
            None
        } else {
            Some(PatientChange {
                patient: patient.clone(),
                current_medicine: changes.current_medicine(),
                body: serde_json::to_value(&changes)?,
            })
        };
        self.record.adopt_patient(&self.access, adoption, noted, patient, &statements)?;
        Ok(())
    }
}

/// A pack with what is made from it once.
struct Ready<'p> {
    pack: &'p Pack,
    caller: pgx::Caller,
}

impl<'p> Ready<'p> {
    fn of(pack: &'p Pack) -> Self {
        Self { pack, caller: pgx::Caller::new(&pack.pgx) }
    }
}

impl Adopted {
    fn begun(pack: &Pack, former: Option<KnowledgeRef>, behind: u64) -> Self {
        Self {
            pack: pack.reference(),
            former,
            in_use_already: false,
            patients: 0,
            changed: 0,
            current_medicine: 0,
            behind,
            former_unusable: None,
        }
    }

    fn count(&mut self, changes: &PatientChanges) {
        self.changed += 1;
        self.current_medicine += u64::from(changes.current_medicine());
    }
}

/// Works on the patients of a page side by side; the results are in their order.
fn each<T: Send>(
    page: &[PatientId],
    work: impl Fn(&PatientId) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let share = page.len().div_ceil(WORKERS).max(1);
    let stopped = || Failure::Knowledge("a worker of the adoption stopped".to_owned());
    std::thread::scope(|scope| {
        let workers: Vec<_> = page
            .chunks(share)
            .map(|patients| {
                let work = &work;
                scope.spawn(move || patients.iter().map(work).collect::<Result<Vec<_>, _>>())
            })
            .collect();
        let mut results = Vec::with_capacity(page.len());
        for worker in workers {
            results.extend(worker.join().map_err(|_| stopped())??);
        }
        Ok(results)
    })
}
