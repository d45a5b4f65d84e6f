//! Patients of a shard: for every atom who meets it and who may.

mod order;

use super::bits::Bits;
use super::found::found;
use super::members::Members;
use super::plan::{Fact, Plan};
use super::ways::Ways;
use crate::Truth;
use crate::judge::{Context, judge};
use crate::patient::Patient;
use std::collections::BTreeMap;
use tumor::{Hgnc, Node};

/// Atoms with what is known of them.
type Answers = Vec<(usize, Truth)>;

/// A shard that is being filled.
#[derive(Debug)]
pub struct ShardBuilder<'a> {
    plan: &'a Plan,
    context: Context<'a>,
    people: Vec<Person>,
    /// What is known of the atoms, patient by patient.
    notes: Answers,
    /// Classes of tests that somebody was tested for beside the way they were tested.
    beside: Vec<usize>,
    ways: Ways,
    /// What a list of diagnoses says to the atoms of diagnoses, with its number.
    diagnoses: BTreeMap<Vec<Node>, (usize, Answers)>,
    /// The best answers of the events of one patient.
    found: Answers,
}

/// One patient of a shard that is being filled.
#[derive(Debug)]
struct Person {
    is_asked: bool,
    diagnosis: usize,
    way: Option<usize>,
    lacking: Vec<Fact>,
    /// Ends in `notes` and `beside`.
    ends: (usize, usize),
}

/// A shard of patients. They stand in the order of their diagnoses, so that work on one type of
/// tumour touches few of the words of a set.
#[derive(Debug)]
pub struct Shard {
    pub(super) scope: Bits,
    /// By atom.
    pub(super) met: Members,
    /// By atom: of whom it is not known.
    pub(super) open: Members,
    /// Who lacks a fact altogether.
    pub(super) lacking: BTreeMap<Fact, Bits>,
    /// Ways of being tested.
    pub(super) ways: Ways,
    /// Who was tested in each of these ways.
    pub(super) by_way: Vec<Bits>,
    /// Who was tested beside that, by class of tests.
    pub(super) beside: Members,
    /// For each position the place, and for each place the position.
    places: Vec<u16>,
    positions: Vec<u16>,
}

impl Shard {
    /// How many patients it has.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The places of the patients of a set, in the order in which they were taken in.
    pub fn places(&self, set: &Bits) -> Vec<u16> {
        let place = |position: u16| self.places.get(usize::from(position)).copied();
        let mut places: Vec<u16> = set.iter().filter_map(place).collect();
        places.sort_unstable();
        places
    }

    /// Whether the patient of a place is in a set.
    pub fn has(&self, set: &Bits, place: u16) -> bool {
        let position = self.positions.get(usize::from(place));
        position.is_some_and(|position| set.contains(*position))
    }
}

impl<'a> ShardBuilder<'a> {
    /// An empty shard.
    pub fn new(plan: &'a Plan, context: Context<'a>) -> Self {
        Self {
            plan,
            context,
            people: Vec::new(),
            notes: Vec::new(),
            beside: Vec::new(),
            ways: Ways::default(),
            diagnoses: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// Takes a patient in and says at which place; `None` if the shard is full.
    pub fn add(&mut self, patient: &Patient) -> Option<u16> {
        let place = u16::try_from(self.people.len()).ok()?;
        self.events(patient);
        let (diagnosis, lacking) = self.facts(patient);
        let way = self.coverage(patient);
        self.people.push(Person {
            is_asked: patient.alive != Some(false) || self.context.deceased,
            diagnosis,
            way,
            lacking,
            ends: (self.notes.len(), self.beside.len()),
        });
        Some(place)
    }

    fn events(&mut self, patient: &Patient) {
        let mut answers = std::mem::take(&mut self.found);
        found(self.plan, patient, &mut answers);
        for pair in answers.windows(2) {
            // The best answer of an atom comes last.
            if let [(atom, truth), (next, _)] = pair
                && atom != next
            {
                self.notes.push((*atom, *truth));
            }
        }
        self.notes.extend(answers.last());
        self.found = answers;
    }

    /// Notes what facts say; the number of the diagnoses, and which facts are not there.
    fn facts(&mut self, patient: &Patient) -> (usize, Vec<Fact>) {
        let plan = self.plan;
        let (mut diagnosis, mut lacking) = (None, Vec::new());
        for (fact, atoms) in &plan.by_fact {
            if lacks(patient, *fact) {
                lacking.push(*fact);
            } else if *fact == Fact::Diagnosis {
                diagnosis = Some(self.diagnosis(patient, atoms));
            } else {
                for atom in atoms {
                    let Some(criterion) = plan.atoms.get(*atom) else { continue };
                    let truth = judge(criterion, patient, &self.context);
                    if truth != Truth::No {
                        self.notes.push((*atom, truth));
                    }
                }
            }
        }
        (diagnosis.unwrap_or_else(|| self.diagnosis(patient, &[])), lacking)
    }

    fn diagnosis(&mut self, patient: &Patient, atoms: &[usize]) -> usize {
        if let Some((number, _)) = self.diagnoses.get(&patient.diagnoses) {
            return *number;
        }
        let told = |atom: &usize| {
            let truth = judge(self.plan.atoms.get(*atom)?, patient, &self.context);
            (truth != Truth::No).then_some((*atom, truth))
        };
        let answers = atoms.iter().filter_map(told).collect();
        let number = self.diagnoses.len();
        self.diagnoses.insert(patient.diagnoses.clone(), (number, answers));
        number
    }

    /// The way somebody was tested; where there is none, each class of tests is noted.
    fn coverage(&mut self, patient: &Patient) -> Option<usize> {
        let (plan, view) = (self.plan, &patient.tumor);
        // What is not understood of a gene takes its tests away: such a patient stands alone.
        let is_clear = view.unclear.is_empty();
        let way = if is_clear { self.ways.of(&view.coverages) } else { None };
        let mut tests: Vec<usize> = if is_clear && (way.is_some() || view.coverages.is_empty()) {
            let genes = view.negatives.iter().map(|(gene, _)| gene);
            genes.filter_map(|gene: &Hgnc| plan.tests_of.get(gene)).flatten().copied().collect()
        } else {
            (0..plan.tests.len()).collect()
        };
        tests.sort_unstable();
        tests.dedup();
        let saw = |gene, class, exon| view.tested(gene, class, exon);
        tests.retain(|test| plan.tests.get(*test).is_some_and(|asked| asked.tested(saw)));
        self.beside.append(&mut tests);
        way
    }
}

fn lacks(patient: &Patient, fact: Fact) -> bool {
    match fact {
        Fact::Diagnosis => patient.diagnoses.is_empty(),
        Fact::Birth => patient.born.earliest.is_none() && patient.born.latest.is_none(),
        Fact::Sex => patient.sex.is_none(),
        Fact::Stage => patient.stage.is_none(),
        Fact::Performance => patient.ecog.is_none(),
        Fact::Biomarker(kind) => !patient.tumor.biomarkers.iter().any(|one| one.kind.answers(kind)),
        Fact::Other => false,
    }
}
