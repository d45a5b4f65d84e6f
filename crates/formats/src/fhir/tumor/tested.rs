//! What was tested: the genes of genomic studies, by the kind of change that was looked for, and
//! the genes of region-studied panels.

use super::pointed_at;
use super::variant;
use crate::fhir::access::{self, text};
use crate::fhir::codes::{self, loinc};
use crate::fhir::genomics::components;
use model::tumor::{ReportedClass, ReportedCoverage, ReportedGene};
use model::{CodeableConcept, Problem};
use serde_json::Value;
use std::collections::BTreeMap;

/// LOINC code of the panel of what was studied.
const REGION_STUDIED: &str = "53041-0";

fn url(name: &str) -> String {
    format!("{}genomic-study-analysis{name}", codes::PROFILES)
}

/// The analyses of a report: those of its studies, contained or not.
pub(super) fn analyses<'r>(
    report: &'r Value,
    by_reference: &BTreeMap<String, &'r Value>,
) -> Vec<&'r Value> {
    let find = |reference: &str| {
        access::contained(report, reference).or_else(|| by_reference.get(reference).copied())
    };
    let study_url = format!("{}genomic-study-reference", codes::PROFILES);
    let mut found = Vec::new();
    for extension in access::extensions(report, &study_url) {
        let study = pointed_at(extension, "valueReference.reference");
        let Some(study) = study.as_deref().and_then(find) else { continue };
        let before = found.len();
        for extension in access::extensions(study, &url("-ext")) {
            let analysis = pointed_at(extension, "valueReference.reference");
            let find_part = |reference: &str| access::contained(study, reference);
            found.extend(analysis.as_deref().and_then(|a| find_part(a).or_else(|| find(a))));
        }
        if found.len() == before {
            // A study that is its own analysis.
            found.push(study);
        }
    }
    let withdrawn = ["entered-in-error", "not-done"];
    found.retain(|one| !withdrawn.contains(&text(one, "status").unwrap_or_default()));
    found
}

fn concepts(analysis: &Value, name: &str) -> Vec<CodeableConcept> {
    let found = access::extensions(analysis, &url(name)).into_iter();
    found.filter_map(|extension| access::concept(extension, "valueCodeableConcept")).collect()
}

/// Whether an analysis looked at the tumour.
pub(super) fn is_somatic(analysis: &Value) -> bool {
    let classes = concepts(analysis, "-genomic-source-class");
    classes.iter().any(|class| variant::origin(class) == "somatic")
}

/// What a report says was tested.
pub(super) fn coverage(
    report: &Value,
    results: &[(&String, &Value)],
    analyses: &[&Value],
    place: &str,
    problems: &mut Vec<Problem>,
) -> ReportedCoverage {
    let mut tested = ReportedCoverage::default();
    for analysis in analyses {
        let classes = concepts(analysis, "-genomic-source-class");
        if classes.iter().any(|class| variant::origin(class) == "germline") {
            continue;
        }
        let title = access::extensions(analysis, &url("-title")).into_iter().next();
        let title = title.and_then(|title| text(title, "valueString")).map(str::to_owned);
        tested.title = tested.title.take().or(title);
        listed(analysis, place, &mut tested, problems);
    }
    for (_, result) in results {
        if is_region_studied(result) {
            let genes = components(result, loinc::GENE);
            tested.genes.extend(genes.iter().filter_map(|g| gene_of(g, ReportedClass::Short)));
        }
    }
    // A result that came without a report names no panel by its code.
    let is_report = access::resource_type(report) == Some("DiagnosticReport");
    let service = access::concept(report, "code").filter(|code| {
        let general = [loinc::REPORT, "81247-9"];
        is_report && !code.coding.iter().any(|coding| general.contains(&coding.code.as_str()))
    });
    let service = service.and_then(|code| code.words().map(str::to_owned));
    tested.title = tested.title.take().or(service);
    tested
}

pub(super) fn is_region_studied(result: &Value) -> bool {
    let code = access::concept(result, "code").unwrap_or_default();
    code.coding.iter().any(|coding| codes::is_loinc(&coding.system, &coding.code, REGION_STUDIED))
}

/// The genes that an analysis lists. One that says nothing of the kind of change it looked for is
/// taken to have looked for small variants, as gene lists of panels are.
fn listed(
    analysis: &Value,
    place: &str,
    tested: &mut ReportedCoverage,
    problems: &mut Vec<Problem>,
) {
    let kinds = concepts(analysis, "-change-type");
    let codings = kinds.iter().flat_map(|kind| &kind.coding);
    let mut classes: Vec<ReportedClass> =
        codings.filter_map(|coding| variant::class_of_change(&coding.code)).collect();
    classes.sort();
    classes.dedup();
    if kinds.is_empty() {
        classes.push(ReportedClass::Short);
    }
    let (mut uncalled, mut elsewhere) = (Vec::new(), false);
    let before = tested.genes.len();
    for regions in access::extensions(analysis, &url("-regions")) {
        for part in access::all(regions, "extension") {
            let kind = text(part, "url").unwrap_or_default();
            let gene = access::concept(part, "valueCodeableConcept");
            match (kind, gene) {
                ("studied", Some(gene)) => {
                    tested.genes.extend(classes.iter().filter_map(|class| gene_of(&gene, *class)));
                }
                ("uncalled", Some(gene)) => {
                    uncalled.extend(gene_of(&gene, ReportedClass::Short).map(|gene| gene.gene));
                }
                ("studied" | "uncalled", None) => elsewhere = true,
                _ => {}
            }
        }
    }
    let mut at = 0;
    tested.genes.retain(|gene| {
        at += 1;
        at <= before || !uncalled.contains(&gene.gene)
    });
    if elsewhere {
        let note = "regions by coordinates are not read as tested genes";
        problems.push(Problem::note("regions-elsewhere", place, note));
    }
}

/// A gene by its HGNC number, else by its symbol.
fn gene_of(concept: &CodeableConcept, class: ReportedClass) -> Option<ReportedGene> {
    let (name, hgnc) = variant::gene_name(concept)?;
    let gene = hgnc.map_or(name, |number| format!("HGNC:{number}"));
    Some(ReportedGene { gene, class, exons: Vec::new() })
}
