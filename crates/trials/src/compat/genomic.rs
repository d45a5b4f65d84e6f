//! Genomic leaves: one row that has every key, or no such row.

use super::structural;
use super::{field::Record, field::as_text};
use model::Problem;
use serde_json::{Map, Value};

/// Letters that stand for one residue.
const RESIDUES: &str = "ACDEFGHIKLMNPQRSTVWY";

/// What one key asks of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// The field has this value.
    Equals(String, Value),
    /// The field has one of these.
    OneOf(String, Vec<&'static str>),
    /// The protein change is this text and one residue.
    Residue(String),
}

/// A leaf as it is put to rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    pub(super) tests: Vec<Test>,
    pub(super) gene: Option<Value>,
    pub(super) excluded: bool,
    /// Partners, where structural variation is asked.
    pub(super) structural: Option<structural::Asked>,
    /// Whether mismatch repair is asked.
    pub(super) repair: bool,
    /// Name of the signature that is asked.
    pub(super) signature: Option<&'static str>,
}

/// A value without its leading `!`.
pub(super) fn stripped(value: &Value) -> (Value, bool) {
    match value {
        Value::String(text) => match text.strip_prefix('!') {
            Some(rest) => (Value::String(rest.to_owned()), true),
            None => (value.clone(), false),
        },
        other => (other.clone(), false),
    }
}

/// Reads a leaf; a later key on the same field takes the place of an earlier one.
pub(super) fn read(keys: &Map<String, Value>, problems: &mut Vec<Problem>) -> Asked {
    let mut asked = Asked::default();
    let mut partner = None;
    let mut is_structural = false;
    for (key, value) in keys {
        let (wanted, excluded) = stripped(value);
        asked.excluded |= excluded;
        let key = key.to_ascii_lowercase();
        match key.as_str() {
            "display_name" => {}
            "hugo_symbol" => asked.gene = Some(wanted),
            "fusion_partner_hugo_symbol" => partner = Some(wanted),
            "variant_category" if wanted == "Structural Variation" => is_structural = true,
            _ => {
                let test = test(&key, &wanted, &mut asked, problems);
                let field = field_of(&test).to_owned();
                asked.tests.retain(|earlier| field_of(earlier) != field);
                asked.tests.push(test);
            }
        }
    }
    if is_structural {
        let first = asked.gene.take();
        asked.structural = Some(structural::Asked { first, partner });
    } else if let Some(partner) = partner {
        asked.tests.push(Test::Equals("FUSION_PARTNER_HUGO_SYMBOL".into(), partner));
    }
    if asked.repair || asked.signature.is_some() {
        asked.gene = None;
    }
    asked
}

fn field_of(test: &Test) -> &str {
    match test {
        Test::Equals(field, _) | Test::OneOf(field, _) => field,
        Test::Residue(_) => "TRUE_PROTEIN_CHANGE",
    }
}

fn test(key: &str, wanted: &Value, asked: &mut Asked, problems: &mut Vec<Problem>) -> Test {
    let equals = |field: &str| Test::Equals(field.to_owned(), wanted.clone());
    let signature = |asked: &mut Asked, name: &'static str, field: &str| {
        asked.signature = Some(name);
        equals(field)
    };
    match key {
        "protein_change" => equals("TRUE_PROTEIN_CHANGE"),
        "wildcard_protein_change" => Test::Residue(pattern(&as_text(wanted), problems)),
        "variant_classification" => equals("TRUE_VARIANT_CLASSIFICATION"),
        "exon" => equals("TRUE_TRANSCRIPT_EXON"),
        "wildtype" => equals("WILDTYPE"),
        "cnv_call" => Test::Equals("CNV_CALL".into(), copies(wanted)),
        "variant_category" => category(wanted),
        "mmr_status" | "ms_status" => {
            asked.repair = true;
            repair(wanted, problems)
        }
        "apobec_signature" => signature(asked, "APOBEC", "APOBEC_STATUS"),
        "pole_signature" => signature(asked, "POLE", "POLE_STATUS"),
        "uva_signature" => signature(asked, "UVA", "UVA_STATUS"),
        "tobacco_signature" => signature(asked, "Tobacco", "TABACCO_STATUS"),
        "temozolomide_signature" => signature(asked, "Temozolomide", "TEMOZOLOMIDE_STATUS"),
        other => equals(&other.to_ascii_uppercase()),
    }
}

/// Words of trials to words of rows; others as they are.
pub(super) fn copies(wanted: &Value) -> Value {
    match wanted.as_str() {
        Some("High Amplification") => "High level amplification".into(),
        Some("Low Amplification") => "Gain".into(),
        Some("Homozygous Deletion") => "Homozygous deletion".into(),
        Some("Heterozygous Deletion") => "Heterozygous deletion".into(),
        _ => wanted.clone(),
    }
}

fn category(wanted: &Value) -> Test {
    let field = "VARIANT_CATEGORY".to_owned();
    let word = as_text(wanted);
    match word.to_ascii_lowercase().as_str() {
        "copy number variation" => Test::Equals(field, "CNV".into()),
        "any variation" => Test::OneOf(field, vec!["MUTATION", "CNV"]),
        // Only in exactly these capitals is structural variation looked for as such.
        "structural variation" => Test::Equals(field, "SV".into()),
        _ => Test::Equals(field, word.to_uppercase().into()),
    }
}

fn repair(wanted: &Value, problems: &mut Vec<Problem>) -> Test {
    let field = "MMR_STATUS".to_owned();
    match wanted.as_str() {
        Some("MMR-Proficient" | "MSI-L" | "MSS") => {
            Test::Equals(field, "Proficient (MMR-P / MSS)".into())
        }
        Some("MMR-Deficient" | "MSI-H") => Test::Equals(field, "Deficient (MMR-D / MSI-H)".into()),
        _ => {
            let text = format!("`{}` is no word that V2 reads; it stops there", as_text(wanted));
            problems.push(Problem::warning("compat-not-read", "mmr_status", text));
            Test::OneOf(field, Vec::new())
        }
    }
}

/// The text before the residue: a dot stands for any sign, as V2 leaves it.
fn pattern(wanted: &str, problems: &mut Vec<Problem>) -> String {
    if let Some(rest) = wanted.strip_prefix("p.") {
        if rest.contains(['*', '+', '?', '[', ']', '(', ')', '{', '}', '|', '\\', '^', '$']) {
            let text = format!("`{wanted}`: V2 reads it as a pattern; taken as plain text here");
            problems.push(Problem::warning("compat-pattern", "wildcard_protein_change", text));
        }
        return wanted.to_lowercase();
    }
    // V2 escapes what it writes itself; the sign that stands for itself.
    format!("p\u{0}{}", wanted.to_lowercase().replace('.', "\u{0}"))
}

/// Whether a change is the text and one residue, in any capitals.
fn is_residue(pattern: &str, change: &str) -> bool {
    let lower = change.to_lowercase();
    let mut letters = lower.chars();
    for wanted in pattern.chars() {
        let Some(found) = letters.next() else { return false };
        let fits = match wanted {
            '.' => true,
            '\u{0}' => found == '.',
            wanted => found == wanted,
        };
        if !fits {
            return false;
        }
    }
    match (letters.next(), letters.next()) {
        (Some(last), None) => RESIDUES.contains(last.to_ascii_uppercase()),
        _ => false,
    }
}

/// One value is the other; numbers by value, everything else by kind, too.
pub(super) fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}

fn fits(test: &Test, row: &Map<String, Value>) -> bool {
    match test {
        Test::Equals(field, wanted) => row.get(field).is_some_and(|found| equal(found, wanted)),
        Test::OneOf(field, words) => {
            row.get(field).and_then(Value::as_str).is_some_and(|found| words.contains(&found))
        }
        Test::Residue(pattern) => row
            .get("TRUE_PROTEIN_CHANGE")
            .and_then(Value::as_str)
            .is_some_and(|change| is_residue(pattern, change)),
    }
}

/// A row that fits, and whether it fits by its comment alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) row: &'a Map<String, Value>,
    pub(super) by_text: bool,
}

/// Rows that have every key, all taken positively.
pub(super) fn rows<'a>(asked: &Asked, record: &'a Record) -> Vec<Found<'a>> {
    let gene = asked.gene.as_ref();
    let by_date = structural::has_fields(&record.clinical);
    record
        .rows(gene)
        .into_iter()
        .filter(|row| gene.is_none_or(|gene| row.get("TRUE_HUGO_SYMBOL") == Some(gene)))
        .filter(|row| asked.tests.iter().all(|test| fits(test, row)))
        .filter(|row| asked.structural.as_ref().is_none_or(|sides| sides.fits(row, by_date)))
        .map(|row| Found { row, by_text: asked.structural.is_some() && !by_date })
        .collect()
}
