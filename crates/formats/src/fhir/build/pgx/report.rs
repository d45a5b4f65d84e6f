//! The report over all of it, and where it came from.

use super::entry::Writer;
use super::gene::conclusion;
use super::value::{coding, concept};
use crate::fhir::build::{Object, genetics_category, loinc, reference, report_status};
use crate::fhir::codes;
use model::statement::{AdviceState, DrugStatement, GeneState, GeneStatement};
use serde_json::{Value, json};

/// Writes the report.
pub(super) fn write(writer: &mut Writer<'_>, study: &str) {
    let id = writer.id("report", "");
    let url = |name: &str| format!("{}{name}", codes::PROFILES);
    let mut extensions = vec![
        json!({"url": url("genomic-study-reference"), "valueReference": reference(study)}),
        knowledge_used(writer),
    ];
    extensions.extend(writer.tasks().into_iter().map(|(task, words)| {
        json!({"url": url("recommended-action"),
            "valueReference": {"reference": task, "display": words}})
    }));
    extensions.extend(notes(writer).into_iter().map(|(kind, display, text)| {
        let system =
            "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/coded-annotation-types-cs";
        let code = json!({"url": url("annotation-code"),
            "valueCodeableConcept": concept(coding(system, kind, display), "")});
        json!({"url": url("genomic-report-note"),
            "valueAnnotation": {"extension": [code], "text": text}})
    }));
    let input = writer.input;
    let results = writer.results();
    let laboratory = input.laboratory.map(|name| json!([{"display": name}]));
    let report = Object::resource("DiagnosticReport", &id)
        .with("meta", json!({"profile": [url("genomic-report")]}))
        .with("extension", extensions)
        .with("status", report_status(input.status))
        .with("category", json!([genetics_category()]))
        .with("code", loinc(codes::loinc::REPORT, "Genetic analysis report"))
        .with("subject", reference(writer.subject()))
        .some("effectiveDateTime", input.effective.map(|date| date.to_string()))
        .some("issued", input.issued.map(|at| at.to_string()))
        .some("performer", laboratory)
        .list("specimen", input.specimen.map(reference).into_iter().collect())
        .list("result", results.iter().map(|result| reference(result)).collect())
        .with("conclusion", words(writer))
        .build();
    writer.add(&id, report);
}

/// Pack and engine, to the digest.
fn knowledge_used(writer: &Writer<'_>) -> Value {
    let (knowledge, engine) = (writer.input.knowledge, writer.input.engine);
    let parts = [
        ("pack", &knowledge.pack),
        ("pack-version", &knowledge.version),
        ("pack-date", &knowledge.date),
        ("pack-sha256", &knowledge.digest),
        ("engine", &engine.name),
        ("engine-version", &engine.version),
    ];
    let parts = parts.into_iter().map(|(url, text)| json!({"url": url, "valueString": text}));
    json!({"url": codes::KNOWLEDGE_USED, "extension": parts.collect::<Vec<Value>>()})
}

/// What a reader of the report must know: code of the guide, its words, our text.
fn notes(writer: &Writer<'_>) -> Vec<(&'static str, &'static str, String)> {
    let (knowledge, engine) = (writer.input.knowledge, writer.input.engine);
    let mut notes = vec![(
        "test-methodology",
        "Test Methodology",
        format!(
            "Alleles, phenotypes and advice by {} {} with the knowledge pack {} {} of {}. \
             A position that was not seen counts as not tested; which ones is stated for each \
             gene.",
            engine.name, engine.version, knowledge.pack, knowledge.version, knowledge.date
        ),
    )];
    let research: Vec<&str> = writer
        .input
        .genes
        .iter()
        .filter(|statement| statement.research)
        .map(|statement| statement.gene.as_str())
        .collect();
    if !research.is_empty() {
        notes.push((
            "test-disclaimer",
            "Test Disclaimer",
            format!(
                "{}: research only, not for prescribing. No advice rests on it.",
                research.join(", ")
            ),
        ));
    }
    notes
}

/// Genes by what is known of them, then drugs that need attention.
fn words(writer: &Writer<'_>) -> String {
    let input = writer.input;
    let is_called = |s: &&GeneStatement| s.state == GeneState::Called;
    let (called, others): (Vec<_>, Vec<_>) = input.genes.iter().partition(is_called);
    let (not_tested, not_called): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|s: &&GeneStatement| s.state == GeneState::NotTested);
    let (research, called): (Vec<_>, Vec<_>) =
        called.into_iter().partition(|s: &&GeneStatement| s.research);
    let mut lines: Vec<String> =
        [called, not_called, research].into_iter().flatten().map(conclusion).collect();
    if !not_tested.is_empty() {
        let genes: Vec<&str> = not_tested.iter().map(|s| s.gene.as_str()).collect();
        let text = "Not tested, which is no normal result";
        lines.push(format!("{text}: {}", genes.join(", ")));
    }
    for (state, text) in [
        (AdviceState::Avoid, "Another drug is advised"),
        (AdviceState::Adjust, "Another dose, watching or a limit is advised"),
        (AdviceState::NotKnown, "No advice can be given"),
    ] {
        let drugs = input.drugs.iter().filter(|drug: &&DrugStatement| drug.state == state);
        let drugs: Vec<&str> = drugs.map(|drug| drug.drug.as_str()).collect();
        if !drugs.is_empty() {
            lines.push(format!("{text}: {}", drugs.join(", ")));
        }
    }
    if lines.is_empty() {
        lines.push("No gene was asked for".to_owned());
    }
    lines.join("\n")
}

/// Writes a `Provenance` of the results, if it is known when they were released.
pub(super) fn provenance(writer: &mut Writer<'_>, device: &str) {
    let Some(issued) = writer.input.issued else { return };
    let knowledge = writer.input.knowledge;
    let id = writer.id("provenance", "");
    let targets = writer.made();
    let agent = |kind: &str, who: Value| {
        let system = "http://terminology.hl7.org/CodeSystem/provenance-participant-type";
        let coded = json!({"coding": [{"system": system, "code": kind}]});
        json!({"type": coded, "who": who})
    };
    let mut agents = vec![agent("assembler", reference(device))];
    agents.extend(writer.input.laboratory.map(|name| agent("author", json!({"display": name}))));
    let pack = json!({"identifier": {"system": codes::KNOWLEDGE_PACK, "value": knowledge.digest},
        "display": format!("{} {} of {}", knowledge.pack, knowledge.version, knowledge.date)});
    let resource = Object::resource("Provenance", &id)
        .list("target", targets.iter().map(|target| reference(target)).collect())
        .with("recorded", issued.to_string())
        .with("agent", agents)
        .with("entity", json!([{"role": "source", "what": pack}]))
        .build();
    writer.add(&id, resource);
}
