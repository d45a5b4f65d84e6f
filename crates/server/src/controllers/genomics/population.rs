//! Counts over everybody whom the caller may see.
//!
//! Sets of carriers answer for all but a few: those who were changed since the sets were made,
//! those whom marks cannot tell everything of, and those whom marks only find as candidates. These
//! are asked one by one, and so is everybody where there are no sets.

use super::ask::{read, refused};
use super::carriers::settings;
use super::genome::{Genomes, Question};
use super::marks::Kept;
use crate::app::App;
use crate::caller::Caller;
use crate::error::Error;
use crate::research::{self, Teller};
use ::genomics::answer::{Fault, Part};
use ::genomics::asked::{Asked, Contract, Given, Operation, Subject};
use ::genomics::operation::{self, Counted, Counts, Found, Numbers, Population, Threshold, Tools};
use deidentify::counts::Kind;
use formats::fhir::genomics::TYPES;
use model::PatientId;
use record::{Carriers, Query, Record, Stored};
use std::collections::BTreeSet;

/// Patients whose resources are read at once.
const PATIENTS_AT_ONCE: u32 = 200;
/// Changes since the sets were made that are looked through for patients to ask; after more the
/// sets are too old.
const CHANGES_MAX: u64 = 200_000;

/// The answer of a count.
pub(super) fn count(
    app: &App,
    caller: &Caller,
    question: Question<'_>,
) -> Result<Vec<Part>, Error> {
    let Question { operation, asked, tools } = question;
    let count_min = app.genomics().count_min;
    app.record().read_together(|record| {
        let mut counting = Counting {
            app,
            caller,
            question,
            record,
            population: Population::new(operation, asked, tools),
        };
        if !counting.by_marks()? {
            counting.one_by_one()?;
        }
        counting.population.answer(Threshold(count_min)).map_err(refused)
    })
}

/// The answer of a count for research: everybody is asked one by one, so that who is counted is
/// known, and the ledger of the project says what is told.
pub(super) fn for_research(
    app: &App,
    caller: &Caller,
    (operation, contract): (&'static Operation, Contract),
    given: &[(String, Given)],
) -> Result<Vec<Part>, Error> {
    if operation.subject != Subject::Population {
        return Err(Error::research());
    }
    let (project, given): (Vec<_>, Vec<_>) =
        given.iter().cloned().partition(|(name, _)| name == research::PROJECT);
    let project = match project.as_slice() {
        [(_, Given::Text(project))] => project.clone(),
        _ => return Err(research::without_project()),
    };
    let references = &app.genomics().references;
    let mut asked = Asked::read(operation, contract, &given, references).map_err(refused)?;
    asked.include_patients = true;
    let lift_over = app.genomics().lift_over.as_deref();
    let question = Question { operation, asked: &asked, tools: Tools { lift_over, contract } };
    let population = app.record().read_together(|record| {
        let population = Population::new(operation, &asked, question.tools);
        let mut counting = Counting { app, caller, question, record, population };
        counting.for_research()?;
        Ok::<_, Error>(counting.population)
    })?;
    let teller = Teller::new(app, &caller.access, project);
    population
        .answer_by::<Stopped>(&mut |counts| {
            let (item, kind, patients) = match counts {
                Counts::Found { item, patients } => (item, Kind::Genotype, patients),
                Counts::Tested { patients } => ("tested", Kind::Plain, patients),
            };
            let text = format!("{} {item} {asked:?}", operation.name);
            let members = patients.iter().map(PatientId::new).collect();
            let told = teller.tell((&text, kind), &members, patients.len() as u64)?;
            Ok(told.number().ok_or_else(Error::withheld)?)
        })
        .map_err(|stopped| stopped.0)
}

/// Why a count was not told.
struct Stopped(Error);

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self(refused(fault))
    }
}

struct Counting<'c, 'p> {
    app: &'c App,
    caller: &'c Caller,
    question: Question<'c>,
    record: &'c Record,
    population: Population<'p>,
}

/// What the sets tell, and who is to be asked beside.
struct Told {
    tested: u64,
    items: Vec<Found>,
    named: Vec<Vec<bool>>,
    others: BTreeSet<PatientId>,
}

impl Counting<'_, '_> {
    fn add(&mut self, patient: &PatientId, stored: &[Stored]) -> Result<(), Error> {
        let (mut dossier, _) = read(self.app, stored)?;
        let (record, access) = (self.record, &self.caller.access);
        Genomes::read(record, access, patient, self.question, &mut dossier)?;
        self.population.add(patient.as_str(), &dossier).map_err(refused)
    }

    /// Asks everybody.
    fn one_by_one(&mut self) -> Result<(), Error> {
        let mut last: Option<PatientId> = None;
        loop {
            let (access, after) = (&self.caller.access, last.as_ref());
            let next =
                self.record.next_patients_resources(access, &TYPES, after, PATIENTS_AT_ONCE)?;
            let Some((patient, _)) = next.last() else { return Ok(()) };
            last = Some(patient.clone());
            for (patient, stored) in &next {
                self.add(patient, stored)?;
            }
        }
    }

    /// Asks everybody whom research may count: it lists no patients.
    fn for_research(&mut self) -> Result<(), Error> {
        let access = &self.caller.access;
        let mut patients = BTreeSet::new();
        for name in TYPES {
            let resource_type = name.to_owned();
            let query = Query { resource_type, terms: Vec::new(), count: 0, cursor: None };
            patients.extend(self.record.counted_patients(access, &query)?);
        }
        for patient in &patients {
            let stored = self.record.patient_resources(access, patient, &TYPES)?;
            self.add(patient, &stored)?;
        }
        Ok(())
    }

    /// Counts by the sets, and asks the others; whether that could be done.
    fn by_marks(&mut self) -> Result<bool, Error> {
        let access = &self.caller.access;
        let settings = settings(self.app);
        let told = self.record.read_carriers(access, &settings, |carriers| self.told(carriers))?;
        let Some(told) = told.flatten() else { return Ok(false) };
        for patient in &told.others {
            let stored = self.record.patient_resources(&self.caller.access, patient, &TYPES)?;
            self.add(patient, &stored)?;
        }
        self.population.add_counted(told.tested, told.items, &told.named);
        Ok(true)
    }

    fn told(&self, carriers: &Carriers<'_>) -> Result<Option<Told>, Error> {
        let Question { operation, asked, tools } = self.question;
        let Some(counted) = operation::count(operation, asked, tools, &mut Kept(carriers))? else {
            return Ok(None);
        };
        let access = &self.caller.access;
        // Read after the sets: whatever was changed since they were made is in it.
        let changed =
            self.record.changed_patients(access, &TYPES, carriers.sequence(), CHANGES_MAX)?;
        if !changed.is_end() {
            return Ok(None);
        }
        let Counted { mut tested, items, named, open } = counted;
        let mut apart = open.clone();
        let mut others = BTreeSet::new();
        for (number, patient) in carriers.open()? {
            apart.put(number);
            others.insert(patient);
        }
        for patient in changed.patients {
            if let Some(number) = carriers.number(&patient)? {
                apart.put(number);
            }
            others.insert(patient);
        }
        others.extend(carriers.patients(&open.iter().collect::<Vec<_>>())?);
        let without = |mut numbers: Numbers| {
            numbers.remove(&apart);
            numbers
        };
        tested.remove(&apart);
        let mut found = Vec::new();
        for item in items {
            let held = without(item.found);
            let mut patients = Vec::new();
            if asked.include_patients {
                let numbers: Vec<u64> = held.iter().collect();
                let named = carriers.patients(&numbers)?;
                patients.extend(named.iter().map(|patient| patient.as_str().to_owned()));
            }
            let known = item.known.map(|known| without(known).count());
            found.push(Found { count: held.count(), known, patients });
        }
        let has = |numbers: Numbers| !without(numbers).is_empty();
        let named = named.into_iter().map(|group| group.into_iter().map(has).collect()).collect();
        Ok(Some(Told { tested: tested.count(), items: found, named, others }))
    }
}
