//! How the result came about: the study, its analysis with what was looked at, the software.

use super::entry::Writer;
use super::{callability, value};
use crate::fhir::build::variant::assembly_answer;
use crate::fhir::build::{Object, laboratory_category, loinc, reference};
use crate::fhir::codes;
use model::reported::ResultStatus;
use serde_json::{Value, json};

/// The methods of the guide.
const METHODS: &str =
    "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/genomic-study-method-type-cs";

/// Writes the engine as a device; gives the reference to it.
pub(super) fn device(writer: &mut Writer<'_>) -> String {
    let engine = writer.input.engine;
    let id = writer.id("device", &format!("{} {}", engine.name, engine.version));
    let name = format!("Cognate {}", engine.name);
    let resource = Object::resource("Device", &id)
        .with("status", "active")
        .with("deviceName", json!([{"name": name, "type": "user-friendly-name"}]))
        .with("type", json!({"text": "Software: star-allele caller and drug adviser"}))
        .with("version", json!([{"value": engine.version}]))
        .build();
    writer.add(&id, resource)
}

/// Writes study and analysis; gives the reference to the study.
///
/// The analysis has the status `completed`, the only one of its profile, unless the whole result
/// is withdrawn or was never there: then it claims no profile.
pub(super) fn write(writer: &mut Writer<'_>, device: &str) -> String {
    let analysis_id = writer.id("analysis", "");
    let analysis = analysis(writer, &analysis_id, device);
    let analysis = writer.add(&analysis_id, analysis);
    let id = writer.id("study", "");
    let url = format!("{}genomic-study-analysis-ext", codes::PROFILES);
    let study = procedure(writer, &id, "genomic-study")
        .with("extension", json!([{"url": url, "valueReference": {"reference": analysis}}]))
        .with("code", json!({"text": "Pharmacogenomic study"}))
        .build();
    writer.add(&id, study)
}

fn procedure(writer: &Writer<'_>, id: &str, profile: &str) -> Object {
    let status = match writer.input.status {
        ResultStatus::EnteredInError => "entered-in-error",
        ResultStatus::Cancelled => "stopped",
        _ => "completed",
    };
    Object::resource("Procedure", id)
        .with("meta", json!({"profile": [format!("{}{profile}", codes::PROFILES)]}))
        .with("status", status)
        .with("category", laboratory_category())
        .with("subject", reference(writer.subject()))
        .some("performedDateTime", writer.input.effective.map(|date| date.to_string()))
}

fn analysis(writer: &Writer<'_>, id: &str, device: &str) -> Value {
    let input = writer.input;
    let url = |name: &str| format!("{}genomic-study-analysis-{name}", codes::PROFILES);
    let method = value::concept(
        value::coding(METHODS, "targeted-variant-analysis", "Targeted variant analysis"),
        input.method.unwrap_or("Alleles matched to the genotypes of known positions"),
    );
    let KnowledgeWords { title, pack } = KnowledgeWords::of(writer);
    let mut extensions = vec![
        json!({"url": url("method-type"), "valueCodeableConcept": method}),
        json!({"url": url("title"), "valueString": title}),
        json!({"url": url("genomic-source-class"),
            "valueCodeableConcept": loinc("LA6683-2", "Germline")}),
        json!({"url": url("device"), "extension": [
            {"url": "device", "valueReference": {"reference": device}},
            {"url": "function", "valueCodeableConcept": {"text": pack}}]}),
    ];
    extensions.extend(input.build.map(
        |build| json!({"url": url("genome-build"), "valueCodeableConcept": assembly_answer(build)}),
    ));
    extensions.extend(
        input.specimen.map(|it| json!({"url": url("specimen"), "valueReference": reference(it)})),
    );
    extensions.push(callability::regions(input.genes));
    extensions.extend(input.genes.iter().filter_map(callability::extension));
    let laboratory = input.laboratory.map(|name| json!([{"actor": {"display": name}}]));
    let is_complete =
        !matches!(input.status, ResultStatus::EnteredInError | ResultStatus::Cancelled);
    let object = procedure(writer, id, "genomic-study-analysis");
    let object = if is_complete { object } else { object.without("meta") };
    object.list("extension", extensions).some("performer", laboratory).build()
}

struct KnowledgeWords {
    title: String,
    pack: String,
}

impl KnowledgeWords {
    fn of(writer: &Writer<'_>) -> Self {
        let knowledge = writer.input.knowledge;
        let pack = format!("{} {} of {}", knowledge.pack, knowledge.version, knowledge.date);
        Self {
            title: format!("Pharmacogenes of the knowledge pack {pack}"),
            pack: format!("Calls alleles and looks up advice with the knowledge pack {pack}"),
        }
    }
}
