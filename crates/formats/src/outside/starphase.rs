//! pb-StarPhase: JSON with the diplotypes of each gene, HLA among them.

use super::{Found, is_gene, not_called, with_diplotype};
use model::Problem;
use serde_json::Value;

/// Stands for a haplotype that nothing fits.
const NO_MATCH: &str = "NO_MATCH";

pub(super) fn read(text: &str, found: &mut Found) -> Result<(), Problem> {
    let document: Value = serde_json::from_str(text).map_err(|error| {
        let at = format!("line {}, column {}", error.line(), error.column());
        Problem::error("malformed", at, "the JSON cannot be read")
    })?;
    let Some(genes) = document.get("gene_details").and_then(Value::as_object) else {
        let text = "`gene_details` is not an object";
        return Err(Problem::error("malformed", "gene_details", text));
    };
    for (gene, details) in genes {
        let gene = found.checked(gene, || "gene_details".into())?.to_owned();
        if !is_gene(&gene) {
            let text = "the name is no gene; it was left out";
            found.warn("not-a-gene", format!("gene_details.{gene}"), text);
            continue;
        }
        let at = format!("gene_details.{gene}.diplotypes");
        let diplotypes = match details.get("diplotypes") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(diplotypes)) => diplotypes,
            Some(_) => return Err(Problem::error("malformed", at, "this is not an array")),
        };
        if diplotypes.is_empty() {
            found.push(None, not_called(&gene), 0, vec!["not called".to_owned()])?;
        }
        for (index, diplotype) in diplotypes.iter().enumerate() {
            let at = || format!("{at}[{index}]");
            let Some(text) = whole(diplotype) else {
                let text = "there is neither `diplotype` nor `hap1` and `hap2`";
                return Err(Problem::error("malformed", at(), text));
            };
            let text = found.checked(&text, at)?;
            if text.is_empty() || text.contains(NO_MATCH) {
                let notes = vec![format!("not called, given as {text}")];
                found.push(None, not_called(&gene), 0, notes)?;
            } else {
                found.push(None, with_diplotype(&gene, text), 0, Vec::new())?;
            }
        }
    }
    Ok(())
}

/// The diplotype as one text.
fn whole(diplotype: &Value) -> Option<String> {
    let text = |key: &str| diplotype.get(key).and_then(Value::as_str);
    match text("diplotype") {
        Some(whole) => Some(whole.to_owned()),
        None => Some(format!("{}/{}", text("hap1")?, text("hap2")?)),
    }
}
