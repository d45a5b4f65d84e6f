//! Codes and words of genes, alleles, genotypes and phenotypes.

use crate::fhir::build::{Object, loinc};
use crate::fhir::codes::{self, loinc as code};
use model::code::system;
use model::statement::{Diplotype, GeneState, GeneStatement, KnowledgeRef, Outcome};
use serde_json::{Value, json};

/// Genes whose star alleles PharmVar names, apart from the CYP genes.
const PHARMVAR_GENES: [&str; 3] = ["NAT2", "NUDT15", "SLCO1B1"];

/// A possibility for which no rule gives a phenotype, in words.
const NO_PHENOTYPE: &str = "no phenotype";

/// A code as FHIR writes it: no blanks at the ends, none doubled, no control characters.
pub(super) fn code_text(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// One coding; `None` without a code.
pub(super) fn coding(system: &str, code: &str, display: &str) -> Option<Value> {
    let code = code_text(code);
    (!code.is_empty()).then(|| {
        let object = Object::default().with("system", system).with("code", code);
        object.some("display", Some(display)).build()
    })
}

/// A concept of codings, where there are any, and words.
pub(super) fn concept(codings: impl IntoIterator<Item = Value>, words: &str) -> Value {
    let codings: Vec<Value> = codings.into_iter().collect();
    let is_blank = words.chars().all(|c| c.is_whitespace() || c.is_control());
    // Without a code and a name there is still something that was meant.
    let words = if codings.is_empty() && is_blank { "not named" } else { words };
    Object::default().list("coding", codings).some("text", Some(words)).build()
}

/// A code of the guide's own system.
pub(super) fn guide(code: &str, display: &str) -> Value {
    concept(coding(codes::TBD, code, display), "")
}

/// A code of ours.
pub(super) fn own(code: &str, display: &str) -> Value {
    concept(coding(codes::OWN, code, display), "")
}

/// A component with a code of ours and words.
pub(super) fn own_words(code: &str, display: &str, words: &str) -> Value {
    json!({"code": own(code, display), "valueString": words})
}

/// A gene by its HGNC id, else by its symbol.
pub(super) fn gene(symbol: &str, hgnc: &str) -> Value {
    let known = codes::hgnc_of(symbol).unwrap_or(hgnc);
    match coding(system::HGNC, known, symbol) {
        Some(found) => concept([found], ""),
        None => concept(None, symbol),
    }
}

pub(super) fn gene_component(symbol: &str, hgnc: &str) -> Value {
    let studied = loinc(code::GENE, "Gene studied [ID]");
    json!({"code": studied, "valueCodeableConcept": gene(symbol, hgnc)})
}

/// The genotypes that fit best, in words: `CYP2C19 *1/*2 or *4/*17`; of a gene that is read as
/// variants, these.
pub(super) fn genotype_words(statement: &GeneStatement) -> Option<String> {
    let calls: Vec<String> = statement.diplotypes.iter().map(ToString::to_string).collect();
    let words = match (calls.is_empty(), statement.variants.is_empty()) {
        (false, _) => calls.join(" or "),
        (true, false) => statement.variants.join(" and "),
        (true, true) => return None,
    };
    Some(format!("{} {words}", statement.gene))
}

/// The value of a genotype: words, and a GL String for an HLA gene. No code system has pairs of
/// star alleles; those have codes one by one, in the haplotypes.
pub(super) fn genotype(statement: &GeneStatement, words: &str) -> Value {
    concept(gl_string(statement).and_then(|gl| coding(codes::GL_STRING, &gl, "")), words)
}

/// `HLA-B*57:01+HLA-B*58:01`, with `|` between possibilities (GL String grammar). It has no
/// release of IPD-IMGT/HLA in front, as a call of two fields does not depend on one.
fn gl_string(statement: &GeneStatement) -> Option<String> {
    if !statement.gene.starts_with("HLA-") || statement.diplotypes.is_empty() {
        return None;
    }
    let is_named = |name: &str| {
        let fields = name.strip_prefix('*').unwrap_or_default();
        let symbol = |c: char| c.is_ascii_alphanumeric() || c == ':';
        !fields.is_empty() && fields.chars().all(symbol)
    };
    let one = |diplotype: &Diplotype| {
        let second = diplotype.second.as_deref()?;
        let named = is_named(&diplotype.first) && is_named(second);
        let gene = &statement.gene;
        named.then(|| format!("{gene}{}+{gene}{second}", diplotype.first))
    };
    let each: Option<Vec<String>> = statement.diplotypes.iter().map(one).collect();
    each.map(|possible| possible.join("|"))
}

/// The value of a haplotype.
pub(super) fn allele(gene: &str, name: &str) -> Value {
    if let Some(locus) = gene.strip_prefix("HLA-")
        && name.starts_with('*')
    {
        let display = format!("{gene}{name}");
        return concept(coding(codes::HLA_ALLELES, &format!("{locus}{name}"), &display), &display);
    }
    let number = name.strip_prefix('*').unwrap_or_default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let numbered = number.split('.').all(digits);
    if numbered && (gene.starts_with("CYP") || PHARMVAR_GENES.contains(&gene)) {
        let named = format!("{gene}{name}");
        return concept(coding(system::PHARMVAR, &named, &named), &named);
    }
    concept(None, &format!("{gene} {name}"))
}

/// A phenotype: the answer of LOINC that means the same, else a code of ours, never the nearest.
pub(super) fn phenotype(words: &str, shown: &str) -> Value {
    let answer = codes::code_of(codes::PHENOTYPES, words).and_then(|found| {
        let display = codes::words_of(codes::PHENOTYPES, found).unwrap_or_default();
        coding(system::LOINC, found, display)
    });
    concept(answer.or_else(|| coding(codes::PHENOTYPE, words, words)), shown)
}

/// A component with a phenotype of a gene.
pub(super) fn implication(value: Value, gene: Option<Value>) -> Value {
    let gene =
        gene.map(|gene| json!([{"url": codes::COMPONENT_GENE, "valueCodeableConcept": gene}]));
    Object::default()
        .some("extension", gene)
        .with("code", guide("therapeutic-implication", "Therapeutic Implication"))
        .with("valueCodeableConcept", value)
        .build()
}

/// The component that names the pack: the guide's `knowledge-base` (STU4).
pub(super) fn knowledge_base(knowledge: &KnowledgeRef) -> Value {
    let KnowledgeRef { pack, version, date, digest } = knowledge;
    let named = Object::default()
        .with("system", codes::KNOWLEDGE_PACK)
        .some("version", Some(version.as_str()))
        .with("code", code_text(pack))
        .build();
    let words = format!("{pack} {version} of {date}, SHA-256 {digest}");
    json!({"code": guide("knowledge-base", "Knowledge Base"),
        "valueCodeableConcept": concept([named], &words)})
}

/// Each possibility of a call that has several; none for a call that is clear.
pub(super) fn possibilities(statement: &GeneStatement) -> Vec<Outcome> {
    if statement.state != GeneState::Called {
        return Vec::new();
    }
    let mut possible = statement.possible.clone();
    if possible.is_empty() && statement.diplotypes.len() > 1 {
        let one = |diplotype: &Diplotype| Outcome {
            diplotype: Some(diplotype.clone()),
            phenotype: statement.phenotype.clone(),
            activity_score: statement.activity_score.clone(),
        };
        possible = statement.diplotypes.iter().map(one).collect();
        if statement.phenotype.is_none() {
            // Which of them leads to which phenotype is not known.
            possible.extend(statement.outcomes().into_iter().filter(|o| o.phenotype.is_some()));
        }
    }
    if possible.is_empty() {
        possible = statement.outcomes();
    }
    if possible.len() > 1 || statement.research { possible } else { Vec::new() }
}

/// The phenotypes that a call without a clear one allows, "no phenotype" among them; none if
/// there is a clear one or none at all.
pub(super) fn open_phenotypes(statement: &GeneStatement) -> Vec<String> {
    if statement.phenotype.is_some() {
        return Vec::new();
    }
    let mut open: Vec<String> = Vec::new();
    for outcome in statement.outcomes() {
        let words = outcome.phenotype.unwrap_or_else(|| NO_PHENOTYPE.to_owned());
        if !open.contains(&words) {
            open.push(words);
        }
    }
    if open == [NO_PHENOTYPE] { Vec::new() } else { open }
}

/// `*1/*2: Intermediate Metabolizer, activity score 1`.
pub(super) fn outcome_words(outcome: &Outcome) -> String {
    let phenotype = outcome.phenotype.as_deref().unwrap_or(NO_PHENOTYPE);
    let score = outcome.activity_score.as_deref();
    let score = score.map(|score| format!(", activity score {score}")).unwrap_or_default();
    match &outcome.diplotype {
        Some(diplotype) => format!("{diplotype}: {phenotype}{score}"),
        None => format!("{phenotype}{score}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alleles_have_the_code_of_who_names_them() {
        for (gene, name, system, code) in [
            ("CYP2C19", "*2", Some(system::PHARMVAR), "CYP2C19*2"),
            ("CYP2D6", "*4.001", Some(system::PHARMVAR), "CYP2D6*4.001"),
            // Copies and hybrids are no alleles of PharmVar; TPMT is named by others.
            ("CYP2D6", "*4x2", None, ""),
            ("CYP2D6", "*36+*10", None, ""),
            ("TPMT", "*3A", None, ""),
            ("DPYD", "c.1905+1G>A (*2A)", None, ""),
            ("HLA-B", "*57:01", Some(codes::HLA_ALLELES), "B*57:01"),
        ] {
            let value = allele(gene, name);
            match system {
                Some(system) => {
                    let expected = (&json!(system), &json!(code));
                    let found = &value["coding"][0];
                    assert_eq!((&found["system"], &found["code"]), expected);
                }
                None => assert_eq!(value, json!({"text": format!("{gene} {name}")})),
            }
        }
    }

    #[test]
    fn only_the_same_phenotype_has_an_answer_of_loinc() {
        for (words, system, code) in [
            ("Poor Metabolizer", system::LOINC, "LA9657-3"),
            ("Ultrarapid Metabolizer", system::LOINC, "LA10315-2"),
            ("Decreased Function", system::LOINC, "LA25395-7"),
            ("Likely Poor Metabolizer", codes::PHENOTYPE, "Likely Poor Metabolizer"),
            ("Possible Decreased Function", codes::PHENOTYPE, "Possible Decreased Function"),
            ("Indeterminate", codes::PHENOTYPE, "Indeterminate"),
            ("Deficient", codes::PHENOTYPE, "Deficient"),
            ("Normal", codes::PHENOTYPE, "Normal"),
            ("Uncertain Susceptibility", codes::PHENOTYPE, "Uncertain Susceptibility"),
        ] {
            let found = phenotype(words, words);
            assert_eq!(found["coding"][0]["system"], json!(system), "{words}");
            assert_eq!(found["coding"][0]["code"], json!(code), "{words}");
            assert_eq!(found["text"], json!(words));
        }
    }

    #[test]
    fn hla_genotypes_have_a_gl_string() {
        let pair = |first: &str, second: &str| Diplotype {
            first: first.into(),
            second: Some(second.into()),
        };
        let mut statement = GeneStatement {
            gene: "HLA-B".into(),
            diplotypes: vec![pair("*57:01", "*58:01"), pair("*57:03", "*58:02")],
            ..GeneStatement::default()
        };
        let gl = "HLA-B*57:01+HLA-B*58:01|HLA-B*57:03+HLA-B*58:02";
        assert_eq!(gl_string(&statement).as_deref(), Some(gl));
        statement.diplotypes = vec![pair("*57:01 positive", "*58:01")];
        assert_eq!(gl_string(&statement), None);
    }
}
