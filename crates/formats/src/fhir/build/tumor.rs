//! Findings, measurements and coverage of tumours, as laboratories report them.
//!
//! What stands here is read back by [`reported_tumors`](crate::fhir::tumor::reported_tumors). The
//! laboratory's own words for a class of copies stay in the text of the change type; what the guide
//! has no component for stands under codes of ours.

use super::{
    Head, Object, component, concept, laboratory_category, loinc, observation, reference,
    variant::variant, worded,
};
use crate::fhir::codes::{self, loinc as code};
use model::code::system;
use model::reported::ResultStatus;
use model::tumor::ReportedClass;
use model::variant::{GenomeBuild, ReportedVariant};
use model::{CodeableConcept, Coding};
use serde_json::{Value, json};

/// A gene as a report writes it, with the approved name that it leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedGene {
    /// As written.
    pub written: String,
    /// HGNC number and approved symbol, where the name leads to one gene.
    pub approved: Option<(u32, String)>,
}

impl NamedGene {
    fn to_json(&self) -> Value {
        let coding = self.approved.iter().map(|(number, symbol)| Coding {
            system: system::HGNC.to_owned(),
            code: format!("HGNC:{number}"),
            display: Some(symbol.clone()),
        });
        let same = self.approved.as_ref().is_some_and(|(_, symbol)| *symbol == self.written);
        let text = (!same).then(|| self.written.clone());
        concept(&CodeableConcept { coding: coding.collect(), text }).unwrap_or(json!({}))
    }
}

/// A finding in a tumour.
#[derive(Clone, Debug, Default)]
pub struct TumorVariant<'a> {
    /// Its expressions, and whether it is there; genes stand apart.
    pub variant: ReportedVariant,
    /// Its gene; two that are joined.
    pub genes: &'a [NamedGene],
    /// Code of the Sequence Ontology for the change.
    pub change: Option<&'a str>,
    /// The laboratory's word for the change.
    pub change_words: Option<&'a str>,
    /// Copies of the gene.
    pub copies: Option<f64>,
    /// Share of reads, 0 to 1.
    pub allele_fraction: Option<f64>,
    /// Reads at the place.
    pub depth: Option<u64>,
    /// Exon.
    pub exon: Option<&'a str>,
    /// Code of the Sequence Ontology for what it does to the protein.
    pub effect: Option<&'a str>,
    /// Name of the finding as the report writes it; `EML4::ALK` if the order is known.
    pub name: Option<&'a str>,
    /// Whether the laboratory is not sure of it.
    pub equivocal: bool,
    /// Whether only part of the tumour has it.
    pub subclonal: bool,
    /// What else the report says, by name: `laboratory-status`, `ratio`.
    pub more: &'a [(&'a str, String)],
}

/// A variant Observation (69548-6) of a tumour.
pub fn tumor_variant(found: &TumorVariant<'_>, head: &Head<'_>) -> Value {
    let mut resource = variant(&found.variant, head);
    let mut parts: Vec<Value> = found
        .genes
        .iter()
        .map(|gene| component(loinc(code::GENE, "Gene studied [ID]"), gene.to_json()))
        .collect();
    if found.change.is_some() || found.change_words.is_some() {
        let coding = found.change.map(so).into_iter().collect();
        let text = found.change_words.map(str::to_owned);
        let change = concept(&CodeableConcept { coding, text }).unwrap_or(json!({}));
        parts.push(component(loinc(code::CHANGE_TYPE, "DNA change type"), change));
    }
    parts.extend(
        found.name.map(|name| {
            component(loinc(code::VARIATION_CODE, "Genetic variant [ID]"), worded(name))
        }),
    );
    parts.extend(found.exon.map(|exon| {
        let name = loinc(code::DNA_REGION, "DNA region name [Identifier]");
        component(name, worded(&format!("Exon {exon}")))
    }));
    for (number, code, display) in [
        (found.copies, code::COPIES, "Genomic structural variant copy number"),
        (found.allele_fraction, code::ALLELE_FRACTION, "Sample variant allelic frequency [NFr]"),
        (found.depth.map(whole), code::DEPTH, "Allelic read depth"),
    ] {
        parts.extend(number.map(|number| {
            let quantity = json!({"value": number, "system": UNITS, "code": "1"});
            json!({"code": loinc(code, display), "valueQuantity": quantity})
        }));
    }
    parts.extend(found.effect.map(|effect| {
        let effect = json!({"coding": [{"system": codes::SO, "code": effect}]});
        component(guide("feature-consequence", "Feature Consequence"), effect)
    }));
    parts.extend(found.equivocal.then(|| {
        let low = json!({"coding": [{"system": codes::CONFIDENCE, "code": "intermediate",
            "display": "Intermediate"}], "text": "equivocal"});
        component(guide("variant-confidence-status", "Variant Confidence Status"), low)
    }));
    parts.extend(found.subclonal.then(|| json!({"code": own("subclonal"), "valueBoolean": true})));
    let more = found.more.iter();
    parts.extend(more.map(|(name, text)| json!({"code": own(name), "valueString": text})));
    if let Some(object) = resource.as_object_mut() {
        let held = object.entry("component").or_insert_with(|| json!([]));
        if let Some(held) = held.as_array_mut() {
            held.extend(parts);
        }
    }
    resource
}

/// Units of measure (UCUM).
const UNITS: &str = "http://unitsofmeasure.org";

#[expect(clippy::cast_precision_loss, reason = "reads at one place are far below 2^52")]
fn whole(count: u64) -> f64 {
    count as f64
}

fn so(code: &str) -> Coding {
    Coding { system: codes::SO.to_owned(), code: code.to_owned(), display: None }
}

fn guide(code: &str, display: &str) -> Value {
    json!({"coding": [{"system": codes::TBD, "code": code, "display": display}]})
}

fn own(code: &str) -> Value {
    json!({"coding": [{"system": codes::OWN, "code": code}]})
}

/// A measurement of the whole tumour.
#[derive(Clone, Debug, Default)]
pub struct TumorMeasure<'a> {
    /// Its name: `tmb`, `msi`, `hrd`.
    pub name: &'a str,
    /// The number.
    pub value: Option<f64>,
    /// Its unit.
    pub unit: Option<&'a str>,
    /// The laboratory's word.
    pub level: Option<&'a str>,
    /// How it was made.
    pub method: Option<&'a str>,
    /// The threshold of the word.
    pub cut_off: Option<&'a str>,
}

/// An Observation of a biomarker: 94076-7, 81695-9, or under a code of ours.
pub fn tumor_measure(measure: &TumorMeasure<'_>, head: &Head<'_>) -> Value {
    let coded = match measure.name {
        "tmb" => loinc("94076-7", "Mutations/Megabase [# Ratio] in Tumor"),
        "msi" => loinc(
            "81695-9",
            "Microsatellite instability [Interpretation] in Cancer specimen Qualitative",
        ),
        name => json!({"coding": [{"system": codes::TUMOR_MEASURE, "code": name}]}),
    };
    let category = guide("biomarker-category", "Biomarker Category");
    let quantity = measure
        .value
        .map(|value| Object::default().with("value", value).some("unit", measure.unit).build());
    let level = measure.level.map(|level| level_concept(measure.name, level));
    let (word, interpretation) = if quantity.is_some() { (None, level) } else { (level, None) };
    let mut resource = observation(head, "molecular-biomarker", coded)
        .some("valueQuantity", quantity)
        .some("valueCodeableConcept", word)
        .some("interpretation", interpretation.map(|level| json!([level])))
        .some("method", measure.method.map(worded))
        .some("referenceRange", measure.cut_off.map(|text| json!([{"text": text}])))
        .build();
    if let Some(object) = resource.as_object_mut() {
        let genetics = super::genetics_category();
        object.insert("category".into(), json!([laboratory_category(), category, genetics]));
    }
    resource
}

/// The answer that LOINC has for a level of instability, with the laboratory's word.
fn level_concept(name: &str, level: &str) -> Value {
    let plain = level.to_lowercase();
    let answer = match (name, plain.as_str()) {
        ("msi", "mss" | "stable" | "ms-stable") => ("LA14122-8", "Stable"),
        ("msi", "msi-l" | "msi-low" | "low") => ("LA26202-4", "MSI-L"),
        ("msi", "msi-h" | "msi-high" | "high") => ("LA26203-2", "MSI-H"),
        _ => return worded(level),
    };
    let (code, display) = answer;
    json!({"coding": [{"system": system::LOINC, "code": code, "display": display}],
        "text": level})
}

/// What was tested, in one analysis for each class of changes.
#[derive(Clone, Debug, Default)]
pub struct TumorStudy<'a> {
    /// Test and panel, as named.
    pub title: Option<&'a str>,
    /// The laboratory.
    pub laboratory: Option<&'a str>,
    /// Build of the coordinates.
    pub build: Option<GenomeBuild>,
    /// Genes that are listed as tested, by class.
    pub tested: &'a [(NamedGene, ReportedClass)],
    /// How final it is.
    pub status: ResultStatus,
}

/// Adds a study with its analyses to a report, contained in it.
pub fn add_study(report: &mut Value, study: &TumorStudy<'_>, subject: &str) {
    let mut classes: Vec<ReportedClass> = study.tested.iter().map(|(_, class)| *class).collect();
    classes.sort();
    classes.dedup();
    let mut analyses: Vec<Value> = classes
        .iter()
        .enumerate()
        .map(|(number, class)| {
            analysis(study, Some(*class), &format!("analysis-{number}"), subject)
        })
        .collect();
    if analyses.is_empty() {
        analyses.push(analysis(study, None, "analysis-0", subject));
    }
    let url = format!("{}genomic-study-analysis-ext", codes::PROFILES);
    let parts: Vec<Value> = (0..analyses.len())
        .map(|number| {
            json!({"url": url, "valueReference": {"reference": format!("#analysis-{number}")}})
        })
        .collect();
    let whole = Object::resource("Procedure", "study")
        .with("meta", json!({"profile": [format!("{}genomic-study", codes::PROFILES)]}))
        .list("extension", parts)
        .with("status", super::report::procedure_status(study.status))
        .with("category", laboratory_category())
        .with("subject", reference(subject))
        .build();
    let mut contained = vec![whole];
    contained.extend(analyses);
    let Some(object) = report.as_object_mut() else { return };
    object.insert("contained".into(), Value::Array(contained));
    let url = format!("{}genomic-study-reference", codes::PROFILES);
    let held = object.entry("extension").or_insert_with(|| json!([]));
    if let Some(held) = held.as_array_mut() {
        held.push(json!({"url": url, "valueReference": {"reference": "#study"}}));
    }
}

fn analysis(
    study: &TumorStudy<'_>,
    class: Option<ReportedClass>,
    id: &str,
    subject: &str,
) -> Value {
    let url = |name: &str| format!("{}genomic-study-analysis{name}", codes::PROFILES);
    let changes: &[&str] = match class {
        Some(ReportedClass::Short) => &["SO:0001483", "SO:0002007", "SO:1000032"],
        Some(ReportedClass::Copy) => &["SO:0001019"],
        Some(ReportedClass::Rearrangement) => &["SO:0001565"],
        None => &[],
    };
    let mut extensions: Vec<Value> = changes
        .iter()
        .map(|change| {
            let coding = json!({"coding": [{"system": codes::SO, "code": change}]});
            json!({"url": url("-change-type"), "valueCodeableConcept": coding})
        })
        .collect();
    extensions.push(json!({"url": url("-genomic-source-class"),
        "valueCodeableConcept": loinc("LA6684-0", "Somatic")}));
    extensions.extend(study.build.map(|build| {
        let build = super::variant::assembly_answer(build);
        json!({"url": url("-genome-build"), "valueCodeableConcept": build})
    }));
    extensions.extend(study.title.map(|title| json!({"url": url("-title"), "valueString": title})));
    let studied: Vec<Value> = study
        .tested
        .iter()
        .filter(|(_, of)| Some(*of) == class)
        .map(|(gene, _)| json!({"url": "studied", "valueCodeableConcept": gene.to_json()}))
        .collect();
    if !studied.is_empty() {
        extensions.push(json!({"url": url("-regions"), "extension": studied}));
    }
    Object::resource("Procedure", id)
        .with("meta", json!({"profile": [url("")]}))
        .list("extension", extensions)
        .with("status", super::report::procedure_status(study.status))
        .with("category", laboratory_category())
        .with("subject", reference(subject))
        .some("performer", study.laboratory.map(|name| json!([{"actor": {"display": name}}])))
        .build()
}
