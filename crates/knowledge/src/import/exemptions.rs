//! Exemptions: positions that are required or of AMP tier 1, positions that are ignored.

use super::read_json;
use model::Problem;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is special about a gene's positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exemption {
    /// A missing one forbids a call.
    pub required: Vec<u64>,
    /// AMP tier 1: a missing one warns.
    pub tier1: Vec<u64>,
}

/// Reads `exemptions.json`: an object of genes.
///
/// What our tables cannot express yet (ignored alleles, extra positions, priorities of unphased
/// diplotypes) is reported for the gene.
pub fn exemptions(json: &[u8]) -> (BTreeMap<String, Exemption>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut found = BTreeMap::new();
    let genes: BTreeMap<String, Value> = match read_json(json) {
        Ok(genes) => genes,
        Err(problem) => return (found, vec![problem]),
    };
    for (gene, entry) in &genes {
        let numbers = |key: &str| -> Vec<u64> {
            let list = entry.get(key).and_then(Value::as_array);
            // Positions come as numbers or as objects with a `position`.
            let number = |item: &Value| {
                item.as_u64().or_else(|| item.get("position").and_then(Value::as_u64))
            };
            list.map(|items| items.iter().filter_map(number).collect()).unwrap_or_default()
        };
        for key in
            ["ignoredPositions", "extraPositions", "ignoredAlleles", "unphasedDiplotypePriorities"]
        {
            let given = entry.get(key).and_then(Value::as_array);
            if given.is_some_and(|items| !items.is_empty()) {
                let place = format!("{gene}.{key}");
                let text = "is not imported; the tables have no place for it yet";
                problems.push(Problem::warning("not-imported", place, text));
            }
        }
        let exemption =
            Exemption { required: numbers("requiredPositions"), tier1: numbers("amp1Positions") };
        found.insert(gene.clone(), exemption);
    }
    (found, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_and_the_rest_is_reported() {
        let json = br#"{"NAT2": {"requiredPositions": [5, 7], "ignoredAlleles": [],
            "unphasedDiplotypePriorities": [{"list": ["*1/*2"], "pick": "*1/*2"}]},
            "TPMT": {"amp1Positions": [9]}}"#;
        let (found, problems) = exemptions(json);
        assert_eq!(found["NAT2"].required, [5, 7]);
        assert_eq!(found["TPMT"].tier1, [9]);
        let places: Vec<_> = problems.iter().map(|p| p.place.as_str()).collect();
        assert_eq!(places, ["NAT2.unphasedDiplotypePriorities"]);
        assert_eq!(exemptions(b"[]").1[0].code, "bad-json");
    }
}
