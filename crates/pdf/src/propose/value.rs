//! What a person typed into a field, in the normal form that reading would have given.

use super::{alteration, measure, table};
use crate::reading::FieldName;
use tumor::gene::Genes;

/// Bytes of a field.
pub(super) const FIELD_BYTES_MAX: usize = 300;

/// The value of a text in a field; `None` if it makes none.
pub fn value(name: FieldName, text: &str, genes: &Genes) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > FIELD_BYTES_MAX {
        return None;
    }
    let one_of = |words: &[&str]| words.contains(&text).then(|| text.to_owned());
    match name {
        FieldName::Gene | FieldName::Partner => super::gene(genes, text)?.0,
        FieldName::Change => {
            one_of(&["amplification", "gain", "loss", "fusion", "rearrangement", "truncation"])
        }
        FieldName::Equivocal => one_of(&["yes"]),
        FieldName::Measure => one_of(&["tmb", "msi"]),
        FieldName::Unit => one_of(&[measure::UNIT]),
        FieldName::Level => one_of(&["low", "intermediate", "high", "MSI-H", "MSI-L", "MSS"]),
        FieldName::Value => {
            let number: f64 = text.parse().ok()?;
            (number.is_finite() && number >= 0.0).then(|| text.to_owned())
        }
        FieldName::Significance => alteration::significance_of(text),
        _ => table::value(name, text),
    }
}
