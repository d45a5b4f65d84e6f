//! A filed genome as resources: the test that it came from, and a call as an observation.

use super::variant::assembly_answer;
use super::{Head, Object, component, laboratory_category, loinc, reference, worded};
use crate::fhir::codes::{self, loinc as code};
use genomics::genome::{Alternate, Call, Carried, Genotype, Structural};
use genomics::hgvs;
use genomics::sequence::MITOCHONDRION;
use model::variant::{GenomeBuild, ReportedVariant};
use serde_json::{Value, json};

/// Where the guide has the kinds of methods.
const METHODS: &str =
    "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/genomic-study-method-type-cs";

/// A filed genome as a test.
#[derive(Clone, Debug)]
pub struct GenomeStudy<'a> {
    /// Id of the study.
    pub study: &'a str,
    /// Id of the analysis.
    pub analysis: &'a str,
    /// Reference to the patient.
    pub subject: &'a str,
    /// Reference to the document that stands for the file.
    pub document: &'a str,
    /// Id of the genome in the record.
    pub genome: &'a str,
    /// Name of the file.
    pub name: &'a str,
    /// The sample's name in it.
    pub sample: &'a str,
    /// Build of its coordinates.
    pub build: GenomeBuild,
    /// How the build was proven, how it is known what was looked at, whether indels were shifted.
    pub note: &'a str,
}

/// The analysis, which names the genome, and the study that it belongs to. What was studied is in
/// the file and, as far as it says so, in the genome itself; the analysis points to the file.
pub fn genome_study(study: &GenomeStudy<'_>) -> [Value; 2] {
    let url = |name: &str| format!("{}genomic-study-analysis{name}", codes::PROFILES);
    let method = json!({
        "coding": [{"system": METHODS, "code": "molecular-genetics",
            "display": "Molecular Genetics"}],
        "text": "Variants called over a genome, as a file states them"
    });
    let title = format!("Variant file {}, sample {}", study.name, study.sample);
    let regions = json!([{"url": "studied", "valueReference": reference(study.document)}]);
    let extensions = vec![
        json!({"url": url("-method-type"), "valueCodeableConcept": method}),
        json!({"url": url("-title"), "valueString": title}),
        json!({"url": url("-genomic-source-class"),
            "valueCodeableConcept": loinc("LA6683-2", "Germline")}),
        json!({"url": url("-genome-build"), "valueCodeableConcept": assembly_answer(study.build)}),
        json!({"url": url("-regions"), "extension": regions}),
    ];
    let analysis = procedure(study.analysis, "genomic-study-analysis", study.subject)
        .with("identifier", json!([{"system": codes::GENOME, "value": study.genome}]))
        .with("note", json!([{"text": study.note}]))
        .list("extension", extensions)
        .build();
    let analysed = reference(&format!("Procedure/{}", study.analysis));
    let whole = procedure(study.study, "genomic-study", study.subject)
        .with("extension", json!([{"url": url("-ext"), "valueReference": analysed}]))
        .with("code", worded("Genome or exome"))
        .build();
    [analysis, whole]
}

fn procedure(id: &str, profile: &str, subject: &str) -> Object {
    Object::resource("Procedure", id)
        .with("meta", json!({"profile": [format!("{}{profile}", codes::PROFILES)]}))
        .with("status", "completed")
        .with("category", laboratory_category())
        .with("subject", reference(subject))
}

/// System of SPDI expressions as identifiers (NCBI Variation Services).
const SPDI: &str = "https://api.ncbi.nlm.nih.gov/variation/v0/";
/// System of computed identifiers (GA4GH VRS).
const VRS: &str = "https://vrs.ga4gh.org";
/// Units of a number of reads, and of a number of copies (UCUM).
const READS: &str = "{reads}/{base}";
const COPIES: &str = "1";

/// A call of a filed genome.
#[derive(Clone, Copy, Debug)]
pub struct GenomeVariant<'a> {
    /// The call.
    pub call: &'a Call,
    /// Accession of its sequence.
    pub sequence: &'a str,
    /// Build of the genome.
    pub build: GenomeBuild,
    /// Its identifier of VRS, if it has one.
    pub identifier: Option<&'a str>,
    /// Reference to the analysis that it came from.
    pub analysis: Option<&'a str>,
}

/// A call as a variant Observation: present, or "no call" where its record failed a filter.
pub fn genome_variant(found: &GenomeVariant<'_>, head: &Head<'_>) -> Value {
    let GenomeVariant { call, sequence, .. } = found;
    let allele = call.allele(sequence);
    let spdi = allele.as_ref().and_then(genomics::allele::Allele::spdi);
    let by_spdi = spdi.iter().map(|spdi| format!("{SPDI}|{spdi}"));
    let by_vrs = found.identifier.map(|identifier| format!("{VRS}|{identifier}"));
    let is_present = call.carried() == Carried::Yes;
    let state = call.state(*sequence == MITOCHONDRION);
    let variant = ReportedVariant {
        build: Some(found.build),
        hgvs_genomic: allele.as_ref().map(hgvs::genomic),
        identifiers: by_spdi.chain(by_vrs).collect(),
        assessment: Some(if is_present { "LA9633-4" } else { "LA18198-4" }.to_owned()),
        allelic_state: state.filter(|_| is_present).map(str::to_owned),
        canonical: spdi,
        ..ReportedVariant::default()
    };
    let mut resource = super::variant(&variant, head);
    let mut parts = Vec::new();
    if let Alternate::Structural(held) = &call.alternate {
        parts.extend(structural(call, held, sequence));
    }
    parts.extend(call.depth.map(|depth| {
        let depth = quantity(u64::from(depth), READS);
        json!({"code": loinc("82121-5", "Allelic read depth"), "valueQuantity": depth})
    }));
    parts.push(own("genotype", "Genotype as alleles of the record", &written(&call.genotype)));
    let set = call.phase_set.map(|set| set.to_string());
    parts.extend(set.map(|set| own("phase-set", "Set in which phase holds", &set)));
    let quality = call.quality.map(|quality| quality.to_string());
    parts.extend(quality.map(|q| own("genotype-quality", "Quality of the genotype (Phred)", &q)));
    if let Some(components) = resource.get_mut("component").and_then(Value::as_array_mut) {
        components.extend(parts);
    }
    if let Some(object) = resource.as_object_mut() {
        let part_of = found.analysis.map(|analysis| json!([reference(analysis)]));
        object.extend(part_of.map(|part_of| ("partOf".to_owned(), part_of)));
        if let Some(filter) = &call.filter {
            let text = format!("the record failed the filter {filter} and was not used");
            object.insert("note".to_owned(), json!([{"text": text}]));
        }
    }
    resource
}

/// Where a structural variant is, what it is, and how it was written.
fn structural(call: &Call, held: &Structural, sequence: &str) -> Vec<Value> {
    let accession = json!({"coding": [{"system": codes::REFSEQ, "code": sequence}]});
    let counting = loinc(codes::INTERBASE, "0-based interval counting");
    let range = |code: Value, (low, high): (u64, u64)| {
        let held = json!({"low": {"value": low}, "high": {"value": high}});
        json!({"code": code, "valueRange": held})
    };
    let mut parts = vec![
        component(loinc(code::SEQUENCE, "Genomic reference sequence [ID]"), accession),
        component(loinc(code::COORDINATES, "Genomic coordinate system [Type]"), counting),
    ];
    if held.is_exact() {
        let exact = loinc(code::START_END, "Variant exact start-end");
        parts.push(range(exact, (call.start, call.end)));
    } else {
        let inner = held.inner(call.start, call.end);
        let named = || loinc("81302-2", "Variant inner start and end");
        parts.extend(inner.map(|inner| range(named(), inner)));
        let outer = loinc("81301-4", "Variant outer start and end");
        parts.push(range(outer, held.extent(call.start, call.end)));
    }
    parts.extend(held.change_type().map(|(term, name)| {
        let kind = json!({"coding": [{"system": "http://www.sequenceontology.org", "code": term,
            "display": name}]});
        component(loinc("48019-4", "DNA change type"), kind)
    }));
    parts.extend(held.copies.map(|copies| {
        let copies = quantity(u64::from(copies), COPIES);
        json!({"code": loinc("82155-3", "Genomic structural variant copy number"),
            "valueQuantity": copies})
    }));
    parts.push(own("alternate", "Alternate allele as written", &held.alternate));
    parts
}

fn quantity(value: u64, unit: &str) -> Value {
    json!({"value": value, "system": "http://unitsofmeasure.org", "code": unit})
}

fn own(code: &str, display: &str, words: &str) -> Value {
    let coded = json!({"coding": [{"system": codes::OWN, "code": code, "display": display}]});
    json!({"code": coded, "valueString": words})
}

/// `0/1`, phased `0|1`.
fn written(genotype: &Genotype) -> String {
    let allele = |allele: &Option<u16>| allele.map_or(".".to_owned(), |number| number.to_string());
    let alleles: Vec<String> = genotype.alleles.iter().map(allele).collect();
    alleles.join(if genotype.is_phased { "|" } else { "/" })
}
