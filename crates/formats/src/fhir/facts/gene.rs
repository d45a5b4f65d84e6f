//! Gene results that a laboratory called: genotypes and phenotypes.

use super::{Reader, concept_value, is_coded};
use crate::fhir::access::{self, text};
use crate::fhir::codes::{self, loinc};
use model::CodeableConcept;
use model::code::system;
use model::fact::FactContent;
use model::reported::ReportedGeneResult;
use serde_json::Value;

/// An Observation 84413-4.
pub(super) fn genotype(reader: &mut Reader<'_>) {
    let value = concept_value(reader.resource);
    let Some(words) = genotype_words(&value) else { return without_value(reader) };
    let Some(gene) = gene_of(reader, words) else { return };
    if codes::is_nothing(words) {
        reader.warn("not-called", "value[x]", "the genotype says that there is no call");
        return finish(reader, gene, None);
    }
    let is_gl = value.code_of(codes::GL_STRING).is_some() || words.contains('#');
    let is_list = is_variant_list(reader);
    let diplotype = (!is_list).then(|| diplotype(reader, &gene, words, is_gl));
    finish(reader, gene, diplotype);
}

/// A genotype that gives its reason for having no value says all it has to say.
fn without_value(reader: &mut Reader<'_>) {
    let reason = access::concept(reader.resource, "dataAbsentReason");
    match reason.as_ref().and_then(CodeableConcept::words) {
        Some(why) => {
            let genes = all_genes(reader);
            let gene = genes.first().map_or("the gene", String::as_str);
            reader.note("not-called", "value[x]", format!("there is no call of {gene}: {why}"));
        }
        None => reader.warn("no-value", "value[x]", "the genotype has no readable value"),
    }
}

/// Whether the value is our list of variants of which the strands are not known. Such a list is
/// no diplotype; its phenotype stands beside it.
fn is_variant_list(reader: &Reader<'_>) -> bool {
    let is = |system: &str, code: &str| system == codes::OWN && code == "variant-name";
    access::all(reader.resource, "component").into_iter().any(|part| is_coded(part, is))
}

/// An Observation 84414-2. One haplotype says nothing about the other copy, so it is not a
/// result of the gene, save for the mitochondrial genome, which has no other copy.
pub(super) fn haplotype(reader: &mut Reader<'_>) {
    let value = concept_value(reader.resource);
    let Some(words) = genotype_words(&value) else {
        return reader.warn("no-value", "value[x]", "the haplotype has no readable value");
    };
    let is_mitochondrial = all_genes(reader).iter().any(|gene| gene.starts_with("MT-"));
    if !is_mitochondrial && !words.contains('/') {
        let text = "one haplotype is not the gene's genotype and is not used as one";
        return reader.warn("haplotype-alone", "value[x]", text);
    }
    genotype(reader);
}

/// An Observation 53040-2 or a per-gene activity: its value is the phenotype.
pub(super) fn phenotype(reader: &mut Reader<'_>) {
    let value = concept_value(reader.resource);
    let implied = is_coded(reader.resource, |s, c| codes::is_loinc(s, c, loinc::CYP2C9_ACTIVITY))
        .then_some("CYP2C9");
    let gene = match implied {
        Some(gene) if genes(reader).is_empty() => Some(gene.to_owned()),
        _ => gene_of(reader, ""),
    };
    let Some(gene) = gene else { return };
    let Some(words) = phenotype_words(reader, &value, "value[x]") else {
        return reader.warn("no-value", "value[x]", "the phenotype has no readable value");
    };
    let activity_score = activity_score(reader);
    emit(
        reader,
        ReportedGeneResult { gene, diplotype: None, phenotype: Some(words), activity_score },
    );
}

/// A therapeutic implication: a gene result only if it names the gene and a phenotype.
pub(super) fn implication(reader: &mut Reader<'_>) {
    let has_phenotype = !phenotype_values(reader).is_empty();
    let named = !genes(reader).is_empty();
    if !named && reader.component(loinc::MEDICATION).is_some() {
        let text = "what a source says about a drug is advice and no result of a gene";
        return reader.note("drug-advice", "component", text);
    }
    if !named || !(has_phenotype || activity_score(reader).is_some()) {
        let text = "the implication names no gene with its phenotype; it gives no fact";
        return reader.warn("not-read", "component", text);
    }
    if let Some(gene) = gene_of(reader, "") {
        finish(reader, gene, None);
    }
}

fn finish(reader: &mut Reader<'_>, gene: String, diplotype: Option<String>) {
    let mut phenotypes: Vec<String> = Vec::new();
    for value in phenotype_values(reader) {
        let words = phenotype_words(reader, &value, "component");
        if words.is_none() {
            reader.warn("no-phenotype", "component", "a component has no readable phenotype");
        }
        phenotypes.extend(words);
    }
    phenotypes.dedup_by(|one, other| codes::same_words(one, other));
    if phenotypes.len() > 1 {
        reader.warn("several-phenotypes", "component", "several phenotypes are given: none used");
        phenotypes.clear();
    }
    let (phenotype, activity_score) = (phenotypes.pop(), activity_score(reader));
    emit(reader, ReportedGeneResult { gene, diplotype, phenotype, activity_score });
}

fn emit(reader: &mut Reader<'_>, result: ReportedGeneResult) {
    if result.diplotype.is_none() && result.phenotype.is_none() && result.activity_score.is_none() {
        return reader.warn("no-result", "value[x]", "the observation gives no result of the gene");
    }
    let read = [
        loinc::GENE,
        loinc::SOURCE_CLASS,
        loinc::METABOLISM,
        "therapeutic-implication",
        // By which knowledge, which is not a finding.
        "knowledge-base",
    ];
    reader.note_unread(&read);
    let status = reader.status();
    let origin = reader.origin();
    reader.push(status, origin, FactContent::GeneResult(result));
}

/// Values of the components that hold a phenotype: every one under the older 53040-2, and those
/// under the guide's own code that speak of a phenotype and not of a drug response.
fn phenotype_values(reader: &Reader<'_>) -> Vec<CodeableConcept> {
    let value = |part: &Value| {
        let value = concept_value(part);
        let older = |system: &str, code: &str| codes::is_loinc(system, code, loinc::METABOLISM);
        let guide =
            |system: &str, code: &str| system == codes::TBD && code == "therapeutic-implication";
        let holds = is_coded(part, older) || (is_coded(part, guide) && is_phenotype(&value));
        holds.then_some(value)
    };
    access::all(reader.resource, "component").into_iter().filter_map(value).collect()
}

/// The activity score, in our own component.
fn activity_score(reader: &Reader<'_>) -> Option<String> {
    let parts = access::all(reader.resource, "component");
    let is = |system: &str, code: &str| system == codes::OWN && code == "activity-score";
    let part = parts.into_iter().find(|part| is_coded(part, is))?;
    text(part, "valueString").map(str::to_owned)
}

/// Whether a concept says a phenotype of a gene, not a drug response.
pub(in crate::fhir) fn is_phenotype(value: &CodeableConcept) -> bool {
    let words = value.words().unwrap_or_default().to_lowercase();
    let terms = ["metaboli", "function", "indeterminate", "deficien", "malignant hyperthermia"];
    let mut codings = value.coding.iter();
    let own =
        codings.any(|c| c.is(codes::OWN, "reported-phenotype") || c.system == codes::PHENOTYPE);
    own || codes::answer_in(&value.coding, codes::PHENOTYPES).is_some()
        || terms.iter().any(|term| words.contains(term))
}

/// The phenotype as reported. A known answer code wins over words that say something else.
fn phenotype_words(
    reader: &mut Reader<'_>,
    value: &CodeableConcept,
    below: &str,
) -> Option<String> {
    if codes::is_contradiction(&value.coding, codes::PHENOTYPES) {
        reader.warn("contradicting-answers", below, "two codes give different phenotypes");
        return None;
    }
    // A bare code is no phenotype that anyone could read.
    let display = value.coding.iter().find_map(|coding| coding.display.as_deref());
    let shown = value.text.as_deref().or(display).filter(|words| !codes::is_nothing(words));
    let coded = codes::answer_in(&value.coding, codes::PHENOTYPES);
    let Some(term) = coded.and_then(|c| codes::words_of(codes::PHENOTYPES, &c.code)) else {
        return shown.map(str::to_owned);
    };
    let words = shown.unwrap_or(term);
    if codes::same_words(words, term) {
        return Some(words.to_owned());
    }
    reader.warn("code-and-text", below, "the answer code and its words differ; the code is used");
    Some(term.to_owned())
}

/// The words that hold the genotype: a text or display that looks like one before a bare code.
fn genotype_words(value: &CodeableConcept) -> Option<&str> {
    if let Some(gl) = value.code_of(codes::GL_STRING) {
        return Some(gl);
    }
    let displays = value.coding.iter().filter_map(|c| c.display.as_deref());
    let named = value.coding.iter().map(|c| c.code.as_str());
    let all: Vec<&str> = value.text.as_deref().into_iter().chain(displays).chain(named).collect();
    all.iter().find(|words| words.contains(['*', '/'])).or(all.first()).copied()
}

/// The diplotype as reported, without the gene's name before its alleles. The possibilities of a
/// GL String (`|`) become alternatives in words.
fn diplotype(reader: &mut Reader<'_>, gene: &str, words: &str, is_gl: bool) -> String {
    let plain = words.rsplit('#').next().unwrap_or(words);
    let possible: Vec<&str> = plain.split('|').collect();
    let is_pair = |one: &&str| one.matches('+').count() == 1 && !one.contains(['^', '/', '~']);
    let pairs = if is_gl && possible.iter().all(is_pair) {
        possible.iter().map(|one| one.replace('+', "/")).collect()
    } else {
        if is_gl && plain.contains(['+', '^', '|', '/', '~']) {
            reader.warn("gl-string", "value[x]", "an ambiguous GL String is kept as it is");
        }
        vec![plain.to_owned()]
    };
    let one = |pair: &String| {
        let alleles = pair.trim().split('/').map(|allele| without_gene(allele.trim(), gene));
        alleles.collect::<Vec<String>>().join("/")
    };
    pairs.iter().map(one).collect::<Vec<String>>().join(" or ")
}

fn without_gene(allele: &str, gene: &str) -> String {
    let rest = allele.strip_prefix(gene).map(str::trim_start);
    rest.filter(|rest| !rest.is_empty()).unwrap_or(allele).to_owned()
}

/// The one gene of the result, with a warning if there is none or no telling which.
fn gene_of(reader: &mut Reader<'_>, words: &str) -> Option<String> {
    let mut genes = all_genes(reader);
    genes.dedup();
    let named: Vec<String> =
        genes.iter().filter(|gene| words.starts_with(*gene)).cloned().collect();
    match (genes.as_slice(), named.as_slice()) {
        ([gene], _) => Some(gene.clone()),
        ([_, _, ..], [gene]) => {
            let text = "other genes are named that have no result of their own here";
            reader.warn("several-genes", "component", text);
            Some(gene.clone())
        }
        ([_, _, ..], _) => {
            reader.warn("several-genes", "component", "several genes, one value: not read");
            None
        }
        ([], _) => {
            let from_hgvs = gene_in_hgvs(words);
            match &from_hgvs {
                Some(_) => {
                    reader.note("gene-from-hgvs", "value[x]", "the gene is that of the HGVS");
                }
                None => reader.warn("no-gene", "component", "no gene is named"),
            }
            from_hgvs
        }
    }
}

/// The gene in `NM_022787.3(NMNAT1):c.…` (HGVS: the symbol may follow the accession).
fn gene_in_hgvs(words: &str) -> Option<String> {
    let (accession, rest) = words.split_once('(')?;
    let (gene, tail) = rest.split_once(')')?;
    let fits = accession.starts_with("NM_") || accession.starts_with("NG_");
    let symbol = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (fits && tail.starts_with(':') && !gene.is_empty() && gene.bytes().all(symbol))
        .then(|| gene.to_owned())
}

fn genes(reader: &Reader<'_>) -> Vec<CodeableConcept> {
    reader.components(loinc::GENE).into_iter().map(concept_value).collect()
}

pub(super) fn all_genes(reader: &mut Reader<'_>) -> Vec<String> {
    let concepts = genes(reader);
    concepts.iter().filter_map(|concept| symbol(reader, concept, "component")).collect()
}

/// The symbol of a gene: by its HGNC id where that is known, else as shown. A placeholder id
/// (`HGNC:0000`) is no gene.
pub(super) fn symbol(
    reader: &mut Reader<'_>,
    concept: &CodeableConcept,
    below: &str,
) -> Option<String> {
    let is_hgnc = |s: &str| s == system::HGNC || s == system::HGNC_OLDER;
    let coding = concept
        .coding
        .iter()
        .find(|c| is_hgnc(&c.system))
        .or_else(|| concept.coding.iter().find(|c| c.code.starts_with("HGNC:")));
    let shown = coding.and_then(|c| c.display.as_deref()).or(concept.text.as_deref());
    let Some(coding) = coding else {
        let words = concept.words().map(str::trim).filter(|words| is_symbol(words));
        return words.map(str::to_owned);
    };
    let digits = coding.code.trim_start_matches("HGNC:");
    if !digits.is_empty() && digits.bytes().all(|b| b == b'0') {
        return None;
    }
    let Some(known) = codes::symbol_of(&coding.code) else {
        let by_name = shown.or(Some(coding.code.as_str())).filter(|words| is_symbol(words));
        if by_name.is_none() {
            let text = "the HGNC id is not one of the known genes and no symbol is given";
            reader.warn("unknown-gene", below, text);
        }
        return by_name.map(str::to_owned);
    };
    if shown.is_some_and(|words| is_symbol(words) && words != known) {
        reader.warn("code-and-text", below, "the HGNC id and the symbol differ; the id is used");
    }
    Some(known.to_owned())
}

/// Whether the text has the shape of a gene symbol, `HLA-B`.
fn is_symbol(text: &str) -> bool {
    let symbol = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.len() <= 20
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(symbol)
}
