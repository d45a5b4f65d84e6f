//! Variants as a laboratory reported them.

use super::gene::all_genes;
use super::{Reader, concept_value};
use crate::fhir::access;
use crate::fhir::codes::{self, loinc};
use model::CodeableConcept;
use model::fact::FactContent;
use model::variant::{GenomeBuild, ReportedVariant, Spdi};

/// Components that are read.
const READ: &[&str] = &[
    loinc::GENE,
    loinc::SOURCE_CLASS,
    loinc::ASSEMBLY,
    loinc::TRANSCRIPT,
    loinc::SEQUENCE,
    loinc::HGVS_CODING,
    loinc::HGVS_PROTEIN,
    loinc::HGVS_GENOMIC,
    loinc::VARIATION_CODE,
    loinc::START_END,
    loinc::COORDINATES,
    loinc::REFERENCE_ALLELE,
    loinc::ALTERNATE_ALLELE,
    loinc::ALLELIC_STATE,
    loinc::SIGNIFICANCE,
    // These are read of a tumour's report as a whole: see `fhir::tumor`.
    loinc::CHANGE_TYPE,
    loinc::AMINO_ACID_CHANGE_TYPE,
    loinc::COPIES,
    loinc::ALLELE_FRACTION,
    loinc::DEPTH,
    loinc::DNA_REGION,
    "feature-consequence",
    "variant-confidence-status",
];

/// An Observation 69548-6.
pub(super) fn variant(reader: &mut Reader<'_>) {
    let status = reader.status();
    let origin = reader.origin();
    let mut genes = all_genes(reader);
    if genes.len() > 1 {
        reader.warn("several-genes", "component", "several genes are named; the first is used");
    }
    genes.truncate(1);
    let sequence = sequence(reader);
    let hgvs_genomic = expression(reader, loinc::HGVS_GENOMIC);
    let build = build(reader, sequence.as_deref(), hgvs_genomic.as_deref());
    let canonical = canonical(reader, sequence.as_deref(), hgvs_genomic.as_deref());
    let transcript = expression(reader, loinc::TRANSCRIPT);
    let in_wrong_place = sequence.filter(|accession| is_transcript(accession));
    if in_wrong_place.is_some() {
        let text = "a transcript stands where the genomic sequence belongs";
        reader.note("transcript-as-sequence", "component", text);
    }
    let variant = ReportedVariant {
        gene: genes.pop(),
        build,
        transcript: transcript.or(in_wrong_place),
        hgvs_coding: expression(reader, loinc::HGVS_CODING),
        hgvs_protein: expression(reader, loinc::HGVS_PROTEIN),
        hgvs_genomic,
        identifiers: identifiers(reader),
        assessment: assessment(reader),
        significance: answer_words(reader, loinc::SIGNIFICANCE, codes::SIGNIFICANCES),
        allelic_state: answer_words(reader, loinc::ALLELIC_STATE, codes::ALLELIC_STATES),
        canonical,
    };
    if variant == (ReportedVariant { assessment: variant.assessment.clone(), ..Default::default() })
    {
        reader.warn("nameless-variant", "component", "nothing says which variant is meant");
    }
    reader.note_unread(READ);
    reader.push(status, origin, FactContent::Variant(variant));
}

/// An HGVS expression or accession: as the code where there is one, since a display may name
/// another version. An SPDI in its place is no HGVS; it is kept among the identifiers.
fn expression(reader: &Reader<'_>, code: &str) -> Option<String> {
    let (_, concept) = reader.component(code)?;
    let standard = concept.code_of(model::code::system::HGVS).map(str::to_owned);
    let coded = standard.or_else(|| concept.coding.first().map(|coding| coding.code.clone()));
    coded.or(concept.text).filter(|text| !is_spdi(text))
}

/// Whether the text is `sequence:position:deleted:inserted`.
fn is_spdi(text: &str) -> bool {
    let mut parts = text.split(':');
    let sequence = parts.next().is_some_and(|part| part.contains('_'));
    let position = parts.next().is_some_and(|part| part.parse::<u64>().is_ok());
    sequence && position && parts.count() == 2
}

/// The sequence's accession: a code with a version before words.
fn sequence(reader: &Reader<'_>) -> Option<String> {
    let (_, concept) = reader.component(loinc::SEQUENCE)?;
    let code = concept.coding.first().map(|c| c.code.clone());
    code.or(concept.text)
}

fn is_transcript(accession: &str) -> bool {
    ["NM_", "NR_", "ENST", "XM_"].iter().any(|prefix| accession.starts_with(prefix))
}

/// The build stated, which an accession may contradict. Then neither is believed.
fn build(
    reader: &mut Reader<'_>,
    sequence: Option<&str>,
    hgvs: Option<&str>,
) -> Option<GenomeBuild> {
    let stated = reader.component(loinc::ASSEMBLY).map(|(_, concept)| concept);
    let stated = stated.and_then(|concept| {
        let answer = reader.answer(&concept, codes::ASSEMBLIES, "component");
        let words = answer.or_else(|| concept.words().map(str::to_owned));
        match words.as_deref() {
            Some("GRCh37" | "hg19") => Some(GenomeBuild::GRCh37),
            Some("GRCh38" | "hg38") => Some(GenomeBuild::GRCh38),
            _ => {
                reader.warn("unknown-build", "component", "the assembly is not a known build");
                None
            }
        }
    });
    let accession = hgvs.and_then(|text| text.split(':').next());
    let proven = sequence.and_then(codes::build_of).or_else(|| accession.and_then(codes::build_of));
    if let (Some(stated), Some(proven)) = (stated, proven)
        && stated != proven
    {
        let text = format!("stated {stated}, but the accession is of {proven}; neither is used");
        reader.warn("build-conflict", "component", text);
        return None;
    }
    stated.or(proven)
}

/// The canonical form of a substitution whose coordinates are beyond doubt: a chromosome's
/// accession with version, a stated coordinate system, both alleles of one length and different
/// at both ends, and no genomic HGVS that says otherwise. Anything else needs the reference
/// sequence and stays unnormalised.
fn canonical(reader: &mut Reader<'_>, sequence: Option<&str>, hgvs: Option<&str>) -> Option<Spdi> {
    let (part, _) = reader.component(loinc::START_END)?;
    let not = |reader: &mut Reader<'_>, why: &str| {
        reader.warn("unnormalised", "component", why);
        None
    };
    let Some(sequence) = sequence.filter(|accession| codes::build_of(accession).is_some()) else {
        return not(reader, "the position is not on a chromosome of a known build");
    };
    let system = reader.component(loinc::COORDINATES).map(|(_, concept)| concept);
    let counted = system.as_ref().and_then(|c| c.coding.first()).map(|c| c.code.as_str());
    let low = access::first(part, "valueRange.low.value").and_then(whole);
    let position = match (counted, low) {
        (Some(codes::INTERBASE), Some(low)) => Some(low),
        (Some(codes::ONE_BASED), Some(low)) => low.checked_sub(1),
        (Some(codes::INTERBASE | codes::ONE_BASED), None) => None,
        _ => return not(reader, "the coordinate system is not stated"),
    };
    let Some(position) = position else {
        return not(reader, "the start position is not a whole number");
    };
    let allele = |code| reader.words(code).map(|bases| bases.to_ascii_uppercase());
    let (Some(deleted), Some(inserted)) =
        (allele(loinc::REFERENCE_ALLELE), allele(loinc::ALTERNATE_ALLELE))
    else {
        return not(reader, "reference or alternate allele is missing");
    };
    if !is_substitution(&deleted, &inserted) {
        return not(reader, "only substitutions can be normalised without the reference sequence");
    }
    let spdi = Spdi { sequence: sequence.to_owned(), position, deleted, inserted };
    if hgvs.is_some_and(|text| contradicts(&spdi, text)) {
        return not(reader, "position and alleles differ from the genomic HGVS");
    }
    Some(spdi)
}

/// A number without a fraction; `5` and `5.0` are the same position.
fn whole(value: &serde_json::Value) -> Option<u64> {
    value.as_u64().or_else(|| value.to_string().strip_suffix(".0")?.parse().ok())
}

fn is_substitution(deleted: &str, inserted: &str) -> bool {
    let bases = |text: &str| text.bytes().all(|b| matches!(b, b'A' | b'C' | b'G' | b'T'));
    let ends = |text: &str| (text.bytes().next(), text.bytes().last());
    let ((first, last), (other_first, other_last)) = (ends(deleted), ends(inserted));
    deleted.len() == inserted.len()
        && first.is_some()
        && first != other_first
        && last != other_last
        && bases(deleted)
        && bases(inserted)
}

/// Whether a genomic HGVS substitution on the same sequence says another position or base.
fn contradicts(spdi: &Spdi, hgvs: &str) -> bool {
    let Some((accession, change)) = hgvs.split_once(":g.") else { return false };
    if accession != spdi.sequence || !change.contains('>') {
        return false;
    }
    let expected = format!("{}{}>{}", spdi.position + 1, spdi.deleted, spdi.inserted);
    spdi.deleted.len() == 1 && change != expected
}

/// Identifiers in variant databases: `rs…` of dbSNP and accessions of ClinVar as they are,
/// ClinVar numbers as `ClinVar:…`, codes of other systems as `system|code`, words as words.
fn identifiers(reader: &Reader<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for part in reader.components(loinc::VARIATION_CODE) {
        let concept: CodeableConcept = concept_value(part);
        for coding in &concept.coding {
            let code = coding.code.clone();
            let is_number = code.bytes().all(|b| b.is_ascii_digit());
            found.push(match coding.system.as_str() {
                codes::CLINVAR if is_number => format!("ClinVar:{code}"),
                codes::CLINVAR | codes::DBSNP | "" | model::code::system::HGVS => code,
                other => format!("{other}|{code}"),
            });
        }
        if concept.coding.is_empty() {
            found.extend(concept.text);
        }
    }
    for code in [loinc::HGVS_CODING, loinc::HGVS_PROTEIN, loinc::HGVS_GENOMIC] {
        let value = reader.component(code).map(|(_, concept)| concept).unwrap_or_default();
        let coded = value.coding.first().map(|coding| coding.code.clone());
        found.extend(coded.or(value.text).filter(|text| is_spdi(text)));
    }
    found
}

/// The assessment as its answer code. Without one nothing is known to be present.
fn assessment(reader: &mut Reader<'_>) -> Option<String> {
    let value = concept_value(reader.resource);
    let words = reader.answer(&value, codes::ASSESSMENTS, "value[x]");
    let code = words.and_then(|words| codes::code_of(codes::ASSESSMENTS, &words));
    if code.is_none() {
        let text = "nothing says whether the variant is present";
        reader.warn("no-assessment", "value[x]", text);
    }
    code.map(str::to_owned)
}

/// The words of an answer, as sent; those of the list if only the code was sent.
fn answer_words(reader: &mut Reader<'_>, code: &str, answers: &[codes::Answer]) -> Option<String> {
    let (_, concept) = reader.component(code)?;
    let standard = reader.answer(&concept, answers, "component");
    let shown = concept.text.or_else(|| concept.coding.into_iter().find_map(|c| c.display));
    match (standard, shown) {
        (Some(standard), Some(shown)) if !agree(&standard, &shown) => {
            let text = "the answer code and its words differ; the code is used";
            reader.warn("code-and-text", "component", text);
            Some(standard)
        }
        (_, Some(shown)) => Some(shown),
        (standard, None) => {
            if standard.is_none() {
                reader.warn(
                    "unknown-answer",
                    "component",
                    format!("the answer to {code} is unknown"),
                );
            }
            standard
        }
    }
}

/// Whether the sender's words say the same: one holds the other, whatever the case.
fn agree(standard: &str, shown: &str) -> bool {
    let (standard, shown) = (standard.to_lowercase(), shown.to_lowercase());
    let first = standard.split(' ').next().unwrap_or_default();
    codes::same_words(&standard, &shown) || (first == "uncertain" && shown.contains(first))
}
