//! One finding of a message as an Observation.

use formats::fhir::build::{Head, gene_result, variant};
use formats::hl7v2::oru::{
    Answer, DrugFinding, Finding, FindingContent, Gene, GeneFinding, VariantFinding,
};
use model::Problem;
use model::reported::ReportedGeneResult;
use model::specimen::Origin;
use model::variant::ReportedVariant;
use serde_json::Value;

/// What a finding becomes.
pub(super) enum Built {
    /// A resource of its own.
    Resource(Value),
    /// A part of the report: the overall result, what was tested, the laboratory's advice.
    InReport,
    /// It cannot stand as a result; a person has to look at it.
    Unusable(Box<Problem>),
}

/// What a finding is about, so that it is known again in another version of the report, wherever
/// it stands there: order and sub-IDs are the sender's and may change.
pub(super) fn key(finding: &Finding) -> String {
    let gene = |gene: &Option<Gene>| gene.as_ref().and_then(name).unwrap_or_default();
    match &finding.content {
        FindingContent::Gene(found) => format!("gene:{}", gene(&found.gene)),
        FindingContent::Variant(found) => {
            let names = [&found.hgvs_coding, &found.hgvs_genomic, &found.spdi, &found.hgvs_protein];
            let named = names.into_iter().flatten().next().cloned();
            let known = || found.identifiers.first().map(|coding| coding.code.clone());
            let named = named.or_else(known).unwrap_or_else(|| finding.sub_id.clone());
            format!("variant:{}:{named}", gene(&found.gene))
        }
        FindingContent::Drug(_) | FindingContent::Overall(_) | FindingContent::Study(_) => {
            format!("part:{}", finding.sub_id)
        }
    }
}

pub(super) fn observation(finding: &Finding, head: &Head<'_>) -> Built {
    match &finding.content {
        FindingContent::Gene(gene) => gene_observation(gene, finding, head),
        FindingContent::Variant(found) => Built::Resource(variant(&reported(found), head)),
        FindingContent::Drug(_) | FindingContent::Overall(_) | FindingContent::Study(_) => {
            Built::InReport
        }
    }
}

fn gene_observation(gene: &GeneFinding, finding: &Finding, head: &Head<'_>) -> Built {
    let Some(symbol) = gene.gene.as_ref().and_then(name) else {
        let text = "a gene result names no gene, or several";
        return Built::Unusable(Box::new(Problem::warning("no-gene", &finding.place, text)));
    };
    let haplotypes = match gene.haplotypes.as_slice() {
        [first, second] => Some(format!("{first}/{second}")),
        _ => None,
    };
    let result = ReportedGeneResult {
        gene: symbol,
        diplotype: gene.genotype.clone().or(haplotypes),
        phenotype: gene.phenotype.as_ref().map(|answer| answer.words.clone()),
        activity_score: None,
    };
    if result.diplotype.is_none() && result.phenotype.is_none() {
        let text = "a gene result has neither genotype nor phenotype";
        return Built::Unusable(Box::new(Problem::warning("no-result", &finding.place, text)));
    }
    Built::Resource(gene_result(&result, head))
}

fn name(gene: &Gene) -> Option<String> {
    gene.symbol.clone().or_else(|| gene.id.clone())
}

fn words(answer: Option<&Answer>) -> Option<String> {
    answer.map(|answer| answer.words.clone())
}

/// As reported: nothing is normalised here, so nothing of it reaches decision support yet.
fn reported(found: &VariantFinding) -> ReportedVariant {
    let coded = |answer: &Answer| answer.code.clone().unwrap_or_else(|| answer.words.clone());
    ReportedVariant {
        gene: found.gene.as_ref().and_then(name),
        build: None,
        transcript: found.transcript.clone(),
        hgvs_coding: found.hgvs_coding.clone(),
        hgvs_protein: found.hgvs_protein.clone(),
        hgvs_genomic: found.hgvs_genomic.clone().or_else(|| found.spdi.clone()),
        identifiers: found.identifiers.iter().map(|coding| coding.code.clone()).collect(),
        assessment: found.assessment.as_ref().map(coded),
        significance: words(found.significance.as_ref()),
        allelic_state: words(found.allelic_state.as_ref()),
        canonical: None,
    }
}

/// The laboratory's own words on a drug.
pub(super) fn quoted_advice(drug: &DrugFinding) -> Vec<String> {
    let name = drug.drug.as_ref().and_then(|drug| drug.words()).unwrap_or("a drug");
    let suggestions = drug.suggestions.iter().map(|answer| answer.words.as_str());
    suggestions
        .chain(drug.texts.iter().map(String::as_str))
        .map(|text| format!("Laboratory on {name}: {text}"))
        .collect()
}

/// LOINC 48002-0.
pub(super) fn origin_of(class: Option<&Answer>) -> Option<Origin> {
    match class?.code.as_deref()? {
        "LA6683-2" | "LA18194-3" | "LA26807-0" => Some(Origin::Germline),
        "LA6684-0" | "LA18195-0" => Some(Origin::Somatic),
        _ => None,
    }
}
