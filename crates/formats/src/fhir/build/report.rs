//! Specimens, reports and what was tested.

use super::{
    Object, concept, gene_concept, genetics_category, identifier, loinc, reference, report_status,
    worded,
};
use crate::fhir::codes;
use model::assay::{Assay, Region};
use model::reported::{Report, ResultStatus};
use model::specimen::{Origin, Specimen};
use serde_json::{Value, json};

/// A `Specimen`. Its origin stands in an extension of ours, as FHIR R4 has no element for it.
pub fn specimen(specimen: &Specimen, id: &str, subject: &str) -> Value {
    let identifiers = specimen.identifiers.iter().map(|number| identifier(number, None)).collect();
    let origin = (specimen.origin != Origin::Unknown).then(|| {
        json!([{"url": codes::SPECIMEN_ORIGIN, "valueCode": codes::origin_word(specimen.origin)}])
    });
    let collection = specimen.collected.map(|date| json!({"collectedDateTime": date.to_string()}));
    Object::resource("Specimen", id)
        .some("extension", origin)
        .list("identifier", identifiers)
        .with("status", "available")
        .some("type", concept(&specimen.kind))
        .with("subject", reference(subject))
        .some("collection", collection)
        .build()
}

/// A document in a report: type and bytes, or a place to fetch it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Media type, `application/pdf`.
    pub content_type: String,
    /// The bytes.
    pub data: Option<Vec<u8>>,
    /// Where it is, `Binary/1`.
    pub url: Option<String>,
    /// Title for people.
    pub title: Option<String>,
}

impl Attachment {
    pub(super) fn to_json(&self) -> Value {
        use base64::Engine as _;
        let data = self.data.as_deref();
        let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        Object::default()
            .some("contentType", Some(self.content_type.as_str()))
            .some("data", data.map(encode))
            .some("url", self.url.as_deref())
            .some("title", self.title.as_deref())
            .build()
    }
}

/// What a report points to.
#[derive(Clone, Debug, Default)]
pub struct ReportParts<'a> {
    /// References to its results.
    pub results: &'a [String],
    /// Reference to the specimen.
    pub specimen: Option<&'a str>,
    /// What was tested, contained in the report.
    pub assay: Option<&'a Assay>,
    /// The report as the laboratory laid it out.
    pub presented_form: Option<&'a Attachment>,
    /// The laboratory's conclusion, in its words.
    pub conclusion: Option<&'a str>,
}

/// A genomic `DiagnosticReport`: category GE, and 51969-4 unless the report names its service.
pub fn diagnostic_report(
    report: &Report,
    id: &str,
    subject: &str,
    parts: &ReportParts<'_>,
) -> Value {
    let kinds = [("FILL", "Filler Identifier"), ("PLAC", "Placer Identifier")];
    let numbers = [&report.filler, &report.placer].into_iter().zip(kinds);
    let identifiers =
        numbers.filter_map(|(number, kind)| Some(identifier(number.as_ref()?, Some(kind))));
    let code = concept(&report.service)
        .unwrap_or_else(|| loinc(codes::loinc::REPORT, "Genetic analysis report"));
    let study = parts.assay.map(|assay| {
        let url = format!("{}genomic-study-analysis-ext", codes::PROFILES);
        let study = Object::resource("Procedure", "study")
            .with("meta", json!({"profile": [format!("{}genomic-study", codes::PROFILES)]}))
            .with("extension", json!([{"url": url, "valueReference": {"reference": "#analysis"}}]))
            .with("status", "completed")
            .with("subject", reference(subject));
        vec![study.build(), study_analysis(assay, "analysis", subject, report.status)]
    });
    let studied = study.as_ref().map(|_| {
        let url = format!("{}genomic-study-reference", codes::PROFILES);
        json!([{"url": url, "valueReference": {"reference": "#study"}}])
    });
    let laboratory = report.laboratory.as_deref().map(|name| json!([{"display": name}]));
    Object::resource("DiagnosticReport", id)
        .with("meta", json!({"profile": [format!("{}genomic-report", codes::PROFILES)]}))
        .list("contained", study.unwrap_or_default())
        .some("extension", studied)
        .list("identifier", identifiers.collect())
        .with("status", report_status(report.status))
        .with("category", json!([genetics_category()]))
        .with("code", code)
        .with("subject", reference(subject))
        .some("effectiveDateTime", report.collected.map(|date| date.to_string()))
        .some("issued", report.issued.map(|at| at.to_string()))
        .some("performer", laboratory)
        .list("specimen", parts.specimen.map(reference).into_iter().collect())
        .list("result", parts.results.iter().map(|r| reference(r)).collect())
        .some("conclusion", parts.conclusion)
        .list("presentedForm", parts.presented_form.map(Attachment::to_json).into_iter().collect())
        .build()
}

/// A `Procedure` of profile genomic-study-analysis: method and genes studied. What a position
/// that is not mentioned means is the operator's word and is not written.
pub fn study_analysis(assay: &Assay, id: &str, subject: &str, status: ResultStatus) -> Value {
    let url = |name: &str| format!("{}genomic-study-analysis{name}", codes::PROFILES);
    let mut extensions = Vec::new();
    extensions.extend(
        assay
            .method
            .as_deref()
            .map(|m| json!({"url": url("-method-type"), "valueCodeableConcept": worded(m)})),
    );
    extensions.extend(
        assay.panel.as_deref().map(|panel| json!({"url": url("-title"), "valueString": panel})),
    );
    let genes = assay.coverage.genes.iter();
    let studied =
        genes.map(|gene| json!({"url": "studied", "valueCodeableConcept": gene_concept(gene)}));
    let regions = assay.coverage.regions.iter();
    let callable =
        regions.map(|r| json!({"url": codes::CALLABLE_REGION, "valueString": region(r)}));
    let parts: Vec<Value> = studied.chain(callable).collect();
    if !parts.is_empty() {
        extensions.push(json!({"url": url("-regions"), "extension": parts}));
    }
    let laboratory = assay.laboratory.as_deref().map(|n| json!([{"actor": {"display": n}}]));
    Object::resource("Procedure", id)
        .with("meta", json!({"profile": [url("")]}))
        .list("extension", extensions)
        .with("status", procedure_status(status))
        .with("subject", reference(subject))
        .some("performer", laboratory)
        .build()
}

pub(super) fn procedure_status(status: ResultStatus) -> &'static str {
    match status {
        ResultStatus::Final | ResultStatus::Amended | ResultStatus::Corrected => "completed",
        ResultStatus::EnteredInError => "entered-in-error",
        ResultStatus::Cancelled => "stopped",
        ResultStatus::Registered | ResultStatus::Partial | ResultStatus::Preliminary => {
            "in-progress"
        }
        ResultStatus::Unknown => "unknown",
    }
}

fn region(region: &Region) -> String {
    format!("{}:{}:{}-{}", region.build, region.chromosome, region.start, region.end)
}
