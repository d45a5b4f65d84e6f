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
    /// Alleles that are not matched, by name.
    pub ignored_alleles: Vec<String>,
    /// Positions that no allele is defined by and that are reported all the same.
    pub extra: Vec<Value>,
    /// Sets of diplotypes that unphased data cannot tell apart, `*1/*6|*4/*34`, and the one that
    /// stands.
    pub priorities: Vec<(String, String)>,
}

/// Reads `exemptions.json`: an object of genes.
///
/// Ignored positions are only noted: the definition files are already without them.
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
        let items = |key: &str| entry.get(key).and_then(Value::as_array).cloned();
        if items("ignoredPositions").is_some_and(|items| !items.is_empty()) {
            let place = format!("{gene}.ignoredPositions");
            let text = "are taken to be absent from the definitions, as in the published files";
            problems.push(Problem::note("ignored-positions", place, text));
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let names = |key: &str| items(key).unwrap_or_default().iter().filter_map(text).collect();
        let mut priorities = Vec::new();
        for item in items("unphasedDiplotypePriorities").unwrap_or_default() {
            let list = item.get("list").and_then(Value::as_array).cloned().unwrap_or_default();
            let list: Vec<String> = list.iter().filter_map(text).collect();
            match item.get("pick").and_then(text) {
                Some(pick) if list.contains(&pick) => priorities.push((list.join("|"), pick)),
                _ => {
                    let place = format!("{gene}.unphasedDiplotypePriorities");
                    let text = format!("`{item}` does not pick one of its diplotypes");
                    problems.push(Problem::error("bad-priority", place, text));
                }
            }
        }
        let exemption = Exemption {
            required: numbers("requiredPositions"),
            tier1: numbers("amp1Positions"),
            ignored_alleles: names("ignoredAlleles"),
            extra: items("extraPositions").unwrap_or_default(),
            priorities,
        };
        found.insert(gene.clone(), exemption);
    }
    (found, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_priorities_are_read() {
        let json = br#"{"NAT2": {"requiredPositions": [5, 7], "ignoredAlleles": [],
            "unphasedDiplotypePriorities": [{"list": ["*1/*2"], "pick": "*1/*2"}]},
            "TPMT": {"amp1Positions": [9]}}"#;
        let (found, problems) = exemptions(json);
        assert_eq!(found["NAT2"].required, [5, 7]);
        assert_eq!(found["TPMT"].tier1, [9]);
        assert_eq!(found["NAT2"].priorities, [("*1/*2".to_owned(), "*1/*2".to_owned())]);
        assert_eq!(problems, []);
        let bad = br#"{"A": {"unphasedDiplotypePriorities": [{"list": [], "pick": "*1/*2"}]}}"#;
        assert_eq!(exemptions(bad).1[0].code, "bad-priority");
        assert_eq!(exemptions(b"[]").1[0].code, "bad-json");
    }
}
