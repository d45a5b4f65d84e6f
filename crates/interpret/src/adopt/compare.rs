//! What two sets of statements about one patient say differently.

use knowledge::Pack;
use knowledge::pgx::Drug;
use model::fact::{FactContent, FiledFact};
use model::statement::{
    Action, DrugStatement, GeneState, GeneStatement, Recommendation, StatementContent,
};
use model::{CodeableConcept, PatientId, Statement, StatementId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// System of RxNorm codes (HL7 Terminology).
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
/// System of ATC codes (HL7 Terminology).
const ATC: &str = "http://www.whocc.no/atc";

/// What changes for one patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientChanges {
    /// Who.
    pub patient: PatientId,
    /// What, genes first, each in the order of the pack.
    pub changes: Vec<SubjectChange>,
}

impl PatientChanges {
    /// Whether a medicine that the patient takes is concerned.
    pub fn current_medicine(&self) -> bool {
        self.changes.iter().any(|change| change.current_medicine)
    }
}

/// What changes about a gene or a drug.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubjectChange {
    /// What kind of change.
    pub kind: ChangeKind,
    /// Gene symbol or RxNorm ingredient code.
    pub subject: String,
    /// Gene symbol or name of the drug.
    pub name: String,
    /// The statement; its former versions are kept.
    pub statement: StatementId,
    /// What was said; `None` = the pack did not know the subject.
    pub before: Option<String>,
    /// What is said; `None` = the pack does not know the subject any more.
    pub after: Option<String>,
    /// Whether the patient takes the drug, or a drug that the gene is asked for.
    pub current_medicine: bool,
}

/// What kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Another phenotype or activity score, or a call where there was none.
    Phenotype,
    /// Another action, strength, source, population or alternative.
    Advice,
    /// The same advice in other words.
    Wording,
}

/// Compares what was said about a patient with what the pack says. A gene that was and is not
/// known, and a drug without advice before and after, is no change.
pub fn compare(
    patient: &PatientId,
    before: &[Statement],
    after: &[Statement],
    pack: &Pack,
    facts: &[FiledFact],
) -> PatientChanges {
    let former: BTreeMap<&StatementId, &Statement> =
        before.iter().map(|statement| (&statement.id, statement)).collect();
    let present: BTreeSet<&StatementId> = after.iter().map(|statement| &statement.id).collect();
    let gone = before.iter().filter(|statement| !present.contains(&statement.id));
    let pairs = after
        .iter()
        .map(|statement| (former.get(&statement.id).copied(), Some(statement)))
        .chain(gone.map(|statement| (Some(statement), None)));
    let taken = taken(pack, facts);
    let mut changes: Vec<SubjectChange> =
        pairs.filter_map(|(before, after)| change(before, after, pack, &taken)).collect();
    changes.sort_by_key(|change| change.kind != ChangeKind::Phenotype);
    PatientChanges { patient: patient.clone(), changes }
}

fn change(
    before: Option<&Statement>,
    after: Option<&Statement>,
    pack: &Pack,
    taken: &BTreeSet<&str>,
) -> Option<SubjectChange> {
    let any = after.or(before)?;
    let said = |statement: Option<&Statement>| statement.and_then(Said::of);
    let (was, is) = (said(before), said(after));
    let differ = |part: fn(&Said) -> &str| was.as_ref().map(part) != is.as_ref().map(part);
    let (name, kind, current_medicine) = match &any.content {
        StatementContent::Gene(gene) => {
            if !differ(|said| &said.essence) {
                return None;
            }
            let asks = |drug: &&Drug| drug.genes.contains(&gene.gene);
            let mut drugs = pack.pgx.drugs.iter().filter(asks);
            let current = drugs.any(|drug| taken.contains(drug.rxnorm.as_str()));
            (gene.gene.clone(), ChangeKind::Phenotype, current)
        }
        StatementContent::Drug(drug) => {
            let kind = match (differ(|said| &said.essence), differ(|said| &said.words)) {
                (true, _) => ChangeKind::Advice,
                (false, true) => ChangeKind::Wording,
                (false, false) => return None,
            };
            (drug.drug.clone(), kind, taken.contains(drug.rxnorm.as_str()))
        }
    };
    let shown = |said: Option<Said>, there: Option<&Statement>| {
        let nothing = || there.map(nothing_known);
        said.map(|said| said.shown(kind)).or_else(nothing)
    };
    Some(SubjectChange {
        kind,
        subject: any.content.subject().to_owned(),
        name,
        statement: any.id.clone(),
        before: shown(was, before),
        after: shown(is, after),
        current_medicine,
    })
}

fn nothing_known(statement: &Statement) -> String {
    match &statement.content {
        StatementContent::Gene(gene) => match &gene.state {
            GeneState::NotTested => "not tested".to_owned(),
            GeneState::NotCalled { .. } | GeneState::Called => "not called".to_owned(),
        },
        StatementContent::Drug(_) => "no advice".to_owned(),
    }
}

/// What a statement says. A statement that says nothing has none.
struct Said {
    /// What must not change unseen.
    essence: String,
    /// How it is worded.
    words: String,
    /// For people.
    text: String,
}

impl Said {
    fn of(statement: &Statement) -> Option<Self> {
        match &statement.content {
            StatementContent::Gene(gene) => Self::of_gene(gene),
            StatementContent::Drug(drug) => Self::of_drug(drug),
        }
    }

    fn of_gene(gene: &GeneStatement) -> Option<Self> {
        if gene.state != GeneState::Called {
            return None;
        }
        let mut essence = match gene.phenotypes.as_slice() {
            [] => gene.phenotype.clone().unwrap_or_else(|| "no phenotype".to_owned()),
            several => several.join(" or "),
        };
        let scores = match gene.activity_scores.as_slice() {
            [] => gene.activity_score.clone().unwrap_or_default(),
            several => several.join(" or "),
        };
        if !scores.is_empty() {
            essence = format!("{essence}, score {scores}");
        }
        if gene.research {
            essence.push_str(" (research only)");
        }
        let calls: Vec<String> = gene.diplotypes.iter().map(ToString::to_string).collect();
        let calls = if calls.is_empty() { gene.variants.join(", ") } else { calls.join(" or ") };
        let text = if calls.is_empty() { essence.clone() } else { format!("{calls}: {essence}") };
        Some(Self { essence, words: String::new(), text })
    }

    fn of_drug(drug: &DrugStatement) -> Option<Self> {
        if drug.recommendations.is_empty() {
            return None;
        }
        let mut all: Vec<&Recommendation> = drug.recommendations.iter().collect();
        all.sort_by_key(|one| (&one.source, &one.population));
        let essence = all.iter().map(|one| advice(one)).collect::<Vec<_>>().join("; ");
        let words = |one: &&Recommendation| format!("{} {}", one.text, one.implication);
        let words = all.iter().map(words).collect::<Vec<_>>().join(" ");
        Some(Self { text: essence.clone(), essence, words })
    }

    fn shown(self, kind: ChangeKind) -> String {
        if kind == ChangeKind::Wording { self.words } else { self.text }
    }
}

/// `reduce 25-50% (CPIC, strong)`.
fn advice(one: &Recommendation) -> String {
    let percent = |word: &str, percent: Option<(u8, u8)>| match percent {
        None => word.to_owned(),
        Some((low, high)) if low == high => format!("{word} {low}%"),
        Some((low, high)) => format!("{word} {low}-{high}%"),
    };
    let action = match one.action {
        Action::Standard => "standard".to_owned(),
        Action::Reduce { percent: share } => percent("reduce", share),
        Action::Increase { percent: share } => percent("increase", share),
        Action::Avoid => "avoid".to_owned(),
        Action::Alternative => "alternative".to_owned(),
        Action::LoadingOnly => "loading dose only".to_owned(),
        Action::Monitor => "monitor".to_owned(),
        Action::TestFirst => "test first".to_owned(),
        Action::NoRecommendation => "no recommendation".to_owned(),
    };
    let names: Vec<&str> = one.alternatives.iter().map(|(_, name)| name.as_str()).collect();
    let instead =
        if names.is_empty() { String::new() } else { format!(": {}", names.join(" or ")) };
    let population =
        if one.population == "general" { String::new() } else { format!(", {}", one.population) };
    let strength = format!("{:?}", one.strength).to_lowercase();
    format!("{action}{instead} ({}{population}, {strength})", one.source)
}

/// RxNorm ingredient codes of the pack's drugs that the patient takes.
fn taken<'p>(pack: &'p Pack, facts: &[FiledFact]) -> BTreeSet<&'p str> {
    let current = facts.iter().filter_map(|filed| match &filed.fact.content {
        FactContent::Medication(medication) if medication.is_current() => Some(medication),
        _ => None,
    });
    let concepts = current
        .flat_map(|medication| std::iter::once(&medication.concept).chain(&medication.ingredients));
    let mut taken = BTreeSet::new();
    for concept in concepts {
        let ingredients = products(pack, concept);
        let is_it =
            |drug: &&Drug| ingredients.contains(&drug.rxnorm.as_str()) || names(concept, drug);
        taken.extend(pack.pgx.drugs.iter().filter(is_it).map(|drug| drug.rxnorm.as_str()));
    }
    taken
}

/// Ingredients of the products that a concept is coded as.
fn products<'p>(pack: &'p Pack, concept: &CodeableConcept) -> Vec<&'p str> {
    let coded = |code: &str| {
        concept.coding.iter().any(|coding| coding.system == RXNORM && coding.code == code)
    };
    let products = pack.pgx.products.iter().filter(|product| coded(&product.rxnorm));
    products.flat_map(|product| product.ingredients.iter().map(String::as_str)).collect()
}

fn names(concept: &CodeableConcept, drug: &Drug) -> bool {
    let by_code = concept.coding.iter().any(|coding| match coding.system.as_str() {
        RXNORM => coding.code == drug.rxnorm,
        ATC => drug.atc.contains(&coding.code),
        _ => false,
    });
    let words = concept.coding.iter().filter_map(|coding| coding.display.as_deref());
    by_code
        || words.chain(concept.text.as_deref()).any(|word| word.eq_ignore_ascii_case(&drug.name))
}
