//! A shard: for every atom who meets it and who may.

use super::bits::{Bits, Kept, SHARD_PATIENTS};
use super::plan::{Fact, Plan};
use crate::Truth;
use crate::criteria::Criterion;
use crate::judge::{Context, judge};
use crate::patient::Patient;
use std::collections::BTreeMap;
use std::sync::Arc;
use tumor::{Alteration, CoveredGenes, Event, Hgnc, Node};

/// Most ways of being tested that are told apart in a shard; more are kept patient by patient.
pub(super) const WAYS_MAX: usize = 64;

/// Who meets an atom, and of whom it is not known.
#[derive(Clone, Debug, Default)]
pub(super) struct AtomSet {
    pub(super) met: Kept,
    pub(super) open: Kept,
}

/// A shard that is being filled.
#[derive(Debug)]
pub struct ShardBuilder<'a> {
    plan: &'a Plan,
    context: Context<'a>,
    shard: Shard,
    /// What a list of diagnoses says to the atoms of diagnoses.
    diagnoses: BTreeMap<Vec<Node>, Vec<(usize, Truth)>>,
}

/// A shard of patients.
#[derive(Debug)]
pub struct Shard {
    pub(super) size: usize,
    pub(super) scope: Bits,
    pub(super) atoms: Vec<AtomSet>,
    /// Who lacks a fact altogether.
    pub(super) lacking: BTreeMap<Fact, Bits>,
    /// Ways of being tested, and who was.
    pub(super) ways: Vec<(Vec<Arc<CoveredGenes>>, Bits)>,
    /// Who was tested beside that, by class of tests.
    pub(super) tested: BTreeMap<usize, Kept>,
}

impl Shard {
    /// How many patients it has.
    pub fn len(&self) -> usize {
        self.size
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.size == 0
    }
}

impl<'a> ShardBuilder<'a> {
    /// An empty shard.
    pub fn new(plan: &'a Plan, context: Context<'a>) -> Self {
        let shard = Shard {
            size: 0,
            scope: Bits::none(),
            atoms: vec![AtomSet::default(); plan.atoms.len()],
            lacking: BTreeMap::new(),
            ways: Vec::new(),
            tested: BTreeMap::new(),
        };
        Self { plan, context, shard, diagnoses: BTreeMap::new() }
    }

    /// Takes a patient in; `None` if the shard is full.
    pub fn add(&mut self, patient: &Patient) -> Option<u16> {
        let place =
            u16::try_from(self.shard.size).ok().filter(|_| self.shard.size < SHARD_PATIENTS)?;
        self.shard.size += 1;
        if patient.alive != Some(false) || self.context.deceased {
            self.shard.scope.insert(place);
        }
        self.events(place, patient);
        self.facts(place, patient);
        self.coverage(place, patient);
        Some(place)
    }

    /// The shard.
    pub fn finish(self) -> Shard {
        self.shard
    }

    fn note(&mut self, place: u16, atom: usize, truth: Truth) {
        let Some(set) = self.shard.atoms.get_mut(atom) else { return };
        match truth {
            Truth::Yes => set.met.push(place),
            Truth::Unknown => set.open.push(place),
            Truth::No => {}
        }
    }

    fn events(&mut self, place: u16, patient: &Patient) {
        // The best answer of an atom comes last.
        let mut answers = found(self.plan, patient).into_iter().peekable();
        while let Some((atom, truth)) = answers.next() {
            if answers.peek().is_none_or(|(next, _)| *next != atom) {
                self.note(place, atom, truth);
            }
        }
    }

    fn facts(&mut self, place: u16, patient: &Patient) {
        let plan = self.plan;
        for (fact, atoms) in &plan.by_fact {
            if lacks(patient, *fact) {
                self.shard.lacking.entry(*fact).or_default().insert(place);
            } else if *fact == Fact::Diagnosis {
                self.diagnosis(place, patient, atoms);
            } else {
                for atom in atoms {
                    let Some(criterion) = plan.atoms.get(*atom) else { continue };
                    self.note(place, *atom, judge(criterion, patient, &self.context));
                }
            }
        }
    }

    fn diagnosis(&mut self, place: u16, patient: &Patient, atoms: &[usize]) {
        let plan = self.plan;
        if !self.diagnoses.contains_key(&patient.diagnoses) {
            let answers = atoms
                .iter()
                .filter_map(|atom| {
                    let truth = judge(plan.atoms.get(*atom)?, patient, &self.context);
                    (truth != Truth::No).then_some((*atom, truth))
                })
                .collect();
            self.diagnoses.insert(patient.diagnoses.clone(), answers);
        }
        let answers = self.diagnoses.get(&patient.diagnoses).cloned().unwrap_or_default();
        for (atom, truth) in answers {
            self.note(place, atom, truth);
        }
    }

    fn coverage(&mut self, place: u16, patient: &Patient) {
        let view = &patient.tumor;
        let plan = self.plan;
        let same = |way: &[Arc<CoveredGenes>]| {
            way.len() == view.coverages.len()
                && way.iter().zip(&view.coverages).all(|(one, other)| Arc::ptr_eq(one, other))
        };
        // What is not understood of a gene takes its tests away: such a patient stands alone.
        let is_clear = view.unclear.is_empty();
        let known = self.shard.ways.iter().position(|(way, _)| is_clear && same(way));
        let is_new = is_clear && known.is_none() && !view.coverages.is_empty();
        if is_new && self.shard.ways.len() < WAYS_MAX {
            self.shard.ways.push((view.coverages.clone(), Bits::none()));
        }
        let way = known.or_else(|| {
            self.shard.ways.len().checked_sub(1).filter(|last| {
                self.shard.ways.get(*last).is_some_and(|(way, _)| is_clear && same(way))
            })
        });
        let who = way.and_then(|way| self.shard.ways.get_mut(way));
        let grouped = is_clear && (who.is_some() || view.coverages.is_empty());
        if let Some((_, who)) = who {
            who.insert(place);
        }
        let mut tests: Vec<usize> = if grouped {
            let genes: Vec<Hgnc> = view.negatives.iter().map(|(gene, _)| *gene).collect();
            genes.iter().filter_map(|gene| plan.tests_of.get(gene)).flatten().copied().collect()
        } else {
            (0..plan.tests.len()).collect()
        };
        tests.sort_unstable();
        tests.dedup();
        for test in tests {
            let asked = plan.tests.get(test);
            let saw = |gene, class, exon| view.tested(gene, class, exon);
            if asked.is_some_and(|asked| asked.tested(saw)) {
                self.shard.tested.entry(test).or_default().push(place);
            }
        }
    }
}

/// The atoms that events of a patient meet or may meet, in order; of an atom the best answer comes
/// last.
pub(super) fn found(plan: &Plan, patient: &Patient) -> Vec<(usize, Truth)> {
    let mut found: Vec<(usize, Truth)> = Vec::new();
    let mut judged = |atoms: &[usize], event: &Event| {
        for atom in atoms {
            if let Some(Criterion::Event(asked)) = plan.atoms.get(*atom) {
                let truth = asked.judge(event);
                if truth != Truth::No {
                    found.push((*atom, truth));
                }
            }
        }
    };
    for event in &patient.tumor.events {
        judged(&plan.of_any_gene, event);
        for gene in event.genes().into_iter().flat_map(tumor::Gene::candidates) {
            let Some(atoms) = plan.by_gene.get(gene) else { continue };
            judged(&atoms.anywhere, event);
            match positions(event) {
                Some(positions) => {
                    for position in positions {
                        judged(atoms.at.get(&position).map_or(&[][..], Vec::as_slice), event);
                    }
                }
                None => atoms.at.values().for_each(|atoms| judged(atoms, event)),
            }
        }
    }
    found.sort_unstable();
    found
}

/// Where an event starts; `None` if it does not say so of all that it does.
fn positions(event: &Event) -> Option<Vec<u32>> {
    let Alteration::Short(short) = &event.alteration else { return Some(Vec::new()) };
    if short.changes.is_empty() {
        return None;
    }
    short.changes.iter().map(|change| change.start.map(|start| start.position)).collect()
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
