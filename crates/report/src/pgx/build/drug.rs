//! Drug statements to entries and groups.

use super::Medicine;
use super::reference::References;
use crate::pgx::{Advice, Clinical, DrugEntry, DrugGroup, GeneUse, Shown, TestFirst};
use crate::words;
use model::absence::Absence;
use model::statement::{
    AdviceState, DrugStatement, GeneKey, GeneState, GeneStatement, Recommendation,
};
use std::cmp::Reverse;

/// Said where the guidance has looked at the result and gives nothing.
const NO_RECOMMENDATION: &str = "The guidance gives no recommendation for this result";
/// Said of a medicine that the pack does not have.
const NOT_IN_PACK: &str = "The loaded knowledge says nothing about genes for this medicine";
/// Said of a medicine that has no code.
const NOT_CODED: &str = "The medicine has no ingredient code, so nothing could be looked up";

/// What entries are made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    /// The gene results, for how much of a gene was tested.
    pub(super) genes: &'a [&'a GeneStatement],
    /// What other medicines make of them.
    pub(super) clinical: &'a Clinical,
}

impl Context<'_> {
    /// The state of a drug: other medicines can make it more cautious, never less.
    pub(super) fn state(self, drug: &DrugStatement) -> AdviceState {
        let clinical = self.clinical.drugs.get(&drug.rxnorm).and_then(|clinical| clinical.state);
        clinical.map_or(drug.state, |clinical| clinical.max(drug.state))
    }

    fn clinical_words(self, drug: &DrugStatement) -> Option<String> {
        self.clinical.drugs.get(&drug.rxnorm).and_then(|clinical| clinical.words.clone())
    }

    /// The current medicines, the most cautious first; orders of one ingredient are one entry.
    pub(super) fn current(
        self,
        list: &[Medicine],
        drugs: &[DrugStatement],
        references: &mut References,
    ) -> Vec<DrugEntry> {
        let mut taken: Vec<(&Medicine, Vec<String>)> = Vec::new();
        for medicine in list {
            let same = |known: &&mut (&Medicine, Vec<String>)| {
                medicine.rxnorm.is_some() && known.0.rxnorm == medicine.rxnorm
            };
            let words = medicine.words.clone();
            match taken.iter_mut().find(same) {
                Some((_, orders)) => orders.extend(words),
                None => taken.push((medicine, words.into_iter().collect())),
            }
        }
        let statement = |medicine: &Medicine| {
            let code = medicine.rxnorm.as_deref()?;
            drugs.iter().find(|drug| drug.rxnorm == code)
        };
        taken.sort_by_cached_key(|(medicine, _)| {
            let found = statement(medicine);
            let state = found.map_or(AdviceState::NotKnown, |drug| self.state(drug));
            let name = found.map(|drug| &drug.drug).or(medicine.words.as_ref());
            (Reverse(state), name.map(|name| name.to_lowercase()), medicine.rxnorm.clone())
        });
        let entry = |(medicine, orders): (&Medicine, Vec<String>)| match statement(medicine) {
            Some(drug) => DrugEntry { orders, ..self.entry(drug, references) },
            None => unknown(medicine, orders),
        };
        taken.into_iter().map(entry).collect()
    }

    /// A drug in full.
    pub(super) fn entry(self, drug: &DrugStatement, references: &mut References) -> DrugEntry {
        DrugEntry {
            drug: drug.drug.clone(),
            rxnorm: Some(drug.rxnorm.clone()),
            orders: Vec::new(),
            state: self.state(drug),
            clinical: self.clinical_words(drug),
            reason: drug.recommendations.is_empty().then(|| reason(drug)).flatten(),
            genes: self.gene_uses(drug),
            advice: most_cautious_first(drug)
                .into_iter()
                .map(|one| advice(one, references))
                .collect(),
            test_first: test_first(drug, references),
            notes: self.notes(drug),
        }
    }

    /// Drugs by name, those together that rest on the same.
    pub(super) fn groups<'d>(
        self,
        drugs: impl Iterator<Item = &'d DrugStatement>,
        references: &mut References,
    ) -> Vec<DrugGroup> {
        let mut groups: Vec<DrugGroup> = Vec::new();
        for drug in drugs {
            let one = self.group(drug, references);
            let same = |known: &&mut DrugGroup| {
                (&known.genes, &known.clinical, &known.reason, &known.notes)
                    == (&one.genes, &one.clinical, &one.reason, &one.notes)
            };
            match groups.iter_mut().find(same) {
                Some(group) => {
                    group.drugs.extend(one.drugs);
                    group.references.extend(one.references);
                    group.references.sort_unstable();
                    group.references.dedup();
                }
                None => groups.push(one),
            }
        }
        groups.sort_by(|a, b| (&a.genes, &a.drugs).cmp(&(&b.genes, &b.drugs)));
        groups
    }

    fn group(self, drug: &DrugStatement, references: &mut References) -> DrugGroup {
        let mut numbers: Vec<usize> =
            drug.recommendations.iter().map(|one| references.number(&one.citation)).collect();
        let test = test_first(drug, references);
        numbers.extend(test.iter().map(|test| test.reference));
        numbers.sort_unstable();
        numbers.dedup();
        let reason = match (&test, drug.state) {
            (Some(test), _) => {
                let genes = test.genes.join(", ");
                Some(format!("{}: {genes}. {}", words::TEST_FIRST, test.text))
            }
            (None, AdviceState::NotKnown) => reason(drug),
            (None, _) => None,
        };
        DrugGroup {
            genes: self.gene_uses(drug),
            clinical: self.clinical_words(drug),
            reason,
            drugs: vec![drug.drug.clone()],
            notes: self.notes(drug),
            references: numbers,
        }
    }

    fn gene_uses(self, drug: &DrugStatement) -> Vec<GeneUse> {
        let clinical = self.clinical.drugs.get(&drug.rxnorm);
        let clinical = |key: &GeneKey| clinical?.genes.get(&key.gene).cloned();
        let of_key = |key| GeneUse { clinical: clinical(key), ..self.gene_use(key) };
        drug.genes.iter().map(of_key).collect()
    }

    /// The remarks, but for those that say of a gene what already stands beside it.
    fn notes(self, drug: &DrugStatement) -> Vec<String> {
        let uses = self.gene_uses(drug);
        let is_said = |note: &&String| {
            uses.iter().any(|one| match &one.call {
                Shown::Absent(words) => **note == format!("{}: {words}", one.gene),
                Shown::Value(_) => false,
            })
        };
        drug.notes.iter().filter(|note| !is_said(note)).cloned().collect()
    }

    /// A usual phenotype must not look surer than its test, so how much was tested is said here.
    fn gene_use(self, key: &GeneKey) -> GeneUse {
        let statement = self.genes.iter().copied().find(|gene| gene.gene == key.gene);
        let call = call(key, statement);
        let nothing = key.phenotype.is_none() && words::says_nothing(call.text());
        let phenotype = match &key.phenotype {
            Some(phenotype) => Some(Shown::Value(phenotype.clone())),
            None if nothing => None,
            None => Some(Shown::Absent(undecided(statement))),
        };
        let seen = statement.and_then(|gene| gene.callability.as_ref());
        GeneUse {
            gene: key.gene.clone(),
            call,
            phenotype,
            clinical: None,
            partly: seen.filter(|seen| !nothing && !seen.is_complete()).map(words::partly),
        }
    }
}

/// The drugs that are not current medicines, by name.
pub(super) fn others<'d>(
    drugs: &'d [DrugStatement],
    current: Option<&[Medicine]>,
) -> Vec<&'d DrugStatement> {
    let taken = |drug: &DrugStatement| {
        let code = Some(drug.rxnorm.as_str());
        current.unwrap_or_default().iter().any(|medicine| medicine.rxnorm.as_deref() == code)
    };
    let mut others: Vec<&DrugStatement> = drugs.iter().filter(|drug| !taken(drug)).collect();
    others.sort_by(|a, b| a.drug.cmp(&b.drug).then_with(|| a.rxnorm.cmp(&b.rxnorm)));
    others
}

/// Why there is no advice; `None` where the genes themselves say it.
fn reason(drug: &DrugStatement) -> Option<String> {
    let known = |key: &GeneKey| key.phenotype.is_some();
    drug.genes.iter().all(known).then(|| NO_RECOMMENDATION.to_owned())
}

/// The call, or the fixed word for why there is none. The reason itself stands with the gene.
fn call(key: &GeneKey, statement: Option<&GeneStatement>) -> Shown {
    let absent = |absence: Absence| Shown::Absent(absence.words().to_owned());
    let no_diplotype = |gene: &GeneStatement| {
        let is_bare = gene.diplotypes.is_empty() && gene.variants.is_empty();
        gene.state == GeneState::Called && is_bare
    };
    let of_variants = |gene: &GeneStatement| {
        let is_call = gene.state == GeneState::Called && gene.diplotypes.is_empty();
        (is_call && !gene.variants.is_empty()).then(|| words::together(&gene.variants))
    };
    match statement.map(|gene| &gene.state) {
        Some(GeneState::NotTested) => absent(Absence::NotTested),
        Some(GeneState::NotCalled { .. }) => absent(Absence::NotCallable),
        None if key.phenotype.is_none() && key.call.starts_with("not called") => {
            absent(Absence::NotCallable)
        }
        _ if let Some(variants) = statement.and_then(of_variants) => Shown::Value(variants),
        _ if statement.is_some_and(no_diplotype) => {
            Shown::Absent(format!("diplotype {}", Absence::NotRecorded.words()))
        }
        _ if words::says_nothing(&key.call) => Shown::Absent(key.call.clone()),
        _ => Shown::Value(key.call.clone()),
    }
}

/// Why a gene with a call has no single phenotype.
fn undecided(statement: Option<&GeneStatement>) -> String {
    match statement {
        Some(gene) if gene.phenotypes.len() > 1 => {
            format!("phenotype undecided: {}", words::any_of(&gene.phenotypes))
        }
        _ => format!("phenotype {}", Absence::NotRecorded.words()),
    }
}

/// A current medicine without a statement. Nothing is known about it, so nothing is standard.
fn unknown(medicine: &Medicine, orders: Vec<String>) -> DrugEntry {
    let coded = medicine.rxnorm.as_ref().map(|code| format!("RxNorm {code}"));
    let reason = if coded.is_some() { NOT_IN_PACK } else { NOT_CODED };
    let mut orders = orders.into_iter();
    let drug = orders.next().or(coded);
    DrugEntry {
        drug: drug.unwrap_or_else(|| format!("Medicine {}", Absence::NotRecorded.words())),
        rxnorm: medicine.rxnorm.clone(),
        orders: orders.collect(),
        state: AdviceState::NotKnown,
        clinical: None,
        reason: Some(reason.to_owned()),
        genes: Vec::new(),
        advice: Vec::new(),
        test_first: None,
        notes: Vec::new(),
    }
}

/// The most cautious first, among equals the strongest; otherwise as in the statement.
fn most_cautious_first(drug: &DrugStatement) -> Vec<&Recommendation> {
    let mut ordered: Vec<&Recommendation> = drug.recommendations.iter().collect();
    ordered.sort_by_key(|one| Reverse((one.action.caution(), one.strength)));
    ordered
}

fn advice(one: &Recommendation, references: &mut References) -> Advice {
    Advice {
        source: one.source.clone(),
        population: one.population_words(),
        action: model::words::action(one.action),
        strength: model::words::strength(one.action, one.strength).map(str::to_owned),
        text: one.text.clone(),
        implication: one.implication.clone(),
        alternatives: one.alternatives.iter().map(|(_, name)| name.clone()).collect(),
        reference: references.number(&one.citation),
        rule: one.rule.clone(),
    }
}

fn test_first(drug: &DrugStatement, references: &mut References) -> Option<TestFirst> {
    drug.pre_test.as_ref().map(|test| TestFirst {
        genes: test.genes.clone(),
        text: test.text.clone(),
        reference: references.number(&test.citation),
    })
}
