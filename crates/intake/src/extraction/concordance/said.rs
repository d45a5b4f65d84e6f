//! What a result says, in the forms that a document's findings are compared in.

use super::super::decide::normal;
use super::beside::{Name, One};
use crate::hold;
use formats::fhir::access::{all, concept, text};
use formats::fhir::facts::facts_of;
use model::fact::FactContent;
use pdf::{FieldName, ProposalKind};
use serde_json::Value;

/// What kind of change a variant is.
pub(super) use pdf::ProposalKind as Kind;

/// Answers of 69548-6.
const PRESENT: &str = "LA9633-4";
const ABSENT: &str = "LA9634-2";

/// Whether a variant is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Present,
    Absent,
    /// Nobody knows.
    Open,
}

/// What a finding says, in normal forms where there are any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) genes: Vec<String>,
    pub(super) transcript: Option<String>,
    pub(super) coding: Option<String>,
    pub(super) protein: Option<String>,
    pub(super) change: Option<String>,
    pub(super) significance: Option<String>,
    pub(super) diplotype: Option<String>,
    pub(super) phenotype: Option<String>,
}

impl Values {
    /// The values in words, for people.
    pub(super) fn words(&self) -> String {
        let genes = self.genes.join("::");
        let values = [
            &self.coding,
            &self.protein,
            &self.change,
            &self.diplotype,
            &self.phenotype,
            &self.significance,
        ];
        let values = values.into_iter().flatten().map(String::as_str);
        std::iter::once(genes.as_str()).chain(values).collect::<Vec<_>>().join(" ")
    }
}

/// What one result says.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) name: Name,
    pub(super) kind: Kind,
    pub(super) presence: Presence,
    pub(super) values: Values,
}

impl Said {
    /// What a result says that decisions may rest on, were it not held.
    pub(super) fn of(name: &Name, one: &One) -> Vec<Self> {
        let body = hold::lifted(&one.body);
        let (facts, _) = facts_of(&body, None, "");
        let counted = facts.into_iter().filter(|fact| fact.status.is_final());
        counted.filter_map(|fact| Self::of_fact(name, &body, fact.content)).collect()
    }

    fn of_fact(name: &Name, body: &Value, content: FactContent) -> Option<Self> {
        let as_is = |name, text: String| normal(name, &text).unwrap_or(text);
        let (kind, presence, values) = match content {
            FactContent::GeneResult(result) => {
                let values = Values {
                    genes: vec![as_is(FieldName::Gene, result.gene)],
                    diplotype: result.diplotype.map(|text| as_is(FieldName::Diplotype, text)),
                    phenotype: result.phenotype.map(|text| as_is(FieldName::Phenotype, text)),
                    ..Values::default()
                };
                (Kind::Genotype, Presence::Present, values)
            }
            FactContent::Variant(variant) => {
                let (kind, change) = kind_of(body);
                let presence = match variant.assessment.as_deref() {
                    Some(PRESENT) => Presence::Present,
                    Some(ABSENT) => Presence::Absent,
                    _ => Presence::Open,
                };
                let after = |text: String| match text.rsplit_once(':') {
                    Some((_, change)) => change.to_owned(),
                    None => text,
                };
                let of_coding = variant.hgvs_coding.as_deref().and_then(|t| t.rsplit_once(':'));
                let transcript = of_coding.map(|(accession, _)| accession.to_owned());
                let coding = variant.hgvs_coding.map(after);
                let protein = variant.hgvs_protein.map(after);
                let status = laboratory_status(body);
                let significance = variant.significance.or(status);
                let values = Values {
                    genes: genes(body, variant.gene),
                    transcript: transcript.or(variant.transcript),
                    coding: coding.map(|text| as_is(FieldName::Coding, text)),
                    protein: protein.map(|text| as_is(FieldName::Protein, text)),
                    change: change.map(str::to_owned),
                    significance: significance.map(|text| as_is(FieldName::Significance, text)),
                    ..Values::default()
                };
                (kind, presence, values)
            }
            _ => return None,
        };
        Some(Self { name: name.clone(), kind, presence, values })
    }

    pub(super) fn is_of(&self, gene: &str) -> bool {
        self.values.genes.iter().any(|one| one == gene)
    }
}

fn components<'b>(body: &'b Value, code: &str) -> Vec<&'b Value> {
    let is = |part: &&Value| {
        let codings = concept(part, "code").unwrap_or_default().coding;
        codings.iter().any(|coding| coding.code == code)
    };
    all(body, "component").into_iter().filter(is).collect()
}

/// The genes of a variant: two of a rearrangement.
fn genes(body: &Value, first: Option<String>) -> Vec<String> {
    let shown = components(body, "48018-6").into_iter().filter_map(|part| {
        let value = concept(part, "valueCodeableConcept")?;
        value.words().map(str::to_owned)
    });
    let mut genes: Vec<String> = Vec::new();
    for gene in first.into_iter().chain(shown) {
        let gene = normal(FieldName::Gene, &gene).unwrap_or(gene);
        if !genes.contains(&gene) {
            genes.push(gene);
        }
    }
    genes
}

/// The laboratory's own word for what a variant means, where it has one.
fn laboratory_status(body: &Value) -> Option<String> {
    let part = components(body, "laboratory-status").into_iter().next()?;
    let word = text(part, "valueString").map(str::to_owned);
    word.or_else(|| concept(part, "valueCodeableConcept")?.words().map(str::to_owned))
}

/// What kind of change it is (48019-4 by LOINC's answers or the Sequence Ontology), and in which
/// direction copies have changed.
fn kind_of(body: &Value) -> (Kind, Option<&'static str>) {
    let values = components(body, "48019-4").into_iter().filter_map(|part| {
        let value = concept(part, "valueCodeableConcept")?;
        Some(value.coding.into_iter().map(|coding| coding.code).collect::<Vec<_>>())
    });
    for code in values.flatten() {
        match code.as_str() {
            "SO:0001742" | "LA14033-7" => return (Kind::CopyNumber, Some("gain")),
            "SO:0001743" | "LA14034-5" => return (Kind::CopyNumber, Some("loss")),
            "SO:0001019" => return (Kind::CopyNumber, None),
            "SO:0001565" | "SO:0001785" | "LA26331-1" => return (Kind::Rearrangement, None),
            _ => {}
        }
    }
    if components(body, "82155-3").is_empty() {
        (Kind::Variant, None)
    } else {
        (Kind::CopyNumber, None)
    }
}

/// What a proposal says.
pub(super) fn of_proposal(proposal: &pdf::Proposal) -> Values {
    let value = |name| proposal.value(name).map(str::to_owned);
    let change = value(FieldName::Change);
    Values {
        genes: [FieldName::Gene, FieldName::Partner].into_iter().filter_map(value).collect(),
        transcript: value(FieldName::Transcript),
        coding: value(FieldName::Coding),
        protein: value(FieldName::Protein),
        change: match proposal.kind {
            ProposalKind::CopyNumber => change.map(direction),
            _ => change,
        },
        significance: value(FieldName::Significance),
        diplotype: value(FieldName::Diplotype),
        phenotype: value(FieldName::Phenotype),
    }
}

/// An amplification is a gain of copies.
fn direction(word: String) -> String {
    if word == "amplification" { "gain".to_owned() } else { word }
}

/// What a denial speaks of; no change means all of the gene.
pub(super) fn of_denial(denial: &pdf::Denial) -> (Kind, Values) {
    let value = |name| denial.value(name).map(str::to_owned);
    let change = value(FieldName::Change).map(direction);
    let kind = match change.as_deref() {
        Some("gain" | "loss") => Kind::CopyNumber,
        Some(_) => Kind::Rearrangement,
        None => Kind::Variant,
    };
    let values = Values {
        genes: vec![denial.gene.clone()],
        coding: value(FieldName::Coding),
        protein: value(FieldName::Protein),
        change,
        ..Values::default()
    };
    (kind, values)
}
