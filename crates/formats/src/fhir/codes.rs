//! The codes of the Genomics Reporting profiles, their answers, and genes by HGNC id.
//!
//! Sources: LOINC panel 81247-9 and its answer lists; HL7 Genomics Reporting (STU3); HGNC.

use model::code::{Coding, is_loinc_answer};
use model::specimen::Origin;
use model::variant::GenomeBuild;

/// Code system of the guide for what LOINC does not have yet.
pub const TBD: &str = "http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs";
/// Observation categories.
pub const OBSERVATION_CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/observation-category";
/// HL7 table 0074, diagnostic service sections.
pub const DIAGNOSTIC_SECTION: &str = "http://terminology.hl7.org/CodeSystem/v2-0074";
/// HL7 table 0203, identifier types.
pub const IDENTIFIER_TYPE: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
/// Canonical URL under which the profiles of the guide stand.
pub const PROFILES: &str = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/";
/// GL String.
pub const GL_STRING: &str = "http://glstring.org";
/// Sequences of NCBI RefSeq.
pub const REFSEQ: &str = "http://www.ncbi.nlm.nih.gov/refseq";
/// ClinVar.
pub const CLINVAR: &str = "http://www.ncbi.nlm.nih.gov/clinvar";
/// dbSNP.
pub const DBSNP: &str = "http://www.ncbi.nlm.nih.gov/projects/SNP";
/// Codes and extensions of this software that no standard has.
pub const OWN: &str = "urn:cognate:code";
/// Own extension: whose genome a specimen holds, as a word of [`origin_word`].
pub const SPECIMEN_ORIGIN: &str = "urn:cognate:extension:specimen-origin";
/// Own system of identifiers: the genome in the record that an analysis came to.
pub const GENOME: &str = "urn:cognate:genome";
/// Own extension: one proven callable region, `GRCh38:chr10:94762680-94855547`, 0-based half-open.
pub const CALLABLE_REGION: &str = "urn:cognate:extension:callable-region";

/// Own extension of a `presence`: whether what was asked for was studied, partly, not, or whether
/// the record does not tell; and the ranges that were not.
pub const COVERAGE: &str = "urn:cognate:extension:coverage";
/// Of how many of a count's patients the answer is known, beside its denominator.
pub const KNOWN: &str = "urn:cognate:extension:known";
/// Own extension: what a gene's call rests on, with a part for each list of positions.
pub const GENE_CALLABILITY: &str = "urn:cognate:extension:gene-callability";
/// Own extension: one possibility of an ambiguous call, with its genotype and what that means.
pub const POSSIBLE_RESULT: &str = "urn:cognate:extension:possible-result";
/// Own extension: the gene that a component speaks of.
pub const COMPONENT_GENE: &str = "urn:cognate:extension:gene";
/// Own extension: pack and engine behind a report.
pub const KNOWLEDGE_USED: &str = "urn:cognate:extension:knowledge-used";
/// Own modifier extension: a call for research, which must not be prescribed by.
pub const RESEARCH_ONLY: &str = "urn:cognate:extension:research-only";
/// Own code system: phenotypes for which LOINC has no answer of the same meaning, by their words.
pub const PHENOTYPE: &str = "urn:cognate:phenotype";
/// Own code system: populations of recommendations, by the codes of the pack.
pub const POPULATION: &str = "urn:cognate:population";
/// Own code system: what to do, `avoid`, `reduce` and the others of the pack.
pub const ACTION: &str = "urn:cognate:action";
/// Own code system: strength of a recommendation.
pub const STRENGTH: &str = "urn:cognate:strength";
/// Own code system: who recommends, `CPIC`, `DPWG`, `FDA`.
pub const GUIDANCE_SOURCE: &str = "urn:cognate:guidance-source";
/// Own code system: knowledge packs, `pgx`, with their version.
pub const KNOWLEDGE_PACK: &str = "urn:cognate:knowledge";
/// Why there is no value.
pub const DATA_ABSENT: &str = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
/// Alleles of HLA genes (IPD-IMGT/HLA).
pub const HLA_ALLELES: &str = "http://www.ebi.ac.uk/ipd/imgt/hla";

/// The Sequence Ontology.
pub const SO: &str = "http://www.sequenceontology.org";
/// How sure a variant call is.
pub const CONFIDENCE: &str = "http://terminology.hl7.org/CodeSystem/variant-confidence-status-cs";
/// Own extension of a report: the laboratory's number of its version.
pub const REPORT_VERSION: &str = "urn:cognate:extension:report-version";
/// Own extension of a report: the day it was signed, where the instant is not known.
pub const REPORT_DATE: &str = "urn:cognate:extension:report-date";
/// Own extension of a report: the laboratory's judgement of its run, in its words.
pub const RUN_QUALITY: &str = "urn:cognate:extension:run-quality";
/// Own extension of a resource: rows of panel 81247-9 that a laboratory's message held and that
/// have no element here.
pub const REPORTED_ROWS: &str = "urn:cognate:extension:reported-rows";
/// Own code system: measurements of tumours that LOINC has no code for, by the names that files use
/// (`hrd`, `loh`, `tumor-fraction`).
pub const TUMOR_MEASURE: &str = "urn:cognate:tumor-measure";

/// LOINC observation codes.
pub mod loinc {
    /// Genetic analysis report.
    pub const REPORT: &str = "51969-4";
    /// Genotype display name.
    pub const GENOTYPE: &str = "84413-4";
    /// Haplotype name.
    pub const HAPLOTYPE: &str = "84414-2";
    /// Genetic variant assessment.
    pub const VARIANT: &str = "69548-6";
    /// Effect on drug metabolism; read, never written.
    pub const METABOLISM: &str = "53040-2";
    /// CYP2C9 gene product metabolic activity.
    pub const CYP2C9_ACTIVITY: &str = "79716-7";
    /// Gene studied.
    pub const GENE: &str = "48018-6";
    /// Genomic source class.
    pub const SOURCE_CLASS: &str = "48002-0";
    /// Reference assembly.
    pub const ASSEMBLY: &str = "62374-4";
    /// Transcript reference sequence.
    pub const TRANSCRIPT: &str = "51958-7";
    /// Genomic reference sequence.
    pub const SEQUENCE: &str = "48013-7";
    /// Coding HGVS.
    pub const HGVS_CODING: &str = "48004-6";
    /// Protein HGVS.
    pub const HGVS_PROTEIN: &str = "48005-3";
    /// Genomic HGVS.
    pub const HGVS_GENOMIC: &str = "81290-9";
    /// Variant identifiers.
    pub const VARIATION_CODE: &str = "81252-9";
    /// Exact start and end.
    pub const START_END: &str = "81254-5";
    /// Coordinate system.
    pub const COORDINATES: &str = "92822-6";
    /// Reference allele.
    pub const REFERENCE_ALLELE: &str = "69547-8";
    /// Alternate allele.
    pub const ALTERNATE_ALLELE: &str = "69551-0";
    /// Type of the DNA change.
    pub const CHANGE_TYPE: &str = "48019-4";
    /// Type of the amino acid change.
    pub const AMINO_ACID_CHANGE_TYPE: &str = "48006-1";
    /// Copies of the region.
    pub const COPIES: &str = "82155-3";
    /// Share of reads with the variant.
    pub const ALLELE_FRACTION: &str = "81258-6";
    /// Reads at the place.
    pub const DEPTH: &str = "82121-5";
    /// Name of the exon or other region.
    pub const DNA_REGION: &str = "47999-8";
    /// Allelic state.
    pub const ALLELIC_STATE: &str = "53034-5";
    /// Clinical significance.
    pub const SIGNIFICANCE: &str = "53037-8";
    /// Medication assessed.
    pub const MEDICATION: &str = "51963-7";
    /// Level of evidence.
    pub const EVIDENCE: &str = "93044-6";
    /// Associated phenotype; in an implication, for whom or what the treatment is.
    pub const CONTEXT: &str = "81259-4";
}

/// 0-based interval counting (answer of 92822-6).
pub const INTERBASE: &str = "LA30100-4";
/// 1-based character counting (answer of 92822-6).
pub const ONE_BASED: &str = "LA30102-0";

/// An answer code and its words.
pub type Answer = (&'static str, &'static str);

/// Answers of 69548-6.
pub const ASSESSMENTS: &[Answer] = &[
    ("LA9633-4", "Present"),
    ("LA9634-2", "Absent"),
    ("LA18198-4", "No call"),
    ("LA11884-6", "Indeterminate"),
];

/// Answers of 48002-0. Only the plain ones say whose genome it is beyond doubt.
pub const SOURCE_CLASSES: &[Answer] = &[
    ("LA6683-2", "Germline"),
    ("LA6684-0", "Somatic"),
    ("LA10429-1", "Fetal"),
    ("LA18194-3", "Likely germline"),
    ("LA18195-0", "Likely somatic"),
    ("LA18196-8", "Likely fetal"),
    ("LA18197-6", "Unknown genomic origin"),
    ("LA26807-0", "De novo"),
];

/// Answers of 53034-5.
pub const ALLELIC_STATES: &[Answer] = &[
    ("LA6706-1", "Heterozygous"),
    ("LA6705-3", "Homozygous"),
    ("LA6707-9", "Hemizygous"),
    ("LA6703-8", "Heteroplasmic"),
    ("LA6704-6", "Homoplasmic"),
];

/// Answers of 53037-8, with those of the older list.
pub const SIGNIFICANCES: &[Answer] = &[
    ("LA6668-3", "Pathogenic"),
    ("LA26332-9", "Likely pathogenic"),
    ("LA26333-7", "Uncertain significance"),
    ("LA26334-5", "Likely benign"),
    ("LA6675-8", "Benign"),
    ("LA6682-4", "Unknown significance"),
    ("LA6674-1", "Presumed benign"),
];

/// Answers that are a gene's phenotype, in the words of CPIC.
pub const PHENOTYPES: &[Answer] = &[
    ("LA10315-2", "Ultrarapid Metabolizer"),
    ("LA25390-8", "Rapid Metabolizer"),
    ("LA25391-6", "Normal Metabolizer"),
    ("LA10317-8", "Intermediate Metabolizer"),
    ("LA9657-3", "Poor Metabolizer"),
    ("LA25392-4", "Increased Function"),
    ("LA25393-2", "Normal Function"),
    ("LA25395-7", "Decreased Function"),
    ("LA25394-0", "Poor Function"),
];

/// Answers of LL4049-4, medication recommendations.
pub const MEDICATION_CHANGES: &[Answer] = &[
    ("LA26421-0", "Consider alternative medication"),
    ("LA26422-8", "Decrease dose"),
    ("LA26423-6", "Increase dose"),
];

/// Answers of 62374-4 that name a supported build.
pub const ASSEMBLIES: &[Answer] = &[("LA14029-5", "GRCh37"), ("LA26806-2", "GRCh38")];

/// The words of an answer code.
pub fn words_of(answers: &[Answer], code: &str) -> Option<&'static str> {
    answers.iter().find(|(known, _)| *known == code).map(|(_, words)| *words)
}

/// The answer code for words; case, blanks and hyphens do not matter.
pub fn code_of(answers: &[Answer], words: &str) -> Option<&'static str> {
    answers.iter().find(|(_, known)| same_words(known, words)).map(|(code, _)| *code)
}

/// Whether two texts hold the same words; British spelling of "metaboliser" is the same.
pub fn same_words(one: &str, other: &str) -> bool {
    plain(one) == plain(other)
}

fn plain(text: &str) -> String {
    let letters: String =
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.replace("metaboliser", "metabolizer")
}

/// Whether a coding's system and code are this LOINC code. A missing system and other names for
/// LOINC are tolerated.
pub fn is_loinc(system: &str, found: &str, code: &str) -> bool {
    found == code && (system == model::code::system::LOINC || is_alias(system))
}

/// Other names under which senders mean LOINC.
pub fn is_alias(name: &str) -> bool {
    let known = ["", "LN", "LOINC", "http://loinc.org/", "https://loinc.org"];
    known.contains(&name) || name == "urn:oid:2.16.840.1.113883.6.1"
}

/// The LOINC answer among codings, whatever system it stands under, when it is one of `answers`
/// and its check digit holds; the first, if several are there (see [`is_contradiction`]).
pub fn answer_in<'c>(codings: &'c [Coding], answers: &[Answer]) -> Option<&'c Coding> {
    answers_in(codings, answers).next()
}

/// Whether the codings hold two different answers to one question. Then none may be used.
pub fn is_contradiction(codings: &[Coding], answers: &[Answer]) -> bool {
    let mut found = answers_in(codings, answers);
    let first = found.next();
    first.is_some_and(|first| found.any(|other| other.code != first.code))
}

fn answers_in<'c>(codings: &'c [Coding], answers: &[Answer]) -> impl Iterator<Item = &'c Coding> {
    let known = |c: &&Coding| is_loinc_answer(&c.code) && words_of(answers, &c.code).is_some();
    codings.iter().filter(known)
}

/// Words that say that there is no result.
const NOTHING: &[&str] = &[
    "",
    "not specified",
    "unknown",
    "no call",
    "no result",
    "not called",
    "not callable",
    "not determined",
    "not tested",
    "not reported",
    "failed",
    "pending",
    "n/a",
    "na",
    "none",
];

/// Whether the words say that there is no result (`not specified`, `.`, `No call`).
pub fn is_nothing(words: &str) -> bool {
    NOTHING.iter().any(|known| same_words(known, words))
}

/// A word for an origin, as written in [`SPECIMEN_ORIGIN`].
pub fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Germline => "germline",
        Origin::Somatic => "somatic",
        Origin::CirculatingDna => "circulating-dna",
        Origin::Donor => "donor",
        Origin::Unknown => "unknown",
    }
}

/// The origin that a word of [`origin_word`] names.
pub fn origin_of_word(word: &str) -> Option<Origin> {
    use Origin::{CirculatingDna, Donor, Germline, Somatic, Unknown};
    [Germline, Somatic, CirculatingDna, Donor, Unknown]
        .into_iter()
        .find(|origin| origin_word(*origin) == word)
}

/// HGNC ids of pharmacogenes; other genes keep the sender's symbol.
const GENES: &[(&str, &str)] = &[
    ("HGNC:74", "ABCG2"),
    ("HGNC:1397", "CACNA1S"),
    ("HGNC:1884", "CFTR"),
    ("HGNC:2615", "CYP2B6"),
    ("HGNC:2621", "CYP2C19"),
    ("HGNC:2623", "CYP2C9"),
    ("HGNC:2625", "CYP2D6"),
    ("HGNC:2637", "CYP3A4"),
    ("HGNC:2638", "CYP3A5"),
    ("HGNC:2645", "CYP4F2"),
    ("HGNC:3012", "DPYD"),
    ("HGNC:4057", "G6PD"),
    ("HGNC:4931", "HLA-A"),
    ("HGNC:4932", "HLA-B"),
    ("HGNC:18365", "IFNL3"),
    ("HGNC:7646", "NAT2"),
    ("HGNC:23063", "NUDT15"),
    ("HGNC:10483", "RYR1"),
    ("HGNC:10959", "SLCO1B1"),
    ("HGNC:12014", "TPMT"),
    ("HGNC:12530", "UGT1A1"),
    ("HGNC:23663", "VKORC1"),
    ("HGNC:7470", "MT-RNR1"),
];

/// The symbol of an HGNC id, `HGNC:2621` or `2621`.
pub fn symbol_of(hgnc: &str) -> Option<&'static str> {
    let number = hgnc.trim().strip_prefix("HGNC:").unwrap_or(hgnc.trim());
    let same = |id: &str| id.strip_prefix("HGNC:") == Some(number);
    GENES.iter().find(|(id, _)| same(id)).map(|(_, symbol)| *symbol)
}

/// The HGNC id of a symbol.
pub fn hgnc_of(symbol: &str) -> Option<&'static str> {
    GENES.iter().find(|(_, known)| *known == symbol).map(|(id, _)| *id)
}

/// RefSeq versions of chromosomes 1 to 22, X (23) and Y (24) on GRCh37 and GRCh38 (NCBI assemblies
/// GCF_000001405.25 and GCF_000001405.40).
const VERSIONS: [(u8, u8); 24] = [
    (10, 11),
    (11, 12),
    (11, 12),
    (11, 12),
    (9, 10),
    (11, 12),
    (13, 14),
    (10, 11),
    (11, 12),
    (10, 11),
    (9, 10),
    (11, 12),
    (10, 11),
    (8, 9),
    (9, 10),
    (9, 10),
    (10, 11),
    (9, 10),
    (9, 10),
    (10, 11),
    (8, 9),
    (10, 11),
    (10, 11),
    (9, 10),
];

/// The build that a chromosome's accession with version proves (`NC_000010.11` = GRCh38).
pub fn build_of(accession: &str) -> Option<GenomeBuild> {
    let (number, version) = accession.strip_prefix("NC_")?.split_once('.')?;
    let chromosome: usize = number.parse().ok()?;
    let version: u8 = version.parse().ok()?;
    let (older, newer) = *VERSIONS.get(chromosome.checked_sub(1)?)?;
    match version {
        v if v == older => Some(GenomeBuild::GRCh37),
        v if v == newer => Some(GenomeBuild::GRCh38),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::loinc::*;
    use super::*;

    #[test]
    fn every_code_has_its_check_digit() {
        for answers in [ASSESSMENTS, SOURCE_CLASSES, ALLELIC_STATES, SIGNIFICANCES, PHENOTYPES] {
            for (code, words) in answers.iter().chain(ASSEMBLIES) {
                assert!(is_loinc_answer(code), "{code}");
                assert!(answers.len() < 4 || !words.is_empty());
            }
        }
        let changes = MEDICATION_CHANGES.iter().map(|(code, _)| *code);
        for code in [INTERBASE, ONE_BASED].into_iter().chain(changes) {
            assert!(is_loinc_answer(code), "{code}");
        }
        for code in [
            REPORT,
            GENOTYPE,
            HAPLOTYPE,
            VARIANT,
            METABOLISM,
            CYP2C9_ACTIVITY,
            GENE,
            SOURCE_CLASS,
            ASSEMBLY,
            TRANSCRIPT,
            SEQUENCE,
            HGVS_CODING,
            HGVS_PROTEIN,
            HGVS_GENOMIC,
            VARIATION_CODE,
            START_END,
            COORDINATES,
            REFERENCE_ALLELE,
            ALTERNATE_ALLELE,
            ALLELIC_STATE,
            SIGNIFICANCE,
            MEDICATION,
            EVIDENCE,
            CONTEXT,
        ] {
            assert!(model::code::is_loinc(code), "{code}");
        }
    }

    #[test]
    fn accessions_prove_their_build() {
        // NCBI; the check points of the intake rules name NC_000001.10 and .11.
        for (accession, build) in [
            ("NC_000001.10", Some(GenomeBuild::GRCh37)),
            ("NC_000001.11", Some(GenomeBuild::GRCh38)),
            ("NC_000010.11", Some(GenomeBuild::GRCh38)),
            ("NC_000022.11", Some(GenomeBuild::GRCh38)),
            ("NC_000007.13", Some(GenomeBuild::GRCh37)),
            ("NC_000024.10", Some(GenomeBuild::GRCh38)),
            ("NC_000001.9", None),
            ("NC_000000.1", None),
            ("NC_012920.1", None),
            ("NM_000769.4", None),
            ("NC_1", None),
        ] {
            assert_eq!(build_of(accession), build, "{accession}");
        }
    }

    #[test]
    fn words_and_codes_are_found_either_way() {
        assert_eq!(code_of(PHENOTYPES, "poor metaboliser"), Some("LA9657-3"));
        assert_eq!(code_of(PHENOTYPES, "Likely Poor Metabolizer"), None);
        assert_eq!(words_of(ASSESSMENTS, "LA9633-4"), Some("Present"));
        for nothing in [".", "No call", "not specified", "N/A", "  "] {
            assert!(is_nothing(nothing), "{nothing}");
        }
        assert!(!is_nothing("*1/*2") && !is_nothing("Unknown significance"));
        assert_eq!(symbol_of("2621"), Some("CYP2C19"));
        assert_eq!(symbol_of("HGNC:0000"), None);
        assert_eq!(hgnc_of("TPMT"), Some("HGNC:12014"));
    }
}
