//! Documents of MatchMiner as fields, whatever wrote them.

use model::Problem;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A sample with the rows of its report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// The clinical document.
    pub clinical: Map<String, Value>,
    /// Its genomic rows.
    pub genomic: Vec<Map<String, Value>>,
    /// Rows by gene.
    by_gene: BTreeMap<String, Vec<usize>>,
}

impl Record {
    /// A sample with its rows.
    pub fn new(clinical: Map<String, Value>, genomic: Vec<Map<String, Value>>) -> Self {
        let mut by_gene: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, row) in genomic.iter().enumerate() {
            if let Some(Value::String(gene)) = row.get("TRUE_HUGO_SYMBOL") {
                by_gene.entry(gene.clone()).or_default().push(at);
            }
        }
        Self { clinical, genomic, by_gene }
    }

    /// The sample's identifier.
    pub fn sample(&self) -> String {
        let id = self.clinical.get("SAMPLE_ID").or_else(|| self.clinical.get("_id"));
        id.map(as_text).unwrap_or_default()
    }

    /// Rows that may equal a gene; all where it is not a text.
    pub(super) fn rows(&self, gene: Option<&Value>) -> Vec<&Map<String, Value>> {
        match gene {
            Some(Value::String(gene)) => {
                let places = self.by_gene.get(gene).map(Vec::as_slice).unwrap_or_default();
                places.iter().filter_map(|at| self.genomic.get(*at)).collect()
            }
            _ => self.genomic.iter().collect(),
        }
    }
}

/// A scalar as text.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Names that a fork writes, with those they stand for.
const ALIASES: [(&str, &str); 6] = [
    ("HARMONIZED_HUGO_GENE_NAME", "TRUE_HUGO_SYMBOL"),
    ("HARMONIZED_HUGO_SYMBOL", "TRUE_HUGO_SYMBOL"),
    ("HARMONIZED_PROTEIN_CHANGE", "TRUE_PROTEIN_CHANGE"),
    ("HARMONIZED_VARIANT_CLASSIFICATION", "TRUE_VARIANT_CLASSIFICATION"),
    ("HARMONIZED_TRANSCRIPT_EXON", "TRUE_TRANSCRIPT_EXON"),
    ("TOBACCO_STATUS", "TABACCO_STATUS"),
];

/// Deepest nesting of a value that is unwrapped.
const WRAP_MAX: usize = 8;

/// Extended JSON of MongoDB to plain values: `{"$numberInt": "5"}` is 5.
fn plain(value: Value, depth: usize) -> Value {
    let Value::Object(map) = value else { return value };
    if depth == 0 || map.len() != 1 {
        return Value::Object(map);
    }
    let Some((key, inner)) = map.into_iter().next() else { return Value::Null };
    let number = |inner: &Value| {
        let text = as_text(inner);
        let whole = text.parse::<i64>().ok().map(Value::from);
        whole.or_else(|| text.parse::<f64>().ok().map(Value::from))
    };
    match key.as_str() {
        "$oid" | "$uuid" | "$symbol" => inner,
        "$date" => plain(inner, depth - 1),
        "$numberInt" | "$numberLong" | "$numberDouble" | "$numberDecimal" => {
            number(&inner).unwrap_or(inner)
        }
        _ => Value::Object(Map::from_iter([(key, inner)])),
    }
}

fn unwrapped(document: Map<String, Value>) -> Map<String, Value> {
    let mut fields: Map<String, Value> =
        document.into_iter().map(|(key, value)| (key, plain(value, WRAP_MAX))).collect();
    for (alias, name) in ALIASES {
        if !fields.contains_key(name)
            && let Some(value) = fields.get(alias).cloned()
        {
            fields.insert(name.to_owned(), value);
        }
    }
    fields
}

/// Joins clinical and genomic documents: by the sample's identifier, else by `CLINICAL_ID`. A row
/// of nobody is told.
pub fn load(
    clinical: Vec<Map<String, Value>>,
    genomic: Vec<Map<String, Value>>,
) -> (Vec<Record>, Vec<Problem>) {
    let mut problems = Vec::new();
    let clinical: Vec<Map<String, Value>> = clinical.into_iter().map(unwrapped).collect();
    let mut by_sample = BTreeMap::new();
    let mut by_id = BTreeMap::new();
    for (at, document) in clinical.iter().enumerate() {
        for (name, index) in [("SAMPLE_ID", &mut by_sample), ("_id", &mut by_id)] {
            let Some(id) = document.get(name).map(as_text).filter(|id| !id.is_empty()) else {
                continue;
            };
            if index.insert(id, at).is_some() {
                let text = "two clinical documents have one identifier; rows go to the later one";
                problems.push(Problem::warning("sample-twice", format!("clinical[{at}]"), text));
            }
        }
    }
    let mut rows: Vec<Vec<Map<String, Value>>> = vec![Vec::new(); clinical.len()];
    for (at, row) in genomic.into_iter().map(unwrapped).enumerate() {
        let key = |name: &str| row.get(name).map(as_text);
        let sample = key("SAMPLE_ID").and_then(|id| by_sample.get(&id));
        let owner = sample.or_else(|| key("CLINICAL_ID").and_then(|id| by_id.get(&id)));
        match owner.and_then(|owner| rows.get_mut(*owner)) {
            Some(rows) => rows.push(row),
            None => problems.push(Problem::warning(
                "row-of-nobody",
                format!("genomic[{at}]"),
                "no clinical document has the row's sample; not used",
            )),
        }
    }
    let records =
        clinical.into_iter().zip(rows).map(|(document, rows)| Record::new(document, rows));
    (records.collect(), problems)
}
