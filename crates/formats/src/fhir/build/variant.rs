//! Variants as a laboratory reported them.

use super::{Head, component, gene_component, loinc, observation, source_class_component, worded};
use crate::fhir::codes::{self, Answer, loinc as code};
use model::code::system;
use model::variant::{GenomeBuild, ReportedVariant, Spdi};
use serde_json::{Value, json};

/// A variant Observation (69548-6).
///
/// A canonical substitution is written as accession, 1-based range and alleles, and read back.
/// Other canonical forms are written too, but a reader without the reference sequence takes them
/// as unnormalised.
pub fn variant(variant: &ReportedVariant, head: &Head<'_>) -> Value {
    let assessment = loinc(code::VARIANT, "Genetic variant assessment");
    let mut parts: Vec<Value> = Vec::new();
    parts.extend(variant.gene.as_deref().map(gene_component));
    parts.extend(source_class_component(head.origin));
    parts.extend(variant.build.map(assembly));
    parts.extend(variant.transcript.as_deref().map(|accession| {
        let value = json!({"coding": [{"system": codes::REFSEQ, "code": accession}]});
        component(loinc(code::TRANSCRIPT, "Transcript reference sequence [ID]"), value)
    }));
    for (loinc_code, display, text) in [
        (code::HGVS_CODING, "DNA change (c.HGVS)", &variant.hgvs_coding),
        (code::HGVS_PROTEIN, "Amino acid change (pHGVS)", &variant.hgvs_protein),
        (code::HGVS_GENOMIC, "Genomic DNA change (gHGVS)", &variant.hgvs_genomic),
    ] {
        parts.extend(text.as_deref().map(|text| component(loinc(loinc_code, display), hgvs(text))));
    }
    let identifiers = loinc(code::VARIATION_CODE, "Genetic variant [ID]");
    parts.extend(variant.identifiers.iter().map(|i| component(identifiers.clone(), identifier(i))));
    parts.extend(variant.canonical.iter().flat_map(coordinates));
    for (loinc_code, display, words, answers) in [
        (code::ALLELIC_STATE, "Allelic state", &variant.allelic_state, codes::ALLELIC_STATES),
        (
            code::SIGNIFICANCE,
            "Genetic variation clinical significance [Imp]",
            &variant.significance,
            codes::SIGNIFICANCES,
        ),
    ] {
        parts.extend(
            words.as_deref().map(|w| component(loinc(loinc_code, display), answer(answers, w))),
        );
    }
    let value = variant.assessment.as_deref().map(|answer| {
        let display = codes::words_of(codes::ASSESSMENTS, answer);
        match display {
            Some(display) => loinc(answer, display),
            None => worded(answer),
        }
    });
    observation(head, "variant", assessment)
        .some("valueCodeableConcept", value)
        .list("component", parts)
        .build()
}

/// The answer of 62374-4.
pub(super) fn assembly_answer(build: GenomeBuild) -> Value {
    match build {
        GenomeBuild::GRCh37 => loinc("LA14029-5", "GRCh37"),
        GenomeBuild::GRCh38 => loinc("LA26806-2", "GRCh38"),
    }
}

fn assembly(build: GenomeBuild) -> Value {
    let code = loinc(code::ASSEMBLY, "Human reference sequence assembly version");
    component(code, assembly_answer(build))
}

fn hgvs(text: &str) -> Value {
    json!({"coding": [{"system": system::HGVS, "code": text, "display": text}]})
}

/// The inverse of how identifiers are read: see `facts`.
fn identifier(text: &str) -> Value {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let coding = |system: &str, code: &str| json!({"coding": [{"system": system, "code": code}]});
    if text.strip_prefix("rs").is_some_and(digits) {
        return coding(codes::DBSNP, text);
    }
    if let Some(number) = text.strip_prefix("ClinVar:").filter(|number| digits(number)) {
        return coding(codes::CLINVAR, number);
    }
    if ["VCV", "RCV", "SCV"].iter().any(|prefix| text.starts_with(prefix)) {
        return coding(codes::CLINVAR, text);
    }
    match text.split_once('|') {
        Some((system, code)) if system.contains(':') && !code.is_empty() => coding(system, code),
        _ => worded(text),
    }
}

fn answer(answers: &[Answer], words: &str) -> Value {
    match codes::code_of(answers, words) {
        Some(code) => {
            let display = codes::words_of(answers, code);
            json!({"coding": [{"system": system::LOINC, "code": code, "display": display}],
                "text": words})
        }
        None => worded(words),
    }
}

fn coordinates(spdi: &Spdi) -> Vec<Value> {
    let sequence = json!({"coding": [{"system": codes::REFSEQ, "code": spdi.sequence}]});
    let (low, length) = (spdi.position + 1, spdi.deleted.len() as u64);
    let high = if length == 0 { low } else { spdi.position + length };
    let counting = loinc(codes::ONE_BASED, "1-based character counting");
    let mut parts = vec![
        component(loinc(code::SEQUENCE, "Genomic reference sequence [ID]"), sequence),
        component(loinc(code::COORDINATES, "Genomic coordinate system [Type]"), counting),
        json!({"code": loinc(code::START_END, "Variant exact start-end"),
            "valueRange": {"low": {"value": low}, "high": {"value": high}}}),
    ];
    for (loinc_code, display, bases) in [
        (code::REFERENCE_ALLELE, "Genomic ref allele [ID]", &spdi.deleted),
        (code::ALTERNATE_ALLELE, "Genomic alt allele [ID]", &spdi.inserted),
    ] {
        if !bases.is_empty() {
            parts.push(json!({"code": loinc(loinc_code, display), "valueString": bases}));
        }
    }
    parts
}
